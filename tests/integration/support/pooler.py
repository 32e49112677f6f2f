"""pgbouncer between a test and its database: in transaction, session or statement mode, with several connections to the server.

What it does here by default is what gives most trouble: backends are handed out in turn (`server_round_robin`), so that two
transactions of one client hardly ever meet the same one.
"""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest

POOLER = shutil.which("pgbouncer", path=os.environ.get("PATH", "") + ":/usr/sbin")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def pooler(url, mode="session", fixed=False, size=4, turns=True, **more_settings):
    """The URL through a new pooler.  `fixed`: every name of a database leads to the one of the URL; `more_settings` are its own."""
    if not POOLER:
        pytest.fail("pgbouncer is missing: tools/deps.sh test installs it")
    parts, port = urlsplit(url), free_port()
    folder = Path(tempfile.mkdtemp(prefix="dbwarden-pooler-"))
    settings = folder / "pgbouncer.ini"
    more = f" dbname={parts.path[1:]}" if fixed else ""
    settings.write_text(
        f"[databases]\n* = host=127.0.0.1 port={parts.port} user=postgres{more}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n"
        f"listen_port = {port}\nunix_socket_dir =\nauth_type = any\npool_mode = {mode}\ndefault_pool_size = {size}\n"
        f"server_round_robin = {int(turns)}\nignore_startup_parameters = extra_float_digits,options\n"
        + "".join(f"{key} = {value}\n" for key, value in {"max_client_conn": 200, **more_settings}.items()))
    user = {"user": "nobody"} if os.getuid() == 0 else {}
    if user:
        folder.chmod(0o755)
        shutil.chown(settings, pwd.getpwnam("nobody").pw_uid)
    process = subprocess.Popen([POOLER, str(settings)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **user)
    through = f"postgresql://postgres:x@127.0.0.1:{port}{parts.path}"
    try:
        for _ in range(100):
            with contextlib.suppress(psycopg2.OperationalError):
                psycopg2.connect(through).close()
                break
            time.sleep(0.05)
        else:
            pytest.fail("pgbouncer does not start")
        yield through
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(folder)
