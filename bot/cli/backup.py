"""`atelier admin backup` and `restore`: all that the service keeps, as one file."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.choices import Sectioned
from bot.paint import software
from config.settings import load

_FILE = typer.Argument(metavar="FILE")


def add_to(app: typer.Typer) -> None:
    """Let the commands be among those of `app`."""
    app.command("backup", cls=Sectioned)(backup_command)
    app.command("restore", cls=Sectioned)(restore_command)


def backup_command(
    file: Annotated[Path, _FILE],
    without_pictures: Annotated[
        bool, typer.Option("--without-pictures", help="Leave out pictures, paintings and time-lapses: a small file.")
    ] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Let it take the place of a file that is there.")] = False,
) -> None:
    """Write all that the service keeps to one FILE, while it runs or not.

    In it are the database, pictures, paintings and time-lapses, the gallery's own styles and the installation's key.
    The settings (environment, .env, atelier.toml) and the weights are not. Whoever has the file has everybody's
    pictures: it is readable by its owner alone.
    """
    from bot.backup.contents import DATABASE, megabytes, sizes
    from bot.backup.making import make
    from bot.store import snapshot

    folder, file = load().data_dir, file.absolute()
    with snapshot.noted(folder / DATABASE, _by(), "backup", str(file), time.time()) as said:
        made = make(folder, file, software(), pictures=not without_pictures, replace=replace)
        manifest = made.manifest
        parts = [f"schema {manifest.revision}", f"{manifest.jobs} jobs"]
        parts.append(
            sizes(manifest.pictures.files, manifest.pictures.bytes) if manifest.pictures else "pictures left out"
        )
        said.append(f"{megabytes(made.bytes)}: {', '.join(parts)}")
    print(f"{file}: {said[0]}")
    if made.gone:
        print(f"{made.gone} pictures were removed meanwhile, since their time was up, and are not in it.")
    for name in made.damaged:
        print(f"Left out: blobs/{name[:2]}/{name} is damaged on the disk.")


def restore_command(
    file: Annotated[Path, _FILE],
    replace: Annotated[
        bool, typer.Option("--replace", help="Move aside what the data directory holds; nothing is deleted.")
    ] = False,
) -> None:
    """Put the backup FILE into the data directory, where no service runs.

    The backup is looked at as a whole before anything is changed, and its database brought to this version's schema.
    """
    from bot.backup.restoring import restore

    folder = load().data_dir
    restored = restore(folder, file.absolute(), _by(), replace=replace)
    manifest = restored.manifest
    pictures = f"{manifest.pictures.files} pictures and time-lapses" if manifest.pictures else "no pictures"
    print(f"Restored into {folder}: {manifest.jobs} jobs, {pictures}, as of {manifest.made_at}.")
    if restored.aside:
        print(f"What was there before is in {restored.aside}; remove it when you are sure.")
    print("Start the service with `atelier run`. Who had themselves erased since the backup is in it again.")


def _by() -> str:
    return f"control:{os.getuid()}"
