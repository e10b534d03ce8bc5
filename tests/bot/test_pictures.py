from __future__ import annotations

import asyncio
import itertools
import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from bot.errors import BadPicture
from bot.pictures import AT_ONCE, Picture, normalise
from config.settings import LimitsSettings
from tests import pictures

Normalise = Callable[..., Coroutine[Any, Any, Picture]]
Pixel = tuple[int, int, int]


@pytest.fixture
def normalised(tmp_path: Path) -> Normalise:
    """Takes the bytes of a file and settings, gives the picture."""
    number = itertools.count()

    def scratch(suffix: str) -> Path:
        return tmp_path / f"scratch-{next(number)}{suffix}"

    async def call(data: bytes, **limits: Any) -> Picture:
        raw = tmp_path / f"raw-{next(number)}"
        raw.write_bytes(data)
        return await normalise(raw, scratch, LimitsSettings(**limits))

    return call


def opened(picture: Picture) -> Image.Image:
    with Image.open(picture.file) as image:
        image.load()
    assert image.mode == "RGB"
    assert image.size == (picture.width, picture.height)
    return image


def pixel(image: Image.Image, x: int, y: int) -> Pixel:
    found = image.getpixel((x, y))
    assert isinstance(found, tuple)
    return found[0], found[1], found[2]


def is_near(found: Pixel, expected: Pixel, tolerance: int = 4) -> bool:
    return all(abs(one - other) <= tolerance for one, other in zip(found, expected, strict=True))


def interpreter(path: Path, script: str) -> str:
    """A stand-in for the Python that the decoder is started with: `script` runs in its place."""
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o700)
    return str(path)


# ---- what is refused

REFUSED = {
    "text": (b"Dear bot, paint me.", "not_a_picture", "Please save it as JPEG or PNG"),
    "svg": (pictures.SVG, "not_a_picture", "Please save it as JPEG or PNG"),
    "pdf": (pictures.PDF, "not_a_picture", "Please save it as JPEG or PNG"),
    "heic": (pictures.HEIC, "not_a_picture", "Please save it as JPEG or PNG"),
    "eps": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 64 64\n", "not_a_picture", "Please save it as JPEG or PNG"),
    "zero bytes": (b"", "not_a_picture", "empty"),
    "truncated jpeg": (pictures.jpeg(640, 480)[:5000], "picture_broken", "damaged or incomplete"),
    "jpeg cut in its header": (pictures.jpeg()[:40], "picture_broken", "damaged or incomplete"),
    "truncated png": (pictures.png(640, 480)[:2000], "picture_broken", "damaged or incomplete"),
    "png cut in its header": (pictures.png()[:20], "picture_broken", "damaged or incomplete"),
    "truncated webp": (pictures.encoded(pictures.gradient(), "WEBP")[:60], "picture_broken", "damaged or incomplete"),
    "truncated gif": (pictures.encoded(pictures.gradient(), "GIF")[:1200], "picture_broken", "damaged or incomplete"),
    "truncated tiff": (pictures.encoded(pictures.gradient(), "TIFF")[:200], "picture_broken", "damaged or incomplete"),
    "png with a wrong checksum": (pictures.png_with_wrong_checksum(), "picture_broken", "damaged or incomplete"),
    "png with damaged pixels": (pictures.png_with_damaged_pixels(), "picture_broken", "damaged or incomplete"),
    "png with a text bomb": (pictures.png_with_text_bomb(), "picture_broken", "damaged or incomplete"),
    "jpeg announcing 48 MP": (pictures.jpeg_announcing(8000, 6000), "picture_broken", "damaged or incomplete"),
    "jpeg announcing 4 GP": (pictures.jpeg_announcing(65500, 65500), "picture_too_large", "has 4290.3 megapixels"),
    "one pixel": (pictures.png(1, 1), "picture_too_small", "is 1 × 1 pixels; each side needs at least 32"),
    "thin": (pictures.png(400, 31), "picture_too_small", "is 400 × 31 pixels"),
    "long": (pictures.png(1000, 40), "picture_too_long", "is 25 times its short one; at most 20 times"),
    "barely too long": (pictures.png(40, 801), "picture_too_long", "is 20.1 times"),
    "900 MP png": (
        pictures.png_of_zeros(30_000, 30_000),
        "picture_too_large",
        "This picture has 900 megapixels; at most 50 are taken. Please send a smaller one.",
    ),
    "barely too many pixels": (pictures.png_of_zeros(10_000, 5_001), "picture_too_large", "has 50.1 megapixels"),
    "gif with a huge screen": (pictures.gif_with_screen(65535, 65535), "picture_too_large", "has 4294.9 megapixels"),
    "webp with a huge canvas": (pictures.webp_announcing(16384, 16384), "picture_too_large", "has 268.5 megapixels"),
    "21 MB": (bytes(21_000_000), "picture_too_heavy", "has 21 MB; at most 20 MB are taken"),
    "barely too heavy": (bytes(20_000_001), "picture_too_heavy", "has 20.1 MB; at most 20 MB are taken"),
}


