"""Where settings come from besides our own names: the names platforms inject, and the chosen profile."""

import os
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import PydanticBaseSettingsSource

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


class ProfileDefaults(PlatformNames):
    """What the chosen profile sets where nothing else does."""

    def __call__(self) -> dict[str, Any]:
        """The profile's defaults."""
        return PROFILE_DEFAULTS.get(self.current_state.get("profile", "local"), {})
