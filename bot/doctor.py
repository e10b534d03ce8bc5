"""`atelier doctor`: looks at everything that painting needs, with a verdict and a mend for each."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version

from bot.child import child_of
from bot.errors import AdapterDown, OperatorError
from bot.moderation import Moderation
from bot.processes import run_module, set_confined
from config.confinement import lacking
from config.lock import DataDirectory, DataDirectoryError, DataDirectoryInUse
from config.settings import RendererSettings, Settings, WebSettings
from renderer.protocol import Event
from renderer.supervisor import Supervisor

_TORCH = {"torch": "2.13.0", "torchvision": "0.28.0"}
_HARDENING = "see docs/security.md"
#: Times the room below which a service takes nothing in: less is little.
_LITTLE_DISK = 2


class Verdict(StrEnum):
    """How a thing was found."""

    WELL = "well"
    CARE = "care"  #: it works, and could be better or will not for long
    ILL = "ill"  #: nothing can be painted or served like this


@dataclasses.dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    subject: str
    verdict: Verdict
    text: str
    mend: str = ""


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Everything, one after another; nothing is changed but that a missing data folder is made."""
    set_confined(settings.renderer.confined)
    yield Finding("Python", Verdict.WELL, ".".join(map(str, sys.version_info[:3])))
    yield Finding("settings", Verdict.WELL, "all understood; `atelier settings` shows them")
    for package, wanted in _TORCH.items():
        yield _package(package, wanted)
    data = _data(settings)
    yield data
    if data.verdict is not Verdict.ILL:
        yield _disk(settings)
    for pool in settings.pools:
        if pool == "local":
            async for finding in _renderer(settings):
                yield finding
        else:
            yield await _server(settings, pool)
    yield await _confinement(settings.renderer)
    yield _web(settings, served=data.verdict is Verdict.CARE)
    yield _admin_page(settings.web)
    yield await _telegram(settings)
    yield _x(settings)
    yield _moderation(settings)


def _package(package: str, wanted: str) -> Finding:
    try:
        found = version(package)
    except PackageNotFoundError:
        return Finding(package, Verdict.ILL, "not installed", "run make setup")
    if found.split("+")[0] != wanted:
        return Finding(package, Verdict.CARE, f"{found}; {wanted} is what Atelier was tested with", "run make setup")
    return Finding(package, Verdict.WELL, found)


def _data(settings: Settings) -> Finding:
    folder = settings.data_dir.absolute()
    try:
        with DataDirectory(settings.data_dir):
            return Finding("data folder", Verdict.WELL, str(folder))
    except DataDirectoryInUse as exc:
        return Finding("data folder", Verdict.CARE, str(exc), "nothing to do, where that is the service you know of")
    except DataDirectoryError as exc:
        return Finding("data folder", Verdict.ILL, str(exc), "set ATELIER_DATA_DIR to a folder of your own")


def _disk(settings: Settings) -> Finding:
    free, least = shutil.disk_usage(settings.data_dir).free, settings.retention.closing_bytes
    text = f"{free / 1e9:.1f} GB free"
    mend = "make room, or set ATELIER_DATA_DIR to a larger disk"
    if free < least:
        text += f"; below {least / 1e9:g} GB no orders are taken (ATELIER_RETENTION__LOW_DISK_MB)"
        return Finding("disk", Verdict.ILL, text, mend)
    if free < least * _LITTLE_DISK:
        return Finding("disk", Verdict.CARE, f"{text}; no orders are taken below {least / 1e9:g} GB", mend)
    return Finding("disk", Verdict.WELL, text)


async def _renderer(settings: Settings) -> AsyncIterator[Finding]:
    """A real child is started, since only that shows that it starts."""
    spec, patience = child_of(settings, settings.data_dir, settings.data_dir)
    supervisor = Supervisor("doctor", spec, _ignore, patience)
    began = time.monotonic()
    supervising = asyncio.create_task(supervisor.run(), name="supervisor")
    try:
        ready = await supervisor.wait_ready_or_down()
    finally:
        supervising.cancel()
        await asyncio.wait({supervising})
    if isinstance(ready, str):
        mend = "run make setup" if "weights" in ready else "set ATELIER_RENDERER__DEVICE=auto, or run make setup"
        yield Finding("renderer", Verdict.ILL, ready, mend)
        return
    yield Finding("renderer", Verdict.WELL, f"ready after {time.monotonic() - began:.1f} s")
    yield Finding("weights", Verdict.WELL, ready.encoder)
    devices = ", ".join((f"{ready.device} ({ready.device_name})", *ready.peers))
    if ready.device == "cpu":
        yield Finding("device", Verdict.CARE, devices, "a GPU would be much faster; nothing to do where there is none")
    else:
        yield Finding("device", Verdict.WELL, devices)


