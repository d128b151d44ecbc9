"""Job ids."""

import pytest

from contract.job_ids import is_job_id, new_job_id


def test_a_new_id_is_one_and_no_other():
    ids = {new_job_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(map(is_job_id, ids))


@pytest.mark.parametrize(
    "text", ["", "a" * 31, "a" * 33, "A" * 32, "g" * 32, "a" * 31 + "\n", "a" * 32 + "\n", "../" * 11]
)
def test_anything_else_is_none(text):
    assert not is_job_id(text)
