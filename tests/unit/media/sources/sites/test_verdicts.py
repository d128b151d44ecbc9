"""What sites say, told apart; and whose links are a site's."""

import pytest

from media.sources.sites.table import SITES, site_of
from media.sources.sites.verdicts import verdict


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("ERROR: [youtube] x: Sign in to confirm you\u2019re not a bot. Use --cookies-from-browser", "blocked"),
        ("[youtube] x: Sign in to confirm your age. This video may be inappropriate", "private"),
        ("[youtube] x: Private video. Sign in if you've been granted access to this video", "private"),
        ("[youtube] x: Join this channel to get access to members-only content", "private"),
        ("[youtube] x: Video unavailable. This video has been removed by the uploader", "gone"),
        ("[youtube] x: The uploader has not made this video available in your country", "blocked"),
        ("unable to download video data: HTTP Error 403: Forbidden", "blocked"),
        ("[soundcloud] x: Unable to download JSON metadata: HTTP Error 404: Not Found", "gone"),
        ("[youtube] x: Requested format is not available", "gone"),
        ("Unsupported URL: https://example.org", "gone"),
        ("Unable to download webpage: timed out", "unavailable"),
        ("", "unavailable"),
    ],
)
def test_words_are_told_apart(words, kind):
    assert verdict(Exception(words), is_geo=lambda _: False).kind == kind


def test_a_country_by_its_class_and_no_advice_on_options():
    problem = verdict(Exception("Not here. Use --proxy to get around"), is_geo=lambda _: True)
    assert problem.kind == "blocked"
    assert verdict(Exception("[x] y: Down. Use --proxy"), is_geo=lambda _: False).detail == "Down."


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("www.youtube.com", "youtube"),
        ("music.youtube.com", "youtube"),
        ("youtu.be", "youtube"),
        ("somebody.bandcamp.com", "bandcamp"),
        ("soundcloud.com", "soundcloud"),
        ("bandcamp.com", None),
        ("notyoutube.com", None),
        ("youtube.com.example.org", None),
    ],
)
def test_a_site_is_known_by_its_host(host, name):
    site = site_of(host)
    assert (site.name if site else None) == name


@pytest.mark.parametrize(
    ("url", "single"),
    [
        ("https://www.youtube.com/watch?v=x&list=PLabc&index=2", "https://www.youtube.com/watch?v=x&index=2"),
        ("https://youtu.be/x?list=PLabc", "https://youtu.be/x"),
        ("https://www.youtube.com/watch?v=x&t=1s", "https://www.youtube.com/watch?v=x&t=1s"),
    ],
)
def test_a_video_found_in_a_list_is_a_video(url, single):
    assert SITES["youtube"].single(url) == single
