"""What was measured on and with: the machine, the versions, the load from elsewhere."""

import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

_PACKAGES = ("torch", "demucs", "numpy", "stemify")


def describe_machine() -> dict[str, Any]:
    """JSON-able facts."""
    able = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "instructions": sorted(name for name in ("avx2", "avx512_f", "avx512_bf16", "amx_bf16") if able.get(name)),
        "load_at_start": os.getloadavg()[0],
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "gpus": _gpus(),
        "versions": {name: version(name) for name in _PACKAGES},
    }


def _gpus() -> list[dict[str, Any]]:
    """What a figure of a GPU means nothing without; none where there is none."""
    if not torch.cuda.is_available():
        return []
    facts = [torch.cuda.get_device_properties(at) for at in range(torch.cuda.device_count())]
    shared = {"cuda": torch.version.cuda, "cudnn": torch.backends.cudnn.version(), "driver": _driver()}
    return [
        {"name": one.name, "bytes": one.total_memory, "processors": one.multi_processor_count} | shared for one in facts
    ]


def _driver() -> str:
    path = Path("/proc/driver/nvidia/version")
    return path.read_text(encoding="utf-8").splitlines()[0] if path.exists() else ""


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8") if Path("/proc/cpuinfo").exists() else ""
    fields = dict(line.split(":", 1) for line in lines.split("\n\n")[0].splitlines() if ":" in line)
    told = {key.strip(): value.strip() for key, value in fields.items()}
    parts = [told.get("model name", platform.processor() or platform.machine())]
    parts += [f"{key} {told[key]}" for key in ("cpu family", "model") if key in told]
    return ", ".join(parts)
