"""What the network sees: crops of pictures, drawn, turned and recoloured at random."""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torch.nn import functional

from renderer.train.plan import STRENGTHS, Plan

#: Edge of the crops that lie in the device's memory, px.
_EDGE = 384
_PHOTOGRAPHS_AS_STYLES = 0.08


class Pictures:
    """Crops (N, 3, 384, 384) of pictures, as bytes in the device's memory."""

    def __init__(self, files: Sequence[Path], device: torch.device, seed: int, crops: int = 4) -> None:
        with ThreadPoolExecutor() as pool:
            cut = pool.map(
                lambda item: _crops(item[1], np.random.default_rng((seed, item[0])), crops), enumerate(files)
            )
            arrays = [crop for several in cut for crop in several]
        if not arrays:
            raise SystemExit("There are no pictures to learn from.")
        self.crops = torch.from_numpy(np.stack(arrays)).permute(0, 3, 1, 2).contiguous().to(device)

    def __len__(self) -> int:
        return len(self.crops)


def _crops(file: Path, rng: np.random.Generator, most: int) -> list[npt.NDArray[np.uint8]]:
    """Squares of the picture: of its whole height at first, then of ever smaller parts of it."""
    with Image.open(file) as opened:
        opened.draft("RGB", (4 * _EDGE, 4 * _EDGE))
        image = opened.convert("RGB")
    found = []
    for number in range(most):
        least = min(1.0, _EDGE / min(image.size))
        side = int(min(image.size) * max(least, (1.0, 0.8, 0.6, 0.45)[number % 4]))
        left, top = (int(rng.integers(length - side + 1)) for length in image.size)
        square = image.resize((_EDGE, _EDGE), Image.Resampling.LANCZOS, (left, top, left + side, top + side))
        found.append(np.asarray(square))
        if least == 1.0 and number >= 1:
            break
    return found


class Sampler:
    """Draws batches of crops, turned, zoomed and recoloured at random."""

    def __init__(self, contents: Pictures, styles: Pictures, plan: Plan, device: torch.device) -> None:
        self._contents, self._styles, self._device = contents, styles, device
        self.size, self.batch = plan.size, plan.batch
        self._grey = torch.full((3, 3), 1 / 3, device=device)
        self._hues = torch.eye(3, device=device) - self._grey
        self._skew = torch.tensor([[0.0, -1, 1], [1, 0, -1], [-1, 1, 0]], device=device) / 3**0.5
        self.generator = torch.Generator(device).manual_seed(plan.seed)

    def contents(self) -> torch.Tensor:
        """Photographs (N, 3, size, size) in 0..1."""
        chosen = self._contents.crops[self._numbers(len(self._contents), self.batch)]
        return self._recoloured(self._turned(chosen, quarter=False), 0.3, 0.15)

    def styles(self) -> torch.Tensor:
        """Style pictures (N, 3, size, size) in 0..1."""
        photographs = round(self.batch * _PHOTOGRAPHS_AS_STYLES)
        chosen = torch.cat(
            [
                self._styles.crops[self._numbers(len(self._styles), self.batch - photographs)],
                self._contents.crops[self._numbers(len(self._contents), photographs)],
            ]
        )
        return self._recoloured(self._turned(chosen, quarter=True), 0.6, 0.5)

    def strengths(self) -> torch.Tensor:
        """(N,)."""
        low, high = STRENGTHS
        return low + (high - low) * self._random(self.batch)

    def _random(self, *shape: int) -> torch.Tensor:
        return torch.rand(shape, device=self._device, generator=self.generator)

    def _numbers(self, below: int, count: int) -> torch.Tensor:
        return torch.randint(below, (count,), device=self._device, generator=self.generator)

    def _turned(self, crops: torch.Tensor, quarter: bool) -> torch.Tensor:
        count, size = len(crops), self.size
        zoom = size / _EDGE + (1 - size / _EDGE) * self._random(count)  # part of the crop's edge that is seen
        angle = (self._random(count) - 0.5) * 0.5
        if quarter:
            angle = angle + self._numbers(4, count) * (math.pi / 2)
        else:
            angle = angle * 0.2
        flip = 1 - 2.0 * self._numbers(2, count)
        room = (1 - zoom)[:, None] * (2 * self._random(count, 2) - 1)
        cosine, sine = zoom * angle.cos(), zoom * angle.sin()
        matrix = torch.stack(
            [
                torch.stack([flip * cosine, -sine, room[:, 0]], 1),
                torch.stack([flip * sine, cosine, room[:, 1]], 1),
            ],
            1,
        )
        grid = functional.affine_grid(matrix, [count, 3, size, size], align_corners=False)
        return functional.grid_sample(
            crops.float() / 255, grid, mode="bilinear", padding_mode="reflection", align_corners=False
        )

    def _recoloured(self, pictures: torch.Tensor, share: float, amount: float) -> torch.Tensor:
        """A share of the pictures with other colours: hue turned, saturation, contrast and brightness changed."""
        count = len(pictures)
        turn = (2 * self._random(count, 1, 1) - 1) * math.pi * min(1.0, 2 * amount)
        saturation = 1 + amount * (2 * self._random(count, 1, 1) - 1)
        rotation = self._grey + saturation * (turn.cos() * self._hues + turn.sin() * self._skew)
        contrast = 1 + 0.6 * amount * (2 * self._random(count, 1, 1) - 1)
        lift = 0.3 * amount * (2 * self._random(count, 1, 1) - 1)
        changed = contrast * (rotation @ (pictures.flatten(2) - 0.5)) + 0.5 + lift
        keep = (self._random(count, 1, 1, 1) > share).float()
        return torch.lerp(changed.view_as(pictures).clamp(0, 1), pictures, keep)


def pictures_in(folder: Path) -> list[Path]:
    """Its picture files, in order, those of its folders among them."""
    return sorted(file for file in folder.rglob("*") if file.suffix.lower() in (".jpg", ".jpeg", ".png", ".webp"))
