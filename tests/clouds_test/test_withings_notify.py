"""The notifications of the simulated Withings."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
import pytest

from tests.clouds import Clouds

from .withings_client import Client

CALLBACK = "https://home.example.org/api/webhook/secret"
MONDAY = datetime(2026, 11, 16, 6, 1, 2, tzinfo=UTC)


@pytest.fixture
async def client(clouds: Clouds, session: ClientSession) -> Client:
    """Return a client, with alice known to the vendor."""
    clouds.withings.person("alice", userid=363)
    return Client(clouds, session)


class Subscriber:
    """A Home Assistant that is notified."""

    def __init__(self) -> None:
        """Start without a notification."""
        self.received: list[dict[str, str]] = []
        self.head_status = 200
        self.app = web.Application()
        self.app.router.add_post("/api/webhook/secret", self._handle)
        self.app.router.add_route("HEAD", "/api/webhook/secret", self._handle_head)

    async def _handle(self, request: web.Request) -> web.Response:
        """Take a notification."""
        assert request.content_type == "application/x-www-form-urlencoded"
        self.received.append(
            {name: str(value) for name, value in (await request.post()).items()}
        )
        return web.Response()

    async def _handle_head(self, _request: web.Request) -> web.Response:
        """Show that somebody is there."""
        return web.Response(status=self.head_status)


@pytest.fixture
async def subscriber(clouds: Clouds) -> AsyncGenerator[Subscriber]:
    """Run a subscriber that the cloud reaches under a public address."""
    subscriber = Subscriber()
    async with TestServer(subscriber.app, host="127.0.0.1") as server:
        clouds.withings.reach("https://home.example.org", str(server.make_url("/")))
        yield subscriber


async def test_notifications(
    clouds: Clouds, client: Client, subscriber: Subscriber
) -> None:
    """Subscribe, list, get notified, and revoke."""
    await client.sign_in()
    call = {"callbackurl": CALLBACK, "appli": 1}
    assert (await client.call("/notify", "subscribe", **call))["status"] == 0
    assert (await client.call("/notify", "subscribe", **call))["status"] == 0
    answer = await client.call("/notify", "list")
    (profile,) = answer["body"]["profiles"]
    assert (profile["callbackurl"], profile["appli"]) == (CALLBACK, 1)
    assert (await client.call("/notify", "get", **call))["status"] == 0

    assert await clouds.withings.notify("alice", start=MONDAY) == [200]
    assert await clouds.withings.notify("alice", 4) == []
    assert subscriber.received == [
        {
            "userid": "363",
            "appli": "1",
            "startdate": str(int(MONDAY.timestamp())),
            "enddate": str(int(MONDAY.timestamp()) + 1),
        }
    ]

    assert (await client.call("/notify", "revoke", **call))["status"] == 0
    assert (await client.call("/notify", "revoke", **call))["status"] == 294
    assert clouds.withings.subscriptions("alice") == []


async def test_notified_at_once(
    clouds: Clouds, client: Client, subscriber: Subscriber
) -> None:
    """Notify each weighing by itself when asked to."""
    await client.sign_in()
    await client.call("/notify", "subscribe", callbackurl=CALLBACK, appli=1)
    clouds.withings.auto_notify = True
    clouds.withings.step_on_scale("alice", 80)
    await clouds.withings.notified()
    assert len(subscriber.received) == 1


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://home.example.org/api/webhook/secret",
        "https://home.example.org:8123/api/webhook/secret",
        "https://192.168.1.2/api/webhook/secret",
        "https://localhost/api/webhook/secret",
        "https://home.example.org/" + 250 * "x",
        "https://home.example.org/api/webhook/unknown",
    ],
)
async def test_refused_callback(
    client: Client, subscriber: Subscriber, url: str
) -> None:
    """Refuse a callback that is not public, or that does not answer."""
    await client.sign_in()
    answer = await client.call("/notify", "subscribe", callbackurl=url, appli=1)
    assert answer["status"] == 293


async def test_callback_out_of_reach(clouds: Clouds, client: Client) -> None:
    """Believe in a callback that cannot be reached from here."""
    await client.sign_in()
    answer = await client.call("/notify", "subscribe", callbackurl=CALLBACK, appli=1)
    assert answer["status"] == 0
    assert await clouds.withings.notify("alice") == [None]
