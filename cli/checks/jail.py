"""Behind which walls recordings are read here: what holds of the jail on this machine."""

from cli.checks.finding import Finding, broken, note, ok

_ADVICE = (
    "A server works like this; let strangers' recordings in only where it runs in a container without root or secrets."
)


def jail() -> list[Finding]:
    """Start the process that reads recordings and ask it."""
    try:
        # with the rest of media, and only a server needs it
        from media.jail import Jail, ZygoteLost
        from media.walls import Wall  # likewise
    except ImportError as missing:
        return [broken("jail", f"{missing.name or missing} is missing", "Run `pip install --force-reinstall stemify`.")]
    made = Jail()
    try:
        missing_here = made.start()
    except ZygoteLost as lost:
        return [
            broken("jail", str(lost), "A server cannot look at recordings: see what `python -m media.zygote` says.")
        ]
    finally:
        made.close()
    standing = ["limits on memory, processor and files", *(wall for wall in Wall if wall not in missing_here)]
    held = f"recordings are read behind {', '.join(standing)}"
    if not missing_here:
        return [ok("jail", held)]
    lacking = "; ".join(f"{wall}: {why}" for wall, why in missing_here.items())
    return [note("jail", f"{held}. Missing here: {lacking}", _ADVICE)]
