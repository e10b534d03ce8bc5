"""What X would charge."""

from __future__ import annotations

from collections import Counter

#: Dollars for one of each kind.
PRICES = {
    "mention": 0.001,
    "own_post": 0.001,
    "post": 0.005,
    "user": 0.010,
    "reply": 0.010,
    "create": 0.015,
    "link": 0.200,
    "metadata": 0.005,
    "upload": 0.0,
}


def dollars(bill: Counter[str]) -> float:
    # Rounded, so that a test can compare with a sum of its own.
    return round(sum(PRICES[kind] * number for kind, number in bill.items()), 6)