@pytest.mark.parametrize(("data", "code", "sentence"), REFUSED.values(), ids=REFUSED.keys())
async def test_what_cannot_be_painted_from_is_refused_with_what_is_wrong(
    normalised: Normalise, tmp_path: Path, data: bytes, code: str, sentence: str
) -> None:
    with pytest.raises(BadPicture) as caught:
        await normalised(data)
    assert caught.value.code == code
    assert sentence in caught.value.message
    assert os.listdir(tmp_path) == ["raw-0"]


BOMBS = {name: refused for name, refused in REFUSED.items() if " megapixels" in refused[2]}


@pytest.mark.parametrize(("data", "code", "sentence"), BOMBS.values(), ids=BOMBS.keys())
async def test_a_bomb_is_refused_before_it_has_taken_memory(
    normalised: Normalise, data: bytes, code: str, sentence: str
) -> None:
    with pytest.raises(BadPicture) as caught:
        await normalised(data, decode_memory_mb=256, picture_mp=31)
    assert caught.value.code == code
    assert "megapixels; at most" in caught.value.message, "and not for want of memory"


async def test_a_progressive_jpeg_needs_memory_for_all_its_coefficients(normalised: Normalise) -> None:
    source = Image.effect_noise((600, 400), 60).convert("RGB").resize((6000, 4000), Image.Resampling.NEAREST)
    data = pictures.encoded(source, "JPEG", quality=40, progressive=True, subsampling=0)
    with pytest.raises(BadPicture, match="more than the 256 MB of memory"):
        await normalised(data, decode_memory_mb=256)


async def test_a_webp_is_taken_only_as_large_as_its_decoder_has_memory(normalised: Normalise) -> None:
    with pytest.raises(BadPicture, match=r"has 31\.4 megapixels; at most 14\.7 are taken"):
        await normalised(pictures.webp_announcing(5600, 5600), decode_memory_mb=256)


async def test_a_picture_that_needs_more_memory_than_allowed_is_refused(normalised: Normalise) -> None:
    data = pictures.png_of_zeros(7000, 6400, colour_type=6)
    with pytest.raises(BadPicture, match="more than the 256 MB of memory") as caught:
        await normalised(data, decode_memory_mb=256)
    assert caught.value.code == "picture_too_large"


async def test_the_largest_picture_that_is_taken_fits_the_memory_that_is_allowed(normalised: Normalise) -> None:
    picture = await normalised(pictures.png_of_zeros(8000, 6250, colour_type=6))
    assert (picture.width, picture.height) == (4096, 3200)


