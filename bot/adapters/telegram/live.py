"""The one message of a job: its place in the queue, then how far the painting is, then the painting."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import time
import weakref
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any

import structlog
from structlog.contextvars import bound_contextvars
from telegram import InlineKeyboardMarkup, InputMediaPhoto
from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.adapters.telegram import keyboards
from bot.adapters.telegram.endings import Endings
from bot.adapters.telegram.limits import NOW_OR_NEVER_S, Limits
from bot.adapters.telegram.messages import Address, Editor, destination
from bot.adapters.telegram.services import Services
from bot.desk import JobView
from bot.errors import Refused, Retry, Unknown, UnknownJob
from bot.jobs import OPEN, Job, Status
from bot.patience import patiently
from bot.ports import Reply, Sent
from bot.replies import duration, explain, reply_to
from bot.texts import Said, phrase, say, together, verbatim
from renderer.protocol import Progress

log = structlog.get_logger(__name__)

_BLOCKS = 10
#: A place in the queue is told anew after so many seconds at the earliest.
_PLACE_AGE_S = 60.0
#: So long after a pause has begun or ended those who wait are told, at the latest, if the limits allow it.
_PAUSE_AGE_S = 10.0
#: More of a person's jobs than can be open at once, the oldest of which is then left as it stands.
_LATEST = 100
#: How long a reply waits for an edit under way; then the outbox takes the next one first.
_TURN_S = 3.0
#: How long the limits may hold back the first view of a painting that waits.
_FIRST_VIEW_S = 5.0


@dataclasses.dataclass
class _Shown:
    """What is remembered of a job's message until the job ends."""

    job: Job
    waits_since: float | None = None  #: when its place was told last; None once it is painted
    paused: str | None = None  #: the reason of the pause, as told with its place
    address: Address | None = None  #: while it is painted
    preview: bytes | None = None  #: the newest that is not shown yet
    words: str = ""  #: as shown


