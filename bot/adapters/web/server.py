"""The web adapter: one HTTP server with the page, the API and the health check."""

from __future__ import annotations

import asyncio
import errno
from pathlib import Path

import structlog
from aiohttp import web

from bot.adapters.web.api.docs import DocsApi
from bot.adapters.web.api.history import HistoryApi
from bot.adapters.web.api.hub import Hub
from bot.adapters.web.api.jobs import JobsApi
from bot.adapters.web.api.me import MeApi
from bot.adapters.web.api.monitoring import MonitoringApi
from bot.adapters.web.api.results import ResultsApi
from bot.adapters.web.api.service import ServiceApi
from bot.adapters.web.api.styles import StylesApi
from bot.adapters.web.api.upload import sweep
from bot.adapters.web.api.variations import VariationsApi
from bot.adapters.web.bodies import hear_out
from bot.adapters.web.clients import clients
from bot.adapters.web.connections import IDLE_S, listen
from bot.adapters.web.guard import guard, harden
from bot.adapters.web.index import Index
from bot.adapters.web.keys import keyed
from bot.adapters.web.limits import Limits
from bot.adapters.web.pace import paced
from bot.adapters.web.privacy import PrivacyPage
from bot.adapters.web.problems import as_problems
from bot.adapters.web.services import Services
from bot.errors import AdapterDown
from bot.jobs import Job
from bot.ports import Reply, Sent
from config.settings import LimitsSettings, WebSettings
from renderer.protocol import Progress

log = structlog.get_logger(__name__)

#: Seconds for requests under way when the server stops.
GRACE_S = 2
#: Of a body that are kept until somebody reads them, beyond the 256 kB of one look into the socket.
READ_BYTES = 16_384


class WebAdapter:
    """Serves the page and the API; a web job is delivered when its result can be fetched."""

    name = "web"
    shows_progress = True
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
        self.hub = Hub(services.desk)  #: who follows which job
        self.url = ""  #: where the page is, once `listening` is set
        self.listening = asyncio.Event()

    async def run(self) -> None:
        """Serve until cancelled; raises AdapterDown where the address cannot be listened on."""
        await asyncio.to_thread(sweep, self._uploads)
        self.hub = Hub(self._services.desk)
        runner = web.AppRunner(
            self._app(),
            handle_signals=False,
            access_log=None,
            shutdown_timeout=GRACE_S,
            keepalive_timeout=IDLE_S,
            lingering_time=0,  # `hear_out` does it
            read_bufsize=READ_BYTES,
        )
        await runner.setup()
        listener = None
        try:
            assert runner.server is not None
            listener = await self._listen(runner.server)
            self.listening.set()
            log.info("web page is up", url=self.url)
            await self.hub.run()
        finally:
            self.listening.clear()
            if listener is not None:
                listener.close()
            await runner.cleanup()

    async def progress(self, job: Job, progress: Progress) -> None:
        """Wake the browsers that follow the job."""
        self.hub.painted(job, progress.preview)

    async def reply(self, job: Job, reply: Reply) -> Sent:
        """Wake the browsers; there is nothing to send, since the result can be fetched."""
        self.hub.ended(job.id)
        return Sent(job.id)

    async def find_reply(self, job: Job) -> Sent | None:
        """Always there, as `reply` cannot be lost."""
        return Sent(job.id)

    def _app(self) -> web.Application:
        services, settings = self._services, self._settings
        limits = Limits(settings.requests_per_minute, services.accounts)
        doors = (
            clients(settings.trusted_proxies),
            guard(settings),
            keyed(services.keys, settings),
            limits.check,
            paced,
        )
        app = web.Application(middlewares=[hear_out, as_problems, *doors])
        app.on_response_prepare.extend([harden, limits.tell])
        app.on_shutdown.append(self._end_streams)
        api = (
            JobsApi(services, self.hub, self._settings, self._limits, self._uploads),
            HistoryApi(services.desk),
            VariationsApi(services, settings),
            ResultsApi(services.desk, services.films, services.thumbnails),
            StylesApi(services.gallery, services.thumbnails),
            MeApi(services, self.hub, self._limits),
            ServiceApi(services.intake, services.desk),
            MonitoringApi(self._settings, services.desk, services.metrics),
        )
        for part in (*api, DocsApi(api), Index(), PrivacyPage(services.privacy)):
            app.add_routes(part.routes())
        if settings.has_admin_page:
            # Here, since a service without the page can do without what hashes passwords.
            from bot.adapters.web.admin.api import AdminApi

            admin = AdminApi(settings, services.admin)
            app.add_routes(admin.routes())
            app.on_shutdown.append(admin.end)
        return app

    async def _end_streams(self, app: web.Application) -> None:
        self.hub.close()

    async def _listen(self, server: web.Server) -> asyncio.Server:
        host, port = self._settings.host, self._settings.port
        try:
            listener = await listen(server, host, port, self._settings.trusted_proxies)
        except OSError as exc:
            raise AdapterDown(_why_deaf(host, port, exc)) from exc
        shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
        self.url = f"http://{shown}:{listener.sockets[0].getsockname()[1]}"
        return listener


def _why_deaf(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} on {host} is in use by another program; stop it, or set ATELIER_WEB__PORT to a free port."
    return f"The web page cannot listen on {host}, port {port}: {error.strerror or error}."
