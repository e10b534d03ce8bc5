"""One run of the command: a warm renderer child, and the paintings that it is given one after another."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from bot.child import child_of
from bot.errors import BadPicture, OperatorError, RendererUnavailable
from bot.jobs import MAX_ATTEMPTS, MAX_DELIVERIES, made_smaller, smaller
from bot.paint.commission import Commission, Work, open_folder, plan
from bot.paint.export import export, software, write_json
from bot.paint.orders import Orders
from bot.processes import set_confined
from config.settings import Settings
from renderer import protocol, timelapse
from renderer.options import default_size
from renderer.supervisor import OnEvent, Supervisor

INTERRUPTED = 130


class _Renderer(Protocol):
    """What paints: `renderer.supervisor.Supervisor` has the promises."""

    async def run(self) -> None: ...
    async def wait_ready(self) -> protocol.Ready: ...
    async def wait_ready_or_down(self) -> protocol.Ready | str: ...
    async def paint(self, order: protocol.Paint) -> None: ...
    async def cancel(self, job: str, attempt: int, keep: bool = False) -> None: ...


async def paint(
    commission: Commission,
    settings: Settings,
    console: Console,
    renderer: Callable[[OnEvent], _Renderer] | None = None,
) -> int:
    """Paint everything that is asked for, with a child of the settings' or another `renderer`; the exit status.

    0: all painted; 1: a painting failed; 2: a picture or option is not to be used; 130: interrupted, and what there
    was of the painting in hand has been saved. One bad content does not keep the others from being painted.
    """
    set_confined(settings.renderer.confined)
    works = plan(commission)
    open_folder(commission)
    with tempfile.TemporaryDirectory(prefix="atelier-") as name:
        folder = Path(name)

        def child(on_event: OnEvent) -> _Renderer:
            spec, patience = child_of(settings, folder, folder)
            return Supervisor("renderer", spec, on_event, patience)

        studio = _Studio(commission, Orders(commission, settings.limits), console, renderer or child)
        return await studio.paint_all(works, folder)


class _Studio:
    def __init__(
        self, commission: Commission, orders: Orders, console: Console, renderer: Callable[[OnEvent], _Renderer]
    ) -> None:
        self._commission = commission
        self._orders = orders
        self._console = console
        self._renderer = renderer(self._on_event)
        self._order: protocol.Paint | None = None
        self._end: asyncio.Future[protocol.Done | protocol.Failed] | None = None
        self._show: Callable[[protocol.Progress], None] = lambda _: None
        self._interrupted = False

    async def paint_all(self, works: list[Work], scratch: Path) -> int:
        loop = asyncio.get_running_loop()
        main = asyncio.current_task()
        assert main is not None
        self._main = main
        supervise = asyncio.create_task(self._renderer.run(), name="supervisor")
        supervise.add_done_callback(lambda _: main.cancel() if not self._interrupted else None)
        loop.add_signal_handler(signal.SIGINT, self._interrupt)
        loop.add_signal_handler(signal.SIGTERM, self._interrupt)
        try:
            return await self._paint_each(works, scratch)
        except asyncio.CancelledError:
            if supervise.done() and not supervise.cancelled() and (exc := supervise.exception()):
                raise exc from None
            return INTERRUPTED
        finally:
            self._interrupted = True
            supervise.cancel()
            await asyncio.wait({supervise})

    async def _paint_each(self, works: list[Work], scratch: Path) -> int:
        await self._orders.prepare(scratch)
        status = 0
        for work in works:
            if self._commission.into_folder and work.output.exists():
                self._say(f"{work.output} is there already, passed over")
                continue
            try:
                with tempfile.TemporaryDirectory(dir=scratch) as folder:
                    status = max(status, await self._paint_one(work, Path(folder)))
            except BadPicture as exc:
                if len(works) == 1:
                    raise
                self._say(f"atelier: {exc.message}", style="red")
                status = 2
            if self._interrupted:
                return INTERRUPTED
        return status

    async def _paint_one(self, work: Work, folder: Path) -> int:
        order = await self._orders.order(work, folder)
        with self._progress_bar(work.content.name):
            ready = await self._renderer.wait_ready_or_down()
            if isinstance(ready, str):
                raise RendererUnavailable(f"the renderer cannot start: {ready}")
            try:
                end = await self._render(order, ready.device)
            finally:
                _export_steps(order, work)
        if isinstance(end, protocol.Failed):
            if end.reason is protocol.FailureReason.CANCELLED:
                return INTERRUPTED
            self._say(f"atelier: {work.content}: {_explain(end)}", style="red")
            return 1
        await self._hand_over(work, end)
        return 0

    async def _render(self, order: protocol.Paint, device: str) -> protocol.Done | protocol.Failed:
        """One painting; where the device has too little memory, again at a smaller size."""
        wanted = size = order.options.size or default_size(device)
        for attempt in range(1, MAX_ATTEMPTS + 1):
            end = await self._attempt(order.model_copy(update={"attempt": attempt}))
            if isinstance(end, protocol.Done) and size < wanted:
                end = end.model_copy(update={"notes": (*end.notes, made_smaller(size, wanted))})
            short_of_memory = isinstance(end, protocol.Failed) and end.reason is protocol.FailureReason.OUT_OF_MEMORY
            less = smaller(size)
            if not short_of_memory or less is None or self._interrupted:
                break
            size = less
            order = order.model_copy(update={"options": order.options.model_copy(update={"size": size})})
        return end

    async def _attempt(self, order: protocol.Paint) -> protocol.Done | protocol.Failed:
        """One attempt; when its child dies under it, again with the next, three times in all."""
        for delivery in range(1, MAX_DELIVERIES + 1):
            await self._renderer.wait_ready()
            self._end = asyncio.get_running_loop().create_future()
            self._order = order.model_copy(update={"delivery": delivery})
            await self._renderer.paint(self._order)
            end = await self._end
            lost = isinstance(end, protocol.Failed) and end.reason is protocol.FailureReason.RENDERER_DIED
            if not lost or self._interrupted:
                break
        return end

    async def _on_event(self, event: protocol.Event) -> None:
        if isinstance(event, protocol.Progress):
            self._show(event)
        elif isinstance(event, (protocol.Done, protocol.Failed)) and self._end and not self._end.done():
            self._end.set_result(event)

    def _interrupt(self) -> None:
        """The first Ctrl-C saves what there is; the second, or one before there is anything, ends at once."""
        if self._interrupted or self._order is None or self._end is None or self._end.done():
            self._main.cancel()
        else:
            self._say("saving what there is … (Ctrl-C again to leave at once)")
            cancel = self._renderer.cancel(self._order.job, self._order.attempt, keep=True)
            self._saving = asyncio.create_task(cancel, name="save")
        self._interrupted = True

    @contextlib.contextmanager
    def _progress_bar(self, name: str) -> Iterator[None]:
        columns = (TextColumn("{task.description}", markup=False), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
        times = (TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn())
        quiet = not self._console.is_terminal
        with Progress(*columns, *times, console=self._console, transient=True, disable=quiet) as progress:
            task: TaskID = progress.add_task(f"{name}: the renderer is starting", total=None)

            def show(event: protocol.Progress) -> None:
                progress.update(task, description=name, total=1.0, completed=event.fraction)

            self._show = show
            yield

    async def _hand_over(self, work: Work, done: protocol.Done) -> None:
        """Write the painting and all that goes with it, and tell of it."""
        facts = {"software": software(), **done.facts()}
        export(Path(done.result), work.output, facts)
        if work.metadata:
            write_json(facts, work.metadata)
        early = ", stopped early" if done.stopped_early else ""
        self._say(
            f"{work.output}  {done.width}×{done.height}, {done.iterations} iterations, {done.seconds:.1f} s{early}"
        )
        for note in done.notes:
            self._say(note)
        if self._commission.as_json:
            sys.stdout.write(json.dumps({"content": str(work.content), "output": str(work.output), **facts}) + "\n")
            sys.stdout.flush()
        if work.film and done.frames:
            await _film(Path(done.frames), work.film)
            self._say(str(work.film))

    def _say(self, text: str, style: str | None = None) -> None:
        self._console.print(text, style=style, highlight=False, markup=False)


def _export_steps(order: protocol.Paint, work: Work) -> None:
    for step in sorted(Path(order.steps).glob("[0-9]*.png")) if order.steps else ():
        export(step, work.step(step.stem))


async def _film(frames: Path, film: Path) -> None:
    try:
        await asyncio.to_thread(timelapse.encode, frames, film)
    except OSError as exc:
        raise OperatorError(f"{film} cannot be written: {exc.strerror or exc}") from exc


def _explain(failed: protocol.Failed) -> str:
    match failed.reason:
        case protocol.FailureReason.OUT_OF_MEMORY:
            return "too little memory for this size; try a smaller --size"
        case protocol.FailureReason.RENDERER_DIED:
            return f"the renderer ended while painting ({failed.detail})"
        case protocol.FailureReason.BAD_INPUT if failed.detail:
            return failed.detail
        case _:
            return f"not painted ({failed.detail or failed.reason})"
