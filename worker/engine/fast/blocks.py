"""Cutting work into blocks of rows that stay in the processor's cache. Knows no layers."""

from collections.abc import Iterator

_CACHED_BYTES = 4_000_000


def blocks(rows: int, row_bytes: int) -> Iterator[tuple[int, int]]:
    """Start and end of about equal blocks that cover the rows."""
    count = max(1, min(rows, round(rows * row_bytes / _CACHED_BYTES)))
    for at in range(count):
        yield at * rows // count, (at + 1) * rows // count


def block_rows(rows: int, row_bytes: int) -> int:
    """How many rows the largest of them has."""
    return max(end - start for start, end in blocks(rows, row_bytes))
