"""The one thread on which a process runs its networks on a GPU, and how a batch is set going there. No torch here."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache, partial

from worker.engine.errors import OutOfMemory
from worker.engine.network import Answers, FloatBatch, Network


@cache
def gpu_lane() -> ThreadPoolExecutor:
    """Always the same one, for all networks and for their warm-up: torch keeps cuDNN's plans and cuBLAS's handles for
    each thread (`thread_local` in its Conv_v8.cpp), so another thread would pay for the first times again."""
    return ThreadPoolExecutor(1, thread_name_prefix="network")


def begun(network: Network, batch: FloatBatch) -> Callable[[], Answers]:
    """Set a batch going. What comes back waits for the answers and raises what `forward` raises; a network without a
    lane computes only then."""
    if network.lane is None:
        return partial(network.forward, batch)
    return partial(_awaited, network.lane.submit(_outcome, network, batch))


def _outcome(network: Network, batch: FloatBatch) -> Answers | None:
    """On the lane. None where memory did not suffice: an error kept for later would keep the failed try's tensors."""
    try:
        return network.forward(batch)
    except OutOfMemory:
        return None


def _awaited(outcome: Future[Answers | None]) -> Answers:
    found = outcome.result()
    if found is None:
        raise OutOfMemory
    return found
