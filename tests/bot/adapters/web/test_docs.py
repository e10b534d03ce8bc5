"""docs/api.md: its tables are those of the code, and its examples run."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image

from bot.adapters.web.api import table
from config.table import renew
from tests import pictures
from tests.bot.adapters.web.test_openapi import OPERATIONS
from tests.fakes.house import House
from tests.fakes.watched import PATIENCE_S
from tests.fakes.web import WebHouse

PAGE = (Path(__file__).parents[4] / "docs" / "api.md").read_text("utf-8")
EXAMPLES = PAGE.partition("## Examples\n")[2].partition("\n## ")[0]
SERVICE = "http://127.0.0.1:8080"


def example(language: str, url: str) -> str:
    """The one example in a language, for a service that is elsewhere."""
    [code] = re.findall(rf"^```{language}\n(.*?)^```$", EXAMPLES, re.MULTILINE | re.DOTALL)
    assert SERVICE in code
    return str(code).replace(SERVICE, url)


async def run(folder: Path, *command: str) -> str:
    """What a program says on stdout; it must end well."""
    assert shutil.which(command[0]), f"the examples need {command[0]}, which is not installed here"
    process = await asyncio.create_subprocess_exec(
        *command, cwd=folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    stdout, stderr = await asyncio.wait_for(process.communicate(), PATIENCE_S)
    assert process.returncode == 0, f"{stdout.decode()}\n{stderr.decode()}"
    return stdout.decode()


@contextlib.asynccontextmanager
async def painting(house: House) -> AsyncIterator[None]:
    """Somebody who paints every job that the pool is given."""

    painter = asyncio.create_task(house.pool.paint_all())
    try:
        yield
    finally:
        painter.cancel()
        await asyncio.wait([painter])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where somebody tries the examples."""
    folder = tmp_path / "somebody"
    folder.mkdir()
    (folder / "photo.jpg").write_bytes(pictures.jpeg(640, 320))
    (folder / "waves.jpg").write_bytes(pictures.jpeg(200, 300))
    return folder


def test_the_tables_are_those_of_the_code() -> None:
    for name, markdown in {"operations": table.operations(), "codes": table.codes()}.items():
        assert PAGE == renew(PAGE, name, markdown), f"the {name} in docs/api.md are out of date; renew them: make docs"


async def test_the_example_with_curl_runs(web_house: WebHouse, folder: Path) -> None:
    async with painting(web_house.house):
        said = await run(folder, "bash", "-euo", "pipefail", "-c", example("bash", web_house.url))
    assert json.loads((folder / "job.json").read_text())["id"] in said
    assert "event: status" in said and '"status":"delivered"' in said
    for name, size in {"painting.png": (640, 320), "small.jpg": (256, 128)}.items():
        with Image.open(folder / name) as image:
            assert image.size == size
    assert '"quotas"' in said and said.endswith('{"deleted":2}')


async def test_the_example_in_python_runs(web_house: WebHouse, folder: Path) -> None:
    (folder / "paint.py").write_text(example("python", web_house.url))
    async with painting(web_house.house):
        said = await run(folder, sys.executable, "paint.py", "photo.jpg", "waves.jpg", "painting.png")
    assert said.splitlines()[-1] in ("rendered 100%", "delivered 100%")
    with Image.open(folder / "painting.png") as image:
        assert image.size == (640, 320)


async def test_the_example_of_every_operation_is_answered_as_it_says(web_house: WebHouse, folder: Path) -> None:
    """Those on the page for people, each tried on a job that is painted."""
    order = example("bash", web_house.url).partition("\n\n# Follow")[0]
    script = [f"{{ {order}\n}} > /dev/null", f'curl -sSN "{web_house.url}/api/v1/jobs/$JOB/events" > events']
    # What is deleted is not there afterwards.
    operations = sorted(
        (operation for _, _, operation in OPERATIONS), key=lambda each: each["operationId"] == "deleteMine"
    )
    for operation in operations:
        [sample] = operation["x-codeSamples"]
        source = sample["source"].replace(SERVICE, web_house.url)
        script.append(source.replace("curl ", "curl -sS -w '\\n%{http_code}\\n' ", 1) + " | tail -n 1")
    async with painting(web_house.house):
        said = await run(folder, "bash", "-euo", "pipefail", "-c", "\n".join(script))
    statuses = dict(zip((operation["operationId"] for operation in operations), said.split(), strict=True))
    refused = {"getTimelapse": "404", "cancelJob": "409"}  # it has none, and has ended
    assert refused.items() <= statuses.items()
    assert {name for name, status in statuses.items() if status[0] != "2"} == refused.keys(), statuses
    assert all(statuses[operation["operationId"]] in operation["responses"] for operation in operations)
