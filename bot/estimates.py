"""How long a painting will take, before it is begun."""

from __future__ import annotations

import math
from statistics import median

from bot.ports import RenderPool
from bot.store.queue import Queue
from renderer.effort import scales
from renderer.options import MIN_SIZE, RenderOptions, default_size

#: Seconds of one optimisation step, by kind of device: a fixed part and a part for each pixel. The CPU's were
#: measured on two cores (1.2 s at 512 × 384), cuda's on a data-centre GPU; mps lies between by guess.
_STEP_S = {"cpu": (0.0, 1.2 / (512 * 384)), "mps": (0.01, 400e-9), "cuda": (0.005, 20e-9)}
#: A painting of more pixels is painted in tiles (`renderer.devices`): their borders, and each tile encoded twice.
_WHOLE_PIXELS = {"cpu": 800_000, "mps": 800_000}
_TILED = 2.5

_HISTORY = 20
#: A single oddity (the machine slept in mid-painting) must not shut the door on all that are like it: what is
#: refused is never measured again.
_LEAST_HISTORY = 3


class Estimates:
    """Expected render seconds.

    They are the median of the last 20 paintings of about the same size, with the same mode, quality and `iterations`
    asked and on the same kind of device, scaled by pixels. Without at least three of these, a formula: the sum over
    the scales (`renderer.effort`) of steps × (fixed + pixels × seconds a pixel).
    """

    def __init__(self, queue: Queue, pool: RenderPool) -> None:
        self._queue = queue
        self._pool = pool

    async def device(self) -> str:
        """Name of the device that paints: a worker's, or the last one's while none is ready, or ``cpu``."""
        for worker in (await self._pool.status()).workers:
            if worker.device is not None:
                return worker.device
        return await self._queue.last_device() or "cpu"

    async def seconds(self, options: RenderOptions, aspect: float) -> float:
        """Seconds for a painting of `aspect` (width ÷ height)."""
        device = await self.device()
        return await self._seconds(options.size or default_size(device), options, aspect, device)

    async def largest_size_within(self, seconds: float, options: RenderOptions, aspect: float) -> int | None:
        """The largest long edge up to the one asked that takes at most `seconds`, or None.

        In pixels, a multiple of 64.
        """
        device = await self.device()
        largest = (options.size or default_size(device)) // 64 * 64
        for size in range(largest, MIN_SIZE - 1, -64):
            if await self._seconds(size, options, aspect, device) <= seconds:
                return size
        return None

    async def _seconds(self, size: int, options: RenderOptions, aspect: float, device: str) -> float:
        flatness = min(aspect, 1 / aspect)
        kind = device.split(":")[0]
        paces = await self._queue.recent_paces(size, options, kind, _HISTORY)
        if len(paces) >= _LEAST_HISTORY:
            return median(paces) * size * size * flatness
        return _prior(size, options, flatness, kind)


def _prior(size: int, options: RenderOptions, flatness: float, kind: str) -> float:
    fixed, by_pixel = _STEP_S.get(kind, _STEP_S["cpu"])
    if size**2 * flatness > _WHOLE_PIXELS.get(kind, math.inf):
        by_pixel *= _TILED
    return math.fsum(
        scale.steps * (fixed + scale.long_edge**2 * flatness * by_pixel) for scale in scales(size, options)
    )
