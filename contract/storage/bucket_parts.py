"""A blob that its sender puts into the bucket itself, part by part, over presigned addresses. Needs keys of our own.

Method: "Uploading and copying objects using multipart upload", Amazon S3 User Guide. A part's address cannot bound its
size, so what came is measured when it is put together.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import quote
from xml.sax.saxutils import escape

import httpx

from contract.errors import CallerError, StorageUnavailable
from contract.storage.blob_keys import checked_key
from contract.storage.presigned_link import Signer

PART_BYTES = 16 * 2**20
_SECONDS = 60
_UPLOAD_ID = re.compile(r"<UploadId>([^<]{1,1024})</UploadId>")
_GONE = 404


class BucketParts:
    """Begins, signs, ends. `address`: of the folder the keys begin in; a link works for `link_seconds`."""

    part_bytes = PART_BYTES

    def __init__(self, signer: Signer, *, address: str, link_seconds: int) -> None:
        self._signer = signer
        self._address = address
        self._link_seconds = link_seconds

    def begin(self, key: str) -> str:
        """The bucket's name for a new upload of this blob. Raises StorageUnavailable."""
        found = _UPLOAD_ID.search(self._ask("POST", key, {"uploads": ""}).text)
        if found is None:
            raise StorageUnavailable("The bucket does not take uploads in parts.")
        return found[1]

    def link(self, key: str, upload: str, number: int) -> str:
        """Where to PUT part `number`, counted from 1."""
        return self._signed("PUT", key, {"partNumber": str(number), "uploadId": upload}, self._link_seconds)

    def complete(self, key: str, upload: str, etags: Sequence[str]) -> None:
        """Put the parts together, each named by its PUT's ETag. Raises CallerError, StorageUnavailable."""
        parts = "".join(
            f"<Part><PartNumber>{number}</PartNumber><ETag>{escape(etag)}</ETag></Part>"
            for number, etag in enumerate(etags, start=1)
        )
        body = f"<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>"
        answer = self._ask("POST", key, {"uploadId": upload}, body, refused="The bucket does not know these parts.")
        if "<Error>" in answer.text:  # told with 200, since it may take long
            raise StorageUnavailable

    def abort(self, key: str, upload: str) -> None:
        """Drop what came; an upload that is not there is fine. Raises StorageUnavailable."""
        self._ask("DELETE", key, {"uploadId": upload}, missing_is_fine=True)

    def _signed(self, method: str, key: str, query: dict[str, str], seconds: int) -> str:
        url = f"{self._address}/{quote(checked_key(key))}"
        return self._signer.link(url, query=query, seconds=seconds, at=datetime.now(UTC), method=method)

    def _ask(
        self,
        method: str,
        key: str,
        query: dict[str, str],
        body: str = "",
        *,
        refused: str = "",
        missing_is_fine: bool = False,
    ) -> httpx.Response:
        url = self._signed(method, key, query, _SECONDS)
        try:
            answer = httpx.request(method, url, content=body, timeout=_SECONDS, follow_redirects=False)
        except httpx.HTTPError as error:
            raise StorageUnavailable from error
        if answer.is_success or (missing_is_fine and answer.status_code == _GONE):
            return answer
        if refused and answer.is_client_error:
            raise CallerError(refused)
        raise StorageUnavailable
