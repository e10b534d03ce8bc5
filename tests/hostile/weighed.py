"""Stands in for the Python that a decoder is started with: ``weighed.py REPORT -I -m MODULE ARGUMENTS``.

Runs the module in this process and appends to REPORT, as it ends by itself, one JSON object on a line: ``{"cpu_s",
"peak_mb", "acts"}``, acts being what it did to the world outside of itself (`ACTS`). A process that crashes or is
killed leaves none.
"""

from __future__ import annotations

import json
import os
import resource
import runpy
import sys
from typing import Any

#: Events of Python's audit that change something outside the process, or ask somebody else to.
ACTS = (
    "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.chmod", "os.chown",
    "os.exec", "os.fork", "os.posix_spawn", "os.system", "os.kill", "subprocess.Popen", "shutil.", "tempfile.",
    "socket.", "urllib.", "ftplib.", "smtplib.",
)  # fmt: skip


def main() -> None:
    """Run what the command line names."""
    report = os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    assert sys.argv[2:4] == ["-I", "-m"], sys.argv
    module, sys.argv = sys.argv[4], sys.argv[4:]
    acts: list[str] = []

    def hear(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            acts.append(f"open {arguments[0]}")
        elif event.startswith(ACTS):
            acts.append(f"{event} {arguments}")

    sys.dont_write_bytecode = True
    sys.addaudithook(hear)
    runpy.run_module(module, run_name="__main__", alter_sys=True)
    used = resource.getrusage(resource.RUSAGE_SELF)
    told = {"cpu_s": used.ru_utime + used.ru_stime, "peak_mb": _peak_mb(used.ru_maxrss), "acts": acts}
    os.write(report, json.dumps(told).encode() + b"\n")


def _peak_mb(of_usage: int) -> float:
    """Megabytes that this process has held at most. Linux counts into the usage what the parent held when it forked."""
    try:
        with open("/proc/self/status") as status:
            line = next(line for line in status if line.startswith("VmHWM:"))
    except FileNotFoundError:
        return of_usage / 1e6
    return int(line.split()[1]) * 1024 / 1e6


if __name__ == "__main__":
    main()
