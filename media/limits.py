"""How much a jailed call may use. Plain data; knows no system."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Limits:
    """One call's limits. Seconds of wall clock and of processor; bytes of memory, of any file written, of the reply."""

    wall_seconds: float = 5.0
    cpu_seconds: float | None = None
    memory_bytes: int = 2**30
    file_bytes: int = 2**20
    descriptors: int = 32
    reply_bytes: int = 2**20

    @property
    def whole_cpu_seconds(self) -> int:
        """Seconds of processor as the system counts them; as many as of the wall clock when none are said."""
        return max(1, math.ceil(self.wall_seconds if self.cpu_seconds is None else self.cpu_seconds))
