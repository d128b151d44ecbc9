"""A link has one spelling and one meaning, or it is refused."""

import pytest

from media.sources.errors import LinkRefused
from media.sources.links import read_link
from media.sources.reach import Reach, reach_of

REFUSED = [
    *("", "song.mp3", "//example.org/x", "http:///x", "http://", "ftp://example.org/x", "file:///etc/passwd"),
    *("javascript:alert(1)", "data:audio/wav;base64,AA", "gopher://example.org/", "HTTPX://example.org/"),
    *("http://user@example.org/", "http://user:word@example.org/", "http://example.org@127.0.0.1/"),
    *("http://example.org:22/", "http://example.org:6379/", "http://example.org:0/", "http://example.org:99999/"),
    *("http://example.org:80a/", "http://exa mple.org/", "http://example.org/a b", "http://example.org\\@127.0.0.1/"),
    *("http://example.org/\r\nHost: x", "http://example.org/\x00", "http://localhost/", "http://LOCALHOST./"),
    *("http://a.localhost/", "http://127.0.0.1/", "http://127.1/", "http://2130706433/", "http://0x7f000001/"),
    *("http://0177.0.0.1/", "http://127.0.0.1./", "http://0/", "http://[::1]/", "http://[::ffff:127.0.0.1]/"),
    *("http://[fe80::1%25eth0]/", "http://[64:ff9b::7f00:1]/", "http://[::1/", "http://[zz]/", "http://1.2.3.4.5/"),
    *(
        "http://169.254.169.254/latest/meta-data/",
        "http://\uff11\uff12\uff17.0.0.1/",
        "http://\u2460\u2461\u2466.0.0.1/",
        "http://-a.org/",
    ),
    *("http://exa%6dple.org/", "http://example..org/", "https://" + "a" * 64 + ".org/", "http://x/" + "a" * 2048),
]


@pytest.mark.parametrize("text", REFUSED)
def test_refused(text: str):
    with pytest.raises(LinkRefused):
        read_link(text, Reach())


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("HTTPS://Example.ORG", "https://example.org/"),
        ("http://example.org:80/a.mp3", "http://example.org/a.mp3"),
        ("https://example.org:443/a%20b.mp3?x=1&y=%2F#part", "https://example.org/a%20b.mp3?x=1&y=%2F"),
        ("https://example.org?x=1", "https://example.org/?x=1"),
        ("https://bücher.example/lied.mp3", "https://xn--bcher-kva.example/lied.mp3"),
        ("https://example.org/Lied für dich.mp3".replace(" ", "%20"), "https://example.org/Lied%20f%C3%BCr%20dich.mp3"),
        ("http://8.8.8.8/x", "http://8.8.8.8/x"),
        ("http://[2606:4700:0000::1111]/x", "http://[2606:4700::1111]/x"),
    ],
)
def test_one_spelling(text: str, url: str):
    assert read_link(text, Reach()).url == url


def test_the_name_shown_is_the_last_part_of_the_path():
    assert read_link("https://example.org/a/Lied%20f%C3%BCr.mp3?x=/y", Reach()).filename == "Lied für.mp3"


def test_a_redirect_is_judged_as_a_link():
    link = read_link("https://example.org/a/b", Reach())
    assert link.leads_to("../c", Reach()).url == "https://example.org/c"
    for location in ("http://127.0.0.1/", "//localhost/", "file:///etc/passwd", "http://example.org:22/"):
        with pytest.raises(LinkRefused):
            link.leads_to(location, Reach())


def test_more_ports_and_private_hosts_are_the_operators_to_allow():
    reach = reach_of((80, 443, 8080), ("127.0.0.0/8",))
    assert read_link("http://127.0.0.1:8080/x", reach).url == "http://127.0.0.1:8080/x"
    assert read_link("http://localhost:8080/x", reach).host == "localhost"
