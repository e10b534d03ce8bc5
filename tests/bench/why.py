"""`python -m tests.bench.why`: where an evaluation's time goes, and what two choices of the painter bring."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch
from torch.profiler import ProfilerActivity, profile

from renderer import devices, stylise, weights
from renderer.features import Encoder
from renderer.images import open_rgb, to_tensor
from renderer.losses import gram, style_distance
from renderer.options import RenderOptions
from renderer.supervisor import _ALLOCATOR
from tests.bench.__main__ import ROOT, pictures

CPU = torch.device("cpu")


def main() -> None:
    if sys.argv[1:] == ["--one-evaluation"]:
        print(one_evaluation())
        return
    print(profiled())
    print(f"style distance at 256 px, from the style's colours: down {fall(in_style_colours=True):.1f}-fold")
    print(f"style distance at 256 px, from the plain content: down {fall(in_style_colours=False):.1f}-fold")
    for turn in (1, 2, 3):
        for name, environment in (("kept", _ALLOCATOR), ("as glibc does", {})):
            print(f"one evaluation at 512 px, large blocks {name}, turn {turn}: {in_process(environment)} s")


def painting(size: int) -> tuple[stylise.Painting, Encoder, Path, Path]:
    found = weights.find("vgg16", ROOT / "data" / "weights")
    assert found
    encoder = Encoder(found[0], weights.load(*found))
    content, style = pictures(Path(tempfile.mkdtemp()))
    options = RenderOptions(size=size)
    return (
        stylise.Painting(encoder, open_rgb(content), [(open_rgb(style), 1.0)], options, CPU),
        encoder,
        content,
        style,
    )


def profiled() -> str:
    """The operators of three evaluations at the last scale of 512 px, by their own time."""
    work = painting(512)[0]
    work._scales = (stylise.Scale(512, 9),)
    steps = iter(work)
    next(steps), next(steps)
    with profile(activities=[ProfilerActivity.CPU]) as profiler:
        for _ in range(3):
            next(steps)
    table: str = profiler.key_averages().table(sort_by="self_cpu_time_total", row_limit=8, max_name_column_width=40)
    return table


def fall(in_style_colours: bool) -> float:
    """By how much the style distance falls with the default evaluations, from either start."""
    work, encoder, content, style = painting(256)
    if not in_style_colours:
        work._picture = to_tensor(open_rgb(content), max(work._picture.shape), CPU)
    target = grams(encoder, to_tensor(open_rgb(style), 256, CPU))
    before = grams(encoder, to_tensor(open_rgb(content), 256, CPU))
    for _ in work:
        pass
    return distance(before, target) / distance(grams(encoder, work.finished()), target)


@torch.no_grad()
def grams(encoder: Encoder, picture: torch.Tensor) -> list[torch.Tensor]:
    features = encoder(picture, stylise.STYLE_LAYERS)
    return [gram(features[layer]) for layer in stylise.STYLE_LAYERS]


def distance(actual: list[torch.Tensor], target: list[torch.Tensor]) -> float:
    return float(torch.stack([style_distance(a, b) for a, b in zip(actual, target, strict=True)]).mean())


def one_evaluation() -> float:
    """Median seconds of six evaluations at 512 px."""
    work = painting(512)[0]
    work._scales = (stylise.Scale(512, 9),)
    steps = iter(work)
    next(steps), next(steps)
    seconds = []
    for _ in range(6):
        began = time.perf_counter()
        next(steps)
        seconds.append(time.perf_counter() - began)
    devices.give_back_memory()
    return round(statistics.median(seconds), 2)


def in_process(environment: dict[str, str]) -> str:
    command = [sys.executable, "-m", "tests.bench.why", "--one-evaluation"]
    done = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


if __name__ == "__main__":
    main()
