"""How an agent tells the bot what became of a job: durably, and until the bot says that it has it."""

from __future__ import annotations

import asyncio
import itertools
import shutil
from collections.abc import Callable, Coroutine
from pathlib import Path

import structlog

from renderer import protocol
from renderer.agent.held import Held
from renderer.wire import parcels, subjects
from renderer.wire.line import Line, end
from renderer.wire.messages import Handed, Report, Step
from renderer.wire.messages import Task as Told

log = structlog.get_logger(__name__)

Spawn = Callable[[Coroutine[None, None, None], str], asyncio.Task[None]]

#: Ends that are kept for a bot that does not say it has them; the oldest is forgotten first.
_KEPT = 200


class Reports:
    """Everything that is held, by hand-over, and what has been told of it."""

    def __init__(self, line: Line, agent: str, instance: str, spawn: Spawn, changed: Callable[[], None]) -> None:
        """`changed` is called when what a beat tells has changed."""
        self._line = line
        self._agent = agent
        self._instance = instance
        self._spawn = spawn
        self._changed = changed
        self._sending: dict[Handed, asyncio.Task[None]] = {}
        self._numbers = itertools.count(1)
        self.held: dict[Handed, Held] = {}

    async def started(self, held: Held, worker: str) -> None:
        """Tell that a job begins; returns once that is stored, and may wait for the server."""
        job, attempt, delivery, token = held.key
        event = protocol.Started(job=job, attempt=attempt, delivery=delivery, worker=worker)
        await self._publish(held, Report(instance=self._instance, token=token, event=event))

    async def progress(self, held: Held, event: protocol.Progress) -> None:
        """Tell how far a job is; lost where nobody hears it."""
        step = Step(instance=self._instance, token=held.key[-1], event=event)
        await self._line.say(subjects.progress(self._agent, event.job), step.model_dump_json().encode())

    def ended(self, held: Held, event: protocol.Done | protocol.Failed) -> None:
        """Tell the end of a job in the background, and keep it until it is `received`."""
        held.event, held.stage = event, "reported"
        self._send(held)
        reported = [other for other in self.held.values() if other.stage == "reported"]
        for other in reported[:-_KEPT]:
            log.warning("end given up, since nobody has asked for it", job=other.key[0])
            self.received(other.key)
        self._changed()

    def again(self, key: Handed) -> None:
        """Tell an end once more, files and all."""
        held = self.held.get(key)
        if held is not None and held.event is not None and key not in self._sending:
            log.warning("telling an end again", job=key[0])
            self._send(held)

    def told(self, is_leaving: bool) -> tuple[Told, ...]:
        """What a beat tells is held; the last one without the ends that are being sent, since they may never come."""
        return tuple(held.told for held in self.held.values() if not (is_leaving and held.key in self._sending))

    def received(self, key: Handed) -> None:
        """Forget an end, and its files."""
        held = self.held.get(key)
        # What is being sent is sent whole: the bot removes it when the report has come, and says so again.
        if held is not None and held.event is not None and key not in self._sending:
            self.drop(held)

    def drop(self, held: Held) -> None:
        """Forget what is held, and its files."""
        self.held.pop(held.key, None)
        if held.fetching:
            held.fetching.cancel()
        shutil.rmtree(held.folder, ignore_errors=True)
        self._changed()

    async def settled(self) -> None:
        """Wait until every end is on the server."""
        while self._sending:
            await asyncio.wait(list(self._sending.values()))

    async def stop(self) -> None:
        """Tell no more."""
        await end(list(self._sending.values()))

    def _send(self, held: Held) -> None:
        task = self._spawn(self._tell_end(held), f"end of {held.key[0]}")
        self._sending[held.key] = task
        task.add_done_callback(lambda _: self._sending.pop(held.key, None))

    async def _tell_end(self, held: Held) -> None:
        event = held.event
        assert event is not None
        result = frames = None
        if isinstance(event, protocol.Done):
            above = subjects.results(self._agent, held.key[-1])
            try:
                result = await parcels.send(self._line, Path(event.result), above)
                frames = await parcels.send(self._line, Path(event.frames), above) if event.frames else None
            except FileNotFoundError:
                log.error("the painting is gone", job=event.job)
                reason = protocol.FailureReason.RENDERER_DIED
                held.event = event = held.failed(reason, "the painting is gone", event.worker)
        token = held.key[-1]
        report = Report(instance=self._instance, token=token, event=event, result=result, frames=frames)
        await self._publish(held, report)

    async def _publish(self, held: Held, report: Report) -> None:
        # An id of its own for each telling: the server must not take one that is asked for again for a duplicate.
        headers = {"Nats-Msg-Id": f"{self._instance}:{next(self._numbers)}"}
        subject, data = subjects.report(self._agent, held.key[0]), report.model_dump_json().encode()
        await self._line.insist(lambda js: js.publish(subject, data, stream=subjects.REPORTS, headers=headers))
