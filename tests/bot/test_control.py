from __future__ import annotations

import asyncio
import json
import os
import socket
import stat
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from unittest.mock import AsyncMock

import pytest
from structlog.testing import capture_logs

from bot.admin import VERBS, Admin
from bot.control import LINE_S, MAX_LINE, SOCKET_NAME, Control, ask
from bot.errors import OperatorError, UserError
from tests.fakes.house import House
from tests.fakes.watched import PATIENCE_S
from tests.service import running as service_running

REFUSAL = "That is not a line of JSON with a verb and arguments."


@pytest.fixture
def admin(house: House) -> Admin:
    return house.admin


@asynccontextmanager
async def listening(admin: Admin, folder: Path) -> AsyncIterator[None]:
    """A control socket in the folder, as the service has one."""
    control = Control(admin, folder)
    async with asyncio.TaskGroup() as tasks:
        serving = tasks.create_task(control.run())
        async with asyncio.timeout(PATIENCE_S):
            await control.listening.wait()
        yield
        serving.cancel()


async def asked(folder: Path, verb: str, arguments: str = "") -> str:
    return await asyncio.to_thread(ask, folder, verb, arguments)


async def say(folder: Path, line: bytes) -> dict[str, object]:
    """What is answered to a line that `ask` would not send."""
    reader, writer = await asyncio.open_unix_connection(folder / SOCKET_NAME)
    writer.write(line)
    answer: dict[str, object] = json.loads(await reader.readline())
    writer.close()
    return answer


