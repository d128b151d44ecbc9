"""The end of a process that separates, in a process of its own."""

import subprocess
import sys

from worker.separating import EXIT_CODE

_STUCK = """
from worker.separating import SeparatingProcess

class Stuck(SeparatingProcess):
    def stop(self):
        raise RuntimeError("the jail does not close")

Stuck(None)._abandon()
"""


def test_a_process_that_cannot_leave_in_good_order_ends_all_the_same():
    assert subprocess.run([sys.executable, "-c", _STUCK], timeout=60, check=False).returncode == EXIT_CODE
