"""Can this machine separate: a device on which a real kernel runs, and weights that are there."""

from cli.checks.finding import Finding, broken, note, ok
from cli.errors import CommandError
from cli.local_engine import translated
from cli.models_folder import model_settings, recipes, weights_store
from contract.catalog import DEMO_MODEL


def device() -> list[Finding]:
    """What separations would run on, tried."""
    try:
        with translated():
            # torch takes a second to load, and only this check wants it
            from worker.engine.devices import choose_device

            chosen, warnings = choose_device("auto")
            choose_device(str(chosen))  # named, it is tried with a kernel
    except CommandError as failed:
        return [broken("device", str(failed), "Repair torch: `pip install --force-reinstall torch`.")]
    passed_over = [
        note("gpu", detail, "Check the driver; separations run on the CPU until then.") for _, detail in warnings
    ]
    return [ok("device", f"{chosen} runs a kernel"), *passed_over]


def weights() -> list[Finding]:
    """Whether the default model's weights are here, and the bundled model's."""
    try:
        settings = model_settings()
        with translated():
            store, known = weights_store(settings), recipes(settings)
            states = {name: store.state(known[name]) for name in (settings.default, DEMO_MODEL) if name in known}
    except CommandError as failed:
        return [broken("weights", str(failed), "Correct the STEMIFY_MODELS__ settings.")]
    default, demo = states.get(settings.default, "absent"), states.get(DEMO_MODEL, "absent")
    if default == "ready":
        return [ok("weights", f"{settings.default} is in {settings.folder}")]
    advice = f"Run `stemify models pull {settings.default}` once."
    if demo != "ready" and not settings.fetch:
        return [broken("weights", f"{settings.default} is {default}, {DEMO_MODEL} is {demo}", advice)]
    said = f"{settings.default} is {default}" + (f"; the small `{DEMO_MODEL}` is ready" if demo == "ready" else "")
    until_then = "the first job fetches it" if settings.fetch else f"jobs run with `{DEMO_MODEL}`"
    return [note("weights", said, f"{advice} (Otherwise {until_then}.)")]
