"""What a device is and how much memory is free, for people and for a registry of workers."""

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class DeviceFacts:
    """`device`: as torch writes it. `name`: for people."""

    device: str
    name: str

    def free_bytes(self) -> int:
        """Free now: of its own memory, or of the machine's where it has none. 0 when the device does not say."""
        import torch  # heavy: whoever only carries these facts about does not need it

        if not self.device.startswith("cuda"):
            return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        try:
            free, _ = torch.cuda.mem_get_info(self.device)
        except RuntimeError:
            return 0
        return int(free)


def describe_device(wanted: str = "auto") -> DeviceFacts:
    """The device that would be run on, tried. Raises DeviceUnavailable."""
    import torch  # heavy, as above

    from worker.engine.devices import choose_device  # imports torch

    device, _ = choose_device(wanted)
    if device.type == "cuda":
        return DeviceFacts(str(device), torch.cuda.get_device_name(device))
    return DeviceFacts(str(device), f"{os.cpu_count()} CPU cores, {torch.get_num_threads()} threads")
