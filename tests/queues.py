"""A data folder of a service that was stopped with a long queue."""

from __future__ import annotations

import time
from pathlib import Path

from sqlalchemy import insert

from bot.jobs import Job, Priority, new_id
from bot.store.rows import to_row
from bot.store.tables import blob_refs, jobs
from renderer.options import RenderOptions
from renderer.protocol import StyleInput
from tests import pictures
from tests.fakes.house import open_house


async def fill(folder: Path, number: int, people: int, iterations: int = 1, deliveries: int = 0) -> list[str]:
    """So many small jobs of so many people, asked for in turn a second apart; their ids in the order of painting."""
    async with open_house(folder) as house:
        content, style = await house.blob(pictures.png(64, 48)), await house.blob(pictures.png(48, 48))
        begun = time.time() - number
        waiting = [
            Job(
                id=new_id(),
                adapter="web",
                source=str(turn),
                requester=f"web:{turn % people}",
                content=content,
                styles=(StyleInput(picture=style),),
                options=RenderOptions(size=128, iterations=iterations),
                created_at=begun + turn,
                deliveries=deliveries,
            )
            for turn in range(number)
        ]
        own = {"estimate_s": 1.0, "not_before": 0.0, "cancel_requested": False, "priority": Priority.USUAL}
        references = [
            {"job": job.id, "role": role, "blob": blob, "requester": job.requester}
            for job in waiting
            for role, blob in (("content", content), ("style", style))
        ]
        async with house.store.jobs._database.write() as connection:
            await connection.execute(insert(jobs), [to_row(job) | own for job in waiting])
            await connection.execute(insert(blob_refs), references)
        return await house.scheduler.line()
