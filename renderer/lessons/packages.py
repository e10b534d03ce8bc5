"""Photographs and pictures that serve as styles, out of Debian's packages (GPL, LGPL, CC BY, CC BY-SA, CC0).

The packages are fetched and unpacked, never installed.
"""

from __future__ import annotations

import io
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from renderer.lessons import puzzles

_SHARE = "usr/share"
_RESOURCES = f"{_SHARE}/gcompris-qt/rcc"


def _size(wallpaper: str) -> str:
    """In which a wallpaper is at its largest."""
    small = "FallenLeaf Path DarkestHour summer_1am EveningGlow ColorfulCups OneStandsOut Elarun BytheWater Autumn Grey"
    middle = "Canopee Cascade Cluster"
    return "2560x1600" if wallpaper in small.split() else "3840x2160" if wallpaper in middle.split() else "5120x2880"


#: Package → glob patterns of photographs in it.
PHOTOGRAPHS: dict[str, tuple[str, ...]] = {
    "mate-backgrounds": (f"{_SHARE}/backgrounds/mate/nature/*.jpg",),
    "lomiri-wallpapers-16.04": tuple(
        f"{_SHARE}/backgrounds/{name}*.jpg"
        for name in (
            "Wine", "greentock", "seeding", "aitzgorri", "Dragonfly", "friends", "sunset", "free", "picos", "life",
            "analog", "Bridge",
        )
    ),
    "lomiri-wallpapers-20.04": tuple(f"{_SHARE}/backgrounds/{name}*.jpg" for name in ("Kleiber", "Infinite")),
    "palapeli-data": (f"{_SHARE}/palapeli/collection/*.jpg",),
    "plasma-workspace-wallpapers": tuple(
        f"{_SHARE}/wallpapers/{name}/contents/images/{_size(name)}.*"
        for name in (
            "FallenLeaf", "Path", "DarkestHour", "Volna", "summer_1am", "EveningGlow", "ColorfulCups", "OneStandsOut",
            "Elarun", "BytheWater",
        )
    ),
    "lxqt-themes": tuple(
        f"{_SHARE}/lxqt/wallpapers/{name}"
        for name in (
            "flowers.png", "fog.jpg", "after-the-rain.jpg", "Butterfly*", "Valendas.png", "appleflower.png",
            "cloud.png", "drop.png", "this-is-not-windows.jpg", "butterfly.png",
        )
    ),
}  # fmt: skip

#: Package → glob patterns of pictures that are drawn or painted.
DRAWN: dict[str, tuple[str, ...]] = {
    "gnome-backgrounds": tuple(
        f"{_SHARE}/backgrounds/gnome/{name}.webp"
        for name in ("adwaita-l", "truchet-*", "licorice-l", "grid-*")
    ),
    "mate-backgrounds": (f"{_SHARE}/backgrounds/mate/abstract/Elephants.jpg",),
    "lomiri-wallpapers-16.04": (f"{_SHARE}/backgrounds/Picture_1A*.jpg",),
    "lomiri-wallpapers-20.04": (f"{_SHARE}/backgrounds/Painting*.jpg",),
    "plasma-workspace-wallpapers": tuple(
        f"{_SHARE}/wallpapers/{name}/contents/images*/{_size(name)}.*"
        for name in (
            "Altai", "IceCold", "Kay", "Patak", "Autumn", "Grey", "Canopee", "Cascade", "SafeLanding", "Cluster",
        )
    ),
    "lxqt-themes": (f"{_SHARE}/lxqt/wallpapers/triangles.png",),
    "ukui-wallpapers": tuple(
        f"{_SHARE}/backgrounds/{name}*"
        for name in ("calla", "fluent-color", "string", "rollpaper", "firstgen", "the-mouse", "rhythm", "goldfish")
    ),
    "krita-data": tuple(
        f"{_SHARE}/krita/patterns/{number}_*.png"
        for number in ("01", "02", "02b", "03", "04", "05", "06", "09", "09b", "10", "11", "12", "13", "14")
    ),
}  # fmt: skip

_GCOMPRIS = "gcompris-qt-data"
#: Its activities whose pictures are photographs.
_ACTIVITIES = (
    "clickgame",
    "erase",
    "explore_farm_animals",
    "explore_monuments",
    "explore_world_animals",
    "explore_world_music",
)
_OF_VAN_GOGH = re.compile(r"Gogh|Tanguy|Auvers")
#: Not for learning: sculpture, and what is kept to look at what was learnt.
_LEFT_OUT = ("Michelangelo_Pieta", "GreatWave", "renoir-moulin_de_la_galette")
_LEAST = 300  # px


def fetch(folder: Path) -> None:
    """Download and unpack into a folder for each package what is not there yet."""
    for package in sorted({*PHOTOGRAPHS, *DRAWN, _GCOMPRIS}):
        target = folder / package
        if target.is_dir():
            continue
        subprocess.run(["apt-get", "download", package], cwd=folder, check=True)  # nosec B607  # apt-get from PATH
        command = ["dpkg", "-x", str(next(folder.glob(f"{package}_*.deb"))), str(target)]
        subprocess.run(command, check=True)


def photographs(folder: Path) -> Iterator[tuple[str, Image.Image]]:
    """Name and picture of every photograph."""
    yield from _files(folder, PHOTOGRAPHS)
    for activity in (*_ACTIVITIES, "details"):
        for name, body in _pictures(folder, activity):
            background = name.endswith("_background.webp")
            if activity != "details" or (background and not _OF_VAN_GOGH.search(name)):
                image = _opened(io.BytesIO(body))
                if min(image.size) >= _LEAST or background:
                    yield f"{activity}_{Path(name).stem}", image


def styles(folder: Path) -> Iterator[tuple[str, Image.Image]]:
    """Name and picture of everything that is drawn or painted."""
    yield from _files(folder, DRAWN)
    for name, body in _pictures(folder, "details"):
        if name.endswith("_background.webp") and _OF_VAN_GOGH.search(name):
            yield Path(name).stem, _opened(io.BytesIO(body))
    for title, image in puzzles.paintings(folder / _GCOMPRIS / _RESOURCES / "paintings.rcc").items():
        if title not in _LEFT_OUT:
            yield title, image


def _files(folder: Path, patterns: dict[str, tuple[str, ...]]) -> Iterator[tuple[str, Image.Image]]:
    for package, several in patterns.items():
        for pattern in several:
            for file in sorted((folder / package).glob(pattern)):
                theme = file.parts[-4] + "_" if file.parent.name.startswith("images") else ""
                yield f"{package}_{theme}{file.stem}", _opened(file)


def _pictures(folder: Path, activity: str) -> Iterator[tuple[str, bytes]]:
    for name, body in puzzles.resources(folder / _GCOMPRIS / _RESOURCES / f"{activity}.rcc").items():
        if body[8:12] == b"WEBP" or body[:3] == b"\xff\xd8\xff":
            yield name, body


def _opened(source: Path | io.BytesIO) -> Image.Image:
    with Image.open(source) as opened:
        if opened.mode not in ("RGBA", "LA", "P"):
            return opened.convert("RGB")
        image = opened.convert("RGBA")
    ground = Image.new("RGBA", image.size, "white")
    ground.alpha_composite(image)
    return ground.convert("RGB")
