"""The fake Bot API, driven by the real python-telegram-bot, and by plain HTTP for what that would not send."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator, Awaitable
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
import telegram as ptb
from aiohttp import web
from PIL import Image
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, InputMediaDocument, InputMediaPhoto, ReplyParameters
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.request import HTTPXRequest

from tests import pictures
from tests.fakes.telegram import VIDEO, Call, FakeTelegram, Message, Person, fake_telegram
from tests.fakes.telegram.rates import check_rates


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with fake_telegram() as telegram:
        yield telegram


@pytest.fixture
async def bot(telegram: FakeTelegram, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ptb.Bot]:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")  # else PTB warns of itself whenever it raises RetryAfter
    # Loading certificates that plain HTTP has no use for takes longer than most tests.
    requests = [HTTPXRequest(httpx_kwargs={"verify": False}) for _ in range(2)]
    bot = ptb.Bot(
        telegram.token,
        telegram.base_url,
        telegram.base_file_url,
        request=requests[0],
        get_updates_request=requests[1],
    )
    async with bot:
        yield bot


@pytest.fixture
def alice(telegram: FakeTelegram) -> Person:
    return telegram.person("Alice")


@pytest.fixture
def bob(telegram: FakeTelegram) -> Person:
    return telegram.person("Bob")


def keyboard(*labels: str, data: str = "x:1") -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=data) for label in labels]])


async def refused(
    telegram: FakeTelegram, call: Awaitable[Any], words: str, error: type[TelegramError] = BadRequest
) -> None:
    """The call is refused in these words, and would have failed the test."""
    before = len(telegram.violations)
    with pytest.raises(error) as caught:
        await call
    assert words.lower() in str(caught.value).lower()
    assert len(telegram.violations) == before + 1
    telegram.world.violations.clear()


async def raw(telegram: FakeTelegram, method: str, **parameters: Any) -> dict[str, Any]:
    """A call as JSON, of whatever PTB would not send."""
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{telegram.base_url}{telegram.token}/{method}", json=parameters) as response,
    ):
        answer: dict[str, Any] = await response.json()
        assert answer.get("error_code", 200) == response.status
        return answer


async def sent(telegram: FakeTelegram, bot: ptb.Bot, to: Person, text: str = "Hello", **more: Any) -> Message:
    """A message of the bot's, as the server has it."""
    said = await bot.send_message(to.id, text, **more)
    message = telegram.chat(to).find(said.message_id)
    assert message is not None
    return message


# ---- what people send


async def test_a_photo_comes_in_several_sizes_encoded_anew_and_can_be_downloaded(bot: ptb.Bot, alice: Person) -> None:
    data = pictures.png(2000, 1000)
    message = await alice.photo(data, "as #woodcut")
    (update,) = await bot.get_updates(timeout=5)
    assert update.message and update.message.caption == "as #woodcut" and message.photo == data
    sizes = update.message.photo
    assert [(size.width, size.height) for size in sizes] == [(320, 160), (1280, 640)]
    downloaded = await (await sizes[-1].get_file()).download_as_bytearray()
    assert len(downloaded) == sizes[-1].file_size
    assert Image.open(io.BytesIO(bytes(downloaded))).format == "JPEG"


async def test_a_document_keeps_its_bytes(bot: ptb.Bot, alice: Person) -> None:
    data = pictures.png()
    await alice.document(data, "coast.png", "image/png")
    (update,) = await bot.get_updates()
    assert update.message and update.message.document
    assert (update.message.document.file_name, update.message.document.mime_type) == ("coast.png", "image/png")
    assert bytes(await (await update.message.document.get_file()).download_as_bytearray()) == data


async def test_an_album_is_several_updates_with_one_group_and_the_caption_where_it_was_put(
    bot: ptb.Bot, alice: Person
) -> None:
    await alice.album([pictures.png(), VIDEO, pictures.jpeg()], caption="together", caption_at=2)
    messages = [update.message for update in await bot.get_updates()]
    assert all(message is not None for message in messages)
    assert len({message.media_group_id for message in messages if message}) == 1
    assert [message.caption for message in messages if message] == [None, None, "together"]
    assert [bool(message.video) for message in messages if message] == [False, True, False]
    ids = [message.message_id for message in messages if message]
    assert ids == sorted(ids)


async def test_what_people_send_is_what_ptb_knows_it_as(bot: ptb.Bot, alice: Person) -> None:
    await alice.sticker()
    await alice.video()
    await alice.animation()
    await alice.voice()
    await alice.photo(pictures.png(), live=True)
    await alice.photo(pictures.png(), forwarded=True)
    kinds = [update.message.effective_attachment for update in await bot.get_updates() if update.message]
    assert [type(kind) for kind in kinds[:4]] == [ptb.Sticker, ptb.Video, ptb.Animation, ptb.Voice]
    live, forwarded = [update.message for update in await bot.get_updates() if update.message][4:]
    assert live.live_photo and live.photo and live.live_photo.photo == live.photo
    assert live.live_photo.file_id not in {size.file_id for size in live.photo}
    assert isinstance(forwarded.forward_origin, ptb.MessageOriginHiddenUser)


