"""An address that does one thing with one object for a while: AWS Signature Version 4 in the query. Arithmetic only.

Method: "Authenticating Requests: Using Query Parameters", Amazon S3 API reference. Signed by ourselves because the
name and media type of the download must be part of what is signed.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlsplit

_ALGORITHM = "AWS4-HMAC-SHA256"
_SERVICE = "s3"


@dataclass(frozen=True, kw_only=True)
class Signer:
    """The key that signs, and where the bucket is."""

    access_key_id: str
    secret_access_key: str
    region: str

    def link(self, url: str, *, query: dict[str, str], seconds: int, at: datetime, method: str = "GET") -> str:
        """`url` (without a query) with `query` and a signature for one method, for `seconds` from `at` (UTC)."""
        stamp, scope = at.strftime("%Y%m%dT%H%M%SZ"), f"{at:%Y%m%d}/{self.region}/{_SERVICE}/aws4_request"
        whole = query | {
            "X-Amz-Algorithm": _ALGORITHM,
            "X-Amz-Credential": f"{self.access_key_id}/{scope}",
            "X-Amz-Date": stamp,
            "X-Amz-Expires": str(seconds),
            "X-Amz-SignedHeaders": "host",
        }
        encoded = "&".join(f"{_encoded(name)}={_encoded(whole[name])}" for name in sorted(whole))
        parts = urlsplit(url)
        request = f"{method}\n{parts.path}\n{encoded}\nhost:{parts.netloc}\n\nhost\nUNSIGNED-PAYLOAD"
        digest = hashlib.sha256(request.encode()).hexdigest()
        signature = self._signature(f"{_ALGORITHM}\n{stamp}\n{scope}\n{digest}", scope)
        return f"{url}?{encoded}&X-Amz-Signature={signature}"

    def _signature(self, text: str, scope: str) -> str:
        key = f"AWS4{self.secret_access_key}".encode()
        for part in scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        return hmac.digest(key, text.encode(), "sha256").hex()


def content_disposition(filename: str) -> str:
    """The header that names a download (RFC 6266): plain letters for old clients, the exact name beside."""
    plain = "".join(
        letter if letter.isascii() and letter.isprintable() and letter not in '"\\' else "_" for letter in filename
    )
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{_encoded(filename)}"


def _encoded(text: str) -> str:
    return quote(text, safe="-_.~")
