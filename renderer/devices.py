"""Which device a renderer paints on."""

from __future__ import annotations

import ctypes
import sys

import torch


class NoSuchDevice(ValueError):
    """A device that this machine, or this build of torch, does not have."""


def available() -> tuple[torch.device, ...]:
    """Every device worth a renderer of its own, best first: all CUDA devices, else mps, else the CPU."""
    if torch.cuda.is_available():
        return tuple(torch.device("cuda", index) for index in range(torch.cuda.device_count()))
    if torch.backends.mps.is_available():
        return (torch.device("mps"),)
    return (torch.device("cpu"),)


def choose(wanted: str) -> torch.device:
    """The device for `auto`, `cpu`, `mps`, `cuda` or `cuda:N`; raises NoSuchDevice with what there is instead."""
    if wanted == "auto":
        return available()[0]
    device = torch.device("cuda", 0) if wanted == "cuda" else torch.device(wanted)
    if device.type != "cpu" and device not in available():
        raise NoSuchDevice(f"no device {wanted!r} here; there is {', '.join(map(str, available()))}")
    return device


def describe(device: torch.device) -> str:
    """What a person would call the device."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return {"mps": "Apple GPU", "cpu": f"CPU, {torch.get_num_threads()} threads"}[device.type]


def is_out_of_memory(error: BaseException) -> bool:
    """Whether the device or the machine had too little memory; torch's CPU allocator has no class for it."""
    return isinstance(error, (torch.OutOfMemoryError, MemoryError)) or (
        isinstance(error, RuntimeError) and "DefaultCPUAllocator" in str(error)
    )


def give_back_memory() -> None:
    """Return what allocators keep for the next time; for when there may be no next time soon."""
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim:  # glibc
        trim(0)
