"""A mix is made in its turn, and given up when whoever asked for it has left. Knows no audio and no route."""

import threading
from collections.abc import Awaitable, Callable
from functools import partial

from anyio import CancelScope, create_task_group, to_thread

from backend.assembly import Parts
from backend.mixes.mixdown import Made, make_mix
from backend.mixes.render import Unwanted
from backend.mixes.wishes import MixRequest
from contract.errors import OperatorError
from contract.jobs import Job


async def made_in_turn(parts: Parts, job: Job, wish: MixRequest, *, left: Callable[[], Awaitable[None]]) -> Made | None:
    """The mix; None when `left` came back before it was made. Raises what `make_mix` raises.

    Few at once and few that wait (OperatorError beyond): a mix of an hour takes a processor for a minute.
    """
    limiter = parts.mixdowns
    if limiter.statistics().tasks_waiting >= parts.settings.mixes.waiting and not limiter.available_tokens:
        raise OperatorError("Too many mixes are being made. Try again soon.")
    unwanted, made, failed = threading.Event(), None, None
    make = partial(make_mix, parts, job, wish, is_unwanted=unwanted.is_set)
    try:
        async with create_task_group() as group:
            group.start_soon(_given_up, left, unwanted, group.cancel_scope)
            try:
                made = await to_thread.run_sync(make, limiter=limiter)  # a cancel ends the waiting, not the making
            except Exception as error:  # noqa: BLE001 - raised below, where the group does not wrap it
                failed = error
            group.cancel_scope.cancel()
    finally:
        unwanted.set()
    if failed is not None and not isinstance(failed, Unwanted):
        raise failed
    return made


async def _given_up(left: Callable[[], Awaitable[None]], unwanted: threading.Event, scope: CancelScope) -> None:
    await left()
    unwanted.set()
    scope.cancel()
