"""One model measured on this machine within a time limit: noise through it, from file to files, once warm."""

import math
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_RATE = 44_100
_LONGEST_SECONDS = {"cpu": 30.0, "cuda": 240.0}
_LEAST_SECONDS = 6.0  # about what one segment advances
_CAUTION = 0.4  # of the time left is planned for; the rest is for files, and for a machine that slows down

_SHARES = {"decoding": (5.0, 5.0), "separating": (10.0, 80.0), "encoding": (90.0, 10.0)}
"""Where each stage begins on the bar and how much of it is the stage's, in percent."""

Told = Callable[[float, str], None]
"""Gets the percent of the measurement that is done, and what it is at."""


@dataclass(frozen=True)
class Limit:
    """When to be done, by `time.monotonic()`."""

    until: float

    @property
    def left(self) -> float:
        """Seconds; never below 0."""
        return max(0.0, self.until - time.monotonic())


def measured(separator: Any, limit: Limit, told: Told) -> dict[str, Any]:
    """Seconds of audio a second: of the whole (`realtime_factor`) and of each stage. Raises as `separate_file`.

    As much audio as the time allows, a segment at least. Where the time ends before the audio does, `whole` is false,
    what was done until then counts, and what was not reached is None.
    """
    told(0.0, "warming up")
    warm_up, segment = separator.warm_up(), separator.warm_up()
    seconds = _fitting(separator, segment, limit)
    with tempfile.TemporaryDirectory(prefix="stemify-bench-") as name:
        folder = Path(name)
        recording = _recording(folder / "noise.wav", seconds)
        speeds = _separated(recording, folder / "stems", separator, limit, told)
        speeds["encoding"] = _encoding_speed(recording, folder / "again.flac", seconds)
    return {
        "device": separator.device,
        "precision": separator.precision,
        "seconds_of_audio": seconds,
        "warm_up_seconds": warm_up,
        "segment_seconds": segment,
        "memory_bytes": separator.memory_bytes + separator.run_bytes,
        **speeds,
    }


def _fitting(separator: Any, segment: float, limit: Limit) -> float:
    """How much audio the time left is enough for, in seconds."""
    advance = 0.75 * separator.segment_frames / separator.sample_rate
    longest = _LONGEST_SECONDS["cuda" if separator.device.startswith("cuda") else "cpu"]
    segments = max(1, math.floor(_CAUTION * limit.left / max(segment, 1e-6)))
    return min(longest, max(_LEAST_SECONDS, segments * advance))


def _separated(recording: Path, folder: Path, separator: Any, limit: Limit, told: Told) -> dict[str, Any]:
    # imported late: the engine is not always installed beside the command line
    from worker.engine import Canceled, OutputOptions, SeparationOptions, Watch, separate_file

    class Until(Watch):
        """Ends with the time limit, but not before a segment was done."""

        fraction = 0.0

        def progress(self, stage: str, fraction: float) -> None:
            """See Watch."""
            if stage == "separating":
                self.fraction = fraction
            start, share = _SHARES[stage]
            told(start + share * fraction, stage)

        def canceled(self) -> bool:
            """See Watch."""
            return self.fraction > 0.0 and not limit.left

    watch, started = Until(), time.perf_counter()
    seconds = _seconds(recording)
    try:
        made = separate_file(
            recording,
            folder,
            separator=separator,
            options=SeparationOptions(shifts=0),
            output=OutputOptions(format="flac", bit_depth="16"),
            watch=watch,
        )
    except Canceled:
        speed = seconds * watch.fraction / (time.perf_counter() - started)
        return {"whole": False, "realtime_factor": speed, "separating": speed, "decoding": None, "timings": {}}
    return _speeds(made, seconds)


def _speeds(made: Any, seconds: float) -> dict[str, Any]:
    return {
        "whole": True,
        "realtime_factor": made.realtime_factor,
        "separating": seconds / made.timings["separating"],
        "decoding": seconds / made.timings["decoding"],
        "timings": made.timings,
        "encoding_meanwhile_seconds": made.overlapped_encoding,
    }


def _seconds(recording: Path) -> float:
    # likewise
    from media.probe import probe

    return probe(recording).duration_seconds or 0.0


def _recording(path: Path, seconds: float) -> Path:
    # likewise
    import numpy as np

    from media.encode import Encoder  # likewise
    from media.formats import OutputFormat  # likewise

    noise = np.random.default_rng(0).standard_normal((2, int(seconds * _RATE))) * 0.05
    with Encoder(path, OutputFormat("wav", "16"), sample_rate=_RATE, channels=2) as encoder:
        encoder.write(noise.astype(np.float32))
    return path


def _encoding_speed(recording: Path, path: Path, seconds: float) -> float:
    """Of one stereo FLAC file, by itself: inside a separation it is hidden behind the networks."""
    # likewise
    from media.decode import decode
    from media.encode import Encoder  # likewise
    from media.formats import OutputFormat  # likewise

    blocks = list(decode(recording))
    started = time.perf_counter()
    with Encoder(path, OutputFormat("flac", "16"), sample_rate=_RATE, channels=2) as encoder:
        for block in blocks:
            encoder.write(block)
    return seconds / (time.perf_counter() - started)
