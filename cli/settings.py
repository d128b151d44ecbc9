"""The shared settings as the environment has them, or one sentence for each that is wrong."""

from typing import Any

from pydantic import ValidationError
from pydantic_settings import SettingsError

from cli.errors import WrongUse
from contract.settings import SharedSettings


def shared_settings() -> SharedSettings:
    """What the environment says (STEMIFY_...). Raises WrongUse, naming each variable that is wrong."""
    try:
        return SharedSettings()
    except ValidationError as wrong:
        sentences = " ".join(_sentence(dict(error)) for error in wrong.errors())
        raise WrongUse(f"The settings in the environment cannot work: {sentences}") from wrong
    except SettingsError as wrong:
        raise WrongUse(f"The settings in the environment cannot be read: {wrong}.") from wrong


def _sentence(error: dict[str, Any]) -> str:
    name = "STEMIFY_" + "__".join(str(part) for part in error["loc"]).upper()
    return f"{name}: {str(error['msg']).removeprefix('Value error, ')}."
