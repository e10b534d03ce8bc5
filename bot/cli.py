"""The command line: `atelier run | paint | doctor | settings | weights`."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console

from bot.errors import OperatorError, UserError
from config.lock import DataDirectoryError
from config.log import LogSettings, setup
from config.settings import SettingsError, load
from config.table import explain
from renderer.options import MAX_SIZE, MIN_SIZE, RenderOptions

app = typer.Typer(
    name="atelier",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Paint one picture in the manner of another: a web page and bots, or one painting at once.",
)

USAGE = 2


def _version(show: bool) -> None:
    if show:
        from importlib.metadata import version

        print(f"atelier {version('atelier')}")
        raise typer.Exit


@app.callback()
def atelier(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """Paint one picture in the manner of another."""


@app.command()
def run() -> None:
    """Serve the web page and API, and the bots whose tokens are set, until Ctrl-C."""
    from bot.app import serve

    settings = load()
    setup(settings.log, settings.secret_values())
    asyncio.run(serve(settings))


_STYLE_HELP = "A style picture; repeat it to blend several, with weights: --style a.jpg:0.7 --style b.jpg:0.3."


@app.command()
def paint(
    pictures: Annotated[list[Path], typer.Argument(metavar="CONTENT... STYLE", help="The last is the style.")],
    output: Annotated[
        str, typer.Option("-o", "--output", metavar="OUT", help="The painting (.png, .jpg, .webp), or a folder: OUT/.")
    ],
    style: Annotated[list[str] | None, typer.Option(metavar="PICTURE[:WEIGHT]", help=_STYLE_HELP)] = None,
    size: Annotated[
        int | None,
        typer.Option(metavar="PX", help=f"Long edge, {MIN_SIZE} to {MAX_SIZE}; 512 on a CPU, 1024 on a GPU."),
    ] = None,
    strength: Annotated[
        float, typer.Option(metavar="0..1", help="How much of the style: 0 hardly any, 1 dissolves the content.")
    ] = RenderOptions().strength,
    seed: Annotated[int, typer.Option(metavar="N", help="Another number, another painting.")] = 0,
    iterations: Annotated[
        int | None, typer.Option(metavar="N", help="Optimisation steps at the final size, 1 to 2000.")
    ] = None,
    device: Annotated[str | None, typer.Option(help="auto, cpu, mps, cuda or cuda:N.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON line a painting to stdout.")] = False,
) -> None:
    """Paint CONTENT in the manner of STYLE: the same renderer as the service's, without a server.

    Several contents are painted into a folder (-o OUT/) by one warm renderer; what is there already is passed over.
    Ctrl-C saves what there is and exits with status 130.
    """
    from bot.paint import Commission, paint

    contents, styles = _contents_and_styles(pictures, style or [])
    options = _options(size=size, strength=strength, seed=seed, iterations=iterations)
    if not output:
        raise typer.BadParameter("-o needs a name: a picture's, or a folder's with / at its end")
    into_folder = output.endswith("/") or Path(output).is_dir()
    commission = Commission(contents, styles, Path(output), options, as_json, into_folder)
    settings = load(renderer={"device": device})
    setup(LogSettings(level="error"), settings.secret_values())
    raise typer.Exit(asyncio.run(paint(commission, settings, Console(stderr=True))))


def _contents_and_styles(
    pictures: list[Path], styles: list[str]
) -> tuple[tuple[Path, ...], tuple[tuple[Path, float], ...]]:
    if styles:
        return tuple(pictures), tuple(_weighted(text) for text in styles)
    if len(pictures) < 2:
        raise typer.BadParameter("a content and a style picture are needed: atelier paint CONTENT STYLE -o OUT")
    return tuple(pictures[:-1]), ((pictures[-1], 1.0),)


def _weighted(text: str) -> tuple[Path, float]:
    """`a.jpg:0.7` as a path and a weight above 0; a name with a colon of its own stays whole."""
    path, colon, weight = text.rpartition(":")
    if not colon or Path(text).exists():
        return Path(text), 1.0
    try:
        value = float(weight)
    except ValueError:
        return Path(text), 1.0
    if not 0 < value < float("inf"):
        raise typer.BadParameter(f"--style {text}: the weight must be above 0")
    return Path(path), value


def _options(**values: Any) -> RenderOptions:
    try:
        return RenderOptions(**values)
    except ValidationError as exc:
        problems = (f"--{error['loc'][0]} {error['input']}: {error['msg'].lower()}" for error in exc.errors())
        raise typer.BadParameter("; ".join(problems)) from exc


@app.command()
def settings() -> None:
    """Print the settings in force, secrets masked, and where each comes from."""
    from rich.table import Table

    table = Table("setting", "value", "from", box=None, pad_edge=False)
    for row in explain(load()):
        table.add_row(row.name, row.value, row.origin)
    Console(soft_wrap=not sys.stdout.isatty()).print(table)


@app.command()
def doctor() -> None:
    """Look at everything that painting needs, with a verdict and a mend for each; exit status 1 where one is ill."""
    from bot.doctor import Verdict, examine

    console = Console(soft_wrap=True, highlight=False)
    try:
        settings = load()
    except SettingsError as exc:
        console.print(f"ill   settings     {exc}", markup=False)
        raise typer.Exit(1) from exc
    setup(LogSettings(level="error"), settings.secret_values())
    colours = {Verdict.WELL: "green", Verdict.CARE: "yellow", Verdict.ILL: "red"}

    async def tell() -> bool:
        ill = False
        async for finding in examine(settings):
            console.print(f"[{colours[finding.verdict]}]{finding.verdict:4}[/]  {finding.subject:12} ", end="")
            console.print(finding.text + (f"\n{'':20}→ {finding.mend}" if finding.mend else ""), markup=False)
            ill = ill or finding.verdict is Verdict.ILL
        return ill

    raise typer.Exit(1 if asyncio.run(tell()) else 0)


@app.command()
def weights() -> None:
    """Fetch the encoder's weights, where they are not there yet."""
    settings = load()
    command = [sys.executable, "-P", "-m", "renderer.weights", str(settings.weights_dir), settings.renderer.encoder]
    raise typer.Exit(subprocess.run(command, check=False).returncode)


def main() -> None:
    """Entry point of the console script: every error that somebody can mend is one line and exit status 2."""
    try:
        status = app(standalone_mode=False)
    except (OperatorError, UserError, SettingsError, DataDirectoryError) as exc:
        sys.exit(_complain(str(exc)))
    except OSError as exc:  # a name too long, a folder that may not be looked into, a full disk
        sys.exit(_complain(f"{exc.filename or 'the file'}: {exc.strerror}"))
    except typer.TyperException as exc:
        sys.exit(_complain(exc.format_message()))
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(130)
    sys.exit(status)


def _complain(message: str) -> int:
    sys.stderr.write(f"atelier: {message}\n")
    return USAGE
