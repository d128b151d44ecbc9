"""Takes secrets out of log lines and links. Knows the usual names and forms of secrets, and nothing of logging."""

import re
from collections.abc import Mapping, MutableMapping
from typing import Any

MASK = "***"
_SECRET_NAME = re.compile(
    r"(?i)(^|[_-])(password|passwd|secret|token|authorization|cookie|api[_-]?key|access[_-]?key|credentials?)([_-]|$)"
)
_LOGIN_IN_ADDRESS = re.compile(r"(?<=://)[^/?#\s'\"]+@")  # to the last @ before the path: passwords may hold one
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}")
_IN_QUERY = re.compile(
    r"(?i)(X-Amz-Credential=|[?&](?:[a-z0-9_-]*(?:token|secret|passw|signature|api[_-]?key)[a-z0-9_-]*|sig|key)=)[^&#\s'\"]+"
)

_SIGNING_NAME = re.compile(r"(?i)^(sig|sign|signature|key|auth|pwd|code|hash|policy|expires)$")
_WORD_LETTERS = 20


def masked(_: object, __: str, fields: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """A structlog processor: values of secret names, and secrets within texts, become `***`."""
    return {name: _value(name, value) for name, value in fields.items()}


def masked_link(link: str) -> str:
    """A link as it may be shown: without its fragment, and with what may be a secret in its query as `***`.

    A secret is what a secret's name says, and whatever is longer than the short words that name a page or a video.
    """
    address, _, query = link.partition("#")[0].partition("?")
    shown = "&".join(_part(part) for part in query.split("&"))
    return _text(f"{address}?{shown}" if query else address)


def _part(part: str) -> str:
    name, equals, value = part.partition("=")
    secret = _SECRET_NAME.search(name) or _SIGNING_NAME.search(name) or len(value) > _WORD_LETTERS
    return f"{name}={MASK}" if equals and secret else (part if len(name) <= _WORD_LETTERS else MASK)


def _value(name: str, value: Any) -> Any:
    if _SECRET_NAME.search(name):
        return MASK
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        return {inner: _value(str(inner), each) for inner, each in value.items()}
    if isinstance(value, list | tuple):
        return [_value("", each) for each in value]
    return value


def _text(text: str) -> str:
    without_login = _LOGIN_IN_ADDRESS.sub(f"{MASK}@", text)
    return _IN_QUERY.sub(rf"\1{MASK}", _BEARER.sub(rf"\1 {MASK}", without_login))