async def _server(settings: Settings, url: str) -> Finding:
    """A NATS server is dialled, as the service will."""
    try:
        from renderer.wire.line import Address, trouble_with
    except ModuleNotFoundError:
        return Finding("agents", Verdict.ILL, f"{url} needs nats-py", "pip install 'atelier[nats]'")
    nats = settings.nats
    password = nats.password.get_secret_value() if nats.password else None
    if trouble := await trouble_with(Address(url, nats.user, password, nats.tls_ca)):
        return Finding("agents", Verdict.CARE, trouble, "nothing is painted by agents until it is; see docs/scale.md")
    return Finding("agents", Verdict.WELL, f"the server at {url} is reached")


async def _confinement(settings: RendererSettings) -> Finding:
    """What is in force of it, by a process that tries what it may not do."""
    subject = "confinement"
    if not settings.confined:
        mend = "unset ATELIER_RENDERER__CONFINED, unless something does not work with it"
        return Finding(subject, Verdict.CARE, "off: what reads strangers' pictures may use files and network", mend)
    with tempfile.TemporaryDirectory() as folder, tempfile.NamedTemporaryFile(dir=folder, delete=False) as kept:
        tried = await run_module("config.confinement_trial", kept.name, str(os.getpid()))
    if tried.status:
        mend = "set ATELIER_RENDERER__CONFINED=false, and tell us of it"
        return Finding(subject, Verdict.ILL, f"no process can be started so: {tried.stderr.strip()[-200:]}", mend)
    allowed = [name for name, is_refused in json.loads(tried.stdout).items() if not is_refused]
    if allowed:
        reasons = "; ".join(lacking()) or "nobody knows why"
        return Finding(subject, Verdict.CARE, f"in part ({reasons}); not refused: {', '.join(allowed)}", _HARDENING)
    return Finding(subject, Verdict.WELL, "what reads strangers' pictures has no network and no files but its own")


async def _ignore(_: Event) -> None:
    """The doctor's child paints nothing."""


async def _telegram(settings: Settings) -> Finding:
    if settings.telegram.token is None:
        return Finding("telegram", Verdict.WELL, "off")
    from bot.adapters.telegram.introduction import introduce

    try:
        return Finding("telegram", Verdict.WELL, f"the bot is @{await introduce(settings.telegram)}")
    except AdapterDown as exc:
        return Finding("telegram", Verdict.ILL, str(exc), "ask @BotFather for the token")
    except OperatorError as exc:
        return Finding("telegram", Verdict.CARE, str(exc), "nothing to do, if the network comes back by itself")


def _x(settings: Settings) -> Finding:
    if not settings.x.is_wanted:
        return Finding("x", Verdict.WELL, "off")
    from bot.adapters.x.keys import check_keys

    try:
        check_keys(settings.x)
    except AdapterDown as exc:
        return Finding("x", Verdict.ILL, str(exc), "see docs/x.md")
    # X charges for every question.
    return Finding("x", Verdict.WELL, "all four keys are set; `atelier x check` asks X about them")


def _moderation(settings: Settings) -> Finding:
    served = {"web": settings.web.enabled, "telegram": settings.telegram.token is not None, "x": settings.x.is_wanted}
    looked_at = [name for name in settings.moderation.adapters if served.get(name)]
    if not looked_at:
        return Finding("moderation", Verdict.WELL, "off: no pictures of a platform that is served are looked at")
    moderation = Moderation(settings.moderation, _tell_nobody)
    try:
        for name in looked_at:
            moderation.ready(name)
    except AdapterDown as exc:
        return Finding("moderation", Verdict.ILL, str(exc), "see docs/moderation.md")
    return Finding("moderation", Verdict.WELL, f"the pictures of {', '.join(looked_at)} are looked at")


async def _tell_nobody(kind: str, text: str) -> None:
    """The doctor refuses no picture."""


def _web(settings: Settings, served: bool) -> Finding:
    web = settings.web
    if not web.enabled:
        return Finding("web page", Verdict.CARE, "off", "set ATELIER_WEB__ENABLED=true, unless that is meant")
    url = f"http://{web.host}:{web.port}"
    if served:
        return Finding("web page", Verdict.WELL, f"{url}, where the running service is asked to serve it")
    with socket.socket(socket.AF_INET6 if ":" in web.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((web.host, web.port))
        except OSError as exc:
            return Finding("web page", Verdict.ILL, f"{url}: {exc.strerror}", "set ATELIER_WEB__PORT to a free port")
    return Finding("web page", Verdict.WELL, f"{url} is free to serve it")


def _admin_page(web: WebSettings) -> Finding:
    if not (web.enabled and web.has_admin_page):
        return Finding("admin page", Verdict.WELL, "off")
    opened = {"a password": web.admin_password_hash, "a token": web.admin_token}
    text = f"behind {' or '.join(name for name, secret in opened.items() if secret)}"
    if web.admin_http:
        mend = "unset ATELIER_WEB__ADMIN_HTTP and put a proxy with a certificate in front"
        return Finding("admin page", Verdict.CARE, f"{text}, which over plain HTTP can be read on the way", mend)
    return Finding("admin page", Verdict.WELL, f"{text}; from other machines over HTTPS alone")
