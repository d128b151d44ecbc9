"""Choosing what to run on and in what precision. torch is imported here."""

import warnings
from functools import cache

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
    there, why_not = _gpu()
    if not there:
        return torch.device("cpu"), _passed_over(why_not) if why_not else ()
    try:
        return _tried("cuda"), ()
    except DeviceUnavailable as error:
        return torch.device("cpu"), _passed_over(str(error))


def check_precision(wanted: str) -> str:
    """The word, if it is one: `float32`, `bfloat16`, `float16`, or `auto`, which leaves it to the network.

    Raises InvalidOptions.
    """
    if wanted != "auto" and wanted not in PRECISIONS:
        raise InvalidOptions(f"precision must be auto, {', '.join(PRECISIONS)}, not {wanted!r}.")
    return wanted


@cache
def _gpu() -> tuple[bool, str]:
    """Whether torch sees one, and why not, where it says so: of a driver that is too old it only warns, and once."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        there = torch.cuda.is_available()
    return there, str(said[0].message).split(" (Triggered")[0] if said else ""


def _passed_over(because: str) -> Warnings:
    return (("gpu_unusable", f"{because} Running on the CPU instead."),)


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
