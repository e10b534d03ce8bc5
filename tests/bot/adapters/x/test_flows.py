"""What people post, over real HTTP, until they are answered."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot.jobs import Job
from tests.bot.adapters.x.summoning import Booth, open_booth, picture
from tests.fakes.x.people import Person
from tests.fakes.x.posts import Post

BOT = "@atelier_bot"
CONTENT, STYLE, OTHER, FOURTH = (picture(width) for width in (64, 72, 80, 88))


@pytest.fixture
async def booth(tmp_path: Path) -> AsyncIterator[Booth]:
    async with open_booth(tmp_path) as booth:
        yield booth


async def widths(booth: Booth, job: Job) -> list[int]:
    files = await booth.services.desk.inputs(job.id)
    assert files is not None
    return [Image.open(io.BytesIO(file.read_bytes())).width for file in files]


async def styles_of(booth: Booth, post: Post) -> tuple[str, ...]:
    address = await booth.services.addresses.get((await booth.made(post)).id)
    assert address is not None
    return tuple(address["styles"])


# ---- pictures


async def test_two_pictures_are_content_and_style(booth: Booth) -> None:
    post = await booth.alice.post(f"{BOT} paint this, please & thank you", [CONTENT, STYLE])
    answer = await booth.answer(post)
    job = await booth.made(post)
    assert await widths(booth, job) == [64, 72]
    assert (job.requester, job.place, job.language) == (f"x:{booth.alice.id}", f"x:{post.id}", "en")
    assert answer.said == "In the style of the other picture · 20 seconds"
    (media,) = answer.media
    assert media.alt == "A picture sent by @alice_x. In the style of the other picture: painted by a machine."
    assert answer.made_with_ai and answer.reply_to is post
    assert Image.open(io.BytesIO(media.data)).size == (64, 48)
    await booth.quiet()
    assert (await booth.house.read(job)).status == "delivered"


async def test_further_pictures_are_more_styles(booth: Booth) -> None:
    post = await booth.alice.post(BOT, [CONTENT, STYLE, OTHER, FOURTH])
    answer = await booth.answer(post)
    assert await widths(booth, await booth.made(post)) == [64, 72, 80, 88]
    assert answer.said.startswith("In the styles of 3 pictures")


@pytest.mark.parametrize(
    "words,styles,options",
    [
        ("#woodcut", ("Woodcut",), {}),
        ("in the manner of woodcut please, strength=80% keep colours", ("Woodcut",), {"strength": 0.8}),
        ("#waves size=256 #MyCat #art", ("Waves",), {"size": 256}),
    ],
)
async def test_one_picture_and_words(booth: Booth, words: str, styles: tuple[str, ...], options: Any) -> None:
    post = await booth.alice.post(f"{words} {BOT}", [CONTENT])
    answer = await booth.answer(post)
    job = await booth.made(post)
    assert await styles_of(booth, post) == styles
    assert answer.said == f"{styles[0]} · 20 seconds"
    assert options.items() <= job.options.model_dump().items()


async def test_a_tag_narrows_the_choice(booth: Booth) -> None:
    post = await booth.alice.post(f"{BOT} +ink", [CONTENT])
    await booth.answer(post)
    (title,) = await styles_of(booth, post)
    assert title in {entry.title for entry in booth.services.gallery.matching(frozenset({"ink"}))}


@pytest.mark.parametrize("words", ["", "surprise", "what do you make of my garden?"])
async def test_with_nothing_named_it_is_a_surprise(booth: Booth, words: str) -> None:
    post = await booth.alice.post(f"{BOT} {words}", [CONTENT])
    await booth.answer(post)
    assert len(await styles_of(booth, post)) == 1


async def test_a_dream_needs_no_style(booth: Booth) -> None:
    post = await booth.alice.post(f"{BOT} dream", [CONTENT])
    answer = await booth.answer(post)
    assert answer.said.startswith("A dream")
    assert (await booth.made(post)).options.mode == "dream"


async def test_of_one_who_describes_the_picture_the_words_are_kept(booth: Booth) -> None:
    post = await booth.alice.post(f"{BOT} #woodcut", [CONTENT], alt=["My cat on a roof"])
    answer = await booth.answer(post)
    assert answer.media[0].alt == "My cat on a roof. Woodcut: painted by a machine."


async def test_the_answer_is_in_the_language_of_the_post(booth: Booth) -> None:
    post = await booth.alice.post(f"{BOT} bitte", [CONTENT, STYLE], lang="de")
    answer = await booth.answer(post)
    assert answer.media[0].alt == "Ein Bild von @alice_x. Im Stil des anderen Bildes: gemalt von einer Maschine."


# ---- posts that refer to others


async def test_a_picture_of_somebody_else_is_painted_for_who_asks(booth: Booth) -> None:
    bob = booth.x.person("Bob")
    theirs = await bob.post("my holidays", [CONTENT])
    post = await booth.alice.post(f"{BOT} #woodcut", reply_to=theirs)
    answer = await booth.answer(post)
    assert answer.reply_to is post and booth.x.replies_to(theirs) == []
    assert (await widths(booth, await booth.made(post)))[0] == 64


async def test_the_second_picture_of_the_post_answered_is_the_style(booth: Booth) -> None:
    theirs = await booth.x.person("Bob").post("two", [CONTENT, STYLE])
    post = await booth.alice.post(BOT, reply_to=theirs)
    await booth.answer(post)
    assert await widths(booth, await booth.made(post)) == [64, 72]


async def test_a_quoted_picture_is_painted(booth: Booth) -> None:
    theirs = await booth.x.person("Bob").post("look", [CONTENT])
    post = await booth.alice.post(f"{BOT} #waves", quote=theirs)
    answer = await booth.answer(post)
    assert answer.reply_to is post and answer.said.startswith("Waves")


async def test_own_pictures_win_over_those_of_the_post_answered(booth: Booth) -> None:
    theirs = await booth.x.person("Bob").post("look", [OTHER])
    post = await booth.alice.post(BOT, [CONTENT, STYLE], reply_to=theirs)
    await booth.answer(post)
    assert await widths(booth, await booth.made(post)) == [64, 72]


async def test_talk_under_a_painting_is_not_meant_for_the_bot(booth: Booth) -> None:
    post = await booth.alice.post(f"{BOT} #woodcut", [CONTENT])
    answer = await booth.answer(post)
    thanks = await booth.x.person("Bob").post("that is lovely!", reply_to=answer)
    talk = await booth.x.person("Carol").post("I like it, too", reply_to=thanks)
    with_picture = await booth.x.person("Dan").post("mine is better, look", [OTHER], reply_to=post)
    for one in (thanks, talk, with_picture):
        await booth.silent(one)


async def test_a_post_of_the_bots_own_is_none_to_answer(booth: Booth) -> None:
    own = await Person(booth.x, booth.x.bot).post(f"{BOT} surprise", [CONTENT])
    await booth.silent(own)


async def test_a_mention_that_names_the_bot_twice_is_answered_once(booth: Booth) -> None:
    post = await booth.alice.post(f"{BOT} {BOT} #woodcut {BOT}", [CONTENT])
    await booth.answer(post)
    await booth.quiet()
    assert len(booth.x.replies_to(post)) == 1


async def test_a_long_post_is_read_to_its_end(booth: Booth) -> None:
    post = await booth.alice.post(f"{BOT} {'so much to say ' * 30} #woodcut", [CONTENT])
    assert (await booth.answer(post)).said.startswith("Woodcut")


# ---- answers to a painting


@pytest.mark.parametrize(
    "words,name,value",
    [
        ("stronger", "strength", 0.95),
        ("Softer!", "strength", 0.65),
        ("keep colours", "colours", "keep"),
        ("bigger", "size", 768),
    ],
)
async def test_a_painting_is_taken_further(booth: Booth, words: str, name: str, value: object) -> None:
    first = await booth.answer(await booth.alice.post(f"{BOT} #woodcut", [CONTENT], alt=["A cat"]))
    post = await booth.alice.post(words, reply_to=first)
    answer = await booth.answer(post)
    job = await booth.made(post)
    assert getattr(job.options, name) == value
    assert answer.media[0].alt == "A cat. Woodcut: painted by a machine."


async def test_again_is_another_seed(booth: Booth) -> None:
    post = await booth.alice.post(f"{BOT} #woodcut", [CONTENT])
    again = await booth.alice.post("again", reply_to=await booth.answer(post))
    await booth.answer(again)
    assert (await booth.made(again)).options.seed != (await booth.made(post)).options.seed


async def test_another_style_under_a_painting_is_for_the_same_picture(booth: Booth) -> None:
    first = await booth.answer(await booth.alice.post(BOT, [CONTENT, STYLE]))
    post = await booth.alice.post("#waves", reply_to=first)
    assert (await booth.answer(post)).said.startswith("Waves")
    assert (await widths(booth, await booth.made(post)))[0] == 64


async def test_somebody_else_takes_it_further_on_their_own_account(booth: Booth) -> None:
    first = await booth.answer(await booth.alice.post(f"{BOT} #woodcut", [CONTENT]))
    bob = booth.x.person("Bob")
    post = await bob.post("stronger", reply_to=first)
    await booth.answer(post)
    assert (await booth.made(post)).requester == f"x:{bob.id}"


async def test_of_a_painting_that_is_no_longer_kept_it_is_said_so(booth: Booth) -> None:
    post = await booth.alice.post(f"{BOT} #woodcut", [CONTENT])
    first = await booth.answer(post)
    await booth.quiet()
    await booth.services.erasure.erase(f"x:{booth.alice.id}")
    again = await booth.alice.post("again", reply_to=first)
    assert (
        await booth.answer(again)
    ).said == "The pictures of that painting are no longer kept. Please send them again."


# ---- what a person says about themselves


async def test_stop_is_for_good_and_not_even_answered(booth: Booth) -> None:
    booth.house.pool.idle = True  # type: ignore[attr-defined]
    waiting = await booth.alice.post(f"{BOT} #woodcut", [CONTENT])
    job = await booth.made(waiting)
    stop = await booth.alice.post(f"{BOT} Stop!", reply_to=waiting)
    await booth.until_opted_out()
    booth.house.pool.idle = False  # type: ignore[attr-defined]
    later = await booth.alice.post(f"{BOT} surprise", [CONTENT])
    hers = await booth.alice.post("my picture", [CONTENT])
    by_bob = await booth.x.person("Bob").post(f"{BOT} #woodcut", reply_to=hers)
    for post in (waiting, stop, later, by_bob):
        await booth.silent(post)
    assert (await booth.house.read(job)).status == "cancelled"
    delete = await booth.alice.post(f"{BOT} delete")
    await booth.silent(delete)
    assert (await booth.services.accounts.get(f"x:{booth.alice.id}")).opted_out
    start = await booth.alice.post(f"{BOT} start")
    assert (await booth.answer(start)).said.startswith("Welcome back")
    await booth.answer(await booth.alice.post(f"{BOT} surprise", [CONTENT]))


async def test_delete_erases_and_says_so(booth: Booth) -> None:
    post = await booth.alice.post(f"{BOT} #woodcut", [CONTENT])
    await booth.answer(post)
    await booth.quiet()
    answer = await booth.answer(await booth.alice.post(f"{BOT} delete"))
    assert answer.said.startswith("All that was kept of you is erased.")
    await booth.quiet()
    assert await booth.services.desk.history(f"x:{booth.alice.id}") == []
    assert not [name for name in booth.house.blob_files() if not name.startswith(".")]


# ---- what a person can mend


@pytest.mark.parametrize(
    "words,pictures,said",
    [
        ("hello there", [], "Send me two pictures in one post"),
        ("#woodcutt", [CONTENT], "Did you mean"),
        ("#woodcut strength=7", [CONTENT], "strength"),
        ("#woodcut", [b"no picture at all"], "The content"),
    ],
)
async def test_what_can_be_mended_is_said_once(booth: Booth, words: str, pictures: list[bytes], said: str) -> None:
    post = await booth.alice.post(f"{BOT} {words}", pictures)
    answer = await booth.answer(post)
    assert said in answer.said and not answer.media
    await booth.quiet()
    assert len(booth.x.replies_to(post)) == 1


async def test_a_word_that_is_not_known_is_named_where_the_pictures_suffice(booth: Booth) -> None:
    post = await booth.alice.post(f"{BOT} #woodcutt", [CONTENT, STYLE])
    answer = await booth.answer(post)
    assert answer.media and "woodcut" in answer.said


@pytest.mark.parametrize("kind", ["video", "animated_gif"])
async def test_films_are_no_pictures(booth: Booth, kind: Any) -> None:
    post = await booth.alice.post(f"{BOT} #woodcut", [booth.x.media(kind)])
    assert "still pictures only" in (await booth.answer(post)).said


async def test_nobody_is_told_the_same_all_day(booth: Booth) -> None:
    posts = [await booth.alice.post(f"{BOT} hello {number}") for number in range(5)]
    await booth.answer(posts[0])
    await booth.quiet()
    assert sum(len(booth.x.replies_to(post)) for post in posts) == 3
