"""What can be wrong with an upload that arrives in several requests. Knows no HTTP; problems.py holds the statuses."""

from contract.errors import CallerError, RateLimited


class UploadNotFound(CallerError):
    """There is no such upload."""

    code = "upload_not_found"


class UploadExpired(CallerError):
    """The upload was not finished or not used in its time and is gone; begin a new one."""

    code = "upload_expired"


class UploadUsed(CallerError):
    """This upload became a job already; for another job upload the recording again."""

    code = "upload_used"


class UploadIncomplete(CallerError):
    """The upload has not come whole yet."""

    code = "upload_incomplete"


class UploadLocked(CallerError):
    """Another request is writing to this upload."""

    code = "upload_locked"


class WrongOffset(CallerError):
    """The upload does not end at this offset; HEAD tells where it does."""

    code = "wrong_offset"


class WrongChecksum(CallerError):
    """The bytes that came are not those the checksum tells of; they were dropped."""

    code = "wrong_checksum"


class WrongVersion(CallerError):
    """This version of the tus protocol is not spoken here; 1.0.0 is, named in the header Tus-Resumable."""

    code = "wrong_tus_version"


class WrongContentType(CallerError):
    """The body of this request must come as another content type."""

    code = "wrong_content_type"


class TooManyUploads(RateLimited):
    """Too many uploads of this caller are open; finish or delete one first."""

    code = "too_many_uploads"
    retry_after_seconds = 30
