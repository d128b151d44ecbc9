"""Where settings come from besides our own names: the names platforms inject, and the chosen profile."""

import difflib
import os
import tomllib
from importlib.resources import files
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import PydanticBaseSettingsSource, SettingsError

PROFILE_DEFAULTS: dict[str, dict[str, Any]] = {
    "local": {},
    "public": {
        "limits": {"max_duration_seconds": 600.0, "jobs_per_hour": 5, "open_uploads": 8},
        "models": {"fetch": False},
        "sources": {"links": False},
        "queue": {"longest_wait_seconds": 1_800.0},
    },
}
"""What each profile sets where nothing else does; `local` is what the fields' own defaults say."""

_PREFIX = "STEMIFY_"
_NO_SETTINGS = ("server", "api_key", "debug", "instance")
"""What else begins so: options of the command line, and a worker's word to its children."""


class PlatformNames(PydanticBaseSettingsSource):
    """REDIS_URL and PORT, which hosting platforms inject under these names."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Nothing for a single field: this source gives whole groups."""
        return None, field_name, field.annotation is None

    def __call__(self) -> dict[str, Any]:
        """The groups these names stand for."""
        found: dict[str, Any] = {}
        if url := os.environ.get("REDIS_URL"):
            found["redis"] = {"url": url}
        if (port := os.environ.get("PORT")) and "port" in self.settings_cls.model_fields:
            found["port"] = port
        return found


class Spelling(PlatformNames):
    """Gives nothing: it refuses names of ours that are no setting, which would otherwise be ignored in silence.

    Both tiers share one environment, so the names of both are known here (settings_names.toml, written by
    deploy/settings_table.py). What is inside a group, the group itself refuses.
    """

    def __call__(self) -> dict[str, Any]:
        """Raises SettingsError, naming the nearest setting."""
        known = tomllib.loads((files("contract") / "settings_names.toml").read_text(encoding="utf-8"))["names"]
        for name in sorted(os.environ):
            first = name.upper().removeprefix(_PREFIX).partition("__")[0]
            if name.upper().startswith(_PREFIX) and first.lower() not in (*known, *_NO_SETTINGS):
                near = difflib.get_close_matches(first.lower(), known, n=1, cutoff=0.0)[0]
                raise SettingsError(f"{name} is no setting of ours; the nearest is {_PREFIX}{near.upper()}")
        return {}


class ProfileDefaults(PlatformNames):
    """What the chosen profile sets where nothing else does."""

    def __call__(self) -> dict[str, Any]:
        """The profile's defaults."""
        return PROFILE_DEFAULTS.get(self.current_state.get("profile", "local"), {})
