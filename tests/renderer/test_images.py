from __future__ import annotations

from pathlib import Path

import pytest
import torch
from PIL import Image

from renderer import images
from renderer.protocol import MAX_PREVIEW
from tests import pictures

CPU = torch.device("cpu")


@pytest.mark.parametrize(
    "width,height,edge,expected",
    [(317, 211, 128, (128, 85)), (211, 317, 128, (85, 128)), (4096, 32, 128, (128, 1)), (600, 1, 96, (96, 1))],
)
def test_the_ratio_is_kept_to_the_nearest_pixel(width: int, height: int, edge: int, expected: tuple[int, int]) -> None:
    assert images.scaled_size(width, height, edge) == expected


def test_a_picture_survives_the_way_to_a_tensor_and_back() -> None:
    image = pictures.gradient(64, 48)
    picture = images.to_tensor(image, 64, CPU)
    assert picture.shape == (1, 3, 48, 64)
    assert picture[0, 2].unique().item() == pytest.approx(90 / 255), "blue is the last channel"
    assert images.to_image(picture).tobytes() == image.tobytes()


def test_what_is_out_of_range_is_clamped_in_the_picture() -> None:
    low, high = images.to_image(torch.tensor([-1.0, 2.0]).expand(1, 3, 1, 2)).tobytes()[::3]
    assert (low, high) == (0, 255)


def test_a_mask_becomes_its_brightness_at_the_picture_s_size() -> None:
    mask = Image.new("RGB", (40, 20), "white")
    mask.paste("black", (0, 0, 20, 20))
    plane = images.plane_of(mask, 9, 5, CPU)
    assert plane.shape == (1, 1, 5, 9)
    assert plane[..., :3].max() == 0 and plane[..., -3:].min() == 1
    assert plane[..., 4].mean() == pytest.approx(0.5, abs=0.01)


def test_a_picture_of_the_size_asked_for_is_not_resized() -> None:
    picture = torch.rand(1, 3, 20, 30)
    assert images.resize(picture, 30, 20) is picture
    assert images.resize(picture, 45, 31).shape == (1, 3, 31, 45)


def test_enlarging_adds_the_detail_that_only_the_fine_picture_has(photographs: dict[str, Path]) -> None:
    photograph = images.open_rgb(photographs["chelsea"])
    coarse, fine = (images.to_tensor(photograph, edge, CPU) for edge in (100, 200))
    assert images.enlarge(coarse, coarse, fine) == pytest.approx(fine, abs=1e-5)
    lighter = images.enlarge(coarse + 0.25, coarse, fine)
    assert lighter == pytest.approx(fine + 0.25, abs=1e-5), "what was painted is kept"


def test_a_thumbnail_is_shrunk_but_never_enlarged() -> None:
    picture = torch.rand(1, 3, 30, 90)
    assert images.thumbnail(picture, 45).size == (45, 15)
    assert images.thumbnail(picture, 200).tobytes() == images.to_image(picture).tobytes()


def test_a_preview_is_a_small_jpeg_however_noisy_the_picture() -> None:
    noise = torch.rand(1, 3, 600, 800, generator=torch.Generator().manual_seed(0))
    preview = images.preview(noise)
    assert preview.startswith(b"\xff\xd8") and len(preview) <= MAX_PREVIEW


def test_a_picture_is_written_whole_and_nothing_else_is_left(tmp_path: Path) -> None:
    image = pictures.gradient(64, 48)
    images.write_png(image, tmp_path / "painting.png")
    assert images.open_rgb(tmp_path / "painting.png").tobytes() == image.tobytes()
    assert [file.name for file in tmp_path.iterdir()] == ["painting.png"]
