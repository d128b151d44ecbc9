"""One of HTDemucs's two branches: its encoders on the way in, its decoders on the way out, the skips between."""

from collections.abc import Iterator
from typing import Any

import torch

from worker.engine.fast.decoder import Decoder, FastDecoder, OwnDecoder
from worker.engine.fast.encoder import Encoder, FastEncoder, OwnEncoder
from worker.engine.fast.layout import Layout
from worker.engine.fast.precision import BranchPrecision

Size = tuple[int, int]


class Branch:
    """Steps x bins x channels all the way. `sizes`: steps and bins before the first encoder and after each."""

    def __init__(
        self,
        encoders: Any,
        decoders: Any,
        *,
        layout: Layout,
        size: Size,
        precision: BranchPrecision,
        embedding: torch.Tensor | None = None,
    ) -> None:
        strides = [_stride(module) for module in encoders]
        self.sizes = _sizes(layout, size, strides)
        spares = [-steps % stride for (steps, _), stride in zip(self.sizes[1:], [*strides[1:], 1], strict=True)]
        self._encoders = [
            _encoder(
                module,
                layout=layout,
                number=precision.encoder,
                size=inner,
                spare=0 if layout.spectral else spare,
                embedding=None if at else embedding,
            )
            for at, (module, inner, spare) in enumerate(zip(encoders, self.sizes[:-1], spares, strict=True))
        ]
        numbers = [*[precision.decoder] * (len(decoders) - 1), precision.last]
        self._decoders = [
            _decoder(module, layout=layout, number=number, size=inner)
            for module, inner, number in zip(decoders, reversed(self.sizes[1:]), numbers, strict=True)
        ]

    def encode(self, values: torch.Tensor) -> list[torch.Tensor]:
        """What each encoder gives; the last goes on, and all of them come back to `decode`."""
        skips = []
        for encode, (steps, _) in zip(self._encoders, self.sizes[1:], strict=True):
            values = encode(values)
            skips.append(values[:steps])
        return skips

    def decode(self, values: torch.Tensor, skips: list[torch.Tensor]) -> Iterator[torch.Tensor]:
        """Back to the size before the first encoder, with the last decoder's channels, in pieces. Uses the skips up."""
        pieces = iter([values])
        for decode, (steps, _) in zip(self._decoders, reversed(self.sizes[:-1]), strict=True):
            pieces = decode(pieces, skips.pop(), steps)
        return pieces


def _encoder(
    module: Any, *, layout: Layout, number: torch.dtype, size: Size, spare: int, embedding: torch.Tensor | None
) -> Encoder:
    if not FastEncoder.covers(module):
        return OwnEncoder(module, layout, embedding)
    return FastEncoder(module, layout=layout, number=number, size=size, spare=spare, embedding=embedding)


def _decoder(module: Any, *, layout: Layout, number: torch.dtype, size: Size) -> Decoder:
    if not FastDecoder.covers(module):
        return OwnDecoder(module, layout)
    return FastDecoder(module, layout=layout, number=number, size=size)


def _stride(module: Any) -> int:
    """Demucs's MultiWrap holds several layers, one a band, of one stride."""
    return int(module.layers[0].stride if hasattr(module, "layers") else module.stride)


def _sizes(layout: Layout, size: Size, strides: list[int]) -> list[Size]:
    sizes = [size]
    for stride in strides:
        steps, bins = sizes[-1]
        sizes.append((steps, bins // stride) if layout.spectral else (-(-steps // stride), bins))
    return sizes
