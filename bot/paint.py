"""`atelier paint`: pictures in, paintings out, with a renderer child of its own and no server."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import os
import signal
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from PIL import Image
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from bot.child import child_of
from bot.errors import BadPicture, BadRequest, OperatorError, RendererUnavailable
from bot.jobs import MAX_DELIVERIES, new_id
from bot.pictures import normalise
from config.settings import Settings
from renderer import protocol
from renderer.options import RenderOptions
from renderer.supervisor import Supervisor

FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}
INTERRUPTED = 130


@dataclasses.dataclass(frozen=True)
class Commission:
    """What one call of the command asks for."""

    contents: tuple[Path, ...]
    styles: tuple[tuple[Path, float], ...]
    output: Path
    options: RenderOptions
    as_json: bool = False
    into_folder: bool = False  #: `output` is a folder, one painting a content


def plan(commission: Commission) -> list[tuple[Path, Path]]:
    """(content, output) of every painting; raises BadRequest where the output cannot be what was asked for."""
    output = commission.output
    if not commission.into_folder:
        if len(commission.contents) > 1:
            raise BadRequest(f"several contents need a folder to be painted into: -o {output}/")
        if output.suffix.lower() not in FORMATS:
            raise BadRequest(f"-o {output}: the name must end in {', '.join(FORMATS)}, or in / for a folder")
        if not output.absolute().parent.is_dir():
            raise BadRequest(f"-o {output}: there is no folder {output.parent}")
        inputs = (*commission.contents, *(path for path, _ in commission.styles))
        if output.exists() and any(path.exists() and path.samefile(output) for path in inputs):
            raise BadRequest(f"-o {output}: this is one of the pictures to paint from; choose another name")
        return [(commission.contents[0], output)]
    if output.exists() and not output.is_dir():
        raise BadRequest(f"-o {output}: this is a file, and several paintings need a folder")
    planned: dict[Path, Path] = {}
    for content in commission.contents:
        target = output / f"{content.stem}.png"
        if other := planned.get(target):
            raise BadRequest(f"{other} and {content} would both become {target}; rename one of them")
        planned[target] = content
    return [(content, target) for target, content in planned.items()]


def _open_folder(commission: Commission) -> None:
    """Make sure, before minutes are spent, that there is a folder and that it can be written to."""
    output = commission.output
    folder = output if commission.into_folder else output.absolute().parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise BadRequest(f"-o {output}: this folder cannot be made ({exc.strerror})") from exc
    if not os.access(folder, os.W_OK):
        raise BadRequest(f"-o {output}: the folder {folder} cannot be written to")


async def paint(commission: Commission, settings: Settings, console: Console) -> int:
    """Paint everything that is asked for; the exit status.

    0: all painted; 1: a painting failed; 2: a picture or option is not to be used; 130: interrupted, and what there
    was of the painting in hand has been saved. One bad content does not keep the others from being painted.
    """
    works = plan(commission)
    _open_folder(commission)
    studio = _Studio(commission, settings, console)
    with tempfile.TemporaryDirectory(prefix="atelier-") as folder:
        return await studio.paint_all(works, Path(folder))


class _Studio:
    """One run of the command: a warm child and the paintings that it is given one after another."""

    def __init__(self, commission: Commission, settings: Settings, console: Console) -> None:
        self._commission = commission
        self._settings = settings
        self._console = console
        spec, patience = child_of(settings)
        self._supervisor = Supervisor("renderer", spec, self._on_event, patience)
        self._end: asyncio.Future[protocol.Done | protocol.Failed] | None = None
        self._show: Callable[[protocol.Progress], None] = lambda _: None
        self._job = ""
        self._interrupted = False

    async def paint_all(self, works: list[tuple[Path, Path]], scratch: Path) -> int:
        loop = asyncio.get_running_loop()
        self._scratch = scratch
        main = asyncio.current_task()
        assert main is not None
        self._main = main
        supervise = asyncio.create_task(self._supervisor.run(), name="supervisor")
        supervise.add_done_callback(lambda _: main.cancel() if not self._interrupted else None)
        loop.add_signal_handler(signal.SIGINT, self._interrupt)
        loop.add_signal_handler(signal.SIGTERM, self._interrupt)
        try:
            return await self._paint_each(works)
        except asyncio.CancelledError:
            if supervise.done() and not supervise.cancelled() and (exc := supervise.exception()):
                raise exc from None
            return INTERRUPTED
        finally:
            self._interrupted = True
            supervise.cancel()
            await asyncio.wait({supervise})

    async def _paint_each(self, works: list[tuple[Path, Path]]) -> int:
        self._styles = tuple([(await self._normalised(path), weight) for path, weight in self._commission.styles])
        status = 0
        for content, output in works:
            if self._commission.into_folder and output.exists():
                self._console.print(f"{output} is there already, passed over", highlight=False)
                continue
            try:
                status = max(status, await self._paint_one(content, output))
            except BadPicture as exc:
                if len(works) == 1:
                    raise
                self._console.print(f"atelier: {exc.message}", style="red", highlight=False)
                status = 2
            if self._interrupted:
                return INTERRUPTED
        return status

    async def _normalised(self, path: Path) -> Path:
        try:
            if not stat.S_ISREG((await asyncio.to_thread(path.stat)).st_mode):
                raise BadPicture("this is no picture file")
            return (await normalise(path, self._scratch_path, self._settings.limits)).file
        except BadPicture as exc:
            raise BadPicture(f"{path}: {exc.message}", exc.code) from exc
        except FileNotFoundError as exc:
            raise BadPicture(f"{path}: there is no such file", "picture_missing") from exc
        except OSError as exc:
            raise BadPicture(f"{path}: this file cannot be read ({exc.strerror})") from exc

    def _scratch_path(self, suffix: str) -> Path:
        return self._scratch / (new_id() + suffix)

    async def _paint_one(self, content: Path, output: Path) -> int:
        normalised = await self._normalised(content)
        with self._progress_bar(content.name):
            ready = await self._supervisor.wait_ready_or_down()
            if isinstance(ready, str):
                raise RendererUnavailable(f"the renderer cannot start: {ready}")
            end = await self._render(normalised)
        if isinstance(end, protocol.Failed):
            if end.reason is protocol.FailureReason.CANCELLED:
                return INTERRUPTED
            self._console.print(f"atelier: {content}: {_explain(end)}", style="red", highlight=False)
            return 1
        _export(Path(end.result), output)
        self._report(content, output, end)
        return 0

    async def _render(self, content: Path) -> protocol.Done | protocol.Failed:
        """One painting; when its child dies under it, again with the next, three times in all."""
        self._job = new_id()
        for delivery in range(1, MAX_DELIVERIES + 1):
            await self._supervisor.wait_ready()
            self._end = asyncio.get_running_loop().create_future()
            await self._supervisor.paint(
                protocol.Paint(
                    job=self._job,
                    attempt=1,
                    delivery=delivery,
                    content=str(content),
                    styles=tuple(protocol.StyleInput(picture=str(path), weight=w) for path, w in self._styles),
                    output=str(self._scratch_path(".png")),
                    options=self._commission.options,
                )
            )
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
        if self._interrupted or self._end is None or self._end.done():
            self._main.cancel()
        else:
            self._console.print("saving what there is … (Ctrl-C again to leave at once)", highlight=False)
            self._saving = asyncio.create_task(self._supervisor.cancel(self._job, 1, keep=True), name="save")
        self._interrupted = True

    @contextlib.contextmanager
    def _progress_bar(self, name: str) -> Iterator[None]:
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
        times = (TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn())
        quiet = not self._console.is_terminal
        with Progress(*columns, *times, console=self._console, transient=True, disable=quiet) as progress:
            task: TaskID = progress.add_task(f"{name}: the renderer is starting", total=None)

            def show(event: protocol.Progress) -> None:
                progress.update(task, description=name, total=1.0, completed=event.fraction)

            self._show = show
            yield

    def _report(self, content: Path, output: Path, done: protocol.Done) -> None:
        early = ", stopped early" if done.stopped_early else ""
        self._console.print(
            f"{output}  {done.width}×{done.height}, {done.iterations} iterations, {done.seconds:.1f} s{early}",
            highlight=False,
        )
        if self._commission.as_json:
            sys.stdout.write(json.dumps({"content": str(content), "output": str(output)} | done.facts()) + "\n")
            sys.stdout.flush()


def _export(painting: Path, output: Path) -> None:
    """Write the child's PNG in the format that the output's name asks for, whole or not at all.

    Raises OperatorError where the disk does not take it.
    """
    part = output.with_name(f".{output.name}.part")
    try:
        with Image.open(painting) as image:
            image.save(part, format=FORMATS[output.suffix.lower()], quality=95, subsampling=0)
        part.replace(output)
    except OSError as exc:
        raise OperatorError(f"{output} cannot be written: {exc.strerror or exc}") from exc
    finally:
        part.unlink(missing_ok=True)


def _explain(failed: protocol.Failed) -> str:
    match failed.reason:
        case protocol.FailureReason.OUT_OF_MEMORY:
            return "too little memory for this size; try a smaller --size"
        case protocol.FailureReason.RENDERER_DIED:
            return f"the renderer ended while painting ({failed.detail})"
        case _:
            return f"not painted ({failed.detail or failed.reason})"
