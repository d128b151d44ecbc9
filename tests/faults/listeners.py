"""Several Socket.IO clients that watch jobs to their ends, and remember every version they were told."""

from collections import defaultdict
from types import TracebackType
from typing import Any, Self

import socketio

from tests.service_process import wait_for

_NAMESPACE = "/progress"
_EVENTS = ("progress", "stem", "completed", "error", "canceled")
_ENDINGS = {"completed", "error", "canceled"}
_SECONDS = 30.0


class _Listener:
    def __init__(self, url: str) -> None:
        self.told: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
        self.client = socketio.Client()
        for name in _EVENTS:
            self.client.on(name, lambda data, name=name: self._hear(name, data), namespace=_NAMESPACE)
        self.client.connect(url, namespaces=[_NAMESPACE], wait_timeout=10)

    def subscribe(self, job_id: str) -> None:
        """Until it is answered with a snapshot: the store may be away just now."""
        snapshot = wait_for(lambda: self._asked(job_id), seconds=_SECONDS)
        assert isinstance(snapshot, dict)
        if snapshot["status"] in ("completed", "failed", "canceled"):
            self.told[job_id].append(("completed", snapshot["version"]))

    def knows_end(self, job_id: str) -> bool:
        return any(name in _ENDINGS for name, _ in self.told[job_id])

    def _asked(self, job_id: str) -> dict[str, Any] | None:
        answer = self.client.call("subscribe", {"job_id": job_id}, namespace=_NAMESPACE, timeout=10)
        return None if "error" in answer and "job_id" not in answer else answer

    def _hear(self, name: str, data: dict[str, Any]) -> None:
        self.told[data["job_id"]].append((name, data["version"]))


class Listeners:
    """Connected inside the with-block."""

    def __init__(self, url: str, count: int) -> None:
        self._all = [_Listener(url) for _ in range(count)]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for listener in self._all:
            listener.client.shutdown()

    def subscribe(self, job_id: str) -> None:
        """Each of them watches the job."""
        for listener in self._all:
            listener.subscribe(job_id)

    def missed(self, job_ids: list[str]) -> list[str]:
        """A sentence for each ending that does not come in time, and for each version that fell."""
        wrong = []
        for number, listener in enumerate(self._all):
            for job_id in job_ids:
                try:
                    wait_for(lambda one=listener, job=job_id: one.knows_end(job), seconds=_SECONDS)
                except AssertionError:
                    wrong.append(f"client {number} never heard of the end of {job_id}")
                versions = [version for _, version in listener.told[job_id]]
                if versions != sorted(versions):
                    wrong.append(f"client {number} saw versions of {job_id} fall: {versions}")
        return wrong
