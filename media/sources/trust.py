"""Which certificates are believed: the public ones that come with certifi, and an operator's own."""

import ssl
from pathlib import Path

import certifi


def trusting(ca_file: Path | None = None) -> ssl.SSLContext:
    """A context that checks names and certificates. Raises OSError when the file cannot be read."""
    context = ssl.create_default_context(cafile=certifi.where())
    if ca_file is not None:
        context.load_verify_locations(cafile=ca_file)
    return context
