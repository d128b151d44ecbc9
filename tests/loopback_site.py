"""A loopback site that behaves as each test wants, and a reach that includes it."""

import contextlib
import re
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network

from media.sources.reach import Reach

Answering = Callable[[BaseHTTPRequestHandler], None]
_RANGE = re.compile(r"bytes=(\d+)-(\d*)")


@dataclass
class Site:
    """`pages`: what answers each path (without its query); `asked`: the headers of every request."""

    port: int
    pages: dict[str, Answering] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    @property
    def reach(self) -> Reach:
        return Reach(ports=frozenset({self.port}), networks=(ip_network("127.0.0.0/8"),))


@contextlib.contextmanager
def loopback_site(address: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> Iterator[Site]:
    """A site that serves on this address until the block ends; over HTTPS with a context."""

    class Answerer(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            here.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            here.pages.get(self.path.partition("?")[0], _missing)(self)

        do_POST = do_HEAD = do_GET  # noqa: N815 - the server's names

        def log_message(self, *_):
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request, client_address):
            """A visitor that leaves early is no news."""

    server = Server((address, 0), Answerer)
    if tls is not None:  # the handshake happens in the thread that answers
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    here = Site(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield here
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def send(handler: BaseHTTPRequestHandler, status: int, body: bytes = b"", **headers: str) -> None:
    """One whole answer; header names with _ for -."""
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    if handler.command != "HEAD":
        handler.wfile.write(body)


def send_part(handler: BaseHTTPRequestHandler, body: bytes, **headers: str) -> None:
    """What is asked for of a file, whole or a range."""
    asked = _RANGE.fullmatch(handler.headers.get("Range", ""))
    if asked is None:
        send(handler, 200, body, **headers)
        return
    part = body[int(asked[1]) : int(asked[2] or len(body)) + 1]
    span = f"bytes {asked[1]}-{int(asked[1]) + len(part) - 1}/{len(body)}"
    send(handler, 206, part, Content_Range=span, **headers)


def _missing(handler: BaseHTTPRequestHandler) -> None:
    send(handler, 404)
