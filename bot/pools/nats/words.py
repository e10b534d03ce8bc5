"""What the bot says to agents: not stored, so that what is lost is said again when a beat shows it."""

from __future__ import annotations

import structlog

from bot.pools.nats.ledger import Claim
from renderer.wire import subjects
from renderer.wire.line import PASSING, Line
from renderer.wire.messages import (
    GLIMPSE_S,
    Again,
    Answer,
    BadMessage,
    Cancel,
    Glimpse,
    Received,
    Refused,
    Revoke,
    View,
    read,
)

log = structlog.get_logger(__name__)

_REVOKE_S = 2.0


class Words:
    """Speaks to one instance at a time."""

    def __init__(self, line: Line) -> None:
        self._line = line

    async def cancel(self, claim: Claim) -> None:
        """Stop it."""
        await self._say(claim.agent, claim.instance, Cancel(**Cancel.fields(claim.handed)))

    async def received(self, claim: Claim) -> None:
        """Its end is here, or is of no interest."""
        await self._say(claim.agent, claim.instance, Received(**Received.fields(claim.handed)))

    async def again(self, claim: Claim) -> None:
        """Its end has not come, or not whole."""
        await self._say(claim.agent, claim.instance, Again(**Again.fields(claim.handed)))

    async def refused(self, agent: str, instance: str, reason: str) -> None:
        """It is given nothing."""
        await self._say(agent, instance, Refused(reason=reason))

    async def is_given_back(self, claim: Claim) -> bool:
        """Ask for what has not begun; whether it is certain that it never will there."""
        word = Revoke(**Revoke.fields(claim.handed)).model_dump_json().encode()
        try:
            client = await self._line.client()
            answer = await client.request(subjects.word(claim.agent, claim.instance), word, timeout=_REVOKE_S)
            return read(Answer, answer.data).given_back
        except (*PASSING, BadMessage) as exc:
            log.debug("not given back", agent=claim.agent, why=repr(exc))
            return False

    async def glimpse(self, agent: str, instance: str, glimpse: Glimpse) -> View:
        """Ask for a first view; raises one of `PASSING` where none comes, and BadMessage."""
        client = await self._line.client()
        word = glimpse.model_dump_json().encode()
        return read(View, (await client.request(subjects.word(agent, instance), word, timeout=GLIMPSE_S)).data)

    async def _say(self, agent: str, instance: str, word: Cancel | Received | Again | Refused) -> None:
        await self._line.say(subjects.word(agent, instance), word.model_dump_json().encode())
