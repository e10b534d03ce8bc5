"""What the harness knows, what the service has stored and what people see, compared."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.jobs import MAX_DELIVERIES
from bot.texts import phrase, say
from tests.faults.books import Row
from tests.faults.crowd import Seen
from tests.faults.ledger import Order, Way
from tests.faults.signature import signature

ENDS = ("delivered", "failed", "cancelled", "expired")
#: What people are told of an end without a painting, by platform where it differs.
_TOLD = {
    "poisoned": say(phrase("reply-poisoned")),
    "cancelled": say(phrase("reply-cancelled")),
    "waited_too_long": say(phrase("reply-expired")),
}
#: X is answered only where the person can do something about it.
_SILENT = {"x": frozenset(_TOLD)}


def breaches(order: Order, rows: Sequence[Row], seen: Seen | None, uncertain: bool) -> Iterable[str]:
    """What is wrong with an order's end; `uncertain` is whether its reply was ever marked so."""
    if len(rows) != 1 or seen is None:
        yield f"{len(rows)} jobs for one request"
        return
    (row,) = rows
    if row.status not in ENDS:
        yield f"it ended as {row.status}"
    if row.status not in _possible(order):
        yield f"it ended as {row.status} ({row.reason}), which nothing explains"
    yield from _of_paintings(order, row, seen)
    if row.status != "delivered":
        yield from _of_reason(order, row, seen)
    if uncertain and not order.uncertain:
        yield "its reply was uncertain, and nothing explains it"
    if order.uncertain and not uncertain:
        yield f"its reply was never uncertain, but: {order.uncertain}"


def _possible(order: Order) -> set[str]:
    match order.way:
        case Way.CANCELLED:
            return {"cancelled", "delivered"}  # whoever is late gets a painting
        case Way.EXPIRED:
            return {"expired", "delivered"} if order.count("claimed") else {"expired"}
        case Way.POISON:
            return {"failed"}
    # Killed so often by chance, a picture is set aside like one that kills.
    return {"delivered", "failed"} if order.count("claimed") >= MAX_DELIVERIES else {"delivered"}


def _of_paintings(order: Order, row: Row, seen: Seen) -> Iterable[str]:
    expected = 1 if row.status == "delivered" else 0
    if len(seen.paintings) != expected:
        yield f"{row.status}, and its person sees {len(seen.paintings)} paintings"
    for painting in seen.paintings:
        if (whose := signature(painting)) != order.number:
            yield f"its person sees the painting of order {whose}"


def _of_reason(order: Order, row: Row, seen: Seen) -> Iterable[str]:
    if row.reason in _SILENT.get(order.platform, ()):
        return
    said = row.reason if order.platform == "web" else _TOLD.get(row.reason or "")
    if not said or not any(said in words for words in seen.words):
        yield f"{row.status} ({row.reason}), and its person was told {seen.words}"
