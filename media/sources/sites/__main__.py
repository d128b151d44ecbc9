"""The child's roof: takes one order, confines itself behind one door, runs yt-dlp, says what came of it.

Argument: the descriptor of the line to its parent.
"""

import os
import socket
import sys
from pathlib import Path

from media.sources.sites.extraction import extract, load
from media.sources.sites.orders import DOOR, MOST_BYTES, News, Ready, SiteOrder
from media.zygote.confinement import confine
from media.zygote.way_out import WayOut

_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache")
_BACKLOG = 32


def main(arguments: list[str]) -> None:
    """Serve one order. The working folder is where the recording goes."""
    parent = os.getppid()
    with socket.socket(fileno=int(arguments[0])) as line:
        with line.makefile("rb") as told:
            order = SiteOrder.read(told.readline(MOST_BYTES))
        if order.certificates is not None:
            os.environ["SSL_CERT_FILE"] = order.certificates
        load(order.extractor)
        ports: list[int] = []
        way_out = WayOut(lambda: _open_door(line, ports), _programs(order), _modules())
        missing = confine(order.limits, parent=parent, folder=str(os.curdir), way_out=way_out)
        if not ports:  # where there is nothing to confine with, the proxy is used all the same
            _open_door(line, ports)

        def tell(news: News) -> None:
            line.sendall(news.model_dump_json().encode() + b"\n")

        tell(Ready(missing=missing))
        tell(extract(order, port=ports[0], tell=tell))


def _open_door(line: socket.socket, ports: list[int]) -> int:
    """Listen on loopback, give the listening socket away, and remember its port: whoever has it answers there."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as door:
        door.bind(("127.0.0.1", 0))
        door.listen(_BACKLOG)
        socket.send_fds(line, [DOOR], [door.fileno()])
        ports.append(door.getsockname()[1])
    return ports[0]


def _programs(order: SiteOrder) -> tuple[str, ...]:
    """deno, and what it is linked with."""
    deno = () if order.deno is None else (order.deno,)
    return (*deno, *(place for place in _LIBRARIES if os.path.lexists(place)))


def _modules() -> tuple[str, ...]:
    """Where yt-dlp lies, which may be another place than that of other packages."""
    return tuple(str(Path(str(sys.modules[name].__file__)).parents[1]) for name in ("yt_dlp", "certifi"))


if __name__ == "__main__":
    main(sys.argv[1:])
