"""The style pictures that have a name: those drawn by code (`config/gallery/`), and the operator's own.

An own picture is any picture file in ``DATA_DIR/gallery/``, with a TOML of the same stem (title, description, tags)
where the operator wants to say more than its name. What cannot be used is logged once and left out.
"""

from __future__ import annotations

import asyncio
import collections
import contextlib
import dataclasses
import functools
import hashlib
import random
import re
import secrets
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import structlog
from pydantic import BaseModel, ConfigDict, ValidationError

from bot.errors import BadPicture, OperatorError, UnknownStyle
from bot.options import Known, Wishes, hint, same
from bot.pictures import normalise
from bot.processes import run_module
from bot.texts import phrase, together
from config.settings import Settings

#: Long edges in pixels.
PICTURE_EDGE = 1024
THUMBNAIL_EDGE = 256
#: As the page shows a whole shelf of them; made by `bot.reduce`.
SMALL_EDGE = 128

_ROOT = Path(__file__).resolve().parent.parent
BUILT_IN = _ROOT / "config" / "gallery"
_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff"})
_Stamp = tuple[Path, int, int]  # file, time of its last change, bytes

log = structlog.get_logger(__name__)


class _Label(BaseModel):
    """What a TOML says of a picture."""

    model_config = ConfigDict(extra="forbid")

    title: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Entry:
    """A style picture with its name; one of the operator's own where it has a `file`."""

    name: str
    title: str
    description: str
    tags: frozenset[str]
    #: Thumbnails that lie ready, by their long edge in pixels; `Gallery.thumbnail` makes one where there is none.
    ready: Mapping[int, Path] = dataclasses.field(default_factory=dict, hash=False)
    file: Path | None = None

    @property
    def own(self) -> bool:
        """Whether it is the operator's."""
        return self.file is not None


class Gallery:
    """All style pictures with a name. The operator's are looked for anew each time."""

    def __init__(self, settings: Settings, built_in: Path = BUILT_IN) -> None:
        self._data = settings.data_dir
        self._cache = settings.data_dir / "cache" / "gallery"
        self._limits = settings.limits
        self._built_in = {entry.name: entry for entry in map(_drawn, sorted(built_in.glob("*.toml")))}
        self._unreadable: dict[_Stamp, str] = {}
        self._left_out: dict[str, str] = {}
        self._making: collections.defaultdict[str, asyncio.Lock] = collections.defaultdict(asyncio.Lock)

    def entries(self) -> tuple[Entry, ...]:
        """All of them by name; an own picture wins over a built-in of the same name."""
        entries = self._built_in | self._own()
        return tuple(entries[name] for name in sorted(entries))

    @property
    def left_out(self) -> Mapping[str, str]:
        """Files of the operator's that could not be used when `entries` last looked, each with the reason."""
        return self._left_out

    def known(self) -> Known:
        """What the grammar of words needs."""
        entries = self.entries()
        return Known(frozenset(entry.name for entry in entries), frozenset().union(*(entry.tags for entry in entries)))

    def find(self, name: str) -> Entry:
        """The entry of that name, however it is written; raises UnknownStyle, which says the nearest."""
        return _named(name, self.entries())

    def matching(self, must: frozenset[str] = frozenset(), must_not: frozenset[str] = frozenset()) -> tuple[Entry, ...]:
        """The entries that have all tags of the first kind and none of the second."""
        return tuple(entry for entry in self.entries() if must <= entry.tags and not must_not & entry.tags)

    def choose(
        self, must: frozenset[str] = frozenset(), must_not: frozenset[str] = frozenset(), seed: int | None = None
    ) -> Entry:
        """One of the matching by lot, with a seed always the same; raises UnknownStyle where none matches."""
        matching = self.matching(must, must_not)
        if not matching:
            wanted = " ".join([*(f"+{tag}" for tag in sorted(must)), *(f"-{tag}" for tag in sorted(must_not))])
            tags = ", ".join(sorted(self.known().tags))
            raise UnknownStyle(phrase("error-no-style-matches", wanted=wanted, tags=tags))
        return random.Random(seed).choice(matching)  # nosec B311  # a style by lot

    def chosen(self, wishes: Wishes, seed: int | None = None) -> tuple[tuple[Entry, float], ...]:
        """The styles that words ask for, with their weights; none where they ask for none. Raises UnknownStyle."""
        if wishes.by_chance:
            return ((self.choose(wishes.must, wishes.must_not, seed), 1.0),)
        entries = self.entries() if wishes.styles else ()
        return tuple((_named(name, entries), weight) for name, weight in wishes.styles)

    async def examine(self) -> None:
        """Make the thumbnails of own pictures, so that those which cannot be read are left out from now on."""
        for entry in self._own().values():
            with contextlib.suppress(BadPicture, OSError):
                await self.thumbnail(entry)
        self._own()

    async def picture(self, entry: Entry) -> Path:
        """A file to paint from: an own one as it is, a built-in drawn once and kept.

        Raises OperatorError where it cannot be drawn, and OSError where the disk fails.
        """
        if entry.file:
            return entry.file
        kept = self._cache / f"{entry.name}-{_digest_of_patterns()}-{PICTURE_EDGE}.png"
        async with self._making[kept.name]:
            if not kept.exists():
                with self._fresh(".png") as part:
                    await _draw(entry.name, part)
                    part.replace(kept)
        return kept

    async def thumbnail(self, entry: Entry) -> Path:
        """A JPEG or PNG of at most `THUMBNAIL_EDGE` px.

        Raises BadPicture where an own picture cannot be read, and what `picture` raises.
        """
        if THUMBNAIL_EDGE in entry.ready:
            return entry.ready[THUMBNAIL_EDGE]
        source = await self.picture(entry)
        try:
            stamp = _stamp(source)
        except OSError as exc:
            raise BadPicture(f"{source.name}: {exc.strerror}", "picture_missing") from exc
        stem = f"{entry.name}-{hashlib.sha256(repr(stamp).encode()).hexdigest()[:16]}-{THUMBNAIL_EDGE}"
        async with self._making[stem]:
            for suffix in (".jpg", ".png"):
                if (kept := self._cache / f"{stem}{suffix}").exists():
                    return kept
            return await self._make_thumbnail(source, stem, stamp)

    async def _make_thumbnail(self, source: Path, stem: str, stamp: _Stamp) -> Path:
        limits = self._limits.model_copy(update={"picture_edge": THUMBNAIL_EDGE})
        with contextlib.ExitStack() as scratch:
            try:
                made = await normalise(source, lambda suffix: scratch.enter_context(self._fresh(suffix)), limits)
            except BadPicture as exc:
                self._unreadable[stamp] = exc.message
                raise
            return made.file.replace(self._cache / f"{stem}{made.file.suffix}")

    def _own(self) -> dict[str, Entry]:
        entries: dict[str, Entry] = {}
        before, self._left_out = self._left_out, {}
        for file in _picture_files(self._data / "gallery"):
            try:
                if reason := self._unreadable.get(_stamp(file)):
                    raise ValueError(reason)
                entry = _own_entry(file)
                if entry.name in entries:
                    raise ValueError(f"another file has the name “{entry.name}” already; rename one of them")
            except (ValueError, OSError) as exc:
                self._left_out[file.name] = str(exc)
                if before.get(file.name) != str(exc):
                    log.warning("picture left out of the gallery", file=file.name, reason=str(exc))
            else:
                entries[entry.name] = entry
        return entries

    @contextlib.contextmanager
    def _fresh(self, suffix: str) -> Iterator[Path]:
        """A path to write to, which is gone afterwards if it has not been moved."""
        self._data.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._cache.mkdir(parents=True, exist_ok=True)
        path = self._cache / f".{secrets.token_hex(8)}{suffix}"
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)


