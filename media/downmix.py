"""Any channel layout as the number of channels wanted. Knows loudspeaker names, not files."""

import numpy as np

from media.blocks import FloatBlock
from media.errors import UnsupportedMedia

_SIDE = 0.5**0.5
# To the left and the right ear, after ITU-R BS.775; the low-frequency channel is left out, as there.
_WEIGHTS = {
    "FL": (1.0, 0.0),
    "FR": (0.0, 1.0),
    "FC": (_SIDE, _SIDE),
    "LFE": (0.0, 0.0),
    "BL": (_SIDE, 0.0),
    "BR": (0.0, _SIDE),
    "SL": (_SIDE, 0.0),
    "SR": (0.0, _SIDE),
    "BC": (0.5, 0.5),
    "FLC": (1.0, 0.0),
    "FRC": (0.0, 1.0),
    "DL": (1.0, 0.0),
    "DR": (0.0, 1.0),
}
# What is meant where a file does not name its loudspeakers: the order WAV files have always had.
_USUAL = {
    3: ("FL", "FR", "FC"),
    4: ("FL", "FR", "BL", "BR"),
    5: ("FL", "FR", "FC", "BL", "BR"),
    6: ("FL", "FR", "FC", "LFE", "BL", "BR"),
    7: ("FL", "FR", "FC", "LFE", "BC", "SL", "SR"),
    8: ("FL", "FR", "FC", "LFE", "BL", "BR", "SL", "SR"),
}


def in_channels(samples: FloatBlock, layout: tuple[str, ...], wanted: int) -> FloatBlock:
    """`samples` (channels x frames, loudspeakers named by `layout`) with `wanted` channels.

    Mono to stereo duplicates, stereo to mono averages, more than two are mixed down so that the peak cannot grow.
    Raises UnsupportedMedia where more than two channels would have to be invented or dropped.
    """
    have = samples.shape[0]
    if have == wanted:
        return samples
    if wanted > 2:
        raise UnsupportedMedia(f"audio that changes from {wanted} to {have} channels midway")
    if have == 1:
        return np.repeat(samples, wanted, axis=0)
    stereo = samples if have == 2 else _stereo_matrix(layout) @ samples
    return stereo if wanted == 2 else stereo.mean(axis=0, keepdims=True, dtype=np.float32)


def _stereo_matrix(layout: tuple[str, ...]) -> FloatBlock:
    named = layout if all(name in _WEIGHTS for name in layout) else _USUAL[len(layout)]
    matrix = np.array([_WEIGHTS[name] for name in named], dtype=np.float32).T
    return matrix / max(float(matrix.sum(axis=1).max()), 1.0)
