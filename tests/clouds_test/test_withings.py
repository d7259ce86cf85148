"""The simulated Withings over plain HTTP."""

from datetime import UTC, datetime, timedelta

from aiohttp import ClientSession
from freezegun.api import FrozenDateTimeFactory
import pytest

from tests.clouds import WITHINGS_CLIENT_ID, Clouds

from .withings_client import REDIRECT, Client

MONDAY = datetime(2026, 11, 16, 6, 1, 2, tzinfo=UTC)


@pytest.fixture
async def client(clouds: Clouds, session: ClientSession) -> Client:
    """Return a client, with alice known to the vendor."""
    clouds.withings.person("alice", userid=363)
    return Client(clouds, session)


async def test_sign_in(client: Client) -> None:
    """Send the browser back with code and state, and give out tokens for it."""
    back = await client.authorize()
    assert str(back).startswith(REDIRECT)
    assert back.query["state"] == "s1"
    answer = await client.exchange(back.query["code"])
    assert answer["body"]["userid"] == 363
    assert answer["body"]["expires_in"] == 10800
    assert answer["body"]["scope"] == "user.info,user.metrics"

    again = await client.exchange(back.query["code"])
    assert again == {
        "status": 503,
        "body": {},
        "error": "Invalid Params: invalid code",
    }


async def test_code_lives_thirty_seconds(
    client: Client, freezer: FrozenDateTimeFactory
) -> None:
    """Refuse a code after thirty seconds, and one of another redirect at once."""
    back = await client.authorize()
    freezer.tick(31)
    assert (await client.exchange(back.query["code"]))["status"] == 503
    back = await client.authorize()
    answer = await client.exchange(back.query["code"], "https://elsewhere.example.org")
    assert answer["error"] == "Invalid Params: invalid redirect_uri"


async def test_who_consents(
    clouds: Clouds, client: Client, session: ClientSession
) -> None:
    """Ask who consents when that is unclear; deny on demand."""
    clouds.withings.person("bob", userid=364)
    url = f"{clouds.url}/withings/oauth2_user/authorize2"
    query = {"client_id": WITHINGS_CLIENT_ID, "redirect_uri": REDIRECT, "state": "s"}
    async with session.get(url, params=query) as response:
        page = await response.text()
        assert "as=alice" in page
        assert "as=bob" in page

    clouds.withings.sign_in_as("bob")
    await client.sign_in()
    assert client.tokens["userid"] == 364

    clouds.withings.deny_next()
    assert (await client.authorize()).query["error"] == "access_denied"
    assert "code" in (await client.authorize()).query


async def test_unknown_app(clouds: Clouds, session: ClientSession) -> None:
    """Refuse an application that is not registered."""
    async with session.get(
        f"{clouds.url}/withings/oauth2_user/authorize2",
        params={"client_id": "0" * 64, "redirect_uri": REDIRECT},
    ) as response:
        assert response.status == 400
    async with session.post(
        f"{clouds.url}/withings/v2/oauth2",
        data={"action": "requesttoken", "client_id": "0" * 64, "client_secret": "x"},
    ) as response:
        assert (await response.json())["status"] == 503


async def test_refresh_token_ends_with_the_first_use(client: Client) -> None:
    """Let the old refresh token live until the new access token is used."""
    await client.sign_in()
    old = client.tokens["refresh_token"]
    assert (await client.refresh(old))["status"] == 0
    assert (await client.refresh(old))["status"] == 0, "an answer may be lost"
    await client.groups()
    answer = await client.refresh(old)
    assert answer["error"] == "Invalid Params: invalid refresh_token"
    assert (await client.refresh(client.tokens["refresh_token"]))["status"] == 0


async def test_refresh_token_ends_after_eight_hours(
    client: Client, freezer: FrozenDateTimeFactory
) -> None:
    """End the old refresh token also when the new access token is not used."""
    await client.sign_in()
    old = client.tokens["refresh_token"]
    await client.refresh(old)
    freezer.tick(timedelta(hours=8, seconds=1))
    assert (await client.refresh(old))["status"] == 503


async def test_access_token_ends(
    clouds: Clouds, client: Client, freezer: FrozenDateTimeFactory
) -> None:
    """Refuse access after three hours, when ended, and when revoked."""
    await client.sign_in()
    freezer.tick(timedelta(hours=3))
    assert (await client.call("/measure", "getmeas"))["status"] == 401

    await client.refresh(client.tokens["refresh_token"])
    assert (await client.call("/measure", "getmeas"))["status"] == 0
    clouds.withings.expire_access("alice")
    assert (await client.call("/measure", "getmeas"))["status"] == 401

    assert (await client.refresh(client.tokens["refresh_token"]))["status"] == 0
    clouds.withings.revoke("alice")
    assert (await client.call("/measure", "getmeas"))["status"] == 401
    assert (await client.refresh(client.tokens["refresh_token"]))["status"] == 503


