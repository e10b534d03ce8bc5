"""Answers that X may or may not have, and what nobody wants any more."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import Any

import pytest

from bot.adapters.x.failures import Kind, Trouble
from bot.adapters.x.posting import Answer, Posting
from bot.adapters.x.posts import Page, Post


class SlowX:
    """Takes a post after a while, and shows it a while later still; `troubles` come instead of answers, in order."""

    def __init__(self, *troubles: Kind | None, takes_s: float = 0, shown_after_s: float = 0) -> None:
        self.troubles = list(troubles)
        self.takes_s, self.shown_after_s = takes_s, shown_after_s
        self.taken: list[tuple[float, str, str]] = []
        self.pages = 0

    def affordable(self, with_picture: bool) -> Any:
        return contextlib.nullcontext()

    async def reply(self, to: str, text: str, media: str | None = None) -> str:
        trouble = self.troubles.pop(0) if self.troubles else None
        await asyncio.sleep(self.takes_s if trouble is Kind.UNSURE else 0)
        if trouble is not Kind.DUPLICATE:
            self.taken.append((time.monotonic(), to, text))
        if trouble:
            raise Trouble(trouble, "as the test would have it")
        return str(len(self.taken))

    async def own_posts(self, me: str, since: str, token: str | None = None) -> Page:
        self.pages += 1
        shown = [to for at, to, _ in self.taken if time.monotonic() - at >= self.shown_after_s]
        posts = tuple(Post(str(100 + number), me, "", replied_to=to) for number, to in enumerate(shown))
        return Page(posts, {}, "always the same", 0)


def posting(x: SlowX, settle_s: float = 0.3) -> Posting:
    made = Posting(x, "1", None, settle_s)  # type: ignore[arg-type]
    made._born -= 100
    return made


async def until_posted(posting: Posting, answer: Answer) -> str:
    """As the outbox does: first posted, then looked for until it is known."""
    try:
        return await posting.post(answer)
    except Trouble as trouble:
        assert trouble.kind is Kind.UNSURE
    while True:
        try:
            return await posting.post_unless_there(answer)
        except Trouble as later:
            assert later.kind is Kind.LATER
            await asyncio.sleep(later.after_s)


@pytest.mark.parametrize("troubles", [(Kind.UNSURE,), (Kind.DUPLICATE, Kind.UNSURE), (Kind.DUPLICATE,)])
async def test_a_post_that_x_took_late_is_waited_for_from_its_end(troubles: tuple[Kind, ...]) -> None:
    x = SlowX(*troubles, takes_s=0.5, shown_after_s=0.2)
    await until_posted(posting(x), Answer("5", "7", "words"))
    assert len(x.taken) == 1


async def test_a_post_under_way_when_the_bot_stops_counts_as_one_that_x_may_have() -> None:
    x = SlowX(Kind.UNSURE, takes_s=60)
    answers = posting(x, settle_s=60)
    sending = asyncio.create_task(answers.post(Answer("5", "7", "words")))
    await asyncio.sleep(0.05)
    sending.cancel()
    await asyncio.wait([sending])
    with pytest.raises(Trouble, match="may not be seen yet"):
        await answers.post_unless_there(Answer("5", "7", "words"))


async def test_own_posts_that_repeat_themselves_are_not_read_for_ever() -> None:
    x = SlowX()
    assert await posting(x).find("5") is None
    assert x.pages == 2


async def test_equal_words_are_varied_only_where_they_were_posted() -> None:
    x = SlowX(None, Kind.LATER)
    answers = posting(x)
    await answers.post(Answer("1", "7", "the same words"))
    with pytest.raises(Trouble):
        await answers.post(Answer("2000002", "7", "other words"))
    await answers.post(Answer("3000003", "7", "the same words"))
    await answers.post(Answer("4000004", "7", "other words"))
    assert [text for _, _, text in x.taken if "other" in text][-1] == "other words"
    assert ("3000003", "the same words · 000003") in [(to, text) for _, to, text in x.taken]


async def test_what_is_wanted_no_more_is_not_posted() -> None:
    async def is_wanted() -> bool:
        return False

    x = SlowX()
    with pytest.raises(Trouble, match="wanted no more"):
        await posting(x).post(Answer("5", "7", "words", is_wanted=is_wanted))
    assert x.taken == []
