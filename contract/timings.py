"""What a finished job's timings hold: seconds by stage, and two figures that are no stage."""

from collections.abc import Mapping

REALTIME_FACTOR = "realtime_factor"
"""Seconds of audio for each second of all stages."""
ENCODING_MEANWHILE = "encoding_meanwhile"
"""Seconds of processor that encoders used while the networks ran: hidden inside `separating`, and in no stage."""


def by_stage(timings: Mapping[str, float]) -> dict[str, float]:
    """Seconds of each stage; they add up to the whole."""
    return {name: seconds for name, seconds in timings.items() if name not in (REALTIME_FACTOR, ENCODING_MEANWHILE)}
