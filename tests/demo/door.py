"""Where another terminal asks the running demo for a step on the scale."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
import os
from pathlib import Path
from tempfile import gettempdir

from aiohttp import ClientConnectorError, ClientSession, web

from .errors import DemoError

ADDRESS = Path(gettempdir()) / f"weighbridge-demo-{os.getuid()}.address"

type Step = Callable[[float | None], Awaitable[str]]


@asynccontextmanager
async def opened(step: Step) -> AsyncGenerator[None]:
    """Take steps from other terminals, on the loopback interface, for a while."""

    async def handle(request: web.Request) -> web.Response:
        """Step on the scale with the weight that was sent, if any."""
        try:
            return web.Response(text=await step((await request.json())["weight"]))
        except DemoError as err:
            raise web.HTTPInternalServerError(text=str(err)) from err

    app = web.Application()
    app.router.add_post("/step", handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        address = f"http://127.0.0.1:{runner.addresses[0][1]}/step"
        ADDRESS.write_text(address)
        try:
            yield
        finally:
            # A demo that was started later has written its own.
            if ADDRESS.exists() and ADDRESS.read_text() == address:
                ADDRESS.unlink()
    finally:
        await runner.cleanup()


async def knock(weight: float | None) -> str:
    """Ask the running demo for a step on the scale, and return what came of it."""
    nobody = DemoError("No demo is running: start one with scripts/demo")
    if not ADDRESS.exists():
        raise nobody
    try:
        async with (
            ClientSession() as session,
            session.post(ADDRESS.read_text(), json={"weight": weight}) as response,
        ):
            text = await response.text()
            if response.status != HTTPStatus.OK:
                raise DemoError(text)
            return text
    except ClientConnectorError:
        raise nobody from None
