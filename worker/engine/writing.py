"""Writes one stem's file from its spool, checks it, and says what it is. Knows no network."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

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
from worker.engine.spool import Spool

PEAK_POINTS = 2_000
_AUDIBLE = 0.01  # a stem this loud (-40 dBFS) cannot be silent in any format
_LOSSLESS_STEP = 2.0**-15  # the coarsest step of a format that keeps samples
_TEMPORARY = ".part"


@dataclass(frozen=True, kw_only=True)
class Writing:
    """What all stems of a separation have in common when they are written."""

    folder: Path
    rendering: Rendering
    gain: float
    clip: Clip

    def write(self, name: str, spool: Spool, advance: Callable[[int], None]) -> StemFile:
        """Encode the stem, check the file, and only then give it its name. `advance` is told the frames of each block.

        Raises OutputInvalid, EncodingFailed; whatever `advance` raises. Leaves nothing behind when it does.
        """
        rendering = self.rendering
        path = self.folder / f"{name}{rendering.output_format.extension}"
        partial = path.with_name(f".{path.name}{_TEMPORARY}")
        try:
            meter = self._encode(partial, spool, advance)
            _check(partial, name, meter, rendering)
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
        return _described(name, path, meter, rendering)

    def _encode(self, path: Path, spool: Spool, advance: Callable[[int], None]) -> PeaksMeter:
        meter = PeaksMeter()
        rendering = self.rendering
        with Encoder(
            path, rendering.output_format, sample_rate=rendering.sample_rate, channels=rendering.channels
        ) as encoder:
            for block in spool.blocks():
                finished = level(block, self.gain, self.clip)
                meter.add(finished)
                encoder.write(finished)
                advance(block.shape[-1])
        return meter


def _check(path: Path, name: str, meter: PeaksMeter, rendering: Rendering) -> None:
    """Decode the file again: all frames there, at the right rate, as loud as what was written."""
    found = PeaksMeter()
    try:
        facts = probe(path)
        for block in decode(path):
            found.add(block)
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


def _described(name: str, path: Path, meter: PeaksMeter, rendering: Rendering) -> StemFile:
    return StemFile(
        name=name,
        path=path,
        format=rendering.output_format.name,
        codec=rendering.output_format.codec,
        bytes=path.stat().st_size,
        sha256=_sha256(path),
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
