"""Training for a moment: steps change the weights, a checkpoint goes on where it stopped, its file loads."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from training.bundle import bundled
from training.company import Company
from training.library import made, opened
from training.mixtures import Mixtures
from training.network import loaded
from training.objective import distance
from training.train import main
from training.trainer import Plan, Trainer


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("library") / "songs.npy"
    made(path, songs=2, seconds=1.0)
    return path


@pytest.fixture
def _torch_as_it_was() -> Iterator[None]:
    """Training sets these for its whole process."""
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)
    torch.set_flush_denormal(False)


def _trainer(library: Path) -> Trainer:
    plan = Plan(minutes=1, batch=1, crop_seconds=0.25)
    return Trainer(plan, Mixtures(opened(library), 0), Company(0, 1, Path("unused")))


def test_the_truth_is_at_no_distance_and_silence_is_far() -> None:
    truth = torch.randn(1, 4, 2, 8_000) * 0.1
    assert float(distance(truth, truth, weights=torch.ones(4), spectral=0.3)) == pytest.approx(0, abs=1e-6)
    assert float(distance(truth * 0, truth, weights=torch.ones(4), spectral=0.3)) > 0.3


def test_a_checkpoint_goes_on_where_it_stopped(library: Path, tmp_path: Path) -> None:
    trainer = _trainer(library)
    before = [value.clone() for value in trainer.network.parameters()]
    trainer.step(1.0)
    trainer.step(2.0)
    assert any(not torch.equal(old, new) for old, new in zip(before, trainer.network.parameters(), strict=True))
    trainer.save(tmp_path / "checkpoint.pt")
    again = _trainer(library)
    again.resume(tmp_path / "checkpoint.pt")
    assert (again.steps, again.seconds) == (2, 2.0)
    for mine, theirs in zip(trainer.average.parameters(), again.average.parameters(), strict=True):
        assert torch.equal(mine, theirs)


@pytest.mark.usefixtures("_torch_as_it_was")
def test_the_command_line_trains_and_its_weights_load(
    library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--library", str(library), "--out", str(tmp_path / "run"), "--minutes", "0.001"]
    main([*options, "--processes", "1", "--batch", "1", "--trial-songs", "1"])
    bundled(tmp_path / "run" / "demo.safetensors", tmp_path)
    network = loaded(tmp_path / "demo.safetensors", tmp_path / "demo.toml")
    assert network.sources == ["drums", "bass", "other", "vocals"]
    assert network.segment == 4
    assert "dB on 1 unseen songs: drums" in capsys.readouterr().out
