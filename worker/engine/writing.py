"""Writes one stem's file, checks it, and says what it is. Knows no network and no other stem."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from media.blocks import FloatBlock
from media.decode import decode
from media.encode import Encoder
from media.errors import MediaError
from media.peaks import PeaksMeter
from media.probe import probe
from worker.engine.errors import OutputInvalid
from worker.engine.mixdown import level
from worker.engine.options import Clip
from worker.engine.rendering import Rendering
from worker.engine.results import StemFile

PEAK_POINTS = 2_000
_AUDIBLE = 0.01  # a stem this loud (-40 dBFS) cannot be silent in any format
_LOSSLESS_STEP = 2.0**-15  # the coarsest step of a format that keeps samples


Advance = Callable[[int], None]
"""Told the frames of each block that is done; what it raises ends the work."""


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A stem's file as it was encoded, under a name of its own and not checked yet."""

    name: str
    path: Path
    meter: PeaksMeter


@dataclass(frozen=True, kw_only=True)
class Writing:
    """What all stems of a separation have in common when they are written. `room`: the folder for drafts."""

    folder: Path
    room: Path
    rendering: Rendering
    clip: Clip

    def draft(self, name: str, blocks: Iterable[FloatBlock], *, gain: float, advance: Advance) -> Draft:
        """Encode the stem. Raises EncodingFailed; whatever `blocks` and `advance` raise. Then nothing is left of it."""
        meter = PeaksMeter()
        rendering = self.rendering
        path = self.room / f"{name}{rendering.output_format.extension}"
        with Encoder(
            path, rendering.output_format, sample_rate=rendering.sample_rate, channels=rendering.channels
        ) as encoder:
            for block in blocks:
                finished = level(block, gain, self.clip)
                meter.add(finished)
                encoder.write(finished)
                advance(block.shape[-1])
        return Draft(name=name, path=path, meter=meter)

    def finish(self, draft: Draft, advance: Advance) -> StemFile:
        """Check the file, and only then put it into the folder. Raises OutputInvalid; whatever `advance` raises."""
        _check(draft, self.rendering, advance)
        path = self.folder / draft.path.name
        found = _described(draft, path, self.rendering)
        draft.path.replace(path)
        return found


def _check(draft: Draft, rendering: Rendering, advance: Advance) -> None:
    """Decode the file again: all frames there, at the right rate, as loud as what was written."""
    found, meter, name = PeaksMeter(), draft.meter, draft.name
    try:
        facts = probe(draft.path)
        for block in decode(draft.path):
            found.add(block)
            advance(block.shape[-1])
    except MediaError as error:
        raise OutputInvalid(f"The stem {name} does not decode: {error}") from error
    wanted = (rendering.frames, rendering.sample_rate, rendering.channels)
    if (found.frames, facts.sample_rate, facts.channels) != wanted:
        raise OutputInvalid(
            f"The stem {name} has {found.frames} frames, {facts.sample_rate} Hz and {facts.channels} channel(s) "
            f"instead of {wanted[0]}, {wanted[1]} and {wanted[2]}."
        )
    if not _as_loud(found.peak, min(meter.peak, 1.0), lossy=rendering.output_format.lossy):
        raise OutputInvalid(f"The stem {name} came out at a peak of {found.peak:.5f} instead of {meter.peak:.5f}.")


def _as_loud(found: float, wanted: float, *, lossy: bool) -> bool:
    if lossy:
        return found > 0.0 or wanted < _AUDIBLE
    return found >= wanted - 2 * _LOSSLESS_STEP


def _described(draft: Draft, path: Path, rendering: Rendering) -> StemFile:
    meter = draft.meter
    return StemFile(
        name=draft.name,
        path=path,
        format=rendering.output_format.name,
        codec=rendering.output_format.codec,
        bytes=draft.path.stat().st_size,
        sha256=_sha256(draft.path),
        frames=meter.frames,
        sample_rate=rendering.sample_rate,
        channels=rendering.channels,
        peak=meter.peak,
        rms=meter.rms,
        peaks=meter.peaks(PEAK_POINTS),
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
