"""Agents that are given nothing more, by name: until they are undrained, and over a restart."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.admin.lines import count
from bot.errors import BadRequest

if TYPE_CHECKING:  # the command line lists the verbs without loading what serves them
    from bot.ports import AgentStatus, RenderPool
    from bot.store import Store

_SWITCH = "resting"


async def resting(store: Store) -> frozenset[str]:
    """Names of the agents that are to be given nothing."""
    return frozenset((await store.switches.get(_SWITCH) or {}).get("agents", ()))


class AgentActs:
    """Drains, undrains and evicts one agent; each answers in lines and raises BadRequest (unknown_agent)."""

    def __init__(self, store: Store, pool: RenderPool) -> None:
        self._store = store
        self._pool = pool
        # What is set is read, changed and written.
        self._changing = asyncio.Lock()

    async def drain(self, name: str) -> list[str]:
        """Let it end what it paints, and give it nothing more."""
        await self._known(name)
        await self._set(name, rests=True)
        workers = (await self._pool.status()).workers
        painting = [worker for worker in workers if worker.agent and worker.agent.name == name and worker.job]
        ends = f"ends the {count(len(painting), 'painting')} under its hands" if painting else "paints nothing now"
        return [f"{name} is given nothing more; it {ends}. “undrain {name}” gives it work again."]

    async def undrain(self, name: str) -> list[str]:
        """Give it work again, or once it is there again."""
        if name not in await resting(self._store):
            await self._known(name)
            return [f"{name} was not drained."]
        await self._set(name, rests=False)
        return [f"{name} is given work again."]

    async def evict(self, name: str) -> list[str]:
        """Give all that it has to others at once, and nothing more to it."""
        agent = await self._known(name)
        await self._set(name, rests=True)
        await self._pool.evict(name)
        gone = f"{count(agent.held, 'painting')} of it {'goes' if agent.held == 1 else 'go'} to others"
        had = gone if agent.held else "it had nothing"
        return [f"{name} is given nothing more, and {had}. “undrain {name}” gives it work again."]

    async def _set(self, name: str, rests: bool) -> None:
        async with self._changing:
            names = await resting(self._store)
            names = names | {name} if rests else names - {name}
            await self._store.switches.put(_SWITCH, {"agents": sorted(names)} if names else None)
            await self._pool.rest(names)

    async def _known(self, name: str) -> AgentStatus:
        """The agent of this name that is there."""
        workers = (await self._pool.status()).workers
        agents = {worker.agent.name: worker.agent for worker in workers if worker.agent}
        if name in agents:
            return agents[name]
        for worker in workers:
            if worker.name == name and worker.agent:
                why = f"{name} is one device of the agent {worker.agent.name}, and only whole agents are meant by name."
                raise BadRequest(why, "unknown_agent")
            if worker.name == name:
                raise BadRequest(
                    f"{name} is a device of the bot's own machine, and only agents can be drained by name.",
                    "unknown_agent",
                )
        there_are = f"there are {', '.join(sorted(agents))}" if agents else "nor is any other connected"
        raise BadRequest(f"There is no agent {name}; {there_are}.", "unknown_agent")
