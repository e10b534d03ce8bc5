"""What has been learnt, seen on pictures that are held out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from renderer import files
from renderer.images import to_image
from renderer.instant_network import GRID, LAYERS, Moderator, statistics
from renderer.train.colours import matched
from renderer.train.crops import pictures_in
from renderer.train.teacher import CONTENT_LAYER, Teacher
from renderer.train.training import Training


class Validation:
    """Held-out contents in held-out styles at 512 px: a sheet, and their distances."""

    def __init__(self, folder: Path, teacher: Teacher, out: Path, device: torch.device, edge: int = 512) -> None:
        self._teacher, self._out = teacher, out
        self._contents = [_fitted(file, edge, device) for file in pictures_in(folder / "contents")]
        self._styles = [_fitted(file, edge, device) for file in pictures_in(folder / "styles")]

    @torch.no_grad()
    def __call__(self, training: Training) -> dict[str, float]:
        """Paint the sheet; mean distances over it."""
        rows, totals = [], []
        with training.as_kept() as network:
            for style in self._styles:
                target = statistics(self._teacher.encode(style, tuple(LAYERS)))
                row = [style]
                for content in self._contents:
                    strength = torch.full((1,), 0.8, device=content.device)
                    ground = matched(content, style)
                    painting = network(ground, Moderator(network.predictor(target, strength))).clamp(0, 1)
                    activations = self._teacher.encode(content, (CONTENT_LAYER,))[CONTENT_LAYER]
                    measured = self._teacher.measure(painting, target, activations, strength)
                    totals.append((float(measured.style), float(measured.content)))
                    row.append(painting)
                rows.append(row)
        self._sheet(rows)
        style_mean, content_mean = (sum(values) / len(totals) for values in zip(*totals, strict=True))
        return {"held_out_style": style_mean, "held_out_content": content_mean}

    def _sheet(self, rows: Sequence[Sequence[torch.Tensor]]) -> None:
        height = max(picture.shape[2] for row in rows for picture in row)
        width = max(picture.shape[3] for row in rows for picture in row)
        sheet = Image.new("RGB", (width * len(rows[0]), height * len(rows)), "white")
        for down, row in enumerate(rows):
            for across, picture in enumerate(row):
                sheet.paste(to_image(picture), (across * width, down * height))
        with files.whole(self._out / "sheet.jpg") as part:
            sheet.save(part, "JPEG", quality=90)


def _fitted(file: Path, edge: int, device: torch.device) -> torch.Tensor:
    """A picture (1, 3, H, W) of about that long edge, its edges multiples of the grid."""
    with Image.open(file) as opened:
        image = opened.convert("RGB")
    size = [max(GRID, round(length * edge / max(image.size) / GRID) * GRID) for length in image.size]
    values = np.asarray(image.resize((size[0], size[1]), Image.Resampling.LANCZOS))
    return torch.from_numpy(values.copy()).permute(2, 0, 1)[None].to(device).float() / 255
