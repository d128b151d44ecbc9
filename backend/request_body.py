"""A request's body as it arrives: never more than allowed, never slower than allowed, never gathered whole."""

import time
from collections.abc import AsyncIterator

import anyio
from starlette.requests import Request

from backend.settings import IntakeSettings
from contract.errors import CallerError, UploadTooLarge

FORM_OVERHEAD_BYTES = 256 * 1024
"""What a form may hold besides its file: boundaries, headers and fields."""
SMALL_BODY_BYTES = 65_536


class UploadTooSlow(CallerError):
    """The upload came too slowly and was given up."""

    code = "upload_too_slow"


def too_large(limit: int) -> UploadTooLarge:
    """The error for more bytes than `limit`, which it names."""
    return UploadTooLarge(f"The upload is larger than the {limit:,} bytes ({limit / 1e6:g} MB) allowed here.")


async def chunks(request: Request, *, limit: int, intake: IntakeSettings) -> AsyncIterator[bytes]:
    """The body's chunks. Raises UploadTooLarge (at once when the length is declared), UploadTooSlow."""
    allowed = limit + FORM_OVERHEAD_BYTES
    if _declared_length(request) > allowed:
        raise too_large(limit)
    received = 0
    pace = _Pace(intake)
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


class _Pace:
    """Measures an upload over windows of `stall_seconds`; a drip is as useless as a silence."""

    def __init__(self, intake: IntakeSettings) -> None:
        self._intake = intake
        self._started = time.monotonic()
        self._bytes = 0

    def add(self, count: int) -> None:
        """Count bytes. Raises UploadTooSlow at the end of a window that brought too few."""
        self._bytes += count
        elapsed = time.monotonic() - self._started
        if elapsed < self._intake.stall_seconds:
            return
        if self._bytes < self._intake.min_bytes_per_second * elapsed:
            raise UploadTooSlow
        self._started, self._bytes = time.monotonic(), 0
