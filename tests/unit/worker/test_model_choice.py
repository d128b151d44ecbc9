"""Which model does a job when the one it names is not here."""

import errno
import hashlib
import os

import pytest

from contract.options import JobOptions
from tests.builders import a_job
from worker.engine import ModelRecipe, ModelUnavailable, UnknownModel, WeightsStore
from worker.engine.catalog import WeightFile
from worker.model_choice import ModelChooser


class Shelf(WeightsStore):
    """Weights that are here or not, and cannot be fetched; counts how often it is asked to."""

    def __init__(self, *here: str) -> None:
        self._here = here
        self.fetches = 0

    def state(self, recipe):
        return "ready" if recipe.name in self._here else "absent"

    def fetch(self, recipe, *_):
        self.fetches += 1
        raise ModelUnavailable(f"{recipe.name} cannot be fetched.")


def recipe(name: str) -> ModelRecipe:
    file = WeightFile(name, f"https://weights.invalid/{name}.th", hashlib.sha256(name.encode()).hexdigest())
    return ModelRecipe(name=name, class_name="HTDemucs", files=(file,))


RECIPES = {name: recipe(name) for name in ("htdemucs", "demo")}


def options(model: str, **changes) -> JobOptions:
    return a_job().options.model_copy(update={"model": model} | changes)


def choose(shelf: WeightsStore, wanted: JobOptions):
    return ModelChooser(RECIPES, shelf).choose(wanted, lambda *_: None)


def test_a_model_that_is_here_does_the_job():
    choice = choose(Shelf("htdemucs", "demo"), options("htdemucs", default_model=True))
    assert (choice.recipe.name, choice.warnings) == ("htdemucs", ())
    assert choice.used.weights[0].file == "htdemucs.th"
    assert choice.used.weights[0].sha256 == RECIPES["htdemucs"].files[0].sha256


def test_the_demo_model_stands_in_for_an_absent_default_and_says_so():
    choice = choose(Shelf("demo"), options("htdemucs", default_model=True))
    assert choice.recipe.name == "demo"
    assert [warned.code for warned in choice.warnings] == ["demo_model"]


def test_a_model_that_was_named_has_no_stand_in():
    with pytest.raises(ModelUnavailable):
        choose(Shelf("demo"), options("htdemucs"))


@pytest.mark.parametrize(
    "wanted", [options("htdemucs", default_model=True, stems=("piano",)), options("demo", default_model=True)]
)
def test_what_the_demo_model_cannot_do_it_does_not_do(wanted):
    with pytest.raises(ModelUnavailable):
        choose(Shelf(), wanted)


def test_jobs_that_may_fall_back_do_not_wait_for_a_fetch_each_time():
    shelf = Shelf("demo")
    chooser = ModelChooser(RECIPES, shelf)
    for _ in range(3):
        chooser.choose(options("htdemucs", default_model=True), lambda *_: None)
    assert shelf.fetches == 1


def test_all_attempts_of_a_job_wait_for_one_fetch():
    shelf = Shelf("demo")
    chooser = ModelChooser(RECIPES, shelf)
    for _ in range(3):
        with pytest.raises(ModelUnavailable):
            chooser.choose(options("htdemucs"), lambda *_: None)
    assert shelf.fetches == 1


def test_an_unknown_model_is_said_so():
    with pytest.raises(UnknownModel):
        choose(Shelf(), options("other"))


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES, errno.ENOENT])
def test_a_folder_of_weights_that_takes_none_is_a_model_that_is_not_available(number):
    class ReadOnly(Shelf):
        def fetch(self, *_):
            raise OSError(number, os.strerror(number), "/models/.lock")

    assert choose(ReadOnly("demo"), options("htdemucs", default_model=True)).recipe.name == "demo"
    with pytest.raises(ModelUnavailable, match="htdemucs cannot be kept on this worker") as refused:
        choose(ReadOnly("demo"), options("htdemucs"))
    assert "/models" not in str(refused.value), "no path of ours leaves"


def test_a_full_disk_is_not_a_missing_model():
    class Full(Shelf):
        def fetch(self, *_):
            raise OSError(errno.ENOSPC, "full")

    with pytest.raises(OSError, match="full"):
        choose(Full("demo"), options("htdemucs", default_model=True))
