"""The real child with the real encoder: painted, cancelled, killed, stopped, orphaned."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from structlog.testing import capture_logs

from renderer.options import RenderOptions
from renderer.protocol import Done, Event, Failed, FailureReason, Paint, Progress, StyleInput
from renderer.supervisor import ChildSpec, Patience, Supervisor
from renderer.timelapse import MAX_FRAMES
from tests.service import PAINT_S, START_S


class Studio:
    """A supervisor under test, and what it told."""

    def __init__(self, weights_dir: Path, content: Path, style: Path, out: Path, patience: Patience) -> None:
        self.events: list[Event] = []
        self._changed = asyncio.Condition()
        self._pictures: tuple[str, tuple[StyleInput, ...]] = str(content), (StyleInput(picture=str(style)),)
        self.out = out
        self.supervisor = Supervisor("under-test", ChildSpec(weights_dir, device="cpu"), self._on_event, patience)

    async def _on_event(self, event: Event) -> None:
        async with self._changed:
            self.events.append(event)
            self._changed.notify_all()

    async def paint(
        self, job: str, iterations: int = 300, size: int = 128, frames: str | None = None, **options: Any
    ) -> None:
        content, styles = self._pictures
        await self.supervisor.paint(
            Paint(
                **{"job": job, "attempt": 1, "delivery": 1, "content": content, "styles": styles},
                output=str(self.out / f"{job}.png"),
                frames=frames,
                options=RenderOptions(size=size, iterations=iterations, **options),
            )
        )

    async def until(self, happened: Callable[[Event], bool]) -> Event:
        async with asyncio.timeout(PAINT_S), self._changed:
            while not any(map(happened, self.events)):
                await self._changed.wait()
        return next(filter(happened, self.events))

    async def end_of(self, job: str) -> Done | Failed:
        end = await self.until(lambda event: event.job == job and isinstance(event, (Done, Failed)))
        assert isinstance(end, (Done, Failed))
        return end

    async def progress_of(self, job: str) -> None:
        await self.until(lambda event: event.job == job and isinstance(event, Progress))


Open = Callable[..., AbstractAsyncContextManager[Studio]]
PATIENT = Patience()


@pytest.fixture
def studio(weights_dir: Path, photographs: dict[str, Path], pattern: Path, tmp_path: Path) -> Open:
    @asynccontextmanager
    async def opened(patience: Patience = PATIENT) -> AsyncIterator[Studio]:
        studio = Studio(weights_dir, photographs["chelsea"], pattern, tmp_path, patience)
        task = asyncio.create_task(studio.supervisor.run())
        try:
            async with asyncio.timeout(START_S):
                await studio.supervisor.wait_ready()
            yield studio
        finally:
            task.cancel()
            await asyncio.wait({task})
        assert task.cancelled()

    return opened


async def test_two_jobs_share_one_child_and_each_gets_its_painting(studio: Open) -> None:
    async with studio() as at:
        await at.paint("first", iterations=40)
        await at.progress_of("first")
        await at.paint("second", iterations=2)
        for job in ("first", "second"):
            end = await at.end_of(job)
            assert isinstance(end, Done) and end.worker == "under-test"
            with Image.open(end.result) as image:
                assert image.size == (end.width, end.height) == (128, 85)
        previews = [event for event in at.events if isinstance(event, Progress) and event.preview]
        assert all(event.preview and event.preview.startswith(b"\xff\xd8") for event in previews)
        second_seen = next(at.events.index(event) for event in previews if event.job == "second")
        first_done = next(at.events.index(event) for event in at.events if isinstance(event, Done))
        assert second_seen < first_done, "the second waited for the whole of the first before its first preview"


async def test_the_child_tells_how_much_memory_it_takes(studio: Open) -> None:
    async with studio() as at:
        await at.paint("one", iterations=2)
        await at.end_of("one")
        memory = at.supervisor.memory
        assert memory is not None and 100 << 20 < memory < 4 << 30
    assert at.supervisor.memory is None


async def test_a_cancelled_job_ends_as_cancelled_and_the_child_goes_on(studio: Open) -> None:
    async with studio() as at:
        pid = at.supervisor.pid
        await at.paint("unwanted")
        await at.progress_of("unwanted")
        await at.supervisor.cancel("unwanted", 1)
        end = await at.end_of("unwanted")
        assert isinstance(end, Failed) and end.reason is FailureReason.CANCELLED
        assert not (at.out / "unwanted.png").exists()
        await at.paint("next", iterations=1)
        assert isinstance(await at.end_of("next"), Done)
        assert at.supervisor.pid == pid


async def test_stopping_early_keeps_what_there_is(studio: Open) -> None:
    async with studio() as at:
        await at.paint("enough", size=512)
        await at.progress_of("enough")
        await at.supervisor.cancel("enough", 1, keep=True)
        end = await at.end_of("enough")
        assert isinstance(end, Done) and end.stopped_early
        with Image.open(end.result) as image:
            assert image.size == (512, 341)


async def test_a_killed_child_is_reported_and_replaced_at_once(studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("renderer.supervisor._BACK_OFF_S", (0.0, 3600.0))  # pauses are for what never served
    async with studio() as at:
        await at.paint("hit")
        await at.progress_of("hit")
        before = at.supervisor.pid
        assert before
        with capture_logs() as logs:
            os.kill(before, signal.SIGKILL)
            end = await at.end_of("hit")
        assert [line["jobs"] for line in logs if line["event"] == "renderer lost"] == [["hit"]]
        assert isinstance(end, Failed) and end.reason is FailureReason.RENDERER_DIED
        assert "SIGKILL" in end.detail
        await at.supervisor.wait_ready()
        assert at.supervisor.pid != before and at.supervisor.restarts == 1
        await at.paint("again", iterations=1)
        assert isinstance(await at.end_of("again"), Done)


async def test_a_child_that_hangs_is_killed_and_replaced(studio: Open) -> None:
    async with studio(Patience(tick_s=15)) as at:
        await at.paint("stuck")
        await at.progress_of("stuck")
        assert at.supervisor.pid
        os.kill(at.supervisor.pid, signal.SIGSTOP)
        end = await at.end_of("stuck")
        assert isinstance(end, Failed) and end.reason is FailureReason.RENDERER_DIED
        assert "no sign of life" in end.detail


async def test_a_child_is_not_silent_while_its_painting_waits_to_be_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).resolve().parent.parent.parent))
    heard, stored = asyncio.Event(), asyncio.Event()
    events: list[Event] = []

    async def on_event(event: Event) -> None:
        events.append(event)
        heard.set()
        await stored.wait()

    spec = ChildSpec(Path("nowhere"), module="tests.renderer.prompt_child")
    supervisor = Supervisor("under-test", spec, on_event, Patience(tick_s=2))
    running = asyncio.create_task(supervisor.run())
    async with asyncio.timeout(PAINT_S):
        await supervisor.wait_ready()
        order = {"job": "waits", "attempt": 1, "delivery": 1, "content": "", "styles": (), "output": "painting.png"}
        await supervisor.paint(Paint.model_validate(order | {"options": RenderOptions()}))
        await heard.wait()
        await asyncio.sleep(4)  # twice as long as it may be silent
        stored.set()
        await supervisor.cancel("waits", 1)
    assert supervisor.restarts == 0 and [event.kind for event in events] == ["done"]
    running.cancel()
    await asyncio.wait({running})


async def test_a_child_that_does_not_obey_a_cancel_is_replaced(studio: Open) -> None:
    async with studio(Patience(cancel_s=1)) as at:
        await at.paint("stubborn")
        await at.progress_of("stubborn")
        assert at.supervisor.pid
        os.kill(at.supervisor.pid, signal.SIGSTOP)
        await at.supervisor.cancel("stubborn", 1)
        end = await at.end_of("stubborn")
        assert isinstance(end, Failed) and "did not obey a cancel" in end.detail


async def test_pictures_that_cannot_be_used_fail_one_job_only(studio: Open) -> None:
    async with studio() as at:
        at._pictures = "/nowhere.png", at._pictures[1]
        await at.paint("lost")
        end = await at.end_of("lost")
        assert isinstance(end, Failed) and end.reason is FailureReason.BAD_INPUT
        assert at.supervisor.ready


async def test_a_painting_leaves_its_time_lapse_and_says_how_it_was_made(studio: Open) -> None:
    async with studio() as at:
        await at.paint("filmed", iterations=3, frames=str(at.out / "filmed.zip"), seed=5)
        end = await at.end_of("filmed")
        assert isinstance(end, Done) and end.frames and at.supervisor.ready
        with zipfile.ZipFile(end.frames) as frames:
            assert 2 <= len(frames.namelist()) <= MAX_FRAMES
        assert (end.options.size, end.options.seed) == (128, 5)
        assert end.encoder == at.supervisor.ready.encoder


async def test_a_dream_is_made_of_one_picture(studio: Open) -> None:
    async with studio() as at:
        at._pictures = at._pictures[0], ()
        await at.paint("dreamt", iterations=2, mode="dream", octaves=2)
        end = await at.end_of("dreamt")
        assert isinstance(end, Done) and (end.options.mode, end.iterations) == ("dream", 4)
        with Image.open(end.result) as image:
            assert max(image.size) == 128


async def test_options_that_the_encoder_does_not_know_fail_with_a_sentence(studio: Open) -> None:
    async with studio() as at:
        await at.paint("deep", style_layers={"relu3_4": 1.0})
        end = await at.end_of("deep")
        assert isinstance(end, Failed) and end.reason is FailureReason.BAD_INPUT
        assert end.detail.startswith("These options cannot be used: ") and "relu3_4" in end.detail


async def reason_of(spec: ChildSpec) -> str:
    """Why such a child does not become ready."""

    async def ignore(_: Event) -> None: ...

    supervisor = Supervisor("lacking", spec, ignore)
    task = asyncio.create_task(supervisor.run())
    async with asyncio.timeout(PAINT_S):
        reason = await supervisor.wait_ready_or_down()
    task.cancel()
    await asyncio.wait({task})
    assert isinstance(reason, str)
    return reason


async def test_missing_weights_are_named_and_tried_again(tmp_path: Path) -> None:
    assert f"no vgg19 weights in {tmp_path}" in await reason_of(ChildSpec(tmp_path, encoder="vgg19"))


async def test_of_a_child_that_fails_its_last_words_are_told(tmp_path: Path) -> None:
    reason = await reason_of(ChildSpec(tmp_path, module="renderer.nothing"))
    assert reason.startswith("ended with status 1: ") and reason.endswith("No module named renderer.nothing")


async def test_the_child_sees_no_secret_and_ignores_ctrl_c(studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATELIER_TELEGRAM__TOKEN", "12345678:secret")
    async with studio() as at:
        assert at.supervisor.pid
        environment = await asyncio.to_thread(Path(f"/proc/{at.supervisor.pid}/environ").read_bytes)
        assert b"PATH=" in environment and b"secret" not in environment
        os.kill(at.supervisor.pid, signal.SIGINT)
        await at.paint("undisturbed", iterations=1)
        assert isinstance(await at.end_of("undisturbed"), Done)


ORPHAN = """
import asyncio, sys
from pathlib import Path
from config.log import LogSettings, setup
from renderer.supervisor import ChildSpec, Supervisor

