"""The trainer: draws, measures, learns, goes on where it was stopped, and survives a loss that is no number."""

from __future__ import annotations

import itertools
import json
import math
import types
from pathlib import Path

import pytest
import torch
from PIL import Image

from renderer import colour, instant
from renderer.features import Encoder
from renderer.instant_network import LAYERS, statistics
from renderer.train.colours import matched
from renderer.train.crops import Pictures, Sampler
from renderer.train.plan import Plan
from renderer.train.teacher import CONTENT_LAYER, Teacher
from renderer.train.training import Training
from renderer.train.validation import Validation
from tests.renderer.conftest import CPU, drawn

pytestmark = pytest.mark.painting


@pytest.fixture(scope="module")
def crops(tmp_path_factory: pytest.TempPathFactory, photographs: dict[str, Path]) -> tuple[Pictures, Pictures]:
    folder = tmp_path_factory.mktemp("styles")
    for name in ("brushwork", "woodcut"):
        drawn(name).save(folder / f"{name}.png")
    contents = [photographs["coffee"], photographs["rocket"]]
    return Pictures(contents, CPU, 0, crops=2), Pictures(sorted(folder.iterdir()), CPU, 0, crops=2)


def training(encoder: Encoder, crops: tuple[Pictures, Pictures], out: Path, **plan: float) -> Training:
    chosen = Plan(**{"seconds": 0, "batch": 2, "size": 64, "report_every": 1, **plan})  # type: ignore[arg-type]
    return Training(chosen, Sampler(*crops, chosen, CPU), Teacher(encoder), out, CPU)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """A quarter of a second passes whenever the trainer looks: about one for each step, on any machine."""
    seconds = (number / 4 for number in itertools.count())
    monkeypatch.setattr("renderer.train.training.time", types.SimpleNamespace(monotonic=lambda: next(seconds)))


def lines(out: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]


def test_colours_are_matched_as_the_painter_matches_them() -> None:
    generator = torch.Generator().manual_seed(1)
    pictures = 0.2 + 0.4 * torch.rand(2, 3, 40, 30, generator=generator) * torch.tensor([1, 0.7, 0.4]).view(1, 3, 1, 1)
    references = torch.rand(2, 3, 20, 20, generator=generator) ** 2
    expected = [colour.match(p, [(r, 1.0)]) for p, r in zip(pictures.split(1), references.split(1), strict=True)]
    assert (matched(pictures, references) - torch.cat(expected).clamp(0, 1)).abs().max() < 0.015


def test_the_same_seed_draws_the_same_crops(crops: tuple[Pictures, Pictures]) -> None:
    plan = Plan(seconds=1, batch=3, size=48)
    one, other = (Sampler(*crops, plan, CPU) for _ in range(2))
    assert one.contents().equal(other.contents())
    styles = one.styles()
    assert styles.equal(other.styles())
    assert styles.shape == (3, 3, 48, 48) and styles.min() >= 0 and styles.max() <= 1


def test_a_style_s_own_picture_is_nearer_to_it_than_another(encoder: Encoder, crops: tuple[Pictures, Pictures]) -> None:
    teacher = Teacher(encoder)
    pictures = crops[1].crops[[0, -1], :, :128, :128].float() / 255
    target = statistics(teacher.encode(pictures[:1], tuple(LAYERS)))
    content = teacher.encode(pictures[:1], (CONTENT_LAYER,))[CONTENT_LAYER]
    strength = torch.tensor([0.8])
    own, other = (teacher.measure(picture[None], target, content, strength) for picture in pictures)
    assert float(own.style) < 1e-6 and float(own.content) < 1e-6
    assert float(other.style) > 0.1 and float(other.loss) > float(own.loss)


@pytest.mark.usefixtures("clock")
def test_it_learns_and_goes_on_where_it_was(encoder: Encoder, crops: tuple[Pictures, Pictures], tmp_path: Path) -> None:
    first = training(encoder, crops, tmp_path, seconds=3, rate=3e-3)
    kept = [parameter.clone() for parameter in first.smoothed]
    first.run(lambda _: {"seen": 1.0})
    assert (tmp_path / "instant.safetensors").is_file()
    assert any((a - b).abs().max() > 0 for a, b in zip(kept, first.smoothed, strict=True))
    second = training(encoder, crops, tmp_path)
    assert second.step == first.step > 1
    for left, right in zip(first.smoothed, second.smoothed, strict=True):
        assert left.equal(right)
    assert lines(tmp_path)[-1]["seen"] == 1


def test_it_begins_with_weights_that_were_kept(
    encoder: Encoder, crops: tuple[Pictures, Pictures], tmp_path: Path
) -> None:
    weights = instant.WEIGHTS
    plan = Plan(seconds=0, batch=1, size=64)
    begun = Training(plan, Sampler(*crops, plan, CPU), Teacher(encoder), tmp_path, CPU, weights)
    with begun.as_kept() as network:
        assert network.out.weight.half().float().equal(network.out.weight)


@pytest.mark.usefixtures("clock")
def test_a_loss_that_is_no_number_is_taken_back(
    encoder: Encoder, crops: tuple[Pictures, Pictures], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ill = training(encoder, crops, tmp_path, seconds=3)
    advance = ill._advance

    def poisoned() -> torch.Tensor:
        measured = advance()
        if ill.step == 2:
            with torch.no_grad():
                ill.network.out.weight.fill_(math.nan)
            return measured * math.nan
        return measured

    monkeypatch.setattr(ill, "_advance", poisoned)
    ill.run(lambda _: {})
    assert all(parameter.isfinite().all() for parameter in ill.network.parameters())
    assert math.isnan(lines(tmp_path)[1]["loss"]) and ill._caution == 0.5


def test_validation_paints_a_sheet(encoder: Encoder, crops: tuple[Pictures, Pictures], tmp_path: Path) -> None:
    for kind, name in (("contents", "pencil"), ("styles", "woodcut")):
        (tmp_path / kind).mkdir()
        drawn(name).save(tmp_path / kind / f"{name}.png")
    validation = Validation(tmp_path, Teacher(encoder), tmp_path, CPU, edge=64)
    figures = validation(training(encoder, crops, tmp_path))
    assert set(figures) == {"held_out_style", "held_out_content"}
    with Image.open(tmp_path / "sheet.jpg") as sheet:
        assert sheet.size == (128, 64)
