"""What a device is and how much memory is free, for people and for a registry of workers. torch is imported here."""

import os
from dataclasses import dataclass

import torch

from worker.engine.devices import choose_device


@dataclass(frozen=True)
class DeviceFacts:
    """`device`: as torch writes it. `name`: for people. `free_bytes`: of its own memory, or of the machine's."""

    device: str
    name: str
    free_bytes: int


def describe_device(wanted: str = "auto") -> DeviceFacts:
    """The device that would be run on. Raises DeviceUnavailable."""
    device, _ = choose_device(wanted)
    if device.type == "cuda":
        free, _ = torch.cuda.mem_get_info(device)
        return DeviceFacts(str(device), torch.cuda.get_device_name(device), free)
    return DeviceFacts(str(device), f"{os.cpu_count()} CPU cores, {torch.get_num_threads()} threads", _free_ram())


def _free_ram() -> int:
    return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