async def test_a_decoder_that_takes_too_long_is_killed(
    normalised: Normalise, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pids = tmp_path / "pids"
    os.mkfifo(pids)
    monkeypatch.setattr(sys, "executable", interpreter(tmp_path / "python", f"echo $$ > {pids}; exec sleep 600"))
    refused = asyncio.create_task(normalised(pictures.png(), decode_timeout_s=1.5))
    pid = int(await asyncio.to_thread(pids.read_text))
    with pytest.raises(BadPicture, match=r"longer than 1\.5 seconds") as caught:
        await refused
    assert caught.value.code == "picture_too_large"
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_a_cancelled_intake_leaves_no_decoder_behind(
    normalised: Normalise, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pids = tmp_path / "pids"
    os.mkfifo(pids)
    monkeypatch.setattr(sys, "executable", interpreter(tmp_path / "python", f"echo $$ > {pids}; exec sleep 600"))
    intake = asyncio.create_task(normalised(pictures.png()))
    pid = int(await asyncio.to_thread(pids.read_text))
    intake.cancel()
    with pytest.raises(asyncio.CancelledError):
        await intake
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.parametrize("death", ["kill -SEGV $$", "kill -KILL $$", "exit 1"])
async def test_a_decoder_that_dies_is_a_kind_refusal(
    normalised: Normalise, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, death: str
) -> None:
    monkeypatch.setattr(sys, "executable", interpreter(tmp_path / "python", death))
    with pytest.raises(BadPicture, match="Please save it anew as JPEG or PNG") as caught:
        await normalised(pictures.png())
    assert caught.value.code == "picture_broken"


async def test_a_disk_that_fails_is_not_blamed_on_the_picture(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.write_bytes(pictures.png())
    with pytest.raises(FileNotFoundError):
        await normalise(raw, lambda suffix: tmp_path / "missing" / f"name{suffix}", LimitsSettings())


# ---- the process


async def test_the_decoder_sees_no_secret(
    normalised: Normalise, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = tmp_path / "seen"
    monkeypatch.setenv("ATELIER_TELEGRAM__TOKEN", "123:secret")
    script = f'env > {seen}; exec {sys.executable} "$@"'
    monkeypatch.setattr(sys, "executable", interpreter(tmp_path / "python", script))
    await normalised(pictures.png())
    assert "PATH=" in seen.read_text()
    assert "secret" not in seen.read_text()


async def test_no_more_pictures_are_decoded_at_once_than_memory_is_planned_for(
    normalised: Normalise, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = tmp_path / "steps"
    script = f'echo 1 >> {steps}; {sys.executable} "$@"; echo -1 >> {steps}'
    monkeypatch.setattr(sys, "executable", interpreter(tmp_path / "python", script))
    await asyncio.gather(*(normalised(pictures.png()) for _ in range(3 * AT_ONCE)))
    running = list(itertools.accumulate(int(step) for step in steps.read_text().split()))
    assert len(running) == 6 * AT_ONCE
    assert max(running) == AT_ONCE


async def test_a_picture_that_needs_much_memory_is_decoded_alone(
    normalised: Normalise, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = tmp_path / "steps"
    places = f'places=1; case "$*" in *alone) places={AT_ONCE};; esac'
    script = f'{places}; echo $places >> {steps}; {sys.executable} "$@"; echo -$places >> {steps}'
    monkeypatch.setattr(sys, "executable", interpreter(tmp_path / "python", script))
    large, small = pictures.png_of_zeros(6000, 4200), pictures.png()
    await asyncio.gather(*(normalised(data) for data in (large, small, large, small, small)))
    taken = [int(step) for step in steps.read_text().split()]
    assert taken.count(AT_ONCE) == 2, "each of the large ones"
    assert max(itertools.accumulate(taken)) == AT_ONCE


@pytest.mark.skipif(sys.platform != "linux", reason="the parent's death is signalled on Linux only")
def test_the_decoder_dies_with_the_bot(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    os.mkfifo(raw)
    limits = LimitsSettings().model_dump_json()
    command = [sys.executable, "-m", "bot.decode", str(raw), str(tmp_path / "output"), limits]
    bot = subprocess.Popen([sys.executable, "-c", f"import subprocess; subprocess.run({command!r})"])
    # Opening waits until the decoder, by then confined, reads; its end is seen as an error on the pipe.
    pipe = os.open(raw, os.O_WRONLY)
    try:
        bot.send_signal(signal.SIGKILL)
        bot.wait()
        poll = select.poll()
        poll.register(pipe, select.POLLERR)
        assert poll.poll(10_000)
    finally:
        os.close(pipe)


def test_what_a_library_says_about_a_broken_file_reaches_no_log(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    data = bytearray(pictures.encoded(pictures.gradient(), "TIFF", compression="jpeg"))
    data[data.index(b"\xff\xda") + 1] = 0x72  # libtiff writes "JPEGLib: Unsupported marker type 0x72." to stderr
    raw.write_bytes(data)
    command = [
        sys.executable,
        "-m",
        "bot.decode",
        str(raw),
        str(tmp_path / "output"),
        LimitsSettings().model_dump_json(),
    ]
    decoder = subprocess.run(command, capture_output=True, check=True)
    assert json.loads(decoder.stdout)["code"] == "picture_broken"
    assert decoder.stderr == b""


def test_the_decoder_starts_with_nothing_but_the_standard_library_and_pillow() -> None:
    listing = "import sys, bot.decode; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-I", "-c", listing], capture_output=True, text=True, check=True)
    foreign = {name for name in loaded.stdout.split() if name not in sys.stdlib_module_names and name[:2] != "__"}
    assert "PIL" in foreign
    assert not foreign & {"pydantic", "structlog", "aiohttp", "numpy", "torch", "sqlalchemy", "config", "renderer"}


# ---- what is taken, down to its pixels


@pytest.mark.parametrize(
    ("format", "suffix"),
    [
        ("JPEG", ".jpg"),
        ("MPO", ".jpg"),
        ("WEBP", ".jpg"),
        ("PNG", ".png"),
        ("GIF", ".png"),
        ("BMP", ".png"),
        ("TIFF", ".png"),
    ],
)
async def test_every_format_keeps_its_picture_and_stays_as_lossy_as_it_was(
    normalised: Normalise, format: str, suffix: str
) -> None:
    source = pictures.gradient(96, 64)
    picture = await normalised(pictures.encoded(source, format))
    assert picture.file.suffix == suffix
    assert (picture.width, picture.height) == (96, 64)
    for corner in ((4, 4), (91, 4), (4, 59), (91, 59)):
        assert is_near(pixel(opened(picture), *corner), pixel(source, *corner), 12)


@pytest.mark.parametrize("format", ["PNG", "BMP", "TIFF"])
async def test_a_lossless_picture_loses_nothing(normalised: Normalise, format: str) -> None:
    source = pictures.gradient(96, 64)
    assert opened(await normalised(pictures.encoded(source, format))).tobytes() == source.tobytes()


@pytest.mark.parametrize("format", ["GIF", "PNG", "WEBP", "TIFF", "MPO"])
async def test_of_an_animation_the_first_frame_is_taken(normalised: Normalise, format: str) -> None:
    image = opened(await normalised(pictures.animation(format)))
    assert is_near(pixel(image, 30, 20), (255, 0, 0))


@pytest.mark.parametrize(
    ("format", "orientation"),
    [*(("JPEG", orientation) for orientation in range(1, 9)), ("PNG", 6), ("WEBP", 6), ("TIFF", 6), ("MPO", 6)],
)
async def test_a_picture_is_turned_as_its_camera_was_held(normalised: Normalise, format: str, orientation: int) -> None:
    upright = pictures.gradient(96, 64)
    exif = Image.Exif()
    exif[0x0112] = orientation
    turn = Image.Transpose
    stored_by = {
        2: turn.FLIP_LEFT_RIGHT,
        3: turn.ROTATE_180,
        4: turn.FLIP_TOP_BOTTOM,
        5: turn.TRANSPOSE,
        6: turn.ROTATE_90,
        7: turn.TRANSVERSE,
        8: turn.ROTATE_270,
    }
    stored = upright.transpose(stored_by[orientation]) if orientation > 1 else upright
    image = opened(await normalised(pictures.encoded(stored, format, exif=exif)))
    assert image.size == (96, 64)
    for corner in ((4, 4), (91, 4), (4, 59), (91, 59)):
        assert is_near(pixel(image, *corner), pixel(upright, *corner), 12)


@pytest.mark.parametrize("exif", [b"Exif\0\0XX\0\x2a\0\0\0\x08", b"Exif\0\0MM\0\x2a\0\0"], ids=["no header", "cut"])
async def test_broken_exif_is_no_reason_to_refuse(normalised: Normalise, exif: bytes) -> None:
    assert (await normalised(pictures.png(exif=exif))).width == 64


def with_alpha(mode: str) -> Image.Image:
    """Left half opaque black, right half wholly transparent black."""
    image = Image.new("LA", (64, 48), (0, 0))
    image.paste((0, 255), (0, 0, 32, 48))
    return image.convert("RGBA").convert(mode) if mode != "LA" else image


def with_transparent_colour(mode: str, black: Any, clear: Any) -> bytes:
    image = Image.new(mode, (64, 48), clear)
    image.paste(black, (0, 0, 32, 48))
    return pictures.encoded(image, "PNG", transparency=clear)


TRANSPARENT = {
    "RGBA": pictures.encoded(with_alpha("RGBA"), "PNG"),
    "LA": pictures.encoded(with_alpha("LA"), "PNG"),
    "PA": pictures.encoded(with_alpha("RGBA").quantize(4), "PNG"),
    "gif": pictures.encoded(with_alpha("RGBA"), "GIF"),
    "webp": pictures.encoded(with_alpha("RGBA"), "WEBP", lossless=True),
    "tiff": pictures.encoded(with_alpha("RGBA"), "TIFF"),
    "a transparent colour": with_transparent_colour("RGB", (0, 0, 0), (10, 20, 30)),
    "a transparent grey": with_transparent_colour("L", 0, 40),
    "a transparent bit": with_transparent_colour("1", 0, 1),
}


@pytest.mark.parametrize("data", TRANSPARENT.values(), ids=TRANSPARENT.keys())
async def test_what_is_transparent_becomes_white(normalised: Normalise, data: bytes) -> None:
    image = opened(await normalised(data))
    assert is_near(pixel(image, 10, 20), (0, 0, 0))
    assert is_near(pixel(image, 50, 20), (255, 255, 255))


async def test_half_transparent_black_becomes_middle_grey(normalised: Normalise) -> None:
    image = opened(await normalised(pictures.encoded(Image.new("RGBA", (64, 48), (0, 0, 0, 128)), "PNG")))
    assert is_near(pixel(image, 10, 20), (127, 127, 127), 1)


def deep_grey(mode: str, white: float) -> Image.Image:
    """Black at the left, white at the right, the middle grey in between."""
    ramp = Image.linear_gradient("L").rotate(90).convert("F").point(lambda value: value * (white / 255) + 0.0)
    if mode == "F":
        return ramp
    whole = ramp.convert("I")
    return whole if mode == "I" else whole.convert("I;16").convert(mode)


DEEP = {
    "16-bit png": pictures.encoded(deep_grey("I;16", 65535), "PNG"),
    "12 bits in 16": pictures.encoded(deep_grey("I;16", 4095), "PNG"),
    "16-bit tiff": pictures.encoded(deep_grey("I;16", 65535), "TIFF"),
    "big-endian tiff": pictures.encoded(deep_grey("I", 65535).convert("I;16B"), "TIFF"),
    "32-bit tiff": pictures.encoded(deep_grey("I", 2_000_000_000), "TIFF"),
    "8 bits in 32": pictures.encoded(deep_grey("I", 255), "TIFF"),
    "float of 0 to 1": pictures.encoded(deep_grey("F", 1.0), "TIFF"),
    "float of 0 to 1000": pictures.encoded(deep_grey("F", 1000.0), "TIFF"),
}


@pytest.mark.parametrize("data", DEEP.values(), ids=DEEP.keys())
async def test_a_deep_grey_picture_keeps_its_middle_grey(normalised: Normalise, data: bytes) -> None:
    image = opened(await normalised(data))
    for x in (0, 64, 128, 192, 255):
        assert is_near(pixel(image, x, 100), (x, x, x), 1)


async def test_a_dim_16_bit_picture_stays_dim(normalised: Normalise) -> None:
    image = opened(await normalised(pictures.encoded(Image.new("I;16", (64, 48), 65535 // 4), "PNG")))
    assert is_near(pixel(image, 10, 20), (64, 64, 64), 1)


async def test_floats_that_are_no_numbers_are_refused(normalised: Normalise) -> None:
    with pytest.raises(BadPicture, match="damaged or incomplete") as caught:
        await normalised(pictures.encoded(Image.new("F", (64, 48), float("nan")), "TIFF"))
    assert caught.value.code == "picture_broken"


@pytest.mark.parametrize("format", ["JPEG", "TIFF"])
async def test_a_picture_for_print_keeps_its_red(normalised: Normalise, format: str) -> None:
    red = Image.new("CMYK", (64, 48), (0, 255, 255, 0))
    image = opened(await normalised(pictures.encoded(red, format)))
    assert is_near(pixel(image, 10, 20), (255, 0, 0))


async def test_a_picture_for_print_goes_through_its_profile(normalised: Normalise) -> None:
    magenta = Image.new("CMYK", (64, 48), (0, 255, 0, 0))
    data = pictures.encoded(magenta, "JPEG", icc_profile=pictures.green_magenta_profile())
    assert is_near(pixel(opened(await normalised(data)), 10, 20), (0, 129, 0))


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF"])
async def test_wide_gamut_goes_through_its_profile(normalised: Normalise, format: str) -> None:
    srgb_red_in_p3 = Image.new("RGB", (64, 48), (234, 51, 35))
    data = pictures.encoded(srgb_red_in_p3, format, icc_profile=pictures.display_p3_profile())
    assert is_near(pixel(opened(await normalised(data)), 10, 20), (255, 0, 0))


async def test_lab_becomes_srgb(normalised: Normalise) -> None:
    lab_red = Image.new("LAB", (64, 48), (138, 128 + 81, 128 + 70))  # L of 255; a and b around 128
    assert is_near(pixel(opened(await normalised(pictures.encoded(lab_red, "TIFF"))), 10, 20), (255, 0, 0), 6)


@pytest.mark.parametrize(
    "profile", [b"no profile at all", pictures.display_p3_profile()[:200], pictures.green_magenta_profile()]
)
async def test_a_broken_or_foreign_profile_is_ignored(normalised: Normalise, profile: bytes) -> None:
    data = pictures.encoded(Image.new("RGB", (64, 48), (200, 100, 50)), "PNG", icc_profile=profile)
    assert pixel(opened(await normalised(data)), 10, 20) == (200, 100, 50)


@pytest.mark.parametrize("mode", ["1", "L", "P"])
async def test_a_grey_picture_with_a_colour_profile_keeps_its_white(normalised: Normalise, mode: str) -> None:
    white = Image.new("L", (64, 48), 255).convert(mode)
    data = pictures.encoded(white, "PNG", icc_profile=pictures.display_p3_profile())
    assert is_near(pixel(opened(await normalised(data)), 10, 20), (255, 255, 255))


@pytest.mark.parametrize("format", ["JPEG", "PNG"])
async def test_a_large_picture_is_reduced_to_the_edge(normalised: Normalise, format: str) -> None:
    source = pictures.gradient(3000, 1500)
    image = opened(await normalised(pictures.encoded(source, format), picture_edge=256))
    assert image.size == (256, 128)
    assert is_near(pixel(image, 128, 64), pixel(source, 1500, 750))


async def test_a_picture_that_is_reduced_in_bands_shows_none(normalised: Normalise) -> None:
    source = Image.effect_noise((3000, 2400), 80).convert("RGB")
    image = opened(await normalised(pictures.encoded(source, "PNG", compress_level=1), picture_edge=1000))
    whole = source.resize((1000, 800), Image.Resampling.LANCZOS)
    assert np.abs(np.asarray(image, int) - np.asarray(whole, int)).max() <= 1


async def test_an_upright_large_picture_is_reduced_to_the_edge(normalised: Normalise) -> None:
    assert opened(await normalised(pictures.png(600, 1200), picture_edge=256)).size == (128, 256)


def png_chunks(data: bytes) -> set[bytes]:
    kinds, at = set(), 8
    while at < len(data):
        kinds.add(data[at + 4 : at + 8])
        at += 12 + int.from_bytes(data[at : at + 4], "big")
    return kinds


def jpeg_markers(data: bytes) -> set[int]:
    markers, at = set(), 2
    while data[at + 1] != 0xDA:
        markers.add(data[at + 1])
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return markers


def exif_with_place() -> Image.Exif:
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    exif[0x8825] = {1: "N", 2: (48.0, 31.0, 12.0)}
    return exif


@pytest.mark.parametrize("profile", [None, pictures.display_p3_profile()], ids=["sRGB", "Display P3"])
async def test_a_jpeg_comes_out_without_metadata(normalised: Normalise, profile: bytes | None) -> None:
    data = pictures.jpeg(exif=exif_with_place(), icc_profile=profile, comment="secret", xmp=b"<secret/>", dpi=(99, 99))
    assert data.count(b"secret") == 3
    written = (await normalised(data)).file.read_bytes()
    assert b"secret" not in written
    assert jpeg_markers(written) == {0xE0, 0xDB, 0xC0, 0xC4}  # JFIF, and what decoding needs


async def test_a_png_comes_out_without_metadata(normalised: Normalise) -> None:
    text = pictures.png_chunk(b"tEXt", b"Comment\0secret")
    source = pictures.png(exif=exif_with_place(), icc_profile=pictures.display_p3_profile(), dpi=(99, 99))
    data = source[:33] + text + source[33:]
    assert data.count(b"secret") == 2
    written = (await normalised(data)).file.read_bytes()
    assert png_chunks(written) == {b"IHDR", b"IDAT", b"IEND"}