async def test_commands_and_mentions_are_marked_with_offsets_in_utf16(bot: ptb.Bot, alice: Person) -> None:
    await alice.text("🎨 /paint@atelier_bot with @bob_x #woodcut strength=80%")
    (update,) = await bot.get_updates()
    assert update.message
    marked = {entity.type: update.message.parse_entity(entity) for entity in update.message.entities}
    assert marked == {"bot_command": "/paint@atelier_bot", "mention": "@bob_x", "hashtag": "#woodcut"}


async def test_a_reply_shows_what_it_replies_to_and_an_edit_comes_as_one(bot: ptb.Bot, alice: Person) -> None:
    picture = await alice.photo(pictures.png())
    reply = await alice.text("/paint", reply_to=picture)
    await alice.edit(reply, "/paint again")
    _, replied, edited = await bot.get_updates()
    assert replied.message and replied.message.reply_to_message
    assert replied.message.reply_to_message.photo
    assert edited.edited_message and edited.edited_message.text == "/paint again"


# ---- groups


@pytest.mark.parametrize(
    ("words", "seen"),
    [
        ("what a coast", False),
        ("/paint", True),
        ("/paint@atelier_bot now", True),
        ("/paint@other_bot", False),
        ("hey @atelier_bot", True),
        ("hey @other_bot", False),
    ],
)
async def test_privacy_mode_shows_the_bot_only_what_is_said_to_it(
    telegram: FakeTelegram, bot: ptb.Bot, alice: Person, words: str, seen: bool
) -> None:
    private, open_to_all = telegram.group("Painters", [alice]), telegram.group("Open", [alice], privacy=False)
    await alice.text(words, chat=private)
    await alice.photo(pictures.png(), words, chat=private)
    assert len(await bot.get_updates()) == (2 if seen else 0)
    await alice.text(words, chat=open_to_all)
    assert len(await bot.get_updates()) == (3 if seen else 1)


async def test_in_privacy_mode_replies_to_the_bot_come_and_of_an_album_only_what_is_captioned(
    telegram: FakeTelegram, bot: ptb.Bot, alice: Person
) -> None:
    group = telegram.group("Painters", [alice])
    said = await bot.send_message(group.id, "Send me a picture")
    message = group.find(said.message_id)
    await alice.photo(pictures.png(), chat=group, reply_to=message)
    await alice.album([pictures.png(), pictures.jpeg()], caption="/paint", chat=group)
    answered, captioned = await bot.get_updates()
    assert answered.message and answered.message.reply_to_message
    assert captioned.message and captioned.message.caption == "/paint" and captioned.message.media_group_id


async def test_identifiers_of_messages_count_anew_in_every_supergroup(
    telegram: FakeTelegram, bot: ptb.Bot, alice: Person
) -> None:
    one, other = telegram.group("One", [alice]), telegram.group("Other", [alice])
    first, second = [await bot.send_message(group.id, "Hello") for group in (one, other)]
    assert first.message_id == second.message_id and first.chat.type == "supergroup"


async def test_topics_are_kept_and_unknown_ones_refused(telegram: FakeTelegram, bot: ptb.Bot, alice: Person) -> None:
    group = telegram.group("Painters", [alice])
    assert (await bot.send_message(group.id, "Hello", message_thread_id=7)).message_thread_id is None
    oils = group.topic("Oils")
    await alice.text("/paint", chat=group, thread=oils)
    (update,) = await bot.get_updates()
    assert update.message and update.message.message_thread_id == oils and update.message.is_topic_message
    assert (await bot.send_message(group.id, "Hello", message_thread_id=oils)).message_thread_id == oils
    # A reply in the general topic names a thread, too, which is no topic.
    first = await alice.text("/start", chat=group)
    await alice.text("/paint", chat=group, reply_to=first)
    reply = (await bot.get_updates())[-1].message
    assert reply and reply.message_thread_id == first.id and not reply.is_topic_message
    call = bot.send_message(group.id, "Hello", message_thread_id=reply.message_thread_id)
    await refused(telegram, call, "message thread not found")


async def test_members_and_administrators_are_told(
    telegram: FakeTelegram, bot: ptb.Bot, alice: Person, bob: Person
) -> None:
    group = telegram.group("Painters", [alice])
    group.appoint(alice)
    assert [member.user.id for member in await bot.get_chat_administrators(group.id)] == [alice.id]
    statuses = [(await bot.get_chat_member(group.id, user)).status for user in (alice.id, bob.id, bot.id)]
    assert statuses == ["administrator", "left", "member"]
    await refused(telegram, bot.get_chat_administrators(alice.id), "there are no administrators in the private chat")


async def test_a_group_that_became_a_supergroup_tells_its_new_id(
    telegram: FakeTelegram, bot: ptb.Bot, alice: Person
) -> None:
    group = telegram.group("Painters", [alice], basic=True)
    new = telegram.upgrade(group)
    with pytest.raises(ChatMigrated) as moved:
        await bot.send_message(group.id, "Hello")
    assert moved.value.new_chat_id == new.id
    await bot.send_message(new.id, "Hello")


# ---- how updates are had


async def test_updates_come_again_until_they_are_confirmed(bot: ptb.Bot, alice: Person) -> None:
    await alice.text("one")
    await alice.text("two")
    first, second = await bot.get_updates()
    assert [update.update_id for update in await bot.get_updates()] == [first.update_id, second.update_id]
    (left,) = await bot.get_updates(offset=second.update_id)
    assert left.message and left.message.text == "two"
    assert await bot.get_updates(offset=second.update_id + 1) == ()


