"""The door with a balance: what becomes of a hostile file, and what its decoder took for it."""

from __future__ import annotations

import dataclasses
import itertools
import json
import sys
import unittest.mock
from pathlib import Path
from typing import Any

from bot import processes
from bot.errors import BadPicture
from bot.pictures import normalise
from config.settings import LimitsSettings
from tests.hostile import weighed
from tests.hostile.corpus import TAKEN


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What became of one file."""

    ends: str  #: TAKEN, or the code with which it was refused
    sentence: str  #: for its sender; empty where it was taken
    cpu_s: float  #: of all decoders that it was given to
    peak_mb: float  #: of the one that took the most
    acts: list[str]  #: of all, upon the world outside
    decoders: int  #: how many it was given to: two where it had to be decoded alone
    reports: int  #: how many ended by themselves


class Door:
    """Takes files in as the bot does, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._number = itertools.count()
        folder.mkdir()

    async def take_in(self, data: bytes, **limits: Any) -> Outcome:
        """Offer the bytes of a file."""
        number = next(self._number)
        raw, report, python = (self.folder / f"{kind}-{number}" for kind in ("raw", "report", "python"))
        raw.write_bytes(data)
        report.touch()
        made = self.folder / f"made-{number}"
        started = []
        run_module = processes.run_module

        async def weigh(*arguments: Any, **options: Any) -> processes.Ended:
            started.append(arguments)
            with unittest.mock.patch.object(sys, "executable", str(python)):
                return await run_module(*arguments, **options)

        python.write_text(f'#!/bin/sh\nexec "{sys.executable}" -I "{weighed.__file__}" "{report}" "$@"\n')
        python.chmod(0o700)
        ends, sentence = TAKEN, ""
        with unittest.mock.patch("bot.pictures.run_module", weigh):
            try:
                await normalise(raw, lambda suffix: made.with_suffix(suffix), LimitsSettings(**limits))
            except BadPicture as bad:
                ends, sentence = bad.code, bad.message
        raw.unlink()
        python.unlink()
        told = [json.loads(line) for line in report.read_text().splitlines()]
        report.unlink()
        return Outcome(
            ends,
            sentence,
            sum(one["cpu_s"] for one in told),
            max((one["peak_mb"] for one in told), default=0),
            [act for one in told for act in one["acts"]],
            len(started),
            len(told),
        )
