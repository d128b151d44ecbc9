"""What the outside sees of uploads that are no job yet."""

from datetime import datetime

from pydantic import Field

from backend.schemas import Body


class UploadBody(Body):
    """An upload that is no job yet, and how far it is."""

    upload_id: str = Field(examples=["0b7e4a0c6f0d4e4f9a52c1f3f9a1d7c2"])
    url: str = Field(examples=["/api/v1/uploads/0b7e4a0c6f0d4e4f9a52c1f3f9a1d7c2"])
    bytes: int = Field(description="How many bytes were announced.")
    offset: int = Field(description="How many of them are here for good.")
    filename: str
    expires_at: datetime = Field(description="When it is removed unless it became a job.")


class PartBody(Body):
    """One part of a recording and where to PUT it."""

    number: int
    offset: int = Field(description="Its first byte in the recording.")
    bytes: int
    url: str


class DirectUploadBody(Body):
    """An upload whose bytes go to the bucket, and where each of its parts goes."""

    upload_id: str
    url: str
    bytes: int
    filename: str
    expires_at: datetime
    parts: list[PartBody]
    links_expire_at: datetime = Field(description="When the parts' addresses lapse; `.../parts` gives fresh ones.")
