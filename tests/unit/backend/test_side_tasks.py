"""A background task that breaks is begun again, and all of them end with the block."""

import asyncio

import pytest

from backend import side_tasks


async def test_a_task_that_breaks_runs_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(side_tasks, "PAUSE_SECONDS", 0.0)
    again = asyncio.Event()
    begun: list[int] = []

    async def breaks_once() -> None:
        begun.append(1)
        if len(begun) == 1:
            raise RuntimeError("broken")
        again.set()
        await asyncio.Event().wait()

    async with side_tasks.running({"breaks_once": breaks_once}):
        await asyncio.wait_for(again.wait(), 5)
    assert len(begun) == 2
    assert not [task for task in asyncio.all_tasks() if task.get_name() == "breaks_once"]


async def test_a_task_that_swallows_its_cancel_ends_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(side_tasks, "PAUSE_SECONDS", 0.01)
    swallowed = asyncio.Event()

    async def swallows_one_cancel() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            if not swallowed.is_set():
                swallowed.set()
                raise TimeoutError from None
            raise

    async with asyncio.timeout(5), side_tasks.running({"swallows": swallows_one_cancel}):
        await asyncio.sleep(0)
    assert swallowed.is_set()
    assert not [task for task in asyncio.all_tasks() if task.get_name() == "swallows"]