class Live:
    """Keeps each job's message. What is done to one message is done in turn, and of its previews only the newest.

    The message's id is kept in the job's address, so that after a crash the same message is edited again. Places in
    the queue are told anew while something is painted, one at a time, that which was told longest ago; and all of
    them when a pause begins or ends.
    """

    def __init__(
        self, bot: ExtBot[Any], limits: Limits, services: Services, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._bot = bot
        self._limits = limits
        self._services = services
        self._clock = clock
        self._editor = Editor(bot)
        self._endings = Endings(bot, self._editor, services)
        self._turns: weakref.WeakValueDictionary[str, asyncio.Lock] = weakref.WeakValueDictionary()
        self._shown: dict[str, _Shown] = {}
        self._showing: set[asyncio.Task[None]] = set()

    async def begin(self, job: Job, address: Address) -> None:
        """Say where the job stands: in a new message, or in the one that the address has. Safe to be repeated.

        Where no message can be sent, the painting will come in one of its own.
        """
        async with self._turn(job):
            address = await self._services.addresses.get(job.id) or address
            view = await self._view(job)
            if view is None or view.position is None:  # ended already; its reply makes the message
                return
            try:
                await self._show_place(view, address)
            except TelegramError as error:
                log.warning("no message for a job", job=job.id, why=error)
            await patiently(lambda: self._services.addresses.put(job.id, address))
            if view.position > 0:
                self._shown[job.id] = _Shown(job, waits_since=self._clock(), paused=view.paused)

    async def progress(self, job: Job, progress: Progress) -> None:
        """Show how far the painting is, if the limits allow it now; what is not shown now is dropped."""
        if job.status is Status.QUEUED:
            await asyncio.shield(self._spawn(job, self._show_first_view(job, progress)))
            return
        shown = self._shown.setdefault(job.id, _Shown(job))
        shown.waits_since = None
        shown.preview = progress.preview or shown.preview
        if waiting := self._told_longest_ago():
            waiting.waits_since = self._clock()
            self._spawn(waiting.job, self._show_place_anew(waiting))
        if not self._turn(job).locked():
            # Cut off, it could still arrive, and after the painting: whoever edits the message next waits for it.
            await asyncio.shield(self._spawn(job, self._show_progress(shown, progress.fraction)))

    async def reply(self, job: Job, reply: Reply) -> Sent:
        """Put the end of the job into its message, or into a new one where that has gone, and notify once.

        Raises Retry, Refused or Unknown.
        """
        return await self._end(job, reply, again=False)

    async def find_reply(self, job: Job) -> Sent | None:
        """Put the end of the job into its message once more; None where it may be in one that nobody knows."""
        painting = self._services.blobs.path(job.result) if job.result else None
        try:
            return await self._end(job, reply_to(job, painting), again=True)
        except Unknown:
            return None

    async def pass_on(self, job: Job, successor: Callable[[Address], Awaitable[Job]]) -> None:
        """Let another job, which `successor` makes for the address it is given, go on in this one's message."""
        async with self._turn(job):
            address = await self._services.addresses.get(job.id)
            if address is None:
                raise UnknownJob
            await self._services.addresses.put(job.id, address | {"live": None, "passed_on": True})
            self._shown.pop(job.id, None)
            try:
                other = await successor(address | {"notified": False})
            except BaseException:
                await self._services.addresses.put(job.id, address)
                raise
        await self.begin(other, address)

    @contextlib.asynccontextmanager
    async def erasing(self, requester: str) -> AsyncIterator[None]:
        """While this lasts a person's jobs are erased; then those that were open are shown as cancelled."""
        jobs = [job for job in await self._services.desk.history(requester, _LATEST) if job.status in OPEN]
        addresses = [await self._services.addresses.get(job.id) for job in jobs]
        yield
        for job, address in zip(jobs, addresses, strict=True):
            self._shown.pop(job.id, None)
            if address and address.get("live") is not None and not address.get("passed_on"):
                cancelled = dataclasses.replace(job, status=Status.CANCELLED, reason="cancelled")
                words = say(explain(cancelled), job.language or "en")
                self._spawn(job, self._editor.put_words(address, words, None))

    async def keep_telling_of_pauses(self) -> None:
        """Tell those who wait when a pause begins, and when it ends; until cancelled."""
        while True:
            await asyncio.sleep(_PAUSE_AGE_S)
            try:
                await self.tell_of_pause()
            except Exception:
                log.exception("pause not told")

    async def tell_of_pause(self) -> None:
        """Tell those who wait that a pause has begun or ended, if they do not know; whom the limits spare, later."""
        waiting = [shown for shown in self._shown.values() if shown.waits_since is not None]
        for shown in waiting:
            view = await self._view(shown.job)
            if view and view.position:
                await self._tell_of_pause(view.paused, waiting)
                return

    async def settle(self) -> None:
        """Wait until all that was begun has gone out."""
        await asyncio.gather(*self._showing, return_exceptions=True)
        await self._endings.settle()

    async def _show_place(self, view: JobView, address: Address, patience_s: float | None = None) -> None:
        job, language = view.job, view.job.language or "en"
        words = say(_place(view), language)
        buttons = keyboards.waiting(job, address.get("swappable", False), language)
        if address.get("live") is not None:
            await self._editor.put_words(address, words, buttons, patience_s)
        else:
            sent = await self._bot.send_message(text=words, reply_markup=buttons, **destination(address))
            address.update(live=sent.message_id, photo=False)

    async def _show_first_view(self, job: Job, progress: Progress) -> None:
        """Put a picture beside the place of a job that waits: nothing else would until its turn has come."""
        address, view = await self._services.addresses.get(job.id), await self._view(job)
        if not progress.preview or not view or not view.position or not address or address.get("live") is None:
            return
        language = job.language or "en"
        picture = InputMediaPhoto(progress.preview, caption=say(_place(view), language))
        buttons = keyboards.waiting(job, address.get("swappable", False), language)
        await self._put_picture(job, address, picture, buttons, _FIRST_VIEW_S)

    async def _put_picture(
        self, job: Job, address: Address, picture: InputMediaPhoto, buttons: InlineKeyboardMarkup, patience_s: float
    ) -> None:
        await self._editor.put_picture(address, picture, buttons, patience_s)
        if not address.get("photo"):
            address["photo"] = True
            await self._services.addresses.put(job.id, address)

    def _told_longest_ago(self) -> _Shown | None:
        """Whose place in the queue is to be told anew."""
        old = self._clock() - _PLACE_AGE_S
        waiting = [(shown.waits_since, shown) for shown in self._shown.values() if shown.waits_since is not None]
        since, shown = min(waiting, key=lambda pair: pair[0], default=(old, None))
        return shown if since < old else None

    async def _tell_of_pause(self, paused: str | None, waiting: list[_Shown]) -> None:
        for shown in waiting:
            if shown.paused != paused:
                await self._spawn(shown.job, self._show_place_anew(shown))

    async def _show_place_anew(self, shown: _Shown) -> None:
        address = await self._services.addresses.get(shown.job.id)
        view = await self._view(shown.job)
        if view is None or not view.position:
            self._shown.pop(shown.job.id, None)
        elif address and address.get("live") is not None and self._limits.may_edit(address["chat"]):
            shown.paused = view.paused
            await self._show_place(view, address, NOW_OR_NEVER_S)

    async def _show_progress(self, shown: _Shown, fraction: float) -> None:
        shown.address = shown.address or await self._services.addresses.get(shown.job.id)
        address = shown.address
        if address is None or address.get("live") is None or not self._limits.may_edit(address["chat"]):
            return
        view = await self._view(shown.job)
        if view is None or view.job.status is not Status.RENDERING:
            self._shown.pop(shown.job.id, None)
        else:
            await self._edit_progress(view, shown, address, fraction)

    async def _edit_progress(self, view: JobView, shown: _Shown, address: Address, fraction: float) -> None:
        job, language = view.job, view.job.language or "en"
        filled = round(fraction * _BLOCKS)
        bar, eta = "▰" * filled + "▱" * (_BLOCKS - filled), duration(view.eta_s or 0)
        words = say(phrase("painting-progress", bar=bar, percent=int(fraction * 100), eta=eta), language)
        buttons = keyboards.waiting(job, address.get("swappable", False), language)
        preview, shown.preview = shown.preview, None
        if preview:
            picture = InputMediaPhoto(preview, caption=words)
            await self._put_picture(job, address, picture, buttons, NOW_OR_NEVER_S)
        elif words != shown.words:
            await self._editor.put_words(address, words, buttons, NOW_OR_NEVER_S)
        shown.words = words

    def _spawn(self, job: Job, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Do it in its turn, and let it be where it fails: something newer comes."""

        async def in_turn() -> None:
            # Not always the job that whoever spawns this is dealing with.
            with bound_contextvars(job=job.id):
                async with self._turn(job):
                    try:
                        await work
                    except TelegramError as error:
                        log.info("edit dropped", why=error)
                    except Exception:
                        log.exception("edit failed")

        task = asyncio.create_task(in_turn(), name=f"message of {job.id}")
        self._showing.add(task)
        task.add_done_callback(self._showing.discard)
        return task

    async def _end(self, job: Job, reply: Reply, again: bool) -> Sent:
        turn = self._turn(job)
        try:
            async with asyncio.timeout(_TURN_S):
                await turn.acquire()
        except TimeoutError:
            raise Retry(_TURN_S) from None
        try:
            return await self._end_in_turn(job, reply, again)
        finally:
            turn.release()

    async def _end_in_turn(self, job: Job, reply: Reply, again: bool) -> Sent:
        self._shown.pop(job.id, None)
        address = await self._services.addresses.get(job.id)
        if address is None:
            raise Refused("nobody knows where it goes")
        if not address.get("passed_on"):
            await self._endings.put(job, reply, address, again)
        return Sent(str(address.get("live") or ""))

    async def _view(self, job: Job) -> JobView | None:
        """None where the job was erased."""
        try:
            return await self._services.desk.look(job.id, job.requester)
        except UnknownJob:
            return None

    def _turn(self, job: Job) -> asyncio.Lock:
        return self._turns.setdefault(job.id, asyncio.Lock())


def _place(view: JobView) -> Said:
    eta = duration(view.eta_s or 0)
    if view.position == 0:
        return phrase("painting-begun", eta=eta)
    place = phrase("painting-place", place=view.position or 0, eta=eta)
    if view.paused is None:
        return place
    return together(place, phrase("painting-paused", reason=verbatim(view.paused)), by="\n")
