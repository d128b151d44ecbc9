"""Published weight files, as Demucs writes them, fetched, verified, converted and loaded."""

import hashlib
import os
import pickle
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest
import safetensors
import safetensors.torch
import torch

from worker.engine import ModelUnavailable, WeightsCorrupt, WeightsStore, load_separator
from worker.engine.catalog import ModelRecipe, WeightFile


def recipe_of(path: Path, class_name="HTDemucs", **facts) -> ModelRecipe:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    file = WeightFile(path.stem, path.as_uri(), digest)
    return ModelRecipe(name="tiny", class_name=class_name, files=(file,), **facts)


@pytest.fixture
def store(tmp_path) -> WeightsStore:
    return WeightsStore(tmp_path / "cache", fetch=False)


@pytest.fixture
def write(tmp_path):
    def put(content: bytes, name: str = "tiny-1234.th") -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return put


@pytest.mark.parametrize("architecture", ["HTDemucs", "HDemucs", "Demucs"])
def test_a_published_file_is_loaded_and_separates(architecture, lab, store, write, publish):
    module, mix = lab.module(architecture), lab.mix(9_000)
    recipe = recipe_of(write(publish(module)), architecture)
    assert store.state(recipe) == "absent"
    separator = load_separator(recipe, device="cpu", weights=store)
    assert store.state(recipe) == "ready"
    wanted = lab.reference(type(module).half(module).float(), mix=mix, shifts=1, seed=8)
    lab.assert_alike(wanted, lab.separate(separator, mix, shifts=1, seed=8))


def test_workers_read_only_the_converted_file(lab, store, write, publish):
    recipe = recipe_of(write(publish(lab.module("HTDemucs"))))
    store.fetch(recipe)
    Path(recipe.files[0].url.removeprefix("file://")).unlink()
    (path,) = store.files(recipe)
    with safetensors.safe_open(path, "pt") as file:
        assert "klass" not in file.metadata()
    load_separator(recipe, device="cpu", weights=store)


def test_a_bag_may_mix_both_classes(lab, store, write, publish):
    modules = [lab.module("HDemucs", seed=1), lab.module("Demucs", seed=2)]
    files = [recipe_of(write(publish(module), f"m{at}.th")).files[0] for at, module in enumerate(modules)]
    recipe = ModelRecipe(name="bag", class_name="HDemucs/Demucs", files=tuple(files), segment_seconds=0.5)
    separator = load_separator(recipe, device="cpu", weights=store)
    assert [type(member.network._module).__name__ for member in separator._members] == ["HDemucs", "Demucs"]
    assert separator.segment_frames == 4_000


def test_a_segment_longer_than_an_htdemucs_was_trained_with_is_left_alone(lab, store, write, publish):
    recipe = recipe_of(write(publish(lab.module("HTDemucs"))), segment_seconds=44.0)
    assert load_separator(recipe, device="cpu", weights=store).segment_frames == 4_000


def test_hugging_face_files_are_accepted_and_their_class_ignored(lab, store, write):
    module = lab.module("HTDemucs")
    tensors = {name: value.contiguous() for name, value in module.state_dict().items()}
    metadata = {
        "klass": "os.system",
        "args": '[["drums", "bass", "other", "vocals"]]',
        "kwargs": '{"channels": 8, "nfft": 1024, "samplerate": 8000, "t_layers": 1, "t_heads": 2, '
        '"t_hidden_scale": 1.0, "dconv_mode": 3, "segment": {"_type": "fraction", "numerator": 1, "denominator": 2}}',
    }
    recipe = recipe_of(write(safetensors.torch.save(tensors, metadata), "hub.safetensors"))
    separator = load_separator(recipe, device="cpu", weights=store)
    mix = lab.mix(5_000)
    lab.assert_alike(lab.reference(module, mix=mix), lab.separate(separator, mix, shifts=0))


def test_arguments_a_class_does_not_know_are_left_out(lab, store, write, publish):
    module = lab.module("Demucs")
    args, kwargs = module._init_args_kwargs
    module._init_args_kwargs = (args, kwargs | {"wavelets": 3})
    load_separator(recipe_of(write(publish(module)), "Demucs"), device="cpu", weights=store)


@pytest.mark.parametrize("where", [0, 1, -1, 5_000])
def test_a_flipped_byte_in_a_published_file_is_corrupt(where, lab, store, write, publish):
    content = publish(lab.module("Demucs", depth=2))
    recipe = recipe_of(write(content), "Demucs")
    broken = bytearray(content)
    broken[where] ^= 1
    write(bytes(broken))
    with pytest.raises(WeightsCorrupt, match="SHA-256"):
        store.fetch(recipe)
    assert store.state(recipe) == "absent"


@pytest.mark.parametrize("where", [0, 9, -1, 5_000])
def test_a_flipped_byte_in_a_converted_file_is_corrupt_and_fetching_mends_it(where, lab, store, write, publish):
    recipe = recipe_of(write(publish(lab.module("Demucs", depth=2))), "Demucs")
    store.fetch(recipe)
    (path,) = store.files(recipe)
    content = bytearray(path.read_bytes())
    content[where] ^= 1
    path.write_bytes(content)
    with pytest.raises(WeightsCorrupt):
        store.verify(recipe)
    with pytest.raises(WeightsCorrupt):
        load_separator(recipe, device="cpu", weights=store)
    assert store.state(recipe) == "corrupt"
    store.fetch(recipe)
    store.verify(recipe)


