"""How much a jailed call may use. Plain data; knows no system."""

import math
from dataclasses import dataclass

_MIB = 2**20


@dataclass(frozen=True, kw_only=True)
class Limits:
    """One call's limits. Seconds of wall clock and of processor; bytes of memory, of any file written, of the reply.

    A call that streams is allowed `seconds_per_mib` more of both for each MiB it has delivered, and of the wall clock
    only what its caller spends waiting counts: a child whose pipe is full may take as long as its caller does.
    """

    wall_seconds: float = 5.0
    cpu_seconds: float | None = None
    seconds_per_mib: float = 0.0
    memory_bytes: int = 2**30
    file_bytes: int = 2**20
    descriptors: int = 32
    reply_bytes: int = 2**20

    @property
    def whole_cpu_seconds(self) -> int:
        """Seconds of processor as the system counts them; as many as of the wall clock when none are said."""
        return max(1, math.ceil(self.wall_seconds if self.cpu_seconds is None else self.cpu_seconds))

    def earned_seconds(self, delivered_bytes: int) -> float:
        """What a stream may use beyond its first seconds, after so many bytes."""
        return self.seconds_per_mib * delivered_bytes / _MIB
