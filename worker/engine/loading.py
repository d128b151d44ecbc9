"""From a model's name to a separator ready to stream."""

from pathlib import Path

from worker.engine.catalog import ModelRecipe, load_recipes, recipe_named
from worker.engine.origins import Progress
from worker.engine.separator import Member, Separator
from worker.engine.weights import WeightsStore


def load_separator(
    model: str | ModelRecipe,
    *,
    device: str = "auto",
    precision: str = "auto",
    weights: WeightsStore | None = None,
    progress: Progress | None = None,
) -> Separator:
    """Load a model, by its name in the published catalog or from a recipe, onto its device.

    `device`: `auto` (a GPU that works, else the CPU), or a torch device, which must work and suffice; with `auto` it
    goes on, on the CPU, where a GPU's memory does not hold one segment. `precision`: `float32`, `bfloat16`, `float16`,
    or `auto` (bfloat16 where the processor has it and the network a form that keeps 40 dB in it, float16 for HTDemucs
    on a GPU with tensor cores, else float32); the separator says what came of it. `weights`: the store to take them
    from, by default `~/.cache/stemify/models`; absent weights are fetched, telling `progress`.
    Raises UnknownModel, ModelUnavailable, WeightsCorrupt, DeviceUnavailable, InvalidOptions, OutOfMemory.
    """
    # torch is imported here, when a model is loaded, so that importing the engine costs nothing.
    from worker.engine.devices import check_precision, choose_device
    from worker.engine.networks import build_networks  # likewise

    recipe = recipe_named(model, load_recipes()) if isinstance(model, str) else model
    chosen, warnings = choose_device(device)
    networks = build_networks(
        recipe,
        (weights or WeightsStore(default_folder())).contents(recipe, progress),
        device=chosen,
        precision=check_precision(precision),
        may_retreat=device == "auto",
    )
    members = tuple(Member(network, recipe.weights_of(at)) for at, network in enumerate(networks))
    return Separator(recipe.name, members, warnings=warnings)


def default_folder() -> Path:
    """Where weights are kept unless told otherwise."""
    return Path.home() / ".cache" / "stemify" / "models"
