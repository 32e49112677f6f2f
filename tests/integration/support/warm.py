"""A Python that has imported SQLAlchemy already: most of the time of a test that reads models is that import.

`tests/property/warm_python.c` stands in for the interpreter of a project: it hands its arguments, environment, folder
and descriptors to the server below, which forks, and ends as that child does.  What is read, and with what, is the
same.  Where something asks for another interpreter (PYTHONPATH, LD_LIBRARY_PATH), the real one is executed.
"""

import contextlib
import gc
import os
import selectors
import signal
import socket
import subprocess
import sys
import tempfile

DESCRIPTORS = 4  # input, output, errors, and the reader's answer


def become(request, descriptors):
    """The forked child, as `python -c CODE ARGUMENT...` would find itself."""
    for at, descriptor in enumerate(descriptors):
        os.dup2(descriptor, at)
    os.closerange(DESCRIPTORS, 1024)
    count, *words = request.decode(errors="surrogateescape").split("\0")
    arguments, folder, environment = words[:int(count)], words[int(count)], words[int(count) + 1:-1]
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(pair.split("=", 1) for pair in environment)
    sys.argv[:] = ["-c", *arguments[3:]]
    sys.path[0] = ""
    sys.stdin, sys.stdout, sys.stderr = (open(at, mode) for at, mode in enumerate(("r", "w", "w")))
    sys.__stdin__, sys.__stdout__, sys.__stderr__ = sys.stdin, sys.stdout, sys.stderr
    main = type(sys)("__main__")
    sys.modules["__main__"] = main
    exec(compile(arguments[2], "<string>", "exec"), main.__dict__)


def take(connection):
    """What a client sent first, and its descriptors; nothing if it is gone."""
    length, descriptors, _, _ = socket.recv_fds(connection, 8, DESCRIPTORS)
    request = b""
    while len(length) == 8 and len(request) < int(length):
        part = connection.recv(int(length) - len(request))
        if not part:
            return b"", descriptors
        request += part
    return request, descriptors


def ended(request, descriptors):
    """The child's exit status."""
    try:
        become(request, descriptors)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        return 1
    return 0


def start(connection, listener):
    request, descriptors = take(connection)
    pid = os.fork() if request else -1
    if pid == 0:
        listener.close()
        status = ended(request, descriptors)
        sys.stdout.flush()
        os._exit(status)
    for descriptor in descriptors:
        os.close(descriptor)
    return pid


def end(connection, status):
    with contextlib.suppress(OSError):  # nobody waits any more
        connection.send(status.to_bytes(4, sys.byteorder))


def serve(path):
    import sqlalchemy.dialects.postgresql  # noqa: PLC0415
    import sqlalchemy.dialects.sqlite  # noqa: PLC0415
    import sqlalchemy.orm  # noqa: F401, PLC0415
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(64)
    gc.freeze()  # so that no child looks at, and thereby copies, what is there
    print("ready", flush=True)
    ready = selectors.DefaultSelector()
    ready.register(listener, selectors.EVENT_READ)
    ready.register(sys.stdin, selectors.EVENT_READ)  # ends with the tests
    while sys.stdin not in (sources := [key.fileobj for key, _ in ready.select()]):
        for source in sources:
            if source is listener:
                connection = listener.accept()[0]
                pid = start(connection, listener)
                if pid > 0:
                    ready.register(os.pidfd_open(pid), selectors.EVENT_READ, (pid, connection))
                    ready.register(connection, selectors.EVENT_READ, pid)
            elif isinstance(source, int):
                pid, connection = ready.unregister(source).data
                os.close(source)
                end(connection, os.waitpid(pid, 0)[1])
                if connection in ready.get_map():
                    ready.unregister(connection)
            elif source in ready.get_map():  # the client was killed
                os.kill(ready.unregister(source).data, signal.SIGKILL)


@contextlib.contextmanager
def warm(client):
    """A server for a run of tests; what its client needs is in the environment of its processes."""
    with tempfile.TemporaryDirectory(prefix="dbwarden-warm-") as folder:
        path = f"{folder}/s"
        with subprocess.Popen([sys.executable, __file__, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
            server.stdout.readline()
            os.environ.update(WARM_CLIENT=client, WARM_SOCKET=path, WARM_PYTHON=sys.executable)
            try:
                yield
            finally:
                server.stdin.close()


if __name__ == "__main__":
    serve(sys.argv[1])
