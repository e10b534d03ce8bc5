"""The end of a job in its message: the painting or why there is none, and the one line that notifies."""

from __future__ import annotations

import asyncio
from typing import Any

import structlog
from telegram import InlineKeyboardMarkup, InputMediaPhoto, Message
from telegram.error import ChatMigrated, TelegramError
from telegram.ext import ExtBot

from bot.adapters.telegram import keyboards, results
from bot.adapters.telegram.failures import as_reply_error, is_gone, surely_not_sent
from bot.adapters.telegram.messages import UPLOAD, Address, Editor, destination
from bot.adapters.telegram.results import Media
from bot.adapters.telegram.services import Services
from bot.errors import Unknown
from bot.jobs import Job, Status
from bot.patience import patiently
from bot.ports import Reply
from bot.texts import phrase, say

log = structlog.get_logger(__name__)

#: How long a reply may be held back by the limits; then the outbox takes the next one first.
_PATIENCE_S = 3.0


class Endings:
    """Puts ends into messages. What cannot be repeated is noted in the address before it is done."""

    def __init__(self, bot: ExtBot[Any], editor: Editor, services: Services) -> None:
        self._bot = bot
        self._editor = editor
        self._services = services
        self._notices: set[asyncio.Task[None]] = set()

    async def put(self, job: Job, reply: Reply, address: Address, again: bool) -> None:
        """Edit the message, or send a new one where there is none.

        `again` tells that this may have been done before: what may be there already is then not sent once more.
        Raises Retry, Refused or Unknown.
        """
        try:
            if address.get("live") is not None and await self._edit(job, reply, address):
                await self._notify(job, reply, address)
            elif again and address.get("unsure"):
                raise Unknown("an earlier message may be there")
            else:
                await self._send_noted(job, reply, address)
        except TelegramError as error:
            if isinstance(error, ChatMigrated):
                await self._keep(job, address, chat=error.new_chat_id, live=None)
            raise as_reply_error(error, repeatable=True) from error

    async def settle(self) -> None:
        """Wait until every notice that was begun has gone out."""
        await asyncio.gather(*self._notices)

    async def _edit(self, job: Job, reply: Reply, address: Address) -> bool:
        """Whether there was a message to edit."""
        try:
            if reply.painting is None:
                await self._editor.put_words(address, _words(job, reply), None, _PATIENCE_S)
            else:
                media = await results.shown(job, reply.painting, self._caption(job, address))
                await self._editor.put_picture(address, media, _buttons(job), _PATIENCE_S, **UPLOAD)
        except TelegramError as error:
            if is_gone(error):
                return False
            raise
        return True

    async def _send_noted(self, job: Job, reply: Reply, address: Address) -> None:
        # Before the note: to make it small enough may take a while, or fail, and nothing is sent by that.
        media = await results.shown(job, reply.painting, self._caption(job, address)) if reply.painting else None
        await self._keep(job, address, unsure=True)
        try:
            sent = await self._send(job, reply, address, media)
        except TelegramError as error:
            told = as_reply_error(error, repeatable=False)
            if not isinstance(told, Unknown):  # it has answered, or was not reached
                await self._keep(job, address, unsure=False)
            if surely_not_sent(error):
                raise
            raise told from error
        # A new message notifies by itself.
        await self._keep(job, address, live=sent.message_id, photo=bool(reply.painting), notified=True, unsure=False)

    async def _send(self, job: Job, reply: Reply, address: Address, media: Media | None) -> Message:
        to: dict[str, Any] = destination(address) | {"rate_limit_args": _PATIENCE_S}
        if media is None:
            return await self._bot.send_message(text=_words(job, reply), **to)
        to |= {"caption": media.caption, "reply_markup": _buttons(job), **UPLOAD}
        if isinstance(media, InputMediaPhoto):
            return await self._bot.send_photo(photo=media.media, **to)
        return await self._bot.send_document(document=media.media, **to)

    async def _notify(self, job: Job, reply: Reply, address: Address) -> None:
        """One line in a message of its own, at most once; an edit notifies nobody."""
        if address.get("notified"):
            return
        await self._keep(job, address, notified=True)
        if job.status is Status.CANCELLED:
            return
        # Not waited for: the limits hold it back, and the next reply is somebody else's.
        notice = asyncio.create_task(self._send_notice(job, bool(reply.painting), dict(address)), name="notice")
        self._notices.add(notice)
        notice.add_done_callback(self._notices.discard)

    async def _send_notice(self, job: Job, painted: bool, address: Address) -> None:
        words = phrase("painting-ready" if painted else "painting-not-made")
        # In a group it answers whoever asked; in private there is nobody else, and it leads to the painting.
        to = destination(address | {"request": address["live"]} if address.get("private") else address)
        try:
            await self._bot.send_message(text=say(words, job.language or "en"), **to)
        except TelegramError as error:
            log.info("notice dropped", job=job.id, why=error)

    def _caption(self, job: Job, address: Address) -> str:
        return results.caption_of(job, address, self._services.gallery)

    async def _keep(self, job: Job, address: Address, **changes: Any) -> None:
        address.update(changes)
        # What Telegram has done already must not be forgotten because it could not be noted at once.
        await patiently(lambda: self._services.addresses.put(job.id, address))


def _words(job: Job, reply: Reply) -> str:
    return say(reply.said, job.language or "en")


def _buttons(job: Job) -> InlineKeyboardMarkup:
    return keyboards.finished(job, job.language or "en")
