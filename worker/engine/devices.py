"""Choosing what to run on and in what precision. torch is imported here."""

import torch

from worker.engine.errors import DeviceUnavailable, InvalidOptions

PRECISIONS = ("float32", "bfloat16", "float16")

Warnings = tuple[tuple[str, str], ...]


def choose_device(wanted: str = "auto") -> tuple[torch.device, Warnings]:
    """The device to run on, tried with a real kernel, and warnings about what was passed over.

    `auto` takes a GPU that works and the CPU otherwise. Any other word is a torch device and must work.
    Raises DeviceUnavailable.
    """
    if wanted != "auto":
        return _tried(wanted), ()
    if not torch.cuda.is_available():
        return torch.device("cpu"), ()
    try:
        return _tried("cuda"), ()
    except DeviceUnavailable as error:
        return torch.device("cpu"), (("gpu_unusable", f"{error} Running on the CPU instead."),)


def check_precision(wanted: str) -> str:
    """The word, if it is one: `float32`, `bfloat16`, `float16`, or `auto`, which leaves it to the network.

    Raises InvalidOptions.
    """
    if wanted != "auto" and wanted not in PRECISIONS:
        raise InvalidOptions(f"precision must be auto, {', '.join(PRECISIONS)}, not {wanted!r}.")
    return wanted


def _tried(name: str) -> torch.device:
    try:
        device = torch.device(name)
        square = torch.ones(64, 64, device=device)
        works = float((square @ square).sum()) == 64.0**3
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise DeviceUnavailable(f"The device {name!r} cannot be used: {reason}.") from error
    if not works:
        raise DeviceUnavailable(f"The device {name!r} computes wrongly.")
    return device
