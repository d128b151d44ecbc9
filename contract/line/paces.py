"""What a second of audio costs: measured where it was, else as good a guess as there is. Pure arithmetic."""

import functools
from collections.abc import Mapping

Speeds = Mapping[tuple[str, str], float]
"""Measured seconds of work for a second of audio, by (model, device)."""

_UNMEASURED = 1.0
"""Seconds of work for a second of audio where nothing was ever measured."""


class Paces:
    """Seconds of work for a second of audio. Each is worked out once: a line of thousands asks for a few of them."""

    def __init__(self, speeds: Speeds) -> None:
        self._speeds = speeds
        self.measured = functools.cache(self._measured)
        self.expected = functools.cache(self._expected)

    def _measured(self, model: str, device: str | None = None) -> float | None:
        """On this device, else the mean over those that were measured; None when none was."""
        if device is not None and (model, device) in self._speeds:
            return self._speeds[model, device]
        return _mean([speed for (name, _), speed in self._speeds.items() if name == model])

    def _expected(self, model: str) -> float:
        """On whichever device: the model's own, else that of all models."""
        found = self.measured(model)
        if found is None:
            found = _mean(list(self._speeds.values()))
        return _UNMEASURED if found is None else found


def _mean(speeds: list[float]) -> float | None:
    return sum(speeds) / len(speeds) if speeds else None
