"""How the two branches lie in memory: steps x bins x channels, and as channels-last images for convolutions."""

from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Layout:
    """Of the spectral branch (steps of time x frequency bins) or of the temporal one (frames of audio x one bin).

    As an image the spectral branch is steps high and bins wide; the temporal branch is one high and its steps wide.
    """

    spectral: bool

    def image(self, values: torch.Tensor) -> torch.Tensor:
        """Steps x bins x channels as 1 x channels x height x width, without a copy."""
        rows = values if self.spectral else values.reshape(1, -1, values.shape[-1])
        return rows.unsqueeze(0).permute(0, 3, 1, 2)

    def steps(self, image: torch.Tensor) -> torch.Tensor:
        """The way back."""
        rows = image.permute(0, 2, 3, 1)[0]
        return rows if self.spectral else rows.reshape(-1, 1, rows.shape[-1])

    def size(self, steps: int, bins: int) -> tuple[int, int]:
        """Height and width of the image."""
        return (steps, bins) if self.spectral else (1, steps)

    def window(self, weight: torch.Tensor) -> torch.Tensor:
        """The weight of one of the branch's own convolutions (Conv2d over bins x steps, or Conv1d) for its image."""
        return weight.transpose(2, 3) if self.spectral else weight.unsqueeze(2)

    def window_over_steps(self, weight: torch.Tensor) -> torch.Tensor:
        """The weight of a Conv1d over steps, whichever way they run in the image."""
        return weight.unsqueeze(3) if self.spectral else weight.unsqueeze(2)

    def over_steps(self, along: int, across: int) -> tuple[int, int]:
        """A pair for height and width: `along` the steps, `across` them."""
        return (along, across) if self.spectral else (across, along)


SPECTRAL = Layout(spectral=True)
TEMPORAL = Layout(spectral=False)
