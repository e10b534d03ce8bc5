"""Between picture files and tensors: (1, 3, H, W), float32, RGB in 0..1."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch.nn import functional

from renderer.files import whole
from renderer.options import MAX_SIZE
from renderer.protocol import MAX_PREVIEW, PREVIEW_EDGE


def open_rgb(path: Path) -> Image.Image:
    """A normalised picture (the bot has decoded and checked it before), fully read."""
    with Image.open(path, formats=("PNG", "JPEG")) as image:
        return image.convert("RGB")


def scaled_size(width: int, height: int, long_edge: int) -> tuple[int, int]:
    """(width, height) with that long edge and the ratio kept to the nearest pixel, at least 1 each."""
    factor = long_edge / max(width, height)
    return max(1, round(width * factor)), max(1, round(height * factor))


def to_tensor(image: Image.Image, long_edge: int, device: torch.device) -> torch.Tensor:
    """The picture at that long edge (px), on the device."""
    if not 1 <= long_edge <= MAX_SIZE * 4:
        raise ValueError(f"long edge {long_edge} px")
    resized = image.resize(scaled_size(*image.size, long_edge), Image.Resampling.LANCZOS)
    pixels = torch.from_numpy(np.array(resized)).permute(2, 0, 1).unsqueeze(0)  # (1, 3, H, W), uint8
    return (pixels.to(device=device, dtype=torch.float32) / 255).contiguous()


def plane_of(mask: Image.Image, width: int, height: int, device: torch.device) -> torch.Tensor:
    """A mask's brightness (1, 1, height, width), 0..1, on the device."""
    resized = mask.convert("L").resize((width, height), Image.Resampling.BILINEAR)
    return torch.from_numpy(np.array(resized)).to(device=device, dtype=torch.float32)[None, None] / 255


def to_image(picture: torch.Tensor) -> Image.Image:
    """A picture of 8 bits a channel; values outside 0..1 are clamped."""
    pixels = (picture.detach()[0].clamp(0, 1) * 255).round().to(torch.uint8)
    return Image.fromarray(pixels.permute(1, 2, 0).cpu().numpy())


def resize(picture: torch.Tensor, width: int, height: int) -> torch.Tensor:
    """The picture at another size, bicubic, (1, 3, height, width); itself where it has that size."""
    if picture.shape[-2:] == (height, width):
        return picture
    return functional.interpolate(picture, size=(height, width), mode="bicubic", align_corners=False).contiguous()


def enlarge(picture: torch.Tensor, coarse: torch.Tensor, fine: torch.Tensor) -> torch.Tensor:
    """A picture painted over `coarse` brought to the size of `fine`, with the detail that only `fine` has."""
    height, width = fine.shape[-2:]
    return resize(picture, width, height) + fine - resize(coarse, width, height)


def write_png(image: Image.Image, path: Path) -> None:
    """Write so that `path` is either absent or whole, also after a power cut."""
    with whole(path) as part:
        image.save(part, format="PNG", compress_level=4)


def thumbnail(picture: torch.Tensor, long_edge: int) -> Image.Image:
    """A picture of 8 bits a channel whose long edge is at most that; shrunk on its device, before it is copied."""
    height, width = picture.shape[-2:]
    if max(height, width) > long_edge:
        size = scaled_size(width, height, long_edge)[::-1]
        # Apple's GPUs average only over sizes that divide the picture's.
        source = picture.detach().cpu() if picture.device.type == "mps" else picture.detach()
        picture = functional.interpolate(source, size=size, mode="area")
    return to_image(picture)


def preview(picture: torch.Tensor) -> bytes:
    """A JPEG of at most `MAX_PREVIEW` bytes."""
    image = thumbnail(picture, PREVIEW_EDGE)
    for quality in (80, 60, 40, 20):
        buffer = io.BytesIO()
        image.save(buffer, format="JPEG", quality=quality)
        if buffer.tell() <= MAX_PREVIEW:
            break
    return buffer.getvalue()