async def test_a_long_poll_ends_as_soon_as_there_is_something(
    telegram: FakeTelegram, bot: ptb.Bot, alice: Person
) -> None:
    polling = asyncio.create_task(bot.get_updates(timeout=50))
    await telegram.until(lambda: telegram.delivery.polled)
    await alice.text("Hello")
    async with asyncio.timeout(5):
        assert len(await polling) == 1
    assert not telegram.delivery.polled


async def test_of_two_who_poll_the_older_one_meets_a_conflict(telegram: FakeTelegram, bot: ptb.Bot) -> None:
    older = asyncio.create_task(raw(telegram, "getUpdates", timeout=50))
    await telegram.until(lambda: telegram.delivery.polled)
    assert await bot.get_updates() == ()
    assert (await older)["error_code"] == 409


async def test_only_the_kinds_asked_for_come(telegram: FakeTelegram, bot: ptb.Bot, alice: Person) -> None:
    await bot.get_updates(allowed_updates=["callback_query"])
    await alice.text("Hello")
    assert await bot.get_updates() == ()
    await bot.get_updates(allowed_updates=["message", "callback_query"])
    await alice.text("Hello again")
    assert len(await bot.get_updates()) == 1


async def test_a_redelivered_update_has_the_same_number(telegram: FakeTelegram, bot: ptb.Bot, alice: Person) -> None:
    message = await alice.text("Hello")
    (update,) = await bot.get_updates()
    telegram.redeliver(message)
    (again,) = await bot.get_updates(offset=update.update_id + 1)
    assert again == update
    assert await bot.get_updates(offset=update.update_id + 1) == ()


async def test_a_webhook_gets_updates_with_its_secret_until_it_takes_them(
    telegram: FakeTelegram, bot: ptb.Bot, alice: Person
) -> None:
    arrived: list[tuple[str, str]] = []

    async def take(request: web.Request) -> web.Response:
        update = await request.json()
        arrived.append((request.headers["X-Telegram-Bot-Api-Secret-Token"], update["message"]["text"]))
        await telegram.told()
        return web.Response(status=500 if len(arrived) == 1 else 200)

    app = web.Application()
    app.router.add_post("/telegram", take)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        telegram.delivery.routes["https://bot.example"] = f"http://127.0.0.1:{runner.addresses[0][1]}"
        await bot.set_webhook("https://bot.example/telegram", secret_token="s3cret")
        await alice.text("Hello")
        await alice.text("Bye")
        await telegram.until(lambda: len(arrived) == 3)
        assert arrived == [("s3cret", "Hello"), ("s3cret", "Hello"), ("s3cret", "Bye")]
        await refused(telegram, bot.get_updates(), "can't use getUpdates method while webhook is active", Conflict)
        await bot.delete_webhook()
        assert (await bot.get_webhook_info()).url == ""
    finally:
        await runner.cleanup()


@pytest.mark.parametrize(
    ("webhook", "words"),
    [
        ({"url": "http://bot.example/x"}, "an HTTPS URL must be provided"),
        ({"url": "https://bot.example:9000/x"}, "only on ports 80, 88, 443 or 8443"),
        ({"url": "https://bot.example/x", "secret_token": "a b"}, "secret token contains unallowed characters"),
    ],
)
async def test_a_webhook_that_telegram_could_not_serve_is_refused(
    telegram: FakeTelegram, bot: ptb.Bot, webhook: dict[str, Any], words: str
) -> None:
    await refused(telegram, bot.set_webhook(**webhook), words)


# ---- what the bot sends


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "file must be non-empty"),
        (b"no picture", "IMAGE_PROCESS_FAILED"),
        (pictures.png_of_zeros(9000, 1001), "PHOTO_INVALID_DIMENSIONS"),
        (pictures.png(1010, 50), "PHOTO_INVALID_DIMENSIONS"),
        (pictures.png() + bytes(10 << 20), "is too big for a photo; the maximum size is 10485760 bytes"),
    ],
)
async def test_a_photo_that_telegram_would_not_take_is_refused(
    telegram: FakeTelegram, bot: ptb.Bot, alice: Person, data: bytes, words: str
) -> None:
    await refused(telegram, bot.send_photo(alice.id, data), words)
    text = await sent(telegram, bot, alice)
    await refused(telegram, bot.edit_message_media(InputMediaPhoto(data), alice.id, text.id), words)
    assert text.photo is None


async def test_pictures_at_the_limits_are_taken(telegram: FakeTelegram, bot: ptb.Bot, alice: Person) -> None:
    await bot.send_photo(alice.id, pictures.png(1000, 50))
    await bot.send_photo(alice.id, pictures.png_of_zeros(9000, 1000))
    assert len(telegram.chat(alice).from_bot) == 2


async def test_more_than_50_mb_is_not_taken(telegram: FakeTelegram, bot: ptb.Bot, alice: Person) -> None:
    call = bot.send_document(alice.id, bytes(50 << 20))
    await refused(telegram, call, "Request Entity Too Large", NetworkError)


async def test_lengths_are_counted_as_telegram_counts(telegram: FakeTelegram, bot: ptb.Bot, alice: Person) -> None:
    await bot.send_message(alice.id, "x" * 4094 + "🎨")
    await refused(telegram, bot.send_message(alice.id, "x" * 4095 + "🎨"), "message is too long")
    await refused(telegram, bot.send_message(alice.id, "  \n"), "message text is empty")
    await bot.send_photo(alice.id, pictures.png(), caption="x" * 1024)
    call = bot.send_photo(alice.id, pictures.png(), caption="x" * 1025)
    await refused(telegram, call, "message caption is too long")


