"""The API with failpoints: backend.main with doors wrapped here. Run it as `python -m tests.faults.faulty_api`."""

from backend import main as roof
from contract.janitor import Janitor
from contract.job_store import JobStore
from contract.records.expiry import Expiry
from tests.faults.failpoints import Door, install

DOORS = (
    Door(JobStore, "accept", before="recording stored", after="job accepted"),
    Door(Expiry, "hide", before="job ended to be deleted", after="job hidden"),
    Door(Janitor, "remove_files", after="files removed"),
)

if __name__ == "__main__":
    install(*DOORS)
    roof.main()
