"""Only the public internet may be reached, in whatever spelling an address comes."""

from ipaddress import ip_address

import pytest

from media.sources.reach import Reach, is_public, reach_of

PUBLIC = ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "2a00:1450:4001::200e", "::ffff:8.8.8.8", "64:ff9b::808:808"]
NOT_PUBLIC = [
    *("0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1"),  # noqa: S104
    *("172.31.255.255", "192.0.0.8", "192.0.0.9", "192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1"),
    *("198.51.100.1", "203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:0:127.0.0.1", "64:ff9b::7f00:1"),
    *("64:ff9b::a9fe:a9fe", "64:ff9b:1::7f00:1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "2002:808:808::"),
    *("3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "ff0e::1"),
]


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_reached(address: str):
    assert is_public(ip_address(address))


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_special_addresses_are_not(address: str):
    assert not is_public(ip_address(address))


def test_an_operator_may_name_hosts_and_networks_of_their_own():
    reach = reach_of((80,), ("nas.local", "192.168.1.0/24", "::1"))
    assert reach.allows("nas.local", ip_address("10.0.0.5"))
    assert reach.allows("anything", ip_address("192.168.1.9"))
    assert reach.allows("anything", ip_address("::1"))
    assert not reach.allows("anything", ip_address("10.0.0.5"))
    assert not Reach().allows("nas.local", ip_address("10.0.0.5"))


@pytest.mark.parametrize("told", ["", "192.168.1.0/99", "a b", "10.0.0", "http://nas"])
def test_what_is_neither_host_nor_network_is_refused(told: str):
    with pytest.raises(ValueError, match="neither the name"):
        reach_of((80,), (told,))
