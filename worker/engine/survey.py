"""The first pass over a recording: how long it is, what Demucs normalises with, and whether all of it decodes."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from media.audio_file import AudioFile
from media.blocks import FloatBlock
from media.downmix import in_channels
from media.facts import AudioFacts
from media.resample import Resampler
from worker.engine.errors import Canceled
from worker.engine.separator import Separator
from worker.engine.statistics import MixStatistics, StatisticsMeter
from worker.engine.watch import Watch

_EARS = ("FL", "FR")


@dataclass(frozen=True, kw_only=True)
class Survey:
    """What the first pass found.

    `frames`: of the recording at its own rate. `mix_frames`, `statistics`: of the mix at the model's rate and channels.
    """

    source: AudioFile
    facts: AudioFacts
    frames: int
    mix_frames: int
    statistics: MixStatistics

    @property
    def seconds(self) -> float:
        """How long the recording is."""
        return self.frames / self.facts.sample_rate


def survey(source: AudioFile, separator: Separator, *, max_seconds: float | None, watch: Watch) -> Survey:
    """Decode the whole recording once. Raises MediaError (see media.errors), Canceled."""
    facts = source.facts()
    heard = _Heard(facts, watch)
    meter = StatisticsMeter()
    blocks = source.blocks(sample_rate=facts.sample_rate, channels=separator.channels, max_seconds=max_seconds)
    for block in _at_rate(heard.listen(blocks), facts.sample_rate, separator.sample_rate):
        meter.add(block)
    watch.progress("decoding", 1.0)
    return Survey(source=source, facts=facts, frames=heard.frames, mix_frames=meter.frames, statistics=meter.statistics)


def decode_again(found: Survey, *shapes: tuple[int, int]) -> tuple[Iterator[FloatBlock], ...]:
    """The recording decoded once more and read in several places: for each of `shapes`, a rate (Hz) and one or two
    channels, its blocks, of exactly as many frames as the survey implies.

    What one reader has had and another has not is held meanwhile. By way of the recording's own rate, as the survey
    went: files that change their rate midway round otherwise.
    """
    rate, most = found.facts.sample_rate, max(channels for _, channels in shapes)
    readers = itertools.tee(found.source.blocks(sample_rate=rate, channels=most), len(shapes))
    return tuple(
        _at_rate(_with_channels(channels, reader), rate, wanted)
        for reader, (wanted, channels) in zip(readers, shapes, strict=True)
    )


class _Heard:
    """Counts the frames at the recording's own rate and tells the watch."""

    def __init__(self, facts: AudioFacts, watch: Watch) -> None:
        self.frames = 0
        self._claimed = (facts.duration_seconds or 0.0) * facts.sample_rate
        self._watch = watch

    def listen(self, blocks: Iterator[FloatBlock]) -> Iterator[FloatBlock]:
        for block in blocks:
            if self._watch.canceled():
                raise Canceled
            self.frames += block.shape[-1]
            if self._claimed:
                self._watch.progress("decoding", min(1.0, self.frames / self._claimed))
            yield block


def _with_channels(channels: int, blocks: Iterator[FloatBlock]) -> Iterator[FloatBlock]:
    return (in_channels(block, _EARS[: len(block)], channels) for block in blocks)


def _at_rate(blocks: Iterator[FloatBlock], source_rate: int, rate: int) -> Iterator[FloatBlock]:
    resampler: Resampler | None = None
    for block in blocks:
        if source_rate == rate:
            yield block
            continue
        resampler = resampler or Resampler(source_rate, rate, block.shape[0])
        yield resampler.push(block)
    if resampler is not None:
        yield resampler.finish()
