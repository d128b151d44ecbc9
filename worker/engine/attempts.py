"""Runs a batch through a network and gets over what can be got over: too little memory, numbers that overflow."""

from collections.abc import Callable

import numpy as np

from worker.engine.errors import OutOfMemory, OutputInvalid
from worker.engine.network import FloatBatch, Network

Warn = Callable[[str, str], None]


def answer(network: Network, batch: FloatBatch, warn: Warn) -> FloatBatch:
    """The network's answer to a batch (batch x channels x frames), finite throughout.

    Out of memory, the network's batch size is halved and the rest run in smaller parts. Segments whose answer is not
    finite are run again in float32. Both are told to `warn`. Raises OutOfMemory, OutputInvalid, DeviceFailed.
    """
    answers: list[FloatBatch] = []
    done = 0
    while done < len(batch):
        part = batch[done : done + network.batch_size]
        found = _try(network, part)
        if found is None:
            _lower(network, warn)
            continue
        answers.append(_finite(network, part, found, warn))
        done += len(part)
    return answers[0] if len(answers) == 1 else np.concatenate(answers)


def _try(network: Network, part: FloatBatch) -> FloatBatch | None:
    """None when the memory did not suffice: the next try must be made outside the `except`, whose traceback
    would keep the failed one's tensors alive."""
    try:
        return network.forward(part)
    except OutOfMemory:
        if network.batch_size == 1:
            raise
        return None


def _lower(network: Network, warn: Warn) -> None:
    network.release()
    network.batch_size = max(1, network.batch_size // 2)
    warn("batch_halved", f"The device's memory did not suffice; now {network.batch_size} segment(s) at a time.")


def _finite(network: Network, part: FloatBatch, found: FloatBatch, warn: Warn) -> FloatBatch:
    bad = [row for row in range(len(part)) if not np.isfinite(found[row]).all()]
    if not bad:
        return found
    if network.precision == "float32":
        raise OutputInvalid("The network's answer is not finite.")
    again = network.precise(part[bad])
    if not np.isfinite(again).all():
        raise OutputInvalid("The network's answer is not finite, in float32 either.")
    warn("rerun_in_float32", f"{len(bad)} segment(s) overflowed in {network.precision} and were run again in float32.")
    found = found.copy()
    found[bad] = again
    return found
