"""Another painting from the same pictures: stronger, softer, larger …"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import Any

from bot.jobs import Job
from renderer.options import MAX_SIZE, PAINT, RenderOptions

_STEP_OF_STRENGTH = 0.15
_STEP_OF_PROTECTION = 0.35
_GROWTH = 1.5
#: Sizes of larger paintings are multiples of this (px).
_GRID = 64


def varied(job: Job, verb: str) -> RenderOptions | None:
    """The options of another painting from the same pictures; None where it cannot be taken further that way."""
    changes = VARIATIONS[verb](job)
    if changes is None or (job.options.mode == "dream" and changes.keys() & PAINT):
        return None
    return job.options.model_copy(update=changes)


def _stronger(job: Job) -> dict[str, Any] | None:
    return _between("strength", job.options.strength, _STEP_OF_STRENGTH)


def _softer(job: Job) -> dict[str, Any] | None:
    return _between("strength", job.options.strength, -_STEP_OF_STRENGTH)


def _keep_colours(job: Job) -> dict[str, Any] | None:
    return None if job.options.colours == "keep" else {"colours": "keep"}


def _protect(job: Job) -> dict[str, Any] | None:
    return _between("protect", job.options.protect, _STEP_OF_PROTECTION)


def _bigger(job: Job) -> dict[str, Any] | None:
    facts = job.result_info or {}
    size = max(facts.get("width", 0), facts.get("height", 0)) or job.options.size
    if not size or size >= MAX_SIZE:
        return None
    return {"size": min(MAX_SIZE, round(size * _GROWTH / _GRID) * _GRID)}


def _again(job: Job) -> dict[str, Any]:
    return {"seed": secrets.randbelow(2**31)}


def _between(name: str, value: float, step: float) -> dict[str, Any] | None:
    moved = min(1.0, max(0.0, round(value + step, 2)))
    return None if moved == value else {name: moved}


#: By the verb of its button.
VARIATIONS: Mapping[str, Callable[[Job], dict[str, Any] | None]] = {
    "stronger": _stronger,
    "softer": _softer,
    "keep-colours": _keep_colours,
    "protect-faces": _protect,
    "bigger": _bigger,
    "again": _again,
}
