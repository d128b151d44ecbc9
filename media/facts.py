"""What is known of a recording before it is decoded in full. Plain data; knows no library."""

from dataclasses import dataclass

RATES = range(8_000, 192_001)
"""Sample rates that are taken, in hertz."""

CHANNELS = range(1, 9)
"""Numbers of channels that are taken."""


@dataclass(frozen=True)
class AudioFacts:
    """A recording's first audio stream, as its first decoded frames showed it to be.

    `sample_rate` in hertz; `bit_depth` is "16", "24", "32f" (which stands for 32-bit whole numbers too) or None
    for a lossy codec; `duration_seconds` is only what the header claims. `warnings` are (code, detail) pairs.
    """

    container: str
    codec: str
    sample_rate: int
    channels: int
    bit_depth: str | None
    duration_seconds: float | None
    warnings: tuple[tuple[str, str], ...] = ()
