"""Float samples as the whole numbers a lossless file holds: rounded to nearest, without dither, so repeatable."""

import numpy as np
from numpy.typing import NDArray

from media.blocks import FloatBlock


def as_int16(samples: FloatBlock) -> NDArray[np.int16]:
    """Full scale +-1 as 16 bits: times 32,768, rounded, cut at the ends; 16-bit sources come back exactly."""
    return np.clip(np.rint(samples * np.float32(2**15)), -(2**15), 2**15 - 1).astype(np.int16)


def as_int24(samples: FloatBlock) -> NDArray[np.int32]:
    """Full scale +-1 as 24 bits in the upper three bytes of 32, which is how FFmpeg takes them."""
    whole = np.clip(np.rint(samples * np.float32(2**23)), -(2**23), 2**23 - 1).astype(np.int32)
    return whole << 8
