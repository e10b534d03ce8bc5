"""`atelier agent`, as far as it gets without a server."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

#: As if the extra were not installed.
_WITHOUT_NATS = "import sys; sys.modules['nats'] = None; from bot.__main__ import main; main()"


def atelier(code: str, folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    "arguments,environment",
    [
        (("agent", "--nats", "nats://127.0.0.1:4222"), {}),
        (("run",), {"ATELIER_POOLS": "nats://127.0.0.1:4222"}),
    ],
)
def test_without_the_extra_one_line_says_what_to_install(
    tmp_path: Path, arguments: tuple[str, ...], environment: dict[str, str]
) -> None:
    done = atelier(_WITHOUT_NATS, tmp_path, *arguments, **environment)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].endswith("pip install 'atelier[nats]'")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments,complaint",
    [
        (("--nats", "local"), "address of a server"),
        (("--nats", "nats://u:p@h:1"), "ATELIER_NATS__USER"),
        (("--nats", "nats://h:1", "--name", "a.b"), "no name for an agent"),
        (("--nats", "nats://h:1", "--devices", "gpu"), "no device"),
        (("--nats", "nats://h:1", "--devices", "auto,cpu"), "stands alone"),
        (("chek", "--nats", "nats://h:1"), "'chek'"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(tmp_path: Path, arguments: tuple[str, ...], complaint: str) -> None:
    done = atelier("from bot.__main__ import main; main()", tmp_path, "agent", *arguments)
    assert done.returncode == 2
    assert complaint in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_check_says_what_is_the_matter_with_the_server_and_with_each_device(tmp_path: Path) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))  # and listens to nobody
        url = f"nats://127.0.0.1:{silent.getsockname()[1]}"
        arguments = ("agent", "check", "--nats", url, "--name", "gpu1", "--devices", "cuda:9")
        done = atelier("from bot.__main__ import main; main()", tmp_path, *arguments)
    assert done.returncode == 1
    server, device = done.stdout.splitlines()
    assert server.startswith(f"ill   {url} cannot be reached") and device.startswith("ill   cuda:9: ")
    assert (done.stderr, list(tmp_path.iterdir())) == ("", [])


def test_called_from_any_folder_a_checkout_finds_its_weights(tmp_path: Path) -> None:
    done = atelier(
        "from bot.__main__ import main; main()",
        tmp_path,
        *("agent", "check", "--nats", "nats://127.0.0.1:1", "--name", "gpu1", "--devices", "cpu"),
    )
    server, device = done.stdout.splitlines()
    assert server.startswith("ill") and device.startswith("well") and "vgg16" in device
    assert done.returncode == 1
