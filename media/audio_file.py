"""A recording as the engine wants it: facts, and blocks as often as it likes. Two ways: decoded here, or in a jail."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from media.blocks import FloatBlock
from media.decode import decode
from media.facts import AudioFacts
from media.probe import probe


class AudioFile(Protocol):
    """A recording that can be decoded more than once, each time to the same samples.

    What it raises is the same whoever decodes: UnsupportedMedia, MediaTooShort, MediaTooLong, OSError.
    """

    @property
    def path(self) -> Path:
        """Where its bytes lie."""

    def facts(self) -> AudioFacts:
        """What it is, from its first decoded frames."""

    def blocks(self, *, sample_rate: int, channels: int, max_seconds: float | None = None) -> Iterator[FloatBlock]:
        """Blocks (channels x frames, float32) from its beginning; as `media.decode.decode`."""


class OwnAudio:
    """A recording whose bytes are trusted: decoded in this process, which a broken decoder would take along."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def path(self) -> Path:
        """As AudioFile."""
        return self._path

    def facts(self) -> AudioFacts:
        """As AudioFile."""
        return probe(self._path)

    def blocks(self, *, sample_rate: int, channels: int, max_seconds: float | None = None) -> Iterator[FloatBlock]:
        """As AudioFile."""
        return decode(self._path, sample_rate=sample_rate, channels=channels, max_seconds=max_seconds)
