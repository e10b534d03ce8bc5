"""The child's loop over pictures that are done in no time: what it says when, and what it leaves on the disk."""

from __future__ import annotations

import errno
import io
import itertools
import queue
import sys
import types
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from bot.thumbnails import Thumbnails
from renderer import protocol
from renderer.agent.glimpses import unpacked
from renderer.devices import memory_in_use
from renderer.easel import work_of
from renderer.features import Encoder, UnknownLayer
from renderer.optimise import Diverged
from renderer.options import RenderOptions
from renderer.protocol import Cancel, Done, Failed, FailureReason, Glimpse, Paint, Progress, Tick
from renderer.wire import messages
from renderer.work import GiveWay, Snapshot
from renderer.worker import Inbox, Message, Worker
from tests import pictures

EVALUATIONS = 4
#: Job → evaluation → what happens in the midst of it.
Script = dict[str, dict[int, Callable[[], None]]]


class Sketch:
    """A `renderer.work.Work` in two tiles whose grey value tells how many evaluations were completed."""

    dimensions = (16, 12)
    evaluations = EVALUATIONS
    notes = ("In crayon.",)

    def __init__(self, order: Paint, script: Script, give_way: GiveWay) -> None:
        self.options = order.options.model_copy(update={"size": 16})
        self._script = script.get(order.job, {})
        self._give_way = give_way
        self._picture = torch.zeros(1, 3, 12, 16)

    def __iter__(self) -> Iterator[Snapshot]:
        for number in range(1, EVALUATIONS + 1):
            self._script.get(number, lambda: None)()
            for _ in range(2):
                self._give_way()
            self._picture += 0.2
            yield Snapshot(number / EVALUATIONS, number, {"style": 1 / number}, self._picture)

    def finished(self) -> torch.Tensor:
        return self._picture


class Bench:
    """A worker under test, with a script of what happens to its jobs."""

    def __init__(self, folder: Path, encoder: Encoder) -> None:
        self.folder = folder
        self.inbox: Inbox = queue.SimpleQueue()
        self.said: list[protocol.Tick | protocol.Event] = []
        self.memory: list[int] = []
        self.script: Script = {}
        self.worker = Worker(self.inbox, self._hear, encoder, "vgg16-test", torch.device("cpu"))

    def _hear(self, message: protocol.Tick | protocol.Memory | protocol.Event) -> None:
        if isinstance(message, protocol.Memory):
            self.memory.append(message.used)
        else:
            self.said.append(message)

    def order(self, job: str, **options: object) -> Paint:
        return Paint(
            job=job,
            attempt=1,
            delivery=1,
            content=str(self.folder / "content.png"),
            styles=(protocol.StyleInput(picture=str(self.folder / "content.png")),),
            output=str(self.folder / f"{job}.png"),
            frames=str(self.folder / f"{job}.zip"),
            steps=str(self.folder),
            options=RenderOptions.model_validate(options),
        )

    def glimpse(self, job: str, content: str = "content.png", **options: object) -> Glimpse:
        order = self.order(job, **options).model_dump(include={"job", "attempt", "delivery", "styles", "options"})
        return Glimpse(**order, content=str(self.folder / content))

    def send(self, *messages: Message) -> None:
        for message in messages:
            self.inbox.put(message)

    def until_ended(self, *jobs: str) -> list[Done | Failed]:
        """Let the worker take turns until these have ended; how each did, in the order in which they did."""
        while len(ends := [one for one in self.said if isinstance(one, (Done, Failed))]) < len(jobs):
            self.worker.turn()
        assert {end.job for end in ends} == set(jobs)
        return ends

    def evaluations_in(self, file: str) -> int:
        with Image.open(self.folder / file) as image:
            pixel = image.convert("L").getpixel((3, 3))
        assert isinstance(pixel, int)
        return round(pixel / 255 / 0.2)


