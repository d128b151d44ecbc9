"""A job's events over Socket.IO as they come. When the connection fails it is silent: the follower asks over HTTP."""

import contextlib
import queue
from types import TracebackType
from typing import Any, Self

NAMESPACE = "/progress"
_CONNECT_SECONDS = 5.0
_TRANSPORTS = ("websocket", "polling")  # several replicas may offer the first alone, an old proxy pass the second alone
_EVENTS = ("progress", "completed", "error", "canceled")  # stems are told with the end


class LiveFeed:
    """Subscribed to one job from entering to leaving, again after every reconnection."""

    def __init__(self, url: str, job_id: str, *, key: str | None = None) -> None:
        # socketio loads slowly, and only commands that follow a job need it
        import socketio

        self._url, self._job_id, self._key = url, job_id, key
        self._failures: tuple[type[Exception], ...] = (socketio.exceptions.SocketIOError, OSError, ValueError)
        self._came: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._client = socketio.Client(handle_sigint=False, logger=False, engineio_logger=False)
        self._client.on("connect", self._subscribe, namespace=NAMESPACE)
        for name in _EVENTS:
            self._client.on(name, self._taker(name), namespace=NAMESPACE)

    def __enter__(self) -> Self:
        for transport in _TRANSPORTS:
            if not self.is_live:
                self._connect(transport)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(*self._failures):
            self._client.shutdown()

    @property
    def is_live(self) -> bool:
        """Whether events can come now."""
        return bool(self._client.connected)

    def next(self, timeout_seconds: float) -> dict[str, Any] | None:
        """The next event with its name under `event` (the first is the job's `snapshot`); None when none came."""
        try:
            return self._came.get(timeout=timeout_seconds)
        except queue.Empty:
            return None

    def _connect(self, transport: str) -> None:
        auth = {"token": self._key} if self._key else None
        with contextlib.suppress(*self._failures):
            self._client.connect(
                self._url, namespaces=[NAMESPACE], auth=auth, transports=[transport], wait_timeout=_CONNECT_SECONDS
            )

    def _subscribe(self) -> None:
        def acknowledged(snapshot: dict[str, Any]) -> None:
            self._came.put({**snapshot, "event": "snapshot"})

        with contextlib.suppress(*self._failures):
            self._client.emit("subscribe", {"job_id": self._job_id}, namespace=NAMESPACE, callback=acknowledged)

    def _taker(self, name: str) -> Any:
        return lambda data: self._came.put({**data, "event": name})
