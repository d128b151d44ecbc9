"""B5: links, redirects, names and doors that lead inside. Canaries on this machine's own addresses count who comes."""

import contextlib
import itertools
import socket
import tempfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from media.sources.dialing import Dialer
from media.sources.direct import DirectFetcher
from media.sources.errors import LinkRefused, SourceError
from media.sources.links import read_link
from media.sources.reach import Reach, reach_of
from media.sources.terms import Terms
from tests.fuzz.inside_door import through_door
from tests.fuzz.inside_spellings import FORMS, NAMES, SPELLINGS
from tests.loopback_site import Site, loopback_site, send
from tests.suites.trial import Outcome, Trial

_OUTSIDE = "127.9.0.1"
"""Stands for the internet: the one address that may be reached here."""
_DOOR = "door:"
_REDIRECTS = (301, 302, 303, 307, 308)


class _Canary:
    """Listens on one address and counts who connects."""

    def __init__(self, family: socket.AddressFamily, address: str, port: int) -> None:
        self.came = 0
        self._line = socket.socket(family)
        self._line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._line.bind((address, port))
        self._line.listen()
        self._thread = threading.Thread(target=self._count)
        self._thread.start()

    @property
    def port(self) -> int:
        return self._line.getsockname()[1]

    def _count(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                visitor, _ = self._line.accept()
                visitor.close()
                self.came += 1

    def close(self) -> None:
        with contextlib.suppress(OSError):  # wakes the thread that accepts
            self._line.shutdown(socket.SHUT_RDWR)
        self._line.close()
        self._thread.join()


@contextlib.contextmanager
def _canaries() -> Iterator[list[_Canary]]:
    """On one port of loopback, of another loopback address, of IPv6's and of this machine's own addresses."""
    first = _Canary(socket.AF_INET, "127.0.0.1", 0)
    others = [(socket.AF_INET, "127.0.0.2"), (socket.AF_INET6, "::1")]
    with contextlib.suppress(OSError):
        own = {str(entry[4][0]) for entry in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
        others += [(socket.AF_INET, address) for address in sorted(own - {"127.0.0.1", "127.0.0.2"})]
    canaries = [first]
    try:
        for family, address in others:
            with contextlib.suppress(OSError):  # a machine without IPv6
                canaries.append(_Canary(family, address, first.port))
        yield canaries
    finally:
        for canary in canaries:
            canary.close()


class _Names:
    """A resolver: each name's answers in turn, the last one for ever; what is not listed leads outside."""

    def __init__(self) -> None:
        self._asked: dict[str, int] = {}

    def __call__(self, host: str, port: int) -> list[str]:  # noqa: ARG002 - the shape of a resolver
        answers = NAMES.get(host, [[_OUTSIDE]])
        turn = self._asked.get(host, 0)
        self._asked[host] = turn + 1
        return [address.replace("OUTSIDE", _OUTSIDE) for address in answers[min(turn, len(answers) - 1)]]


class _Quiet:
    """Lets everything go on, and is told in vain."""

    def check(self) -> None:
        return

    def reached(self, done: int, total: int | None) -> None:  # noqa: ARG002 - the shape of an onlooker
        return


def _run(repetitions: int) -> Outcome:
    outcome = Outcome()
    kinds: dict[str, int] = {}
    with _canaries() as canaries, loopback_site(_OUTSIDE) as site, tempfile.TemporaryDirectory() as folder:
        inside = canaries[0].port
        reach = reach_of((80, 443, site.port, inside), [f"{_OUTSIDE}/32"])
        for number, text in enumerate(itertools.islice(itertools.cycle(_links(site, inside)), repetitions)):
            told = _fetch(text, reach, Path(folder) / str(number))
            kinds[told] = kinds.get(told, 0) + 1
            came = sum(canary.came for canary in canaries)
            if not outcome.expect(came == 0, f"{text!r} led inside"):
                break
            outcome.expect(told != "fetched", f"{text!r} was fetched")
            outcome.done += 1
        alive = _fetch(site.url("/song", _OUTSIDE), reach, Path(folder) / "song")
        outcome.expect(alive == "fetched", f"what may be fetched was not: {alive}")
    outcome.figures = {"canaries": len(canaries), "internal_connections": came, **kinds}
    return outcome


def _fetch(text: str, reach: Reach, path: Path) -> str:
    """What came of a link: fetched, or the name of the refusal."""
    dialer = Dialer(reach, resolve=_Names())
    if text.startswith(_DOOR):
        host, _, port = text.removeprefix(_DOOR).rpartition(":")
        return through_door(dialer, host, int(port))
    try:
        link = read_link(text, reach)
        DirectFetcher(dialer).fetch(link, path, terms=Terms(most_bytes=10**6, stall_seconds=2.0), onlooker=_Quiet())
    except (LinkRefused, SourceError) as error:
        return type(error).__name__
    return "fetched"


def _links(site: Site, inside: int) -> list[str]:
    """Spellings of inner addresses, redirects to each, names that change their minds, and the sites' door for all."""
    site.pages["/song"] = lambda to: send(to, 200, b"RIFF" * 100)
    targets = [form.format(host=host, port=inside) for host in SPELLINGS for form in FORMS[:1]]
    targets += [form.format(host="127.0.0.1", port=inside) for form in FORMS[1:]]
    targets += [f"http://{name}:{inside}/song" for name in NAMES]
    site.pages["/later"] = _redirecting(302, f"http://later.example:{inside}/song")
    links = [f"http://later.example:{site.port}/later", *targets]
    for number, target in enumerate(targets):
        hops = number % 6 + 1
        for hop in range(hops):
            onward = target if hop + 1 == hops else site.url(f"/{number}/{hop + 1}", "outside.example")
            site.pages[f"/{number}/{hop}"] = _redirecting(_REDIRECTS[number % len(_REDIRECTS)], onward)
        links.append(site.url(f"/{number}/0", "outside.example"))
    links += [f"{_DOOR}{host}:{inside}" for host in (*SPELLINGS, *NAMES)]
    return _interleaved(links)


def _interleaved(links: list[str]) -> list[str]:
    """A few of each kind first, so that a short run sees every kind."""
    return [link for start in range(7) for link in links[start::7]]


def _redirecting(status: int, location: str):
    def answer(to: BaseHTTPRequestHandler) -> None:
        send(to, status, Location=location)

    return answer


INSIDE = Trial(name="B5", title="links that lead inside", full=300, reduced=40, run=_run)