@pytest.fixture
def bench(tmp_path: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> Bench:
    bench = Bench(tmp_path, encoder)
    monkeypatch.setattr(
        "renderer.easel.work_of", lambda order, encoder, device, give_way: Sketch(order, bench.script, give_way)
    )
    return bench


def test_a_painting_tells_what_it_was_painted_with(bench: Bench) -> None:
    bench.send(bench.order("one", strength=0.3))
    (done,) = bench.until_ended("one")
    assert isinstance(done, Done)
    assert (done.width, done.height, done.iterations, done.device, done.stopped_early) == (16, 12, 4, "cpu", False)
    assert (done.encoder, done.notes, done.losses) == ("vgg16-test", ("In crayon.",), {"style": 0.25})
    assert (done.options.size, done.options.strength) == (16, 0.3)
    assert bench.evaluations_in("one.png") == 4


def test_every_tile_and_every_evaluation_is_a_sign_of_life(bench: Bench) -> None:
    bench.send(bench.order("one"))
    bench.until_ended("one")
    assert sum(isinstance(one, Tick) for one in bench.said) == 3 * EVALUATIONS
    assert sum(isinstance(one, Progress) for one in bench.said) == EVALUATIONS - 1


def test_memory_is_told_now_and_then_while_painting_and_when_there_is_nothing_to_paint(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = (number / 4 for number in itertools.count())
    monkeypatch.setattr("renderer.worker.time", types.SimpleNamespace(monotonic=lambda: next(seconds)))
    bench.send(bench.order("one"))
    bench.until_ended("one")
    while_painting = len(bench.memory)
    assert 1 < while_painting < sum(isinstance(one, Tick) for one in bench.said)

    monkeypatch.setattr("renderer.devices.give_back_memory", lambda: bench.send(bench.order("two")))
    bench.worker.turn()
    assert len(bench.memory) > while_painting


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not tell it")
def test_the_memory_of_a_cpu_is_what_the_process_holds() -> None:
    before = memory_in_use(torch.device("cpu"))
    held = torch.ones(256 << 20, dtype=torch.uint8)
    now = memory_in_use(torch.device("cpu"))
    assert before is not None and now is not None
    assert 0.9 * held.nbytes < now - before < 1.1 * held.nbytes


def test_frames_and_numbered_pictures_are_kept_of_the_way(bench: Bench) -> None:
    bench.send(bench.order("one", save_every=2))
    (done,) = bench.until_ended("one")
    assert isinstance(done, Done) and done.frames == str(bench.folder / "one.zip")
    with zipfile.ZipFile(done.frames) as frames:
        assert len(frames.namelist()) == EVALUATIONS
    assert sorted(file.name for file in bench.folder.glob("0*.png")) == ["00002.png", "00004.png"]
    assert bench.evaluations_in("00002.png") == 2


def test_where_no_time_lapse_was_ordered_none_is_left(bench: Bench) -> None:
    bench.send(bench.order("one").model_copy(update={"frames": None}))
    (done,) = bench.until_ended("one")
    assert isinstance(done, Done) and done.frames is None
    assert [file.name for file in bench.folder.iterdir()] == ["one.png"]


def test_a_cancel_is_obeyed_in_the_middle_of_an_evaluation(bench: Bench) -> None:
    bench.script = {"one": {3: lambda: bench.send(Cancel(job="one", attempt=1))}}
    bench.send(bench.order("one"))
    (end,) = bench.until_ended("one")
    assert isinstance(end, Failed) and end.reason is FailureReason.CANCELLED
    assert sum(isinstance(one, Progress) for one in bench.said) == 2
    assert isinstance(bench.said[-2], Tick), "it gave way before it ended"
    assert list(bench.folder.iterdir()) == []


def test_what_is_to_be_kept_is_the_picture_before_the_evaluation_in_hand(bench: Bench) -> None:
    bench.script = {"one": {3: lambda: bench.send(Cancel(job="one", attempt=1, keep=True))}}
    bench.send(bench.order("one"))
    (done,) = bench.until_ended("one")
    assert isinstance(done, Done) and (done.stopped_early, done.iterations) == (True, 2)
    assert bench.evaluations_in("one.png") == 2


@pytest.mark.parametrize("keep", [False, True])
def test_cancelled_in_its_first_evaluation_a_job_leaves_nothing(bench: Bench, keep: bool) -> None:
    bench.script = {"one": {1: lambda: bench.send(Cancel(job="one", attempt=1, keep=keep))}}
    bench.send(bench.order("one"))
    (end,) = bench.until_ended("one")
    assert isinstance(end, Failed) and end.reason is FailureReason.CANCELLED
    assert list(bench.folder.iterdir()) == []


def test_a_cancel_of_another_attempt_changes_nothing(bench: Bench) -> None:
    bench.script = {"one": {2: lambda: bench.send(Cancel(job="one", attempt=2))}}
    bench.send(bench.order("one"))
    (done,) = bench.until_ended("one")
    assert isinstance(done, Done) and done.iterations == EVALUATIONS


def test_other_jobs_are_cancelled_but_not_begun_in_the_middle_of_an_evaluation(bench: Bench) -> None:
    def in_between() -> None:
        before.extend(bench.said)
        bench.send(Cancel(job="held", attempt=1, keep=True), bench.order("unwanted"), bench.order("wanted"))
        bench.send(Cancel(job="unwanted", attempt=1))

    before: list[protocol.Tick | protocol.Event] = []
    bench.script = {"one": {1: in_between}}
    bench.send(bench.order("held"), bench.order("one"))
    held, unwanted, *others = bench.until_ended("held", "unwanted", "one", "wanted")
    assert isinstance(held, Done) and (held.job, held.stopped_early) == ("held", True)
    assert isinstance(unwanted, Failed) and unwanted.reason is FailureReason.CANCELLED
    assert all(isinstance(end, Done) for end in others)
    # All of it was said before the evaluation in hand came to its end.
    ended_at = next(n for n, one in enumerate(bench.said) if isinstance(one, Progress) and n > len(before))
    assert bench.said.index(held) < bench.said.index(unwanted) < ended_at


def test_a_picture_without_a_preview_goes_first(bench: Bench) -> None:
    bench.script = {"one": {2: lambda: bench.send(bench.order("two"))}}
    bench.send(bench.order("one"))
    bench.until_ended("one", "two")
    order = [one.job for one in bench.said if isinstance(one, Progress)]
    assert order[:3] == ["one", "one", "two"]


def test_a_job_that_waits_is_glimpsed_between_two_evaluations_of_another(bench: Bench) -> None:
    pictures.gradient().save(bench.folder / "content.png")
    bench.script = {"one": {2: lambda: bench.send(bench.glimpse("two", size=128))}}
    bench.send(bench.order("one"))
    bench.until_ended("one")
    one, _, two, *_ = [said for said in bench.said if isinstance(said, Progress)]
    assert (one.job, two.job, two.fraction) == ("one", "two", 0)
    assert two.preview
    assert Image.open(io.BytesIO(two.preview)).size == (128, 96)


async def test_what_an_agent_is_sent_is_enough_for_a_glimpse(bench: Bench) -> None:
    file = bench.folder / "content.png"
    pictures.gradient(1600, 1200).save(file)
    small = await Thumbnails(bench.folder / "thumbnails").thumbnail(file, protocol.PREVIEW_EDGE)
    picture = small.read_bytes()
    word = messages.Glimpse(
        job="two",
        attempt=1,
        delivery=0,
        token="drawn",
        content=picture,
        styles=(messages.SmallStyle(picture=picture, weight=1, mask=picture),),
        options=RenderOptions(size=4096),
    )
    bench.send(unpacked(messages.read(messages.Glimpse, word.model_dump_json().encode()), bench.folder / "sent"))
    bench.worker.turn()
    [two] = [said for said in bench.said if isinstance(said, Progress)]
    assert (two.job, two.attempt, two.delivery, two.fraction) == ("two", 1, 0, 0)
    assert two.preview and Image.open(io.BytesIO(two.preview)).size == (384, 288)


def test_what_cannot_be_glimpsed_harms_nobody(bench: Bench) -> None:
    bench.send(bench.glimpse("two", "gone.png"), bench.order("one"))
    bench.until_ended("one")
    assert {said.job for said in bench.said} == {"one"}


def test_with_nothing_to_paint_glimpses_are_all_the_same(bench: Bench) -> None:
    pictures.gradient().save(bench.folder / "content.png")
    bench.send(bench.glimpse("one", size=128), bench.glimpse("two", size=128))
    bench.worker.turn()
    bench.worker.turn()
    assert [said.job for said in bench.said if isinstance(said, Progress)] == ["one", "two"]


def test_an_order_s_pictures_masks_and_beginning_reach_the_painter(
    tmp_path: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = {}
    for width, name in enumerate(("content", "style", "mask", "initial"), 1):
        paths[name] = str(tmp_path / f"{name}.png")
        Image.new("RGB", (width, 1)).save(paths[name])
    order = Bench(tmp_path, encoder).order("one")
    styles = (
        protocol.StyleInput(picture=paths["style"], weight=0.5, mask=paths["mask"]),
        protocol.StyleInput(picture=paths["style"]),
    )
    order = order.model_copy(update={"styles": styles, "initial": paths["initial"]})
    given: list[Any] = []
    monkeypatch.setattr("renderer.easel.Painting", lambda *arguments: given.extend(arguments))

    work_of(order, encoder, torch.device("cpu"), lambda: None)

    _, content, (first, second), options, _, initial, _ = given
    assert (content.width, first.picture.width, first.weight, first.mask.width, initial.width) == (1, 2, 0.5, 3, 4)
    assert (second.picture.width, second.weight, second.mask) == (2, 1.0, None)
    assert options == order.options


def fails_with(error: Exception) -> Callable[[], None]:
    def fail() -> None:
        raise error

    return fail


@pytest.mark.parametrize(
    ("error", "reason", "detail"),
    [
        (UnknownLayer("vgg16 has no layer relu4_4"), "bad_input", "cannot be used: vgg16 has no layer relu4_4."),
        (Diverged("a smaller learning rate may help"), "bad_input", "a smaller learning rate may help."),
        (ValueError("/data/blobs/secret.png"), "bad_input", ""),
        (FileNotFoundError("/data/blobs/secret.png"), "bad_input", "A picture of this painting is no longer there."),
        (MemoryError(), "out_of_memory", "MemoryError"),
        (OSError(errno.ENOSPC, "No space left on device"), "no_room", "No space left"),
        (RuntimeError("entrails"), "internal", "RuntimeError: entrails"),
    ],
)
def test_an_error_ends_its_job_alone_and_says_no_more_than_may_be_shown(
    bench: Bench, error: Exception, reason: str, detail: str
) -> None:
    bench.script = {"one": {2: fails_with(error)}}
    bench.send(bench.order("one"), bench.order("two"))
    failed, done = bench.until_ended("one", "two")
    assert isinstance(failed, Failed) and failed.reason == reason
    assert detail in failed.detail if detail else failed.detail == ""
    assert "secret" not in failed.detail
    assert isinstance(done, Done)
