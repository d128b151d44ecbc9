"""Why a link gave no recording, as sentences for the person who sent it. Knows no library and no HTTP."""

from media.errors import MediaError


class LinkRefused(MediaError):
    """This address may not be fetched: its form, its port, or where it leads. The text says which."""


class SourceError(MediaError):
    """A link gave no recording. `lasting`: the same again would fare no better."""

    def __init__(self, sentence: str, *, lasting: bool = False) -> None:
        super().__init__(sentence)
        self.lasting = lasting


class SourceUnavailable(SourceError):
    """The other side does not answer, or has no such thing."""


class SourceBlocked(SourceError):
    """The other side will not give it to this service, or this service will not fetch it."""


class SourcePrivate(SourceError):
    """It is there, for people who are signed in."""


class SourceTooLarge(SourceError):
    """More bytes than are fetched here."""

    def __init__(self, limit_bytes: int) -> None:
        limit = f"{limit_bytes / 1e6:g} MB"
        super().__init__(f"What the link leads to is larger than the {limit} fetched here.", lasting=True)
