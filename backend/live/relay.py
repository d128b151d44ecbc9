"""News of watched jobs, fanned out in memory to whoever watches; a lost message only makes it later. No sockets."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import redis.asyncio
import structlog

from backend.live.messages import Gone, News, is_last, version_of
from backend.live.subscription import Subscription
from backend.view.looks import Looks
from contract import keys
from contract.errors import JobNotFound, StoreUnavailable
from contract.jobs import TERMINAL, JobStatus
from contract.records.announcements import Announcement, parse

_log = structlog.get_logger(__name__)

Ear = Callable[[News], None]

CONFIRM_SECONDS = 1.0
"""Longest wait for the server to confirm a subscription; later news comes by reading the record."""


@dataclass
class _Watched:
    """A job somebody here watches."""

    ears: Counter[Ear] = field(default_factory=Counter)
    version: int = 0
    heard_at: float = field(default_factory=time.monotonic)
    confirmed: asyncio.Event = field(default_factory=asyncio.Event)


class Relay:
    """One for each replica.

    Versions an ear hears never go backwards. Endings are always told from the record itself.
    """

    def __init__(self, client: redis.asyncio.Redis, looks: Looks, *, silence_seconds: float) -> None:
        self._subscription = Subscription(client, heard=self._heard, began=self._began)
        self._looks = looks
        self._silence_seconds = silence_seconds
        self._jobs: dict[str, _Watched] = {}
        self._stale: set[str] = set()
        self._woken = asyncio.Event()
        self._listening: set[asyncio.Queue[News | None]] = set()
        self._stopping = False

    async def run(self) -> None:
        """Listen and re-read until canceled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._subscription.run())
            tasks.create_task(self._reread())

    async def watch(self, job_id: str, ear: Ear) -> None:
        """From the return on, `ear` hears every change (once, however often it watches). Read the snapshot after it."""
        watched = self._jobs.setdefault(job_id, _Watched())
        watched.ears[ear] += 1
        channel = keys.channel(job_id)
        self._subscription.want(channel)
        if self._subscription.follows(channel):
            watched.confirmed.set()
        try:
            await asyncio.wait_for(watched.confirmed.wait(), CONFIRM_SECONDS)
        except TimeoutError:
            _log.warning("news_subscription_unconfirmed", job_id=job_id)

    def unwatch(self, job_id: str, ear: Ear) -> None:
        """`ear` hears no more of the job."""
        watched = self._jobs.get(job_id)
        if watched is None or ear not in watched.ears:
            return
        watched.ears -= Counter({ear: 1})
        if not watched.ears:
            self._forget(job_id)

    @contextlib.asynccontextmanager
    async def listening(self, job_id: str) -> AsyncIterator[asyncio.Queue[News | None]]:
        """A queue that gets every change while the block lasts, and None when it should end since the replica stops."""
        queue: asyncio.Queue[News | None] = asyncio.Queue()
        self._listening.add(queue)
        try:
            await self.watch(job_id, queue.put_nowait)
            if self._stopping:
                queue.put_nowait(None)
            yield queue
        finally:
            self.unwatch(job_id, queue.put_nowait)
            self._listening.discard(queue)

    def let_go(self) -> None:
        """The replica stops: answers that only wait for news end, whole, instead of being cut."""
        if not self._stopping:
            self._stopping = True
            for queue in self._listening:
                queue.put_nowait(None)

    @property
    def watched_jobs(self) -> int:
        """How many jobs are watched here."""
        return len(self._jobs)

    def _began(self, channel: str) -> None:
        """A subscription holds. If it held before, messages may have been lost between."""
        job_id = channel.removeprefix(keys.channel(""))
        watched = self._jobs.get(job_id)
        if watched is None:
            return
        if watched.confirmed.is_set():
            self._mark_stale(job_id)
        watched.confirmed.set()

    def _heard(self, text: bytes) -> None:
        try:
            announcement = parse(text)
        except ValueError:
            _log.warning("news_not_understood")
            return
        if announcement.status in TERMINAL or announcement.status is JobStatus.queued:
            self._mark_stale(announcement.job_id)  # endings need the whole job, waiting ones their place
        else:
            self._tell(announcement.job_id, announcement)

    def _tell(self, job_id: str, news: News) -> None:
        watched = self._jobs.get(job_id)
        if watched is None:
            return
        watched.heard_at = time.monotonic()
        if version_of(news) <= watched.version and not _may_repeat(news, watched.version):
            return
        watched.version = version_of(news)
        for ear in tuple(watched.ears):
            ear(news)
        if is_last(news):
            self._forget(job_id)

    def _mark_stale(self, job_id: str) -> None:
        self._stale.add(job_id)
        self._woken.set()

    def _forget(self, job_id: str) -> None:
        self._jobs.pop(job_id, None)
        self._stale.discard(job_id)
        self._subscription.drop(keys.channel(job_id))

    async def _reread(self) -> None:
        looked_at = time.monotonic()
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), self._silence_seconds / 5)
            self._woken.clear()
            if time.monotonic() - looked_at >= self._silence_seconds / 5:
                looked_at = time.monotonic()
                self._find_silent(looked_at - self._silence_seconds)
            stale, self._stale = self._stale, set()
            async with asyncio.TaskGroup() as tasks:
                for job_id in stale & self._jobs.keys():
                    tasks.create_task(self._reread_one(job_id))

    def _find_silent(self, since: float) -> None:
        self._stale |= {job_id for job_id, watched in self._jobs.items() if watched.heard_at <= since}

    async def _reread_one(self, job_id: str) -> None:
        try:
            news: News = await self._looks.at(job_id)
        except JobNotFound:
            watched = self._jobs.get(job_id)
            news = Gone(job_id, watched.version if watched else 0)
        except StoreUnavailable:
            return  # still silent, so read again at the next look
        self._tell(job_id, news)


def _may_repeat(news: News, version: int) -> bool:
    """A waiting job moves up without changing; a job that is gone has no newer version."""
    if isinstance(news, Announcement) or version_of(news) < version:
        return False
    return isinstance(news, Gone) or news.queue_position is not None
