"""`dbwarden diff`, `lock-status` and `unlock` as functions."""

from dbwarden import _gone
from dbwarden.commands import command

diff_cmd = command("diff", "<diff_type> verbose database")
lock_status_cmd = command("lock-status", "database")
unlock_cmd = command("unlock", "database")


def __getattr__(name: str) -> object:
    _gone.refuse(__name__, name, "`dbwarden help` shows every command")
