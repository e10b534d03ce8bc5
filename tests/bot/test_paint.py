"""The command's studio with a renderer that only pretends: what it is ordered, and what becomes of its answers."""

from __future__ import annotations

import asyncio
import dataclasses
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import ExifTags, Image
from rich.console import Console

from bot.errors import BadPicture, BadRequest
from bot.paint import Commission, Style, paint
from bot.paint.commission import plan
from config.settings import Settings
from renderer.options import RenderOptions
from renderer.protocol import Done, Failed, FailureReason, Paint, Ready
from renderer.supervisor import OnEvent
from renderer.timelapse import Frames
from tests import pictures


class Pretender:
    """Paints a gradient at once, where the size is not more than it has memory for."""

    def __init__(self, most: int = 4096) -> None:
        self.most = most
        self.orders: list[Paint] = []

    def __call__(self, on_event: OnEvent) -> Pretender:
        self._on_event = on_event
        return self

    async def run(self) -> None:
        await asyncio.Event().wait()

    async def wait_ready(self) -> Ready:
        return Ready(device="cpu", device_name="a CPU", encoder="vgg16-0")

    async def wait_ready_or_down(self) -> Ready | str:
        return await self.wait_ready()

    async def cancel(self, job: str, attempt: int, keep: bool = False) -> None:
        raise NotImplementedError

    async def paint(self, order: Paint) -> None:
        self.orders.append(order)
        event = self._failed(order) if (order.options.size or 512) > self.most else self._done(order)
        # The supervisor, too, tells of a job's end only after `paint` has returned.
        self._telling = asyncio.ensure_future(self._on_event(event))

    def _failed(self, order: Paint) -> Failed:
        address = {"job": order.job, "attempt": order.attempt, "delivery": order.delivery}
        return Failed(**address, reason=FailureReason.OUT_OF_MEMORY)

    def _done(self, order: Paint) -> Done:
        size = order.options.size or 512
        painting = pictures.gradient(size, size // 2)
        painting.save(order.output)
        if order.frames:
            Frames(2).write(Path(order.frames), painting)
        if order.steps:
            painting.save(Path(order.steps) / "00050.png")
        return Done(
            job=order.job,
            attempt=order.attempt,
            delivery=order.delivery,
            result=order.output,
            width=size,
            height=size // 2,
            seconds=1,
            iterations=65,
            losses={"style": 0.1},
            device="cpu",
            encoder="vgg16-0",
            options=order.options,
            frames=order.frames,
        )


Make = Callable[..., Commission]


@pytest.fixture
def commission(tmp_path: Path) -> Make:
    """Makes a commission of one content and one style."""
    content, style = tmp_path / "harbour.png", tmp_path / "attic.jpg"
    content.write_bytes(pictures.png(64, 32))
    style.write_bytes(pictures.jpeg())

    def make(**changes: Any) -> Commission:
        plain = Commission((content,), (Style(style),), tmp_path / "out.png", False, RenderOptions(size=256))
        return dataclasses.replace(plain, **changes)

    return make


async def carry_out(commission: Commission, renderer: Pretender) -> tuple[int, str]:
    """Exit status, and what was told."""
    told = io.StringIO()
    status = await paint(commission, Settings(), Console(file=told, width=200), renderer)
    return status, told.getvalue()


async def test_a_dream_is_ordered_without_styles(commission: Make) -> None:
    renderer = Pretender()
    options = RenderOptions(mode="dream", layer="relu4_2", octaves=3)
    status, _ = await carry_out(commission(styles=(), options=options), renderer)
    assert status == 0
    (order,) = renderer.orders
    assert (order.styles, order.options) == ((), options)
    assert (order.initial, order.frames, order.steps) == (None, None, None)


async def test_masks_weights_and_the_picture_to_start_from_reach_the_renderer(commission: Make, tmp_path: Path) -> None:
    mask, start = tmp_path / "mask.png", tmp_path / "start.png"
    mask.write_bytes(pictures.png(128, 64))
    start.write_bytes(pictures.png())
    style = commission().styles[0].picture
    styles = (Style(style, 0.7, mask), Style(style, 0.3))
    renderer = Pretender()
    await carry_out(
        commission(styles=styles, initial=start, options=RenderOptions(size=256, initial="picture")), renderer
    )
    (order,) = renderer.orders
    assert [(one.weight, one.mask is None) for one in order.styles] == [(0.7, False), (0.3, True)]
    assert order.initial
    given = {str(path) for path in (mask, start, style)}
    assert not given & {order.initial, *(one.picture for one in order.styles)}, "only what was decoded is handed on"


async def test_a_mask_of_another_shape_is_refused(commission: Make, tmp_path: Path) -> None:
    mask = tmp_path / "mask.png"
    mask.write_bytes(pictures.png(64, 64))
    styles = (Style(commission().styles[0].picture, 1.0, mask),)
    with pytest.raises(BadPicture, match=r"mask\.png: this mask has 64 × 64 pixels, which is not the shape of"):
        await carry_out(commission(styles=styles), Pretender())


async def test_too_little_memory_means_a_smaller_picture_and_is_told(commission: Make, tmp_path: Path) -> None:
    renderer = Pretender(most=300)
    status, told = await carry_out(commission(options=RenderOptions(), metadata=True), renderer)
    assert status == 0
    assert [(order.attempt, order.options.size) for order in renderer.orders] == [(1, None), (2, 384), (3, 288)]
    note = "Painted at 288 px: the device had too little memory for 512."
    assert note in told
    assert json.loads((tmp_path / "out.json").read_text())["notes"] == [note]


async def test_too_little_memory_for_the_least_size_is_told(commission: Make, tmp_path: Path) -> None:
    status, told = await carry_out(commission(options=RenderOptions(size=128)), Pretender(most=100))
    assert status == 1
    assert "too little memory for this size" in told
    assert not (tmp_path / "out.png").exists()


async def test_a_time_lapse_and_pictures_of_the_way_lie_beside_the_painting(commission: Make, tmp_path: Path) -> None:
    options = RenderOptions(size=256, save_every=50)
    await carry_out(commission(film="gif", options=options), Pretender())
    with Image.open(tmp_path / "out.gif") as film, Image.open(tmp_path / "out-00050.png") as step:
        assert film.size == step.size == (256, 128)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp"])
async def test_a_painting_knows_how_it_was_made_and_nothing_of_its_inputs(
    commission: Make, tmp_path: Path, suffix: str
) -> None:
    output = tmp_path / f"out{suffix}"
    options = RenderOptions(size=256, seed=7)
    await carry_out(commission(output=output, options=options, metadata=True), Pretender())
    with Image.open(output) as image:
        if suffix == ".png":
            software, text = image.info["Software"], image.info["atelier"]
        else:
            exif = image.getexif()
            software = exif[ExifTags.Base.Software]
            text = exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment].removeprefix(b"ASCII\0\0\0").decode()
    facts = json.loads(text)
    assert facts == json.loads((tmp_path / "out.json").read_text())
    assert facts["software"] == software and software.startswith("atelier ")
    assert RenderOptions.model_validate(facts["options"]) == options
    assert {"encoder", "iterations", "losses", "seconds", "device", "width", "height"} <= facts.keys()
    assert not [word for word in ("harbour", "attic", str(tmp_path)) if word in text]


