"""The API's document: true of what is served; and what it has below a job is that job's requester's alone."""

from __future__ import annotations

import ast
import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import aiohttp
import jsonschema_rs
import pytest

from bot.adapters.web.api import models
from bot.adapters.web.api.codes import CODES
from bot.adapters.web.api.document import document
from bot.adapters.web.api.table import APIS
from bot.adapters.web.api.upload import _MOST, _TEXTS
from bot.errors import UserError
from bot.jobs import new_id
from config.settings import WebSettings
from tests.bot.adapters.web.test_jobs import upload
from tests.bot.adapters.web.visiting import CONTENT, STYLE, Visitor, visitor
from tests.fakes.web import open_web_house

BOT = Path(__file__).parents[4] / "bot"
DOCUMENT = document(APIS)
OPERATIONS = [
    (method.upper(), path, operation)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
]
BELOW_JOBS = [each for each in OPERATIONS if "{id}" in each[1]]


async def test_the_document_is_served_as_it_is_made(alice: Visitor) -> None:
    async with alice.http.get("/api/v1/openapi.json") as response:
        assert (response.status, response.content_type) == (200, "application/json")
        assert await response.json() == DOCUMENT
    async with alice.http.get("/api/v1/openapi.json", headers={"If-None-Match": response.headers["ETag"]}) as again:
        assert again.status == 304


def test_every_schema_is_one_and_every_reference_leads_somewhere() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    for schema in schemas.values():
        jsonschema_rs.meta.validate({"$schema": "https://json-schema.org/draft/2020-12/schema"} | schema)
    referred = set(re.findall(r"#/components/schemas/(\w+)", str(DOCUMENT)))
    assert referred == schemas.keys(), "no schema is missing, and none is left over"


def test_every_operation_says_what_it_is() -> None:
    names = [operation["operationId"] for _, _, operation in OPERATIONS]
    assert len(set(names)) == len(names)
    tags = {tag["name"] for tag in DOCUMENT["tags"]}
    for method, path, operation in OPERATIONS:
        assert operation["summary"] and set(operation["tags"]) <= tags
        variables = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "path"}
        assert variables == set(re.findall(r"\{(\w+)\}", path)), f"{method} {path}"


async def test_every_route_of_the_api_is_in_the_document(alice: Visitor) -> None:
    served = {
        (route.method, re.sub(r":[^}]*\}", "}", route.resource.canonical))
        for route in alice.web.adapter._app().router.routes()
        if route.resource and route.resource.canonical.startswith("/api/") and route.method != "HEAD"
    }
    assert served - {("GET", "/api/v1/docs.css")} == {
        (method, path) for method, path, _ in OPERATIONS if path.startswith("/api/")
    }


def test_an_order_has_the_parts_that_are_taken() -> None:
    assert models.Upload.model_fields.keys() == {*_MOST, *_TEXTS}


def codes_of_the_house() -> Iterator[str]:
    """Codes of the errors that the code behind the API raises, where they are written as such."""
    kinds = {kind.__name__: kind for kind in UserError.__subclasses__()}
    elsewhere = ("adapters/telegram", "adapters/x", "adapters/web/admin", "admin", "cli", "control", "keys", "paint")
    for file in sorted(BOT.rglob("*.py")):
        if file.relative_to(BOT).as_posix().startswith(elsewhere):
            continue
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id=name), args=[_, ast.Constant(value=str(code)), *_]) if name in kinds:
                    yield code
                case ast.Call(func=ast.Name(id=name), args=[_]) if name in kinds:
                    yield kinds[name].code


def test_every_error_of_the_house_has_a_meaning() -> None:
    codes = set(codes_of_the_house())
    assert {"unknown_variation", "bad_webhook", "input_gone", "unknown_style", "disk_full"} <= codes, "they are found"
    assert codes - CODES.keys() == set()


def test_a_code_has_one_status() -> None:
    for method, path, operation in OPERATIONS:
        for status, response in operation["responses"].items():
            schema = response.get("content", {}).get("application/problem+json", {}).get("schema")
            for code in schema["properties"]["code"]["enum"] if schema else ():
                assert CODES[code][0] == HTTPStatus(int(status)), f"{code} of {method} {path}"


