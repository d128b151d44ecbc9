"""How much room on disk a job will take, before it is done: estimates that err on the large side. Arithmetic only."""

from contract.options import JobOptions
from contract.recordings import Source

_RATE, _CHANNELS = 44_100, 2
_UNKNOWN_SECONDS = 600.0
"""Of a recording whose length nobody knows yet."""
_SAMPLE_BYTES = {"16": 2, "24": 3, "32f": 4}
_FLOAT_BYTES = 4
_EXTRAS_BYTES = 1 << 20
"""Manifest, waveforms, headers."""


def outputs_bytes(source: Source, options: JobOptions) -> int:
    """What the finished stems take until they are removed."""
    seconds = _seconds(source)
    if options.bitrate_kbps is not None:
        each = seconds * options.bitrate_kbps * 1000 / 8
    else:
        depth = (source.bit_depth or "32f") if options.bit_depth == "source" else options.bit_depth
        rate = source.sample_rate if options.sample_rate == "source" else options.sample_rate
        each = seconds * (rate or _RATE) * _channels(source) * _SAMPLE_BYTES.get(depth, _FLOAT_BYTES)
    return int(each * len(options.stems)) + _EXTRAS_BYTES


def working_bytes(source: Source, options: JobOptions) -> int:
    """What the job takes besides while it runs: the recording and each stem as decoded, in 32-bit floats."""
    decoded = _seconds(source) * (source.sample_rate or _RATE) * _CHANNELS * _FLOAT_BYTES
    return int(decoded * len(options.stems)) + (source.bytes or 0)


def _seconds(source: Source) -> float:
    return _UNKNOWN_SECONDS if source.duration_seconds is None else source.duration_seconds


def _channels(source: Source) -> int:
    return min(source.channels or _CHANNELS, _CHANNELS)
