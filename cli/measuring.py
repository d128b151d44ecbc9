"""One model measured on this machine: a recording of noise through it, from file to files, once warm."""

import tempfile
import time
from pathlib import Path
from typing import Any

_RATE = 44_100


def measured(separator: Any, *, seconds: float) -> dict[str, Any]:
    """Seconds of audio a second: of the whole (`realtime_factor`) and of each stage. Raises as `separate_file`."""
    with tempfile.TemporaryDirectory(prefix="stemify-bench-") as name:
        folder = Path(name)
        recording = _recording(folder / "noise.wav", seconds)
        _separated(recording, folder / "warm", separator)
        made = _separated(recording, folder / "stems", separator)
        encoding = _encoding_speed(recording, folder / "again.flac", seconds)
    return {
        "device": made.device,
        "precision": made.precision,
        "realtime_factor": made.realtime_factor,
        "separating": seconds / made.timings["separating"],
        "decoding": seconds / made.timings["decoding"],
        "encoding": encoding,
        "timings": made.timings,
    }


def _separated(recording: Path, folder: Path, separator: Any) -> Any:
    # imported late: the engine is not always installed beside the command line
    from worker.engine import OutputOptions, SeparationOptions, separate_file

    return separate_file(
        recording,
        folder,
        separator=separator,
        options=SeparationOptions(shifts=0),
        output=OutputOptions(format="flac", bit_depth="16"),
    )


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