def test_a_cut_converted_file_is_seen_at_a_glance(lab, store, write, publish):
    recipe = recipe_of(write(publish(lab.module("Demucs", depth=2))), "Demucs")
    store.fetch(recipe)
    (path,) = store.files(recipe)
    os.truncate(path, 100)
    assert store.state(recipe) == "corrupt"


class Runs:
    """What a hostile pickle holds: a call made while it is read."""

    def __reduce__(self):
        return (os.system, ("exit 1",))


@pytest.mark.parametrize(
    "hostile",
    [
        {"klass": Runs()},
        {"klass": subprocess.Popen},
        {"training_args": Runs()},
    ],
)
def test_a_pickle_that_names_anything_else_is_refused(hostile, lab, store, write, publish):
    recipe = recipe_of(write(publish(lab.module("Demucs", depth=2), **hostile)), "Demucs")
    with pytest.raises(WeightsCorrupt):
        store.fetch(recipe)


def test_a_class_the_catalog_does_not_name_is_refused(lab, store, write, publish):
    recipe = recipe_of(write(publish(lab.module("Demucs", depth=2))), "HTDemucs")
    with pytest.raises(WeightsCorrupt, match="another class: Demucs"):
        store.fetch(recipe)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not weights at all",
        pickle.dumps({"klass": 3}, protocol=2),
        b"\xff" * 8 + b"{}",
        (2**40).to_bytes(8, "little") + b"{}",
        (9).to_bytes(8, "little") + b"{[1, 2]}}",
        (2).to_bytes(8, "little") + b"{}",
    ],
)
def test_what_is_no_weight_file_is_corrupt(content, store, write):
    recipe = recipe_of(write(content))
    with pytest.raises(WeightsCorrupt):
        load_separator(recipe, device="cpu", weights=store)


@pytest.mark.parametrize(
    "change",
    [
        {"kwargs": {"sources": ["drums", "bass", "other", "vocals"], "channels": 6}},
        {"args": [["drums"]]},
        {"kwargs": {"sources": 3}},
        {"kwargs": {"sources": ["a"], "depth": -1}},
        {"state": {"encoder.0.0.weight": torch.zeros(3)}},
        {"state": {"encoder.0.0.weight": "none"}},
        {"kwargs": {"sources": Fraction(1, 2)}},
    ],
)
def test_weights_that_do_not_fit_their_class_are_corrupt(change, lab, store, write, publish):
    recipe = recipe_of(write(publish(lab.module("Demucs", depth=2), **change)), "Demucs")
    with pytest.raises(WeightsCorrupt):
        load_separator(recipe, device="cpu", weights=store)


@pytest.mark.filterwarnings("ignore:Initializing zero-element tensors")
def test_a_network_that_demucs_cannot_run_either_is_refused_when_it_is_loaded(lab, store, write, publish):
    recipe = recipe_of(write(publish(lab.module("HTDemucs", channels=4, rescale=0))))
    with pytest.raises(WeightsCorrupt, match="without channels"):
        load_separator(recipe, device="cpu", weights=store)


def test_sources_other_than_the_catalogs_are_corrupt(lab, store, write, publish):
    module = lab.module("Demucs", depth=2, sources=["vocals", "other", "bass", "drums"])
    with pytest.raises(WeightsCorrupt, match="not what the catalog says"):
        load_separator(recipe_of(write(publish(module)), "Demucs"), device="cpu", weights=store)


@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
def test_only_ordinary_files_are_read(kind, lab, store, write, tmp_path, publish):
    path = write(publish(lab.module("Demucs", depth=2)))
    recipe = recipe_of(path, "Demucs")
    path.rename(tmp_path / "elsewhere.th")
    if kind == "link":
        path.symlink_to(tmp_path / "elsewhere.th")
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.mkdir()
    with pytest.raises(WeightsCorrupt, match="ordinary file"):
        store.fetch(recipe)


def test_a_file_that_is_not_there_is_unavailable(lab, store, write, publish):
    path = write(publish(lab.module("Demucs", depth=2)))
    recipe = recipe_of(path, "Demucs")
    path.unlink()
    with pytest.raises(ModelUnavailable):
        store.fetch(recipe)


def test_quantised_weights_say_what_to_install(store, write, monkeypatch):
    monkeypatch.setitem(sys.modules, "diffq", None)
    recipe = recipe_of(write(b"any"), "quantised")
    with pytest.raises(ModelUnavailable, match="pip install diffq"):
        store.fetch(recipe)


def test_nothing_is_fetched_where_nothing_may_be(store):
    file = WeightFile("tiny", "https://127.0.0.1:1/tiny.th", "0" * 64)
    with pytest.raises(ModelUnavailable, match="nothing may be fetched"):
        store.fetch(ModelRecipe(name="tiny", class_name="HTDemucs", files=(file,)))


def test_the_offline_folder_is_looked_in_first(lab, write, tmp_path, publish):
    path = write(publish(lab.module("Demucs", depth=2)))
    file = WeightFile("tiny", f"https://127.0.0.1:1/{path.name}", recipe_of(path).files[0].sha256)
    recipe = ModelRecipe(name="tiny", class_name="Demucs", files=(file,))
    WeightsStore(tmp_path / "cache", offline_folder=tmp_path, fetch=False).fetch(recipe)


def test_importing_the_engine_does_not_import_torch():
    code = "import sys, worker.engine; print('torch' in sys.modules, 'demucs' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["False", "False"]
