"""F23: weights that are damaged in every way; their model is refused, the others go on."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from contract.errors import FailureCode
from contract.jobs import JobStatus
from tests.faults.deployment import Deployment
from tests.faults.under_trial import under_trial
from tests.suites.trial import Outcome, Trial
from tests.tiny_model import write_tiny_catalog

_REFUSALS = {FailureCode.weights_corrupt, FailureCode.model_unavailable}


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def _truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _link_to_a_secret(path: Path) -> None:
    path.unlink()
    path.symlink_to("/etc/hostname")


def _turn_into_a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _leave(path: Path) -> None:
    """The file is as it was; its catalog calls it another class."""


_DAMAGES: dict[str, Callable[[Path], None]] = {
    "flipped": _flip,
    "truncated": _truncate,
    "missing": Path.unlink,
    "wrongclass": _leave,
    "symlink": _link_to_a_secret,
    "fifo": _turn_into_a_pipe,
}

_FETCHED_AGAIN = {"missing", "fifo", "wrongclass"}
"""Kept weights that are not there as a file are fetched anew; the damage `wrongclass` leaves kept ones as they are."""


def _run(repetitions: int) -> Outcome:
    """Each damage where weights come from, and again where they are kept once they were fetched."""
    outcome = Outcome()
    with Deployment() as deployment:
        models = deployment.folder / "models"
        catalog, weights = _catalog(models), models / "weights"
        deployment.told |= {"STEMIFY_MODELS__CATALOG": str(catalog), "STEMIFY_MODELS__FOLDER": str(weights)}
        with under_trial(outcome, deployment, entered=True) as (_, visitor):
            worker = deployment.ready_worker()
            for name in _DAMAGES:
                job = visitor.ended(visitor.send(model=name))
                seen = job.error.code if job.error else job.status
                outcome.expect(seen in _REFUSALS, f"{name} weights: {seen}")
                outcome.figures[name] = str(seen)
            visitor.ended(visitor.send())  # from here on weights are kept
            for name, damage in _DAMAGES.items():
                worker.kill()
                kept = list(weights.glob("tiny-*.safetensors"))
                outcome.expect(len(kept) == 1, f"before {name}: {len(kept)} files of weights are kept")
                for path in kept:
                    damage(path)
                worker = deployment.ready_worker(f"worker-{name}")
                job = visitor.ended(visitor.send())
                seen = job.error.code if job.error else job.status
                wanted = JobStatus.completed if name in _FETCHED_AGAIN else FailureCode.weights_corrupt
                outcome.expect(seen == wanted, f"{name} kept weights: {seen}")
                outcome.figures[f"{name}, kept"] = str(seen)
                shutil.rmtree(weights)
                good = visitor.ended(visitor.send())
                outcome.expect(good.status is JobStatus.completed, f"after {name} kept weights: {good.error}")
            good = visitor.ended(visitor.send(model="demo"))
            outcome.expect(good.status is JobStatus.completed, f"an undamaged model: {good.error}")
            outcome.expect(worker.is_alive, "the worker ended")
            outcome.done = repetitions
    return outcome


def _catalog(folder: Path) -> Path:
    """The tiny model under a name for each damage, each with weights of its own, and undamaged ones."""
    parts = []
    for name, damage in _DAMAGES.items():
        (folder / name).mkdir(parents=True)
        text = write_tiny_catalog(folder / name, name).read_text()
        text = text.replace('"tiny"', f'"{name}"')  # kept under a name of its own
        parts.append(text.replace('"HTDemucs"', '"HDemucs"') if name == "wrongclass" else text)
        damage(folder / name / "tiny.safetensors")
    parts.append(write_tiny_catalog(folder, "tiny", "demo").read_text())
    catalog = folder / "all.toml"
    catalog.write_text("\n".join(parts))
    return catalog


DAMAGED_WEIGHTS = Trial(name="F23", title="damaged weights", full=1, reduced=0, run=_run)
