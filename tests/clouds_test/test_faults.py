"""Faults, the request log, the SMS gateway and the control over HTTP."""

from asyncio import to_thread
from datetime import UTC, datetime, timedelta
import time

from aiohttp import (
    ClientConnectionError,
    ClientPayloadError,
    ClientSession,
    ClientTimeout,
)
from freezegun.api import FrozenDateTimeFactory
from garminconnect import Garmin, GarminConnectConnectionError
import pytest
import requests

from tests.clouds import Clouds

from .test_garmin import MONDAY, fit_file, upload

EMAIL = "runner@example.org"


@pytest.fixture
def garmin(clouds: Clouds) -> Garmin:
    """Return the library, signed in."""
    garmin = Garmin()
    garmin.client.loads(clouds.garmin.signed_in(clouds.garmin.account(EMAIL)))
    return garmin


@pytest.mark.parametrize(("processed", "held"), [(False, 0), (True, 1)])
async def test_reset(
    clouds: Clouds, garmin: Garmin, processed: bool, held: int
) -> None:
    """Reset an upload before or after it was carried out."""
    clouds.faults.reset("/upload-service/", processed=processed)
    with pytest.raises(requests.exceptions.ConnectionError):
        await to_thread(upload, garmin, fit_file((MONDAY, "80")))
    assert len(clouds.garmin.weigh_ins(EMAIL)) == held
    (request,) = clouds.log.requests("garmin")
    assert request.status is None
    assert request.fault

    await to_thread(upload, garmin, fit_file((MONDAY, "80")))
    assert len(clouds.garmin.weigh_ins(EMAIL)) == held + 1


@pytest.mark.parametrize(("processed", "held"), [(False, 0), (True, 1)])
async def test_status(
    clouds: Clouds, garmin: Garmin, processed: bool, held: int
) -> None:
    """Answer with another status, whether or not the upload was carried out."""
    clouds.faults.answer("/upload-service/", 504, retry_after=30, processed=processed)
    with pytest.raises(GarminConnectConnectionError) as caught:
        await to_thread(upload, garmin, fit_file((MONDAY, "80")))
    assert caught.value.response.status_code == 504
    assert caught.value.response.headers["Retry-After"] == "30"
    assert len(clouds.garmin.weigh_ins(EMAIL)) == held


async def test_truncated(clouds: Clouds, garmin: Garmin) -> None:
    """Cut the answer to an upload that was carried out."""
    clouds.faults.truncate("/upload-service/")
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        await to_thread(upload, garmin, fit_file((MONDAY, "80")))
    assert len(clouds.garmin.weigh_ins(EMAIL)) == 1


async def test_foreign(clouds: Clouds, garmin: Garmin) -> None:
    """Answer with the page of a captive portal."""
    clouds.faults.foreign("/weight-service/", times=None)
    for _ in range(2):
        with pytest.raises(requests.exceptions.JSONDecodeError):
            await to_thread(garmin.client.connectapi, "/weight-service/weight/first")


async def test_faults_in_aiohttp(clouds: Clouds, session: ClientSession) -> None:
    """Show a client of aiohttp the same faults."""
    url = f"{clouds.url}/sms/send"
    message = {"to": "+491701", "message": "Low battery"}
    clouds.faults.reset("/sms/", processed=True)
    with pytest.raises(ClientConnectionError):
        await session.post(url, json=message)
    clouds.faults.truncate("/sms/", keep=3)
    with pytest.raises(ClientPayloadError):
        async with session.post(url, json=message) as response:
            await response.read()
    clouds.faults.delay("/sms/", 5)
    with pytest.raises(TimeoutError):
        await session.post(url, json=message, timeout=ClientTimeout(total=0.1))
    assert len(clouds.sms.messages) == 2
    assert [request.status for request in clouds.log.requests("sms")[:2]] == [None] * 2


async def test_delay(clouds: Clouds, session: ClientSession) -> None:
    """Let a client wait, by a fault or everywhere."""
    clouds.faults.delay("/sms/", 0.1, processed=True)
    clouds.latency = 0.1
    started = time.perf_counter()
    async with session.get(f"{clouds.url}/sms/send?to=1&message=2") as response:
        assert response.status == 201
    assert time.perf_counter() - started >= 0.2


async def test_which_requests(clouds: Clouds, session: ClientSession) -> None:
    """Let a fault meet the requests that it is meant for."""

    async def statuses(number: int, method: str = "GET") -> list[int]:
        url = f"{clouds.url}/sms/send?to=1&message=2"
        found = []
        for _ in range(number):
            async with session.request(method, url) as response:
                found.append(response.status)
        return found

    fault = clouds.faults.answer("/sms/", 503, times=2, skip=1, method="GET")
    assert await statuses(1, "POST") == [201]
    assert await statuses(5) == [201, 503, 503, 201, 201]
    assert fault.hits == 2

    always = clouds.faults.answer("/sms/", 503, times=None)
    assert await statuses(2) == [503, 503]
    always.remove()
    assert await statuses(1) == [201]

    clouds.faults.answer("/sms/", 503, times=None, probability=0.5)
    some = await statuses(60)
    assert 15 < some.count(503) < 45
    clouds.faults.clear()
    assert await statuses(2) == [201, 201]


