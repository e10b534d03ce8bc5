"""Requests made up from the API's own document, to the adapter over a real house: each answer is as it says."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import zlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from schemathesis.generation.modes import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from bot.adapters.web.api.document import document
from bot.adapters.web.api.parts import MAX_KEY
from bot.adapters.web.api.table import APIS
from bot.jobs import new_id
from config.settings import LimitsSettings, WebSettings
from renderer.timelapse import Frames
from tests import pictures
from tests.bot.adapters.web.visiting import Visitor, visitor
from tests.fakes.house import open_house
from tests.fakes.pool import FakePool
from tests.fakes.web import WebHouse, page_of

MANY = 1_000_000
#: What is refused in spite of the schema, since no schema can say it: words, cursors, pictures and what goes together.
BEYOND_SCHEMAS = {"createJob", "createVariation", "listJobs"}

schema = schemathesis.openapi.from_dict(document(APIS))
schema.config.generation.update(modes=[GenerationMode.POSITIVE, GenerationMode.NEGATIVE])

SIDES = st.integers(32, 70)
schemathesis.openapi.media_type("image/png", st.builds(pictures.png, SIDES, SIDES))
schemathesis.openapi.media_type("image/jpeg", st.builds(pictures.jpeg, SIDES, SIDES))


class Jobs:
    """Jobs of the one who asks, in every state."""

    def __init__(self) -> None:
        self.url = ""
        self.painted = self.cancelled = self.gone = self.waiting = ""

    def make_sense(self, case: schemathesis.Case[Any]) -> None:
        """Let a request be about one of them, and half of the requests ask for what there is."""
        operation, chance = _name(case), zlib.crc32(repr((case.path_parameters, case.query, case.body)).encode())
        if "id" in case.path_parameters:
            jobs = [*[self.painted] * 4, self.cancelled, self.gone]
            # A stream of what waits would end with the test.
            jobs += [] if operation == "followJob" else [self.waiting]
            case.path_parameters["id"] = jobs[chance % len(jobs)]
        if chance % 2:
            return
        if operation == "cancelJob":
            case.path_parameters["id"] = self.waiting
        if operation == "getStyleThumbnail":
            case.path_parameters["name"] = "woodcut"
        if operation == "createVariation":
            case.path_parameters["id"], case.body = self.painted, {"variation": "again"}
        if operation == "createJob":
            body: Any = case.body
            for part in ("words", "webhook", "weights", "mask", "options"):
                body.pop(part, None)
            body.setdefault("style", pictures.png())


def _name(case: schemathesis.Case[Any]) -> str:
    name: str = case.operation.definition.raw["operationId"]
    return name


@pytest.fixture(scope="module")
def jobs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jobs]:
    """A house in a thread of its own, as the requests are not made by asyncio."""
    jobs, ready, loop = Jobs(), threading.Event(), asyncio.new_event_loop()
    house = loop.create_task(_keep_house(tmp_path_factory.mktemp("house"), jobs, ready))

    def run() -> None:
        try:
            with contextlib.suppress(asyncio.CancelledError):
                loop.run_until_complete(house)
            loop.run_until_complete(loop.shutdown_default_executor())
        finally:
            loop.close()
            ready.set()

    thread = threading.Thread(target=run)
    thread.start()
    ready.wait()
    assert jobs.url, "the house is not open"
    yield jobs
    loop.call_soon_threadsafe(house.cancel)
    thread.join()


async def _keep_house(folder: Path, jobs: Jobs, ready: threading.Event) -> None:
    limits = LimitsSettings(jobs_per_hour=MANY, jobs_per_day=MANY, open_jobs_per_requester=MANY, open_jobs=MANY)
    async with _open(folder, limits) as web, visitor(web, "a") as alice:
        await _order(alice, jobs)
        jobs.url = web.url
        ready.set()
        await web.house.pool.paint_all()


@contextlib.asynccontextmanager
async def _open(folder: Path, limits: LimitsSettings) -> AsyncIterator[WebHouse]:
    async with (
        open_house(folder, FakePool(slots=2, places=MANY), **limits.model_dump(exclude_unset=True)) as house,
        house.running(),
        page_of(house, WebSettings(port=0, requests_per_minute=0), limits) as adapter,
    ):
        yield WebHouse(house, adapter)


async def _order(alice: Visitor, jobs: Jobs) -> None:
    jobs.painted = await _painted_with_frames(alice)
    jobs.cancelled = await alice.order()
    await alice.http.delete(f"/api/v1/jobs/{jobs.cancelled}")
    await alice.house.pool.until_let_go(jobs.cancelled)
    jobs.gone = await alice.painted(content=pictures.png(200, 100), style=pictures.png(90, 90))
    gone = await alice.house.store.jobs.get(jobs.gone)
    assert gone
    await alice.house.blobs.delete(gone.content, gone.styles[0].picture)
    jobs.waiting = await alice.order()
    await alice.house.pool.until_started(jobs.waiting)


async def _painted_with_frames(alice: Visitor) -> str:
    job_id = await alice.order()
    frames = alice.house.blobs.scratch(".zip")
    kept = Frames(2)
    kept.add(pictures.gradient())
    kept.write(frames, pictures.gradient())
    await alice.house.pool.paint(job_id, frames=await alice.house.blobs.put(frames))
    return job_id


@pytest.fixture(scope="module")
def http() -> Iterator[requests.Session]:
    with requests.Session() as session:
        yield session


@pytest.fixture
def good() -> Iterator[dict[str, int]]:
    """Good answers of an operation: a handler that has never come to one has not been tried."""
    good: dict[str, int] = {}
    yield good
    assert all(good.values()), good


@schema.parametrize()
@settings(
    max_examples=18,
    derandomize=True,  # the same requests each time
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
)
def test_every_answer_is_as_the_document_says(
    case: schemathesis.Case[Any], jobs: Jobs, http: requests.Session, good: dict[str, int]
) -> None:
    good.setdefault(_name(case), 0)
    if 0 < len(case.headers.get("Idempotency-Key", "")) <= MAX_KEY:
        # The job of an earlier request would be the answer, whatever the body.
        case.headers["Idempotency-Key"] = new_id()
    if case.meta is None or case.meta.generation.mode.is_positive:
        jobs.make_sense(case)
    # What is deleted is another's.
    session = "b" if _name(case) == "deleteMine" else "a"
    response = case.call(base_url=jobs.url, session=http, cookies={"atelier_session": session * 32})
    excluded: list[Any] = [positive_data_acceptance] if _name(case) in BEYOND_SCHEMAS else []
    case.validate_response(response, excluded_checks=excluded)
    good[_name(case)] += response.status_code < 300
