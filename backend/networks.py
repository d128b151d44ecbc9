"""Who counts as one caller, by the address they call from. Pure; knows no limit."""

import hashlib
import ipaddress

UNKNOWN = "unknown"


def counted_as(address: str) -> str:
    """The address as it is counted: an IPv6 host owns a /64, so the whole of it is one caller."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return UNKNOWN
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, 64), strict=False).network_address)
    return str(parsed)


def mark_of(address: str) -> str:
    """A short mark of the caller at this address, for records that should not hold addresses."""
    return hashlib.blake2s(counted_as(address).encode(), digest_size=6).hexdigest()
