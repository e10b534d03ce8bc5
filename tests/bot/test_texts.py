"""The catalogue of what people are told: whole in every language, and neither more nor less than the code says."""

from __future__ import annotations

import ast
import functools
import gc
import itertools
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fluent.syntax import FluentParser
from fluent.syntax import ast as ftl
from fluent.syntax.visitor import Visitor

from bot.texts import LANGUAGES, catalogue, language_for, phrase, say, together, verbatim

BOT = catalogue.FOLDER.parent
PLURALS = {"zero", "one", "two", "few", "many", "other"}
#: Ids → the most characters that Telegram takes of them, or that fit on a button.
LONGEST = {
    "telegram-description": 512,
    "telegram-short-description": 120,
    "telegram-command-.+": 256,
    "(telegram|painting)-button-.+": 25,
    "painting-(cancelling|swapped|another|choose-style|coming|voted|at-its-limit|style-gone|not-yours|others-.+)": 200,
}
OTHERS = [language for language in LANGUAGES if language != "en"]
Sample = str | float


class Use(Visitor):
    """What a message uses: variables with what may stand for each, and other messages and terms."""

    def __init__(self, entry: ftl.Message | ftl.Term) -> None:
        self.samples: dict[str, list[Sample]] = {}
        self.messages: set[str] = set()
        self.plurals: set[str] = set()
        self.visit(entry)

    def visit_VariableReference(self, node: ftl.VariableReference) -> None:
        self.samples.setdefault(node.id.name, [])

    def visit_MessageReference(self, node: ftl.MessageReference) -> None:
        self.messages.add(node.id.name)

    def visit_FunctionReference(self, node: ftl.FunctionReference) -> None:
        self.generic_visit(node)
        for variable in node.arguments.positional:
            if isinstance(variable, ftl.VariableReference):
                self.samples[variable.id.name] = [0.25]

    def visit_SelectExpression(self, node: ftl.SelectExpression) -> None:
        self.generic_visit(node)
        if isinstance(node.selector, ftl.VariableReference):
            name, keys = node.selector.id.name, {_key(variant) for variant in node.variants}
            if keys & PLURALS - {"other"}:
                self.plurals.add(name)
                self.samples[name] = [0, 1, 2, 5]
            else:
                self.samples[name] = list(keys)


def _key(variant: ftl.Variant) -> Sample:
    return variant.key.name if isinstance(variant.key, ftl.Identifier) else float(variant.key.value)


@functools.cache
def entries(language: str) -> dict[str, ftl.Message]:
    """The messages of a language by id."""
    found: dict[str, ftl.Message] = {}
    for file in sorted((catalogue.FOLDER / language).glob("*.ftl")):
        for entry in FluentParser().parse(file.read_text("utf-8")).body:
            assert not isinstance(entry, ftl.Junk), f"{file}: {entry.content}"
            if isinstance(entry, ftl.Message):
                assert entry.id.name not in found, f"{file}: {entry.id.name} is there twice"
                assert entry.value is not None
                found[entry.id.name] = entry
    return found


def said_by_code() -> Iterator[tuple[Path, ast.expr]]:
    """The id of every phrase in the bot's code, as it is written there."""
    for file, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                match node.func, node.args:
                    case ast.Name(id="phrase" | "Phrase"), [id, *_]:
                        yield file, id
                    case ast.Name(id="Refusal"), [_, id, *_]:  # the decoder has ids alone
                        yield file, id


@functools.cache
def modules() -> tuple[tuple[Path, ast.Module], ...]:
    # What a collection of garbage calls in the midst of this lets Python 3.11 lose count of its recursion.
    gc.disable()
    try:
        return tuple((file, ast.parse(file.read_text("utf-8"))) for file in sorted(BOT.rglob("*.py")))
    finally:
        gc.enable()


def ids_of(expression: ast.expr) -> list[re.Pattern[str]]:
    """What ids an expression may be; none where it is a name, whose value is a constant elsewhere."""
    match expression:
        case ast.Constant(value=str(id)):
            return [re.compile(re.escape(id))]
        case ast.IfExp(body=body, orelse=orelse):
            return ids_of(body) + ids_of(orelse)
        case ast.JoinedStr(values=parts):
            written = (re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".+" for part in parts)
            return [re.compile("".join(written))]
    return []