async def test_log_without_secrets(clouds: Clouds, session: ClientSession) -> None:
    """Record requests without the secrets of their query."""
    url = f"{clouds.url}/google/oauth2/v3/userinfo"
    async with session.get(url, params={"access_token": "t0ken", "alt": "json"}):
        pass
    (request,) = clouds.log.requests("google")
    assert request.query == {"access_token": "***", "alt": "json"}
    assert (request.host, request.status) == ("www.googleapis.com", 401)
    clouds.log.clear()
    assert clouds.log.count() == 0


async def test_sms(
    clouds: Clouds, session: ClientSession, freezer: FrozenDateTimeFactory
) -> None:
    """Take a message in any of the ways that the `rest` notifier knows."""
    freezer.move_to(MONDAY)
    url, fields = f"{clouds.url}/sms/send", {"to": "+491701", "message": "Low"}
    for sending in (
        session.post(url, json=fields),
        session.post(url, data=fields),
        session.get(url, params=fields),
    ):
        async with sending as response:
            assert response.status == 201
    assert [(m.to, m.message, m.at) for m in clouds.sms.messages] == [
        ("+491701", "Low", MONDAY)
    ] * 3
    async with session.post(url, data={"to": "+491701"}) as response:
        assert response.status == 400


async def test_control(clouds: Clouds, session: ClientSession) -> None:
    """Do and see everything from another process."""

    async def control(function: str, **arguments: object) -> object:
        url = f"{clouds.url}/control/{function}"
        async with session.post(url, json=arguments) as response:
            assert response.status == 200, await response.text()
            return await response.json()

    await control("withings/person", name="alice", userid=363)
    await control("withings/device", person="alice", deviceid="f998")
    await control(
        "withings/step_on_scale",
        person="alice",
        weight=80.05,
        when=MONDAY.isoformat(),
        extra={"170": 3.2},
    )
    await control("withings/set", page_size=1)
    assert clouds.withings.page_size == 1
    (group,) = clouds.withings.person("alice").groups
    assert (group.measured_at, group.measures) == (MONDAY, {1: 80.05, 170: 3.2})

    await control("google/person", name="carol")
    await control("google/step_on_scale", person="carol", weight=70)
    await control("google/set", of="carol", linked=False)
    assert clouds.google.person("carol").linked is False

    await control("garmin/account", email=EMAIL, password="s3cret", mfa="123456")
    await control("garmin/set", of=EMAIL, device_upload=False)
    await control(
        "garmin/add_weigh_in", account=EMAIL, weight=80, when="2026-11-16T06:01:02Z"
    )
    held = await control("garmin/weigh_ins", account=EMAIL)
    assert isinstance(held, list)
    assert held[0]["measured_at"] == MONDAY.isoformat()
    assert held[0]["weight"] == 80

    await control("faults/answer", path="/sms/", status=503, times=1)
    async with session.get(f"{clouds.url}/sms/send") as response:
        assert response.status == 503
    assert await control("log/count", vendor="sms") == 1

    async with session.get(f"{clouds.url}/control/state") as response:
        text = await response.text()
        state = await response.json()
    assert state["withings"]["alice"]["groups"][0]["measures"]["1"] == 80.05
    assert state["requests"]["sms"] == 1
    assert "s3cret" not in text
    assert "123456" not in text


@pytest.mark.parametrize(
    ("path", "arguments", "status"),
    [
        ("garmin/app", {}, 404),
        ("nobody/person", {}, 404),
        ("withings/person", {"surname": "x"}, 400),
        ("withings/step_on_scale", {"person": "nobody", "weight": 80}, 400),
        ("withings/step_on_scale", {"person": "x", "weight": 1, "when": "now"}, 400),
        ("faults/reset", {"path": "("}, 400),
        ("garmin/set", {"accounts": {}}, 400),
        ("garmin/set", {"of": "nobody", "captcha": True}, 400),
    ],
)
async def test_control_refuses(
    clouds: Clouds,
    session: ClientSession,
    path: str,
    arguments: dict[str, object],
    status: int,
) -> None:
    """Refuse what is no function, or not so called."""
    url = f"{clouds.url}/control/{path}"
    async with session.post(url, json=arguments) as response:
        assert response.status == status


async def test_own_clock(socket_enabled: None) -> None:
    """Live in a time of one's own."""
    now = datetime(2030, 1, 1, tzinfo=UTC)
    async with Clouds(now=lambda: now) as clouds:
        clouds.withings.person("alice")
        group = clouds.withings.step_on_scale("alice", 80)
        assert group.measured_at == now
        now += timedelta(days=1)
        assert clouds.withings.step_on_scale("alice", 80).created == now
