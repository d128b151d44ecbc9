"""Which addresses and ports may be reached for a link: the public internet, and what the operator names besides.

IANA's registries of special-purpose addresses (RFC 6890 and its successors). Decides; resolves and connects nothing.
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

WEB_PORTS = (80, 443)

_UNICAST = ipaddress.IPv6Network("2000::/3")
_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")
_SPECIAL = tuple(
    ipaddress.ip_network(network)
    for network in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16"),
        *("192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        *("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"),
    )
)
"""Never the public internet, though some libraries call some of these global."""


def is_public(address: Address) -> bool:
    """Whether this is an ordinary address of the public internet; one that stands for another is judged as that."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.scope_id is not None:
            return False
        meant = _stands_for(address)
        if meant is not None:
            return is_public(meant)
        if address not in _UNICAST:
            return False
    return address.is_global and not any(address in network for network in _SPECIAL)


def _stands_for(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if address in _TRANSLATED:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped


@dataclass(frozen=True)
class Reach:
    """What may be reached. `hosts` and `networks`, named by the operator, may be private; `ports` hold for all."""

    ports: frozenset[int] = frozenset(WEB_PORTS)
    hosts: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()

    def allows(self, host: str, address: Address) -> bool:
        """Whether this address may be connected to, as the one of `host`."""
        if is_public(address) or host in self.hosts:
            return True
        return any(address.version == network.version and address in network for network in self.networks)


def reach_of(ports: Sequence[int], private: Sequence[str]) -> Reach:
    """`private`: names of hosts and networks like 192.168.1.0/24. Raises ValueError for what is neither."""
    hosts, networks = set[str](), list[Network]()
    for told in private:
        try:
            networks.append(ipaddress.ip_network(told))
        except ValueError:
            hosts.add(_host_name(told))
    return Reach(frozenset(ports), frozenset(hosts), tuple(networks))


def _host_name(told: str) -> str:
    name = told.lower().rstrip(".")
    if not name or not set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-._") or name[-1].isdigit():
        raise ValueError(f"{told!r} is neither the name of a host nor a network like 192.168.1.0/24")
    return name
