"""The command line: `atelier run | agent | paint | dream | gallery | admin | x | settings | doctor | weights | …`."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from typing import Annotated

import typer
from rich.console import Console

from bot.cli.admin import admin_app
from bot.cli.agent import agent_command
from bot.cli.choices import Sectioned
from bot.cli.gallery import gallery_command
from bot.cli.painting import dream_command, paint_command
from bot.cli.x import x_app
from bot.errors import OperatorError, UserError
from bot.paint import software
from config.installation import KeyUnusable
from config.lock import DataDirectoryError
from config.log import LogSettings, setup
from config.settings import SettingsError, load
from config.table import explain

app = typer.Typer(
    name="atelier",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    help="Paint one picture in the manner of another: a web page and bots, or one painting at once.",
)

USAGE = 2


def _version(show: bool) -> None:
    if show:
        print(software())
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


app.command("agent")(agent_command)
app.command("paint", cls=Sectioned)(paint_command)
app.command("dream", cls=Sectioned)(dream_command)
app.command("gallery")(gallery_command)
app.add_typer(admin_app, name="admin")
app.add_typer(x_app, name="x")


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


@app.command(add_help_option=False, context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def train(context: typer.Context) -> None:
    """Teach the instant painter from folders of pictures (docs/training.md), or go on with that; with --help, how."""
    command = [sys.executable, "-P", "-m", "renderer.train", "--weights", str(load().weights_dir), *context.args]
    raise typer.Exit(subprocess.run(command, check=False).returncode)


def main() -> None:
    """Entry point of the console script: every error that somebody can mend is one line and exit status 2."""
    try:
        status = app(standalone_mode=False)
    except (OperatorError, UserError, SettingsError, DataDirectoryError, KeyUnusable) as exc:
        sys.exit(_complain(str(exc)))
    except OSError as exc:  # a name too long, a folder that may not be looked into, a full disk
        sys.exit(_complain(f"{exc.filename or 'the file'}: {exc.strerror}"))
    except typer.TyperException as exc:
        message = exc.format_message()
        if message.startswith("Usage:"):  # a command without its arguments is answered with its help
            sys.stderr.write(f"{message}\n")
            sys.exit(USAGE)
        sys.exit(_complain(message))
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(130)
    sys.exit(status)


def _complain(message: str) -> int:
    sys.stderr.write(f"atelier: {message}\n")
    return USAGE
