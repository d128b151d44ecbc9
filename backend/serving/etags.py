"""Entity tags: telling a caller that what they have is what there is (RFC 9110)."""


def matches(if_none_match: str | None, etag: str) -> bool:
    """Whether a conditional request names this tag (weak comparison) or any (`*`)."""
    if if_none_match is None:
        return False
    named = {part.strip().removeprefix("W/") for part in if_none_match.split(",")}
    return "*" in named or etag.removeprefix("W/") in named
