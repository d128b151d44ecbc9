"""`stemify models`: the models on this machine: list, pull, verify."""

from typing import Annotated, Any

import typer

from cli.console import say, show_json, show_table
from cli.errors import JobFailed
from cli.local_engine import fetch, translated
from cli.models_folder import model_settings, recipes, weights_store
from cli.server_options import Json
from contract.catalog import load_catalog

app = typer.Typer(
    help="The models on this machine.", epilog="Example: stemify models pull htdemucs", no_args_is_help=True
)


@app.command("list", epilog="Example: stemify models list --json")
def list_models(json: Json = False) -> None:
    """List the models with their stems, their licence, and whether their weights are here."""
    rows = _rows()
    if json:
        show_json(rows)
        return
    cells = [(r["name"], r["weights"], ", ".join(r["stems"]), r["licence"], r["description"]) for r in rows]
    show_table("", ("model", "weights", "stems", "licence", ""), cells)
    say(f"Weights are kept in {model_settings().folder}.")


@app.command(epilog="Example: stemify models pull htdemucs_ft")
def pull(
    names: Annotated[list[str], typer.Argument(metavar="NAME...", help="Models to fetch.")], json: Json = False
) -> None:
    """Fetch the weights of models, check them in full and make them ready. An interrupted fetch goes on."""
    settings = model_settings()
    with translated():
        # imported late: the engine is not always installed beside the command line
        from worker.engine.catalog import recipe_named

        store, known = weights_store(settings), recipes(settings)
        for recipe in [recipe_named(name, known) for name in names]:
            fetch(store, recipe, shown=not json)
            say(f"{recipe.name} is ready.")
    if json:
        show_json([row for row in _rows() if row["name"] in names])


@app.command(epilog="Example: stemify models verify")
def verify(
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME...]", help="Only these.")] = None,
    json: Json = False,
) -> None:
    """Read every weight file that is here in full and compare it with its digest. A named model must be here."""
    settings = model_settings()
    with translated():
        # imported late: the engine is not always installed beside the command line
        from worker.engine.catalog import recipe_named

        store, known = weights_store(settings), recipes(settings)
        chosen = [recipe_named(name, known) for name in names or known]
        verdicts = {recipe.name: _verdict(store, recipe) for recipe in chosen}
    shown = {name: verdict for name, verdict in verdicts.items() if names or verdict != "absent"}
    if json:
        show_json(shown)
    else:
        show_table("", ("model", "weights"), list(shown.items()))
    bad = {name: verdict for name, verdict in shown.items() if verdict != "ready"}
    if bad:
        said = ", ".join(f"{name} is {verdict}" for name, verdict in bad.items())
        raise JobFailed(f"{said}; run `stemify models pull {' '.join(bad)}`.")


def _rows() -> list[dict[str, Any]]:
    settings = model_settings()
    with translated():
        store, known = weights_store(settings), recipes(settings)
        entries = load_catalog(settings.catalog).entries.values()
        return [
            {
                "name": entry.name,
                "weights": str(store.state(known[entry.name])) if entry.name in known else "not bundled",
                "stems": list(entry.stems),
                "licence": entry.licence,
                "description": entry.description,
                "needs": entry.needs,
            }
            for entry in entries
        ]


def _verdict(store: Any, recipe: Any) -> str:
    # imported late: the engine is not always installed beside the command line
    from worker.engine.errors import EngineError

    if store.state(recipe) == "absent":
        return "absent"
    try:
        store.verify(recipe)
    except EngineError:
        return "corrupt"
    return "ready"
