"""Telegram's limits on what a bot may send, kept before Telegram has to say so."""

from __future__ import annotations

import asyncio
import math
import time
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from telegram.error import RetryAfter, TelegramError
from telegram.ext import BaseRateLimiter

from bot.adapters.telegram.failures import seconds_of

#: Pass it as `rate_limit_args` for what may be dropped, but not be late.
NOW_OR_NEVER_S = 0.001

#: A little longer than Telegram's second and minute: what counts there is when a request arrives.
_SECOND_S = 1.05
_MINUTE_S = 61.0
_PER_SECOND = 30
_PER_GROUP_MINUTE = 20
#: What previews leave for the messages that matter.
_RESERVED_PER_SECOND = 10
_RESERVED_PER_GROUP_MINUTE = 8

_PATIENCE_S = 60.0
_REMEMBERED_CHATS = 1000
_MARGIN_S = 0.1

_Result = bool | dict[str, Any] | list[dict[str, Any]]


class Limits(BaseRateLimiter[float]):
    """Holds requests back until they may go out: 30 a second in all, one a second in a chat, 20 a minute in a group.

    What Telegram refuses for its frequency it has surely not done: it is sent again when Telegram said, and until then
    only that chat is kept waiting. `rate_limit_args` of a request is how long (seconds) it may be held back, by
    default a minute; one that would have to wait for longer ends in RetryAfter at once.

    Previews ask `may_edit` first: at most one in so many seconds, and none that would delay anything else. `failed` is
    told of each error that Telegram answered with, also of those that are not passed on.
    """

    def __init__(
        self,
        edit_interval_s: float = 3,
        group_edit_interval_s: float = 5,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        failed: Callable[[TelegramError], None] = lambda error: None,
    ) -> None:
        self._edit_interval_s = edit_interval_s
        self._group_edit_interval_s = group_edit_interval_s
        self._clock = clock
        self._sleep = sleep
        self._failed = failed
        self._overall = _Window(_PER_SECOND, _SECOND_S)
        self._overall_turn = asyncio.Lock()
        self._chats: dict[int | str, _Chat] = {}

    async def initialize(self) -> None:
        """Nothing to be done."""

    async def shutdown(self) -> None:
        """Nothing to be done."""

    def may_edit(self, chat_id: int) -> bool:
        """Whether a preview may go out now: the last message is old enough, and there is room to spare."""
        now, chat = self._clock(), self._chat(chat_id)
        interval_s = self._edit_interval_s if chat_id > 0 else self._group_edit_interval_s
        return (
            chat.wait_s(now) == 0
            and not chat.turn.locked()
            and now - chat.last_at >= interval_s
            and (chat.minute is None or chat.minute.free(now) > _RESERVED_PER_GROUP_MINUTE)
            and self._overall.free(now) > _RESERVED_PER_SECOND
        )

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, _Result]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: float | None,
    ) -> _Result:
        """One request of the bot's, when its turn has come."""
        patient_until = self._clock() + (rate_limit_args or _PATIENCE_S)
        chat = self._chat(data["chat_id"]) if _counts(endpoint, data) else None
        while True:
            if chat is not None:
                await self._take_turn(chat, patient_until)
            try:
                return await callback(*args, **kwargs)
            except RetryAfter as told:
                self._failed(told)
                pause_s = seconds_of(told) + _MARGIN_S
                if chat is not None:
                    chat.held_until = max(chat.held_until, self._clock() + pause_s)
                if self._clock() + pause_s > patient_until:
                    raise
                if chat is None:
                    await self._sleep(pause_s)
            except TelegramError as error:
                self._failed(error)
                raise

    async def _take_turn(self, chat: _Chat, patient_until: float) -> None:
        wait_s = chat.wait_s(self._clock())
        if wait_s and self._clock() + wait_s > patient_until:
            raise RetryAfter(math.ceil(wait_s))
        async with chat.turn:
            while wait_s := chat.wait_s(self._clock()):
                await self._sleep(wait_s)
            async with self._overall_turn:
                while wait_s := self._overall.wait_s(self._clock()):
                    await self._sleep(wait_s)
                self._overall.note(self._clock())
            chat.note(self._clock())

    def _chat(self, chat_id: int | str) -> _Chat:
        if len(self._chats) > _REMEMBERED_CHATS:
            now = self._clock()
            self._chats = {key: chat for key, chat in self._chats.items() if not chat.is_idle(now)}
        return self._chats.setdefault(chat_id, _Chat(_is_group(chat_id)))


class _Window:
    """At most so many events within any time of that length (seconds)."""

    def __init__(self, most: int, period_s: float) -> None:
        self._times: deque[float] = deque(maxlen=most)
        self._most = most
        self._period_s = period_s

    def wait_s(self, now: float) -> float:
        return max(0.0, self._times[0] + self._period_s - now) if len(self._times) == self._most else 0.0

    def free(self, now: float) -> int:
        return self._most - sum(at + self._period_s > now for at in self._times)

    def note(self, now: float) -> None:
        self._times.append(now)


class _Chat:
    """What one chat was sent lately."""

    def __init__(self, is_group: bool) -> None:
        self.turn = asyncio.Lock()
        self.held_until = -math.inf
        self.last_at = -math.inf
        self.minute = _Window(_PER_GROUP_MINUTE, _MINUTE_S) if is_group else None

    def wait_s(self, now: float) -> float:
        in_minute_s = self.minute.wait_s(now) if self.minute else 0.0
        return max(0.0, self.held_until - now, self.last_at + _SECOND_S - now, in_minute_s)

    def note(self, now: float) -> None:
        self.last_at = now
        if self.minute:
            self.minute.note(now)

    def is_idle(self, now: float) -> bool:
        return not self.turn.locked() and now > self.held_until and now > self.last_at + _MINUTE_S


def _is_group(chat_id: int | str) -> bool:
    return isinstance(chat_id, str) or chat_id < 0


def _counts(endpoint: str, data: dict[str, Any]) -> bool:
    """Whether a request is a message, or an edit of one, which Telegram counts alike."""
    sends = endpoint.startswith(("send", "edit", "copy", "forward", "stop")) and endpoint != "sendChatAction"
    return sends and data.get("chat_id") is not None
