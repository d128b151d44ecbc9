"""What a child says: perhaps pieces, each after its length, and at the end one JSON object. Knows no caller."""

import json
import os
import resource
from collections.abc import Iterable
from typing import Any

from media.limits import Limits

REPLY = 4
"""The descriptor all of it goes to."""

LENGTH_BYTES = 4
_END = bytes(LENGTH_BYTES)


def write_outcome(outcome: dict[str, Any]) -> None:
    """The last word."""
    _write([memoryview(json.dumps(outcome).encode())])


def write_pieces(pieces: Iterable[Any], limits: Limits) -> None:
    """Each piece (anything with a buffer) as it comes; more processor time is allowed for each that was taken."""
    first, allowed = limits.whole_cpu_seconds, limits.whole_cpu_seconds
    delivered = 0
    try:
        for piece in pieces:
            content = memoryview(piece).cast("B")
            _write([memoryview(len(content).to_bytes(LENGTH_BYTES, "big")), content])
            delivered += len(content)
            earned = first + int(limits.earned_seconds(delivered))
            if earned > allowed:
                allowed = earned
                _allow(allowed)
    finally:
        _write([memoryview(_END)])


def _write(parts: list[memoryview]) -> None:
    while parts:
        written = os.writev(REPLY, parts)
        while parts and written >= len(parts[0]):
            written -= len(parts.pop(0))
        if parts:
            parts[0] = parts[0][written:]


def _allow(cpu_seconds: int) -> None:
    most = resource.getrlimit(resource.RLIMIT_CPU)[1]
    allowed = cpu_seconds if most == resource.RLIM_INFINITY else min(cpu_seconds, most)
    resource.setrlimit(resource.RLIMIT_CPU, (allowed, most))
