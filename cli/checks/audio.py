"""Do audio files work here: a second of sound through every format and back, frame for frame."""

import tempfile
from pathlib import Path

from cli.checks.finding import Finding, broken, ok
from contract.catalog import FORMATS

_RATE = 44_100


def audio() -> list[Finding]:
    """Encode and decode in each format."""
    with tempfile.TemporaryDirectory() as folder:
        problems = {name: problem for name in FORMATS if (problem := _problem(name, Path(folder)))}
    if problems:
        said = "; ".join(f"{name}: {problem}" for name, problem in problems.items())
        return [broken("audio", said, "Run `pip install --force-reinstall av` and try again.")]
    return [ok("audio", f"encodes and decodes {', '.join(FORMATS)}")]


def _problem(name: str, folder: Path) -> str | None:
    """What is wrong with a format, or None."""
    try:
        # PyAV and numpy load slowly, and no other command needs them to start
        import numpy as np

        from media.decode import decode  # likewise
        from media.encode import Encoder, OutputFormat  # likewise
        from media.errors import MediaError  # likewise
    except ImportError as missing:
        return f"{missing.name or missing} is missing"
    tone = 0.5 * np.sin(2 * np.pi * 440 * np.arange(_RATE, dtype=np.float32) / _RATE)
    wanted = OutputFormat(name)  # type: ignore[arg-type]
    path = folder / f"tone.{name}"
    try:
        with Encoder(path, wanted, sample_rate=_RATE, channels=2) as encoder:
            encoder.write(np.stack([tone, tone]))
        frames = sum(block.shape[1] for block in decode(path))
    except (MediaError, OSError) as error:
        return str(error)
    return None if frames == _RATE else f"{frames} frames came back, not {_RATE}"
