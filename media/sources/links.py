"""Reads a link strictly: one spelling, one meaning, so that what is checked is what is fetched. Connects nothing."""

import ipaddress
import re
import socket
from dataclasses import dataclass
from urllib.parse import quote, unquote, urljoin, urlsplit

import idna

from media.sources.errors import LinkRefused
from media.sources.reach import Reach

MOST_LETTERS = 2048
_PORTS = {"http": 80, "https": 443}
_NAME = re.compile(r"(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_UNSAFE = re.compile(r"[\x00-\x20\x7f-\x9f\\\ud800-\udfff]")
_KEPT = "/%:@!$&'()*+,;=-._~?"


@dataclass(frozen=True)
class Link:
    """`host`: a name in ASCII or the plain form of an address; `target`: path and query as they are requested."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        """Host and port as the Host header names them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The link in its one spelling."""
        return f"{self.scheme}://{self.authority}{self.target}"

    @property
    def filename(self) -> str:
        """The last part of the path, for display only."""
        return unquote(self.target.partition("?")[0].rpartition("/")[2], errors="replace")

    def leads_to(self, location: str, reach: Reach) -> "Link":
        """The link that a redirect names, judged anew. Raises LinkRefused."""
        return read_link(urljoin(self.url, location.strip(" \t")), reach)


def read_link(text: str, reach: Reach) -> Link:
    """The link of this text, as far as it can be judged without asking anybody. Raises LinkRefused."""
    if len(text) > MOST_LETTERS:
        raise LinkRefused(f"The link is longer than {MOST_LETTERS} letters.")
    if _UNSAFE.search(text):
        raise LinkRefused("The link holds spaces, backslashes or unprintable letters.")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise LinkRefused("This is not a well-formed link.") from error
    if parts.scheme not in _PORTS or not parts.netloc:
        raise LinkRefused("Only links that begin with http:// or https:// are fetched.")
    if "@" in parts.netloc:
        raise LinkRefused("Links with a user name or password are not fetched.")
    host = _host(parts.netloc)
    port = _PORTS[parts.scheme] if port is None else port
    if port not in reach.ports:
        raise LinkRefused(f"Port {port} is not fetched from; allowed: {', '.join(map(str, sorted(reach.ports)))}.")
    _check_literal(host, reach)
    query = f"?{parts.query}" if parts.query else ""
    return Link(parts.scheme, host, port, quote((parts.path or "/") + query, safe=_KEPT))


def _host(netloc: str) -> str:
    """The host in its plain form."""
    if netloc.startswith("["):
        return _literal_v6(netloc)
    told = netloc.partition(":")[0]
    try:
        host = told if told.isascii() else idna.encode(told, uts46=True).decode()
    except (idna.IDNAError, UnicodeError) as error:
        raise LinkRefused("The link's host is not a valid name.") from error
    host = host.lower().removesuffix(".")
    if _is_odd_number(host):
        raise LinkRefused("The link's address is written in an unusual way; write it as four plain numbers.")
    if not _NAME.fullmatch(host):
        raise LinkRefused("The link's host is not a valid name.")
    return host


def _literal_v6(netloc: str) -> str:
    inside, closed, _ = netloc[1:].partition("]")
    if not closed or "%" in inside:
        raise LinkRefused("The link's address is not a valid one; zones are not allowed.")
    try:
        return str(ipaddress.IPv6Address(inside))
    except ValueError as error:
        raise LinkRefused("The link's address is not a valid one.") from error


def _is_odd_number(host: str) -> bool:
    """An IPv4 address in a form that some resolvers read: hexadecimal, octal, one number, fewer parts."""
    try:
        ipaddress.IPv4Address(host)
    except ValueError:
        try:
            socket.inet_aton(host)
        except OSError:
            return host.rpartition(".")[2].isdigit()  # no name ends in a number
        return True
    return False


def _check_literal(host: str, reach: Reach) -> None:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        if (host == "localhost" or host.endswith(".localhost")) and host not in reach.hosts and not reach.networks:
            raise LinkRefused(PRIVATE) from None
        return
    if not reach.allows(host, address):
        raise LinkRefused(PRIVATE)


PRIVATE = "The link leads into a private or special network, which is not fetched from."
