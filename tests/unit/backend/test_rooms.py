"""One socket that asks twice at once, or goes while it asks. The relay stands in: it confirms when it is told to."""

import asyncio
from datetime import UTC, datetime
from typing import Any

from backend.live.rooms import Rooms
from backend.settings import LiveSettings
from backend.view.looks import Snapshot
from tests.builders import NOON, a_job

JOB = a_job()


class ConfirmsLate:
    """A relay, as far as rooms know it."""

    def __init__(self) -> None:
        self.asked, self.confirmed = asyncio.Event(), asyncio.Event()
        self.ears = 0

    async def watch(self, *_: Any) -> None:
        self.ears += 1
        self.asked.set()
        await self.confirmed.wait()

    def unwatch(self, *_: Any) -> None:
        self.ears -= 1


class NotesLooks:
    """Looks at the one job; `early` counts those before the relay confirmed."""

    def __init__(self, relay: ConfirmsLate) -> None:
        self._relay = relay
        self.early = 0

    async def at(self, *_: Any) -> Snapshot:
        self.early += not self._relay.confirmed.is_set()
        return Snapshot(JOB.model_copy(update={"queued_at": NOON}), datetime.now(UTC), 1, None)


class RoomsAlone(Rooms):
    """Rooms without a server."""

    async def enter_room(self, *_: Any, **__: Any) -> None:
        await asyncio.sleep(0)

    async def leave_room(self, *_: Any, **__: Any) -> None:
        await asyncio.sleep(0)


def connected() -> tuple[RoomsAlone, ConfirmsLate, NotesLooks]:
    relay = ConfirmsLate()
    looks = NotesLooks(relay)
    return RoomsAlone(relay, looks, LiveSettings()), relay, looks


def test_a_second_wish_does_not_overtake_the_first():
    async def play() -> None:
        rooms, relay, looks = connected()
        await rooms.on_connect("s", {})
        both = [asyncio.create_task(rooms.on_subscribe("s", {"job_id": JOB.job_id})) for _ in range(2)]
        await relay.asked.wait()
        relay.confirmed.set()
        told = await asyncio.gather(*both)
        assert [answer["job_id"] for answer in told] == [JOB.job_id] * 2
        assert (looks.early, relay.ears) == (0, 1)

    asyncio.run(play())


def test_a_socket_that_goes_while_it_joins_leaves_nobody_listening():
    async def play() -> None:
        rooms, relay, _ = connected()
        await rooms.on_connect("s", {})
        joining = asyncio.create_task(rooms.on_subscribe("s", {"job_id": JOB.job_id}))
        await relay.asked.wait()
        await rooms.on_disconnect("s")
        relay.confirmed.set()
        assert "error" in await joining
        assert (relay.ears, rooms.sockets) == (0, 0)

    asyncio.run(play())
