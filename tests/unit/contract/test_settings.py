"""Settings: names, sources in their order, and deployments that do not start."""

import pytest
from pydantic import ValidationError

from contract.settings import QueueSettings, SharedSettings


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch):
    for name in ("REDIS_URL", "PORT"):
        monkeypatch.delenv(name, raising=False)


def test_with_no_environment_everything_has_a_default():
    settings = SharedSettings()
    assert settings.profile == "local"
    assert settings.limits.max_duration_seconds == 3_600
    assert settings.models.fetch


def test_the_public_profile_is_stricter_but_each_default_can_be_set(monkeypatch):
    monkeypatch.setenv("STEMIFY_PROFILE", "public")
    assert SharedSettings().limits.max_duration_seconds == 600
    assert SharedSettings().limits.jobs_per_hour == 5
    monkeypatch.setenv("STEMIFY_LIMITS__JOBS_PER_HOUR", "9")
    settings = SharedSettings()
    assert settings.limits.jobs_per_hour == 9
    assert settings.limits.max_duration_seconds == 600
    assert not settings.models.fetch


def test_our_names_come_before_the_platforms(monkeypatch):
    monkeypatch.setenv("REDIS_URL", "redis://platform/0")
    assert SharedSettings().redis.url.get_secret_value() == "redis://platform/0"
    monkeypatch.setenv("STEMIFY_REDIS__URL", "redis://ours/0")
    assert SharedSettings().redis.url.get_secret_value() == "redis://ours/0"


def test_the_address_of_the_store_is_never_shown(monkeypatch):
    monkeypatch.setenv("REDIS_URL", "redis://:letmein@h/0")
    assert "letmein" not in repr(SharedSettings()) + str(SharedSettings().model_dump())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("STEMIFY_PROFILE", "private"),
        ("STEMIFY_QUEUE__MAX_ATTEMPTS", "0"),
        ("STEMIFY_LIMITS__MAX_UPLOAD_BYTES", "-1"),
        ("STEMIFY_TELEMETRY__LOG_LEVEL", "loud"),
    ],
)
def test_a_wrong_value_does_not_start(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError):
        SharedSettings()


def test_a_lease_must_hold_for_two_beats():
    with pytest.raises(ValidationError, match="at most half"):
        QueueSettings(lease_seconds=8, beat_seconds=5)
