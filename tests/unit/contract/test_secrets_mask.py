"""Secrets in a log line's fields."""

import pytest

from contract.secrets_mask import masked, masked_link


def shown(**fields):
    return masked(None, "info", fields)


@pytest.mark.parametrize(
    "name", ["password", "api_key", "x-api-key", "Authorization", "access_token", "s3_secret_access_key", "cookie"]
)
def test_a_secret_by_name_is_masked(name):
    assert shown(**{name: "letmein"}) == {name: "***"}


@pytest.mark.parametrize("name", ["key", "tokens_per_second", "monkey", "event", "secretary"])
def test_other_names_are_not(name):
    assert shown(**{name: "plain"}) == {name: "plain"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("redis://:letmein@h/0 is down", "redis://***@h/0 is down"),
        ("rediss://user:letmein@h", "rediss://***@h"),
        ("sent Authorization: Bearer letmein-letmein", "sent Authorization: Bearer ***"),
        ("GET /b?X-Amz-Signature=letmein&x=1", "GET /b?X-Amz-Signature=***&x=1"),
        ("redis://:let@me@h/0 is down", "redis://***@h/0 is down"),
        ("http://u:p@proxy:3128, http://u:p@other", "http://***@proxy:3128, http://***@other"),
        ("GET https://h/a.mp3?t=7&access_token=letmein failed", "GET https://h/a.mp3?t=7&access_token=*** failed"),
        ("https://h/a?sig=letmein", "https://h/a?sig=***"),
        ("https://example.org/a@b", "https://example.org/a@b"),
        ("https://example.org?mail=a@b&monkey=1", "https://example.org?mail=a@b&monkey=1"),
    ],
)
def test_a_secret_within_a_text_is_masked(text, expected):
    assert shown(event=text) == {"event": expected}


def test_secrets_deeper_down_are_masked():
    found = shown(request={"headers": {"authorization": "x"}, "urls": ["redis://:p@h"]}, pair=("redis://:p@h", 1))
    assert found == {
        "request": {"headers": {"authorization": "***"}, "urls": ["redis://***@h"]},
        "pair": ["redis://***@h", 1],
    }


@pytest.mark.parametrize(
    ("link", "shown"),
    [
        ("https://example.org/song.mp3", "https://example.org/song.mp3"),
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=10", "https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=10"),
        ("https://example.org/a?token=x&page=2#part", "https://example.org/a?token=***&page=2"),
        ("https://example.org/a?Signature=x&Expires=17", "https://example.org/a?Signature=***&Expires=***"),
        ("https://example.org/a?x=0123456789abcdef01234", "https://example.org/a?x=***"),
        ("https://example.org/a?0123456789abcdef01234", "https://example.org/a?***"),
        ("https://me:word@example.org/a", "https://***@example.org/a"),
    ],
)
def test_a_link_is_shown_without_its_secrets(link, shown):
    assert masked_link(link) == shown
