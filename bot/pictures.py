"""Strangers' pictures: checked, decoded in a process of their own (`bot.decode`) and normalised."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import math
import os
import signal
import weakref
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import structlog

from bot.errors import BadPicture
from bot.processes import run_module
from bot.texts import phrase
from config.settings import LimitsSettings

#: Pictures decoded at the same time, each in at most `bot.decode.LIGHT_MB`. One that may take more, up to
#: `LimitsSettings.decode_memory_mb`, is decoded alone.
AT_ONCE = 2

_SHAPE_TOLERANCE = 0.02

log = structlog.get_logger(__name__)


class _Gate:
    """Lets `AT_ONCE` through at a time, or one alone, in the order in which they come."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._places = asyncio.Semaphore(AT_ONCE)

    @contextlib.asynccontextmanager
    async def passing(self, alone: bool) -> AsyncIterator[None]:
        with contextlib.ExitStack() as taken:
            async with self._turn:
                for _ in range(AT_ONCE if alone else 1):
                    await self._places.acquire()
                    taken.callback(self._places.release)
            yield


_gates: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, _Gate] = weakref.WeakKeyDictionary()


@dataclasses.dataclass(frozen=True, slots=True)
class Picture:
    """A normalised picture: upright, sRGB, 8 bits, no alpha, no metadata; a JPEG or PNG, as the suffix says."""

    file: Path
    width: int  #: pixels
    height: int  #: pixels

    def has_shape_of(self, other: Picture) -> bool:
        """Whether one can lie over the other, as a mask does: the ratios of their sides agree within 2 %."""
        return abs(self.width * other.height / (self.height * other.width) - 1) <= _SHAPE_TOLERANCE


@dataclasses.dataclass(frozen=True)
class Style:
    """A style picture as it came, and where it goes."""

    picture: Path
    weight: float = 1.0  #: among the styles, above 0
    mask: Path | None = None  #: a picture of the content's shape: white where this style goes, black where not


async def normalise(raw: Path, scratch: Callable[[str], Path], limits: LimitsSettings) -> Picture:
    """A stranger's file as a picture that is safe to open, its longest edge at most `limits.picture_edge` pixels.

    The result lies at a fresh path from `scratch` and is the caller's, as `raw` remains. Waits while `AT_ONCE` others
    are being decoded. Raises BadPicture with a sentence for its sender, and OSError where the disk fails.
    """
    weight = (await asyncio.to_thread(raw.stat)).st_size
    if weight == 0:
        raise BadPicture(phrase("error-picture-empty"))
    if weight > limits.picture_mb * 1e6:
        raise BadPicture(
            phrase("error-picture-heavy", megabytes=math.ceil(weight / 1e5) / 10, most=limits.picture_mb),
            "picture_too_heavy",
        )
    output = scratch("")
    gate = _gates.setdefault(asyncio.get_running_loop(), _Gate())
    try:
        # Here, so that the decoder may write to this file and make no other.
        await asyncio.to_thread(output.touch, 0o600, exist_ok=False)
        async with gate.passing(alone=False):
            verdict = await _decode(raw, output, limits)
        if "alone" in verdict:
            async with gate.passing(alone=True):
                verdict = await _decode(raw, output, limits, "alone")
        if "code" in verdict:
            log.info("picture refused", code=verdict["code"], cause=verdict["cause"])
            raise BadPicture(phrase(verdict["phrase"], **verdict["args"]), verdict["code"])
        if "errno" in verdict:
            raise OSError(verdict["errno"], os.strerror(verdict["errno"]), str(output))
        return Picture(output.replace(scratch(verdict["suffix"])), verdict["width"], verdict["height"])
    finally:
        output.unlink(missing_ok=True)


async def _decode(raw: Path, output: Path, limits: LimitsSettings, *alone: str) -> dict[str, Any]:
    """The decoder's verdict; raises BadPicture where it dies or takes too long."""
    given = limits.model_dump_json()
    try:
        ended = await run_module(
            "bot.decode",
            *(raw, output),
            *(given, *alone),
            timeout_s=limits.decode_timeout_s,
            reads=[raw],
            writes=[output],
        )
    except TimeoutError as exc:
        raise BadPicture(phrase("error-picture-slow", seconds=limits.decode_timeout_s), "picture_too_large") from exc
    if ended.status == 0:
        verdict: dict[str, Any] = json.loads(ended.stdout)
        return verdict
    if ended.status == -signal.SIGXCPU:
        raise BadPicture(phrase("error-picture-slow", seconds=limits.decode_cpu_s), "picture_too_large")
    log.error("decoder died", returncode=ended.status, stderr=ended.stderr[-2000:])
    raise BadPicture(phrase("error-picture-unreadable"), "picture_broken")
