"""Dense layers on rows of channels, packed for oneDNN with their activation fused, or by public operators."""

import torch
from torch.nn import functional

from worker.engine.fast import operators


class Dense:
    """`activation(x @ weight.T + bias)` for x of rows x inputs.

    `weight`: outputs x inputs. `rows`: how many are usual, which oneDNN packs for; any number works.
    """

    def __init__(
        self,
        weight: torch.Tensor,
        bias: torch.Tensor,
        *,
        number: torch.dtype,
        rows: int,
        activation: str = "none",
    ) -> None:
        self.number = number
        self._activation = activation
        self._fused = operators.trusted(number)
        self._weight = weight.detach().to(number).contiguous()
        self._bias = bias.detach().to(number).contiguous()
        if self._fused:
            self._weight = operators.private("_reorder_linear_weight")(self._weight, rows)
            self._run = operators.private("_linear_pointwise")

    def __call__(self, values: torch.Tensor) -> torch.Tensor:
        """Rows x inputs to rows x outputs, in this layer's type of number."""
        if self._fused:
            form = operators.algorithm(self._activation)
            return self._run(values, self._weight, self._bias, self._activation, [], form)
        return operators.activated(functional.linear(values, self._weight, self._bias), self._activation)

    def onto(self, values: torch.Tensor, residual: torch.Tensor, *, spent: bool = False) -> torch.Tensor:
        """The same without an activation, plus a residual (rows x outputs) of any type, whose type it keeps.

        `spent`: no one needs the residual any more, and its memory may hold the sum.
        """
        if self._fused and residual.dtype == self.number:
            return self._run(values, residual, self._weight, self._bias, "add")
        found = self(values)
        return residual.add_(found) if spent else residual + found


class GatedDense:
    """A dense layer for a GLU: two halves, the gate's with its sigmoid. The caller multiplies, where it writes."""

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor, *, number: torch.dtype, rows: int) -> None:
        half = weight.shape[0] // 2
        self._value = Dense(weight[:half], bias[:half], number=number, rows=rows)
        self._gate = Dense(weight[half:], bias[half:], number=number, rows=rows, activation="sigmoid")

    def __call__(self, values: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Rows x inputs to value and gate, each rows x half the outputs."""
        return self._value(values), self._gate(values)
