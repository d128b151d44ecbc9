"""Runs a batch through a network and gets over what can be got over: too little memory, numbers that overflow."""

from collections.abc import Callable, Iterator

from worker.engine.errors import OutOfMemory, OutputInvalid
from worker.engine.lane import begun
from worker.engine.network import Answers, FloatBatch, Network

Warn = Callable[[str, str], None]
Waiting = Callable[[], Answers]


def answer(network: Network, batch: FloatBatch, warn: Warn) -> Iterator[Answers]:
    """The network's answers to a batch (batch x channels x frames), row by row, finite throughout. On a network with a
    lane they are computed from now on, on others when they are asked for.

    Out of memory, the network's batch size is halved and the rest run in smaller parts; where one segment is too much,
    it goes on, on the CPU, if it may. Segments whose answer is not finite are run again in float32. All of it is told
    to `warn`. Raises OutOfMemory, OutputInvalid, DeviceFailed.
    """
    return _answers(network, batch, warn, begun(network, batch[: network.batch_size]))


def _answers(network: Network, batch: FloatBatch, warn: Warn, waiting: Waiting | None) -> Iterator[Answers]:
    done = 0
    while done < len(batch):
        part = batch[done : done + network.batch_size]
        found = _try(network, part, warn, waiting or begun(network, part))
        waiting = None
        if found is None:
            _lower(network, warn)
            continue
        yield from found
        done += len(part)


def _try(network: Network, part: FloatBatch, warn: Warn, waiting: Waiting) -> list[Answers] | None:
    """None when the memory did not suffice: the next try must be made outside the `except`, whose traceback
    would keep the failed one's tensors alive."""
    try:
        return _finite(network, part, warn, waiting())
    except OutOfMemory:
        return None


def _lower(network: Network, warn: Warn) -> None:
    """Make do with less memory. Raises OutOfMemory where there is no less."""
    network.release()
    if network.batch_size > 1:
        network.batch_size //= 2
        warn("batch_halved", f"The device's memory did not suffice; now {network.batch_size} segment(s) at a time.")
        return
    device = network.device
    if not network.retreat():
        raise OutOfMemory
    warn("moved_to_cpu", f"The memory of {device} did not suffice for one segment; the rest was computed on the CPU.")


def _finite(network: Network, part: FloatBatch, warn: Warn, found: Answers) -> list[Answers]:
    bad = network.broken(found)
    if not bad:
        return list(found)
    if network.precision == "float32":
        raise OutputInvalid("The network's answer is not finite.")
    again = network.precise(part[bad])
    if network.broken(again):
        raise OutputInvalid("The network's answer is not finite, in float32 either.")
    warn("rerun_in_float32", f"{len(bad)} segment(s) overflowed in {network.precision} and were run again in float32.")
    return [again[bad.index(row)] if row in bad else found[row] for row in range(len(part))]
