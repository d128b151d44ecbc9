"""Which yt-dlp and which JavaScript runtime there are, without loading either."""

import shutil
import sys
import sysconfig
from importlib.metadata import distributions
from pathlib import Path


def yt_dlp_version(folder: Path | None = None) -> str | None:
    """The version of the yt-dlp in `folder`, or of the installed one; None without."""
    places = sys.path if folder is None else [str(folder)]
    return next((found.version for found in distributions(name="yt-dlp", path=places)), None)


def deno_path() -> Path | None:
    """deno as its wheel installs it, else the system's; None without."""
    own = Path(sysconfig.get_path("scripts")) / "deno"
    other = shutil.which("deno")
    return own if own.is_file() else (None if other is None else Path(other))
