"""One device of an agent: its child, and what it paints."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

import structlog
from structlog.contextvars import bound_contextvars

from renderer.agent.held import Held
from renderer.agent.reports import Reports
from renderer.protocol import Done, Event, Failed, FailureReason, Glimpse, Progress
from renderer.supervisor import ChildSpec, Patience, Supervisor
from renderer.wire.messages import Device
from renderer.wire.parcels import BrokenParcel

log = structlog.get_logger(__name__)


class Shelf(Protocol):
    """Where a seat finds what is to be painted next."""

    async def take(self, seat: Seat) -> Held | None:
        """Wait for something that the seat can paint; None where it no longer serves then."""


class Seat:
    """Keeps a child alive and gives it one job after another."""

    def __init__(
        self, name: str, spec: ChildSpec, patience: Patience, reports: Reports, changed: Callable[[], None]
    ) -> None:
        self.name = name
        self.supervisor = Supervisor(name, spec, self._from_child, patience)
        self.held: Held | None = None
        self._reports = reports
        self._changed = changed
        self._ended: asyncio.Future[Done | Failed] | None = None
        #: First views that are waited for, by job, attempt and delivery.
        self._views: dict[tuple[str, int, int], asyncio.Future[bytes]] = {}

    async def feed(self, shelf: Shelf) -> None:
        """Paint what comes, until cancelled."""
        while True:
            await self.supervisor.wait_ready()
            self._changed()
            held = await shelf.take(self)
            if held is None:
                continue
            self.held = held
            with bound_contextvars(job=held.key[0]):
                end = await self._paint(held)
            self.held = None
            # Sent beside the next painting.
            self._reports.ended(held, end)

    @property
    def memory_total(self) -> int | None:
        """Bytes of the device's own memory; None where that is not known."""
        return self.supervisor.ready.memory_total if self.supervisor.ready else None

    @property
    def glimpses(self) -> int:
        """First views that are waited for."""
        return len(self._views)

    async def glimpse(self, order: Glimpse) -> bytes:
        """A first view of a job that waits, as of `Progress`; waits for ever where the child has none."""
        of = (order.job, order.attempt, order.delivery)
        view: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._views[of] = view
        try:
            await self.supervisor.glimpse(order)
            return await view
        finally:
            if self._views.get(of) is view:
                del self._views[of]

    async def cancel(self) -> None:
        """Stop what is being painted."""
        if self.held is not None:
            job, attempt, *_ = self.held.key
            await self.supervisor.cancel(job, attempt)

    async def _paint(self, held: Held) -> Done | Failed:
        try:
            await _fetched(held)
        except BrokenParcel as exc:
            log.warning("picture refused", why=str(exc))
            return held.failed(FailureReason.RENDERER_DIED, f"a picture did not arrive whole: {exc}", self.name)
        except OSError as exc:
            log.error("picture not kept", why=str(exc))
            return held.failed(FailureReason.NO_ROOM, f"a picture could not be kept: {exc}", self.name)
        if held.is_cancelled:
            return held.failed(FailureReason.CANCELLED, worker=self.name)
        held.stage = "painting"
        self._changed()
        # Stored before the child sees the picture, so that one that kills this machine is found out.
        await self._reports.started(held, self.name)
        if held.is_cancelled:
            return held.failed(FailureReason.CANCELLED, worker=self.name)
        self._ended = asyncio.get_running_loop().create_future()
        await self.supervisor.paint(held.order())
        end = await self._ended
        lost = isinstance(end, Failed) and end.reason is FailureReason.RENDERER_DIED
        if lost and held.is_cancelled:
            return held.failed(FailureReason.CANCELLED, worker=self.name)
        return end

    async def _from_child(self, event: Event) -> None:
        if isinstance(event, Progress):
            of = (event.job, event.attempt, event.delivery)
            view = self._views.get(of)
            if view is not None:  # what is painted has a later delivery than it waited under
                if event.preview and not view.done():
                    view.set_result(event.preview)
            elif self.held is not None and self.held.key[:3] == of:
                await self._reports.progress(self.held, event)
        elif isinstance(event, (Done, Failed)) and self._ended and not self._ended.done():
            self._ended.set_result(event)

    def device(self) -> Device:
        """As a beat tells it."""
        supervisor, ready = self.supervisor, self.supervisor.ready
        state = ("painting" if self.held else "idle") if ready else ("down" if supervisor.down else "starting")
        return Device.model_validate(
            {
                "name": self.name,
                "state": state,
                "device": ready.device if ready else None,
                "device_name": ready.device_name if ready else None,
                "encoder": ready.encoder if ready else None,
                "memory": supervisor.memory,
                "memory_total": self.memory_total,
                "can_glimpse": supervisor.can_glimpse,
                "reason": supervisor.down,
                "restarts": supervisor.restarts,
                "job": self.held.key[0] if self.held else None,
            }
        )


async def _fetched(held: Held) -> None:
    """Wait for its pictures, which may be fetched anew meanwhile; raises BrokenParcel, or OSError of our own disk."""
    fetching = None
    while fetching is not held.fetching:
        fetching = held.fetching
        assert fetching is not None
        await asyncio.wait({fetching})
    assert fetching is not None
    fetching.result()
