"""What inspection says when it cannot look at all: that is nobody's recording's fault."""

from pathlib import Path

import pytest

from backend.intake.inspection import inspect
from backend.intake.uploads import Upload
from contract.errors import OperatorError
from contract.settings import LimitSettings, StorageSettings
from contract.storage import open_storage
from media.jail import Jail


def test_a_jail_that_is_gone_is_the_services_fault(tmp_path: Path) -> None:
    storage = open_storage(StorageSettings(url=f"file:{tmp_path}"))
    with storage.writer("uploads/a/source") as writer:
        writer.write(b"sound")
    upload = Upload(filename="a.wav", bytes=5, sha256=writer.sha256, fields={})
    jail = Jail()
    jail.close()
    with pytest.raises(OperatorError, match="Try again"):
        inspect(storage, "uploads/a/source", upload, limits=LimitSettings(), jail=jail)
