"""Few go through at once; whoever waits too long is told, and the place of whoever failed is free again."""

import threading

import anyio
import pytest
from anyio import to_thread

from backend.gate import Gate
from contract.errors import StoreUnavailable


def test_no_more_at_once_than_it_is_wide_and_none_lost() -> None:
    gate, inside, most, lock = Gate(2, longest_wait_seconds=30), 0, 0, threading.Lock()
    both_in = threading.Event()

    def look(name: str) -> str:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
            if inside == 2:
                both_in.set()
        both_in.wait(10)
        with lock:
            inside -= 1
        return name

    async def all_at_once() -> list[str]:
        found: list[str] = []

        async def one(name: str) -> None:
            found.append(await gate.through(look, name))

        async with anyio.create_task_group() as group:
            for number in range(8):
                group.start_soon(one, str(number))
        return sorted(found)

    assert anyio.run(all_at_once) == [str(number) for number in range(8)]
    assert most == 2


def test_who_waits_for_those_that_are_stuck_is_told_to_come_back() -> None:
    gate, leave, arrived = Gate(1, longest_wait_seconds=0.05), threading.Event(), threading.Event()

    def stuck(_: str) -> None:
        arrived.set()
        leave.wait(10)

    async def two() -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(gate.through, stuck, "first")
            await to_thread.run_sync(arrived.wait, 10)
            with pytest.raises(StoreUnavailable):
                await gate.through(str, "second")
            leave.set()

    anyio.run(two)
    assert anyio.run(gate.through, str, "third") == "third"


def test_a_call_that_fails_gives_its_place_back() -> None:
    gate = Gate(1, longest_wait_seconds=0.05)

    async def twice() -> None:
        for _ in range(2):
            with pytest.raises(ValueError, match="invalid literal"):
                await gate.through(int, "no number")

    anyio.run(twice)