def _named(name: str, entries: Sequence[Entry]) -> Entry:
    by_key = {same(entry.name): entry for entry in entries}
    if entry := by_key.get(same(name)):
        return entry
    names = {key: entry.name for key, entry in by_key.items()}
    raise UnknownStyle(together(phrase("error-no-style", name=name[:40]), hint(name, names)))


def _drawn(toml: Path) -> Entry:
    label, thumbnail = _label(toml), toml.with_suffix(".jpg")
    drawn = {THUMBNAIL_EDGE: thumbnail, SMALL_EDGE: toml.parent / "small" / thumbnail.name}
    ready = {edge: file for edge, file in drawn.items() if file.exists()}
    return Entry(toml.stem, label.title, label.description, frozenset(label.tags), ready)


def _picture_files(folder: Path) -> list[Path]:
    try:
        return sorted(file for file in folder.iterdir() if file.suffix.lower() in _SUFFIXES and file.is_file())
    except OSError:  # mostly: there is none
        return []


def _own_entry(file: Path) -> Entry:
    """Raises ValueError and OSError with the reason for leaving it out."""
    name = _as_name(file.stem)
    if not same(name):
        raise ValueError("its name has no letter or digit; give it another")
    toml = file.with_suffix(".toml")
    label = _label(toml) if toml.exists() else _Label()
    title = label.title or name.replace("_", " ").capitalize()
    return Entry(name, title, label.description, frozenset(map(_as_name, label.tags)), file=file.absolute())


def _label(toml: Path) -> _Label:
    try:
        return _Label.model_validate(tomllib.loads(toml.read_text("utf-8")))
    except ValidationError as exc:
        wrong = "; ".join(f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in exc.errors())
        raise ValueError(f"{toml.name} is not as it should be ({wrong}); it may have title, description, tags") from exc
    except (ValueError, OSError) as exc:
        raise ValueError(f"{toml.name} cannot be read ({exc})") from exc


def _as_name(text: str) -> str:
    return re.sub(r"\W+", "_", text.lower()).strip("_")


def _stamp(file: Path) -> _Stamp:
    status = file.stat()
    return file.absolute(), status.st_mtime_ns, status.st_size


@functools.cache
def _digest_of_patterns() -> str:
    """Changes with the code that draws, and so with the pictures."""
    digest = hashlib.sha256()
    for file in sorted((_ROOT / "renderer" / "patterns").glob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


async def _draw(name: str, output: Path) -> None:
    ended = await run_module("renderer.patterns", name, str(PICTURE_EDGE), output, writes=[output.parent])
    if ended.status:
        why = ended.stderr.strip().rpartition("\n")[2] or ended.status
        raise OperatorError(f"The style picture {name} could not be drawn: {why}")