async def test_missing_scope(client: Client) -> None:
    """Refuse what was not allowed."""
    await client.sign_in("user.info")
    answer = await client.call("/measure", "getmeas")
    assert answer["status"] == 403
    assert answer["error"].startswith("Insufficient_scope")
    assert (await client.call("/v2/user", "getdevice"))["status"] == 0


async def test_weigh_in(clouds: Clouds, client: Client) -> None:
    """Word a weighing as Withings does."""
    await client.sign_in()
    clouds.withings.device("alice", "f998", model="Body+", model_id=5)
    group = clouds.withings.step_on_scale(
        "alice",
        80.05,
        when=MONDAY,
        uploaded=MONDAY + timedelta(seconds=34),
        body_fat=18.4,
        body_water=44.125,
        heart_rate=61,
        extra={170: 3.2},
    )
    (pulse, answer) = sorted(
        await client.groups(category=1, meastypes="1,5,6,8,11,77,170"),
        key=lambda group: len(group["measures"]),
    )
    assert [m["type"] for m in answer["measures"]].count(8) == 2
    assert [m["value"] for m in pulse["measures"]] == [61]
    assert pulse["date"] == answer["date"]
    measures = {
        measure["type"]: measure["value"] * 10 ** measure["unit"]
        for measure in answer["measures"]
    }
    assert measures == pytest.approx(
        {1: 80.05, 5: 65.321, 6: 18.4, 8: 14.729, 77: 44.125, 170: 3.2}
    )
    assert answer["grpid"] == group.grpid
    assert answer["date"] == MONDAY.timestamp()
    assert answer["created"] == answer["modified"] == MONDAY.timestamp() + 34
    assert (answer["deviceid"], answer["model"], answer["modelid"]) == (
        "f998",
        "Body+",
        5,
    )
    assert answer["attrib"] == 0


async def test_weighing_of_many_groups(clouds: Clouds, client: Client) -> None:
    """Split a weighing into groups, of which the person is known for one only."""
    await client.sign_in()
    clouds.withings.device("alice", "f998")
    clouds.withings.step_on_scale(
        "alice", 80, heart_rate=61, extra={91: 6.75, 155: 41, 167: 69}
    )
    groups = await client.groups()
    assert [
        (group["attrib"], sorted(m["type"] for m in group["measures"]))
        for group in groups
    ] == [(0, [1]), (0, [11]), (8, [91, 155]), (8, [167])]
    assert len({group["grpid"] for group in groups}) == 4
    assert len({group["date"] for group in groups}) == 1
    assert {group["timezone"] for group in groups} == {"Europe/Berlin"}
    later = datetime.now(UTC) + timedelta(minutes=1)
    clouds.withings.step_on_scale("alice", 95, when=later, extra={155: 41}, attrib=1)
    assert [group["attrib"] for group in (await client.groups())[:2]] == [1, 1]


async def test_manual_entry_and_height(clouds: Clouds, client: Client) -> None:
    """Give a manual entry no device."""
    await client.sign_in()
    clouds.withings.device("alice", "f998")
    clouds.withings.step_on_scale("alice", 80, device="", attrib=2)
    clouds.withings.height("alice", 1.79)
    clouds.withings.blood_pressure("alice", 121, 79, heart_rate=61)
    groups = await client.groups(meastypes="1,4")
    assert [group["deviceid"] for group in groups] == [None, None]
    (pressure,) = await client.groups(meastypes="9,10")
    assert {(m["type"], m["value"], m["unit"]) for m in pressure["measures"]} == {
        (9, 7900, -2),
        (10, 12100, -2),
    }


async def test_by_modification_and_by_date(
    clouds: Clouds, client: Client, freezer: FrozenDateTimeFactory
) -> None:
    """Find late and edited groups by `lastupdate`, and any by their date."""
    await client.sign_in()
    freezer.move_to(MONDAY)
    old = clouds.withings.step_on_scale("alice", 80, when=MONDAY - timedelta(days=30))
    late = clouds.withings.step_on_scale(
        "alice", 81, when=MONDAY - timedelta(days=20), uploaded=MONDAY
    )
    freezer.tick(3600)
    since = int(MONDAY.timestamp()) + 1
    assert await client.groups(lastupdate=since) == []

    clouds.withings.edit("alice", old.grpid, 80.2)
    (edited,) = await client.groups(lastupdate=since)
    assert edited["measures"][0]["value"] == 80200

    (found,) = await client.groups(
        startdate=int((MONDAY - timedelta(days=25)).timestamp()),
        enddate=int(MONDAY.timestamp()),
    )
    assert found["grpid"] == late.grpid
    clouds.withings.delete("alice", late.grpid)
    assert len(await client.groups(lastupdate=0)) == 1