@pytest.mark.parametrize(
    ("button", "words"),
    [
        ({"callback_data": "é" * 33}, "BUTTON_DATA_INVALID"),
        ({"callback_data": ""}, "BUTTON_DATA_INVALID"),
        ({}, "text buttons are unallowed in the inline keyboard"),
        ({"url": "x:1"}, "is invalid: Wrong HTTP URL"),
        ({"text": " ", "callback_data": "x"}, "text must be non-empty"),
    ],
)
async def test_a_button_that_telegram_would_not_take_is_refused(
    telegram: FakeTelegram, bot: ptb.Bot, alice: Person, button: dict[str, str], words: str
) -> None:
    markup = {"inline_keyboard": [[{"text": "Cancel"} | button]]}
    answer = await raw(telegram, "sendMessage", chat_id=alice.id, text="Hello", reply_markup=markup)
    assert answer["description"].startswith("Bad Request: ") and words in answer["description"]
    await bot.send_message(alice.id, "Hello", reply_markup=keyboard("Cancel", data="é" * 32))
    telegram.expect(words)


async def test_a_keyboard_of_more_than_100_buttons_is_refused(
    telegram: FakeTelegram, bot: ptb.Bot, alice: Person
) -> None:
    row = [InlineKeyboardButton("x", callback_data="x")]
    await bot.send_message(alice.id, "Hello", reply_markup=InlineKeyboardMarkup([row] * 100))
    call = bot.send_message(alice.id, "Hello", reply_markup=InlineKeyboardMarkup([row] * 101))
    await refused(telegram, call, "reply markup is too long")


@pytest.mark.parametrize(
    ("mode", "source", "text", "marked"),
    [
        ("HTML", " \n🎨 <b>bold</b> ", "🎨 bold", {"bold": "bold"}),
        ("HTML", "a <b>bold <i>word</i></b> &amp; more", "a bold word & more", {"bold": "bold word", "italic": "word"}),
        ("HTML", '<a href="https://a.example/?x=1&amp;y=2">here</a>', "here", {"text_link": "here"}),
        ("MarkdownV2", r"*bold* _it_ `c` \(x\)\!", "bold it c (x)!", {"bold": "bold", "italic": "it", "code": "c"}),
    ],
)
async def test_marks_of_a_parse_mode_become_entities(
    bot: ptb.Bot, alice: Person, mode: str, source: str, text: str, marked: dict[str, str]
) -> None:
    said = await bot.send_message(alice.id, source, parse_mode=mode)
    assert said.text == text
    assert {entity.type: said.parse_entity(entity) for entity in said.entities} == marked


@pytest.mark.parametrize(
    ("mode", "source"),
    [("HTML", "a < b"), ("HTML", "<b>bold"), ("HTML", "<b><i>x</b></i>"), ("HTML", "<p>x</p>"), ("MarkdownV2", "1.5")],
)
async def test_marks_that_cannot_be_parsed_are_refused(
    telegram: FakeTelegram, bot: ptb.Bot, alice: Person, mode: str, source: str
) -> None:
    await refused(telegram, bot.send_message(alice.id, source, parse_mode=mode), "can't parse entities: ")


async def test_a_reply_to_what_is_gone_is_refused_unless_it_may_go_without(
    telegram: FakeTelegram, bot: ptb.Bot, alice: Person
) -> None:
    gone = await alice.text("Hello")
    telegram.delete(gone)
    with pytest.raises(BadRequest, match="Message to be replied not found"):
        await bot.send_message(alice.id, "Hello", reply_parameters=ReplyParameters(gone.id))
    assert telegram.violations == []
    loose = ReplyParameters(gone.id, allow_sending_without_reply=True)
    assert (await bot.send_message(alice.id, "Hello", reply_parameters=loose)).reply_to_message is None
    never = ReplyParameters(987654)
    await refused(
        telegram, bot.send_message(alice.id, "Hello", reply_parameters=never), "message to be replied not found"
    )


async def test_an_album_of_the_bots_is_two_to_ten_of_a_kind(
    telegram: FakeTelegram, bot: ptb.Bot, alice: Person
) -> None:
    photo = InputMediaPhoto(pictures.png())
    messages = await bot.send_media_group(alice.id, [photo, InputMediaPhoto(pictures.jpeg(), caption="two")])
    assert len({message.media_group_id for message in messages}) == 1
    assert [message.caption for message in telegram.chat(alice).from_bot] == [None, "two"]
    await refused(telegram, bot.send_media_group(alice.id, [photo]), "too few messages")
    await refused(telegram, bot.send_media_group(alice.id, [photo] * 11), "too many messages")
    mixed: list[InputMediaPhoto | InputMediaDocument] = [photo, InputMediaDocument(pictures.png(), filename="x.png")]
    await refused(telegram, bot.send_media_group(alice.id, mixed), "can't be mixed")


async def test_a_file_is_sent_again_by_its_id_as_what_it_is(
    telegram: FakeTelegram, bot: ptb.Bot, alice: Person
) -> None:
    document = (await bot.send_document(alice.id, pictures.png(), filename="x.png")).document
    assert document
    again = await bot.send_document(alice.id, document.file_id)
    assert again.document == document
    await refused(telegram, bot.send_photo(alice.id, document.file_id), "can't use file of type Document as Photo")
    await refused(telegram, bot.send_photo(alice.id, "AgACnobody"), "wrong file identifier/HTTP URL specified")


