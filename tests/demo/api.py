"""Home Assistant's REST and WebSocket APIs, as its frontend uses them."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from itertools import count
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType

from .errors import DemoError

CALL_TIMEOUT = 30
START_TIMEOUT = 90


@dataclass(frozen=True, kw_only=True, slots=True)
class State:
    """The state of an entity."""

    state: str
    attributes: dict[str, Any]


class Api:
    """A signed-in user's connection."""

    def __init__(
        self, session: ClientSession, socket: ClientWebSocketResponse, url: str
    ) -> None:
        """Use a session with the user's token, and a socket that is signed in."""
        self.states: dict[str, State] = {}
        """The states of all entities, kept up to date."""
        self.changes: list[tuple[str, State]] = []
        """All changes of states, oldest first."""
        self._session = session
        self._socket = socket
        self._url = url
        self._ids = count(1)
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._listeners: dict[int, Callable[[dict[str, Any]], None]] = {}
        self._changed = asyncio.Condition()
        self._closed = asyncio.Event()

    async def get(self, path: str) -> Any:
        """Return the JSON at a path."""
        return await self._request("GET", path)

    async def post(self, path: str, data: object = None) -> Any:
        """Post JSON to a path, and return the answer's."""
        return await self._request("POST", path, json={} if data is None else data)

    async def call(self, command: str, **data: object) -> Any:
        """Send a WebSocket command, and return its result."""
        return await self._send(next(self._ids), command, **data)

    async def subscribe(
        self, command: str, tell: Callable[[dict[str, Any]], None], **data: object
    ) -> None:
        """Send a WebSocket command that tells of something from now on."""
        number = next(self._ids)
        self._listeners[number] = tell
        await self._send(number, command, **data)

    async def _send(self, number: int, command: str, **data: object) -> Any:
        """Send a WebSocket command under a number, and return its result."""
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": number, "type": command, **data})
        try:
            async with asyncio.timeout(CALL_TIMEOUT):
                return await answer
        except TimeoutError:
            raise DemoError(f"{command}: no answer") from None

    async def act(self, action: str, **data: object) -> None:
        """Call an action of Home Assistant, named `domain.action`."""
        domain, service = action.split(".")
        await self.call(
            "call_service", domain=domain, service=service, service_data=data
        )

    async def fire(self, event: str, **data: object) -> None:
        """Fire an event of Home Assistant."""
        await self.post(f"/api/events/{event}", data)

    async def wait_for(
        self, what: str, condition: Callable[[], bool], seconds: float | None
    ) -> None:
        """Wait until a condition on what was told holds; None: for as long as it takes."""
        try:
            async with asyncio.timeout(seconds), self._changed:
                await self._changed.wait_for(condition)
        except TimeoutError:
            raise DemoError(f"{what}: not within {seconds:g} s") from None

    async def wait_until_running(self) -> None:
        """Wait until all integrations are set up."""
        try:
            async with asyncio.timeout(START_TIMEOUT):
                while (await self.get("/api/core/state"))["state"] != "RUNNING":
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise DemoError(
                f"Home Assistant was not running within {START_TIMEOUT} s"
            ) from None

    async def wait_closed(self) -> None:
        """Wait until the connection is closed."""
        await self._closed.wait()

    async def follow(self) -> None:
        """Begin to keep the states up to date."""
        await self.subscribe(
            "subscribe_events",
            lambda event: self._take(event["data"]),
            event_type="state_changed",
        )
        for state in await self.call("get_states"):
            self.states.setdefault(state["entity_id"], _state(state))

    async def receive(self) -> None:
        """Take in what Home Assistant sends, until it closes the connection."""
        try:
            async for message in self._socket:
                if message.type is not WSMsgType.TEXT:
                    continue
                received = message.json()
                match received["type"]:
                    case "result":
                        self._settle(received)
                    case "event":
                        self._listeners[received["id"]](received["event"])
                        async with self._changed:
                            self._changed.notify_all()
        finally:
            self._closed.set()
            for answer in self._answers.values():
                if not answer.done():
                    answer.set_exception(DemoError("The connection was closed"))

    def _settle(self, received: dict[str, Any]) -> None:
        """Hand over the result of a command."""
        answer = self._answers.pop(received["id"])
        if answer.done():
            return
        if received["success"]:
            answer.set_result(received["result"])
        else:
            answer.set_exception(DemoError(received["error"]["message"]))

    def _take(self, change: dict[str, Any]) -> None:
        """Take in a change of a state."""
        if change["new_state"] is None:
            self.states.pop(change["entity_id"], None)
        else:
            state = _state(change["new_state"])
            self.states[change["entity_id"]] = state
            self.changes.append((change["entity_id"], state))

    async def _request(self, method: str, path: str, **kwargs: Any) -> Any:
        """Make a request as the frontend does."""
        async with self._session.request(
            method,
            self._url + path,
            # Where the redirects of an OAuth sign-in lead back to.
            headers={"HA-Frontend-Base": self._url},
            **kwargs,
        ) as response:
            if not response.ok:
                raise DemoError(
                    f"{method} {path}: HTTP {response.status}: {await response.text()}"
                )
            return await response.json()


@asynccontextmanager
async def connect(url: str, token: str) -> AsyncGenerator[Api]:
    """Connect as the user of an access token, and follow the states."""
    async with (
        ClientSession(headers={"Authorization": f"Bearer {token}"}) as session,
        session.ws_connect(f"{url}/api/websocket", max_msg_size=0) as socket,
    ):
        await socket.receive_json()
        await socket.send_json({"type": "auth", "access_token": token})
        if (await socket.receive_json())["type"] != "auth_ok":
            raise DemoError("Home Assistant did not accept the access token")
        api = Api(session, socket, url)
        receiver = asyncio.create_task(api.receive())
        try:
            await api.follow()
            await api.wait_until_running()
            yield api
        finally:
            receiver.cancel()
            with suppress(asyncio.CancelledError):
                await receiver


def _state(data: dict[str, Any]) -> State:
    """Read a state."""
    return State(state=data["state"], attributes=data["attributes"])
