"""Updates, each led to who deals with it: those of one person in their order, many people at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence

import structlog
import telegram
from telegram.error import Forbidden, RetryAfter, TelegramError

from bot.adapters.telegram.admins import Admins
from bot.adapters.telegram.albums import Albums
from bot.adapters.telegram.buttons import Buttons
from bot.adapters.telegram.commands import Commands
from bot.adapters.telegram.conversation import Conversation
from bot.adapters.telegram.heard import Heard, Reader, says_nothing, speaker
from bot.adapters.telegram.inbox import Inbox
from bot.adapters.telegram.press import Press
from bot.adapters.telegram.presses import Presses
from bot.adapters.telegram.services import Services
from bot.adapters.telegram.speech import Speaker, Voice
from bot.errors import Unwritable, UserError
from bot.lanes import Lanes
from bot.patience import patiently
from bot.texts import Said, language_for, phrase

log = structlog.get_logger(__name__)

#: People served together, and pieces of work that may wait before Telegram is kept waiting.
_AT_ONCE = 64
_ROOM = 2000

Work = Callable[[Speaker], Awaitable[object]]


class Updates:
    """Takes updates in without dealing with them there and then."""

    def __init__(
        self,
        me: telegram.User,
        album_pause_s: float,
        inbox: Inbox,
        services: Services,
        conversation: Conversation,
        commands: Commands,
        admins: Admins,
        presses: Presses,
        buttons: Buttons,
        voice: Voice,
    ) -> None:
        self._reader = Reader(me)
        self._albums = Albums(album_pause_s, self._whole, self._late_item)
        self._inbox = inbox
        self._services = services
        self._conversation = conversation
        self._commands = commands
        self._admins = admins
        self._presses = presses
        self._buttons = buttons
        self._voice = voice
        self._written = Lanes("telegram", _AT_ONCE, _ROOM)
        # Apart, so that a press on Cancel does not wait until pictures are fetched.
        self._pressed = Lanes("telegram", _AT_ONCE, _ROOM)
        self._warned: set[Hashable] = set()  # lanes in which it waits to be said that something was left out
        self._passed: list[int] = []  # updates that nobody deals with, to be forgotten

    async def take(self, update: telegram.Update, left: bool = False) -> None:
        """Queue an update that did not come before; waits only where far too many are queued already.

        Of an album that an earlier run has `left`, the rest may have to be asked for yet.
        """
        if not self._inbox.take(update.update_id):
            return
        if update.message:
            await self._written.room()
            self._take_message(update, update.message, left)
        elif update.callback_query:
            await self._take_press(update, update.callback_query)

    async def give_up(self, update: telegram.Update) -> None:
        """Tell somebody that what they sent cannot be dealt with."""
        message = update.message
        if message and message.from_user and self._reader.is_for_us(message):
            to = speaker(message, language_for(message.from_user.language_code))
            self._written.put(to.person, lambda: self._voice_said(to, phrase("telegram-given-up")))

    async def close(self, grace_s: float) -> None:
        """Deal with what has come in, for so long (seconds) at most."""
        self._albums.flush()
        lost = await asyncio.gather(self._written.close(grace_s), self._pressed.close(grace_s))
        if any(lost):
            log.warning("updates left for the next start", number=sum(lost))

    def _take_message(self, update: telegram.Update, message: telegram.Message, left: bool) -> None:
        if message.from_user is None or says_nothing(message):
            self._pass_over([update])
        elif message.media_group_id:
            self._albums.add(update, hastily=not left)
        else:
            self._whole([update])

    def _whole(self, items: Sequence[telegram.Update]) -> None:
        if any(map(self._reader.is_for_us, _messages(items))):
            self._hear(items)
        else:
            self._pass_over(items)

    def _late_item(self, item: telegram.Update) -> None:
        if any(map(self._reader.is_for_us, _messages([item]))):
            self._later([item], lambda to: self._voice_said(to, phrase("telegram-album-late")))
        else:
            self._pass_over([item])

    def _pass_over(self, updates: Sequence[telegram.Update]) -> None:
        """Have them forgotten, many at once where many come."""
        if not self._passed:
            self._written.put(None, self._forget_passed)
        self._passed += [update.update_id for update in updates]

    async def _forget_passed(self) -> None:
        passed, self._passed = self._passed, []
        await patiently(lambda: self._inbox.done(*passed))

    def _hear(self, updates: Sequence[telegram.Update]) -> None:
        messages = _messages(updates)

        async def listen(to: Speaker) -> None:
            await self._converse(self._reader.read(messages, to.language), messages[0])

        self._later(updates, listen)

    def _later(self, updates: Sequence[telegram.Update], work: Work) -> None:
        message = _messages(updates)[0]
        assert message.from_user is not None
        to = speaker(message, language_for(message.from_user.language_code))
        self._put(self._written, to.person, updates, to, work)

    def _put(self, lanes: Lanes, key: Hashable, updates: Sequence[telegram.Update], to: Speaker, work: Work) -> None:
        """Queue what is to be done for a person; what is too much of them is left out."""

        async def deal() -> None:
            ids = [update.update_id for update in updates]
            async with self._inbox.in_hand(*ids):
                # Repeated where the store cannot be written: what is said twice by it harms nobody, an order is one.
                await patiently(lambda: self._guarded(to, work))
                await patiently(lambda: self._inbox.done(*ids))

        if not lanes.is_full(key):
            lanes.put(key, deal)
            return
        self._pass_over(updates)
        if key not in self._warned:
            self._warned.add(key)
            lanes.put(key, lambda: self._warn(key, to))

    async def _warn(self, key: Hashable, to: Speaker) -> None:
        """Tell somebody, once for all that was left out until now."""
        self._warned.discard(key)
        await self._guarded(to, lambda to: self._voice.say(to, phrase("telegram-too-much")))

    async def _converse(self, heard: Heard, message: telegram.Message) -> None:
        if message.sender_chat is not None:
            # Behind one such mask there may be several people.
            await self._voice.say(heard.speaker, phrase("telegram-masked"))
        elif heard.command is not None:
            await self._obey(heard, message)
        elif heard.pictures:
            await self._conversation.paint(heard)
        elif heard.other:
            await self._voice.say(heard.speaker, phrase(f"telegram-other-{heard.other}"))
        else:
            await self._conversation.text(heard)

    async def _obey(self, heard: Heard, message: telegram.Message) -> None:
        if await self._admins.obey(heard) or await self._commands.obey(heard):
            return
        # In a group another bot may be meant.
        if heard.speaker.private or self._reader.is_addressed_by_name(message):
            await self._commands.refuse(heard)

    async def _take_press(self, update: telegram.Update, query: telegram.CallbackQuery) -> None:
        if query.message is None:
            self._pass_over([update])
            return

        async def obeyed(to: Speaker) -> None:
            if await self._buttons.press(update):
                return
            press = Press(query, to)
            try:
                await self._presses.obey(press)
            finally:
                await press.answer()

        person, verb = query.from_user, (query.data or "").partition(":")[0]
        in_turn = verb in Presses.IN_TURN
        lanes = self._written if in_turn else self._pressed
        await lanes.room()
        key = person.id if in_turn else (person.id, query.message.message_id)
        self._put(lanes, key, [update], _presser(query), obeyed)

    async def _guarded(self, to: Speaker, work: Work) -> None:
        """Do the work in the person's language; whatever goes wrong is told, and never breaks what comes after.

        Raises Unwritable, of which nobody need be told: it passes.
        """
        try:
            account = await self._services.accounts.get(to.requester)
            to = to.speaking(account.language or to.language)
            await work(to)
        except UserError as error:
            await self._voice_said(to, error.said)
        except Unwritable:
            raise
        except (Forbidden, RetryAfter) as error:
            log.info("person cannot be written to", person=to.requester, why=error)
        except TelegramError as error:
            log.warning("telegram failed", person=to.requester, why=error)
            await self._voice_said(to, phrase("telegram-apology"))
        except Exception:
            log.exception("update failed", person=to.requester)
            await self._voice_said(to, phrase("telegram-apology"))

    async def _voice_said(self, to: Speaker, said: Said) -> None:
        try:
            await self._voice.say(to, said)
        except TelegramError as error:
            log.warning("answer not sent", person=to.requester, why=error)


def _messages(updates: Sequence[telegram.Update]) -> list[telegram.Message]:
    """Those of the updates, each once though Telegram may tell of it twice."""
    return list(dict.fromkeys(update.message for update in updates if update.message))


def _presser(query: telegram.CallbackQuery) -> Speaker:
    """Who pressed, and where; messages too old to be read still say their chat."""
    message = query.message
    assert message is not None
    private = message.chat.type == telegram.Chat.PRIVATE
    thread = None
    if isinstance(message, telegram.Message) and message.is_topic_message:
        thread = message.message_thread_id
    language = language_for(query.from_user.language_code)
    return Speaker(query.from_user.id, message.chat.id, private, message.message_id, language, thread)
