"""A small SMS gateway."""

from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from .clock import Clock


@dataclass(frozen=True, kw_only=True, slots=True)
class SmsMessage:
    """A text message as the gateway was given it."""

    to: str
    message: str
    at: datetime


class SmsGateway:
    """Records `to` and `message`, sent as JSON, as a form or in the query."""

    def __init__(self, clock: Clock) -> None:
        """Start without a message."""
        self._clock = clock
        self.messages: list[SmsMessage] = []
        self.app = web.Application()
        self.app.router.add_route("*", "/send", self._handle_send)

    def host(self, _path: str) -> str:
        """Return the host of the gateway."""
        return "sms"

    def clear(self) -> None:
        """Forget the messages."""
        self.messages.clear()

    async def _handle_send(self, request: web.Request) -> web.Response:
        """Accept a message."""
        fields: dict[str, object] = dict(request.query)
        if request.content_type == "application/json":
            fields |= await request.json()
        else:
            fields |= await request.post()
        if not (to := fields.get("to")) or not (message := fields.get("message")):
            raise web.HTTPBadRequest(text="to and message are required")
        self.messages.append(
            SmsMessage(to=str(to), message=str(message), at=self._clock())
        )
        return web.json_response({"id": len(self.messages)}, status=201)
