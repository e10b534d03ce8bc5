"""What goes wrong with the pictures of mentions: each ends in a painting or in a word about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.settings import ModerationSettings
from tests.bot.adapters.x.summoning import Booth, notices, open_booth, picture, until
from tests.fakes.x import FakeX

BOT = "@atelier_bot"
CONTENT, STYLE = picture(64), picture(72)


# ---- pictures


async def test_a_picture_whose_largest_size_is_missing_is_taken_smaller(booth: Booth) -> None:
    media = booth.x.media(data=CONTENT)
    booth.x.media_missing(media, {"orig", "4096x4096"})
    assert (await booth.answer(await booth.alice.post(f"{BOT} #woodcut", [media]))).media


async def test_a_picture_that_is_gone_can_be_posted_again(booth: Booth) -> None:
    media = booth.x.media(data=CONTENT)
    booth.x.media_missing(media)
    assert "post it again" in (await booth.answer(await booth.alice.post(f"{BOT} #woodcut", [media]))).said


async def test_a_redirect_is_not_followed(booth: Booth) -> None:
    media = booth.x.media(data=CONTENT)
    booth.x.media_redirect(media, "http://169.254.169.254/latest/meta-data")
    assert "post it again" in (await booth.answer(await booth.alice.post(f"{BOT} #woodcut", [media]))).said


@pytest.mark.parametrize("endless", [False, True])
async def test_a_picture_that_is_too_heavy_is_not_read_to_its_end(booth: Booth, endless: bool) -> None:
    media = booth.x.media(data=CONTENT)
    if endless:
        booth.x.media_endless(media)
    else:
        booth.x.media_size(media, 3_000_000)
    assert "heavier than 2 MB" in (await booth.answer(await booth.alice.post(f"{BOT} #woodcut", [media]))).said


async def test_a_strange_host_is_not_asked_and_admins_learn_of_it(tmp_path: Path, x: FakeX) -> None:
    async with open_booth(tmp_path, x, media_hosts=["pbs.twimg.com"]) as booth:
        post = await booth.alice.post(f"{BOT} #woodcut", [CONTENT])
        await until(lambda: _any(booth, "127.0.0.1"))
        await booth.quiet()
        assert x.replies_to(post) == [] and not [call for call in x.calls if call.name == "media"]


async def _any(booth: Booth, words: str) -> bool:
    return any(words in text for text in await notices(booth))


async def test_a_picture_that_cannot_be_had_now_is_had_later(booth: Booth) -> None:
    trouble = booth.x.fail("media", status=503, times=1)
    post = await booth.alice.post(f"{BOT} #woodcut", [CONTENT])
    await booth.x.until(lambda: trouble.hits > 0)
    await booth.answer(post)


async def test_a_mention_waits_while_the_disk_is_nearly_full(booth: Booth) -> None:
    booth.house.free_mb = 10
    booth.house.clock.ahead_s += 60
    post = await booth.alice.post(f"{BOT} #woodcut", [CONTENT])

    async def is_deferred() -> bool:
        letter = await booth.services.inbox.get("x", post.id)
        return letter is not None and letter.get("deferred", 0) > 0

    await until(is_deferred)
    assert booth.x.replies_to(post) == []
    booth.house.free_mb = 5000
    booth.house.clock.ahead_s += 60
    await booth.answer(post)


async def test_a_post_that_is_gone_is_not_asked_about(booth: Booth) -> None:
    bob = booth.x.person("Bob")
    theirs, hidden = await bob.post("look", [CONTENT]), await booth.x.person("Hidden").post("look", [CONTENT])
    posts = [await booth.alice.post(f"{BOT} #woodcut", reply_to=one) for one in (theirs, hidden)]
    booth.x.delete(theirs)
    hidden.author.protected = True
    posts.append(await booth.alice.post(f"{BOT} #woodcut", quote=hidden))
    for post in posts:
        await booth.silent(post)


# ---- what is not to be seen


async def test_what_is_refused_is_answered_without_a_reason_and_admins_are_told(tmp_path: Path, x: FakeX) -> None:
    everything = ModerationSettings(adapters=("x",), refuse_above=0, doubt_above=0)
    async with open_booth(tmp_path, x, moderation=everything) as booth:
        post = await booth.alice.post(BOT, [CONTENT, STYLE])
        answer = await booth.answer(post)
        assert not answer.media and "cannot" in answer.said
        assert [text for kind, text in booth.house.told] and await booth.job(post) is None