setup(LogSettings())

async def ignore(event): ...

async def main():
    supervisor = Supervisor("orphan", ChildSpec(Path(sys.argv[1]), device="cpu"), ignore)
    task = asyncio.create_task(supervisor.run())
    await supervisor.wait_ready()
    print(supervisor.pid, flush=True)
    await task

asyncio.run(main())
"""


@pytest.mark.parametrize("stopped", [False, True])
def test_a_child_does_not_outlive_a_killed_parent(weights_dir: Path, stopped: bool) -> None:
    with subprocess.Popen([sys.executable, "-c", ORPHAN, str(weights_dir)], stdout=subprocess.PIPE, text=True) as bot:
        assert bot.stdout
        child = int(bot.stdout.readline())
        descriptor = os.pidfd_open(child)
        if stopped:
            os.kill(child, signal.SIGSTOP)
        bot.kill()
    gone = asyncio.run(_readable_within(descriptor, seconds=START_S))
    os.close(descriptor)
    assert gone


async def _readable_within(descriptor: int, seconds: float) -> bool:
    """Whether a pidfd becomes readable, which is when its process has ended."""
    ended = asyncio.Event()
    asyncio.get_running_loop().add_reader(descriptor, ended.set)
    try:
        async with asyncio.timeout(seconds):
            await ended.wait()
    except TimeoutError:
        return False
    finally:
        asyncio.get_running_loop().remove_reader(descriptor)
    return True
