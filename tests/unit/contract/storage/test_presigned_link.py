"""Signature Version 4, against the example in Amazon's own reference and against its client."""

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import boto3
import botocore.auth
import botocore.client
import pytest

from contract.storage.presigned_link import Signer, content_disposition

SIGNER = Signer(
    access_key_id="AKIAIOSFODNN7EXAMPLE",
    secret_access_key="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",  # noqa: S106 - the one in Amazon's own examples
    region="us-east-1",
)
AT = datetime(2013, 5, 24, tzinfo=UTC)


def test_the_example_of_the_reference():
    link = SIGNER.link("https://examplebucket.s3.amazonaws.com/test.txt", query={}, seconds=86_400, at=AT)
    assert link.endswith("X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404")


def test_amazons_client_signs_the_same(monkeypatch):
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda *_, **__: AT.replace(tzinfo=None))
    client = boto3.client(
        "s3",
        endpoint_url="http://127.0.0.1:9000",
        region_name="us-east-1",
        aws_access_key_id=SIGNER.access_key_id,
        aws_secret_access_key=SIGNER.secret_access_key,
        config=botocore.client.Config(signature_version="s3v4", s3={"addressing_style": "path"}),
    )
    name = content_disposition("Ünïcode (vocals).flac")
    asked = {
        "Bucket": "bucket",
        "Key": "a/b.flac",
        "ResponseContentDisposition": name,
        "ResponseContentType": "audio/flac",
    }
    theirs = client.generate_presigned_url("get_object", Params=asked, ExpiresIn=900)
    ours = SIGNER.link(
        "http://127.0.0.1:9000/bucket/a/b.flac",
        query={"response-content-disposition": name, "response-content-type": "audio/flac"},
        seconds=900,
        at=AT,
    )
    assert parse_qs(urlsplit(ours).query) == parse_qs(urlsplit(theirs).query)
    part = {"Bucket": "bucket", "Key": "a/b", "UploadId": "x/+=", "PartNumber": 3}
    theirs = client.generate_presigned_url("upload_part", Params=part, ExpiresIn=900)
    query = {"partNumber": "3", "uploadId": "x/+="}
    ours = SIGNER.link("http://127.0.0.1:9000/bucket/a/b", query=query, seconds=900, at=AT, method="PUT")
    assert parse_qs(urlsplit(ours).query) == parse_qs(urlsplit(theirs).query)
    client.close()


@pytest.mark.parametrize(
    ("filename", "header"),
    [
        ("Song (vocals).wav", "attachment; filename=\"Song (vocals).wav\"; filename*=UTF-8''Song%20%28vocals%29.wav"),
        ('a"b\\c\r\nd.wav', "attachment; filename=\"a_b_c__d.wav\"; filename*=UTF-8''a%22b%5Cc%0D%0Ad.wav"),
        ("é.wav", "attachment; filename=\"_.wav\"; filename*=UTF-8''%C3%A9.wav"),
    ],
)
def test_a_name_cannot_break_out_of_its_header(filename, header):
    assert content_disposition(filename) == header
