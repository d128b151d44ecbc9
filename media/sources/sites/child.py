"""The confined child seen from outside: started, its door served, its news heard, killed with all it started."""

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from media.sources.dialing import TURN_SECONDS, Check, Dialing
from media.sources.sites.orders import DOOR, MOST_BYTES, Found, News, Problem, Progressed, Ready, SiteOrder, read_news
from media.sources.sites.proxy import ConnectProxy
from media.walls import Wall

Reached = Callable[[int, int | None], None]
_BROKEN = Problem(kind="unavailable")


class Child:
    """One child for one order. `folder` is its working folder, and all of the disk that it may write to."""

    def __init__(self, order: SiteOrder, folder: Path, dialer: Dialing, *, yt_dlp_folder: Path | None) -> None:
        self._order = order
        self._folder = folder
        self._dialer = dialer
        self._yt_dlp_folder = yt_dlp_folder

    def run(
        self, check: Check, reached: Reached, missing: Callable[[dict[Wall, str]], None], *, most_bytes: int
    ) -> tuple[Found | Problem, Exception | None]:
        """What came of it, and the last host that was refused. Raises what `check` raises, asked all the time.

        `most_bytes`: through the door, both ways together.
        """
        ours, theirs = socket.socketpair()
        with ours, contextlib.ExitStack() as stack:
            with theirs:
                process = _spawned(theirs.fileno(), self._folder, self._yt_dlp_folder)
            stack.callback(_ended, process)
            ours.sendall(self._order.told())
            door = _door(ours, check)
            if door is None:
                return _BROKEN, None
            proxy = stack.enter_context(ConnectProxy(door, self._dialer, most_bytes=most_bytes))
            stack.callback(_ended, process)  # before the proxy closes: nobody is left to talk to it
            for news in _heard(ours, check):
                if isinstance(news, Progressed):
                    reached(news.done, news.total)
                elif isinstance(news, Ready):
                    missing(news.missing)
                else:
                    return news, proxy.refused
            return _BROKEN, proxy.refused


def _heard(line: socket.socket, check: Check) -> Iterator[News]:
    """Line by line, until the child is gone or talks nonsense."""
    waiting = b""
    while True:
        told, ended, waiting = waiting.partition(b"\n")
        if ended:
            news = read_news(told)
            if news is None:
                return
            yield news
            continue
        piece = _received(line, check)
        if not piece or len(told) > MOST_BYTES:
            return
        waiting = told + piece


def _received(line: socket.socket, check: Check) -> bytes:
    _wait(line, check)
    with contextlib.suppress(ConnectionError):
        return line.recv(MOST_BYTES)
    return b""


def _door(line: socket.socket, check: Check) -> socket.socket | None:
    """The socket the child listens on and gave away; None when it died before."""
    _wait(line, check)
    with contextlib.suppress(ConnectionError):
        _, descriptors, _, _ = socket.recv_fds(line, len(DOOR), 1)
        if descriptors:
            return socket.socket(fileno=descriptors[0])
    return None


def _wait(line: socket.socket, check: Check) -> None:
    while not select.select([line], [], [], TURN_SECONDS)[0]:
        check()


def _spawned(line: int, folder: Path, yt_dlp_folder: Path | None) -> subprocess.Popen[bytes]:
    first = [] if yt_dlp_folder is None else [str(yt_dlp_folder)]
    path = os.pathsep.join(first + [str(entry) or str(Path.cwd()) for entry in sys.path])
    own = {"HOME": str(folder), "TMPDIR": str(folder), "DENO_DIR": str(folder / "deno")}
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "media.sources.sites", str(line)],
        # Nothing of ours: no secret goes in. No plugins or settings of anybody's either.
        env=own | {"PYTHONPATH": path, "YTDLP_NO_PLUGINS": "1", "DENO_NO_UPDATE_CHECK": "1", "NO_COLOR": "1"},
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=(line,),
        start_new_session=True,
    )


def _ended(process: subprocess.Popen[bytes]) -> None:
    """Kill it with everything it started: they share its group, which they cannot leave."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
