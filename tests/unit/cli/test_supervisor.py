"""How an ending is told, and what the guard does when the launcher is gone."""

import os
import subprocess
import sys

from cli.guard import keep
from cli.supervisor import ending

FOREVER = [sys.executable, "-c", "import signal; signal.pause()"]


def test_endings_are_told_in_words() -> None:
    assert ending(0) == "ended with exit code 0"
    assert ending(-9) == "was ended by SIGKILL"
    assert ending(-63) == "was ended by signal 63"


def test_the_guard_ends_what_is_still_watched_and_nothing_else() -> None:
    watched = subprocess.Popen(FOREVER, start_new_session=True)
    forgotten = subprocess.Popen(FOREVER, start_new_session=True)
    try:
        keep([f"+{watched.pid}\n", f"+{forgotten.pid}\n", f"-{forgotten.pid}\n"])
        assert watched.wait(10) == -9
        assert forgotten.poll() is None
    finally:
        os.killpg(forgotten.pid, 9)
        forgotten.wait(10)
