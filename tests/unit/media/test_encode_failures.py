"""A file that cannot be written is an EncodingFailed with its reason, and nothing of it is left."""

import errno
import os
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from media.encode import Encoder, OutputFormat
from media.errors import EncodingFailed
from media.formats import FORMAT_NAMES

NOISE = np.random.default_rng(0).normal(0, 0.1, (2, 65_536)).astype(np.float32)


def _write_noise(path, name, then=None):
    with Encoder(path, OutputFormat(name), sample_rate=44_100, channels=2) as stem:
        for _ in range(4):
            stem.write(NOISE)
        if then is not None:
            raise then


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_a_full_disk_is_said_and_nothing_is_left(tmp_path, name):
    path = tmp_path / "stem"
    path.symlink_to("/dev/full")
    with pytest.raises(EncodingFailed) as caught:
        _write_noise(path, name)
    assert caught.value.errno == errno.ENOSPC
    assert "No space left" in str(caught.value)
    assert isinstance(caught.value.__cause__, OSError)
    assert list(tmp_path.iterdir()) == []
    assert Path("/dev/full").exists()


_UNTIL_THE_LIMIT = """
import resource, sys
from pathlib import Path
import numpy as np
from media.encode import Encoder, OutputFormat
from media.errors import EncodingFailed
noise = np.random.default_rng(0).normal(0, 0.1, (2, 65536)).astype(np.float32)
for name in sys.argv[2:]:
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, resource.RLIM_INFINITY))
    try:
        with Encoder(Path(sys.argv[1]), OutputFormat(name), sample_rate=44100, channels=2) as stem:
            for _ in range(8):
                stem.write(noise)
    except EncodingFailed as error:
        print(name, error.errno, Path(sys.argv[1]).exists())
"""


def test_running_out_midway_leaves_nothing(tmp_path):
    command = [sys.executable, "-W", "error", "-c", _UNTIL_THE_LIMIT, str(tmp_path / "stem"), *FORMAT_NAMES]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert said.stdout.splitlines() == [f"{name} {errno.EFBIG} False" for name in FORMAT_NAMES]
    assert said.stderr == ""


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_an_error_of_the_callers_removes_the_file(tmp_path, name):
    with pytest.raises(KeyboardInterrupt):
        _write_noise(tmp_path / "stem", name, then=KeyboardInterrupt())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_nothing_written_is_no_file(tmp_path, name):
    with (
        pytest.raises(EncodingFailed, match="no samples"),
        Encoder(tmp_path / "stem", OutputFormat(name), sample_rate=44_100, channels=2) as stem,
    ):
        stem.write(np.zeros((2, 0), np.float32))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_samples_that_are_not_numbers_are_refused(tmp_path, name):
    broken = NOISE.copy()
    broken[1, 5] = np.nan
    stem = Encoder(tmp_path / "stem", OutputFormat(name), sample_rate=44_100, channels=2)
    with pytest.raises(EncodingFailed, match="not finite"):
        stem.write(broken)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ValueError, match="closed"):
        stem.write(NOISE)


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_a_missing_folder_is_said(tmp_path, name):
    with pytest.raises(EncodingFailed) as caught:
        Encoder(tmp_path / "nowhere" / "stem", OutputFormat(name), sample_rate=44_100, channels=2)
    assert caught.value.errno == errno.ENOENT


def test_a_folder_in_the_way_stays(tmp_path):
    for name in FORMAT_NAMES:
        with pytest.raises(EncodingFailed) as caught:
            Encoder(tmp_path, OutputFormat(name), sample_rate=44_100, channels=2)
        assert caught.value.errno == errno.EISDIR
    assert tmp_path.is_dir()


def test_a_block_of_the_wrong_shape_is_the_callers_mistake(tmp_path):
    with Encoder(tmp_path / "stem", OutputFormat("wav"), sample_rate=44_100, channels=2) as stem:
        with pytest.raises(ValueError, match="2 channels"):
            stem.write(NOISE[:1])
        stem.write(NOISE)


def test_closing_twice_is_once(tmp_path):
    stem = Encoder(tmp_path / "stem", OutputFormat("wav"), sample_rate=44_100, channels=2)
    stem.write(NOISE)
    stem.close()
    stem.close()
    assert (tmp_path / "stem").exists()


@pytest.mark.parametrize(
    ("name", "rate", "channels", "words"),
    [
        ("mp3", 96_000, 2, "mp3 cannot carry 96000 Hz; the nearest is 48000"),
        ("m4a", 192_000, 2, "m4a cannot carry 192000 Hz; the nearest is 96000"),
        ("ogg", 44_100, 3, "ogg cannot carry 3 channels"),
        ("wav", 44_100, 9, "wav cannot carry 9 channels"),
    ],
)
def test_what_a_format_cannot_carry_is_refused_before_anything_is_written(tmp_path, name, rate, channels, words):
    with pytest.raises(EncodingFailed, match=words):
        Encoder(tmp_path / "stem", OutputFormat(name), sample_rate=rate, channels=channels)
    assert list(tmp_path.iterdir()) == []


def test_no_file_stays_open(tmp_path):
    before = len(list(Path("/proc/self/fd").iterdir()))
    for name in FORMAT_NAMES:
        with pytest.raises(EncodingFailed), Encoder(tmp_path / "s", OutputFormat(name), sample_rate=8_000, channels=1):
            pass
    assert len(list(Path("/proc/self/fd").iterdir())) == before
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] > before
    assert os.listdir(tmp_path) == []  # noqa: PTH208