async def test_pages(clouds: Clouds, client: Client) -> None:
    """Give out pages, newest first, until there are no more."""
    await client.sign_in()
    clouds.withings.page_size = 2
    for day in range(5):
        clouds.withings.step_on_scale("alice", 80, when=MONDAY + timedelta(days=day))
    dates: list[int] = []
    offset, more = 0, 1
    while more:
        answer = await client.call("/measure", "getmeas", offset=offset)
        dates += [group["date"] for group in answer["body"]["measuregrps"]]
        more, offset = answer["body"]["more"], answer["body"]["offset"]
    assert len(dates) == 5
    assert dates == sorted(dates, reverse=True)
    assert clouds.log.count("withings", action="getmeas") == 3
    clouds.withings.page_size = 300
    answer = await client.call("/measure", "getmeas")
    assert not answer["body"].keys() & {"more", "offset"}


async def test_raw_things(clouds: Clouds, client: Client) -> None:
    """Answer odd groups and devices as they are."""
    await client.sign_in()
    clouds.withings.raw_group("alice", {"date": 5, "measures": "?"})
    clouds.withings.raw_device("alice", {"battery": None})
    assert await client.groups(meastypes=1) == [{"date": 5, "measures": "?"}]
    answer = await client.call("/v2/user", "getdevice")
    assert answer["body"]["devices"] == [{"battery": None}]


async def test_devices(clouds: Clouds, client: Client) -> None:
    """List devices with a word for their battery."""
    await client.sign_in()
    clouds.withings.device("alice", "f998", last_session=MONDAY)
    clouds.withings.set_battery("alice", "f998", "low")
    answer = await client.call("/v2/user", "getdevice")
    assert answer["body"]["devices"] == [
        {
            "type": "Scale",
            "battery": "low",
            "model": "Body+",
            "model_id": 5,
            "timezone": "Europe/Berlin",
            "first_session_date": None,
            "last_session_date": int(MONDAY.timestamp()),
            "deviceid": "f998",
            "hash_deviceid": "f998",
        }
    ]
    clouds.withings.remove_device("alice", "f998")
    answer = await client.call("/v2/user", "getdevice")
    assert answer["body"]["devices"] == []


async def test_people_are_apart(clouds: Clouds, client: Client) -> None:
    """Answer nobody with the data of somebody else."""
    clouds.withings.person("bob")
    clouds.withings.step_on_scale("bob", 90)
    clouds.withings.sign_in_as("alice")
    await client.sign_in()
    assert await client.groups() == []


@pytest.mark.parametrize(
    ("path", "form", "status"),
    [
        ("/measure", {"action": "getactivity"}, 2554),
        ("/measure", {"action": "getmeas", "meastypes": "weight"}, 503),
        ("/measure", {"action": "getmeas", "lastupdate": "monday"}, 503),
        ("/v2/user", {"action": "getgoals"}, 2554),
        ("/notify", {"action": "update"}, 2554),
    ],
)
async def test_wrong_params(
    client: Client, path: str, form: dict[str, str], status: int
) -> None:
    """Refuse wrong parameters inside HTTP 200."""
    await client.sign_in()
    assert (await client.call(path, **form))["status"] == status


async def test_rate_limit(
    clouds: Clouds, client: Client, freezer: FrozenDateTimeFactory
) -> None:
    """Answer 601 to an application that calls too often."""
    await client.sign_in()
    clouds.withings.rate_limit = 2
    statuses = [(await client.call("/measure", "getmeas"))["status"] for _ in range(3)]
    assert statuses == [0, 0, 601]
    freezer.tick(61)
    assert (await client.call("/measure", "getmeas"))["status"] == 0


async def test_fail(clouds: Clouds, client: Client) -> None:
    """Answer one action with any status."""
    await client.sign_in()
    clouds.withings.fail(522, times=2)
    assert (await client.call("/v2/user", "getdevice"))["status"] == 0
    statuses = [(await client.call("/measure", "getmeas"))["status"] for _ in range(3)]
    assert statuses == [522, 522, 0]