async def test_a_thumbnail_that_telegram_would_ignore_fails_the_test(
    telegram: FakeTelegram, bot: ptb.Bot, alice: Person
) -> None:
    await bot.send_document(alice.id, pictures.png(), thumbnail=pictures.jpeg(320, 200))
    assert telegram.violations == []
    for bad in (pictures.png(), pictures.jpeg(321, 200), b"no picture"):
        await bot.send_document(alice.id, pictures.png(), thumbnail=bad)
    assert len(telegram.violations) == 3
    telegram.expect("thumbnail")


async def test_an_animation_is_gif_or_mp4(telegram: FakeTelegram, bot: ptb.Bot, alice: Person) -> None:
    await bot.send_animation(alice.id, pictures.animation("GIF"), filename="x.gif")
    assert telegram.chat(alice).last.animation
    assert telegram.violations == []
    await bot.send_animation(alice.id, pictures.animation("WEBP"), filename="x.webp")
    assert "neither GIF nor MP4" in telegram.violations[0]
    telegram.expect("neither GIF nor MP4")


# ---- edits


async def test_each_kind_of_message_has_edits_of_its_own(telegram: FakeTelegram, bot: ptb.Bot, alice: Person) -> None:
    message = await sent(telegram, bot, alice, "Place 2")
    where: dict[str, Any] = {"chat_id": alice.id, "message_id": message.id}
    await refused(
        telegram, bot.edit_message_caption(**where, caption="x"), "there is no caption in the message to edit"
    )
    await bot.edit_message_text("Place 1", **where)
    await bot.edit_message_media(InputMediaPhoto(pictures.png(), caption="half"), **where)
    await refused(telegram, bot.edit_message_text("x", **where), "there is no text in the message to edit")
    await bot.edit_message_caption(**where, caption="done")
    assert (message.text, message.caption, message.photo) == (None, "done", pictures.png())
    assert [edit.method for edit in message.edits] == ["editMessageText", "editMessageMedia", "editMessageCaption"]
    assert [edit.words for edit in message.edits] == ["Place 1", "half", "done"]


async def test_an_edit_without_a_keyboard_takes_the_keyboard_away(
    telegram: FakeTelegram, bot: ptb.Bot, alice: Person
) -> None:
    message = await sent(telegram, bot, alice, reply_markup=keyboard("Cancel", "Swap"))
    assert message.buttons == ["Cancel", "Swap"]
    await bot.edit_message_text("Bye", alice.id, message.id)
    assert message.buttons == []
    await bot.edit_message_reply_markup(alice.id, message.id, reply_markup=keyboard("Again"))
    assert (message.text, message.buttons) == ("Bye", ["Again"])


async def test_an_edit_that_changes_nothing_is_refused(telegram: FakeTelegram, bot: ptb.Bot, alice: Person) -> None:
    message = await sent(telegram, bot, alice, reply_markup=keyboard("Cancel"))
    where: dict[str, Any] = {"chat_id": alice.id, "message_id": message.id}
    same = (
        "message is not modified: specified new message content and reply markup are exactly the same as a current"
        " content and reply markup of the message"
    )
    await refused(telegram, bot.edit_message_text("Hello", **where, reply_markup=keyboard("Cancel")), same)
    await refused(telegram, bot.edit_message_reply_markup(**where, reply_markup=keyboard("Cancel")), same)
    await bot.edit_message_media(InputMediaPhoto(pictures.png()), **where)
    known = (await bot.send_photo(alice.id, pictures.png())).photo[-1].file_id
    await bot.edit_message_media(InputMediaPhoto(known), **where)
    await refused(telegram, bot.edit_message_media(InputMediaPhoto(known), **where), same)


async def test_what_is_gone_or_was_never_there_or_somebody_elses_cannot_be_edited(
    telegram: FakeTelegram, bot: ptb.Bot, alice: Person
) -> None:
    message = await sent(telegram, bot, alice)
    telegram.delete(message)
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await bot.edit_message_text("x", alice.id, message.id)
    assert telegram.violations == [], "nobody could know"
    await refused(telegram, bot.edit_message_text("x", alice.id, 987654), "message to edit not found")
    hers = await alice.text("Hello")
    await refused(telegram, bot.edit_message_text("x", alice.id, hers.id), "message can't be edited")
    answer = await raw(telegram, "editMessageText", chat_id=alice.id, text="x")
    assert answer["description"] == "Bad Request: message identifier is not specified"
    telegram.expect("message identifier is not specified")


async def test_the_bot_deletes_its_own_and_in_groups_nobody_elses(
    telegram: FakeTelegram, bot: ptb.Bot, alice: Person
) -> None:
    message = await sent(telegram, bot, alice)
    await bot.delete_message(alice.id, message.id)
    assert message.deleted and telegram.chat(alice).from_bot == []
    with pytest.raises(BadRequest, match="Message to delete not found"):
        await bot.delete_message(alice.id, message.id)
    group = telegram.group("Painters", [alice])
    hers = await alice.text("/paint", chat=group)
    await refused(telegram, bot.delete_message(group.id, hers.id), "message can't be deleted")
    group.appoint_bot()
    await bot.delete_message(group.id, hers.id)


