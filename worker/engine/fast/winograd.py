"""3 x 3 convolutions with a quarter of the multiplications. In float32: the sums around them cost digits."""

import torch
from torch.nn import functional

from worker.engine.fast.dense import Dense

_TILE = 4  # outputs a side; a tile sees two more inputs
_SEEN = _TILE + 2
_LEAST_CHANNELS = 64  # below, cutting and joining the tiles takes as long as it saves

# F(4 x 4, 3 x 3) of Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks" (2016).
_INPUT = (
    (4.0, 0.0, -5.0, 0.0, 1.0, 0.0),
    (0.0, -4.0, -4.0, 1.0, 1.0, 0.0),
    (0.0, 4.0, -4.0, -1.0, 1.0, 0.0),
    (0.0, -2.0, -1.0, 2.0, 1.0, 0.0),
    (0.0, 2.0, -1.0, -2.0, 1.0, 0.0),
    (0.0, 4.0, 0.0, -5.0, 0.0, 1.0),
)
_KERNEL = (
    (1 / 4, 0.0, 0.0),
    (-1 / 6, -1 / 6, -1 / 6),
    (-1 / 6, 1 / 6, -1 / 6),
    (1 / 24, 1 / 12, 1 / 6),
    (1 / 24, -1 / 12, 1 / 6),
    (0.0, 0.0, 1.0),
)
_OUTPUT = (
    (1.0, 1.0, 1.0, 1.0, 1.0, 0.0),
    (0.0, 1.0, -1.0, 2.0, -2.0, 0.0),
    (0.0, 1.0, 1.0, 4.0, 4.0, 0.0),
    (0.0, 1.0, -1.0, 8.0, -8.0, 1.0),
)


class GatedWinograd:
    """A 3 x 3 convolution for a GLU, padded by one along the width alone: the value's half, and the gate's with its
    sigmoid, as `GatedConvolution` has them.

    Tiles of 6 x 6 inputs become 36 values each by a fixed matrix, and so do the kernels. Each of the 36 is a dense
    layer over all tiles; another fixed matrix makes 4 x 4 outputs of them. `size`: the image's usual height and width.
    """

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor, *, size: tuple[int, int]) -> None:
        outputs, inputs, _, _ = weight.shape
        self._input, self._output = _on_both_sides(_INPUT), _on_both_sides(_OUTPUT)
        kernels = _on_both_sides(_KERNEL, torch.float64) @ weight.detach().double().flatten(2).permute(2, 0, 1).flatten(
            1
        )
        none, tiles = torch.zeros(outputs), _count(size[0] - 2) * _count(size[1])
        self._dense = [
            Dense(kernel.view(outputs, inputs), none, number=torch.float32, rows=tiles) for kernel in kernels.float()
        ]
        self._bias = bias.detach().float()

    @staticmethod
    def covers(weight: torch.Tensor, number: torch.dtype) -> bool:
        """Whether it computes this convolution, near enough and sooner than a plain one."""
        return number == torch.float32 and weight.shape[2:] == (3, 3) and weight.shape[1] >= _LEAST_CHANNELS

    def __call__(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """1 x inputs x height x width to value and gate, each 1 x half the outputs x (height - 2) x width."""
        _, _, height, width = image.shape
        tall, wide = _count(height - 2), _count(width)
        products = torch.cat([dense(tiles) for dense, tiles in zip(self._dense, self._tiles(image), strict=True)])
        parts = torch.mm(self._output, products.view(_SEEN * _SEEN, -1)).view(_TILE, _TILE, tall, wide, -1)
        found = torch.empty(tall, _TILE, wide, _TILE, parts.shape[-1])
        torch.add(parts.permute(2, 0, 3, 1, 4), self._bias, out=found)
        rows = found.view(1, tall * _TILE, wide * _TILE, -1)[:, : height - 2, :width].permute(0, 3, 1, 2)
        value, gate = rows.chunk(2, 1)
        return value, gate.sigmoid_()

    def _tiles(self, image: torch.Tensor) -> torch.Tensor:
        """36 x tiles x inputs."""
        _, channels, height, width = image.shape
        tall, wide = _count(height - 2), _count(width)
        right, below = wide * _TILE + 1 - width, tall * _TILE + 2 - height
        padded = functional.pad(image[0].permute(1, 2, 0), (0, 0, 1, right, 0, below))
        row = padded.shape[1] * channels
        strides = (row, channels, _TILE * row, _TILE * channels, 1)
        cut = padded.as_strided((_SEEN, _SEEN, tall, wide, channels), strides)
        return torch.mm(self._input, cut.reshape(_SEEN * _SEEN, -1)).view(_SEEN * _SEEN, -1, channels)


def _on_both_sides(matrix: tuple[tuple[float, ...], ...], number: torch.dtype = torch.float32) -> torch.Tensor:
    """What `M x M'` does to a square x, as one matrix for its flat form."""
    square = torch.tensor(matrix, dtype=torch.float64)
    return torch.kron(square, square).to(number)


def _count(places: int) -> int:
    """Tiles that cover them."""
    return -(-places // _TILE)
