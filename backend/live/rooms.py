"""Socket.IO's /progress: a client joins a job's room, gets a snapshot, then every change. Knows no Redis."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import socketio
import structlog

from backend.live.messages import News, is_last, job_of, messages, newest
from backend.live.relay import Relay
from backend.settings import LiveSettings
from backend.view.job_view import job_body
from backend.view.looks import Looks
from contract.errors import CallerError, JobNotFound, StemifyError
from contract.job_ids import is_job_id

_log = structlog.get_logger(__name__)

NAMESPACE = "/progress"
_MUCH = 100
"""News that gather faster than they can be told are thinned out, so that all of it stays new."""


@dataclass
class _Socket:
    """One connected client: where it came from, whose key it showed, and what it watches."""

    address: str
    tenant: str
    jobs: set[str] = field(default_factory=set)
    joining: asyncio.Lock = field(default_factory=asyncio.Lock)


class Rooms(socketio.AsyncNamespace):
    """The namespace's events. Every answer is the acknowledgement; refusals are `{"error": {...}}`."""

    def __init__(self, relay: Relay, looks: Looks, settings: LiveSettings) -> None:
        super().__init__(NAMESPACE)
        self._relay = relay
        self._looks = looks
        self._settings = settings
        self._sockets: dict[str, _Socket] = {}
        self._addresses: Counter[str] = Counter()
        self._news: asyncio.Queue[News] = asyncio.Queue()

    @property
    def sockets(self) -> int:
        """How many clients are connected here."""
        return len(self._sockets)

    async def run(self) -> None:
        """Tell the rooms what is heard, in order, until canceled."""
        while True:
            batch = [await self._news.get()]
            while not self._news.empty():
                batch.append(self._news.get_nowait())
            for news in newest(batch) if len(batch) > _MUCH else batch:
                job_id = job_of(news)
                for message in messages(news):
                    await self.emit(message.event, message.payload, room=job_id)
                if is_last(news):
                    await self._empty(job_id)

    async def trigger_event(self, event: str, *args: Any) -> Any:
        """Call what serves an event. A client may name any, with anything behind it: the library's own are not for it.

        Connecting, a socket is not connected yet, and leaving no more; one that is cannot have sent either.
        """
        sid, *told = args
        if event in ("connect", "disconnect"):
            is_from_client = self.server.manager.is_connected(sid, self.namespace)
            return None if is_from_client else await super().trigger_event(event, *args)
        if event not in ("subscribe", "unsubscribe"):
            return {"error": {"code": CallerError.code, "detail": "There is subscribe, and unsubscribe."}}
        return await super().trigger_event(event, sid, told[0] if len(told) == 1 else None)

    async def on_connect(self, sid: str, environ: dict[str, Any], auth: object = None) -> None:  # noqa: ARG002
        """A client comes; too many from one address are refused."""
        address = _address(environ)
        if self._addresses[address] >= self._settings.sockets_per_address:
            raise socketio.exceptions.ConnectionRefusedError("too many sockets from this address")
        self._addresses[address] += 1
        self._sockets[sid] = _Socket(address, tenant="anonymous")

    async def on_disconnect(self, sid: str, reason: object = None) -> None:  # noqa: ARG002
        """A client is gone; so are its places in the rooms."""
        socket = self._sockets.pop(sid, None)
        if socket is None:
            return
        self._addresses[socket.address] -= 1
        self._addresses += Counter()  # drops the zeros, so that it does not grow with every visitor
        for job_id in socket.jobs:
            self._relay.unwatch(job_id, self._news.put_nowait)

    async def on_subscribe(self, sid: str, wish: object = None) -> dict[str, Any]:
        """Join a job's room, then read the snapshot: nothing can fall between."""
        try:
            return await self._subscribe(sid, _wanted_job(wish))
        except StemifyError as error:
            return {"error": {"code": error.code, "detail": error.detail}}

    async def on_unsubscribe(self, sid: str, wish: object = None) -> dict[str, Any]:
        """Leave a job's room."""
        try:
            job_id = _wanted_job(wish)
        except StemifyError as error:
            return {"error": {"code": error.code, "detail": error.detail}}
        await self._leave(sid, job_id)
        return {"job_id": job_id}

    async def _subscribe(self, sid: str, job_id: str) -> dict[str, Any]:
        socket = self._sockets.get(sid)
        if socket is None:
            raise CallerError("This socket is not connected.")
        await self._join(sid, socket, job_id)
        try:
            snapshot = await self._looks.at(job_id)
            if snapshot.job.tenant != socket.tenant:
                raise JobNotFound
        except StemifyError:
            await self._leave(sid, job_id)
            raise
        if snapshot.job.is_terminal:
            await self._leave(sid, job_id)
            for message in messages(snapshot):
                await self.emit(message.event, message.payload, to=sid)
        return job_body(snapshot).model_dump(mode="json")

    async def _join(self, sid: str, socket: _Socket, job_id: str) -> None:
        """One at a time for each socket: a second wish for the same job must not read before the first has joined."""
        async with socket.joining:
            if job_id in socket.jobs:
                return
            most = self._settings.rooms_per_socket
            if len(socket.jobs) >= most:
                raise CallerError(f"A socket may watch {most} jobs at once; unsubscribe first.")
            await self.enter_room(sid, job_id)
            await self._relay.watch(job_id, self._news.put_nowait)
            if self._sockets.get(sid) is not socket:  # it went while it joined
                self._relay.unwatch(job_id, self._news.put_nowait)
                raise CallerError("This socket is not connected.")
            socket.jobs.add(job_id)

    async def _leave(self, sid: str, job_id: str) -> None:
        socket = self._sockets.get(sid)
        if socket is None or job_id not in socket.jobs:
            return
        socket.jobs.remove(job_id)
        await self.leave_room(sid, job_id)
        self._relay.unwatch(job_id, self._news.put_nowait)

    async def _empty(self, job_id: str) -> None:
        """The job ended: nobody has to leave its room by themselves."""
        for socket in self._sockets.values():
            socket.jobs.discard(job_id)
        await self.close_room(job_id)


def _wanted_job(wish: object) -> str:
    job_id = wish.get("job_id") if isinstance(wish, dict) else None
    if not isinstance(job_id, str):
        raise CallerError('Send {"job_id": "..."}.')
    if not is_job_id(job_id):
        raise JobNotFound
    return job_id


def _address(environ: dict[str, Any]) -> str:
    """The client's address as the server (behind a believed proxy: the proxy) saw it."""
    client = environ.get("asgi.scope", {}).get("client") or ("unknown",)
    return str(client[0])
