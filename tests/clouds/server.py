"""The server that all simulated vendors share."""

import asyncio
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from aiohttp import ClientSession, web
from yarl import URL

from .clock import Clock, utcnow
from .control import Control
from .faults import Faults, Handler, answer
from .garmin import GarminCloud
from .google import GoogleCloud
from .log import Request, RequestLog, without_secrets
from .sms import SmsGateway
from .withings import WithingsCloud

_FORM = "application/x-www-form-urlencoded"


class Clouds:
    """Withings, Google, Garmin and an SMS gateway on one loopback port."""

    def __init__(
        self,
        *,
        port: int = 0,
        now: Clock = utcnow,
        latency: float = 0.0,
        seed: int = 0,
    ) -> None:
        """Prepare the vendors: `latency` in seconds per request, `seed` for faults."""
        self.latency = latency
        self.faults = Faults(seed)
        self.log = RequestLog()
        self.withings = WithingsCloud(now, self.faults)
        self.google = GoogleCloud(now, self.faults)
        self.garmin = GarminCloud(now)
        self.sms = SmsGateway(now)
        self._now = now
        self._port = port
        self._runner: web.AppRunner | None = None
        self._serving: set[asyncio.Task[object]] = set()
        self._vendors: Mapping[
            str, WithingsCloud | GoogleCloud | GarminCloud | SmsGateway
        ] = {
            "withings": self.withings,
            "google": self.google,
            "garmin": self.garmin,
            "sms": self.sms,
        }

    @property
    def url(self) -> str:
        """Return the address of the server, without a slash at its end."""
        return f"http://127.0.0.1:{self._port}"

    async def start(self) -> None:
        """Begin to answer."""
        app = web.Application(
            middlewares=[self._serve], client_max_size=16 * 1024 * 1024
        )
        for name, vendor in self._vendors.items():
            app.add_subapp(f"/{name}", vendor.app)
        app.add_subapp("/control", Control(self).app)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Stop answering."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        # aiohttp loses sight of a request whose client has gone away.
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    async def __aenter__(self) -> Self:
        """Start."""
        await self.start()
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        """Stop."""
        await self.stop()

    async def consent(self, authorize_url: str) -> URL:
        """Open a consent page as a browser; return the address it sends one back to."""
        async with (
            ClientSession() as session,
            session.get(authorize_url, allow_redirects=False) as response,
        ):
            return URL(response.headers["Location"])

    @web.middleware
    async def _serve(
        self, request: web.Request, handler: Handler
    ) -> web.StreamResponse:
        """Log a request to a vendor, and let faults meet it."""
        if (task := asyncio.current_task()) is not None:
            self._serving.add(task)
            task.add_done_callback(self._serving.discard)
        _, name, rest = (*request.path.split("/", 2), "", "")[:3]
        if (vendor := self._vendors.get(name)) is None:
            return await handler(request)
        action = None
        if name == "withings" and request.content_type == _FORM:
            action = str((await request.post()).get("action", ""))
        target = request.path + (f"?action={action}" if action else "")
        if self.latency:
            await asyncio.sleep(self.latency)
        fault = self.faults.meeting(request.method, target)
        response: web.StreamResponse | None = None
        try:
            response = await (
                fault.apply(request, handler) if fault else answer(request, handler)
            )
        finally:
            self.log.add(
                Request(
                    at=self._now(),
                    vendor=name,
                    host=vendor.host(f"/{rest}"),
                    method=request.method,
                    path=request.path,
                    query=without_secrets(request.query),
                    action=action,
                    status=response.status if response else None,
                    fault=str(fault) if fault else None,
                )
            )
        # A reset connection takes no answer, whatever is returned for it.
        return response if response is not None else web.Response()
