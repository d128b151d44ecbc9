"""The one door: it connects to vetted addresses alone, relays, and counts."""

import socket
import threading

import pytest

from media.sources.dialing import Dialer
from media.sources.errors import LinkRefused
from media.sources.reach import reach_of
from media.sources.sites.proxy import ConnectProxy
from media.sources.upstream import UpstreamDialer


@pytest.fixture
def echo():
    """An address that sends back what it is sent, until told to end."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(20)

        def serve():
            line, _ = server.accept()
            with line:
                while piece := line.recv(1000):
                    line.sendall(piece)

        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        socket.create_connection(server.getsockname()).close()  # for a thread that nobody came to
        thread.join()


@pytest.fixture
def proxied(echo):
    """proxied(most_bytes=...): the proxy's address, while the test lasts; it reaches the echo alone."""
    running = []

    def start(most_bytes=10**6, dialer=None):
        door = socket.create_server(("127.0.0.1", 0))
        place = door.getsockname()
        reach = reach_of((443, echo), ["127.0.0.1/32"])
        running.append(ConnectProxy(door, dialer or Dialer(reach), most_bytes=most_bytes))
        running[-1].__enter__()
        return place

    yield start
    for proxy in running:
        proxy.__exit__(None, None, None)


def asked(place, request):
    line = socket.create_connection(place, timeout=20)
    line.sendall(request)
    return line, line.recv(1000)


def connect_to(host, port):
    return f"CONNECT {host}:{port} HTTP/1.1\r\nHost: x\r\n\r\n".encode()


def test_a_line_is_relayed_both_ways(proxied, echo):
    line, answer = asked(proxied(), connect_to("127.0.0.1", echo))
    with line:
        assert answer.startswith(b"HTTP/1.1 200")
        line.sendall(b"hello")
        assert line.recv(100) == b"hello"


@pytest.mark.parametrize(
    ("host", "port"),
    [
        ("127.0.0.2", 443),
        ("10.0.0.1", 443),
        ("[::1]", 443),
        ("2130706433", 443),
        ("localhost.", 443),
        ("127.0.0.1", 22),
    ],
)
def test_inner_addresses_are_refused(proxied, echo, host, port):
    reach = reach_of((443, echo), ["127.0.0.1/32"])
    line, answer = asked(proxied(dialer=Dialer(reach, resolve=lambda *_: ["::1", "127.0.0.3"])), connect_to(host, port))
    line.close()
    assert answer.startswith(b"HTTP/1.1 403")


@pytest.mark.parametrize("request_", [b"GET http://127.0.0.1/ HTTP/1.1\r\n\r\n", b"\x16\x03\x01\r\n\r\n"])
def test_only_connect_is_spoken(proxied, request_):
    line, answer = asked(proxied(), request_)
    line.close()
    assert answer.startswith(b"HTTP/1.1 405")


def test_too_much_is_cut_off(proxied, echo):
    line, _ = asked(proxied(most_bytes=1000), connect_to("127.0.0.1", echo))
    with line:
        line.sendall(b"x" * 900)
        got = 0
        while piece := line.recv(1000):
            got += len(piece)
        assert got <= 1000


def test_an_operators_proxy_is_gone_through(proxied, echo):
    host, port = proxied()
    dialer = UpstreamDialer(f"http://me:word@{host}:{port}", reach_of((443, echo), ["127.0.0.1/32"]))
    with dialer.dial("127.0.0.1", echo, lambda: None) as line:
        line.settimeout(20)
        line.sendall(b"hello")
        assert line.recv(100) == b"hello"
    with pytest.raises(LinkRefused):
        dialer.dial("10.0.0.1", 443, lambda: None)


def test_an_operators_proxy_is_written_in_full():
    with pytest.raises(ValueError, match="must be written"):
        UpstreamDialer("socks5://host", reach_of((443,), ()))
