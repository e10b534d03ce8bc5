"""Which device a renderer paints on."""

from __future__ import annotations

import ctypes
import dataclasses
import math
import os
import sys
from pathlib import Path

import torch

_BYTES_A_PIXEL = 4_000
#: A larger tile is no faster on a GPU. A picture in one piece is, while launching kernels takes longer than they do.
_MOST_TILE_BYTES, _MOST_WHOLE_PIXELS = 2_500_000_000, 2048**2
#: Coarse scales of a picture in tiles are whole up to this size: they take less memory than the last.
_COARSE_WHOLE_PIXELS = 1024**2
_CPU_WHOLE_PIXELS, _CPU_TILE_PIXELS = 800_000, 180_000


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


@dataclasses.dataclass(frozen=True)
class Room:
    """How many pixels may be encoded at once, with room for everything else."""

    whole: int  #: of a picture in one piece
    tile: int  #: of a tile of a larger picture, with its border


def room(device: torch.device, dimensions: tuple[int, int]) -> Room:
    """What there is on a device for a picture that has these dimensions in the end.

    An evaluation to relu5_1 holds about 4 kB a pixel. On a GPU a picture is encoded whole where a sixth of the memory
    holds that. On a CPU it is up to about 1024 × 768; a larger one in tiles, also at its coarse scales, such that
    2048 px fit into 3 GB.
    """
    pixels = math.prod(dimensions)
    if device.type == "cuda":
        # Not of the memory that is free now: the same painting is to be the same beside others.
        total = torch.cuda.get_device_properties(device).total_memory
        tile = int(min(total // 4, _MOST_TILE_BYTES) // _BYTES_A_PIXEL)
        whole = min(total // 6 // _BYTES_A_PIXEL, _MOST_WHOLE_PIXELS)
        return Room(max(tile, whole if pixels <= whole else min(whole, _COARSE_WHOLE_PIXELS)), tile)
    return Room(_CPU_WHOLE_PIXELS if pixels <= _CPU_WHOLE_PIXELS else _CPU_TILE_PIXELS, _CPU_TILE_PIXELS)


def make_repeatable(device: torch.device) -> None:
    """Let the same work give the same bytes, where the device would rather be a little faster; before its first use."""
    if device.type == "cuda":
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        torch.backends.cudnn.deterministic = True
        # Not `use_deterministic_algorithms`, which imports the compiler, and that ends a process that may not read who
        # it runs as.
        torch.set_deterministic_debug_mode("warn")
        # What comes before all that is written into it anyway; a kernel for each tensor.
        torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]


def is_out_of_memory(error: BaseException) -> bool:
    """Whether the device or the machine had too little memory; torch has a class for it on CUDA alone."""
    signs = ("DefaultCPUAllocator", "MPS backend out of memory", "ALLOC_FAILED")
    return isinstance(error, (torch.OutOfMemoryError, MemoryError)) or (
        isinstance(error, RuntimeError) and any(sign in str(error) for sign in signs)
    )


def memory_total(device: torch.device) -> int | None:
    """Bytes that a GPU has of its own; None for a CPU, where a painting is cut to fit into what machines have."""
    return torch.cuda.get_device_properties(device).total_memory if device.type == "cuda" else None


def memory_in_use(device: torch.device) -> int | None:
    """Bytes that this process takes: of a GPU, what torch holds there; else its resident set, where Linux tells it."""
    if device.type == "cuda":
        return torch.cuda.memory_reserved(device)
    if device.type == "mps":
        return torch.mps.driver_allocated_memory()
    try:
        resident = Path("/proc/self/statm").read_text().split()[1]  # proc(5), in pages
    except OSError:
        return None
    return int(resident) * os.sysconf("SC_PAGE_SIZE")


def give_back_memory() -> None:
    """Return what allocators keep for the next time; for when there may be no next time soon."""
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim:  # glibc
        trim(0)
