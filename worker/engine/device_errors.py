"""What torch raises on a device, in the engine's words. torch is imported here."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from worker.engine.errors import DeviceFailed, EngineError, OutOfMemory

# Not every allocator has a class of its own for it: the CPU's, cuBLAS's, cuDNN's and CUDA's own calls only say it.
_NO_MEMORY = ("out of memory", "not enough memory", "can't allocate memory", "ALLOC_FAILED", "ALLOCATION_FAILED")


@contextmanager
def translated(device: torch.device) -> Iterator[None]:
    """While this lasts, raises OutOfMemory, DeviceFailed or EngineError instead of what torch raises."""
    try:
        yield
    except (torch.OutOfMemoryError, MemoryError) as error:
        raise OutOfMemory from error
    except (RuntimeError, ValueError, AssertionError) as error:
        text = str(error).splitlines()[0] if str(error) else type(error).__name__
        if any(sign in text for sign in _NO_MEMORY):
            raise OutOfMemory from error
        if device.type == "cpu":
            raise EngineError(f"The network failed: {text}") from error
        # What a GPU reports comes late and may stand for any earlier kernel; its context is not to be trusted again.
        raise DeviceFailed(f"The device failed: {text}") from error
