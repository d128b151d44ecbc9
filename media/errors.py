"""What can go wrong with an audio file, as errors whose text a person can act on. Knows no library and no HTTP."""


class MediaError(Exception):
    """Something is wrong with an audio file; the text says what in one sentence."""


class UnsupportedMedia(MediaError):
    """Not audio, or audio that cannot be decoded. `found` names what was there instead."""

    def __init__(self, found: str) -> None:
        super().__init__(f"This is not audio that can be decoded: found {found}.")
        self.found = found


_HARDLY_RAN_SECONDS = 0.2
"""Of processor in all its time: an ordinary file is looked at in a few hundredths."""


class JailBroken(UnsupportedMedia):
    """A file that made its reader die or exceed its limits. `reason` is for logs: "wall time", "memory", ...

    `cpu_seconds` is the processor time it had.
    """

    def __init__(self, reason: str, detail: str = "", *, cpu_seconds: float = 0.0) -> None:
        super().__init__("audio that could not be read within its limits")
        self.reason = reason
        self.detail = detail
        self.cpu_seconds = cpu_seconds

    @property
    def is_for_want_of_time(self) -> bool:
        """Whether the machine was too busy to run its reader at all: that is not the file's fault."""
        return self.reason == "wall time" and self.cpu_seconds < _HARDLY_RAN_SECONDS


class MediaTooLong(MediaError):
    """More audio than is allowed, counted in decoded samples. `limit_seconds` is the longest allowed."""

    def __init__(self, limit_seconds: float) -> None:
        super().__init__(f"The recording is longer than the allowed {limit_seconds:g} seconds.")
        self.limit_seconds = limit_seconds


class MediaTooShort(MediaError):
    """Less audio than is needed, or none at all."""

    def __init__(self, minimum_seconds: float = 0.0) -> None:
        wanted = f"; at least {minimum_seconds:g} seconds are needed" if minimum_seconds else ""
        super().__init__(f"The recording holds too little audio{wanted}.")
        self.minimum_seconds = minimum_seconds


class EncodingFailed(MediaError):
    """A file could not be written. `errno` is the operating system's number where it gave one (ENOSPC: disk full)."""

    def __init__(self, reason: str, errno: int | None = None) -> None:
        super().__init__(f"The audio file could not be written: {reason}.")
        self.errno = errno
