"""How old a yt-dlp is, by its version, which is a date: sites change often, and an old one stops reading them."""

from datetime import date

OLD_DAYS = 60


def days_old(version: str, today: date) -> int | None:
    """Days since a version like 2026.10.26; None for another form."""
    try:
        year, month, day = (int(part) for part in version.split(".")[:3])
        return (today - date(year, month, day)).days
    except ValueError:
        return None


def age_told(version: str, today: date) -> str:
    """The version and its age, with what to do when it is old."""
    days = days_old(version, today)
    if days is None or days <= OLD_DAYS:
        return f"yt-dlp {version}"
    return f"yt-dlp {version} is {days} days old: rebuild the worker's image, or `pip install -U yt-dlp yt-dlp-ejs`"