def said_by_the_page() -> set[str]:
    """Ids that the page's HTML holds, and all of its scripts' own file (which tests of the page look through)."""
    html = (BOT / "adapters" / "web" / "page" / "index.html").read_text("utf-8")
    scripts = FluentParser().parse((catalogue.FOLDER / "en" / "page-script.ftl").read_text("utf-8"))
    ids = {entry.id.name for entry in scripts.body if isinstance(entry, ftl.Message)}
    return ids | set(re.findall(r"{{ ([a-z-]+) }}", html))


def test_every_phrase_of_the_code_is_in_the_catalogue() -> None:
    unknown = {
        f"{file.relative_to(BOT)}: {id.pattern}"
        for file, expression in said_by_code()
        for id in ids_of(expression)
        if not any(map(id.fullmatch, entries("en")))
    }
    assert not unknown


def test_every_message_of_the_catalogue_is_said_by_the_code() -> None:
    constants = {node.value for _, tree in modules() for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    patterns = [id for _, expression in said_by_code() for id in ids_of(expression)]
    referred = {id for message in entries("en").values() for id in Use(message).messages}
    unsaid = {
        id
        for id in entries("en").keys() - constants - referred - said_by_the_page()
        if not any(one.fullmatch(id) for one in patterns)
    }
    assert not unsaid


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_has_the_messages_of_english_in_the_same_files(language: str) -> None:
    assert entries(language).keys() ^ entries("en").keys() == set()
    folders = [catalogue.FOLDER / one for one in ("en", language)]
    assert len({tuple(sorted(file.name for file in folder.iterdir())) for folder in folders}) == 1


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_has_no_other_variables_than_english(language: str) -> None:
    for id, message in entries(language).items():
        if id in entries("en"):
            assert Use(message).samples.keys() <= Use(entries("en")[id]).samples.keys(), id


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_can_be_said(language: str) -> None:
    for id, english in entries("en").items():
        samples = Use(english).samples | Use(entries(language).get(id, english)).samples
        for values in itertools.product(*(some or ["x"] for some in samples.values())):
            assert say(phrase(id, **dict(zip(samples, values, strict=True))), language).strip()


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_has_little_room_is_short(language: str) -> None:
    for ids, most in LONGEST.items():
        fitting = [id for id in entries("en") if re.fullmatch(ids, id)]
        assert fitting, ids
        assert not [id for id in fitting if len(say(phrase(id), language)) > most]


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_thing_is_said_otherwise_than_many(language: str) -> None:
    for id, message in entries(language).items():
        use = Use(message)
        for name in use.plurals:
            others = {other: some[0] if some else "x" for other, some in use.samples.items()}
            one, many = (say(phrase(id, **(others | {name: number})), language) for number in (1, 5))
            assert one.replace("1", "") != many.replace("5", ""), id


def test_a_code_without_a_language_of_ours_is_english() -> None:
    assert language_for("en-GB") == language_for("tlh") == language_for("") == language_for(None) == "en"
    assert [language_for(f"{language.upper()}-XY") for language in LANGUAGES] == list(LANGUAGES)


def test_parts_are_said_in_the_language_of_the_whole(written: Callable[..., None]) -> None:
    written(en="whole = A { $part } of { $size }.\npart = part", de="whole = Ein { $part } von { $size }.\npart = Teil")
    whole = phrase("whole", part=phrase("part"), size=1234.5)
    assert say(whole) == "A part of 1234.5."
    assert say(together(whole, verbatim("(x)"), by="\n"), "de") == "Ein Teil von 1234,5.\n(x)"


def test_what_a_language_lacks_is_said_in_english(written: Callable[..., None]) -> None:
    written(en="here = Here\nthere = There", de="here = Hier")
    assert [say(phrase(id), "de") for id in ("here", "there")] == ["Hier", "There"]
    with pytest.raises(KeyError, match="nowhere"):
        say(phrase("nowhere"), "de")


def test_what_somebody_else_said_may_be_of_any_length() -> None:
    assert say(verbatim("x" * 5000), "de") == "x" * 5000


def test_a_variable_that_nobody_gave_is_an_error(written: Callable[..., None]) -> None:
    written(en="whole = A { $part }")
    with pytest.raises(KeyError, match="part"):
        say(phrase("whole"))


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Writes a catalogue in place of the real one."""

    def write(**languages: str) -> None:
        for language, text in languages.items():
            (tmp_path / language).mkdir()
            (tmp_path / language / "some.ftl").write_text(f"{text}\n", "utf-8")

    monkeypatch.setattr(catalogue, "FOLDER", tmp_path)
    catalogue._bundles.clear()
    yield write
    catalogue._bundles.clear()
