"""The web adapter: one HTTP server with the page, the API and the health check."""

from __future__ import annotations

import asyncio
import errno
from pathlib import Path

import structlog
from aiohttp import hdrs, web

from bot.adapters.web.api.events import Hub
from bot.adapters.web.api.jobs import JobsApi
from bot.adapters.web.api.monitoring import MonitoringApi
from bot.adapters.web.api.results import ResultsApi
from bot.adapters.web.api.styles import StylesApi
from bot.adapters.web.api.upload import sweep
from bot.adapters.web.guard import guard, harden, keep_session
from bot.adapters.web.problems import as_problems
from bot.adapters.web.services import Services
from bot.errors import AdapterDown
from bot.jobs import Job
from bot.ports import Reply, Sent
from config.settings import LimitsSettings, WebSettings
from renderer.protocol import Progress

log = structlog.get_logger(__name__)

PAGE = Path(__file__).parent / "page"
#: Seconds for requests under way when the server stops.
GRACE_S = 2


class WebAdapter:
    """Serves the page and the API; a web job is delivered when its result can be fetched."""

    name = "web"
    state = "up"

    def __init__(
        self,
        settings: WebSettings,
        limits: LimitsSettings,
        services: Services,
        uploads: Path,
    ) -> None:
        self._settings = settings
        self._limits = limits
        self._services = services
        self._uploads = uploads
        self.hub = Hub()  #: who follows which job
        self.url = ""  #: where the page is, once `listening` is set
        self.listening = asyncio.Event()

    async def run(self) -> None:
        """Serve until cancelled; raises AdapterDown where the address cannot be listened on."""
        await asyncio.to_thread(sweep, self._uploads)
        self.hub = Hub()
        runner = web.AppRunner(self._app(), handle_signals=False, access_log=None, shutdown_timeout=GRACE_S)
        await runner.setup()
        try:
            self.url = await self._listen(runner)
            self.listening.set()
            log.info("web page is up", url=self.url)
            await asyncio.Event().wait()
        finally:
            self.listening.clear()
            await runner.cleanup()

    async def progress(self, job: Job, progress: Progress) -> None:
        """Wake the browsers that follow the job."""
        self.hub.moved(job.id, progress.preview)

    async def reply(self, job: Job, reply: Reply) -> Sent:
        """Wake the browsers; there is nothing to send, since the result can be fetched."""
        self.hub.ended(job.id)
        return Sent(job.id)

    async def find_reply(self, job: Job) -> Sent | None:
        """Always there, as `reply` cannot be lost."""
        return Sent(job.id)

    def _app(self) -> web.Application:
        app = web.Application(middlewares=[as_problems, guard(self._settings)])
        app.on_response_prepare.append(harden)
        app.on_shutdown.append(self._end_streams)
        services = self._services
        parts = (
            JobsApi(services, self.hub, self._settings, self._limits, self._uploads),
            ResultsApi(services.desk, services.films),
            StylesApi(services.gallery),
            MonitoringApi(self._settings, services.desk, services.metrics),
        )
        for part in parts:
            app.add_routes(part.routes())
        app.router.add_get("/", _index)
        for file in sorted(PAGE.iterdir()):
            app.router.add_get(f"/page/{file.name}", _asset)
        return app

    async def _end_streams(self, app: web.Application) -> None:
        self.hub.close()

    async def _listen(self, runner: web.AppRunner) -> str:
        host = self._settings.host
        site = web.TCPSite(runner, host, self._settings.port)
        try:
            await site.start()
        except OSError as exc:
            raise AdapterDown(_why_deaf(host, self._settings.port, exc)) from exc
        shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
        return f"http://{shown}:{site.port}"


def _why_deaf(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} on {host} is in use by another program; stop it, or set ATELIER_WEB__PORT to a free port."
    return f"The web page cannot listen on {host}, port {port}: {error.strerror or error}."


async def _index(request: web.Request) -> web.FileResponse:
    response = web.FileResponse(PAGE / "index.html", headers={hdrs.CACHE_CONTROL: "no-cache"})
    keep_session(request, response)
    return response


async def _asset(request: web.Request) -> web.FileResponse:
    return web.FileResponse(PAGE / request.path.rpartition("/")[2], headers={hdrs.CACHE_CONTROL: "no-cache"})
