"""Time-lapses: the frames that a painting leaves behind, and films made of them: ``python -m renderer.timelapse``.

The frames are a ZIP of JPEGs, cheap to write for the renderer and to keep; the film is encoded when somebody wants
one, in a process that may take its time.
"""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from renderer.files import whole

MAX_FRAMES = 40
MAX_EDGE = 512  #: px
FRAMES_PER_S = 12
#: How long the finished picture stays.
HOLD_S = 1.5


class TimelapseError(ValueError):
    """A film that cannot be made; the text says why and what to do."""


class Frames:
    """Collects the frames of one painting: at most `MAX_FRAMES` with the finished picture, evenly spaced."""

    def __init__(self, evaluations: int) -> None:
        before_last = max(1, evaluations - 1)
        count = min(MAX_FRAMES - 1, before_last)
        spacing = (before_last - 1) / max(1, count - 1)
        self._due = {1 + round(number * spacing) for number in range(count)}
        self._frames: list[bytes] = []

    def due(self, evaluation: int) -> bool:
        """Whether the picture after this evaluation, counted from 1, is a frame. The last is `write`'s."""
        return evaluation in self._due

    def add(self, image: Image.Image) -> None:
        """Keep a picture as a JPEG of at most `MAX_EDGE` px; it may have another size than those before."""
        frame = image.convert("RGB")
        frame.thumbnail((MAX_EDGE, MAX_EDGE), Image.Resampling.LANCZOS)
        buffer = io.BytesIO()
        frame.save(buffer, format="JPEG", quality=90, subsampling=0)
        self._frames.append(buffer.getvalue())

    def write(self, path: Path, last: Image.Image) -> None:
        """Write all frames and the finished picture, so that `path` is either absent or whole."""
        self.add(last)
        with whole(path) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as archive:
            for number, frame in enumerate(self._frames, 1):
                archive.writestr(zipfile.ZipInfo(f"{number:04}.jpg"), frame)


def check(output: Path) -> None:
    """Raise TimelapseError where no film of that name could be made here, before a painting is begun for it."""
    suffix = output.suffix.lower()
    if suffix not in KINDS:
        raise TimelapseError(f"{output.name}: a time-lapse is {', '.join(KINDS)}; name it so.")
    if suffix == ".mp4":
        try:
            import av  # noqa: F401
        except ImportError as exc:
            raise TimelapseError(
                "An MP4 needs PyAV, which is not installed: pip install 'atelier[video]', or choose .gif or .webp."
            ) from exc


def encode(frames: Path, output: Path) -> None:
    """Make a film of what `Frames.write` wrote, whole or not at all; the name's suffix says which kind (`KINDS`).

    Every frame gets the size of the last, with even sides. Raises TimelapseError as `check` does and where the frames
    are none, and OSError where the disk fails.
    """
    check(output)
    images = _read(frames)
    with whole(output) as part:
        KINDS[output.suffix.lower()](images, part)


def _read(frames: Path) -> list[Image.Image]:
    try:
        with zipfile.ZipFile(frames) as archive:
            opened = [Image.open(io.BytesIO(archive.read(name)), formats=("JPEG",)) for name in archive.namelist()]
        width, height = (max(2, side - side % 2) for side in opened[-1].size)
        return [image.resize((width, height), Image.Resampling.LANCZOS) for image in opened]
    except (zipfile.BadZipFile, IndexError, UnidentifiedImageError) as exc:
        raise TimelapseError("There are no frames of a painting in this file; paint it again.") from exc


def _write_mp4(images: list[Image.Image], part: Path) -> None:
    """H.264 that every browser and phone plays: 4:2:0, the index in front, colours marked as what they are."""
    import av
    from av.video.reformatter import ColorPrimaries, Colorspace, ColorTrc

    with av.open(str(part), "w", format="mp4", options={"movflags": "faststart"}) as film:
        stream = film.add_stream("libx264", rate=FRAMES_PER_S, options={"crf": "20", "preset": "slow"})
        stream.width, stream.height = images[0].size
        stream.pix_fmt = "yuv420p"
        stream.codec_context.colorspace = Colorspace.ITU709
        stream.codec_context.color_primaries = ColorPrimaries.BT709
        stream.codec_context.color_trc = ColorTrc.BT709
        # Repeated, since players disagree on how long a last frame is.
        for image in [*images, *[images[-1]] * round(HOLD_S * FRAMES_PER_S - 1)]:
            frame = av.VideoFrame.from_image(image).reformat(format="yuv420p", dst_colorspace=Colorspace.ITU709)
            film.mux(stream.encode(frame))
        film.mux(stream.encode())


def _write_gif(images: list[Image.Image], part: Path) -> None:
    """One palette for all frames, out of some from beginning to end: colours of their own would flicker."""
    chosen = images[:: max(1, len(images) // 6)] + images[-1:]
    width, height = chosen[0].size
    sheet = Image.new("RGB", (width, height * len(chosen)))
    for number, image in enumerate(chosen):
        sheet.paste(image, (0, number * height))
    palette = sheet.quantize(256, Image.Quantize.MEDIANCUT)
    first, *others = [image.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG) for image in images]
    first.save(part, "GIF", save_all=True, append_images=others, duration=_durations(images), loop=0)


def _write_webp(images: list[Image.Image], part: Path) -> None:
    first, *others = images
    first.save(part, "WEBP", save_all=True, append_images=others, duration=_durations(images), loop=0, quality=82)


#: Suffix of a film → what writes it.
KINDS: dict[str, Callable[[list[Image.Image], Path], None]] = {
    ".mp4": _write_mp4,
    ".gif": _write_gif,
    ".webp": _write_webp,
}


def _durations(images: list[Image.Image]) -> list[int]:
    """Milliseconds that each frame stays."""
    return [1000 // FRAMES_PER_S] * (len(images) - 1) + [round(1000 * HOLD_S)]


def main() -> int:
    """``FRAMES OUT``: the film of a painting's frames; exit status 2 and a sentence where it cannot be made."""
    frames, output = map(Path, sys.argv[1:])
    try:
        encode(frames, output)
    except TimelapseError as exc:
        sys.stderr.write(f"{exc}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
