"""The second pass: one decoding, read at several rates and with several numbers of channels."""

import itertools

import numpy as np
import pytest

from media.audio_file import OwnAudio
from media.decode import decode
from media.encode import Encoder
from media.formats import OutputFormat
from worker.engine.statistics import MixStatistics
from worker.engine.survey import Survey, decode_again

FRAMES = 200_000


class Counted(OwnAudio):
    """Counts how often it is decoded."""

    passes = 0

    def blocks(self, **how):
        self.passes += 1
        return super().blocks(**how)


def surveyed(path, channels):
    noise = np.random.default_rng(2).uniform(-0.5, 0.5, (channels, FRAMES)).astype(np.float32)
    with Encoder(path, OutputFormat("wav", "16"), sample_rate=48_000, channels=channels) as encoder:
        encoder.write(noise)
    source = Counted(path)
    return Survey(
        source=source, facts=source.facts(), frames=FRAMES, mix_frames=183_750, statistics=MixStatistics(0.0, 1.0)
    )


@pytest.mark.parametrize("channels", [1, 2, 3])
def test_one_decoding_gives_every_reader_what_its_own_would(channels, tmp_path):
    found = surveyed(tmp_path / "song.wav", channels)
    narrow = 1 if channels == 1 else 2
    readers = decode_again(found, (44_100, 2), (48_000, narrow))
    ahead, behind = (np.concatenate(list(reader), axis=1) for reader in readers)
    assert found.source.passes == 1
    assert ahead.shape == (2, 183_750)
    own = np.concatenate(list(decode(found.source.path, channels=narrow)), axis=1)
    np.testing.assert_array_equal(behind, own)


def test_nothing_is_decoded_before_it_is_wanted(tmp_path):
    found = surveyed(tmp_path / "song.wav", 2)
    first, second = decode_again(found, (48_000, 2), (48_000, 2))
    one = list(itertools.islice(first, 2))
    assert next(second) is one[0], "held for the reader that comes later, not made again"
