"""An S3-compatible server with two doors: one healthy, one that fails, drops and trickles as long as it is told to.

Both lead to the same buckets, so that what came through the sick door can be looked at through the healthy one.
"""

import io
import logging
import random
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Any, Self

import boto3
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import BaseWSGIServer, make_server

from contract.settings import StorageSettings
from contract.storage import BlobStore, open_storage

Environ = dict[str, Any]
Begin = Callable[..., Any]
App = Callable[[Environ, Begin], Iterable[bytes]]

BUCKET = "stems"
_KEYS = {"s3_region": "us-east-1", "s3_access_key_id": "AKIDEXAMPLE", "s3_secret_access_key": "EXAMPLEKEY"}
_BYTES_A_SECOND = 1_000
_REFUSALS = {"500": ("500 Internal Server Error", b"InternalError"), "503": ("503 Service Unavailable", b"SlowDown")}
_ILLS = {"500": 3, "503": 3, "reset": 3, "lost answer": 3, "trickle": 1}
"""What goes wrong, and how often beside the others: a trickle fills the time of many of them."""


class SickBucket:
    """Serves inside the with-block; `caused` counts what the sick door did."""

    def __init__(self, seed: int) -> None:
        self.caused: Counter[str] = Counter()
        self._rng = random.Random(seed)
        self._share = 0.0
        self._well = threading.Event()
        self._app: App = DomainDispatcherApplication(create_backend_app)
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._doors = [make_server("127.0.0.1", 0, app, threaded=True) for app in (self._app, self._sick)]

    def __enter__(self) -> Self:
        for door in self._doors:
            threading.Thread(target=door.serve_forever, name="bucket", daemon=True).start()
        client = boto3.client(
            "s3",
            endpoint_url=_address(self._doors[0]),
            region_name=_KEYS["s3_region"],
            aws_access_key_id=_KEYS["s3_access_key_id"],
            aws_secret_access_key=_KEYS["s3_secret_access_key"],
        )
        client.create_bucket(Bucket=BUCKET)
        client.close()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.heal()
        for door in self._doors:
            door.shutdown()
            door.server_close()

    def sicken(self, share: float) -> None:
        """From now on this share of the requests goes wrong."""
        self._share = share
        self._well.clear()

    def heal(self) -> None:
        """No request goes wrong any more, and those that trickle go on at full speed."""
        self._share = 0.0
        self._well.set()

    def storage(self) -> BlobStore:
        """The bucket through its healthy door."""
        return open_storage(StorageSettings.model_validate(self._settings(self._doors[0])))

    def environment(self) -> dict[str, str]:
        """What a process is told that uses the sick door."""
        return {f"STEMIFY_STORAGE__{name.upper()}": value for name, value in self._settings(self._doors[1]).items()}

    def _settings(self, door: BaseWSGIServer) -> dict[str, str]:
        return {"url": f"s3://{BUCKET}/kept", "s3_endpoint_url": _address(door), **_KEYS}

    def _sick(self, environ: Environ, begin: Begin) -> Iterable[bytes]:
        if self._rng.random() >= self._share:
            return self._app(environ, begin)
        (ill,) = self._rng.choices(tuple(_ILLS), weights=tuple(_ILLS.values()))
        self.caused[ill] += 1
        body = _body(environ)  # to the end, or the connection would take the rest for the next request
        environ["wsgi.input"] = io.BytesIO(b"".join(self._slowly(body)) if ill == "trickle" else body)
        if ill in _REFUSALS:
            status, code = _REFUSALS[ill]
            begin(status, [("Content-Type", "application/xml")])
            return [b"<Error><Code>%s</Code></Error>" % code]
        if ill == "trickle":
            return self._slowly(b"".join(self._app(environ, begin)))
        if ill == "lost answer":  # what was asked for is done, and nobody hears of it
            b"".join(self._app(environ, begin))
        environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)  # to raise alone would keep it open for the next request
        raise ConnectionResetError

    def _slowly(self, content: bytes) -> Iterator[bytes]:
        for start in range(0, len(content), _BYTES_A_SECOND):
            self._well.wait(1.0)  # the slowness itself
            yield content[start : start + _BYTES_A_SECOND]


def _body(environ: Environ) -> bytes:
    return bytes(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))


def _address(door: BaseWSGIServer) -> str:
    return f"http://127.0.0.1:{door.server_port}"
