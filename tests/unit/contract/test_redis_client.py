"""Connections to the store, as far as nothing has to answer."""

import pytest
import redis.exceptions

from contract.errors import StoreUnavailable
from contract.redis_client import connect, connect_async, store_errors
from contract.settings import RedisSettings


def settings(url: str) -> RedisSettings:
    return RedisSettings.model_validate({"url": url, "timeout_seconds": 0.5})


@pytest.mark.parametrize("url", ["http://u:letmein@h", "letmein", "redis://h?db=letmein"])
@pytest.mark.parametrize("opening", [connect, connect_async])
def test_an_address_of_no_known_form_is_refused_without_showing_it(url, opening):
    with pytest.raises(ValueError, match=r"redis\.url must be") as refused:
        opening(settings(url))
    assert "letmein" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_every_wait_has_an_end():
    client = connect(settings("redis://h"))
    parameters = client.connection_pool.connection_kwargs
    assert (parameters["socket_timeout"], parameters["socket_connect_timeout"]) == (0.5, 0.5)


def test_a_server_that_is_not_there_is_said_so(tmp_path):
    client = connect(settings(f"unix://{tmp_path}/nobody.sock"))
    with pytest.raises(StoreUnavailable), store_errors():
        client.ping()
    client.close()


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (redis.exceptions.OutOfMemoryError("used"), "no memory"),
        (redis.exceptions.BusyLoadingError("loading"), "cannot be reached"),
        (OSError("gone"), "cannot be reached"),
    ],
)
def test_what_went_wrong_is_in_our_words(error, sentence):
    with pytest.raises(StoreUnavailable, match=sentence) as told, store_errors():
        raise error
    assert told.value.__cause__ is error
