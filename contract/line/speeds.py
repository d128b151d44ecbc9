"""How fast each model has been on each device here, measured. Estimates are made of it; it makes none."""

import redis

from contract import keys
from contract.redis_client import store_errors
from contract.scripts import load_script

_NEWEST_SHARE = 0.3
"""Weight of the newest job in the average: about the last five count."""
_SEPARATOR = "|"


class SpeedBook:
    """Seconds of work for each second of audio, by model and device."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client
        self._learn = load_script(client, "learn")

    def learn(self, model: str, device: str, *, audio_seconds: float, work_seconds: float) -> None:
        """Take in one finished job. Empty audio teaches nothing. Raises StoreUnavailable."""
        if audio_seconds <= 0 or work_seconds <= 0:
            return
        field = f"{model}{_SEPARATOR}{device}"
        with store_errors():
            self._learn(keys=[keys.SPEEDS], args=[field, repr(work_seconds / audio_seconds), _NEWEST_SHARE])

    def of(self, model: str, device: str | None = None) -> float | None:
        """Work seconds for one second of audio; the mean over devices when none is named; None when never measured."""
        found = [speed for (name, place), speed in self.all().items() if name == model and device in (None, place)]
        return sum(found) / len(found) if found else None

    def all(self) -> dict[tuple[str, str], float]:
        """Every measured speed by (model, device). Raises StoreUnavailable."""
        with store_errors():
            kept = self._redis.hgetall(keys.SPEEDS)
        return {_named(field): float(speed) for field, speed in kept.items()}


def _named(field: bytes | str) -> tuple[str, str]:
    model, _, device = (field.decode() if isinstance(field, bytes) else field).partition(_SEPARATOR)
    return model, device
