"""Takes secrets out of a log line's fields. Knows the usual names and forms of secrets, and nothing of logging."""

import re
from collections.abc import Mapping, MutableMapping
from typing import Any

MASK = "***"
_SECRET_NAME = re.compile(
    r"(?i)(^|[_-])(password|passwd|secret|token|authorization|cookie|api[_-]?key|access[_-]?key|credentials?)([_-]|$)"
)
_LOGIN_IN_ADDRESS = re.compile(r"(?<=://)[^/@\s'\"]+@")
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}")
_SIGNATURE = re.compile(r"(?i)(X-Amz-(?:Signature|Credential)=)[^&\s'\"]+")


def masked(_: object, __: str, fields: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """A structlog processor: values of secret names, and secrets within texts, become `***`."""
    return {name: _value(name, value) for name, value in fields.items()}


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
    return _SIGNATURE.sub(rf"\1{MASK}", _BEARER.sub(rf"\1 {MASK}", without_login))
