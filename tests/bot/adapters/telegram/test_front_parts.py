"""The receiving side's small parts, each alone."""

from __future__ import annotations

import asyncio
import datetime
from typing import Any

import pytest
from telegram import Chat, Document, ExternalReplyInfo, LivePhoto, Message, PhotoSize, Update, User
from telegram._messageorigin import MessageOriginHiddenUser

from bot.adapters.telegram.albums import Albums
from bot.adapters.telegram.commands import PRIVATE
from bot.adapters.telegram.heard import Reader, picture_of, says_nothing
from bot.adapters.telegram.menus import _verbs
from bot.adapters.telegram.speech import LONGEST_CAPTION, _cut
from bot.adapters.telegram.styles import PAGE, turning
from bot.admin import Admin
from bot.texts import LANGUAGES, phrase, say
from tests.fakes.watched import PATIENCE_S

NOW = datetime.datetime.now(datetime.UTC)
ALICE = User(1, "Alice", False)
READER = Reader(User(99, "Atelier", True, username="Atelier_Bot"))
PHOTO = PhotoSize("still", "s", 64, 48, 1000)


def message(number: int = 1, private: bool = False, **content: Any) -> Message:
    chat = Chat(1, "private") if private else Chat(-5, "supergroup")
    return Message(number, NOW, chat, from_user=ALICE, **content)


# ---- who is meant


@pytest.mark.parametrize(
    "text,meant",
    [
        ("/paint woodcut", True),
        ("/paint@atelier_bot", True),
        ("/paint@another_bot", False),
        ("what a day", False),
        ("look, @ATELIER_BOT!", True),
        ("mail me at x@atelier_bottle", False),
    ],
)
def test_in_a_group_the_bot_is_meant_by_command_or_name(text: str, meant: bool) -> None:
    assert READER.is_for_us(message(text=text)) is meant
    assert READER.is_for_us(message(private=True, text=text))


def test_a_reply_to_the_bot_is_meant_for_it_but_writing_in_a_topic_it_opened_is_not() -> None:
    from telegram import ForumTopicCreated

    own = Message(7, NOW, Chat(-5, "supergroup"), from_user=User(99, "Atelier", True), text="hi")
    topic = Message(
        8, NOW, Chat(-5, "supergroup"), from_user=User(99, "A", True), forum_topic_created=ForumTopicCreated("x", 1)
    )
    assert READER.is_for_us(message(text="woodcut", reply_to_message=own))
    assert not READER.is_for_us(message(text="woodcut", reply_to_message=topic))


def test_words_come_without_command_and_name() -> None:
    heard = READER.read([message(text="/paint@Atelier_Bot  woodcut\n80%")], "en")
    assert (heard.command, heard.words) == ("paint", "woodcut\n80%")
    assert READER.read([message(text="@atelier_bot woodcut")], "en").words == "woodcut"
    assert READER.read([message(text="/paintings")], "en").command == "paintings"
    assert READER.read([message(text="/" + "x" * 3000)], "en").command is None


def test_what_telegram_says_itself_is_nothing_said() -> None:
    assert says_nothing(message(new_chat_title="Painters"))
    assert not says_nothing(message(text="hi"))


# ---- pictures


def test_of_a_live_photo_the_still_is_taken() -> None:
    live = LivePhoto("film", "f", 64, 48, 3, photo=[PHOTO])
    found = picture_of(message(live_photo=live))
    assert found is not None and found.file == "still"


@pytest.mark.parametrize(
    "mime,name,is_picture",
    [
        ("image/png", "a.png", True),
        ("image/heic", "a.heic", True),
        ("application/octet-stream", "a.WEBP", True),
        (None, "a.jpg", True),
        ("application/pdf", "a.pdf", False),
        ("image/svg+xml", "a.svg", False),
        (None, None, False),
    ],
)
def test_a_document_is_a_picture_by_its_kind_or_its_name(mime: str | None, name: str | None, is_picture: bool) -> None:
    document = Document("file", "f", mime_type=mime, file_name=name)
    assert (picture_of(message(document=document)) is not None) is is_picture


def test_a_picture_replied_to_may_lie_in_another_chat() -> None:
    origin = MessageOriginHiddenUser(NOW, "Somebody")
    heard = READER.read([message(text="/paint", external_reply=ExternalReplyInfo(origin, photo=[PHOTO]))], "en")
    assert heard.quoted is not None and heard.quoted.file == "still"


# ---- albums


def item(number: int, album: str) -> Update:
    return Update(number, message=message(number, media_group_id=album, photo=[PHOTO]))


async def test_an_album_is_given_on_once_and_its_stragglers_apart() -> None:
    whole: asyncio.Queue[list[int]] = asyncio.Queue()
    late: list[int] = []
    albums = Albums(
        0.2, lambda items: whole.put_nowait([u.update_id for u in items]), lambda u: late.append(u.update_id)
    )
    for number in (2, 1):
        albums.add(item(number, "a"))
    began = asyncio.get_running_loop().time()
    assert await asyncio.wait_for(whole.get(), PATIENCE_S) == [2, 1]
    assert asyncio.get_running_loop().time() - began < 0.2
    albums.add(item(3, "a"))
    albums.add(item(4, "b"))
    assert late == [3]
    albums.flush()
    assert whole.get_nowait() == [4]


async def test_one_picture_of_an_album_waits_the_whole_pause() -> None:
    whole: asyncio.Queue[int] = asyncio.Queue()
    albums = Albums(0.05, lambda items: whole.put_nowait(len(items)), lambda _: None)
    began = asyncio.get_running_loop().time()
    albums.add(item(1, "a"))
    assert await asyncio.wait_for(whole.get(), PATIENCE_S) == 1
    assert asyncio.get_running_loop().time() - began >= 0.05


# ---- words


def test_a_caption_is_cut_as_telegram_counts() -> None:
    cut = _cut("🎨" * 600, LONGEST_CAPTION)
    assert len(cut.encode("utf-16-le")) // 2 <= LONGEST_CAPTION and cut.endswith("🎨…")
    assert _cut("🎨" * 512, LONGEST_CAPTION) == "🎨" * 512


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_telegram_limits_is_short_enough(language: str) -> None:
    assert len(say(phrase("telegram-description"), language)) <= 512
    assert len(say(phrase("telegram-short-description"), language)) <= 120
    assert len(say(phrase("telegram-help"), language)) <= 4096
    for answer in ("telegram-forgotten", "telegram-no-longer-waiting", "telegram-style-gone", "telegram-not-for-you"):
        assert len(say(phrase(answer), language)) <= 200


def test_no_verb_but_the_shared_cancel_hides_a_command_that_admins_have_as_everybody() -> None:
    assert Admin.verbs.keys() & set(PRIVATE) == {"cancel"}


def test_admins_verbs_are_names_that_telegram_takes() -> None:
    for command in _verbs(Admin.__new__(Admin)):
        assert command.command.isascii() and 1 <= len(command.description) <= 256


def test_a_gallery_of_many_pages_can_be_turned() -> None:
    assert PAGE <= 96
    (row,) = turning(1, 3, lambda page: f"page:1:{page}")
    assert [(button.text, button.callback_data) for button in row] == [("◀ 1/3", "page:1:0"), ("▶ 3/3", "page:1:2")]
    assert turning(0, 1, str) == []
