"""From stems as the model makes them to stems as they are written: rate, channels, exact length. Writes no files."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from media.blocks import FloatBlock
from media.downmix import in_channels
from media.facts import AudioFacts
from media.formats import OutputFormat
from media.resample import Resampler, resampled_frames
from worker.engine.errors import InvalidOptions, MixChanged
from worker.engine.options import OutputOptions
from worker.engine.separator import Separator
from worker.engine.survey import Survey
from worker.engine.windows import MixWindow

Stems = dict[str, FloatBlock]


@dataclass(frozen=True)
class Rendering:
    """How every stem will be written: format, rate (Hz), channels, and exactly how many frames."""

    output_format: OutputFormat
    sample_rate: int
    channels: int
    frames: int
    warnings: tuple[tuple[str, str], ...] = ()


def plan_rendering(options: OutputOptions, found: Survey, separator: Separator) -> Rendering:
    """What the options mean for this recording. Raises InvalidOptions."""
    output_format = _format(options, found.facts)
    wanted = options.sample_rate or found.facts.sample_rate
    rate = output_format.closest_rate(wanted)
    warnings = (
        ()
        if rate == wanted
        else (("sample_rate_changed", f"{output_format.name} cannot carry {wanted} Hz; written at {rate} Hz."),)
    )
    mono = options.channels == "source" and found.facts.channels == 1
    stereo = options.channels == "source" and found.facts.channels > 1
    return Rendering(
        output_format=output_format,
        sample_rate=rate,
        channels=1 if mono else 2 if stereo else separator.channels,
        frames=resampled_frames(found.frames, found.facts.sample_rate, rate),
        warnings=warnings,
    )


def render(stream: Iterable[Stems], rendering: Rendering, separator: Separator) -> Iterator[Stems]:
    """Stems as they come from the stream, at the rate and channels wanted, in all exactly `rendering.frames` frames."""
    left = rendering.frames
    for stems in _resampled(stream, separator.sample_rate, rendering):
        stems = {name: block[:, :left] for name, block in stems.items()}  # noqa: PLW2901 (the same stems, cut)
        left -= _frames(stems)
        if left == 0 or _frames(stems):
            yield stems
    if left:
        # Two roundings, there and back, may cost a frame.
        yield {name: np.zeros((rendering.channels, left), np.float32) for name in stems}


class SourceReader:
    """The recording itself (`blocks`, at the rate and channels of the stems), a stretch at a time."""

    def __init__(self, blocks: Iterator[FloatBlock], channels: int) -> None:
        self._blocks = blocks
        self._window = MixWindow(channels)

    def read(self, frames: int) -> FloatBlock:
        """The next frames (channels x frames). Raises MixChanged when there are fewer."""
        until = self._window.start + frames
        while self._window.end < until:
            block = next(self._blocks, None)
            if block is None:
                raise MixChanged("The recording became shorter while it was read.")
            self._window.append(block)
        found = self._window.cut(self._window.start, until)
        self._window.drop(until)
        return found


def _format(options: OutputOptions, facts: AudioFacts) -> OutputFormat:
    name, bitrate = options.format, options.bitrate_kbps
    try:
        if options.bit_depth == "source":
            return OutputFormat.closest(name, bit_depth=facts.bit_depth, bitrate_kbps=bitrate)
        return OutputFormat(name, options.bit_depth, bitrate)
    except ValueError as error:
        raise InvalidOptions(f"{error}.") from error


def _resampled(stream: Iterable[Stems], model_rate: int, rendering: Rendering) -> Iterator[Stems]:
    resamplers: dict[str, Resampler] = {}
    for stems in stream:
        shaped = {name: in_channels(block, _LAYOUT[: len(block)], rendering.channels) for name, block in stems.items()}
        if model_rate == rendering.sample_rate:
            yield shaped
            continue
        for name in shaped.keys() - resamplers.keys():
            resamplers[name] = Resampler(model_rate, rendering.sample_rate, rendering.channels)
        yield {name: resamplers[name].push(block) for name, block in shaped.items()}
    if resamplers:
        yield {name: resampler.finish() for name, resampler in resamplers.items()}


_LAYOUT = ("FL", "FR")


def _frames(stems: Stems) -> int:
    return next(iter(stems.values())).shape[-1]
