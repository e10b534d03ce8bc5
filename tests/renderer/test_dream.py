from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from renderer import devices, images
from renderer.dream import Dream
from renderer.features import UnknownLayer
from renderer.images import resize, to_image, to_tensor
from renderer.options import RenderOptions
from tests.renderer.conftest import CPU, Studio, little_memory

#: A shallow layer of the encoder: as good for showing what dreams do, and soon done.
SHALLOW = {"layer": "relu2_2", "iterations": 2}

Dreamed = Callable[..., Dream]


@pytest.fixture
def dream(studio: Studio) -> Dreamed:
    def begin(**options: Any) -> Dream:
        wanted = RenderOptions.model_validate({"mode": "dream", "size": 128, **options})
        return Dream(studio.encoder, studio.photographs["coffee"], wanted, CPU)

    return begin


def dreamed(work: Dream) -> torch.Tensor:
    for _ in work:
        pass
    return work.finished()


@pytest.mark.parametrize("layer", [None, "relu2_2"])
def test_the_layer_sees_more_in_the_dream_than_in_the_picture(
    dream: Dreamed, studio: Studio, layer: str | None
) -> None:
    work = dream(layer=layer, iterations=3, octaves=2)
    asked = work.options.layer
    assert asked == (layer or "relu4_3")
    picture = dreamed(work)

    def activity(of: torch.Tensor) -> float:
        with torch.no_grad():
            return float(studio.encoder(of, [asked])[asked].square().mean())

    before = activity(to_tensor(studio.photographs["coffee"], 128, CPU))
    assert activity(picture) > 2 * before
    assert activity(images.to_tensor(to_image(picture), 128, CPU)) > 2 * before, "also in what is saved"


def test_the_picture_stays_in_range_and_progress_only_rises(dream: Dreamed) -> None:
    work = dream(**SHALLOW, octaves=3, strength=1)
    snapshots = list(work)
    assert len(snapshots) == work.evaluations == 6
    assert [max(snapshot.picture.shape) for snapshot in snapshots] == [65, 65, 91, 91, 128, 128]
    assert all(snapshot.picture.min() >= 0 and snapshot.picture.max() <= 1 for snapshot in snapshots)
    fractions = [snapshot.fraction for snapshot in snapshots]
    assert fractions == sorted(fractions) and fractions[-1] == 1
    assert work.dimensions == (128, 85) and work.finished().shape == (1, 3, 85, 128)


def test_same_seed_same_bytes_and_another_seed_another_dream(dream: Dreamed) -> None:
    first, again, other = (to_image(dreamed(dream(**SHALLOW, seed=seed))).tobytes() for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_more_strength_is_further_from_the_picture_and_none_leaves_it(dream: Dreamed, studio: Studio) -> None:
    photograph = to_tensor(studio.photographs["coffee"], 128, CPU)
    none, some, full = (
        float((dreamed(dream(**SHALLOW, octaves=1, strength=strength)) - photograph).abs().mean())
        for strength in (0.0, 0.5, 1.0)
    )
    assert none == 0
    assert 0 < 1.5 * some < full


def test_detail_of_the_picture_comes_back_with_each_octave(dream: Dreamed, studio: Studio) -> None:
    """Without strength nothing is dreamt, and four octaves up the picture is what it was, not a blurred one."""
    photograph = to_tensor(studio.photographs["coffee"], 128, CPU)
    blurred = resize(to_tensor(studio.photographs["coffee"], 47, CPU), 128, 85)
    difference = (dreamed(dream(**SHALLOW, strength=0)) - photograph).abs().mean()
    assert difference < 0.1 * (blurred - photograph).abs().mean()


def test_a_layer_that_the_encoder_lacks_is_named_before_anything_is_dreamt(dream: Dreamed) -> None:
    with pytest.raises(UnknownLayer, match=r"no layer relu3_4; it has relu1_1, "):
        dream(layer="relu3_4")


def test_a_dream_in_tiles_is_the_same(dream: Dreamed, monkeypatch: pytest.MonkeyPatch) -> None:
    options = {"layer": "relu3_1", "octaves": 1, "iterations": 2, "size": 160}
    whole = dreamed(dream(**options))
    monkeypatch.setattr(devices, "_CPU_WHOLE_PIXELS", 128**2)
    monkeypatch.setattr(devices, "_CPU_TILE_PIXELS", 128**2)
    tiled = dreamed(dream(**options))
    assert not torch.equal(tiled, whole), "it was not painted in tiles"
    assert (tiled - whole).norm() < 1e-4 * whole.norm()


def test_where_memory_runs_out_the_dream_goes_on_in_smaller_tiles(dream: Dreamed, studio: Studio) -> None:
    work = dream(layer="relu2_1", octaves=2, iterations=2, size=256)
    with little_memory(studio.encoder, 30_000):
        assert len(list(work)) == work.evaluations
    assert len(work.notes) == 1 and "smaller tiles" in work.notes[0]
