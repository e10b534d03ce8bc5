"""Instant painting: what is known of styles, strength, sizes, tiles, and that the trained weights have learnt it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch

from renderer import colour, instant
from renderer.features import Encoder
from renderer.images import to_tensor
from renderer.instant import Instant, Manner
from renderer.instant_network import LAYERS, REACH, Moderator, blend, gram, statistics
from renderer.losses import content_distance, style_distance
from renderer.losses import gram as gram_of_one
from tests.renderer.conftest import CPU, Studio, drawn

pytestmark = pytest.mark.painting

#: Encoded for a style's strokes, px.
EDGE = 256


@pytest.fixture(scope="module")
def painter(encoder: Encoder) -> Instant:
    return Instant(encoder, CPU)


@pytest.fixture(scope="module")
def content(studio: Studio) -> torch.Tensor:
    return to_tensor(studio.photographs["coffee"], EDGE, CPU)


@pytest.fixture(scope="module")
def manners(painter: Instant) -> dict[str, Manner]:
    return {name: painter.manner(to_tensor(drawn(name), EDGE, CPU)) for name in ("brushwork", "woodcut")}


def style_of(encoder: Encoder, picture: torch.Tensor, manner: Manner) -> float:
    """Mean distance of a picture to a style, over the layers."""
    features = encoder(picture, LAYERS)
    distances = [style_distance(gram_of_one(features[layer]), manner.statistics.grams[layer][0]) for layer in LAYERS]
    return float(torch.stack(distances).mean())


def content_of(encoder: Encoder, picture: torch.Tensor, content: torch.Tensor) -> float:
    return float(content_distance(encoder(picture, ["relu4_2"])["relu4_2"], encoder(content, ["relu4_2"])["relu4_2"]))


@pytest.mark.parametrize(("height", "width"), [(64, 128), (7, 9)])
def test_gram_matrices_in_portions_are_those_of_the_whole(height: int, width: int) -> None:
    activations = torch.randn(2, 5, height, width).contiguous(memory_format=torch.channels_last)
    expected = torch.cat([gram_of_one(one)[None] for one in activations.split(1)])
    torch.testing.assert_close(gram(activations.flatten(2)), expected)


def test_the_blend_of_two_styles_is_what_a_picture_of_both_would_say() -> None:
    def said(pictures: torch.Tensor) -> dict[str, torch.Tensor]:
        return {layer: pictures.expand(1, channels, 4, 8).clone() for layer, channels in LAYERS.items()}

    dark, light = said(torch.tensor(1.0)), said(torch.tensor(3.0))
    both = {layer: torch.cat([dark[layer], dark[layer], dark[layer], light[layer]], 3) for layer in LAYERS}
    blended, whole = blend([statistics(dark), statistics(light)], [3, 1]), statistics(both)
    for layer in LAYERS:
        torch.testing.assert_close(blended.means[layer], whole.means[layer])
        torch.testing.assert_close(blended.grams[layer], whole.grams[layer])


@pytest.mark.parametrize(("name", "of_the_ground_s"), [("brushwork", 0.55), ("woodcut", 0.75)])
def test_a_painting_is_far_nearer_to_the_style_than_the_content_in_its_colours(
    painter: Instant, encoder: Encoder, content: torch.Tensor, manners: dict[str, Manner], name: str,
    of_the_ground_s: float,
) -> None:  # fmt: skip
    manner = manners[name]
    ground = colour.match(content, [(manner.picture, 1.0)]).clamp(0, 1)
    painting = painter.paint(content, [(manner, 1.0)])
    assert style_of(encoder, painting, manner) < of_the_ground_s * style_of(encoder, ground, manner)
    assert content_of(encoder, painting, content) < 1.2


def test_the_colours_are_the_style_s(painter: Instant, content: torch.Tensor, manners: dict[str, Manner]) -> None:
    style = manners["brushwork"].picture
    painting = painter.paint(content, [(manners["brushwork"], 1.0)])
    assert (painting.mean((2, 3)) - style.mean((2, 3))).abs().max() < 0.06
    assert (painting.std((2, 3)) - style.std((2, 3))).abs().max() < 0.06


def test_the_more_strength_the_more_style_and_the_less_content(
    painter: Instant, encoder: Encoder, content: torch.Tensor, manners: dict[str, Manner]
) -> None:
    manner = manners["brushwork"]
    paintings = [painter.paint(content, [(manner, 1.0)], strength) for strength in (0, 0.3, 0.6, 1)]
    assert paintings[0].equal(content)
    styles = [style_of(encoder, painting, manner) for painting in paintings]
    contents = [content_of(encoder, painting, content) for painting in paintings]
    assert styles == sorted(styles, reverse=True)
    assert contents == sorted(contents)


def test_a_blend_lies_between_its_styles(
    painter: Instant, encoder: Encoder, content: torch.Tensor, manners: dict[str, Manner]
) -> None:
    def painted(*styles: tuple[str, float]) -> torch.Tensor:
        return painter.paint(content, [(manners[name], weight) for name, weight in styles])

    one, both, other = painted(("brushwork", 1)), painted(("brushwork", 1), ("woodcut", 1)), painted(("woodcut", 1))
    for name, near, far in (("brushwork", one, other), ("woodcut", other, one)):
        near_, between, far_ = (style_of(encoder, picture, manners[name]) for picture in (near, both, far))
        assert near_ < between < far_


@pytest.mark.parametrize(("height", "width"), [(32, 32), (61, 99), (1, 40), (200, 33)])
def test_a_painting_has_its_content_s_size_whatever_that_is(
    painter: Instant, manners: dict[str, Manner], height: int, width: int
) -> None:
    content = torch.rand(1, 3, height, width)
    painting = painter.paint(content, [(manners["brushwork"], 1.0)])
    assert painting.shape == content.shape
    assert painting.isfinite().all() and painting.min() >= 0 and painting.max() <= 1


def test_tiles_are_painted_as_the_whole_is(
    painter: Instant, content: torch.Tensor, manners: dict[str, Manner], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(instant, "_TILE", 64)
    ground = content[..., : content.shape[-2] // 8 * 8, :]
    modulations = painter._network.predictor(manners["woodcut"].statistics, torch.tensor([0.8]))
    whole = Moderator(modulations)
    expected = painter._network(ground, whole)
    ticks: list[None] = []
    actual = painter._in_tiles(ground, modulations, whole.moments, lambda: ticks.append(None))
    assert len(ticks) == 4 * (-(-ground.shape[-2] // 64))
    torch.testing.assert_close(actual, expected, rtol=0, atol=1e-4)


def test_no_more_acts_on_a_place_than_its_reach(painter: Instant, manners: dict[str, Manner]) -> None:
    modulations = painter._network.predictor(manners["brushwork"].statistics, torch.tensor([0.8]))
    ground = torch.rand(1, 3, 16, 2 * REACH + 64)
    whole = Moderator(modulations)
    painting = painter._network(ground, whole)
    changed = ground.clone()
    changed[..., :8] = 0
    again = painter._network(changed, Moderator(modulations, whole.moments))
    differs = (again - painting).abs().amax((0, 1, 2)) > 1e-6
    assert 8 <= int(differs.nonzero().max()) < 8 + REACH


def test_a_large_picture_looks_like_itself_in_pieces(
    painter: Instant, encoder: Encoder, content: torch.Tensor, manners: dict[str, Manner],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    manner = manners["brushwork"]
    whole = painter.paint(content, [(manner, 1.0)])
    monkeypatch.setattr(instant, "_WHOLE_PIXELS", 1)
    monkeypatch.setattr(instant, "_TILE", 96)
    monkeypatch.setattr(instant, "_MEASURED_EDGE", 160)
    pieces = painter.paint(content, [(manner, 1.0)])
    assert style_of(encoder, pieces, manner) == pytest.approx(style_of(encoder, whole, manner), rel=0.25)
    assert _seams(pieces, every=96) < 1.3 * _seams(whole, every=96) + 1e-3


def _seams(painting: torch.Tensor, every: int) -> float:
    """Mean step over the borders between tiles."""
    steps = (painting[..., 1:] - painting[..., :-1]).abs()
    return float(steps[..., every - 1 :: every].mean())


@pytest.mark.parametrize("period", [2, 4, 8])
def test_there_is_no_checkerboard_on_an_even_ground(painter: Instant, manners: dict[str, Manner], period: int) -> None:
    """What repeats with the network's own grid is no stronger than what repeats otherwise."""
    slope = torch.linspace(0.3, 0.6, 256).expand(1, 3, 256, 256).contiguous()
    grey = painter.paint(slope, [(manners["brushwork"], 1.0)]).mean(1)[0]
    spectrum = torch.fft.rfft2(grey - grey.mean()).abs()
    across, down = spectrum[0], spectrum[:, 0]
    line = 256 // period
    for values in (across, down[:129]):
        assert values[line] < 4 * _around(values, line)


def _around(values: torch.Tensor, line: int) -> float:
    near: Sequence[int] = [n for n in range(line - 12, line + 13) if n != line and 0 < n < len(values)]
    return float(values[list(near)].mean())
