"""A wrong deployment is told in one line that names the variable and shows no secret."""

import pytest
from pydantic_settings import SettingsError

from contract.settings import SharedSettings
from contract.settings_errors import WRONG_SETTINGS, in_one_line


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("STEMIFY_PROFILE", "private", "STEMIFY_PROFILE: Input should be 'local' or 'public'."),
        (
            "STEMIFY_QUEUE__BEAT_SECONDS",
            "99",
            "STEMIFY_QUEUE: queue.beat_seconds must be at most half of queue.lease_seconds.",
        ),
        ("STEMIFY_QUEUE__NO_SUCH", "1", "STEMIFY_QUEUE__NO_SUCH: there is no such setting."),
        (
            "REDIS_URL",
            "http://:letmein@h",
            "STEMIFY_REDIS__URL: redis.url must be redis://HOST:PORT/DB, rediss://... or unix:///PATH?db=N.",
        ),
    ],
)
def test_each_mistake_is_a_sentence(monkeypatch, name, value, told):
    monkeypatch.setenv(name, value)
    with pytest.raises(WRONG_SETTINGS) as wrong:
        SharedSettings()
    assert in_one_line(wrong.value) == f"The settings in the environment cannot work: {told}"
    assert "letmein" not in str(wrong.value)


def test_a_value_that_is_no_json_is_told_too():
    assert in_one_line(SettingsError("proxies is no list")).endswith("cannot be read: proxies is no list.")


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("STEMIFY_QUEU__MAX_DEPTH", "QUEUE"),
        ("STEMIFY_DEVIC", "DEVICE"),
        ("stemify_retension__files_seconds", "RETENTION"),
    ],
)
def test_a_misspelt_name_is_told_with_its_nearest(monkeypatch, name, near):
    monkeypatch.setenv(name, "1")
    with pytest.raises(WRONG_SETTINGS) as wrong:
        SharedSettings()
    assert in_one_line(wrong.value).endswith(f"{name} is no setting of ours; the nearest is STEMIFY_{near}.")


@pytest.mark.parametrize("name", ["STEMIFY_DEVICE", "STEMIFY_INTAKE__PROBE_SECONDS", "STEMIFY_SERVER", "STEMIFY_DEBUG"])
def test_the_other_tiers_names_and_the_command_lines_are_known(monkeypatch, name):
    monkeypatch.setenv(name, "1")
    assert SharedSettings().profile == "local"
