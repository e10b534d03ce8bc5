"""A job made ready for an agent: its pictures on the server, and what is to be painted from them."""

from __future__ import annotations

from bot.pools.nats.ledger import Claim
from bot.ports import BlobStore, RenderJob
from renderer.wire import parcels, subjects
from renderer.wire.line import Line
from renderer.wire.messages import Assignment, Parcel, StyleParcels


async def pack(line: Line, blobs: BlobStore, job: RenderJob, claim: Claim) -> Assignment:
    """Send a job's pictures and say where they are; raises FileNotFoundError where one is gone."""
    above = subjects.inputs(claim.agent, claim.token)
    sent: dict[str, Parcel] = {}

    async def parcel(name: str) -> Parcel:
        if name not in sent:
            sent[name] = await parcels.send(line, blobs.path(name), above)
        return sent[name]

    content = await parcel(job.content)
    styles = [
        StyleParcels(
            picture=await parcel(style.picture),
            weight=style.weight,
            mask=await parcel(style.mask) if style.mask else None,
        )
        for style in job.styles
    ]
    return Assignment(
        **Assignment.fields(claim.handed),
        agent=claim.agent,
        instance=claim.instance,
        content=content,
        styles=tuple(styles),
        options=job.options,
    )
