"""`python -m tests.bench.why`: where an evaluation's time goes, and what three choices of the painter bring."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time

import torch
from torch.profiler import ProfilerActivity, profile

from renderer import winograd
from renderer.effort import Scale
from renderer.options import RenderOptions
from renderer.style import Style
from renderer.stylise import Painting
from renderer.supervisor import TUNING, WAITING
from tests.bench import subjects
from tests.bench.measure import Ruler, load_encoder

CPU = torch.device("cpu")
TURNS = 3


def main() -> None:
    if sys.argv[1:2] == ["--one-evaluation"]:
        if sys.argv[2:] == ["direct"]:
            winograd.MIN_CHANNELS = sys.maxsize
        print(one_evaluation())
        return
    print(profiled())
    print(f"style distance at 256 px, from the style's colours: down {fall(RenderOptions(size=256)):.1f}-fold")
    plain = RenderOptions(size=256, initial="picture")
    print(f"style distance at 256 px, from the plain content: down {fall(plain):.1f}-fold")
    for turn in range(1, TURNS + 1):
        print(f"one evaluation at 512 px, turn {turn}:", end=" ")
        print(f"as painted {in_process(TUNING)} s,", end=" ")
        print(f"without Winograd's convolutions {in_process(TUNING, 'direct')} s,", end=" ")
        print(f"with glibc's own allocator settings {in_process(WAITING)} s")


def painting(options: RenderOptions) -> Painting:
    content = subjects.photograph()
    return Painting(load_encoder(CPU), content, [Style(subjects.pattern())], options, CPU, initial=content)


def at_full_size() -> Painting:
    """A painting of 512 px that begins with its last scale."""
    work = painting(RenderOptions(size=512))
    work._scales = (Scale(512, 9),)
    return work


def profiled() -> str:
    """The operators of three evaluations at the last scale of 512 px, by their own time."""
    steps = iter(at_full_size())
    next(steps), next(steps)
    with profile(activities=[ProfilerActivity.CPU]) as profiler:
        for _ in range(3):
            next(steps)
    table: str = profiler.key_averages().table(sort_by="self_cpu_time_total", row_limit=12, max_name_column_width=40)
    return table


def fall(options: RenderOptions) -> float:
    """By how much the style distance falls from the content to the painting."""
    work = painting(options)
    assert options.size
    ruler = Ruler(load_encoder(CPU), subjects.photograph(), subjects.pattern(), options.size)
    for _ in work:
        pass
    return ruler.distances(ruler.plain)[0] / ruler.distances(work.finished())[0]


def one_evaluation() -> float:
    """Median seconds of six evaluations at 512 px."""
    steps = iter(at_full_size())
    next(steps), next(steps)
    seconds = []
    for _ in range(6):
        began = time.perf_counter()
        next(steps)
        seconds.append(time.perf_counter() - began)
    return round(statistics.median(seconds), 2)


def in_process(environment: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, "-m", "tests.bench.why", "--one-evaluation", *arguments]
    done = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


if __name__ == "__main__":
    main()
