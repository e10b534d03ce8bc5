"""`python -m tests.bench.objective`: how soon the painter gets as far as a textbook implementation gets in a minute.

Both minimise for their own sake; the pictures that they hold at each second are then judged by one objective, that of
the painting's full size, by the textbook's plain encoder. Only their own work is on the clock: not the loading of
weights, nor the judging. A table, and bench-out/objective.json.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from PIL import Image
from rich.console import Console
from rich.table import Table

from renderer.features import Encoder
from renderer.images import resize, to_tensor
from renderer.options import RenderOptions
from renderer.style import Style
from renderer.stylise import Painting
from tests.bench import subjects, textbook
from tests.bench.figures import Figure, as_in_a_renderer, report
from tests.bench.measure import UNSEEN_LAYERS, Ruler, load_encoder, load_weights

CPU = torch.device("cpu")
SIZE = 512
PAINTER_S, TEXTBOOK_S = 20, 60
SHOWN_S = (1, 2, 3, 5, 7, 10, 15, 20, 30, 40, 50, 60)


@dataclass(frozen=True)
class Held:
    """A picture (1, 3, H, W) as it was after so many seconds of work."""

    seconds: float
    picture: torch.Tensor


@dataclass(frozen=True)
class Subject:
    """What is painted, in either way; both give their picture after each evaluation, changed in place by the next."""

    content: Image.Image
    style: Image.Image
    size: int = SIZE

    def painting(self, encoder: Encoder) -> Painting:
        return Painting(encoder, self.content, [Style(self.style)], RenderOptions(size=self.size), CPU)

    def by_the_painter(self, encoder: Encoder) -> Iterator[torch.Tensor]:
        for snapshot in self.painting(encoder):
            yield snapshot.picture  # at the scale in hand: to bring it to full size is the judge's work

    def by_the_textbook(self, vgg: textbook.Vgg) -> Iterator[torch.Tensor]:
        criterion = self.painting(vgg).criterion(self.size)
        content = to_tensor(self.content, self.size, CPU)
        yield from textbook.paint(content, lambda picture: torch.stack(list(criterion(picture).values())).sum())


class Judge:
    """The one objective at full size, and distances at layers whose style it does not look at."""

    def __init__(self, subject: Subject, vgg: textbook.Vgg) -> None:
        painting = subject.painting(vgg)
        self._dimensions = painting.dimensions
        self._criterion = painting.criterion(subject.size)
        self._unseen = Ruler(vgg, subject.content, subject.style, subject.size, None, UNSEEN_LAYERS, UNSEEN_LAYERS)

    @torch.no_grad()
    def loss(self, picture: torch.Tensor) -> float:
        """The sum of all terms."""
        return float(torch.stack(list(self._criterion(self._at_full_size(picture)).values())).sum())

    def unseen(self, picture: torch.Tensor) -> tuple[float, float]:
        """Distance to the style and to the content."""
        return self._unseen.distances(self._at_full_size(picture))

    def by_second(self, held: Sequence[Held]) -> dict[int, float]:
        """The loss of the picture that was held at each whole second; the last is kept until the end."""
        losses: dict[int, float] = {}
        judged, loss = None, 0.0
        for second in range(1, TEXTBOOK_S + 1):
            if (now := held_at(held, second)) is None:
                continue
            if now is not judged:
                judged, loss = now, self.loss(now.picture)
            losses[second] = loss
        return losses

    def _at_full_size(self, picture: torch.Tensor) -> torch.Tensor:
        return picture if picture.shape[-2:][::-1] == self._dimensions else resize(picture, *self._dimensions)


def watched(pictures: Iterator[torch.Tensor], limit_s: float) -> list[Held]:
    """Every picture until the limit or the end; the clock runs only while they are made."""
    held, clock = [], 0.0
    while clock < limit_s:
        began = time.perf_counter()
        picture = next(pictures, None)
        clock += time.perf_counter() - began
        if picture is None:
            break
        held.append(Held(clock, picture.clone()))
    return held


def held_at(held: Sequence[Held], second: float) -> Held | None:
    """The last picture that was there by then."""
    return next((picture for picture in reversed(held) if picture.seconds <= second), None)


def main() -> int:
    subject = Subject(subjects.photograph(), subjects.pattern())
    encoder, vgg = load_encoder(CPU), textbook.Vgg(*load_weights())
    painter = watched(subject.by_the_painter(encoder), TEXTBOOK_S)
    plain = watched(subject.by_the_textbook(vgg), TEXTBOOK_S)
    judge = Judge(subject, vgg)
    ours, theirs = judge.by_second(painter), judge.by_second(plain)
    unseen = {name: judge.unseen(held[-1].picture) for name, held in (("standard", painter), ("textbook", plain))}
    show(ours, theirs, unseen)
    goal = theirs[TEXTBOOK_S]
    reached = next((second for second, loss in ours.items() if loss <= goal), TEXTBOOK_S)
    figures = [
        Figure(f"total loss, standard at {PAINTER_S} s / textbook at {TEXTBOOK_S} s", ours[PAINTER_S] / goal, "", 1),
        Figure(f"standard, until the textbook's loss at {TEXTBOOK_S} s", reached, "s", PAINTER_S),
        Figure("standard, until its end", painter[-1].seconds, "s"),
    ]
    report("objective.json", figures, standard=ours, textbook=theirs, unseen_style_and_content=unseen)
    return 0


def show(ours: dict[int, float], theirs: dict[int, float], unseen: dict[str, tuple[float, float]]) -> None:
    table = Table("", "standard", "textbook", title="Total loss at full size")
    for second in SHOWN_S:
        table.add_row(
            f"{second} s", *(f"{losses[second]:.3f}" if second in losses else "" for losses in (ours, theirs))
        )
    table.add_section()
    for which, name in enumerate(("style", "content")):
        distances = (f"{unseen[painter][which]:.4f}" for painter in ("standard", "textbook"))
        table.add_row(f"{name} distance at the end, {', '.join(UNSEEN_LAYERS)}", *distances)
    Console().print(table)


if __name__ == "__main__":
    as_in_a_renderer()
    sys.exit(main())
