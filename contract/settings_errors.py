"""Settings that cannot work, as one line for the person who set them. Never a value: it may be a secret."""

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import SettingsError

WRONG_SETTINGS = (ValidationError, SettingsError)
"""What reading settings from the environment may raise."""


def in_one_line(error: ValidationError | SettingsError) -> str:
    """What is wrong, naming each variable."""
    if isinstance(error, ValidationError):
        return f"The settings in the environment cannot work: {' '.join(map(_sentence, error.errors()))}"
    return f"The settings in the environment cannot be read: {error}."


def _sentence(wrong: ErrorDetails) -> str:
    said = "there is no such setting" if wrong["type"] == "extra_forbidden" else wrong["msg"]
    name = "STEMIFY_" + "__".join(str(part) for part in wrong["loc"]).upper()
    return (
        f"{name}: {said.removeprefix('Value error, ')}." if wrong["loc"] else f"{said.removeprefix('Value error, ')}."
    )
