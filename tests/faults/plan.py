"""Who orders what, and what goes wrong with it: all of it from one seed."""

from __future__ import annotations

import dataclasses
import itertools
import random
from collections.abc import Iterable

from bot.jobs import MAX_DELIVERIES
from tests.faults.ledger import OURS, POINTS, RANDOM, Fault, Kind, Order, Way

#: How many orders in a hundred are struck by each kind of fault.
_SHARE = 0.05
#: How often each named point is where a process is killed, at least.
_EACH_POINT = 2
_TARGETS = ("bot", "child", "both")
_PLATFORMS = {"telegram": 50, "x": 30, "web": 20}
#: Unusual ways of ordering: how many in a hundred, but one at least, and where there are such.
_UNUSUAL = {
    Way.CANCELLED: (6, ("telegram", "web")),
    Way.EXPIRED: (4, tuple(_PLATFORMS)),
    Way.POISON: (2, tuple(_PLATFORMS)),
    Way.MUTE: (5, ("telegram",)),
}
#: What happens to the one message of a bot that was mute: nobody can know whether it has arrived.
_OF_MUTE = (
    Fault(Kind.CUT, "sending", "after"),
    Fault(Kind.KILL, "taken", "bot"),
    Fault(Kind.SILENCE, "sending", "before"),
    Fault(Kind.BROKEN, "sending", "after"),
    Fault(Kind.KILL, "sending", "bot"),
)


def planned(number: int, seed: int) -> list[Order]:
    """So many orders, in the order in which they are placed."""
    chance = random.Random(seed)
    platforms = chance.choices(list(_PLATFORMS), list(_PLATFORMS.values()), k=number)
    orders = [Order(at, platform, _usual(platform, chance)) for at, platform in enumerate(platforms, 1)]
    usual = chance.sample(orders, number)
    for way, (share, where) in _UNUSUAL.items():
        fitting = [order for order in usual if order.platform in where]
        for order in fitting[: max(1, round(share * number / 100))]:
            order.way = way
            usual.remove(order)
    for fault in _faults(number, chance):
        fitting = [order for order in usual if order.platform != "web" or fault.kind in OURS]
        min(fitting, key=lambda order: len(order.faults)).faults.append(fault)
    for order in orders:
        if order.way is Way.POISON:
            order.faults.append(Fault(Kind.KILL, "painting", "child", times=MAX_DELIVERIES))
    for order, fault in zip((order for order in orders if order.way is Way.MUTE), itertools.cycle(_OF_MUTE)):
        order.faults.append(dataclasses.replace(fault))
    return orders


def _usual(platform: str, chance: random.Random) -> Way:
    return chance.choice((Way.WHOLE, Way.ALBUM, Way.PARTS) if platform == "telegram" else (Way.WHOLE, Way.ALBUM))


def _faults(number: int, chance: random.Random) -> Iterable[Fault]:
    each = max(2, round(_SHARE * number))
    targets = itertools.cycle(_TARGETS)
    named = [Fault(Kind.KILL, point, next(targets)) for _ in range(_EACH_POINT) for point in POINTS]
    yield from named
    for _ in range(max(2, each - len(named))):
        yield Fault(Kind.KILL, RANDOM, chance.choice(_TARGETS))
    for kind in (Kind.HANG, Kind.DISK, Kind.BUSY):
        for _ in range(each):
            target = chance.choice(("bot", "child")) if kind is Kind.HANG else ""
            yield Fault(kind, "painting" if target == "child" else chance.choice(POINTS), target)
    for kind in (Kind.TOO_MANY, Kind.BROKEN, Kind.SILENCE, Kind.CUT):
        for _ in range(each):
            point = chance.choice(("asking", "accepted", "sending", "sending"))
            when = ["before"] if kind is Kind.TOO_MANY else ["before", "after"]
            if kind is Kind.CUT and point == "sending":
                when.append("during")
            yield Fault(kind, point, chance.choice(when))
