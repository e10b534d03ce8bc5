"""`atelier agent`: the renderers of this machine for a bot elsewhere; `atelier agent check`: whether they would do."""

from __future__ import annotations

import asyncio
import dataclasses
import re
import socket
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Literal

import typer

from bot.child import child_of
from bot.errors import OperatorError
from config.lock import DataDirectory
from config.log import LogSettings, setup
from config.settings import Settings, load

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_DEVICE = re.compile(r"auto|cpu|mps|cuda(:\d+)?")


def agent_command(
    nats: Annotated[str, typer.Option(help="Address of the NATS server, as in the bot's `pools`.")],
    name: Annotated[
        str, typer.Option(help="What this machine is called: letters, digits, - and _; its own at the server.")
    ] = re.sub(r"[^A-Za-z0-9_-]", "-", socket.gethostname())[:64],
    devices: Annotated[
        str, typer.Option(help="Devices with commas between them, a renderer each; `auto` takes all there are.")
    ] = "auto",
    grace_s: Annotated[
        float, typer.Option(min=0, help="Seconds that a painting may still take when the agent is told to stop.")
    ] = 60.0,
    check: Annotated[
        Literal["check"] | None,
        typer.Argument(metavar="check", help="Only look whether the server and the devices would do, and say so."),
    ] = None,
) -> None:
    """Paint on this machine for a bot elsewhere, until Ctrl-C; it dials out, and nobody dials in.

    A first Ctrl-C lets what is being painted end, a second does not.
    """
    try:
        from renderer.agent.agent import Agent, AgentSpec
        from renderer.agent.check import check as examine
        from renderer.wire.line import Address
    except ModuleNotFoundError as exc:
        raise OperatorError("an agent needs nats-py: pip install 'atelier[nats]'") from exc
    if not _NAME.fullmatch(name):
        raise OperatorError(f"{name!r} is no name for an agent: 1 to 64 letters, digits, - and _")
    settings = load(pools=nats)
    if settings.pools == ("local",):
        raise OperatorError("--nats is the address of a server: nats://host:4222 or tls://host:4222")
    setup(LogSettings(level="error") if check else settings.log, settings.secret_values())
    address = Address(nats, settings.nats.user, _password(settings), settings.nats.tls_ca)

    def spec(folder: Path) -> AgentSpec:
        child, patience = child_of(settings, folder, folder)
        children = tuple(dataclasses.replace(child, device=device) for device in _devices(devices))
        return AgentSpec(address, name, children, patience, folder, grace_s=grace_s)

    if check:
        with tempfile.TemporaryDirectory() as folder:  # the data directory may be a running agent's
            raise typer.Exit(asyncio.run(_tell(examine(spec(Path(folder))))))
    with DataDirectory(settings.data_dir) as directory:
        asyncio.run(Agent(spec(directory.path / "agent")).run())


async def _tell(findings: AsyncIterator[tuple[bool, str]]) -> int:
    """Print what was found; the exit status."""
    status = 0
    async for is_well, text in findings:
        print(f"{'well' if is_well else 'ill '}  {text}")
        status = status if is_well else 1
    return status


def _devices(devices: str) -> list[str]:
    wanted = [device.strip() for device in devices.split(",")]
    for device in wanted:
        if not _DEVICE.fullmatch(device):
            raise OperatorError(f"{device!r} is no device; there are auto, cpu, mps, cuda and cuda:N")
    if "auto" in wanted and len(wanted) > 1:
        raise OperatorError("`auto` stands alone: it takes every device there is")
    return wanted


def _password(settings: Settings) -> str | None:
    password = settings.nats.password
    return password.get_secret_value() if password else None
