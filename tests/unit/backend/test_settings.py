"""Settings that cannot work do not start."""

import pytest
from pydantic import ValidationError

from backend.main import app
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


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("STEMIFY_LIVE__NO_SUCH", "1", "STEMIFY_LIVE__NO_SUCH: there is no such setting."),
        ("STEMIFY_MODELS__DEFAULT", "none", "There is no model 'none' here"),
        ("STEMIFY_MODELS__CATALOG", "/none.toml", "the catalog of models /none.toml cannot be read"),
    ],
)
def test_a_wrong_deployment_ends_with_one_line(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as ended:
        app()
    assert told in str(ended.value)
    assert "\n" not in str(ended.value)