async def test_reactions_are_those_that_telegram_knows(telegram: FakeTelegram, bot: ptb.Bot, alice: Person) -> None:
    message = await alice.photo(pictures.png())
    await bot.set_message_reaction(alice.id, message.id, "👀")
    assert message.reaction == "👀"
    await refused(telegram, bot.set_message_reaction(alice.id, message.id, "🖼"), "REACTION_INVALID")


# ---- buttons


async def test_a_press_waits_for_its_one_answer(telegram: FakeTelegram, bot: ptb.Bot, alice: Person) -> None:
    message = await sent(telegram, bot, alice, reply_markup=keyboard("Cancel", data="cancel:1"))
    press = asyncio.create_task(alice.press(message, "Cancel"))
    (update,) = await bot.get_updates(timeout=5)
    query = update.callback_query
    assert query and query.data == "cancel:1" and query.message and query.message.message_id == message.id
    await refused(telegram, query.answer("x" * 201), "MESSAGE_TOO_LONG")
    await query.answer("Stopped.")
    assert await press == "Stopped."
    await refused(telegram, query.answer(), "query is too old and response timeout expired or query ID is invalid")
    with pytest.raises(AssertionError, match="no button 'Swap'"):
        await alice.press(message, "Swap")


async def test_a_press_that_nobody_answered_in_time_cannot_be_answered(
    telegram: FakeTelegram, bot: ptb.Bot, alice: Person
) -> None:
    message = await sent(telegram, bot, alice, reply_markup=keyboard("Cancel"))
    press = asyncio.create_task(alice.press(message, "Cancel"))
    (update,) = await bot.get_updates(timeout=5)
    telegram.outdate_queries()
    assert update.callback_query
    with pytest.raises(BadRequest, match="Query is too old"):
        await update.callback_query.answer()
    assert await press == ""
    assert telegram.violations == []


# ---- menus


async def test_menus_are_shown_by_scope_and_language(
    telegram: FakeTelegram, bot: ptb.Bot, alice: Person, bob: Person
) -> None:
    greta, group = telegram.person("Greta", "de"), telegram.group("Painters", [alice, bob])
    group.appoint(bob)
    everywhere, private = [("start", "Start")], [("paint", "Paint")]
    await bot.set_my_commands(everywhere)
    await bot.set_my_commands(private, ptb.BotCommandScopeAllPrivateChats())
    await bot.set_my_commands([("paint", "Malen")], ptb.BotCommandScopeAllPrivateChats(), "de")
    await bot.set_my_commands([("queue", "Queue")], ptb.BotCommandScopeChat(bob.id))
    await bot.set_my_commands([("pause", "Pause")], ptb.BotCommandScopeAllChatAdministrators())
    assert telegram.menu(alice) == private and telegram.menu(greta) == [("paint", "Malen")]
    assert telegram.menu(bob) == [("queue", "Queue")]
    assert telegram.menu(alice, group) == everywhere and telegram.menu(bob, group) == [("pause", "Pause")]
    assert [command.command for command in await bot.get_my_commands()] == ["start"]
    await bot.delete_my_commands()
    assert telegram.menu(alice, group) == []


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ({"command": "Paint", "description": "x"}, "BOT_COMMAND_INVALID"),
        ({"command": "p" * 33, "description": "x"}, "BOT_COMMAND_INVALID"),
        ({"command": "paint", "description": ""}, "BOT_COMMAND_DESCRIPTION_INVALID"),
        ({"command": "paint"}, "can't parse BotCommand"),
    ],
)
async def test_a_command_that_telegram_would_not_take_is_refused(
    telegram: FakeTelegram, command: dict[str, str], words: str
) -> None:
    answer = await raw(telegram, "setMyCommands", commands=[command])
    assert words in answer["description"]
    telegram.expect(words)


async def test_scopes_and_languages_that_there_are_not_are_refused(
    telegram: FakeTelegram, bot: ptb.Bot, alice: Person
) -> None:
    commands = [("start", "Start")]
    administrators = ptb.BotCommandScopeChatAdministrators(alice.id)
    call = bot.set_my_commands(commands, administrators)
    await refused(telegram, call, "can't use specified scope in private chats")
    for somebody in (987, telegram.person("Stranger", started=False).id):
        with pytest.raises(BadRequest, match="Chat not found"):
            await bot.set_my_commands(commands, ptb.BotCommandScopeChat(somebody))
    assert telegram.violations == [], "nobody could know whether they have written"
    await refused(telegram, bot.set_my_commands(commands, language_code="de-AT"), "invalid language code specified")


async def test_descriptions_have_their_lengths(telegram: FakeTelegram, bot: ptb.Bot) -> None:
    await bot.set_my_description("x" * 512, "de")
    await bot.set_my_short_description("x" * 120)
    assert telegram.world.descriptions == {("description", "de"): "x" * 512, ("short_description", ""): "x" * 120}
    await refused(telegram, bot.set_my_description("x" * 513), "BOT_DESCRIPTION_TOO_LONG")
    await refused(telegram, bot.set_my_short_description("x" * 121), "BOT_SHORT_DESCRIPTION_TOO_LONG")


# ---- files that cannot be had


