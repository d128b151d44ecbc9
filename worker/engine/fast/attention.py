"""Attention of several heads as matrix products over blocks of scores that stay in the cache. Knows no weights."""

import torch

from worker.engine.fast import operators

_CACHED_BYTES = 2_000_000


class Attention:
    """`softmax(q k') v` for each head; queries are expected already divided by the root of the width."""

    def __init__(self, *, number: torch.dtype) -> None:
        # In float32 oneDNN's dense layer is faster than the public product; in bfloat16 they are the same.
        self._fused = number == torch.float32 and operators.trusted(number)

    def __call__(self, queries: torch.Tensor, keys: torch.Tensor, values: torch.Tensor) -> torch.Tensor:
        """Queries of steps x heads x width, keys and values of other steps x heads x width.

        Returns steps x (heads x width).
        """
        steps, heads, width = queries.shape
        found = torch.empty(steps, heads, width, dtype=queries.dtype)
        attend = self._head_fused if self._fused else self._head
        for head in range(heads):
            one, two, three = (each[:, head].contiguous() for each in (queries, keys, values))
            attend(one, two, three, found[:, head])
        return found.view(steps, heads * width)

    @staticmethod
    def _head(queries: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, found: torch.Tensor) -> None:
        rows = _score_rows(queries, keys)
        scores = torch.empty(rows, len(keys), dtype=queries.dtype)
        for start in range(0, len(queries), rows):
            end = min(len(queries), start + rows)
            block = scores[: end - start]
            torch.mm(queries[start:end], keys.T, out=block)
            torch.softmax(block, -1, out=block)
            found[start:end] = torch.mm(block, values)

    @staticmethod
    def _head_fused(queries: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, found: torch.Tensor) -> None:
        dense = operators.private("_linear_pointwise")
        rows = _score_rows(queries, keys)
        turned = values.T.contiguous()
        for start in range(0, len(queries), rows):
            block = dense(queries[start : start + rows], keys, None, "none", [], "")
            torch.softmax(block, -1, out=block)
            found[start : start + rows] = dense(block, turned, None, "none", [], "")


def _score_rows(queries: torch.Tensor, keys: torch.Tensor) -> int:
    """How many queries at a time, in about equal blocks."""
    pieces = max(1, -(-len(queries) * len(keys) * queries.element_size() // _CACHED_BYTES))
    return -(-len(queries) // pieces)
