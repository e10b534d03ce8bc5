"""Reads words: each is a style, a tag, an option or a phrase, or is named in the answer."""

from __future__ import annotations

import dataclasses
import math
import re
import unicodedata
from collections.abc import Mapping
from typing import get_args

from pydantic import ValidationError

from bot.errors import BadRequest, UnknownWord
from bot.options.values import explain, kind_of, nearest, number, same, short, value_of
from bot.texts import Said, phrase, together
from renderer.options import EXPERT, Colours, Quality, RenderOptions

_LONGEST_PHRASE = 4
#: Longer than any caption; a wish of honest length is read in a millisecond.
_LONGEST_TEXT = 1000

_KEYS = {same(name): name for name in RenderOptions.model_fields} | {
    "scale": "style_scale",
    "colour": "colours",
    "colors": "colours",
    "color": "colours",
    "init": "initial",
    "style": "style",  # no option, and yet a key
}
#: What stands for an option and its value.
_PHRASES: dict[str, tuple[str, str]] = {
    "dream": ("mode", "dream"),
    **{quality: ("quality", quality) for quality in get_args(Quality)},
    **{f"{way}{word}": ("colours", way) for way in get_args(Colours) for word in ("colours", "colors")},
}
_SURPRISE = ("surprise", "surpriseme")
_DEFAULTS = RenderOptions()


@dataclasses.dataclass(frozen=True)
class Known:
    """What the grammar must know of the gallery."""

    names: frozenset[str]
    tags: frozenset[str]


@dataclasses.dataclass(frozen=True)
class Wishes:
    """What somebody asked for in words."""

    styles: tuple[tuple[str, float], ...] = ()  #: names in the gallery, with their weights among one another
    must: frozenset[str] = frozenset()
    must_not: frozenset[str] = frozenset()
    surprise: bool = False
    options: Mapping[str, object] = dataclasses.field(default_factory=dict)  #: valid values by `RenderOptions`' names

    @property
    def by_chance(self) -> bool:
        """Whether the style is to be drawn by lot, among those that the tags allow."""
        return self.surprise or bool(self.must or self.must_not)

    @property
    def choose_style(self) -> bool:
        """Whether a style of the gallery was asked for, this one or any."""
        return self.by_chance or bool(self.styles)

    def render_options(self, base: RenderOptions = _DEFAULTS) -> RenderOptions:
        """`base` with what was asked for put in its place; raises BadRequest where the two do not go together."""
        try:
            return RenderOptions.model_validate({**base.model_dump(exclude_unset=True), **self.options})
        except ValidationError as exc:
            raise BadRequest(explain(exc, _spell), "bad_options") from exc


def parse(words: str, known: Known, expert: bool = False) -> Wishes:
    """What the words ask for; no word is dropped, but emoji and punctuation are none.

    `expert` allows the options of the command line too. Raises UnknownWord, which names every word that is not
    known and the nearest that is, and keeps the others, and BadRequest where values cannot be or wishes contradict
    one another.
    """
    if max(len(words), len(unicodedata.normalize("NFKC", words[:_LONGEST_TEXT]))) > _LONGEST_TEXT:
        raise BadRequest(phrase("error-words-too-long", most=_LONGEST_TEXT), "bad_options")
    reader = _Reader(known, expert)
    reader.read(_split(words))
    return reader.wishes()


