"""How the reader talks to the program that started it.

The request comes as JSON on standard input, after the reader's own text and before a zero byte and a password, if there is one; the answer goes as one JSON
document to descriptor 3, after lines that the program passes on as they come.  What the user's code prints goes to standard error.  A failure is an answer too:
{"error": {code, message, hint, file, line}}.  Values of settings never go into a message.
"""
import json
import os
import sys
import threading

REPLY = 3


class Refusal(Exception):
    """Something about the user's project that stops the reading; becomes the program's error."""

    def __init__(self, message, hint=None, file=None, line=0, code="models"):
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.file = file
        self.line = line
        self.code = code

    def as_json(self):
        return {"code": self.code, "message": self.message, "hint": self.hint, "file": self.file, "line": self.line}


class Warnings:
    """Warnings for the user, each text once."""

    def __init__(self):
        self.items = []

    def add(self, text, file=None, line=0):
        item = {"text": text, "file": file, "line": line}
        if item not in self.items:
            self.items.append(item)


def prepare():
    """The user's prints to standard error; nobody but us writes to the reply."""
    sys.stdout.flush()
    os.dup2(2, 1)
    os.set_inheritable(REPLY, False)


writing = threading.Lock()


def write(data):
    view = memoryview(data)
    while view:
        view = view[os.write(REPLY, view):]


def tell(text):
    """A line for the user, now."""
    with writing:
        write(text.replace("\n", " ").encode("utf-8", "replace") + b"\n")


def answer(document):
    writing.acquire()  # nothing more is told
    write(json.dumps(document, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace"))


def dispatch(mode, request):
    if mode == "config":
        from . import settings
        return settings.read(request)
    if mode == "edit":
        from . import edit
        return edit.edit(request)
    if mode == "models":
        from . import models
        return models.read(request)
    if mode in ("seed", "migration"):
        from . import program
        return program.read(request)
    if mode == "revisions":
        from . import revisions
        return revisions.read(request)
    if mode == "xml":
        from . import tree_of_xml
        return tree_of_xml.read(request)
    if mode == "again":
        from . import again
        return again.read(request)
    raise Refusal("the reader knows no mode %r" % mode)


def own_failure(error):
    """A bug of ours: the frames of the reader, without any value."""
    import traceback

    frames = traceback.extract_tb(error.__traceback__)[-3:]
    places = ", ".join("%s:%s" % (os.path.basename(frame.filename), frame.lineno) for frame in frames)
    return {"code": "failed", "message": "the reader failed: %s: %s (%s)" % (type(error).__name__, error, places)}


def serve(mode):
    text, _, secret = sys.stdin.buffer.read().decode("utf-8").partition("\0")
    request = json.loads(text)
    request["secret"] = secret or None
    prepare()
    sys.argv[:] = ["dbwarden"]
    try:
        document = dispatch(mode, request)
    except Refusal as refusal:
        document = {"error": refusal.as_json()}
    except KeyboardInterrupt:
        os._exit(130)
    except BaseException as error:
        document = {"error": own_failure(error)}
    answer(document)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            pass
    os._exit(0)  # threads and exit handlers of the user's code must not hold us up
