"""A request's body as it arrives: never more than allowed, never slower than allowed, never gathered whole."""

import time
from collections import deque
from collections.abc import AsyncIterator, Callable

import anyio
from starlette.requests import Request

from backend.settings import IntakeSettings
from contract.errors import CallerError, UploadTooLarge

FORM_OVERHEAD_BYTES = 256 * 1024
"""What a form may hold besides its file: boundaries, headers and fields."""
SMALL_BODY_BYTES = 65_536

_STEPS = 10
"""Looks in a window: its edge is known to a tenth of it."""


class UploadTooSlow(CallerError):
    """The upload came too slowly and was given up."""

    code = "upload_too_slow"


def too_large(limit: int) -> UploadTooLarge:
    """The error for more bytes than `limit`, which it names."""
    return UploadTooLarge(f"The upload is larger than the {limit:,} bytes ({limit / 1e6:g} MB) allowed here.")


async def chunks(
    request: Request, *, limit: int, intake: IntakeSettings, overhead: int = FORM_OVERHEAD_BYTES
) -> AsyncIterator[bytes]:
    """The body's chunks. Raises UploadTooLarge (at once when the length is declared), UploadTooSlow.

    `overhead`: bytes allowed beyond `limit`, which is that of a file inside of a form.
    """
    allowed = limit + overhead
    if _declared_length(request) > allowed:
        raise too_large(limit)
    received = 0
    pace = Pace(intake)
    body = request.stream()
    while True:
        with anyio.move_on_after(intake.stall_seconds) as waiting:
            chunk = await anext(body, None)
        if waiting.cancelled_caught:
            raise UploadTooSlow
        if chunk is None:
            request.state.body_read = True
            return
        received += len(chunk)
        if received > allowed:
            raise too_large(limit)
        pace.add(len(chunk))
        yield chunk


async def small_body(request: Request, intake: IntakeSettings) -> bytes:
    """A whole body of at most 64 KiB. Raises CallerError when it is larger."""
    gathered = bytearray()
    async for chunk in chunks(request, limit=SMALL_BODY_BYTES, intake=intake):
        gathered += chunk
        if len(gathered) > SMALL_BODY_BYTES:
            raise too_large(SMALL_BODY_BYTES)
    return bytes(gathered)


def _declared_length(request: Request) -> int:
    declared = request.headers.get("content-length", "")
    return int(declared) if declared.isascii() and declared.isdigit() else 0


class Pace:
    """Measures a body over any `stall_seconds` after a grace of half of that; a drip is as useless as a silence."""

    def __init__(self, intake: IntakeSettings, clock: Callable[[], float] = time.monotonic) -> None:
        self._intake = intake
        self._clock = clock
        self._started = clock()
        self._seen: deque[tuple[float, int]] = deque([(self._started + intake.stall_seconds / 2, 0)])
        self._bytes = 0

    def add(self, count: int) -> None:
        """Count bytes. Raises UploadTooSlow when a window brought too few, or the body took longer than any may."""
        now = self._clock()
        if now - self._started > self._intake.body_seconds:
            raise UploadTooSlow(f"The upload took longer than {self._intake.body_seconds:g} s.")
        self._bytes += count
        window = self._intake.stall_seconds
        if now - self._seen[-1][0] >= window / _STEPS:
            self._seen.append((now, self._bytes))
        while len(self._seen) > 1 and now - self._seen[1][0] >= window:
            self._seen.popleft()
        since, before = self._seen[0]
        if now - since >= window and self._bytes - before < self._intake.min_bytes_per_second * (now - since):
            raise UploadTooSlow
