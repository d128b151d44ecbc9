"""Who shares a trip to the store, and who gets a place that is a little old. Stand-ins for the store and its line."""

import asyncio
import threading
from collections.abc import Coroutine, Sequence
from typing import Any

import pytest

from backend.view.looks import Looks
from backend.view.outlooks import Outlooks
from contract.errors import JobNotFound, JobUnreadable, StoreUnavailable
from contract.jobs import Job
from contract.records.job_reader import Reading
from contract.records.unreadable import Unreadable
from tests.builders import a_job
from tests.unit.backend.test_outlooks import OneLine

FIRST, SECOND = a_job(job_id="1" * 32), a_job(job_id="2" * 32)


class Records:
    """A store on the event loop: `jobs` by id; each trip waits for `open`, and fails while it is `broken`."""

    def __init__(self, line: OneLine) -> None:
        self.jobs: dict[str, Job | Unreadable] = {FIRST.job_id: FIRST, SECOND.job_id: SECOND}
        self.trips: list[list[str]] = []
        self.open, self.broken = asyncio.Event(), False
        self._line = line
        self.open.set()

    async def read(self, job_ids: Sequence[str]) -> Reading:
        self.trips.append(list(job_ids))
        await self.open.wait()
        if self.broken:
            raise StoreUnavailable
        return Reading([self.jobs.get(job_id) for job_id in job_ids], self._line.moves)


class Noted(dict[str, Unreadable]):
    """Unreadable records, as far as looks know them."""

    note = dict.update


class Given:
    """Looks, and what they look at: a short line unless `seconds` of a processor make it long."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.line, self.noted = OneLine(seconds), Noted()
        self.records, self.outlooks = Records(self.line), Outlooks(self.line, self.line, self.line)
        self.looks = Looks(self.records, self.outlooks, self.noted)

    async def in_line(self, number: int) -> Any:
        """A look at the one job that waits after so many moves."""
        self.records.jobs[f"job-{number}"] = FIRST
        return await self.looks.at(f"job-{number}")


def play(scene: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(scene, 20))


def test_those_who_ask_meanwhile_share_the_next_trip_and_none_the_one_under_way():
    async def scene() -> None:
        given = Given()
        given.records.open.clear()
        early = asyncio.create_task(given.looks.at(FIRST.job_id))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        later = [asyncio.create_task(given.looks.at(each.job_id)) for each in (FIRST, SECOND, FIRST, SECOND)]
        await asyncio.sleep(0)
        given.records.open.set()
        found = await asyncio.gather(early, *later)
        assert [each.job for each in found] == [FIRST, FIRST, SECOND, FIRST, SECOND]
        assert given.records.trips == [[FIRST.job_id], [FIRST.job_id, SECOND.job_id]]

    play(scene())


def test_what_goes_wrong_is_told_to_all_who_asked_and_to_nobody_after():
    async def scene() -> None:
        given = Given()
        given.records.broken = True
        told = await asyncio.gather(*(given.looks.at(each.job_id) for each in (FIRST, SECOND)), return_exceptions=True)
        assert [type(each) for each in told] == [StoreUnavailable] * 2
        given.records.broken = False
        assert (await given.looks.at(FIRST.job_id)).job == FIRST

    play(scene())


def test_who_leaves_takes_nobody_along():
    async def scene() -> None:
        given = Given()
        given.records.open.clear()
        leaves, stays = (asyncio.create_task(given.looks.at(FIRST.job_id)) for _ in range(2))
        await asyncio.sleep(0)
        leaves.cancel()
        given.records.open.set()
        assert (await stays).job == FIRST
        assert leaves.cancelled()

    play(scene())


def test_no_job_and_one_of_another_release_are_told_apart_from_those_beside_them():
    async def scene() -> None:
        given = Given()
        given.records.jobs["odd"] = Unreadable("stage")
        nothing, odd, good = await asyncio.gather(
            given.looks.at("none"), given.looks.at("odd"), given.looks.at(FIRST.job_id), return_exceptions=True
        )
        assert isinstance(nothing, JobNotFound)
        assert isinstance(odd, JobUnreadable)
        assert good.job == FIRST
        assert given.noted == {"odd": Unreadable("stage")}

    play(scene())


def test_many_are_read_in_several_trips():
    async def scene() -> None:
        given = Given()
        given.records.jobs = {f"job-{number}": FIRST for number in range(200)}
        await asyncio.gather(*(given.looks.at(job_id) for job_id in given.records.jobs))
        assert sorted(job_id for trip in given.records.trips for job_id in trip) == sorted(given.records.jobs)
        assert max(len(trip) for trip in given.records.trips) <= 64

    play(scene())


def test_a_place_in_a_short_line_is_of_now():
    async def scene() -> None:
        given = Given()
        assert (await given.in_line(1)).queue_position == 1
        given.line.moves = 2
        assert (await given.in_line(2)).queue_position == 1
        assert (await given.in_line(1)).queue_position is None
        assert given.line.reads == 2

    play(scene())


def test_nobody_waits_for_a_long_line_who_has_a_place_in_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("backend.view.outlooks._LONGEST_SECONDS", 60.0)
    monkeypatch.setattr("backend.view.outlooks._SHARE_OF_TIME", 0)

    async def scene() -> None:
        given = Given(0.02)
        await given.in_line(1)
        given.line.moves, given.line.hold = 2, threading.Event()
        assert (await given.in_line(1)).queue_position == 1
        just_came = asyncio.create_task(given.in_line(2))
        await asyncio.to_thread(given.line.held.wait, 10)
        assert not just_came.done()
        given.line.hold.set()
        assert (await just_came).queue_position == 1

    play(scene())


def test_a_line_that_cannot_be_read_is_told_to_who_waits_for_it_and_read_again(monkeypatch: pytest.MonkeyPatch):
    async def scene() -> None:
        given = Given()

        def broken() -> None:
            raise StoreUnavailable

        with monkeypatch.context() as patched:
            patched.setattr(given.line, "line", broken)
            with pytest.raises(StoreUnavailable):
                await given.in_line(1)
        assert (await given.in_line(1)).queue_position == 1

    play(scene())
