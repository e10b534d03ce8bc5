"""How much memory a painting needs, and who has it."""

from __future__ import annotations

import pytest

from renderer.memory import largest, memory_needed, suffices
from renderer.options import MAX_SIZE, RenderOptions


@pytest.mark.parametrize(("size", "gigabytes"), [(None, 2), (1024, 2), (1025, 4), (2048, 4), (2049, 8), (MAX_SIZE, 8)])
def test_a_larger_painting_needs_more(size: int | None, gigabytes: int) -> None:
    assert memory_needed(RenderOptions(size=size)) == gigabytes * 10**9


def test_the_largest_painting_needs_at_least_what_was_measured_of_one() -> None:
    measured = 6_910_000_000
    assert memory_needed(RenderOptions(size=4096)) >= measured


def test_who_does_not_tell_its_memory_has_enough_for_all() -> None:
    assert suffices(None, 10**12)
    assert suffices(8 * 10**9, 8 * 10**9) and not suffices(8 * 10**9 - 1, 8 * 10**9)
    assert largest([6, None, 80]) is None
    assert (largest([6, 80]), largest([])) == (80, 0)
