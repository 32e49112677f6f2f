"""API keys of the routers: header ``X-API-Key``, compared in constant time."""

import hmac
import os
from collections.abc import Awaitable, Callable, Iterable
from typing import Literal, NoReturn

from dbwarden.exceptions import ConfigurationError

AuthMode = Literal["open", "authenticated"]
Keys = str | Iterable[str]
MODES = ("open", "authenticated")


def _keys_of(api_key: Keys | None) -> list[bytes]:
    keys = [api_key] if isinstance(api_key, str) else list(api_key or ())
    if api_key is not None and not keys:
        raise ConfigurationError("api_key holds no key", hint="Give it a text, or a list of texts; without keys leave it out.")
    for key in keys:
        if not isinstance(key, str) or not key.strip():
            raise ConfigurationError("api_key holds an empty key", hint="Give it a text, or a list of texts to rotate keys.")
        _refuse_white_space(key, "api_key")
    return [key.encode() for key in keys]


def _refuse_white_space(key: str, where: str) -> None:
    """No header ends in white space, so nobody could ever send such a key; it comes from files that end in a new line."""
    if key != key.strip() or "\n" in key or "\r" in key:
        raise ConfigurationError(f"{where} holds white space that no header can carry", hint="Take it away: key.strip().")


def accepted_keys(auth_mode: AuthMode | None, api_key: Keys | None, variable: str) -> list[bytes] | None:
    """The keys that are accepted; None: everybody is. The variable is "open", "authenticated" or one more key.

    It can ask for keys where the code does not, never the other way round.
    """
    said = os.environ.get(variable)
    if auth_mode not in (None, *MODES):
        raise ConfigurationError(f"auth_mode is {auth_mode!r}: it must be one of {', '.join(MODES)}")
    _refuse_white_space(said or "", variable)
    keys = _keys_of(api_key) + ([said.encode()] if said and said not in MODES else [])
    is_wanted = auth_mode == "authenticated" or said not in (None, "", "open") or (auth_mode is None and bool(keys))
    if not is_wanted:
        return None
    if not keys:
        raise ConfigurationError(
            "the router asks for authentication, but there is no key",
            hint=f"Pass api_key=..., or set {variable} to the key.",
        )
    return keys


def is_open(auth_mode: AuthMode | None, variable: str) -> bool:
    """Whether somebody said so, in the code or in the environment."""
    return auth_mode == "open" or os.environ.get(variable) == "open"


def key_dependency(keys: list[bytes] | None) -> Callable[..., Awaitable[None]]:
    """The dependency that answers 401 or 403 to a request without one of the keys; None lets everybody through."""
    from fastapi import HTTPException, Security
    from fastapi.security import APIKeyHeader

    header = APIKeyHeader(name="X-API-Key", auto_error=False)

    async def check_key(given: str | None = Security(header)) -> None:
        if keys is None:
            return
        if not given:
            raise HTTPException(401, "API key required")
        ways = (given.encode("latin-1"), given.encode())  # beyond ASCII some clients send UTF-8, others Latin-1
        matches = [hmac.compare_digest(key, sent) for key in keys for sent in ways]
        if not any(matches):
            raise HTTPException(403, "Invalid API key")

    return check_key


def refuse_changes() -> NoReturn:
    """The dependency of what changes something, where nobody said who may."""
    from fastapi import HTTPException

    raise HTTPException(403, 'Closed: give the router an api_key, or auth_mode="open"')
