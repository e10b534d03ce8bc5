"""Tiles are exact: what is measured in pieces is what is measured at once, also where the pieces meet."""

from __future__ import annotations

import dataclasses
import functools
import itertools

import pytest
import torch
from PIL import Image

from renderer.devices import Room
from renderer.features import Encoder
from renderer.images import resize
from renderer.losses import Objective
from renderer.style import Style
from renderer.tiles import Span, TiledEncoder, spans
from tests import pictures
from tests.renderer.conftest import Studio, drawn

#: Width and height of a picture, and how many pixels may be encoded at once: large tiles and small ones, 2 × 2 each.
CASES = [(352, 272, 93_000), (150, 133, 16_384)]
#: Relative to the norm of what is compared.
TOLERANCE = 1e-4
#: Random pictures to be tried. Where two values of a feature map tie to the last bit, rectifier and maximum choose by
#: the rounding, which differs between processors, and one such choice is more than the tolerance. Most pictures have
#: none; a seam would show in all of them.
SEEDS = range(1, 9)


def smooth(width: int, height: int, seed: int) -> torch.Tensor:
    """A random picture without two equal neighbours, of which a maximum would choose another with each rounding."""
    coarse = torch.rand(1, 3, 24, 24, generator=torch.Generator().manual_seed(seed))
    return resize(coarse, width, height).requires_grad_()


def relative_error(actual: torch.Tensor, expected: torch.Tensor) -> float:
    return float((actual - expected).detach().norm() / expected.detach().norm())


@dataclasses.dataclass(frozen=True)
class Measured:
    """The terms of an objective by name, and the gradient of their sum."""

    terms: dict[str, float]
    gradient: torch.Tensor

    def worst_term(self, expected: Measured) -> float:
        return max(abs(value / expected.terms[name] - 1) for name, value in self.terms.items())


class Site:
    """An objective with two styles, a mask between them and protection, and random pictures measured by it."""

    def __init__(self, studio: Studio, width: int, height: int) -> None:
        mask = Image.linear_gradient("L").resize((width, height))
        styles = [Style(drawn("waves"), mask=mask), Style(drawn("brushwork"))]
        work = studio.work(pictures.gradient(width, height), styles, size=width, protect=1)
        self.encoder = studio.encoder
        self.objective: Objective = work.objective(width)
        self.width, self.height = width, height

    def tiled(self, most_pixels: int) -> TiledEncoder:
        return TiledEncoder(self.encoder, "max", Room(most_pixels, most_pixels), lambda: None)

    def measured(self, by: TiledEncoder, seed: int) -> Measured:
        picture = smooth(self.width, self.height, seed)
        terms = self.objective.conclude(by.measure(self.objective, picture))
        torch.autograd.backward(list(terms.values()))
        assert picture.grad is not None
        return Measured({name: float(term.detach()) for name, term in terms.items()}, picture.grad)

    @functools.cache  # noqa: B019 (the sites are gone with their module)
    def at_once(self, seed: int) -> Measured:
        return self.measured(self.tiled(1_000_000), seed)

    def seams(self, most_pixels: int) -> torch.Tensor:
        """Where tiles meet: (H, W), true within half of what the encoder reaches."""
        near = torch.zeros(self.height, self.width, dtype=torch.bool)
        reach = self.encoder.reach(self.objective.layers)
        for tile in self.tiled(most_pixels)._tiles(self.height, self.width, self.objective.layers):
            for span, plane in ((tile.down, near), (tile.across, near.T)):
                if span.start:
                    plane[span.start - reach // 2 : span.start + reach // 2] = True
        return near


@pytest.fixture(scope="module")
def sites(studio: Studio) -> dict[tuple[int, int], Site]:
    return {(width, height): Site(studio, width, height) for width, height, _ in CASES}


@pytest.mark.parametrize("width,height,most_pixels", CASES)
def test_loss_and_gradient_in_tiles_are_those_of_the_whole_picture(
    sites: dict[tuple[int, int], Site], width: int, height: int, most_pixels: int
) -> None:
    site = sites[width, height]
    seams = site.seams(most_pixels)
    assert 0.2 < seams.float().mean() < 0.8
    errors = []
    for seed in SEEDS:
        tiled, expected = site.measured(site.tiled(most_pixels), seed), site.at_once(seed)
        assert expected.terms.keys() == {"style", "content", "protection"}
        assert tiled.worst_term(expected) < TOLERANCE
        errors.append(
            max(relative_error(tiled.gradient[..., zone], expected.gradient[..., zone]) for zone in (seams, ~seams))
        )
        if errors[-1] < TOLERANCE:
            break
    assert errors[-1] < TOLERANCE, errors


def test_a_border_narrower_than_the_encoder_looks_would_show(sites: dict[tuple[int, int], Site]) -> None:
    width, height, most_pixels = CASES[1]
    site = sites[width, height]
    shortsighted = site.tiled(most_pixels)
    shortsighted._reach = lambda layers: 16
    seams = site.seams(most_pixels)
    for seed in SEEDS[:3]:
        narrow, expected = site.measured(shortsighted, seed).gradient, site.at_once(seed).gradient
        assert relative_error(narrow[..., seams], expected[..., seams]) > 10 * TOLERANCE


@pytest.mark.parametrize("pooling", ["max", "average"])
def test_planes_put_together_from_tiles_are_those_of_the_whole_picture(encoder: Encoder, pooling: str) -> None:
    picture = smooth(301, 171, seed=2)
    layers = ("relu1_2", "relu3_3", "relu5_1")
    ways = 0

    def give_way() -> None:
        nonlocal ways
        ways += 1

    tiled = TiledEncoder(encoder, pooling, Room(30_000, 30_000), give_way).encode(picture, layers)  # type: ignore[arg-type]
    whole = TiledEncoder(encoder, pooling, Room(1_000_000, 1_000_000), give_way).encode(picture, layers)  # type: ignore[arg-type]
    assert ways == 6
    for layer in layers:
        assert tiled[layer].shape == whole[layer].shape and not tiled[layer].requires_grad
        assert relative_error(tiled[layer], whole[layer]) < TOLERANCE
        worst = (tiled[layer] - whole[layer]).abs().max() / whole[layer].abs().max()
        assert worst < TOLERANCE, "not one position is wrong"


@pytest.mark.parametrize("border", [0, 10, 58, 64])
@pytest.mark.parametrize("length,edge", [(1, 128), (128, 128), (129, 128), (350, 176), (1000, 240), (4095, 768)])
def test_tiles_cover_a_picture_once_and_see_as_far_around_as_there_is_picture(
    length: int, edge: int, border: int
) -> None:
    pieces = spans(length, edge, border)
    assert pieces[0].start == 0 and pieces[-1].end == length
    assert all(before.end == after.start for before, after in itertools.pairwise(pieces))
    assert max(piece.end - piece.start for piece in pieces) <= edge
    for piece in pieces:
        assert piece.start % 16 == piece.outer_start % 16 == 0
        assert piece.outer_start <= max(0, piece.start - border)
        assert piece.outer_end >= min(length, piece.end + border)


def test_a_tile_s_own_positions_are_found_in_its_window_and_in_the_whole() -> None:
    span = Span(start=96, end=171, outer_start=32, outer_end=171)
    assert (span.own(16), span.inner(16)) == (slice(6, 11), slice(4, 9))
    assert (span.own(1), span.inner(1)) == (slice(96, 171), slice(64, 139))
    assert (span.own(8), span.inner(8)) == (slice(12, 22), slice(8, 18))
