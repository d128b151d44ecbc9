"""Where this machine's Chromium is, and how it is started. Knows no page."""

import shutil
from pathlib import Path

# The wrapper on Debian's path adds the flags of the machine's owner; the program itself has none.
_PROGRAMS = ("/usr/lib/chromium/chromium", "chromium", "chromium-browser", "google-chrome")
FLAGS = ("--no-sandbox", "--mute-audio", "--autoplay-policy=no-user-gesture-required")
HOW_TO_GET = "Install one (Debian: apt-get install chromium)."


def find_chromium() -> Path | None:
    """The program, or None where there is none."""
    found = next((path for name in _PROGRAMS if (path := shutil.which(name))), None)
    return None if found is None else Path(found)
