"""Examples to learn from: crops of stems, mostly of different songs, varied and added up. It knows no network."""

import numpy as np
from numpy.typing import NDArray

from training.library import Library, scaled

Examples = NDArray[np.float32]
_SAME_SONG = 0.25
_SILENT = 0.04
_REVERSED = 0.15
_DECIBELS = 5.0


class Mixtures:
    """Draws batches from a library with a generator of its own."""

    def __init__(self, library: Library, seed: int) -> None:
        self._library = library
        self.generator = np.random.default_rng(seed)

    def reseed(self, seed: list[int]) -> None:
        """Draw from here on as these numbers say: other ones for each process and each resume."""
        self.generator = np.random.default_rng(seed)

    def batch(self, size: int, frames: int) -> Examples:
        """The stems of `size` examples: `size x stems x channels x frames`. Their mix is the sum over stems."""
        return np.stack([self._example(frames) for _ in range(size)])

    def _example(self, frames: int) -> Examples:
        songs, stems, _, length = self._library.shape
        chosen = [int(self.generator.integers(songs)) for _ in range(stems)]
        starts = [int(self.generator.integers(length - frames + 1)) for _ in range(stems)]
        if self.generator.random() < _SAME_SONG:
            chosen, starts = chosen[:1] * stems, starts[:1] * stems
        picked = zip(range(stems), chosen, starts, strict=True)
        return np.stack([self._varied(self._library[song, stem, :, at : at + frames]) for stem, song, at in picked])

    def _varied(self, crop: Library) -> Examples:
        if self.generator.random() < _SILENT:
            return np.zeros(crop.shape, np.float32)
        if self.generator.random() < 0.5:
            crop = crop[::-1]
        if self.generator.random() < _REVERSED:
            crop = crop[:, ::-1]
        decibels = self.generator.uniform(-_DECIBELS, _DECIBELS)
        sign = self.generator.choice([-1.0, 1.0])
        return scaled(crop) * np.float32(sign * 10 ** (decibels / 20))
