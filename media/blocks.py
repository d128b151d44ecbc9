"""Blocks: runs of samples (channels x frames, float32) that stream through the program, and cutting them to size."""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

FloatBlock = NDArray[np.float32]
"""Samples as channels x frames, float32, full scale at +-1."""


def in_blocks_of(frames: int, blocks: Iterable[FloatBlock]) -> Iterator[FloatBlock]:
    """Cut or join `blocks` so that each has `frames` frames, the last at most that many; contiguous, never empty."""
    waiting: list[FloatBlock] = []
    held = 0
    for block in blocks:
        start, end = 0, frames - held
        while end <= block.shape[1]:
            yield _joined([*waiting, block[:, start:end]])
            waiting, held = [], 0
            start, end = end, end + frames
        if start < block.shape[1]:
            waiting.append(block[:, start:])
            held += block.shape[1] - start
    if held:
        yield _joined(waiting)


def _joined(blocks: list[FloatBlock]) -> FloatBlock:
    return np.ascontiguousarray(blocks[0] if len(blocks) == 1 else np.concatenate(blocks, axis=1))
