"""The command line as a person uses it: real processes, real pictures, the real renderer."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from tests import pictures

COMMAND = [sys.executable, "-m", "bot"]


@pytest.fixture
def environment(weights_dir: Path, tmp_path: Path) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ATELIER_")}
    return clean | {
        "ATELIER_RENDERER__WEIGHTS_DIR": str(weights_dir),
        "ATELIER_RENDERER__DEVICE": "cpu",
        "ATELIER_DATA_DIR": str(tmp_path / "data"),
        "COLUMNS": "200",
    }


def atelier(environment: dict[str, str], *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [*COMMAND, *map(str, arguments)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240, check=False)


def complaint(done: subprocess.CompletedProcess[str]) -> str:
    """The one line of a refused command."""
    assert done.returncode == 2, done
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stdout == ""
    return done.stderr


def test_several_contents_are_painted_into_a_folder_and_what_is_there_is_passed_over(
    environment: dict[str, str], photographs: dict[str, Path], pattern: Path, tmp_path: Path
) -> None:
    out = tmp_path / "painted"
    out.mkdir()
    (out / "coffee.png").write_bytes(b"painted before")
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(pictures.jpeg()[:200])
    contents = [photographs["coffee"], photographs["chelsea"], broken, photographs["rocket"]]
    done = atelier(
        environment, "paint", *contents, pattern, "-o", f"{out}/", "--size", "128", "--iterations", "2", "--json"
    )
    assert done.returncode == 2, done.stderr
    assert f"{out / 'coffee.png'} is there already, passed over" in done.stderr
    assert f"{broken}: " in done.stderr, "the broken one is named, and did not keep the others from being painted"
    assert (out / "coffee.png").read_bytes() == b"painted before"
    reports = [json.loads(line) for line in done.stdout.splitlines()]
    assert [Path(report["output"]).name for report in reports] == ["chelsea.png", "rocket.png"]
    assert {"content", "seconds", "iterations", "losses", "device", "width", "height"} <= reports[0].keys()
    for report in reports:
        with Image.open(report["output"]) as image:
            assert image.size == (report["width"], report["height"])
            assert image.info == {}, "nothing of the inputs goes into the painting"
    assert not list(out.glob(".*")), "no part of a file is left"


@pytest.mark.parametrize("suffix,form", [(".jpg", "JPEG"), (".webp", "WEBP")])
def test_the_name_of_the_output_decides_its_format(
    environment: dict[str, str], photographs: dict[str, Path], pattern: Path, tmp_path: Path, suffix: str, form: str
) -> None:
    output = tmp_path / f"out{suffix}"
    blend = ("--style", f"{pattern}:0.7", "--style", f"{photographs['rocket']}:0.3")
    done = atelier(
        environment, "paint", photographs["coffee"], *blend, "-o", output, "--size", "128", "--iterations", "1"
    )
    assert done.returncode == 0, done.stderr
    with Image.open(output) as image:
        assert image.format == form


def test_ctrl_c_saves_what_there_is_and_ends_with_130(
    environment: dict[str, str], photographs: dict[str, Path], pattern: Path, tmp_path: Path
) -> None:
    """On a terminal, where the progress bar tells when the painting has begun."""
    output = tmp_path / "early.png"
    terminal, theirs = pty.openpty()
    arguments = ["paint", str(photographs["coffee"]), str(pattern), "-o", str(output), "--size", "256"]
    process = subprocess.Popen(
        [*COMMAND, *arguments, "--iterations", "500"], env=environment, stderr=theirs, start_new_session=True
    )
    os.close(theirs)
    told = b""
    while b"coffee.png \x1b" not in told and b"coffee.png\x1b" not in told:
        told += os.read(terminal, 4096)
    process.send_signal(signal.SIGINT)
    while b"stopped early" not in told:
        told += os.read(terminal, 4096)
    assert process.wait(30) == 130
    os.close(terminal)
    with Image.open(output) as image:
        assert image.size == (256, 170)


@pytest.mark.parametrize(
    "arguments,expected",
    [
        (["PHOTO", "-o", "x.png"], "a content and a style picture are needed"),
        (["PHOTO", "STYLE"], "Missing option '-o'"),
        (["PHOTO", "STYLE", "-o", "x.png", "--sise", "3"], "No such option: --sise"),
        (["PHOTO", "STYLE", "-o", "x.png", "--size", "64"], "--size 64: input should be greater than or equal to 128"),
        (
            ["PHOTO", "STYLE", "-o", "x.png", "--strength", "2"],
            "--strength 2.0: input should be less than or equal to 1",
        ),
        (
            ["PHOTO", "STYLE", "-o", "x.png", "--device", "tpu"],
            "is 'tpu': not one of those that are known; allowed: one like auto, cpu",
        ),
        (["PHOTO", "STYLE", "-o", "x.tiff"], "must end in .png, .jpg, .jpeg, .webp"),
        (["PHOTO", "STYLE", "-o", "/nowhere/x.png"], "there is no folder /nowhere"),
        (["PHOTO", "STYLE", "-o", "/dev/null/deeper/"], "this folder cannot be made"),
        (["PHOTO", "PHOTO", "STYLE", "-o", "x.png"], "several contents need a folder"),
        (["PHOTO", "PHOTO", "STYLE", "-o", "both/"], "would both become"),
        (["PHOTO", "--style", "STYLE:0", "-o", "x.png"], "the weight must be above 0"),
        (["missing.jpg", "STYLE", "-o", "x.png"], "missing.jpg: there is no such file"),
        (["x" * 300, "STYLE", "-o", "x.png"], "File name too long"),
        (["PHOTO", "STYLE", "-o", "x" * 300], "File name too long"),
        (["/tmp", "STYLE", "-o", "x.png"], "/tmp: this is no picture file"),
        (["/dev/zero", "STYLE", "-o", "x.png"], "/dev/zero: this is no picture file"),
        (["PHOTO", "STYLE", "-o", ""], "-o needs a name"),
        (["PHOTO", "STYLE", "-o", "PHOTO"], "this is one of the pictures to paint from"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_status_2(
    environment: dict[str, str], photographs: dict[str, Path], pattern: Path, arguments: list[str], expected: str
) -> None:
    known = {"PHOTO": str(photographs["coffee"]), "STYLE": str(pattern), "STYLE:0": f"{pattern}:0"}
    done = atelier(environment, "paint", *(known.get(argument, argument) for argument in arguments))
    assert expected.lower() in complaint(done).lower()


def test_settings_show_what_is_in_force_without_secrets(environment: dict[str, str]) -> None:
    done = atelier(environment | {"ATELIER_TELEGRAM__TOKEN": "12345678:hidden"}, "settings")
    assert done.returncode == 0
    row = next(line for line in done.stdout.splitlines() if "TELEGRAM__TOKEN" in line)
    assert "environment" in row and "hidden" not in done.stdout


def test_a_wrong_setting_stops_every_command_with_its_name(environment: dict[str, str]) -> None:
    wrong = environment | {"ATELIER_WEB__PROT": "1"}
    assert "ATELIER_WEB__PORT" in complaint(atelier(wrong, "run"))
    assert "ATELIER_WEB__PORT" in complaint(atelier(wrong, "settings"))
    done = atelier(wrong, "doctor")
    assert done.returncode == 1 and "ATELIER_WEB__PORT" in done.stdout


def test_the_doctor_finds_everything_well_and_names_what_is_ill(environment: dict[str, str]) -> None:
    well = atelier(environment | {"ATELIER_WEB__PORT": "0"}, "doctor")
    assert well.returncode == 0, well.stdout
    assert "vgg16-" in well.stdout and "ill " not in well.stdout
    ill = atelier(environment | {"ATELIER_WEB__PORT": "0", "ATELIER_RENDERER__DEVICE": "cuda:7"}, "doctor")
    assert ill.returncode == 1
    assert "no device 'cuda:7' here" in ill.stdout


def test_without_anything_to_serve_the_service_says_so(environment: dict[str, str]) -> None:
    done = atelier(environment | {"ATELIER_WEB__ENABLED": "false"}, "run")
    assert "there is nothing to serve" in complaint(done)
