"""What docs/scale.md gives to those who run many machines: the server's configuration, the unit, the Compose file."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from bot.cli import app
from config.fields import env_name, settings_of
from config.settings import Settings
from renderer.protocol import Done
from renderer.wire.permissions import users
from tests.fakes.nats.scene import scene_at
from tests.fakes.nats.server import Server, binary

ROOT = Path(__file__).resolve().parents[1]
CONF = ROOT / "docs" / "nats.conf"
USERS = ROOT / "docs" / "nats-users.conf"
UNITS = {name: ROOT / "docs" / name for name in ("atelier.service", "atelier-agent.service")}


# ---- nats.conf


def examined(*passwords: str, conf: Path = CONF) -> subprocess.CompletedProcess[str]:
    """What the real server says of the configuration, where it is given these passwords."""
    variables = dict(password.split("=") for password in passwords)
    return subprocess.run([binary(), "-t", "-c", str(conf)], env=variables, capture_output=True, text=True, check=False)


def test_the_server_takes_the_configuration_and_not_without_every_password() -> None:
    assert "is valid" in examined("BOT_PASSWORD=secret", "GPU1_PASSWORD=secret").stderr
    for password in ("BOT_PASSWORD=secret", "GPU1_PASSWORD=secret"):
        refusal = examined(password)
        assert refusal.returncode != 0 and "can not be found" in refusal.stderr


def test_its_lines_for_tls_are_ones_that_the_server_takes(tmp_path: Path) -> None:
    text = CONF.read_text("utf-8")
    commented = re.search(r"^# tls \{\n(#.*\n)*?# \}\n", text, re.MULTILINE)
    assert commented
    lines = re.sub(r"^# ", "", commented[0], flags=re.MULTILINE)
    file = tmp_path / "nats.conf"
    file.write_text(text.replace(commented[0], lines.replace("/etc/nats/", f"{tmp_path}/")))
    shutil.copy(USERS, tmp_path)
    assert "no such file" in examined("BOT_PASSWORD=secret", "GPU1_PASSWORD=secret", conf=file).stderr
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-subj", "/CN=nats", "-days", "2", "-keyout", tmp_path / "server.key", "-out", tmp_path / "server.crt"),
        ],
        stderr=subprocess.DEVNULL,
        check=True,
    )
    assert "is valid" in examined("BOT_PASSWORD=secret", "GPU1_PASSWORD=secret", conf=file).stderr


def test_what_is_written_is_synced() -> None:
    assert re.search(r"^  sync_interval: always$", CONF.read_text("utf-8"), re.MULTILINE)


def made_for(*names: str) -> subprocess.CompletedProcess[str]:
    """What the command prints that docs/scale.md has for users."""
    command = [sys.executable, "-m", "renderer.wire.permissions", *names]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_its_users_may_do_what_they_may() -> None:
    assert USERS.read_text("utf-8") == made_for("gpu1").stdout


async def test_further_agents_paint_under_users_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("bot", "gpu1", "gpu-2"):
        monkeypatch.setenv(f"{name.upper().replace('-', '_')}_PASSWORD", name)
    server = Server(tmp_path / "nats", users(["gpu1", "gpu-2"]))
    async with scene_at(server, tmp_path) as scene:
        scene.open_pool(user="bot")
        await scene.pool.start(scene.on_event)
        for name in ("gpu1", "gpu-2"):
            await scene.agent(name, user=name)
        await scene.served(2)
        jobs = [await scene.job(s=0.5) for _ in range(2)]
        for job in jobs:
            await scene.pool.submit(job)
        ends = [await scene.end_of(job) for job in jobs]
        assert {end.worker for end in ends if isinstance(end, Done)} == {"gpu1-0", "gpu-2-0"}


@pytest.mark.parametrize("names", [["gpu 1"], [""], ["gpu-1", "gpu_1"], ["bot"]])
def test_no_users_are_made_of_names_that_are_none_or_alike(names: list[str]) -> None:
    made = made_for(*names)
    assert (made.returncode, made.stdout) == (2, "") and made.stderr


# ---- compose.yaml


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    composed: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
    named = {volume.partition(":")[0] for one in composed["services"].values() for volume in one["volumes"]}
    assert {name for name in named if not name.startswith(".")} == composed["volumes"].keys()
    found: dict[str, Any] = composed["services"]
    return found


def test_of_all_services_only_the_one_for_a_single_machine_starts_by_itself(services: dict[str, Any]) -> None:
    assert {name for name, one in services.items() if "profiles" not in one} == {"atelier"}
    assert {name for name, one in services.items() if one.get("profiles") == ["scale"]} == {
        *("nats", "atelier-bot", "atelier-agent")
    }


def test_the_server_of_the_profile_has_the_configuration_and_its_passwords(services: dict[str, Any]) -> None:
    nats = services["nats"]
    (file, inside, _), (users_file, beside, _) = (volume.split(":") for volume in nats["volumes"][:2])
    assert (ROOT / file).samefile(CONF) and nats["command"] == ["-c", inside]
    assert (ROOT / users_file).samefile(USERS) and Path(beside) == Path(inside).with_name(USERS.name)
    store = re.search(r'store_dir: "(.*)"', CONF.read_text("utf-8"))
    assert store and nats["volumes"][2].partition(":")[2] == store[1]
    # Without a value: what is not set outside is not set inside, not even as nothing, which would let everybody in.
    assert nats["environment"] == sorted(set(re.findall(r"\$(\w+_PASSWORD)", USERS.read_text("utf-8"))))


def test_bot_and_agent_of_the_profile_are_set_as_the_settings_are_called(services: dict[str, Any]) -> None:
    known = {env_name(setting.path) for setting in settings_of(Settings)}
    for name in ("atelier-bot", "atelier-agent"):
        assert services[name]["environment"].keys() <= known
        assert "nats" in services[name]["build"]["args"]["EXTRAS"].split(",")
    assert "ports" not in services["atelier-agent"], "nobody dials it"
    bot = services["atelier-bot"]["environment"]
    assert Settings.model_validate({"pools": yaml.safe_load(bot["ATELIER_POOLS"])}).pools == ("nats://nats:4222",)
    assert bot["ATELIER_NATS__USER"] == "bot" and bot["ATELIER_NATS__PASSWORD"].startswith("${BOT_PASSWORD")


# ---- units


@pytest.mark.parametrize("name", UNITS)
def test_systemd_understands_the_unit(name: str, tmp_path: Path) -> None:
    if not (analyze := shutil.which("systemd-analyze")):
        pytest.skip("no systemd here")
    # The program is not where the unit has it; everything else is looked at.
    text = re.sub(r"^ExecStart=\S+", f"ExecStart={sys.executable}", UNITS[name].read_text("utf-8"), flags=re.MULTILINE)
    (tmp_path / name).write_text(text)
    found = subprocess.run(
        [analyze, "verify", str(tmp_path / name)], capture_output=True, text=True, check=False, env=dict(os.environ)
    )
    assert (found.returncode, found.stderr) == (0, "")


def test_an_agent_is_as_shut_in_as_the_service_but_for_its_devices() -> None:
    hardening = {
        name: set(re.findall(r"^\w+=.*$", text[text.index("# Files:") :], re.MULTILINE))
        for name, text in ((name, file.read_text("utf-8")) for name, file in UNITS.items())
    }
    service, agent = hardening["atelier.service"], hardening["atelier-agent.service"]
    assert service - agent == {"PrivateDevices=true", "MemoryMax=6G", "TasksMax=256"}
    assert agent - service == {"DevicePolicy=closed", "DeviceAllow=char-nvidia* rw", "MemoryMax=80%", "TasksMax=1024"}


@pytest.mark.parametrize("source", ["unit", "compose"])
def test_the_command_of_an_agent_is_one_that_there_is(source: str, services: dict[str, Any]) -> None:
    if source == "unit":
        line = re.search(r"^ExecStart=\S+ (.*)$", UNITS["atelier-agent.service"].read_text("utf-8"), re.MULTILINE)
        assert line
        words = shlex.split(line[1])
    else:
        words = services["atelier-agent"]["command"]
    assert words[0] == "agent"
    # An unknown option is refused before help is given.
    assert CliRunner().invoke(app, [*words, "--help"]).exit_code == 0
    assert CliRunner().invoke(app, [*words, "--no-such-option", "--help"]).exit_code == 2
