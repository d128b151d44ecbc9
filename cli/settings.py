"""The shared settings as the environment has them, or one sentence for each that is wrong."""

from cli.errors import WrongUse
from contract.settings import SharedSettings
from contract.settings_errors import WRONG_SETTINGS, in_one_line


def shared_settings() -> SharedSettings:
    """What the environment says (STEMIFY_...). Raises WrongUse, naming each variable that is wrong."""
    try:
        return SharedSettings()
    except WRONG_SETTINGS as wrong:
        raise WrongUse(in_one_line(wrong)) from wrong
