"""Words that X makes neither a link nor a name of, and that fit into a post."""

from __future__ import annotations

import pytest

from bot.adapters.x.speech import MAX_WEIGHT, line, weight, worded_otherwise
from bot.texts import LANGUAGES, phrase, verbatim


@pytest.mark.parametrize(
    "said,shown",
    [
        ("@bob", "bob"),
        ("@@bob ＠＠bob", "bob bob"),
        ("see example.com or cat.gif", "see example com or cat gif"),
        ("strength 0.8.", "strength 0.8."),
        ("two\nlines", "two lines"),
        ("http://x.y", "x y"),
    ],
)
def test_neither_links_nor_names(said: str, shown: str) -> None:
    assert " ".join(line(verbatim(said), "en").split()) == shown


@pytest.mark.parametrize("said", ["a b " * 100, "🎨" * 300, "画" * 300])
def test_what_is_too_long_is_cut(said: str) -> None:
    cut = line(verbatim(said), "en")
    assert weight(cut) <= MAX_WEIGHT and cut.endswith("…")
    other = worded_otherwise(cut, "1234567890")
    assert weight(other) <= MAX_WEIGHT and other.endswith("· 567890")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("id", ["x-how-to", "x-film", "x-picture-gone", "x-not-kept", "x-started", "x-erased"])
def test_every_short_answer_fits(id: str, language: str) -> None:
    assert not line(phrase(id), language).endswith("…")
