"""Many uploads at the same moment: what each is answered, and the memory that they take."""

from __future__ import annotations

import asyncio
import collections
import contextlib
import sqlite3
import time
from pathlib import Path

import aiohttp

from tests.bench.figures import Figure
from tests.bench.resident import watched
from tests.bench.web_client import Client, photograph, quantile
from tests.service import Service

UPLOADS = 100
Pair = tuple[bytes, bytes]


def pairs(sides: tuple[int, int], quality: int) -> list[Pair]:
    """Four times two pictures; the grain makes them as heavy as photographs of that quality."""
    made = [photograph(sides, quality, seed) for seed in range(8)]
    return list(zip(made[::2], made[1::2], strict=True))


class Answers:
    """What the uploads were answered."""

    def __init__(self) -> None:
        self.heads: collections.Counter[str] = collections.Counter()
        self.accepted: list[tuple[Client, str]] = []
        self.waits_s: list[float] = []

    async def one(self, client: Client, pair: Pair) -> None:
        """Send an upload, and note how it went."""
        began = time.monotonic()
        try:
            status, body = await client.post(*pair, size=256)
        except aiohttp.ClientError as lost:
            status, body = 0, {"code": type(lost).__name__}
        self.waits_s.append(time.monotonic() - began)
        self.heads[f"{status} {body.get('code', '')}".strip()] += 1
        if status == 202:
            self.accepted.append((client, body["id"]))

    @property
    def neither(self) -> int:
        """How many were neither accepted nor told when to come back."""
        return sum(number for head, number in self.heads.items() if head[:3] not in ("202", "429"))


async def uploads(bot: Service, what: str, bodies: list[Pair], sessions: int = UPLOADS) -> list[Figure]:
    """`UPLOADS` uploads at once, of so many sessions; `what` says of what."""
    answers = Answers()
    limits = {"connector": aiohttp.TCPConnector(limit=0), "timeout": aiohttp.ClientTimeout(600)}
    async with aiohttp.ClientSession(bot.url, **limits) as http:  # type: ignore[arg-type]
        clients = [Client(http) for _ in range(sessions)]
        began = time.monotonic()
        with watched(bot.pid) as resident:
            await asyncio.gather(
                *(answers.one(clients[turn % sessions], bodies[turn % len(bodies)]) for turn in range(UPLOADS))
            )
        took_s = time.monotonic() - began
        for client, job in answers.accepted:
            await client.look(job)
    ids = {job for _, job in answers.accepted}
    left = list((bot.data / "uploads").iterdir())
    median_s = quantile(sorted(answers.waits_s), 0.5)
    print(
        f"{what}: {dict(answers.heads)}, the median after {median_s:.1f} s, {resident.most_decoders} decoders at once"
    )
    return [
        Figure(f"{what}: neither 202 nor 429", answers.neither, "uploads", 0),
        Figure(f"{what}: accepted and not stored, or the reverse", len(ids ^ _stored(bot.data)), "jobs", 0),
        Figure(f"{what}: files left behind", len(left), "files", 0),
        Figure(f"{what}: until the last answer", took_s, "s"),
        Figure(f"{what}: bot process, peak memory", resident.bot / 1e6, "MB"),
        Figure(f"{what}: bot and decoders, peak memory", resident.together / 1e6, "MB", 500),
    ]


def _stored(data: Path) -> set[str]:
    with contextlib.closing(sqlite3.connect(f"file:{data}/atelier.db?mode=ro", uri=True)) as database:
        return {row[0] for row in database.execute("SELECT id FROM jobs")}
