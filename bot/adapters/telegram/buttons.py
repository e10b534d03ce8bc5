"""What presses on the buttons under a job's message do."""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import structlog
from structlog.contextvars import bound_contextvars
from telegram import CallbackQuery, Message, Update
from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.adapters.telegram import keyboards, results
from bot.adapters.telegram.breakdown import breakdown
from bot.adapters.telegram.live import Live
from bot.adapters.telegram.messages import UPLOAD, Address, destination
from bot.adapters.telegram.services import Services
from bot.adapters.telegram.speech import PLATFORM
from bot.errors import BadRequest, Forbidden, NotReady, UnknownJob, UserError
from bot.gallery import Entry
from bot.intake import Again, Style
from bot.jobs import Job
from bot.texts import Said, language_for, phrase, say
from bot.variations import VARIATIONS, varied
from renderer.options import RenderOptions

log = structlog.get_logger(__name__)

_MAX_ANSWER = 200


@dataclasses.dataclass
class _Press:
    """One press, by whom and on what."""

    query: CallbackQuery
    wish: keyboards.Wish
    job: Job
    requester: str
    place: str | None
    language: str
    chat: int
    message: int
    answered: bool = False


class Buttons:
    """Obeys the buttons of `keyboards`. `admins` are the numeric ids of those who may do what the requester may."""

    def __init__(
        self,
        bot: ExtBot[Any],
        live: Live,
        services: Services,
        adapter_name: str = PLATFORM,
        admins: frozenset[int] = frozenset(),
    ) -> None:
        self._bot = bot
        self._live = live
        self._services = services
        self._adapter = adapter_name
        self._admins = admins

    async def press(self, update: Update) -> bool:
        """Whether the press was on a button of ours; it is obeyed and answered when this returns."""
        query = update.callback_query
        wish = keyboards.read(query.data) if query else None
        if query is None or query.message is None or wish is None:
            return False
        account = await self._services.accounts.get(f"{PLATFORM}:{query.from_user.id}")
        language = account.language or language_for(query.from_user.language_code)
        job = await self._services.desk.job(wish.job_id)
        if job is None:
            await self._say(query, UnknownJob().said, language, alert=True)
            return True
        chat = query.message.chat
        place = None if chat.type == chat.PRIVATE else f"{PLATFORM}:{chat.id}"
        press = _Press(query, wish, job, account.requester, place, language, chat.id, query.message.message_id)
        with bound_contextvars(job=job.id):
            await self._deal_with(press)
        return True

    async def _deal_with(self, press: _Press) -> None:
        try:
            await self._obey(press)
        except UserError as error:
            await self._refuse(press, error.said)
        except TelegramError as error:
            log.info("press failed", verb=press.wish.verb, why=error)
        finally:
            await self._answer(press)

    async def _obey(self, press: _Press) -> None:
        match press.wish.verb:
            case "cancel":
                await self._cancel(press)
            case "swap":
                await self._swap(press)
            case "other-style" | "back":
                await self._change_keyboard(press)
            case "in-style" | "surprise":
                await self._in_style(press)
            case "as-file":
                await self._as_file(press)
            case "time-lapse":
                await self._time_lapse(press)
            case "breakdown":
                await self._breakdown(press)
            case "like" | "dislike":
                await self._vote(press)
            case verb if verb in VARIATIONS:
                await self._vary(press)

    # ---- while it is painted

    async def _cancel(self, press: _Press) -> None:
        self._check_owner(press)
        await self._services.desk.cancel(press.job.id, press.job.requester)
        await self._answer(press, phrase("painting-cancelling"))

    async def _swap(self, press: _Press) -> None:
        if press.requester != press.job.requester:
            raise Forbidden(phrase("painting-not-yours"), "not_yours")

        async def swapped(address: Address) -> Job:
            # Whoever may not order another keeps this one, and so does who is too late.
            await self._services.intake.check_open(press.requester, press.place, press.job)
            # First, so that the two are never counted as two.
            await self._services.desk.cancel(press.job.id, press.job.requester)
            job = await self._new_job(press, press.job.options, address, swapped=True)
            await self._answer(press, phrase("painting-swapped"))
            return job

        await self._live.pass_on(press.job, swapped)

    # ---- other paintings

    async def _vary(self, press: _Press) -> None:
        await self._check_may_order(press)
        options = varied(press.job, press.wish.verb)
        if options is None:
            raise NotReady(phrase("painting-at-its-limit"), "at_its_limit")
        old = await self._address(press)
        await self._another(press, options, old.get("styles") or [], old.get("swappable", False))

    async def _change_keyboard(self, press: _Press) -> None:
        await self._check_may_order(press)
        if press.wish.verb == "back":
            await self._answer(press)
            await self._show_finished(press)
            return
        await self._answer(press, phrase("painting-choose-style"))
        buttons = keyboards.styles(press.job, self._services.gallery.entries(), press.language)
        await self._bot.edit_message_reply_markup(press.chat, press.message, reply_markup=buttons)

    async def _in_style(self, press: _Press) -> None:
        await self._check_may_order(press)
        old = await self._address(press)
        entry = self._chosen(press.wish, old.get("styles") or [])
        style = Style(await self._services.gallery.picture(entry))
        await self._another(press, press.job.options, [entry.name], swappable=False, styles=(style,))
        await self._show_finished(press)

    def _chosen(self, wish: keyboards.Wish, now: Sequence[str]) -> Entry:
        entries = self._services.gallery.entries()
        if wish.verb == "surprise" and entries:
            return secrets.choice([entry for entry in entries if entry.name not in now] or entries)
        for entry in entries:
            if keyboards.key_of(entry) == wish.style:
                return entry
        raise NotReady(phrase("painting-style-gone"), "unknown_style")

    async def _another(
        self, press: _Press, options: RenderOptions, names: list[str], swappable: bool, **changes: Any
    ) -> None:
        address: Address = {
            **{"chat": press.chat, "thread": await self._thread(press), "request": press.message},
            **{"live": None, "photo": False, "notified": False, "private": press.place is None},
            **{"swappable": swappable, "styles": names},
        }
        job = await self._new_job(press, options, address, **changes)
        await self._answer(press, phrase("painting-another"))
        await self._live.begin(job, address)

    async def _new_job(self, press: _Press, options: RenderOptions, address: Address, **changes: Any) -> Job:
        source = f"press:{press.query.id}"
        again = Again(press.job, self._adapter, source, press.requester, options, press.place, press.language, address)
        return await self._services.intake.again(dataclasses.replace(again, **changes))

    async def _show_finished(self, press: _Press) -> None:
        buttons = keyboards.finished(press.job, press.job.language or "en")
        await self._bot.edit_message_reply_markup(press.chat, press.message, reply_markup=buttons)

    # ---- what there is to be had of a painting

    async def _as_file(self, press: _Press) -> None:
        self._check_owner(press)
        painting = await self._services.desk.painting(press.job.id, press.job.requester)
        media = await results.filed(press.job, painting)
        await self._answer(press, phrase("painting-coming"))
        await self._bot.send_document(document=media.media, **await self._here(press), **UPLOAD)

    async def _time_lapse(self, press: _Press) -> None:
        self._check_owner(press)
        frames = await self._services.desk.frames(press.job.id, press.job.requester)
        await self._answer(press, phrase("painting-coming"))
        film = await self._film(frames)
        name = f"{results.name_of(press.job)}{film.suffix}"
        data = await results.read(film)
        await self._bot.send_animation(animation=data, filename=name, **await self._here(press), **UPLOAD)

    async def _film(self, frames: Path) -> Path:
        try:
            return await self._services.films.film(frames, "mp4")
        except BadRequest:  # there is no encoder for it here
            return await self._services.films.film(frames, "gif")

    async def _breakdown(self, press: _Press) -> None:
        self._check_owner(press)
        facts = await self._services.desk.facts(press.job.id, press.job.requester)
        await self._answer(press)
        said = breakdown(press.job, facts, await self._address(press), self._services.gallery)
        await self._bot.send_message(text=say(said, press.language), **await self._here(press))

    async def _vote(self, press: _Press) -> None:
        await self._services.desk.vote(press.job.id, press.requester, 1 if press.wish.verb == "like" else -1)
        await self._answer(press, phrase("painting-voted"))

    # ---- who may, and answers

    def _check_owner(self, press: _Press) -> None:
        if press.requester != press.job.requester and press.query.from_user.id not in self._admins:
            raise Forbidden(phrase("painting-not-yours"), "not_yours")

    async def _check_may_order(self, press: _Press) -> None:
        if press.requester == press.job.requester:
            return
        if press.place is None or press.place != press.job.place:
            raise UnknownJob
        if not (await self._services.accounts.place(press.place)).others_may_press:
            raise Forbidden(phrase("painting-others-may-not"), "not_yours")

    async def _address(self, press: _Press) -> Address:
        return await self._services.addresses.get(press.job.id) or {}

    async def _here(self, press: _Press) -> dict[str, Any]:
        """As an answer to the message with the button."""
        return destination({"chat": press.chat, "thread": await self._thread(press), "request": press.message})

    async def _thread(self, press: _Press) -> int | None:
        """The topic of the message with the button: by /result a painting comes to other chats than its own."""
        message = press.query.message
        if isinstance(message, Message) and message.is_topic_message:
            return message.message_thread_id
        address = await self._address(press)
        # Of a message that is too old Telegram does not say it.
        return address.get("thread") if address.get("chat") == press.chat else None

    async def _answer(self, press: _Press, said: Said | None = None, alert: bool = False) -> None:
        """Once; further answers are none."""
        if not press.answered:
            press.answered = True
            await self._say(press.query, said, press.language, alert)

    async def _refuse(self, press: _Press, said: Said) -> None:
        if not press.answered:
            await self._answer(press, said, alert=True)
        else:
            await self._bot.send_message(text=say(said, press.language), **await self._here(press))

    async def _say(self, query: CallbackQuery, said: Said | None, language: str, alert: bool) -> None:
        text = say(said, language) if said else None
        if text and len(text) > _MAX_ANSWER:
            text = f"{text[: _MAX_ANSWER - 1]}…"
        try:
            await self._bot.answer_callback_query(query.id, text, show_alert=alert)
        except TelegramError as error:  # mostly: it is too old
            log.info("answer dropped", why=error)
