"""Work in a Python process of its own: what may crash, take all memory or every core is kept out of the bot's."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from config.confinement import Reach, command

#: All that such a process sees of the bot's environment, which holds the tokens.
ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE")


@dataclasses.dataclass(frozen=True)
class Ended:
    """How a process ended."""

    status: int  #: exit status, or minus the signal that killed it
    stdout: str
    stderr: str


class _Switch:
    """Whether processes are confined; off where the operator wants it so (`ATELIER_RENDERER__CONFINED`)."""

    confined = True


def set_confined(confined: bool) -> None:
    """Confine the processes that are started from now on, or do not."""
    _Switch.confined = confined


async def run_module(
    module: str,
    *arguments: str | Path,
    timeout_s: float | None = None,
    reads: Sequence[Path] = (),
    writes: Sequence[Path] = (),
) -> Ended:
    """Run ``python -m module arguments`` to its end; it is killed where this is cancelled, or raises TimeoutError.

    Of the disk it may read `reads` and write `writes`, both files or folders that are there, and Python
    (`config.confinement`).
    """
    reach = Reach(_absolute(reads), _absolute(writes)) if _Switch.confined else None
    # Not pipes: asyncio may wait for ever where it is cancelled while it connects one.
    with _unnamed() as stdout, _unnamed() as stderr:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", *command(reach, module), *arguments),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            env={name: os.environ[name] for name in ENVIRONMENT if name in os.environ},
            start_new_session=True,  # Ctrl-C on the terminal is the bot's to handle
        )
        try:
            async with asyncio.timeout(timeout_s):
                status = await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        texts = []
        for told in (stdout, stderr):
            told.seek(0)
            texts.append(told.read().decode(errors="replace"))
        return Ended(status, *texts)


def _absolute(paths: Sequence[Path]) -> tuple[str, ...]:
    return tuple(str(path.absolute()) for path in paths)


def _unnamed() -> IO[bytes]:
    """A file without a name: in memory where the system has that, since a disk may be full."""
    return os.fdopen(os.memfd_create("told"), "w+b") if sys.platform == "linux" else tempfile.TemporaryFile()
