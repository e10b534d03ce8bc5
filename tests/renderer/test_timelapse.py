"""Time-lapses: which evaluations become frames, and films that programs of others can play."""

from __future__ import annotations

import itertools
import subprocess
import sys
import zipfile
from pathlib import Path

import av
import pytest
from PIL import Image, ImageChops, ImageSequence, ImageStat

from renderer.timelapse import FRAMES_PER_S, HOLD_S, MAX_EDGE, MAX_FRAMES, Frames, TimelapseError, encode
from tests import pictures

LAST = pictures.gradient(601, 301)


@pytest.fixture
def frames(tmp_path: Path) -> Path:
    """Five frames from small and grey to the finished gradient, as a painting that grows leaves them."""
    collected = Frames(5)
    for evaluation in range(1, 5):
        size = (301, 151) if evaluation < 3 else LAST.size
        collected.add(Image.blend(Image.new("RGB", size, "grey"), LAST.resize(size), evaluation / 5))
    collected.write(tmp_path / "frames.zip", LAST)
    return tmp_path / "frames.zip"


@pytest.mark.parametrize("evaluations", [1, 2, 5, 39, 40, 41, 97, 1000])
def test_frames_are_evenly_spaced_from_the_first_evaluation_on(evaluations: int, tmp_path: Path) -> None:
    collected = Frames(evaluations)
    due = [evaluation for evaluation in range(1, evaluations + 1) if collected.due(evaluation)]
    assert due[0] == 1
    assert len(due) == min(MAX_FRAMES - 1, max(1, evaluations - 1)), "one place is the finished picture's"
    gaps = {after - before for before, after in itertools.pairwise(due)}
    assert not gaps or max(gaps) - min(gaps) <= 1


def test_the_frames_of_a_painting_are_small_jpegs_of_which_the_finished_picture_is_the_last(frames: Path) -> None:
    with zipfile.ZipFile(frames) as archive:
        members = archive.infolist()
        assert [member.compress_type for member in members] == [zipfile.ZIP_STORED] * 5
        with archive.open(members[-1]) as stream, Image.open(stream) as last:
            assert last.format == "JPEG" and max(last.size) == MAX_EDGE
            assert difference(last, LAST.resize(last.size)) < 2
    assert [file.name for file in frames.parent.iterdir()] == ["frames.zip"], "no part of a file is left"


@pytest.mark.parametrize("suffix", [".gif", ".webp"])
def test_an_animation_holds_the_finished_picture(frames: Path, tmp_path: Path, suffix: str) -> None:
    film = tmp_path / f"film{suffix}"
    encode(frames, film)
    with Image.open(film) as image:
        durations = [frame.copy().info["duration"] for frame in ImageSequence.Iterator(image)]
        assert durations == pytest.approx([1000 / FRAMES_PER_S] * 4 + [1000 * HOLD_S], abs=10)
        assert (image.size, image.info["loop"]) == ((512, 256), 0)
        assert difference(image.convert("RGB"), LAST.resize((512, 256))) < 12


def test_an_mp4_is_h264_that_starts_before_it_is_loaded_whole(frames: Path, tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    encode(frames, film)
    with av.open(str(film)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        shown = [frame.to_image() for frame in container.decode(stream)]
        assert len(shown) / FRAMES_PER_S == pytest.approx(4 / FRAMES_PER_S + HOLD_S)
        assert shown[0].size == (512, 256)
        assert difference(shown[-1], LAST.resize((512, 256))) < 6
    data = film.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def difference(one: Image.Image, other: Image.Image) -> float:
    """Mean absolute difference of two pictures in 0..255."""
    return max(ImageStat.Stat(ImageChops.difference(one, other)).mean)


def test_a_film_of_the_longest_painting_plays_under_five_seconds() -> None:
    assert 3 <= (MAX_FRAMES - 1) / FRAMES_PER_S + HOLD_S <= 5


def test_what_is_no_film_or_no_frames_is_refused_in_a_sentence(frames: Path, tmp_path: Path) -> None:
    with pytest.raises(TimelapseError, match=r"a time-lapse is \.mp4, \.gif, \.webp"):
        encode(frames, tmp_path / "film.avi")
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"PK")
    with pytest.raises(TimelapseError, match="no frames"):
        encode(broken, tmp_path / "film.gif")
    assert not list(tmp_path.glob("*film*"))


def test_without_pyav_an_mp4_is_refused_and_a_gif_is_made(
    frames: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(TimelapseError, match="PyAV, which is not installed"):
        encode(frames, tmp_path / "film.mp4")
    encode(frames, tmp_path / "film.gif")
    assert (tmp_path / "film.gif").exists()


def test_as_a_program_it_makes_a_film_or_says_in_a_line_why_not(frames: Path, tmp_path: Path) -> None:
    def run(output: Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "renderer.timelapse", str(frames), str(output)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    assert run(tmp_path / "film.webp").returncode == 0
    assert (tmp_path / "film.webp").exists()
    refused = run(tmp_path / "film.avi")
    assert refused.returncode == 2
    assert refused.stderr == "film.avi: a time-lapse is .mp4, .gif, .webp; name it so.\n"
