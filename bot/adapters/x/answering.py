"""Letters, dealt with: an order is placed, a person's word obeyed, or in few words said what they could mend."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from bot.adapters.x.failures import Kind, Trouble
from bot.adapters.x.ordering import Mention, Ordering
from bot.adapters.x.posting import Answer, Posting
from bot.adapters.x.posts import PLATFORM
from bot.adapters.x.rehearsal import Rehearsal
from bot.adapters.x.services import Services
from bot.adapters.x.speech import line
from bot.adapters.x.wanted import Order, order_of
from bot.errors import Busy, Forbidden, OverBudget, Unexamined, UnknownJob, Unwritable, UserError
from bot.lanes import Lanes
from bot.patience import patiently
from bot.spending import utc_day
from bot.texts import Said, phrase

log = structlog.get_logger(__name__)

#: People served together, and letters that may wait before X is asked for more.
_AT_ONCE = 16
_ROOM = 2000
#: Seconds until a letter is taken up again that could not be dealt with now, at least and at most.
_SOONEST_S = 2.0
_LATEST_S = 600.0
#: Short answers to one person in a day: they cost, and another bot would answer each.
_NOTES_A_DAY = 3
#: What is no fault of the person's and passes; the letter waits.
_PASSING = frozenset({"queue_full", "too_many_jobs", "closing", "disk_full", "not_fetched"})

#: Tries to fetch a picture, over about an hour.
_MOST_TRIES = 8
#: Troubles that another try does not help.
_FINAL = frozenset({Kind.GONE, Kind.REFUSED, Kind.DUPLICATE})

#: Lets everybody through.
_OPEN = contextlib.nullcontext()

Letter = dict[str, Any]
Sleep = Callable[[float], Awaitable[None]]


class Answering:
    """Deals with letters: those of one person in their order, many people at once."""

    def __init__(
        self,
        ordering: Ordering,
        posting: Posting,
        services: Services,
        sleep: Sleep,
        denied: Callable[[str], None],
        rehearsal: Rehearsal | None = None,
    ) -> None:
        self._ordering = ordering
        self._posting = posting
        self._services = services
        self._sleep = sleep
        self._denied = denied
        self._rehearsal = rehearsal
        self._lanes = Lanes(PLATFORM, _AT_ONCE, _ROOM, room_of_one=_ROOM)
        self._later: set[asyncio.Task[None]] = set()
        self._alone = asyncio.Lock()
        self._notes: Counter[str] = Counter()  # of the day `_today`, by person
        self._today = ""

    async def take(self, letter: Letter) -> None:
        """Queue a letter; waits only where far too many are queued already."""
        await self._lanes.room()
        self._queue(letter["mention"]["id"], letter["mention"]["author"])

    async def take_left(self, letter: Letter, in_hand: bool) -> None:
        """As `take`, what an earlier run has left; what was `in_hand` when it was killed is dealt with alone."""
        await self._lanes.room()
        mention = letter["mention"]["id"]

        async def begin() -> None:
            await patiently(lambda: self._services.inbox.take(PLATFORM, [mention]))

        gate = self._alone if in_hand else _OPEN
        self._queue(mention, letter["mention"]["author"], begin, gate)

    async def close(self, grace_s: float) -> None:
        """Give what is under way so much time, then stop; what is left stays in the inbox."""
        for task in self._later:
            task.cancel()
        await asyncio.gather(*self._later, return_exceptions=True)
        if left := await self._lanes.close(grace_s):
            log.info("mentions left for the next start", number=left)
        try:
            await self._services.inbox.stopped(PLATFORM)
        except Unwritable as why:
            log.warning("the store cannot be written", why=str(why))

    def _queue(
        self,
        mention: str,
        author: str,
        begin: Callable[[], Awaitable[None]] | None = None,
        gate: contextlib.AbstractAsyncContextManager[None] = _OPEN,
    ) -> None:
        async def work() -> None:
            async with gate:
                if begin:
                    await begin()
                await deal()

        async def deal() -> None:
            # Read anew: meanwhile everything of the person's may have been erased.
            letter = await self._services.inbox.get(PLATFORM, mention)
            if letter is not None:
                # Repeated where the store cannot be written: nothing of an order is there then, or all of it.
                await patiently(lambda: self._deal_with(letter))

        self._lanes.put(author, work)

    def _defer(self, letter: Letter, after_s: float) -> None:
        """Take a letter up again later, each time later than the last."""
        pause_s = min(max(after_s, _SOONEST_S) * 2 ** min(letter["deferred"] - 1, 8), max(after_s, _LATEST_S))

        async def wait() -> None:
            await self._sleep(pause_s)
            self._queue(letter["mention"]["id"], letter["mention"]["author"])

        task = asyncio.create_task(wait(), name=f"x deferred {letter['mention']['id']}")
        self._later.add(task)
        task.add_done_callback(self._later.discard)

    async def _deal_with(self, letter: Letter) -> None:
        mention = letter["mention"]["id"]
        try:
            await self._advance(letter)
        except (Trouble, OverBudget, Busy, Unexamined) as passing:
            if not isinstance(passing, Trouble) or passing.kind not in _FINAL:
                await self._wait(letter, passing)
                return
            log.warning("mention given up", mention=mention, why=passing)
        except Unwritable:
            raise
        except Exception:
            # Nobody could mend it, and it would be no better the next time.
            log.exception("mention failed", mention=mention)
            await self._services.notices.add("x", f"mention {mention} could not be dealt with; the log says why")
        await self._services.inbox.done(PLATFORM, [mention])

    async def _wait(self, letter: Letter, passing: Trouble | OverBudget | Busy | Unexamined) -> None:
        mention = letter["mention"]["id"]
        log.info("mention waits", mention=mention, why=passing)
        if isinstance(passing, Trouble) and passing.kind is Kind.DENIED:
            self._denied(str(passing))
        letter["deferred"] = letter.get("deferred", 0) + 1
        # Unless it is gone: erased with its person.
        if await self._services.inbox.get(PLATFORM, mention) is not None:
            await self._services.inbox.amend(PLATFORM, mention, _whose(letter), letter)
            self._defer(letter, _seconds(passing))

    async def _advance(self, letter: Letter) -> None:
        """Deal with a letter as far as it goes; raises Trouble, OverBudget, Busy or Unexamined where it has to wait."""
        if letter.get("answer") is None and letter.get("erase") is None:
            await self._obey_or_order(letter)
        if letter.get("erase") is not None:
            await self._services.erasure.erase(letter["erase"])
            if self._rehearsal:
                await asyncio.to_thread(self._rehearsal.forget, letter["mention"]["author"])
        if letter.get("answer") is not None:
            await self._answer(letter)

    async def _obey_or_order(self, letter: Letter) -> None:
        mention = Mention.from_json(letter)
        order = order_of(mention.post)
        if order is None and (await self._services.accounts.get(mention.requester)).opted_out:
            log.info("mention of somebody who has opted out", mention=mention.post.id)
            return
        mention = await self._ordering.completed(mention)
        letter |= mention.to_json()
        if order:
            # Said to somebody else in a conversation that the bot is part of, it is no business of ours.
            if await self._ordering.is_for_us(mention):
                await self._obey(order, mention, letter)
            return
        try:
            await self._services.accounts.admit(mention.requester, mention.place)
            job = await self._ordering.place(mention)
            log.info("mention read", mention=mention.post.id, job=job.id if job else None)
        except UserError as refused:
            await self._refuse(letter, mention, refused)

    async def _obey(self, order: Order, mention: Mention, letter: Letter) -> None:
        requester = mention.requester
        log.info("x obeys", order=order.value, requester=requester)
        if order is Order.STOP:
            # Not a word more, not even that it was understood.
            await self._services.accounts.change(requester, opted_out=True)
            await self._cancel_all(requester)
        elif order is Order.START:
            was_out = (await self._services.accounts.get(requester)).opted_out
            await self._services.accounts.change(requester, opted_out=False)
            if was_out:
                await self._note(letter, mention, phrase("x-started"))
        else:
            letter["erase"] = requester
            is_silent = (await self._services.accounts.get(requester)).opted_out
            if is_silent:
                # The letter must outlive the erasure of all that is the person's.
                await self._services.inbox.amend(PLATFORM, mention.post.id, None, letter)
            else:
                await self._note(letter, mention, phrase("x-erased"))

    async def _cancel_all(self, requester: str) -> None:
        for job in await self._services.desk.history(requester, 100):
            try:
                await self._services.desk.cancel(job.id, requester)
            except UserError:  # ended already
                continue

    async def _refuse(self, letter: Letter, mention: Mention, refused: UserError) -> None:
        """Say what the person could mend, and nothing else. Raises Busy where it is better to wait."""
        gives_up = refused.code == "not_fetched" and letter.get("deferred", 0) >= _MOST_TRIES
        if isinstance(refused, Busy) and refused.code in _PASSING and not gives_up:
            raise refused
        log.info("mention refused", mention=mention.post.id, code=refused.code)
        if refused.code == "foreign_host":
            await self._services.notices.add("x", f"mention {mention.post.id}: {refused.message}")
            return
        is_told = not isinstance(refused, Forbidden | UnknownJob) or refused.code == "moderated"
        if is_told and self._may_note(mention.requester):
            await self._note(letter, mention, refused.said)

    async def _note(self, letter: Letter, mention: Mention, said: Said) -> None:
        """Write down the answer before it is given, so that it is not given twice."""
        letter["answer"] = line(said, mention.language)
        await self._services.inbox.amend(PLATFORM, mention.post.id, _whose(letter), letter)

    async def _answer(self, letter: Letter) -> None:
        mention = letter["mention"]["id"]
        author = letter["mention"]["author"]

        async def is_wanted() -> bool:
            return not (await self._services.accounts.get(f"{PLATFORM}:{author}")).opted_out

        send = self._posting.post_unless_there if letter.get("tried") else self._posting.post
        if not letter.get("tried"):
            letter["tried"] = True
            await self._services.inbox.amend(PLATFORM, mention, _whose(letter), letter)
        post = await send(Answer(mention, author, letter["answer"], is_wanted=is_wanted))
        log.info("mention answered", mention=mention, post=post)

    def _may_note(self, requester: str) -> bool:
        today = utc_day(self._services.clock())
        if today != self._today:
            self._notes.clear()
            self._today = today
        self._notes[requester] += 1
        return self._notes[requester] <= _NOTES_A_DAY


def _whose(letter: Letter) -> str | None:
    """Whose the letter is; of one that erases its person nobody's, since it must outlive that."""
    return None if letter.get("erase") else f"{PLATFORM}:{letter['mention']['author']}"


def _seconds(passing: Trouble | OverBudget | Busy | Unexamined) -> float:
    match passing:
        case Trouble():
            return passing.after_s
        case OverBudget():
            return passing.until_s
        case Busy():
            return passing.retry_after_s
    return _LATEST_S
