"""Makes a bucket's client out of the settings: address, keys, timeouts. Needs the extra `s3`."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

from obstore.store import S3Store

from contract.settings import StorageSettings
from contract.storage.bucket import Bucket
from contract.storage.presigned_link import Signer

_CONNECT_SECONDS, _REQUEST_SECONDS, _RETRY_SECONDS = 5, 120, 60
_RETRIES = 5


def open_bucket(settings: StorageSettings) -> Bucket:
    """The bucket of `s3://BUCKET/PREFIX`. Without keys in the settings the platform's own are used.

    Raises ValueError when no bucket is named.
    """
    bucket, _, prefix = settings.url.removeprefix("s3://").rstrip("/").partition("/")
    if not bucket:
        raise ValueError("storage.url must name a bucket: s3://BUCKET or s3://BUCKET/PREFIX")
    signer = _signer(settings)
    host = settings.s3_endpoint_url or f"https://s3.{settings.s3_region}.amazonaws.com"
    address = "/".join(filter(None, (host.rstrip("/"), bucket, quote(prefix))))
    return Bucket(
        _store(settings, bucket, prefix, signer), signer=signer, address=address, link_seconds=settings.link_seconds
    )


def _signer(settings: StorageSettings) -> Signer | None:
    key_id, secret = settings.s3_access_key_id, settings.s3_secret_access_key
    if key_id is None or secret is None:
        return None
    return Signer(
        access_key_id=key_id.get_secret_value(),
        secret_access_key=secret.get_secret_value(),
        region=settings.s3_region,
    )


def _store(settings: StorageSettings, bucket: str, prefix: str, signer: Signer | None) -> S3Store:
    endpoint = settings.s3_endpoint_url
    # Servers other than AWS's own want the bucket in the path.
    config: Any = {"region": settings.s3_region, "virtual_hosted_style_request": False}
    config |= {} if endpoint is None else {"endpoint": endpoint}
    config |= {} if signer is None else _keys(signer)
    return S3Store(
        bucket,
        prefix=prefix or None,
        config=config,
        client_options={
            "allow_http": endpoint is not None and endpoint.startswith("http://"),
            "connect_timeout": timedelta(seconds=_CONNECT_SECONDS),
            "timeout": timedelta(seconds=_REQUEST_SECONDS),
        },
        retry_config={"max_retries": _RETRIES, "retry_timeout": timedelta(seconds=_RETRY_SECONDS)},
    )


def _keys(signer: Signer) -> dict[str, str]:
    return {"access_key_id": signer.access_key_id, "secret_access_key": signer.secret_access_key}
