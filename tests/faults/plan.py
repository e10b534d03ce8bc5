"""Who orders what, and what goes wrong with it: all of it from one seed."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable

from tests.faults.ledger import POINTS, RANDOM, Fault, Kind, Order, Way

#: How many orders in a hundred are struck by each kind of fault.
_SHARE = 0.05
#: How often each named point is where a process is killed, at least.
_EACH_POINT = 2
_TARGETS = ("bot", "child", "both")
_PLATFORMS = {"telegram": 50, "x": 30, "web": 20}
#: Ways of ordering that are not the usual, in a hundred orders; the bot can be mute on Telegram alone.
_UNUSUAL = {Way.CANCELLED: 6, Way.EXPIRED: 4, Way.POISON: 2}
_MUTE = 8


def planned(number: int, seed: int) -> list[Order]:
    """So many orders, in the order in which they are placed."""
    chance = random.Random(seed)
    orders = [_order(at, chance) for at in range(1, number + 1)]
    usual = [order for order in orders if order.way not in _UNUSUAL]
    chance.shuffle(usual)
    for fault in _faults(number, chance):
        fitting = [order for order in usual if _fits(order, fault)]
        min(fitting or usual[:1], key=lambda order: len(order.faults)).faults.append(fault)
    for order in orders:
        if order.way is Way.POISON:
            order.faults.append(Fault(Kind.KILL, "painting", "child", times=3))
    return orders


def _order(number: int, chance: random.Random) -> Order:
    (platform,) = chance.choices(list(_PLATFORMS), list(_PLATFORMS.values()))
    unusual = _UNUSUAL | ({Way.MUTE: _MUTE} if platform == "telegram" else {})
    if platform == "x":
        del unusual[Way.CANCELLED]  # there a mention stands
    way = next((way for way, share in unusual.items() if chance.random() < share / 100), None)
    usual = (Way.WHOLE, Way.ALBUM, Way.PARTS) if platform == "telegram" else (Way.WHOLE, Way.ALBUM)
    return Order(number, platform, way or chance.choice(usual))


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
            point = "painting" if target == "child" else chance.choice(POINTS)
            yield Fault(kind, point, target, times=1)
    for kind in (Kind.TOO_MANY, Kind.BROKEN, Kind.SILENCE, Kind.CUT):
        for _ in range(each):
            when = chance.choice(("before", "after")) if kind is not Kind.TOO_MANY else "before"
            yield Fault(kind, chance.choice(("asking", "accepted", "sending", "sending")), when)


def _fits(order: Order, fault: Fault) -> bool:
    """Whether such a fault can strike such an order: the web has no platform that could fail."""
    return order.platform != "web" or fault.kind in (Kind.KILL, Kind.HANG, Kind.DISK, Kind.BUSY)
