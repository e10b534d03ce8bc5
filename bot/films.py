"""Time-lapses as films: encoded by a process of their own when somebody asks, and kept while others may ask again."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from pathlib import Path

import structlog

from bot.errors import BadRequest, NotReady
from bot.processes import run_module
from bot.texts import phrase

log = structlog.get_logger(__name__)

#: Kinds of films with their media types.
KINDS = {"mp4": "video/mp4", "gif": "image/gif", "webp": "image/webp"}

_KEPT = 32
_TIMEOUT_S = 120
#: Exit status of `renderer.timelapse` with a sentence for whoever asked.
_CANNOT = 2


class Films:
    """The films of paintings. The last that were asked for lie in a folder; any other can be made again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        # One at a time: an encoder takes every core, and asked twice at once a film is made once.
        self._encoding = asyncio.Lock()

    async def film(self, frames: Path, kind: str) -> Path:
        """The film of that kind (`KINDS`) of a painting's frames, which are a blob.

        Raises BadRequest (bad_format), and NotReady (not_painted) where the frames go meanwhile.
        """
        if kind not in KINDS:
            raise BadRequest(phrase("error-film-kind", kinds=", ".join(KINDS)), "bad_format")
        film = self._folder / f"{frames.stem}.{kind}"
        async with self._encoding:
            if not film.exists():
                self._folder.mkdir(parents=True, exist_ok=True)
                await _make(frames, film)
            film.touch()
            self._let_go()
        return film

    def forget(self, frames: Collection[str]) -> None:
        """Remove the films of frames, blobs by their names, that are removed already."""
        stems = {name.partition(".")[0] for name in frames}
        # Here and not in a thread: between two steps of `film` a film neither comes nor goes. There are few.
        for film in self._folder.glob("*"):
            if film.stem in stems:
                film.unlink(missing_ok=True)

    def _let_go(self) -> None:
        """Remove all but the last that were asked for; what is being sent goes on being sent."""
        for film in sorted(self._folder.iterdir(), key=lambda file: file.stat().st_mtime)[:-_KEPT]:
            film.unlink()


async def _make(frames: Path, film: Path) -> None:
    """A film that does not outlive its frames, which may be removed while it is encoded."""
    try:
        await _encode(frames, film)
    except (BadRequest, RuntimeError):
        _check_kept(frames, film)
        raise
    _check_kept(frames, film)


def _check_kept(frames: Path, film: Path) -> None:
    if not frames.exists():
        film.unlink(missing_ok=True)
        raise NotReady(phrase("desk-no-longer-kept"), "not_painted")


async def _encode(frames: Path, film: Path) -> None:
    ended = await run_module(
        "renderer.timelapse", frames, film, timeout_s=_TIMEOUT_S, reads=[frames], writes=[film.parent]
    )
    said = ended.stderr.strip()
    if ended.status == _CANNOT:
        raise BadRequest(said, "bad_format")
    if ended.status:
        raise RuntimeError(f"encoding {film.name} ended with status {ended.status}: {said[-2000:]}")
    log.info("film encoded", kind=film.suffix[1:])
