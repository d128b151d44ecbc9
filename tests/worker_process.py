"""A real Celery worker for the tests."""

from pathlib import Path

from tests.service_process import START_SECONDS, ServiceProcess, wait_for

__all__ = ["START_SECONDS", "WorkerProcess", "wait_for"]


class WorkerProcess(ServiceProcess):
    """`python -m worker.main`, or another roof in its place."""

    def __init__(self, name: str, folder: Path, environment: dict[str, str], *, module: str = "worker.main") -> None:
        super().__init__(name, folder, environment, module=module, arguments=("-n", f"{name}@%h"))
