"""Makes a bucket's client out of the settings: address, keys, timeouts. Needs the extra `s3`."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

from obstore.store import S3Store

from contract.settings import StorageSettings
from contract.storage.bucket import Bucket
from contract.storage.presigned_link import Signer

_CONNECT_SECONDS = 5
_SILENT_SECONDS, _ANSWER_RETRY_SECONDS = 10, 20
"""A bucket that says nothing for so long is given up; until so long after the first try it is asked again."""
_LONGEST_ANSWER_SECONDS = 6 * 3600
"""A recording may flow for hours to somebody slow, as long as it flows."""
_PART_SECONDS, _PART_RETRY_SECONDS = 120, 60
"""While a part is sent the bucket says nothing, so only the whole can be timed: 8 MiB at 70 kB/s."""
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
    asked = _store(
        settings,
        (bucket, prefix),
        signer,
        retried_for=_ANSWER_RETRY_SECONDS,
        read_timeout=_SILENT_SECONDS,
        timeout=_LONGEST_ANSWER_SECONDS,
    )
    sent_to = _store(settings, (bucket, prefix), signer, retried_for=_PART_RETRY_SECONDS, timeout=_PART_SECONDS)
    return Bucket(asked, sent_to=sent_to, signer=signer, address=address, link_seconds=settings.link_seconds)


def _signer(settings: StorageSettings) -> Signer | None:
    key_id, secret = settings.s3_access_key_id, settings.s3_secret_access_key
    if key_id is None or secret is None:
        return None
    return Signer(
        access_key_id=key_id.get_secret_value(),
        secret_access_key=secret.get_secret_value(),
        region=settings.s3_region,
    )


def _store(
    settings: StorageSettings, place: tuple[str, str], signer: Signer | None, *, retried_for: int, **seconds: int
) -> S3Store:
    """A client of the bucket and prefix `place`; `seconds`: its timeouts by name, beside that of connecting."""
    bucket, prefix = place
    endpoint = settings.s3_endpoint_url
    # Servers other than AWS's own want the bucket in the path.
    config: Any = {"region": settings.s3_region, "virtual_hosted_style_request": False}
    config |= {} if endpoint is None else {"endpoint": endpoint}
    config |= {} if signer is None else _keys(signer)
    options: Any = {name: timedelta(seconds=value) for name, value in seconds.items()}
    return S3Store(
        bucket,
        prefix=prefix or None,
        config=config,
        client_options=options
        | {
            "allow_http": endpoint is not None and endpoint.startswith("http://"),
            "connect_timeout": timedelta(seconds=_CONNECT_SECONDS),
        },
        retry_config={"max_retries": _RETRIES, "retry_timeout": timedelta(seconds=retried_for)},
    )


def _keys(signer: Signer) -> dict[str, str]:
    return {"access_key_id": signer.access_key_id, "secret_access_key": signer.secret_access_key}
