"""The corpus at the door: every hostile file is answered, soon, in little memory, and touches nothing else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.hostile.corpus import TAKEN, Hostile, whole
from tests.hostile.intake import Door

#: Seconds of a processor and megabytes that a file may cost, in whatever decoders it is given to.
MOST_CPU_S, MOST_MB = 5, 512

CORPUS = whole()


@pytest.fixture
def door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Door:
    """The bot's door, on a machine where whatever is written has a place of its own."""
    for name in ("home", "tmp", "current"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.chdir(tmp_path / "current")
    return Door(tmp_path / "data")


@pytest.mark.parametrize("file", CORPUS.values(), ids=CORPUS.keys())
async def test_a_hostile_file_is_answered_soon_in_little_memory_and_touches_nothing_else(
    file: Hostile, door: Door, tmp_path: Path
) -> None:
    outcome = await door.take_in(file.make())
    assert outcome.ends == file.ends, outcome.sentence
    assert bool(outcome.sentence) == (outcome.ends != TAKEN)
    assert outcome.reports == outcome.decoders, "a decoder did not end by itself"
    assert outcome.cpu_s <= MOST_CPU_S
    assert outcome.peak_mb <= MOST_MB
    assert all(str(door.folder / "made-") in act or os.devnull in act for act in outcome.acts), outcome.acts
    left = [path.name for path in tmp_path.rglob("*") if path.is_file()]
    assert len(left) == (outcome.ends == TAKEN), left
    assert all(name.startswith("made-") for name in left)


def test_the_corpus_is_large() -> None:
    assert len(CORPUS) > 250
    assert {file.ends for file in CORPUS.values()} >= {TAKEN, "picture_broken", "not_a_picture", "picture_too_large"}