class _Reader:
    """Reads word by word, and keeps what it cannot use, so that one answer can name it all."""

    def __init__(self, known: Known, expert: bool) -> None:
        self._names = {same(name): name for name in sorted(known.names)}
        self._tags = {same(tag): tag for tag in sorted(known.tags)}
        self._expert = expert
        self._styles: list[tuple[str, float]] = []
        self._must: set[str] = set()
        self._must_not: set[str] = set()
        self._surprise = False
        self._options: dict[str, object] = {}
        self._given: dict[str, str] = {}  # options as they were written
        self._understood: list[str] = []
        self._unknown: list[tuple[str, str | None]] = []  # with the nearest known
        self._problems: list[Said] = []

    def read(self, words: list[str]) -> None:
        while words:
            unknown = len(self._unknown)
            taken = self._take_phrase(words)
            if not taken:
                self._take_word(words[0])
            if len(self._unknown) == unknown:
                self._understood += words[: taken or 1]
            words = words[taken or 1 :]

    def wishes(self) -> Wishes:
        """All that was read; raises UnknownWord and BadRequest."""
        styles, must, must_not = tuple(self._styles), frozenset(self._must), frozenset(self._must_not)
        wishes = Wishes(styles, must, must_not, self._surprise, self._options)
        problems = [*self._problems, *_contradictions(wishes)]
        try:
            RenderOptions.model_validate(self._options)
        except ValidationError as exc:
            problems.append(explain(exc, _spell, self._given))
        if self._unknown and problems:
            raise UnknownWord(together(self._name_unknown(), *problems))
        if self._unknown:
            raise UnknownWord(self._name_unknown(), " ".join(self._understood), self._meant())
        if problems:
            raise BadRequest(together(*problems), "bad_options")
        return wishes

    def _take_phrase(self, words: list[str]) -> int:
        """How many of the first words are one name or phrase; 0 where they are none."""
        for length in range(min(_LONGEST_PHRASE, len(words)), 0, -1):
            taken = words[:length]
            if any(word[0] in "#+!-" or set(word) & set("=:") for word in taken):
                continue
            if self._take_key(same("".join(taken))):
                return length
        return 0

    def _take_key(self, key: str) -> bool:
        if key in _SURPRISE:
            self._surprise = True
        elif key in _PHRASES:
            self._set(*_PHRASES[key])
        elif key in self._names:
            self._styles.append((self._names[key], 1.0))
        else:
            return False
        return True

    def _take_word(self, word: str) -> None:
        bare = word.lstrip("#+!-")
        signs = word[: len(word) - len(bare)]
        key, equals, value = bare.partition("=")
        if not equals and not signs and same(bare.partition(":")[0]) in _KEYS:
            key, equals, value = bare.partition(":")
        if equals:
            self._take_option(key, value)
        elif "-" in signs or (signs and "#" not in signs):
            self._take_tag(bare, word, signs)
        elif bare.endswith("%") and number(bare) is not None:
            self._set("strength", bare)
        elif same(bare) in _SURPRISE:
            self._surprise = True
        else:
            self._take_style(bare, word)

    def _take_option(self, key: str, value: str) -> None:
        name = _KEYS.get(same(key))
        if name is None or not value:
            near = name or nearest(key, _KEYS)
            self._unknown.append((f"{key}={value}", _with_value(near) if near else None))
        elif name == "style":
            self._take_style(value, value)
        elif name in EXPERT and not self._expert:
            self._problems.append(phrase("error-option-expert", name=key))
        else:
            self._set(name, value)

    def _set(self, name: str, text: str) -> None:
        value = value_of(name, text)
        if self._options.get(name, value) != value:
            self._problems.append(phrase("error-option-twice", name=_spell(name), first=self._given[name], second=text))
        self._options[name], self._given[name] = value, text

    def _take_tag(self, tag: str, word: str, signs: str) -> None:
        into, sign = (self._must_not, "-") if "-" in signs else (self._must, "+")
        if known := self._tags.get(same(tag)):
            into.add(known)
        else:
            tags = {key: sign + other for key, other in self._tags.items()}
            self._unknown.append((word, nearest(tag, self._names | tags)))

    def _take_style(self, bare: str, word: str) -> None:
        name, colon, weight = bare.partition(":")
        known, value = self._names.get(same(name)), number(weight) if colon else 1.0
        if known is None:
            self._unknown.append((word, self._near(word)))
        elif value is None or not 0 < value < math.inf:
            self._problems.append(phrase("error-weight", style=known, weight=short(weight)))
        else:
            self._styles.append((known, value))

    def _near(self, word: str) -> str | None:
        if (value := number(word)) is not None:
            return f"{'strength' if value <= 1 else 'size'}={word}"
        return nearest(
            word,
            {key: _with_value(name) for key, name in _KEYS.items() if name not in EXPERT}
            | {key: f"+{tag}" for key, tag in self._tags.items()}
            | {key: f"{name}={value}" for key, (name, value) in _PHRASES.items()}
            | {"surprise": "surprise"}
            | self._names,
        )

    def _meant(self) -> str | None:
        """The first of the nearest words that can be taken as it is."""
        return next((near for _, near in self._unknown if near and "…" not in near), None)

    def _name_unknown(self) -> Said:
        told = _no_word(*self._unknown[0]) if len(self._unknown) == 1 else _no_words(self._unknown)
        if all(near for _, near in self._unknown):
            return told
        some = [*list(self._names.values())[:3], *(f"+{tag}" for tag in list(self._tags.values())[:1]), "surprise"]
        return together(told, phrase("error-what-to-name", names=", ".join(some)))


def _no_word(word: str, near: str | None) -> Said:
    told = phrase("error-no-word", word=short(word))
    return together(told, phrase("error-nearest", near=near)) if near else told


def _no_words(unknown: list[tuple[str, str | None]]) -> Said:
    *others, last = (
        phrase("error-no-word-among-but", word=short(word), near=near)
        if near
        else phrase("error-no-word-among", word=short(word))
        for word, near in unknown
    )
    return phrase("error-no-words", others=together(*others, by=", "), last=last)


def _contradictions(wishes: Wishes) -> list[Said]:
    problems: list[Said] = [phrase("error-tag-both", tag=tag) for tag in sorted(wishes.must & wishes.must_not)]
    if wishes.styles and wishes.by_chance:
        id = "error-style-and-surprise" if wishes.surprise else "error-style-and-tag"
        problems.append(phrase(id, style=wishes.styles[0][0]))
    if wishes.options.get("mode") == "dream" and wishes.choose_style:
        problems.append(phrase("error-dream-style"))
    return problems


def _split(text: str) -> list[str]:
    """The words of a text, without what phones and keyboards put around them; those without a letter are none."""
    text = unicodedata.normalize("NFKC", text)
    text = "".join("-" if _is_dash(sign) else sign for sign in text if unicodedata.category(sign) != "Cf")
    text = re.sub(r"\s*=\s*", "=", text)
    text = re.sub(r"([\w-]+)\s*:\s*", lambda found: f"{found[1]}:" if same(found[1]) in _KEYS else found[0], text)
    text = re.sub(r"(?<=\d)\s+%", "%", text)
    words = re.split(r"[\s;]+|,(?!\d)|(?<!\d),", text)
    stripped = (re.sub(r"^(?:(?!\.\d)[^\w#+!-])+|[^\w%]+$", "", word) for word in words)
    return [word for word in stripped if any(map(str.isalnum, word))]


def _is_dash(sign: str) -> bool:
    return sign == "−" or unicodedata.category(sign) == "Pd"


def _spell(name: str) -> str:
    """An option's name as people type it."""
    return "scale" if name == "style_scale" else name


def _with_value(name: str) -> str:
    """``colours=match``, ``size=…``."""
    values = kind_of(name).get("enum") if name != "style" else None
    return f"{_spell(name)}={values[-1] if values else '…'}"
