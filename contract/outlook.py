"""When each waiting job will be reached and done, by the workers there are. Pure arithmetic."""

import heapq
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from contract.fair_order import Line, Waiting
from contract.work import Speeds, Work

_LEAST_LEFT = 0.1
"""Of its expected work, what a job that takes longer than expected is taken to have left."""


@dataclass(frozen=True)
class Outlook:
    """One waiting job's prospects: its place (the next one is 1), seconds until it begins and until it is done.

    `done_in` is None while nothing is known of its model's speed.
    """

    place: int
    begins_in: float
    done_in: float | None


@dataclass(frozen=True, order=True)
class _Seat:
    """One worker's place: when it is free, in seconds from now, and its device (None where it is not known)."""

    free_in: float
    number: int
    device: str | None = field(compare=False)


def outlooks(line: Line, devices: Sequence[str], speeds: Speeds) -> Mapping[str, Outlook]:
    """Every waiting job's prospects, by its id. `devices`: of the live workers, one entry each.

    Without a live worker times are those of a single one that would begin now.
    """
    seats = _seats(line, devices, speeds)
    return {job.job_id: _seated(seats, place, job, speeds) for place, job in enumerate(line.in_order(speeds), 1)}


def _seated(seats: list[_Seat], place: int, job: Waiting, speeds: Speeds) -> Outlook:
    seat = seats[0]
    seconds = job.work.seconds(speeds, seat.device)
    taken = job.work.charged_seconds(speeds) if seconds is None else seconds
    heapq.heapreplace(seats, _Seat(seat.free_in + taken, seat.number, seat.device))
    done = None if seconds is None else round(seat.free_in + seconds, 1)
    return Outlook(place, round(seat.free_in, 1), done)


def _seats(line: Line, devices: Sequence[str], speeds: Speeds) -> list[_Seat]:
    left = [_left(work, line.now_ms, speeds) for work in line.running]
    count = max(1, len(devices), len(left))
    places = itertools.islice(itertools.chain(devices, itertools.repeat(None)), count)
    free = itertools.chain(left, itertools.repeat(0.0))
    seats = [_Seat(free_in, number, device) for number, (device, free_in) in enumerate(zip(places, free, strict=False))]
    heapq.heapify(seats)
    return seats


def _left(work: Work, now_ms: float, speeds: Speeds) -> float:
    whole = work.charged_seconds(speeds)
    gone = 0.0 if work.claimed_ms is None else (now_ms - work.claimed_ms) / 1000
    return max(whole - gone, whole * _LEAST_LEFT)
