from __future__ import annotations

from pathlib import Path

import pytest
import torch
from PIL import Image

from renderer import images
from renderer.features import Encoder
from renderer.options import RenderOptions
from renderer.protocol import MAX_PREVIEW
from renderer.stylise import Painting, content_weight, pyramid

CPU = torch.device("cpu")


def painting(encoder: Encoder, content: Path, style: Path, **options: object) -> Painting:
    styles = [(images.open_rgb(style), 1.0)]
    return Painting(encoder, images.open_rgb(content), styles, RenderOptions.model_validate(options), CPU)


def painted(encoder: Encoder, content: Path, style: Path, **options: object) -> bytes:
    work = painting(encoder, content, style, **options)
    list(work)
    return images.to_image(work.finished()).tobytes()


@pytest.mark.parametrize(
    "size,edges", [(128, [128]), (191, [191]), (256, [128, 256]), (512, [128, 256, 512]), (1000, [125, 250, 500, 1000])]
)
def test_the_pyramid_starts_small_and_ends_at_the_size(size: int, edges: list[int]) -> None:
    assert [scale.long_edge for scale in pyramid(size, None)] == edges


def test_iterations_hold_for_the_final_scale() -> None:
    assert [scale.steps for scale in pyramid(512, 7)][-1] == 7
    assert pyramid(512, 7)[0] == pyramid(512, None)[0]


def test_more_strength_is_less_weight_for_the_content() -> None:
    weights = [content_weight(step / 10) for step in range(11)]
    assert weights == sorted(weights, reverse=True)


def test_same_seed_same_bytes_and_another_seed_another_painting(
    encoder: Encoder, photographs: dict[str, Path], pattern: Path
) -> None:
    arguments = encoder, photographs["coffee"], pattern
    first, again, other = (painted(*arguments, size=128, iterations=3, seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_the_ratio_of_the_content_is_kept_and_progress_only_rises(
    encoder: Encoder, pattern: Path, tmp_path: Path
) -> None:
    content = tmp_path / "odd.png"
    Image.effect_mandelbrot((211, 97), (-2, -1, 1, 1), 50).convert("RGB").save(content)
    work = painting(encoder, content, pattern, size=133, iterations=4)
    fractions = [snapshot.fraction for snapshot in work]
    assert fractions == sorted(fractions) and fractions[-1] == 1 and len(fractions) == 4
    assert work.dimensions == (133, 61)
    assert tuple(work.finished().shape) == (1, 3, 61, 133)


def test_a_painting_stopped_at_a_coarse_scale_is_brought_to_its_size(
    encoder: Encoder, photographs: dict[str, Path], pattern: Path
) -> None:
    work = painting(encoder, photographs["coffee"], pattern, size=512)
    snapshot = next(iter(work))
    assert max(snapshot.picture.shape) == 128
    assert images.to_image(work.finished()).size == work.dimensions == (512, 341)


def test_a_preview_is_a_small_jpeg(encoder: Encoder) -> None:
    noise = torch.rand(1, 3, 600, 800, generator=torch.Generator().manual_seed(0))
    preview = images.preview(noise)
    assert preview.startswith(b"\xff\xd8") and len(preview) <= MAX_PREVIEW
