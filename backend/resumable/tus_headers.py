"""The headers each of the upload routes reads, as the schema tells them."""

from pydantic import BaseModel, Field


class Spoken(BaseModel):
    """What every request of tus carries."""

    tus_resumable: str | None = Field(None, description="`1.0.0`; the version of tus the caller speaks.")


class Creation(Spoken):
    """What begins an upload."""

    upload_length: str | None = Field(None, description="tus: how many bytes will come.")
    upload_metadata: str | None = Field(None, description="tus: `filename` and `sha256`, each in base64.")
    upload_checksum: str | None = Field(None, description="tus: `sha1` or `sha256` of this body, in base64.")


class Addition(Spoken):
    """What adds to an upload."""

    upload_offset: str | None = Field(None, description="Where these bytes begin.", examples=["0"])
    upload_checksum: str | None = Field(None, description="`sha1` or `sha256` of this body, in base64.")


class Override(Addition):
    """PATCH or DELETE in the clothes of POST."""

    x_http_method_override: str | None = None