async def test_more_than_20_mb_cannot_be_downloaded(telegram: FakeTelegram, bot: ptb.Bot, alice: Person) -> None:
    await alice.document(pictures.png(), size=(20 << 20) + 1)
    (update,) = await bot.get_updates()
    assert update.message and update.message.document
    assert update.message.document.file_size == (20 << 20) + 1
    await refused(telegram, update.message.document.get_file(), "file is too big")
    await refused(telegram, bot.get_file("AgACnobody"), "invalid file_id")


async def test_a_picture_lost_meanwhile_cannot_be_had(telegram: FakeTelegram, bot: ptb.Bot, alice: Person) -> None:
    message = await alice.photo(pictures.png())
    (update,) = await bot.get_updates()
    assert update.message
    file = await update.message.photo[-1].get_file()
    telegram.lose_files(message)
    with pytest.raises(BadRequest, match="Wrong file_id or the file is temporarily unavailable"):
        await update.message.photo[-1].get_file()
    with pytest.raises(TelegramError):
        await file.download_as_bytearray()
    assert telegram.violations == []


# ---- faults


async def test_somebody_who_has_blocked_the_bot_gets_nothing(
    telegram: FakeTelegram, bot: ptb.Bot, alice: Person
) -> None:
    message = await sent(telegram, bot, alice)
    telegram.block(alice)
    with pytest.raises(Forbidden, match="Forbidden: bot was blocked by the user"):
        await bot.send_message(alice.id, "Hello")
    with pytest.raises(Forbidden):
        await bot.edit_message_text("x", alice.id, message.id)
    (update,) = await bot.get_updates()
    assert update.my_chat_member and update.my_chat_member.new_chat_member.status == "kicked"
    assert telegram.violations == [], "a misfortune, not a mistake"
    telegram.unblock(alice)
    await bot.send_message(alice.id, "Hello again")


async def test_a_group_that_has_thrown_the_bot_out_gets_nothing(
    telegram: FakeTelegram, bot: ptb.Bot, alice: Person
) -> None:
    group = telegram.group("Painters", [alice])
    telegram.kick_bot(group, alice)
    with pytest.raises(Forbidden, match="bot was kicked from the supergroup chat"):
        await bot.send_message(group.id, "Hello")


async def test_strangers_cannot_be_written_to_before_they_write(telegram: FakeTelegram, bot: ptb.Bot) -> None:
    stranger = telegram.person("Stranger", started=False)
    await refused(telegram, bot.send_message(stranger.id, "Hello"), "chat not found")
    await stranger.text("/start")
    await bot.send_message(stranger.id, "Hello")


async def test_errors_come_as_often_as_ordered_and_to_whom(
    telegram: FakeTelegram, bot: ptb.Bot, alice: Person, bob: Person
) -> None:
    telegram.fail("sendMessage", status=429, retry_after=7, chat=alice, times=2)
    await bot.send_message(bob.id, "Hello")
    for _ in range(2):
        with pytest.raises(RetryAfter) as told:
            await bot.send_message(alice.id, "Hello")
        assert told.value.retry_after == timedelta(seconds=7)
    await bot.send_message(alice.id, "Hello")
    outage = telegram.fail("*", status=502, times=None)
    for _ in range(3):
        with pytest.raises(NetworkError, match="Bad Gateway"):
            await bot.get_me()
    outage.end()
    await bot.get_me()
    assert [call.status for call in telegram.calls if call.chat_id == alice.id] == [429, 429, 200]


@pytest.mark.parametrize(("order", "there"), [({"drop": "before"}, 0), ({"drop": "during"}, 0), ({"drop": "after"}, 1)])
async def test_a_connection_is_cut_before_or_after_the_message_was_sent(
    telegram: FakeTelegram, bot: ptb.Bot, alice: Person, order: Any, there: int
) -> None:
    telegram.fail("sendMessage", **order)
    with pytest.raises(NetworkError):
        await bot.send_message(alice.id, "Hello")
    assert len(telegram.chat(alice).from_bot) == there
    assert telegram.calls[-1].status == 0


@pytest.mark.parametrize(("when", "there"), [(True, 0), ("after", 1)])
async def test_a_call_that_hangs_ends_in_the_clients_time_out(
    telegram: FakeTelegram, bot: ptb.Bot, alice: Person, when: Any, there: int
) -> None:
    telegram.fail("sendMessage", hang=when)
    with pytest.raises(TimedOut):
        await bot.send_message(alice.id, "Hello", read_timeout=0.05)
    assert len(telegram.chat(alice).from_bot) == there


async def test_repeating_an_edit_whose_answer_was_lost_is_no_mistake(
    telegram: FakeTelegram, bot: ptb.Bot, alice: Person
) -> None:
    message = await sent(telegram, bot, alice)
    telegram.fail("editMessageText", status=500, done=True)
    with pytest.raises(NetworkError):
        await bot.edit_message_text("Bye", alice.id, message.id)
    with pytest.raises(BadRequest, match="Message is not modified"):
        await bot.edit_message_text("Bye", alice.id, message.id)
    assert telegram.violations == []


async def test_a_download_fails_to_order(telegram: FakeTelegram, bot: ptb.Bot, alice: Person) -> None:
    await alice.photo(pictures.png())
    (update,) = await bot.get_updates()
    assert update.message
    file = await update.message.photo[-1].get_file()
    telegram.fail("download", drop="before")
    telegram.fail("download", status=500)
    for _ in range(2):
        with pytest.raises(NetworkError):
            await file.download_as_bytearray()
    assert await file.download_as_bytearray()