async def test_the_page_for_people_has_every_operation_and_no_dead_end(alice: Visitor) -> None:
    async with alice.http.get("/api/v1/docs") as response:
        assert (response.status, response.content_type) == (200, "text/html")
        assert "script-src 'self'" in response.headers["Content-Security-Policy"]
        page = await response.text()
    ids = re.findall(r'id="([^"]*)"', page)
    assert len(set(ids)) == len(ids)
    assert {operation["operationId"] for _, _, operation in OPERATIONS} < set(ids)
    assert set(re.findall(r'href="#([^"]*)"', page)) < set(ids)
    assert not re.search(r"<script|<style|<[^>]*\s(?:style|on\w+)=", page), "nothing inline"
    loaded = re.findall(r'<(?:link|img)[^>]*(?:href|src)="([^"]*)"', page)
    for path in loaded:
        async with alice.http.get(path) as response:
            assert path.startswith("/") and response.status == 200, path


async def test_what_describes_the_api_is_for_those_without_a_key(tmp_path: Path) -> None:
    async with open_web_house(tmp_path, WebSettings(port=0, require_key=True)) as web, visitor(web) as anybody:
        for path in ("docs", "docs.css", "openapi.json"):
            async with anybody.http.get(f"/api/v1/{path}") as response:
                assert response.status == 200
        async with anybody.http.get("/api/v1/status") as response:
            assert response.status == 401


# ---- whose a job is


@pytest.fixture
async def strangers(alice: Visitor) -> AsyncIterator[list[Visitor]]:
    """Another browser, who has no session at all, and a program with a key, from the same browser even."""
    key = await alice.house.keys.issue("another", ("expert",))
    async with visitor(alice.web, "b") as bob, visitor(alice.web) as nobody, visitor(alice.web, "a") as program:
        program.http.headers["Authorization"] = f"Bearer {key.text}"
        yield [bob, nobody, program]


@pytest.mark.parametrize(
    ("method", "path", "operation"), BELOW_JOBS, ids=[each[2]["operationId"] for each in BELOW_JOBS]
)
async def test_to_others_a_job_does_not_exist(
    alice: Visitor, strangers: list[Visitor], method: str, path: str, operation: dict[str, Any]
) -> None:
    painted, waiting = await alice.painted(), await alice.order()
    await alice.house.pool.until_started(waiting)
    before = [await alice.job(painted), await alice.job(waiting)]
    body: Any = {"options": {}} if "requestBody" in operation else None
    for stranger in strangers:
        answers = []
        for job_id in (painted, waiting, new_id()):
            url = path.replace("{id}", job_id).replace("{number}", "1")
            async with stranger.http.request(method, url, json=body) as response:
                answers.append((response.status, response.content_type, await response.json()))
        assert answers[0][2]["code"] == "unknown_job"
        assert answers == [answers[0]] * 3, "nor does its number say whether there is one"
    after = [await alice.job(painted), await alice.job(waiting)]
    assert [job["status"] for job in after] == [job["status"] for job in before]


async def test_its_owner_meets_it_on_every_path(alice: Visitor) -> None:
    """Else the test above would pass for paths that nobody can reach."""
    job_id = await alice.painted()
    for method, path, operation in BELOW_JOBS:
        body: Any = {"options": {}} if "requestBody" in operation else None
        url = path.replace("{id}", job_id).replace("{number}", "1")
        async with asyncio.timeout(60), alice.http.request(method, url, json=body) as response:
            known = {"timelapse": "no_timelapse"}.get(path.rpartition("/")[2])
            assert response.status < 300 or (await response.json())["code"] in {known, "no_longer_cancellable"}


async def test_a_job_of_an_address_is_not_that_of_a_browser_there(alice: Visitor, strangers: list[Visitor]) -> None:
    nobody = strangers[1]
    job_id = await nobody.order()
    async with alice.http.get(f"/api/v1/jobs/{job_id}") as response:
        assert (response.status, (await response.json())["code"]) == (404, "unknown_job")
    form = upload(content=CONTENT, style=STYLE)
    async with aiohttp.ClientSession(alice.web.url) as same, same.post("/api/v1/jobs", data=form) as response:
        assert response.status == 202
    assert len((await nobody.get("/jobs"))["jobs"]) == 2, "without a session, the address is who asks"