@pytest.mark.parametrize(
    "film,reason",
    [
        ("film.avi", "a time-lapse is .mp4, .gif, .webp"),
        ("/nowhere/film.gif", "there is no folder /nowhere"),
        ("out.png", "a time-lapse is .mp4"),
    ],
)
def test_a_time_lapse_that_cannot_be_is_refused_before_the_painting(commission: Make, film: str, reason: str) -> None:
    with pytest.raises(BadRequest, match=reason):
        plan(commission(film=film))


def test_several_paintings_cannot_share_a_time_lapse(commission: Make, tmp_path: Path) -> None:
    contents = (tmp_path / "a.jpg", tmp_path / "b.jpg")
    several = commission(contents=contents, output=tmp_path / "all", into_folder=True)
    with pytest.raises(BadRequest, match="--timelapse mp4 puts it beside each"):
        plan(dataclasses.replace(several, film="film.mp4"))
    works = plan(dataclasses.replace(several, film="mp4", metadata=True))
    assert [(work.film, work.metadata) for work in works] == [
        (tmp_path / "all" / "a.mp4", tmp_path / "all" / "a.json"),
        (tmp_path / "all" / "b.mp4", tmp_path / "all" / "b.json"),
    ]


def test_nothing_that_is_painted_from_is_written_over(commission: Make, tmp_path: Path) -> None:
    start = tmp_path / "start.webp"
    start.write_bytes(b"a picture")
    with pytest.raises(BadRequest, match="one of the pictures to paint from"):
        plan(commission(initial=start, film=str(start)))
    webp = commission(output=tmp_path / "out.webp", film="webp")
    with pytest.raises(BadRequest, match="this is where the painting goes"):
        plan(webp)
