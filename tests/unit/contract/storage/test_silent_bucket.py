"""A bucket that stops answering, and one that answers slowly: two different things."""

import socketserver
import threading
import time
from collections.abc import Iterator

import pytest

from contract.errors import StorageUnavailable
from contract.settings import StorageSettings
from contract.storage import bucket_client, open_storage

_HEAD = b'HTTP/1.1 200 OK\r\nContent-Length: 4\r\nETag: "1"\r\nLast-Modified: Sat, 21 Nov 2026 12:00:00 GMT\r\n\r\n'


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    silent = False


class _Conversation(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        while line := self.rfile.readline():
            while self.rfile.readline().strip():
                pass
            if self.server.silent:
                continue
            if line.startswith(b"HEAD"):
                self.wfile.write(_HEAD)
                continue
            self.wfile.write(_HEAD.replace(b"200 OK", b"206 Partial Content\r\nContent-Range: bytes 0-3/4"))
            for letter in b"song":
                time.sleep(0.4)  # slower in all than silence may be, and never silent for so long
                self.wfile.write(bytes([letter]))


@pytest.fixture
def server() -> Iterator[_Server]:
    with _Server(("127.0.0.1", 0), _Conversation) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def storage(server: _Server, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bucket_client, "_SILENT_SECONDS", 1)
    monkeypatch.setattr(bucket_client, "_ANSWER_RETRY_SECONDS", 1)
    port = server.server_address[1]
    told = {"s3_endpoint_url": f"http://127.0.0.1:{port}", "s3_access_key_id": "key", "s3_secret_access_key": "secret"}
    return open_storage(StorageSettings.model_validate({"url": "s3://songs"} | told))


def test_a_bucket_that_falls_silent_is_given_up(server, storage):
    server.silent = True
    for use in (
        storage.check,
        lambda: storage.facts("a/b"),
        lambda: list(storage.read("a/b")),
        lambda: list(storage.list()),
    ):
        with pytest.raises(StorageUnavailable):
            use()


def test_what_comes_slowly_is_waited_for(storage):
    assert b"".join(storage.read("a/b")) == b"song"
