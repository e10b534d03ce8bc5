"""How fast a bot may write: 30 messages a second in all, one a second in a chat, 20 a minute in a group."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable
from typing import Any, NamedTuple

#: Messages that may follow one another in a chat at once: "short bursts", says Telegram, and no number.
BURST = 3
#: Calls may arrive a little closer together than they were sent.
_JITTER = 0.05


class Call(NamedTuple):
    """One call as the server saw it; `status` is 0 where it got no answer."""

    time: float  #: of its arrival, in seconds of the monotonic clock
    method: str
    chat_id: int | None
    parameters: dict[str, Any]
    status: int

    @property
    def messages(self) -> int:
        """How many messages it counts for."""
        if self.method == "sendMediaGroup":
            media = self.parameters.get("media")
            return len(media) if isinstance(media, list) else 1
        return int(self.method.startswith("editMessage") or self.method in _SENDING)


_SENDING = {"sendMessage", "sendPhoto", "sendDocument", "sendAnimation"}


def check_rates(calls: Iterable[Call], burst: int = BURST) -> None:
    """Raises AssertionError with the first call that was too early."""
    overall: deque[float] = deque()
    of_groups: defaultdict[int, deque[float]] = defaultdict(deque)
    levels: defaultdict[int, tuple[float, float]] = defaultdict(lambda: (0.0, 0.0))
    for call in sorted(calls, key=lambda call: call.time):
        for _ in range(call.messages):
            _within(overall, call.time, 30, 1, "in all", call)
            if call.chat_id is None:
                continue
            level, since = levels[call.chat_id]
            level = max(0.0, level - (call.time - since) * (1 + _JITTER)) + 1
            levels[call.chat_id] = (level, call.time)
            assert level <= burst + _JITTER, f"more than one message a second in chat {call.chat_id}: {_named(call)}"
            if call.chat_id < 0:
                _within(of_groups[call.chat_id], call.time, 20, 60, f"in group {call.chat_id}", call)


def _within(times: deque[float], now: float, most: int, span_s: float, where: str, call: Call) -> None:
    times.append(now)
    while times[0] <= now - span_s * (1 - _JITTER):
        times.popleft()
    assert len(times) <= most, f"more than {most} messages in {span_s} s {where}: {_named(call)}"


def _named(call: Call) -> str:
    return f"{call.method} at {call.time:.3f}"
