"""Settings that cannot work do not start."""

import pytest
from pydantic import ValidationError

from backend.settings import ApiSettings


def test_counted_addresses_must_be_believable() -> None:
    with pytest.raises(ValidationError, match="proxies"):
        ApiSettings.model_validate({"proxies": ("*",), "limits": {"jobs_per_hour": 5}})
    assert ApiSettings.model_validate({"proxies": ("*",)}).proxies == ("*",)


def test_the_platforms_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "9000")
    assert ApiSettings().port == 9000


def test_some_transport_is_needed() -> None:
    with pytest.raises(ValidationError):
        ApiSettings.model_validate({"live": {"transports": ()}})