async def atelier(data: Path, *arguments: str) -> tuple[int | None, str, str]:
    """`atelier` as a process: exit status, stdout, stderr."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ATELIER_")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *arguments),
        env=environment | {"ATELIER_DATA_DIR": str(data), "COLUMNS": "200"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, complaints = await process.communicate()
    return process.returncode, out.decode(), complaints.decode()


async def test_a_question_is_answered_with_all_its_lines(house: House, admin: Admin) -> None:
    job = await house.job()
    async with listening(admin, house.folder):
        assert await asked(house.folder, "queue") == await admin.do("queue", "", "test")
        assert await asked(house.folder, "cancel", job.id[:8]) == f"{job.id[:8]} of fake:1 is cancelled."


async def test_what_is_refused_is_refused_with_its_sentence(house: House, admin: Admin) -> None:
    async with listening(admin, house.folder):
        with pytest.raises(UserError, match="There is no “quee”"):
            await asked(house.folder, "quee")
        with pytest.raises(UserError, match="Usage: cancel ID"):
            await asked(house.folder, "cancel")


async def test_the_log_says_which_user_has_asked(house: House, admin: Admin) -> None:
    with capture_logs() as logs:
        async with listening(admin, house.folder):
            await asked(house.folder, "pause", "Back at noon")
    assert [line["by"] for line in logs if line["event"] == "admin"] == [f"control:{os.geteuid()}"]


async def test_the_socket_is_private_and_goes_with_the_service(house: House, admin: Admin) -> None:
    file = house.folder / SOCKET_NAME
    async with listening(admin, house.folder):
        assert stat.S_ISSOCK(file.stat().st_mode)
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not file.exists()


async def test_a_socket_that_a_killed_service_left_is_no_obstacle(house: House, admin: Admin) -> None:
    with socket.socket(socket.AF_UNIX) as killed:
        killed.bind(str(house.folder / SOCKET_NAME))
    with pytest.raises(OperatorError, match="no service runs on the data directory"):
        await asked(house.folder, "queue")
    async with listening(admin, house.folder):
        assert await asked(house.folder, "queue")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
async def test_another_user_is_refused_even_where_the_files_would_let_them_in(admin: Admin) -> None:
    stranger = "import socket, sys; s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); " + (
        's.sendall(b\'{"verb": "pause", "arguments": ""}\\n\'); print(s.makefile().readline())'
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        async with listening(admin, folder):
            file = folder / SOCKET_NAME
            file.chmod(0o666)
            process = await asyncio.create_subprocess_exec(
                *("/usr/bin/env", "python3", "-I", "-c", stranger, str(file)),
                user=65534,
                stdout=asyncio.subprocess.PIPE,
            )
            out, _ = await process.communicate()
    assert json.loads(out) == {"ok": False, "text": "Only the user that the service runs as may control it."}
    assert "Paused" not in await admin.do("queue", "", "test")


@pytest.mark.parametrize(
    "line",
    [b"queue\n", b"\n", b"[]\n", b'{"verb": "queue"}\n', b'{"verb": ["queue"], "arguments": ""}\n', b"\xff\xfe\n",
     b"[" * 50_000 + b"\n", b"x" * (MAX_LINE + 2)],
    ids=["words", "nothing", "a list", "no arguments", "a list of verbs", "no UTF-8", "nested", "too long"],
)  # fmt: skip
async def test_a_line_that_is_none_is_refused_and_the_next_is_answered(house: House, admin: Admin, line: bytes) -> None:
    async with listening(admin, house.folder):
        assert await say(house.folder, line) == {"ok": False, "text": REFUSAL}
        assert await asked(house.folder, "queue")


async def test_a_silent_client_holds_up_neither_others_nor_the_end(house: House, admin: Admin) -> None:
    async with asyncio.timeout(LINE_S - 1), listening(admin, house.folder):
        _, silent = await asyncio.open_unix_connection(house.folder / SOCKET_NAME)
        assert await asked(house.folder, "queue")
    silent.close()


async def test_a_client_that_leaves_before_the_answer_does_no_harm(house: House, admin: Admin) -> None:
    with capture_logs() as logs:
        async with listening(admin, house.folder):
            for _ in range(5):
                with socket.socket(socket.AF_UNIX) as hasty:
                    hasty.connect(str(house.folder / SOCKET_NAME))
                    hasty.sendall(b'{"verb": "queue", "arguments": ""}\n')
            assert await asked(house.folder, "queue")
    assert {line["event"] for line in logs} == {"admin"}


async def test_a_bug_in_an_answer_costs_the_answer_and_no_more(
    house: House, admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admin, "do", AsyncMock(side_effect=RuntimeError("a bug")))
    with capture_logs() as logs:
        async with listening(admin, house.folder):
            for _ in range(2):
                with pytest.raises(UserError, match="the service's log says what"):
                    await asked(house.folder, "queue")
    assert [line["event"] for line in logs] == ["control failed"] * 2


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no second name for a folder")
async def test_a_folder_too_deep_for_a_sockets_name_will_do(house: House, admin: Admin) -> None:
    folder = house.folder / ("deep" * 20) / ("down" * 20)
    folder.mkdir(parents=True)
    async with listening(admin, folder):
        assert await asked(folder, "queue")
    assert not list(folder.iterdir())


async def test_where_there_can_be_no_socket_the_service_goes_on_without(house: House, admin: Admin) -> None:
    (house.folder / SOCKET_NAME).mkdir()
    with capture_logs() as logs:
        await asyncio.wait_for(Control(admin, house.folder).run(), PATIENCE_S)
    assert [line["log_level"] for line in logs] == ["error"]
    assert "atelier admin" in logs[0]["event"]


async def test_the_command_prints_what_the_service_answers(house: House, admin: Admin) -> None:
    async with listening(admin, house.folder):
        assert await atelier(house.folder, "admin", "pause", "Back", "at", "noon") == (
            0,
            await admin.do("pause", "Back at noon", "test") + "\n",
            "",
        )
        status, out, complaint = await atelier(house.folder, "admin", "cancel", "painting")
    assert (status, out) == (2, "")
    assert complaint == "atelier: “painting” is not the id of a painting. Usage: cancel ID\n"


@pytest.mark.parametrize(
    "arguments,complaint",
    [(("queue",), "no service runs on the data directory"), (("quee",), "No such command 'quee'")],
)
async def test_where_nothing_runs_and_for_a_wrong_verb_there_is_one_line(
    tmp_path: Path, arguments: tuple[str, ...], complaint: str
) -> None:
    status, out, complaints = await atelier(tmp_path, "admin", *arguments)
    assert (status, out, complaints.count("\n")) == (2, "", 1)
    assert complaints.startswith(f"atelier: {complaint}")


async def test_the_help_lists_the_verbs(tmp_path: Path) -> None:
    status, out, _ = await atelier(tmp_path, "admin", "--help")
    assert status == 0
    for verb in VERBS:
        assert f"\n  {verb} " in out


@pytest.mark.slow
async def test_the_command_speaks_to_a_service_that_runs(tmp_path: Path, weights_dir: Path) -> None:
    data = tmp_path / "data"
    async with service_running(data, weights_dir) as (service, _):
        status, out, complaint = await atelier(data, "admin", "queue")
        assert (status, complaint) == (0, "")
        assert out.startswith("0 waiting, 0 being painted")
        status, out, _ = await atelier(data, "admin", "workers")
        assert "web · up" in out.splitlines()
        assert await service.stop() == 0
    assert not (data / SOCKET_NAME).exists()
