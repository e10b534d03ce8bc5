"""A picture's colours in sRGB."""

from __future__ import annotations

import io

from PIL import Image, ImageCms

#: Pillow's mode for the pixels that a profile of each ICC colour space describes.
PROFILE_MODES = {"RGB ": "RGB", "GRAY": "L", "CMYK": "CMYK", "Lab ": "LAB"}


def in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Mode RGB; through the embedded ICC profile where it is sound and describes these pixels."""
    if profile is None and image.mode != "LAB":
        return _in_rgb(image)
    try:
        source = ImageCms.ImageCmsProfile(
            ImageCms.createProfile("LAB") if image.mode == "LAB" else io.BytesIO(profile or b"")
        )
        described = PROFILE_MODES.get(source.profile.xcolor_space)
        if described == "RGB" and image.mode == "L":
            image = image.convert("RGB")
        if described == image.mode:
            return _through(source, image)
    except (ImageCms.PyCMSError, OSError, ValueError):
        pass  # Broken profiles are common too.
    return _in_rgb(image)


def _in_rgb(image: Image.Image) -> Image.Image:
    # Pillow would copy it.
    return image if image.mode == "RGB" else image.convert("RGB")


def _through(source: ImageCms.ImageCmsProfile, image: Image.Image) -> Image.Image:
    converted = ImageCms.profileToProfile(
        image,
        source,
        ImageCms.createProfile("sRGB"),
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        outputMode="RGB",
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    assert converted is not None
    return converted
