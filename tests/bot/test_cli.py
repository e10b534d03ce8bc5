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

from bot.cli.choices import flag
from bot.cli.styles import choose
from bot.doctor import Verdict, _moderation
from bot.gallery import Gallery
from bot.options import Wishes
from config.settings import Settings, load
from renderer.options import RenderOptions
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
            assert image.info.keys() == {"Software", "atelier"}, "nothing of the inputs goes into the painting"
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
        (["PHOTO", "-o", "x.png"], "a content and a style are needed"),
        ([], "Missing argument 'CONTENT... [STYLE]'"),
        (["PHOTO", "STYLE", "-o", "x.png", "--sise", "3"], "No such option: --sise"),
        (["PHOTO", "STYLE", "-o", "x.png", "--size", "64"], "--size must be a whole number from 128 to 4096, not 64."),
        (
            ["PHOTO", "STYLE", "-o", "x.png", "--strength", "2"],
            "--strength must be a number from 0 to 1, not 2.",
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
        (["PHOTO", "--style", "brushwrok"], "brushwrok is no file. There is no style “brushwrok”. Did you mean"),
        (["PHOTO", "--words", "size=9 foo"], "There is no “foo”."),
        (["PHOTO", "--words", "brushwork dream"], "A dream takes no style"),
        (["PHOTO", "STYLE", "--words", "dream"], "to dream, use atelier dream"),
        (["PHOTO", "STYLE", "--words", "init=picture"], "--init names the picture"),
        (["PHOTO", "PHOTO", "STYLE"], "several contents need a folder to be painted into"),
        (["PHOTO", "STYLE", "-o", "x.png", "--mask", "a.png", "--mask", "b.png"], "--mask b.png: there are more masks"),
        (["PHOTO", "STYLE", "-o", "x.png", "--timelapse", "x.avi"], "a time-lapse is .mp4, .gif, .webp"),
        (["PHOTO", "STYLE", "-o", "x.png", "--style-layers", "relu1_1:0"], "--style-layers must be layers of the"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_status_2(
    environment: dict[str, str], photographs: dict[str, Path], pattern: Path, arguments: list[str], expected: str
) -> None:
    known = {"PHOTO": str(photographs["coffee"]), "STYLE": str(pattern), "STYLE:0": f"{pattern}:0"}
    done = atelier(environment, "paint", *(known.get(argument, argument) for argument in arguments))
    assert expected.lower() in complaint(done).lower()


@pytest.fixture
def at_home(environment: dict[str, str], tmp_path: Path, pattern: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with a data directory whose gallery holds one own picture, called attic."""
    gallery = tmp_path / "data" / "gallery"
    gallery.mkdir(parents=True)
    (gallery / "Attic.png").write_bytes(pattern.read_bytes())
    (gallery / "Attic.toml").write_text('title = "From the attic"\ntags = ["dusty"]\n')
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_one_picture_and_the_name_of_a_style_are_enough(
    environment: dict[str, str], photographs: dict[str, Path], at_home: Path
) -> None:
    flags = ["--words", "size=512 50% seed=3", "--size", "128", "--iterations", "2", "--timelapse", "mp4", "--metadata"]
    done = atelier(environment, "paint", photographs["coffee"], "--style", "attic", *flags)
    assert done.returncode == 0, done.stderr
    facts = json.loads((at_home / "coffee-attic.json").read_text())
    options = facts["options"]
    assert (options["size"], options["strength"], options["seed"], options["iterations"]) == (128, 0.5, 3, 2)
    assert (at_home / "coffee-attic.mp4").read_bytes()[4:8] == b"ftyp"
    again = atelier(environment, "paint", photographs["coffee"], "--words", "#attic")
    assert "coffee-attic.png is there already; choose another name with -o" in complaint(again)


def test_tags_draw_a_style_by_lot_and_say_which(
    environment: dict[str, str], photographs: dict[str, Path], at_home: Path
) -> None:
    words = ["--words", "+dusty", "--init", str(photographs["rocket"]), "--save-every", "1"]
    small = ["--size", "128", "--iterations", "2"]
    done = atelier(environment, "paint", photographs["coffee"], *words, *small, "-o", "out.jpg")
    assert done.returncode == 0, done.stderr
    assert "the style is attic" in done.stderr
    assert (at_home / "out.jpg").exists()
    assert {file.name for file in at_home.glob("out-*")} >= {"out-00001.jpg", "out-00002.jpg"}
    none = atelier(environment, "paint", photographs["coffee"], "--words", "-dusty +dust")
    assert "There is no “+dust”. Did you mean “+dusty”?" in complaint(none)


async def test_a_file_wins_over_a_name_and_surprise_draws_one(at_home: Path) -> None:
    gallery = Gallery(Settings(data_dir=at_home / "data"), built_in=at_home)
    (by_name,) = await choose(["ATTIC:70%"], Wishes(), gallery, None)
    assert (by_name.picture, by_name.weight, by_name.by_chance) == (gallery.find("attic"), 0.7, False)
    (by_chance,) = await choose(["surprise"], Wishes(), gallery, seed=1)
    assert (by_chance.name, by_chance.by_chance) == ("attic", True)
    (at_home / "attic").write_bytes(b"a file")
    (file,) = await choose(["attic"], Wishes(), gallery, None)
    assert file.picture == Path("attic")


def test_a_dream_is_asked_for_with_the_same_care(environment: dict[str, str], photographs: dict[str, Path]) -> None:
    layer = atelier(environment, "dream", photographs["coffee"], "-o", "x.png", "--layer", "conv4")
    assert "--layer must be a layer of the encoder such as relu4_2, not “conv4”." in complaint(layer)
    assert "must end in .png" in complaint(atelier(environment, "dream", photographs["coffee"], "-o", "x.tiff"))


def test_the_gallery_is_listed_and_drawn_with_what_is_left_out(environment: dict[str, str], at_home: Path) -> None:
    (at_home / "data" / "gallery" / "torn.jpg").write_bytes(pictures.jpeg()[:300])
    done = atelier(environment, "gallery", "-o", "sheet.png")
    assert done.returncode == 0, done.stderr
    assert ["attic", "From", "the", "attic", "dusty", "own"] in [line.split() for line in done.stdout.splitlines()]
    assert done.stderr.startswith("torn.jpg is left out: ")
    with Image.open(at_home / "sheet.png") as sheet:
        assert min(sheet.size) > 256
    assert "must end in .png" in complaint(atelier(environment, "gallery", "-o", "sheet.tiff"))


@pytest.mark.parametrize("command,first", [("paint", "--style"), ("dream", "--layer")])
def test_help_shows_every_option_with_its_range_and_the_expert_ones_last(
    environment: dict[str, str], command: str, first: str
) -> None:
    done = atelier(environment, command, "--help")
    assert done.returncode == 0
    shown = done.stdout
    places = [
        shown.index(text) for text in (first, "--size 128..4096", "--seed", "--timelapse", "--iterations 1..2000")
    ]
    assert places == sorted(places)
    options = [line.split()[0] for line in shown.splitlines() if line.startswith("  --")]
    assert len(options) == len(set(options)) and not [name for name in options if "_" in name]


def test_every_option_of_a_painting_has_a_flag(environment: dict[str, str]) -> None:
    shown = "".join(atelier(environment, command, "--help").stdout for command in ("paint", "dream"))
    for name in RenderOptions.model_fields.keys() - {"mode"}:
        assert f"{flag(name)} " in shown


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


@pytest.mark.parametrize("adapters", ["x", "web", "telegram,web"])
def test_the_doctor_says_whose_pictures_are_looked_at(adapters: str) -> None:
    finding = _moderation(load(moderation={"adapters": adapters}))
    assert finding.verdict is Verdict.WELL
    assert finding.text.startswith("the pictures of web are" if "web" in adapters else "off")


def test_the_doctor_misses_a_model_that_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.moderation._weights", lambda: None)
    assert _moderation(load(moderation={"adapters": "web"})).verdict is Verdict.ILL


def test_without_anything_to_serve_the_service_says_so(environment: dict[str, str]) -> None:
    done = atelier(environment | {"ATELIER_WEB__ENABLED": "false"}, "run")
    assert "there is nothing to serve" in complaint(done)


def test_training_takes_pictures_and_the_weights_of_the_settings(
    environment: dict[str, str], photographs: dict[str, Path], tmp_path: Path
) -> None:
    folder = next(iter(photographs.values())).parent
    held_out = tmp_path / "held"
    held_out.mkdir()
    for name in ("contents", "styles"):
        (held_out / name).symlink_to(folder)
    given = ("--contents", folder, "--styles", folder, "--held-out", held_out, "--out", tmp_path / "out")
    small = ("--batch", 1, "--size", 64, "--late-size", 64, "--crops", 1, "--held-out-edge", 64, "--device", "cpu")
    done = atelier(environment, "train", *given, "--seconds", "1", *map(str, small))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "instant.safetensors").is_file(), list((tmp_path / "out").iterdir())
    lacking = atelier(environment, "train")
    assert lacking.returncode == 2 and "required: --contents" in lacking.stderr
