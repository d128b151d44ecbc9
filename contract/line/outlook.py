"""When each waiting job will be reached and done, by the workers there are. Pure arithmetic."""

import heapq
import itertools
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from contract.line.fair_order import Line, Waiting
from contract.line.paces import Paces, Speeds
from contract.line.work import Work

_LEAST_LEFT = 0.1
"""Of its expected work, what a job that takes longer than expected is taken to have left."""


class Outlook(NamedTuple):
    """One waiting job's prospects: its place (the next one is 1), seconds until it begins and until it is done.

    `done_in` is None while nothing is known of its model's speed.
    """

    place: int
    begins_in: float
    done_in: float | None


class _Seat(NamedTuple):
    """One worker's place: when it is free, in seconds from now, and its device (None where it is not known)."""

    free_in: float
    number: int
    device: str | None


def outlooks(line: Line, devices: Sequence[str], speeds: Speeds) -> Mapping[str, Outlook]:
    """Every waiting job's prospects, by its id. `devices`: of the live workers, one entry each.

    Without a live worker times are those of a single one that would begin now.
    """
    paces = Paces(speeds)
    seats = _seats(line, devices, paces)
    return {job.job_id: _seated(seats, place, job, paces) for place, job in enumerate(line.in_order(paces), 1)}


def _seated(seats: list[_Seat], place: int, job: Waiting, paces: Paces) -> Outlook:
    seat = seats[0]
    seconds = job.work.seconds(paces, seat.device)
    taken = job.work.charged_seconds(paces) if seconds is None else seconds
    heapq.heapreplace(seats, _Seat(seat.free_in + taken, seat.number, seat.device))
    return Outlook(place, seat.free_in, None if seconds is None else seat.free_in + seconds)


def _seats(line: Line, devices: Sequence[str], paces: Paces) -> list[_Seat]:
    left = [_left(work, line.now_ms, paces) for work in line.running]
    count = max(1, len(devices), len(left))
    places = itertools.islice(itertools.chain(devices, itertools.repeat(None)), count)
    free = itertools.chain(left, itertools.repeat(0.0))
    seats = [_Seat(free_in, number, device) for number, (device, free_in) in enumerate(zip(places, free, strict=False))]
    heapq.heapify(seats)
    return seats


def _left(work: Work, now_ms: float, paces: Paces) -> float:
    whole = work.charged_seconds(paces)
    gone = 0.0 if work.claimed_ms is None else (now_ms - work.claimed_ms) / 1000
    return max(whole - gone, whole * _LEAST_LEFT)
