"""Decodes one stranger's picture in a process of its own: ``python -m bot.decode RAW OUTPUT LIMITS [alone]``.

RAW is the file as it came, LIMITS the JSON of a `LimitsSettings`. The picture is written upright, in sRGB, without any
metadata, to OUTPUT: a JPEG where the source was lossy, else a PNG. The verdict is one JSON object on stdout:
``{"suffix", "width", "height"}``; or ``{"code", "phrase", "args", "cause"}``, code and phrase (its id and arguments)
those of a `BadPicture`; or ``{"errno"}`` where the disk failed, which is not the picture's fault; or
``{"alone": true}`` where nothing was decoded, since the picture may need more than `LIGHT_MB` and no ``alone`` said
that there is so much. The process may crash or be killed on the way.

Imports nothing but the standard library and Pillow, since every picture waits for this process to start.
"""

from __future__ import annotations

import contextlib
import ctypes
import io
import json
import math
import os
import resource
import signal
import sys
from typing import IO, Any

from PIL import Image

from bot.decoding.colours import in_srgb
from bot.decoding.headers import MEGA, need_mb, opened
from bot.decoding.pixels import opaque, reduced, reduced_grey, upright
from bot.decoding.refusal import Heavy, Refusal

LOSSY = frozenset({"JPEG", "MPO", "WEBP"})

#: Megabytes that a picture may need which is decoded beside others: 20 megapixels of most kinds.
LIGHT_MB = 170

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Decode the picture that the command line names and write the verdict to stdout."""
    raw, output, limits, alone = sys.argv[1], sys.argv[2], json.loads(sys.argv[3]), "alone" in sys.argv[4:]
    _confine(limits)
    _silence()
    sys.stdout.write(json.dumps(_verdict(raw, output, limits, alone)) + "\n")


def _confine(limits: dict[str, Any]) -> None:
    seconds, memory = math.ceil(limits["decode_cpu_s"]), limits["decode_memory_mb"] * MEGA
    for kind, most, utmost in (
        # Not RLIMIT_AS, which counts what is mapped of libraries and locales, too: on some systems 200 MB.
        (resource.RLIMIT_DATA, memory, memory),
        (resource.RLIMIT_CPU, seconds, seconds + 1),  # SIGXCPU, by which the bot knows; then SIGKILL
        (resource.RLIMIT_FSIZE, written := 4 * limits["picture_edge"] ** 2 + MEGA, written),
        (resource.RLIMIT_NOFILE, 32, 32),
        (resource.RLIMIT_CORE, 0, 0),  # a dump would hold the picture
    ):
        # Not every system knows every limit, and a lower one may be in force already.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (most, utmost))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _silence() -> None:
    """Close stderr, which the bot logs: from here on, what a library writes there may quote a stranger's file."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


def _verdict(raw: str, output: str, limits: dict[str, Any], alone: bool) -> dict[str, Any]:
    try:
        with open(raw, "rb") as file:
            suffix, size, encoded = normalised(file, limits, alone)
        _write(encoded, output)
    except Refusal as refusal:
        return refusal.verdict
    except Heavy:
        return {"alone": True}
    except OSError as exc:
        return {"errno": exc.errno}
    return {"suffix": suffix, "width": size[0], "height": size[1]}


def normalised(file: IO[bytes], limits: dict[str, Any], alone: bool) -> tuple[str, tuple[int, int], bytes]:
    """Suffix, (width, height) and bytes of the normalised picture; raises Refusal, and Heavy unless it is `alone`."""
    try:
        picture, lossy = _paintable(file, limits, alone)
        suffix, encoded = _encode(picture, lossy)
        return suffix, picture.size, encoded
    except (Refusal, Heavy):
        raise
    except MemoryError as exc:
        raise Refusal("picture_too_large", "error-picture-memory", megabytes=limits["decode_memory_mb"]) from exc
    except Exception as exc:  # Pillow's plugins raise nearly every kind there is over a damaged file.
        raise Refusal("picture_broken", "error-picture-damaged", type(exc).__name__) from exc


def _paintable(file: IO[bytes], limits: dict[str, Any], alone: bool) -> tuple[Image.Image, bool]:
    """The picture upright, in sRGB, within the edge limit, mode RGB; and whether its file was lossy.

    Reduces first and converts then, and holds no step longer than the next needs it, since at 50 megapixels each
    takes 200 MB.
    """
    picture, edge = opened(file, limits), limits["picture_edge"]
    lossy = picture.format in LOSSY
    picture.draft(None, (2 * edge, 2 * edge))
    needed_mb = need_mb(picture)
    if needed_mb > limits["decode_memory_mb"]:
        raise MemoryError
    if needed_mb > LIGHT_MB and not alone:
        raise Heavy
    picture.load()
    profile, turn = picture.info.get("icc_profile"), upright(picture)
    if picture.mode.startswith(("I", "F")):
        picture = reduced_grey(picture, edge)
    else:
        picture = reduced(picture, edge, opaque)
    picture = in_srgb(picture, profile)
    return (picture if turn is None else picture.transpose(turn)), lossy


def _encode(picture: Image.Image, lossy: bool) -> tuple[str, bytes]:
    picture.info.clear()  # Pillow would write comments, profile and more from it
    encoded = io.BytesIO()
    if lossy:
        picture.save(encoded, "JPEG", quality=95, subsampling=0)
        return ".jpg", encoded.getvalue()
    picture.save(encoded, "PNG", compress_level=1)
    return ".png", encoded.getvalue()


def _write(encoded: bytes, output: str) -> None:
    with open(output, "wb") as file:
        file.write(encoded)
        file.flush()
        os.fsync(file.fileno())


if __name__ == "__main__":
    main()
