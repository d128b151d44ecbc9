"""Memory does not grow with the length, neither reading nor writing: measured in a process of its own."""

import subprocess
import sys

import pytest

from media.formats import FORMAT_NAMES

_BOTH_WAYS = """
import sys
from pathlib import Path
import numpy as np
from media.decode import decode
from media.encode import Encoder, OutputFormat

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

def both_ways(minutes):
    path = Path(sys.argv[1])
    silence = np.zeros((1, 65536), np.float32)
    with Encoder(path, OutputFormat(sys.argv[2]), sample_rate=22050, channels=1) as stem:
        for _ in range(int(minutes * 60 * 22050 / 65536)):
            stem.write(silence)
    most = resident()
    for _ in decode(path, sample_rate=16000):
        most = max(most, resident())
    return most

short = both_ways(0.5)
print(both_ways(5) - short)
"""


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_ten_times_the_length_takes_no_more_memory(tmp_path, name):
    command = [sys.executable, "-c", _BOTH_WAYS, str(tmp_path / "stem"), name]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=110)
    # The 4.5 minutes between the two are 24 MB as float32; m4a's index takes half a megabyte.
    assert int(said.stdout) < 6_000_000