async def test_a_token_that_is_not_known_and_one_that_is_none(telegram: FakeTelegram, bot: ptb.Bot) -> None:
    polling = asyncio.create_task(bot.get_updates(timeout=50))
    await telegram.until(lambda: telegram.delivery.polled)
    telegram.refuse_token()
    with pytest.raises(InvalidToken):
        await polling
    with pytest.raises(InvalidToken, match="Unauthorized"):
        await bot.get_me()
    malformed = f"{telegram.base_url}nonsense/getMe"
    async with aiohttp.ClientSession() as http, http.get(malformed) as response:
        assert (response.status, (await response.json())["description"]) == (404, "Not Found")


# ---- what fails a test


async def test_what_telegram_does_not_know_fails_the_test(telegram: FakeTelegram, alice: Person) -> None:
    assert (await raw(telegram, "logOut"))["error_code"] == 404
    assert (await raw(telegram, "sendMessage", chat_id=alice.id, text="x", colour="red"))["ok"]
    assert (await raw(telegram, "sendMessage", text="x"))["description"] == "Bad Request: chat_id is empty"
    assert (await raw(telegram, "sendMessage", chat_id="@nobody", text="x"))["description"].endswith("chat not found")
    assert [one.split(":")[0] for one in telegram.violations] == ["logOut", *["sendMessage"] * 3]
    assert "unknown parameter colour" in telegram.violations[1]
    telegram.expect("")


async def test_the_server_fails_the_test_unless_the_violation_is_expected() -> None:
    async def err(telegram: FakeTelegram) -> None:
        await raw(telegram, "sendMessage", chat_id=1, text="Hello")

    with pytest.raises(AssertionError, match="sendMessage: Bad Request: chat not found"):
        async with fake_telegram() as telegram:
            await err(telegram)
    async with fake_telegram() as telegram:
        telegram.expect("chat not found")
        await err(telegram)


async def test_a_wait_in_vain_tells_the_latest_calls(telegram: FakeTelegram, bot: ptb.Bot) -> None:
    with pytest.raises(AssertionError, match="getMe"):
        await telegram.until(lambda: False, timeout_s=0.01)


# ---- rates


def _calls(every_s: float, number: int, chat: int = 1, method: str = "sendMessage") -> list[Call]:
    return [Call(at * every_s, method, chat, {}, 200) for at in range(number)]


@pytest.mark.parametrize(
    ("calls", "words"),
    [
        (_calls(0.1, 5), "one message a second in chat 1"),
        (_calls(0.9, 40, method="editMessageMedia"), "one message a second in chat 1"),
        ([call._replace(chat_id=at) for at, call in enumerate(_calls(0.03, 40))], "30 messages in 1 s in all"),
        (_calls(2.5, 30, chat=-1), "20 messages in 60 s in group -1"),
        ([Call(0, "sendMediaGroup", 1, {"media": [1, 2, 3, 4]}, 200)], "one message a second in chat 1"),
    ],
)
def test_too_many_messages_are_told(calls: list[Call], words: str) -> None:
    with pytest.raises(AssertionError, match=words):
        check_rates(calls)


@pytest.mark.parametrize(
    "calls",
    [
        _calls(0.99, 200),
        _calls(0.01, 3),
        _calls(3.1, 60, chat=-1),
        [call._replace(chat_id=at) for at, call in enumerate(_calls(1 / 30, 100))],
        _calls(0.01, 50, method="answerCallbackQuery"),
        _calls(0.01, 50, method="sendChatAction"),
    ],
)
def test_messages_within_the_limits_pass(calls: list[Call]) -> None:
    check_rates(calls)


async def test_calls_are_kept_with_their_time_chat_and_parameters(
    telegram: FakeTelegram, bot: ptb.Bot, alice: Person
) -> None:
    await sent(telegram, bot, alice, reply_markup=keyboard("Cancel"))
    call = telegram.calls[-1]
    assert call[1:3] == ("sendMessage", alice.id) and call.status == 200
    assert call.parameters["text"] == "Hello" and json.dumps(call.parameters["reply_markup"])
    telegram.assert_rates()


# ---- transcripts


async def test_a_transcript_tells_the_conversation_with_pictures_buttons_and_what_was_before(
    telegram: FakeTelegram, bot: ptb.Bot, alice: Person
) -> None:
    asked = await alice.photo(pictures.jpeg(), "#woodcut")
    live = await bot.send_message(alice.id, "Place 2", reply_parameters=ReplyParameters(asked.id))
    painting = InputMediaPhoto(pictures.png(), caption="Woodcut, 74 s")
    await bot.edit_message_media(painting, alice.id, live.message_id, reply_markup=keyboard("Stronger", "Softer"))
    await bot.send_document(alice.id, pictures.png(), filename="painting.png")
    hers, painted, file = telegram.transcript(alice)
    assert (hers.author, hers.from_bot, hers.words, hers.picture) == ("Alice", False, "#woodcut", pictures.jpeg())
    assert (painted.author, painted.words, painted.picture) == ("Atelier", "Woodcut, 74 s", pictures.png())
    assert painted.buttons == (("Stronger", "Softer"),) and painted.reply_to == 0
    assert [before.words for before in painted.edits] == ["Place 2"]
    assert (file.file, file.picture, file.deleted) == ("painting.png", pictures.png(), False)
