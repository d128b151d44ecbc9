"""What is done to honest recordings: the same number gives the same damage."""

import random
from collections.abc import Callable

from tests.fuzz.seeds import NAMES, seed

_HEADER_BYTES = 512
_LENGTHS = (0, 1, 0x7F, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)


def mutated(number: int) -> tuple[str, bytes]:
    """A name that says what was done, and the bytes."""
    rng = random.Random(number)
    name = NAMES[number % len(NAMES)]
    damage = _DAMAGES[(number + number // len(NAMES)) % len(_DAMAGES)]
    return f"{number} {name} {damage.__name__.strip('_')}", damage(seed(name), rng)


def _bits_flipped(content: bytes, rng: random.Random) -> bytes:
    changed = bytearray(content)
    near = _HEADER_BYTES if rng.random() < 0.5 else len(changed)
    for _ in range(rng.randint(1, 64)):
        changed[rng.randrange(min(near, len(changed)))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _truncated(content: bytes, rng: random.Random) -> bytes:
    return content[: rng.randrange(len(content))]


def _spliced(content: bytes, rng: random.Random) -> bytes:
    other = seed(rng.choice(NAMES))
    return content[: rng.randrange(len(content))] + other[rng.randrange(len(other)) :]


def _length_overwritten(content: bytes, rng: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(min(_HEADER_BYTES, len(changed) - 4))
        value = rng.choice((*_LENGTHS, rng.randrange(2**32)))
        changed[at : at + 4] = value.to_bytes(4, rng.choice(("little", "big")))
    return bytes(changed)


def _chunks_reordered(content: bytes, rng: random.Random) -> bytes:
    size = rng.choice((4, 16, 64, 256, 1024, 4096))
    chunks = [content[at : at + size] for at in range(0, len(content), size)]
    for _ in range(rng.randint(1, 8)):
        one, other = rng.randrange(len(chunks)), rng.randrange(len(chunks))
        chunks[one], chunks[other] = chunks[other], chunks[one]
    return b"".join(chunks)


def _repeated(content: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(content))
    piece = content[start : start + rng.randint(1, 2048)]
    return content[:start] + piece * rng.randint(2, 64) + content[start:]


_DAMAGES: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _bits_flipped,
    _truncated,
    _spliced,
    _length_overwritten,
    _chunks_reordered,
    _repeated,
)
