"""The menus of commands, in every language."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.texts import LANGUAGES, catalogue, phrase, say
from tests.bot.adapters.telegram.receiving import open_reception


async def test_of_the_languages_of_the_menus_only_those_stay_in_memory_that_were_spoken_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "_bundles", {})
    say(phrase("telegram-erase"), "de")
    async with open_reception(tmp_path) as reception:
        last = reception.telegram.person("Dernier", language_code=LANGUAGES[-1])
        menu = reception.telegram.menu
        await reception.telegram.until(lambda: menu(last) != menu(reception.alice) != [])
        assert catalogue._bundles.keys() == {"de"}
