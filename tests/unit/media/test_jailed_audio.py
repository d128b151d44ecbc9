"""A stranger's recording decodes in a jail to what it decodes to here, as fast as it is taken; or in one error."""

import itertools
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from media import jailed_audio
from media.audio_file import AudioFile, OwnAudio
from media.encode import Encoder
from media.errors import JailBroken, MediaTooLong, UnsupportedMedia
from media.formats import OutputFormat
from media.jail import Jail, ZygoteLost
from media.jailed_audio import DECODING, JailedAudio
from media.limits import Limits
from tests.unit.media import inmates

RATE = 44_100


@pytest.fixture(scope="module")
def jail() -> Iterator[Jail]:
    made = Jail(preload=(*DECODING, "tests.unit.media.inmates"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Half a minute of noise: more than a pipe holds."""
    path = tmp_path_factory.mktemp("recording") / "noise.flac"
    noise = np.random.default_rng(0).standard_normal((2, 30 * RATE)).astype(np.float32) * 0.1
    with Encoder(path, OutputFormat("flac", "16"), sample_rate=RATE, channels=2) as encoder:
        encoder.write(noise)
    return path


def heard(audio: AudioFile, *, channels: int = 2, **how: float) -> np.ndarray:
    return np.concatenate(list(audio.blocks(sample_rate=RATE, channels=channels, **how)), axis=1)


def children(jail: Jail) -> list[psutil.Process]:
    process = jail._zygote._process
    assert process is not None
    return psutil.Process(process.pid).children(recursive=True)


def until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


@pytest.mark.parametrize("channels", [1, 2])
def test_the_samples_are_the_same_each_time(jail: Jail, recording: Path, channels: int) -> None:
    audio = JailedAudio(recording, jail)
    assert audio.facts() == OwnAudio(recording).facts()
    expected = heard(OwnAudio(recording), channels=channels)
    for _ in range(2):
        assert np.array_equal(heard(audio, channels=channels), expected)


def test_two_passes_run_side_by_side(jail: Jail, recording: Path) -> None:
    audio = JailedAudio(recording, jail)
    passes = [audio.blocks(sample_rate=RATE, channels=2) for _ in range(2)]
    assert all(np.array_equal(one, other) for one, other in zip(*passes, strict=True))


def test_waiting_for_its_taker_costs_the_child_nothing(jail: Jail, recording: Path) -> None:
    audio = JailedAudio(recording, jail, limits=Limits(wall_seconds=2.0, cpu_seconds=60.0))
    blocks = audio.blocks(sample_rate=RATE, channels=2)
    first = next(blocks)
    until(lambda: all(child.status() == psutil.STATUS_SLEEPING for child in children(jail)))
    time.sleep(2.5)  # the behaviour under test is the passing of the wall limit itself
    assert first.shape[1] + sum(block.shape[1] for block in blocks) == 30 * RATE


def test_a_pass_given_up_leaves_no_child(jail: Jail, recording: Path) -> None:
    blocks = JailedAudio(recording, jail).blocks(sample_rate=RATE, channels=2)
    next(blocks)
    assert children(jail)
    before = jail.endings.get("given up", 0)
    blocks.close()
    until(lambda: not children(jail))
    assert jail.endings["given up"] == before + 1


def test_what_is_no_audio_is_named_as_ever(jail: Jail, tmp_path: Path) -> None:
    text = tmp_path / "song.mp3"
    text.write_text("Dear sir, I am not a song.\n" * 40, encoding="utf-8")
    for attempt in (JailedAudio(text, jail).facts, lambda: heard(JailedAudio(text, jail))):
        with pytest.raises(UnsupportedMedia) as caught:
            attempt()
        assert caught.value.found == "plain text"


def test_too_long_is_said_while_decoding(jail: Jail, recording: Path) -> None:
    with pytest.raises(MediaTooLong) as caught:
        heard(JailedAudio(recording, jail), max_seconds=10.0)
    assert caught.value.limit_seconds == 10.0


STREAMS = {
    "crash": (inmates.stream_and_crash, Limits(wall_seconds=60.0), "SIGSEGV"),
    "hang": (inmates.stream_and_sleep, Limits(wall_seconds=1.0), "wall time"),
    "burn": (inmates.stream_and_burn, Limits(wall_seconds=60.0, cpu_seconds=1.0), "processor time"),
    "earn and burn": (
        inmates.stream_and_burn,
        Limits(wall_seconds=60.0, cpu_seconds=1.0, seconds_per_mib=0.001),
        "processor time",
    ),
    "long piece": (inmates.stream_a_long_piece, Limits(wall_seconds=60.0), "reply"),
    "odd piece": (inmates.stream_odd, Limits(wall_seconds=60.0), "reply"),
    "no numbers": (inmates.stream_nan, Limits(wall_seconds=60.0), "reply"),
    "nothing said": (inmates.stream_and_leave, Limits(wall_seconds=60.0), "reply"),
}


@pytest.mark.parametrize("case", STREAMS)
def test_a_broken_pass_is_one_error_after_what_came(
    jail: Jail, recording: Path, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    function, limits, reason = STREAMS[case]
    monkeypatch.setattr(jailed_audio, "decode_here", function)
    with pytest.raises(JailBroken) as caught:
        heard(JailedAudio(recording, jail, limits=limits))
    assert caught.value.reason == reason, caught.value.detail
    assert jail.run(inmates.echo, "alive") == ["alive"]


def test_an_endless_child_is_cut_off(jail: Jail, recording: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jailed_audio, "decode_here", inmates.stream_endlessly)
    with pytest.raises(MediaTooLong):
        heard(JailedAudio(recording, jail), max_seconds=5.0)
    until(lambda: not children(jail))


def test_a_zygote_lost_midway_is_said_and_replaced(jail: Jail, recording: Path) -> None:
    audio = JailedAudio(recording, jail)
    blocks = audio.blocks(sample_rate=RATE, channels=2)
    next(blocks)
    process = jail._zygote._process
    assert process is not None
    process.kill()
    with pytest.raises(ZygoteLost):
        list(itertools.islice(blocks, 100))
    assert heard(audio).shape == (2, 30 * RATE)
