"""What a confined process cannot do, tried by one; on a system that lacks something, what it says of that."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from bot import doctor, processes
from bot.processes import Ended, run_module
from config import confinement
from config.confinement import Reach, command, lacking
from config.settings import RendererSettings

#: What Landlock refuses, and what seccomp does; the rest either of them refuses.
FILES = {"read a file", "list a folder", "write a file", "make a temporary file", "remove a file"}
CALLS = {"connect by a path", "change permissions", "enter a namespace"}
ALL = FILES | CALLS | {
    "connect", "listen", "start a program", "trace a process", "read a process's environment", "signal a process",
}  # fmt: skip


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    file = tmp_path / "secret"
    file.write_text("123:token")
    return file


async def tried(secret: Path) -> dict[str, bool]:
    """What a process that is started as a decoder is tries → whether it was refused. It may look at this one."""
    ended = await run_module("config.confinement_trial", secret, str(os.getpid()))
    assert ended.status == 0, ended.stderr
    found: dict[str, bool] = json.loads(ended.stdout)
    assert found.keys() == ALL
    return found


async def test_a_confined_process_can_do_nothing_but_its_work(secret: Path) -> None:
    refused = {name for name, is_refused in (await tried(secret)).items() if is_refused}
    missing = " ".join(lacking())
    # What the kernel can do is in force, and where it cannot that is said.
    assert FILES <= refused or "Landlock" in missing
    assert CALLS <= refused or "seccomp" in missing or sys.platform != "linux"
    assert refused == ALL or missing
    assert secret.exists() == ("remove a file" in refused)


async def test_a_process_that_is_not_confined_can_do_all_that(secret: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes._Switch, "confined", False)
    found = await tried(secret)
    # Containers refuse a few to everybody.
    assert not any(found[name] for name in ALL - {"trace a process", "enter a namespace", "connect by a path"})


@pytest.mark.skipif(sys.platform != "linux", reason="nothing is confined elsewhere")
@pytest.mark.parametrize("devices", [False, True])
def test_whoever_may_use_a_gpu_has_no_network_and_looks_into_no_process_either(secret: Path, devices: bool) -> None:
    starting = command(Reach(devices=devices), "config.confinement_trial")
    done = subprocess.run(
        [sys.executable, "-I", *starting, secret, str(os.getpid())], capture_output=True, text=True, check=True
    )
    refused = {name for name, is_refused in json.loads(done.stdout).items() if is_refused}
    assert refused == ALL or lacking() or (devices and refused == ALL - {"make a temporary file"})


async def test_it_reads_and_writes_what_it_is_given(tmp_path: Path) -> None:
    given, output, other = (tmp_path / name for name in ("given", "output", "other"))
    given.write_text("words")
    for file in (output, other):
        file.touch()
    code = "import sys; from pathlib import Path; a, b = map(Path, sys.argv[1:]); b.write_text(a.read_text())"
    (tmp_path / "copying.py").write_text(code)

    async def copied(source: Path, target: Path) -> int:
        # Not by `run_module`, which imports what is installed alone.
        starting = command(Reach((str(given), str(tmp_path / "copying.py")), (str(output),)), "copying")
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *(*starting, str(source), str(target)),
            env={"PYTHONPATH": str(tmp_path)},
            stderr=subprocess.DEVNULL,
        )
        return await process.wait()

    assert await copied(given, output) == 0
    assert output.read_text() == "words"
    if not lacking():
        (tmp_path / "copying.py").unlink()
        assert await copied(given, other) != 0


async def test_where_the_system_lacks_something_the_rest_is_done_and_the_doctor_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = await doctor._confinement(RendererSettings())
    assert found.verdict is (doctor.Verdict.CARE if lacking() else doctor.Verdict.WELL), found.text

    async def half(*_: object) -> Ended:
        return Ended(0, json.dumps({"connect": False, "read a file": True}), "")

    monkeypatch.setattr(doctor, "run_module", half)
    monkeypatch.setattr(doctor, "lacking", lambda: ("there is no libseccomp.so.2",))
    found = await doctor._confinement(RendererSettings())
    assert found.verdict is doctor.Verdict.CARE
    assert "there is no libseccomp.so.2" in found.text and "not refused: connect" in found.text
    assert (await doctor._confinement(RendererSettings(confined=False))).verdict is doctor.Verdict.CARE


@pytest.mark.skipif(sys.platform != "linux", reason="nothing is confined elsewhere")
def test_without_one_of_the_means_the_other_is_used(secret: Path) -> None:
    """By hiding each from a process that then confines itself."""
    code = """
import sys
from config import confinement
setattr(confinement, sys.argv[1], lambda: {"_landlock_version": 0, "_libseccomp": None}[sys.argv[1]])
confinement.lacking.cache_clear()
print(*confinement.lacking(), sep="|")
confinement.confine(confinement.Reach())
sys.argv = ["", sys.argv[2], sys.argv[3]]
from config import confinement_trial
confinement_trial.main()
"""
    for hidden, means, still in (("_landlock_version", "Landlock", CALLS), ("_libseccomp", "libseccomp", FILES)):
        secret.touch()
        starting = [sys.executable, "-I", "-c", code, hidden, str(secret), str(os.getpid())]
        reasons, found = subprocess.run(starting, capture_output=True, text=True, check=True).stdout.splitlines()
        assert means in reasons
        refused = {name for name, is_refused in json.loads(found).items() if is_refused}
        assert still <= refused or lacking()


def test_elsewhere_than_on_linux_it_is_said_that_nothing_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert "needs Linux" in confinement.lacking.__wrapped__()[0]
    confinement.confine(Reach())
    with socket.socket() as still:  # this very process
        assert still.fileno() > 0
