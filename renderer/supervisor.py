"""The parent's side of a renderer child: starts it, talks to it, watches it, replaces it."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path

import structlog

from config.confinement import Reach, command, has_gpu
from renderer import protocol
from renderer.places import CHECKOUT_WEIGHTS

log = structlog.get_logger(__name__)

#: All that a child gets of the parent's environment: no token of ours, nor anything else that it has no use for.
_ENVIRONMENT = ("PATH", "HOME", "LANG", "TMPDIR", "LD_LIBRARY_PATH", "PYTHONPATH", "PYTHONHOME")
_ENVIRONMENT_PREFIXES = ("LC_", "CUDA_", "NVIDIA_", "PYTORCH_", "TORCH_", "OMP_", "MKL_", "KMP_")
#: glibc returns large blocks to the kernel at once and gets them back page by page: a tenth and more of each
#: evaluation on a CPU. Other allocators pass these over; the child gives memory back itself between jobs.
_ALLOCATOR = {"MALLOC_MMAP_THRESHOLD_": str(1 << 32), "MALLOC_TRIM_THRESHOLD_": str(1 << 34)}
#: Threads that wait for one another sleep, where they would otherwise spin: beside other work a small painting took
#: seven times the processor time (OpenMP 5.2, section 21.7).
WAITING = {"OMP_WAIT_POLICY": "PASSIVE"}
#: What a child is given unless the bot's own environment says otherwise.
TUNING = _ALLOCATOR | WAITING
_END_S = 2.0
_MOST_WORDS = 200  #: characters of what a child said last, kept as the reason of its end
_WATCH_INTERVAL_S = 0.5
_BACK_OFF_S = (0.0, 1.0, 5.0, 15.0, 60.0)

Key = tuple[str, int]  # job id and attempt
OnEvent = Callable[[protocol.Event], Awaitable[None]]


@dataclasses.dataclass(frozen=True)
class ChildSpec:
    """How a child is started."""

    weights_dir: Path
    device: str = "auto"
    encoder: str = "vgg16"
    threads: int | None = None
    #: What it may reach besides Python and its weights; None where it is not to be confined.
    reach: Reach | None = None
    module: str = "renderer.worker"  #: what Python runs


@dataclasses.dataclass(frozen=True)
class Patience:
    """How many seconds each thing may take before the child is replaced."""

    ready_s: float = 180
    tick_s: float = 60
    cancel_s: float = 10


class ChildLost(Exception):
    """The child ended, hung or broke the protocol; the text says which."""


class Supervisor:
    """Keeps one child alive and carries its events to `on_event`, one after another.

    A job that the child held when it died ends in Failed(renderer_died). A terminal event counts as consumed, and
    its job as no longer held, once `on_event` has returned.
    """

    def __init__(self, name: str, spec: ChildSpec, on_event: OnEvent, patience: Patience = Patience()) -> None:
        self.name = name
        self.ready: protocol.Ready | None = None
        #: Bytes that the child takes, as it said last; None where it has not.
        self.memory: int | None = None
        #: Why there is no child at present; None while one is starting or serving.
        self.down: str | None = "not started"
        #: How often a child was lost, and another one started in its place.
        self.restarts = 0
        self._spec = spec
        self._on_event = on_event
        self._patience = patience
        self._changed = asyncio.Condition()
        self._held: dict[Key, protocol.Paint] = {}
        self._cancel_deadlines: dict[Key, float] = {}
        self._last_sign = 0.0
        self._consuming = False  # an event, which may wait for room on the disk: the child's signs wait, too
        self._writer: asyncio.StreamWriter | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._last_words = ""  # of its standard error

    @property
    def pid(self) -> int | None:
        """Process id of the child, while there is one."""
        return self._process.pid if self._process else None

    @property
    def can_glimpse(self) -> bool:
        """Whether there is a child, and one that can show a job that waits."""
        return self.ready is not None and self.ready.can_glimpse

    async def run(self) -> None:
        """Keep a child alive until cancelled; then stop it."""
        failures = 0  # in a row: children that never served
        while True:
            failures += 1
            try:
                reader = await self._start_child()
                failures = 0
                await self._serve(reader)
            except ChildLost as exc:
                await self._set(ready=None, down=str(exc))
                self.restarts += 1
                log.warning("renderer lost", worker=self.name, reason=str(exc), jobs=self._jobs())
            finally:
                await _to_its_end(self._end_child())
            await self._report_lost_jobs()
            await asyncio.sleep(_BACK_OFF_S[min(failures, len(_BACK_OFF_S) - 1)])

    async def wait_ready(self) -> protocol.Ready:
        """Wait until a child serves."""
        async with self._changed:
            await self._changed.wait_for(lambda: self.ready is not None)
            assert self.ready is not None
            return self.ready

    async def wait_ready_or_down(self) -> protocol.Ready | str:
        """Wait until a child serves or has failed to; the reason in the latter case."""
        async with self._changed:
            await self._changed.wait_for(lambda: self.ready is not None or self.down not in (None, "not started"))
            return self.ready or self.down or ""

    async def paint(self, order: protocol.Paint) -> None:
        """Hand a job to the child; a child that is gone ends it as renderer_died, through `on_event`."""
        key = (order.job, order.attempt)
        if key in self._held:
            return
        if not self._held:
            self._last_sign = _now()
        self._held[key] = order
        if self.ready is None:
            await self._report_lost_jobs()
        else:
            await self._send(order)

    async def glimpse(self, order: protocol.Glimpse) -> None:
        """Ask for a first view of a job that the child does not hold; it comes as Progress, or not at all."""
        if self.ready is not None:
            await self._send(order)

    async def cancel(self, job: str, attempt: int, keep: bool = False) -> None:
        """Ask the child to stop a job; after `patience.cancel_s` without an answer the child is replaced.

        Not so with `keep`: with the child, what is to be kept would be lost.
        """
        key = (job, attempt)
        if key in self._held:
            if not keep:
                self._cancel_deadlines.setdefault(key, _now() + self._patience.cancel_s)
            await self._send(protocol.Cancel(job=job, attempt=attempt, keep=keep))

    async def _start_child(self) -> asyncio.StreamReader:
        """What the child will say, once it is ready."""
        await self._set(ready=None, down=None)
        try:
            async with asyncio.timeout(self._patience.ready_s):
                reader = await self._spawn()
                first = await self._receive(reader)
        except TimeoutError:
            raise ChildLost(f"not ready within {self._patience.ready_s:g} s") from None
        except OSError as exc:  # no memory, no process, no file descriptor left; there may be later
            raise ChildLost(f"it could not be started: {exc.strerror or exc}") from exc
        if isinstance(first, protocol.Unready):
            raise ChildLost(first.reason)
        if not isinstance(first, protocol.Ready):
            raise ChildLost("it did not begin with ready")
        log.info("renderer ready", worker=self.name, device=first.device_name, encoder=first.encoder, pid=self.pid)
        await self._set(ready=first, down=None)
        return reader

    async def _serve(self, reader: asyncio.StreamReader) -> None:
        """Read and watch the child until it is lost."""
        watch = asyncio.create_task(self._watch(), name=f"watchdog of {self.name}")
        read = asyncio.create_task(self._read(reader), name=f"reader of {self.name}")
        try:
            await asyncio.wait({watch, read}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await _end_tasks(watch, read)
        for task in (watch, read):
            if not task.cancelled() and (exc := task.exception()):
                raise exc

    async def _spawn(self) -> asyncio.StreamReader:
        ours, theirs = socket.socketpair()
        spec = self._spec
        arguments = ["--socket", str(theirs.fileno()), "--parent", str(os.getpid()), "--device", spec.device]
        arguments += ["--encoder", spec.encoder, "--weights", str(spec.weights_dir.absolute())]
        if spec.threads:
            arguments += ["--threads", str(spec.threads)]
        with contextlib.ExitStack() as unused, theirs:
            unused.enter_context(ours)
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-P",  # the current folder is no place to import from
                *command(_reach(spec), spec.module),
                *arguments,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
                pass_fds=(theirs.fileno(),),
                env=_environment(),
                start_new_session=True,  # a Ctrl-C in the terminal is for the bot alone
            )
            assert self._process.stderr is not None
            self._last_words = ""
            self._drain = asyncio.create_task(self._log_stderr(self._process.stderr), name=f"stderr of {self.name}")
            reader, self._writer = await asyncio.open_unix_connection(sock=ours)
            unused.pop_all()
        return reader

    async def _read(self, reader: asyncio.StreamReader) -> None:
        while True:
            message = await self._receive(reader)
            self._last_sign = _now()
            if isinstance(message, protocol.Tick):
                continue
            if isinstance(message, protocol.Memory):
                self.memory = message.used
                continue
            if isinstance(message, (protocol.Ready, protocol.Unready)):
                raise ChildLost("it said ready twice")
            key = (message.job, message.attempt)
            if key not in self._held and not _is_glimpse(message):
                log.warning("event for a job not held", worker=self.name, job=message.job, event_kind=message.kind)
                continue
            self._consuming = True
            try:
                await self._on_event(message.model_copy(update={"worker": self.name}))
            finally:
                self._consuming, self._last_sign = False, _now()
            if isinstance(message, (protocol.Done, protocol.Failed)):
                self._forget(key)

    async def _receive(
        self, reader: asyncio.StreamReader
    ) -> protocol.Ready | protocol.Unready | protocol.Tick | protocol.Memory | protocol.Event:
        try:
            header = await reader.readexactly(4)
            return protocol.parse_from_child(await reader.readexactly(protocol.body_length(header)))
        except (asyncio.IncompleteReadError, ConnectionError):
            raise ChildLost(await self._exit_reason()) from None
        except protocol.BrokenFrame as exc:
            raise ChildLost(str(exc)) from exc

    async def _exit_reason(self) -> str:
        assert self._process is not None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1):
                await self._process.wait()
        status = self._process.returncode
        if status is None:
            return "it closed its connection"
        if status < 0:
            return f"ended by {signal.Signals(-status).name}"
        await asyncio.wait({self._drain}, timeout=1)
        return f"ended with status {status}" + (f": {self._last_words}" if self._last_words else "")

    async def _watch(self) -> None:
        """Raise ChildLost when a busy child is silent for too long or does not obey a cancel."""
        while True:
            before = _now()
            await asyncio.sleep(_WATCH_INTERVAL_S)
            now = _now()
            if now - before > 10 * _WATCH_INTERVAL_S:
                # This process itself stood still (suspended laptop, SIGSTOP): the child's signs wait unread.
                self._last_sign = now
            if self._consuming:
                continue
            if self._held and now - self._last_sign > self._patience.tick_s:
                raise ChildLost(f"no sign of life for {self._patience.tick_s:g} s")
            if any(now > deadline for deadline in self._cancel_deadlines.values()):
                raise ChildLost(f"did not obey a cancel within {self._patience.cancel_s:g} s")

    async def _send(self, message: protocol.Paint | protocol.Glimpse | protocol.Cancel) -> None:
        # A lost connection is the reader's to notice; it then reports every held job.
        if self._writer is not None:
            with contextlib.suppress(ConnectionError):
                self._writer.write(protocol.pack(message))
                await self._writer.drain()

    async def _report_lost_jobs(self) -> None:
        for (job, attempt), order in list(self._held.items()):
            reason = self.down or "the renderer is starting"
            await self._on_event(
                protocol.Failed(
                    job=job,
                    attempt=attempt,
                    delivery=order.delivery,
                    worker=self.name,
                    reason=protocol.FailureReason.RENDERER_DIED,
                    detail=reason,
                )
            )
            self._forget((job, attempt))

    def _jobs(self) -> list[str]:
        """Ids of the jobs that the child holds: a line about it is about them, too."""
        return sorted({job for job, _ in self._held})

    def _forget(self, key: Key) -> None:
        self._held.pop(key, None)
        self._cancel_deadlines.pop(key, None)

    async def _end_child(self) -> None:
        """Close the socket, at which the child ends by itself; then terminate, then kill."""
        self.ready = self.memory = None
        if self._writer is not None:
            self._writer.close()
            with contextlib.suppress(ConnectionError):
                await self._writer.wait_closed()
            self._writer = None
        process = self._process
        if process is None:
            return
        for force in (process.terminate, process.kill):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_END_S):
                    await process.wait()
                    break
            with contextlib.suppress(ProcessLookupError):
                force()
        await process.wait()
        await self._drain
        self._process = None

    async def _log_stderr(self, stream: asyncio.StreamReader) -> None:
        while chunk := await stream.read(1 << 16):
            text = chunk.decode(errors="replace").rstrip()
            log.info("renderer says", worker=self.name, text=text, jobs=self._jobs())
            self._last_words = text.rpartition("\n")[2][:_MOST_WORDS] or self._last_words

    async def _set(self, ready: protocol.Ready | None, down: str | None) -> None:
        async with self._changed:
            self.ready, self.down = ready, down
            self._changed.notify_all()


async def _to_its_end(work: Coroutine[None, None, None]) -> None:
    """Await `work` also where this is cancelled meanwhile: a child left running would outlive its supervisor."""
    task = asyncio.create_task(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise


async def _end_tasks(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


def _reach(spec: ChildSpec) -> Reach | None:
    if spec.reach is None:
        return None
    weights = map(str, (spec.weights_dir.absolute(), CHECKOUT_WEIGHTS))
    return dataclasses.replace(
        spec.reach, read=(*spec.reach.read, *weights), devices=spec.device != "cpu" and has_gpu()
    )


def _is_glimpse(event: protocol.Event) -> bool:
    return isinstance(event, protocol.Progress) and event.fraction == 0


def _environment() -> dict[str, str]:
    return TUNING | {
        name: value
        for name, value in os.environ.items()
        if name in _ENVIRONMENT or name.startswith(_ENVIRONMENT_PREFIXES)
    }


def _now() -> float:
    return asyncio.get_running_loop().time()
