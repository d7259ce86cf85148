"""The simulated Google over plain HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import ClientSession
from freezegun.api import FrozenDateTimeFactory
import pytest
from yarl import URL

from tests.clouds import GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET, HEALTH_SCOPE, Clouds

MONDAY = datetime(2026, 11, 16, 6, 1, 2, tzinfo=UTC)
REDIRECT = "https://my.home-assistant.io/redirect/oauth"
MEASUREMENTS = f"{HEALTH_SCOPE}health_metrics_and_measurements.readonly"
SETTINGS = f"{HEALTH_SCOPE}settings.readonly"
PROFILE = "https://www.googleapis.com/auth/userinfo.profile"


class Client:
    """A client of the API, with the tokens it was given last."""

    def __init__(self, clouds: Clouds, session: ClientSession) -> None:
        """Start without tokens."""
        self._clouds = clouds
        self._session = session
        self.tokens: dict[str, Any] = {}

    async def authorize(self, **more: str) -> URL:
        """Return where the consent page sends the browser."""
        url = URL(f"{self._clouds.url}/google/o/oauth2/v2/auth")
        return await self._clouds.consent(
            str(
                url.with_query(
                    response_type="code",
                    client_id=GOOGLE_CLIENT_ID,
                    scope=f"{MEASUREMENTS} {SETTINGS} {PROFILE}",
                    redirect_uri=REDIRECT,
                    state="s1",
                    **more,
                )
            )
        )

    async def token(self, **form: str) -> tuple[int, dict[str, Any]]:
        """Ask for tokens, and keep them."""
        async with self._session.post(
            f"{self._clouds.url}/google/token",
            data={
                "client_id": GOOGLE_CLIENT_ID,
                "client_secret": GOOGLE_CLIENT_SECRET,
                **form,
            },
        ) as response:
            answer: dict[str, Any] = await response.json()
            if response.status == 200:
                self.tokens |= answer
            return response.status, answer

    async def refresh(self) -> tuple[int, dict[str, Any]]:
        """Exchange the refresh token."""
        return await self.token(
            grant_type="refresh_token", refresh_token=self.tokens["refresh_token"]
        )

    async def sign_in(self) -> dict[str, Any]:
        """Go through the whole sign-in."""
        back = await self.authorize(access_type="offline", prompt="consent")
        _, answer = await self.token(
            grant_type="authorization_code",
            code=back.query["code"],
            redirect_uri=REDIRECT,
        )
        return answer

    async def get(self, path: str, **query: str) -> tuple[int, dict[str, Any]]:
        """Call an API with the access token."""
        headers = {"Authorization": f"Bearer {self.tokens['access_token']}"}
        async with self._session.get(
            f"{self._clouds.url}/google{path}", params=query, headers=headers
        ) as response:
            return response.status, await response.json()

    async def points(self, data_type: str = "weight", **query: str) -> dict[str, Any]:
        """Return a page of a data type."""
        status, answer = await self.get(
            f"/v4/users/me/dataTypes/{data_type}/dataPoints", **query
        )
        assert status == 200
        return answer


@pytest.fixture
async def client(clouds: Clouds, session: ClientSession) -> Client:
    """Return a client, with carol known to the vendor."""
    clouds.google.person("carol", health_user_id="health-id-123")
    return Client(clouds, session)


async def test_sign_in(client: Client) -> None:
    """Send the browser back with a code, and give out tokens for it once."""
    back = await client.authorize(access_type="offline", prompt="consent")
    assert back.query["state"] == "s1"
    form = {"grant_type": "authorization_code", "code": back.query["code"]}
    status, answer = await client.token(**form, redirect_uri=REDIRECT)
    assert status == 200
    assert answer["expires_in"] == 3599
    assert set(answer["scope"].split()) == {MEASUREMENTS, SETTINGS, PROFILE}
    assert "refresh_token_expires_in" not in answer

    status, answer = await client.token(**form, redirect_uri=REDIRECT)
    assert (status, answer["error"]) == (400, "invalid_grant")
    _, identity = await client.get("/v4/users/me/identity")
    assert identity["healthUserId"] == "health-id-123"
    _, info = await client.get("/oauth2/v3/userinfo")
    assert info["name"] == "carol"


async def test_refresh_token_needs_offline_and_consent(client: Client) -> None:
    """Leave the refresh token out when it is not asked for rightly."""
    first = await client.sign_in()
    assert "refresh_token" in first
    for query in ({"access_type": "offline"}, {"prompt": "consent"}):
        back = await client.authorize(**query)
        _, answer = await client.token(
            grant_type="authorization_code",
            code=back.query["code"],
            redirect_uri=REDIRECT,
        )
        assert "refresh_token" not in answer


async def test_refresh(
    clouds: Clouds, client: Client, freezer: FrozenDateTimeFactory
) -> None:
    """Answer a refresh without a refresh token, and `invalid_grant` when revoked."""
    await client.sign_in()
    freezer.tick(3600)
    status, error = await client.get("/v4/users/me/identity")
    assert (status, error["error"]["status"]) == (401, "UNAUTHENTICATED")
    status, answer = await client.refresh()
    assert status == 200
    assert "refresh_token" not in answer
    assert (await client.get("/v4/users/me/identity"))[0] == 200

    clouds.google.expire_access("carol")
    assert (await client.get("/v4/users/me/identity"))[0] == 401
    assert (await client.refresh())[0] == 200
    clouds.google.revoke("carol")
    status, answer = await client.refresh()
    assert (status, answer["error"]) == (400, "invalid_grant")


async def test_project_in_testing(
    clouds: Clouds, client: Client, freezer: FrozenDateTimeFactory
) -> None:
    """End refresh tokens after a week, and say so ahead."""
    clouds.google.refresh_token_expires_in = 604799
    answer = await client.sign_in()
    assert answer["refresh_token_expires_in"] == 604799
    freezer.tick(timedelta(days=7))
    assert (await client.refresh())[1]["error"] == "invalid_grant"


async def test_wrong_secret(client: Client) -> None:
    """Refuse an application that does not know its secret."""
    status, answer = await client.token(
        grant_type="refresh_token", refresh_token="x", client_secret="wrong"
    )
    assert (status, answer["error"]) == (401, "invalid_client")


async def test_granular_consent(clouds: Clouds, client: Client) -> None:
    """Grant what was ticked, and refuse the rest."""
    clouds.google.grant("carol", [SETTINGS])
    assert (await client.sign_in())["scope"] == SETTINGS
    assert (await client.get("/v4/users/me/pairedDevices"))[0] == 200
    assert (await client.get("/v4/users/me/identity"))[0] == 200
    status, error = await client.get("/v4/users/me/dataTypes/weight/dataPoints")
    assert status == 403
    assert error["error"]["details"][0]["reason"] == "ACCESS_TOKEN_SCOPE_INSUFFICIENT"

    clouds.google.grant("carol", [])
    assert (await client.sign_in())["scope"] == ""
    assert (await client.get("/v4/users/me/identity"))[0] == 403

    clouds.google.deny_next()
    assert (await client.authorize()).query["error"] == "access_denied"


async def test_weigh_in(clouds: Clouds, client: Client) -> None:
    """Give weight and fat as points of their own."""
    await client.sign_in()
    clouds.google.step_on_scale("carol", 80.05, when=MONDAY, body_fat=18.5)
    clouds.google.height("carol", 1.79, when=MONDAY)
    assert (await client.points())["dataPoints"] == [
        {
            "name": "users/me/dataTypes/weight/dataPoints/7301000001",
            "dataSource": {
                "platform": "FITBIT",
                "recordingMethod": "ACTIVELY_MEASURED",
                "device": {
                    "formFactor": "SCALE",
                    "displayName": "Aria Air",
                    "manufacturer": "Fitbit",
                },
            },
            "weight": {
                "weightGrams": 80050.0,
                "sampleTime": {
                    "physicalTime": "2026-11-16T06:01:02Z",
                    "utcOffset": "3600s",
                    "civilTime": {
                        "date": {"year": 2026, "month": 11, "day": 16},
                        "time": {"hours": 7, "minutes": 1, "seconds": 2},
                    },
                },
            },
        }
    ]
    (fat,) = (await client.points("body-fat"))["dataPoints"]
    assert fat["bodyFat"]["percentage"] == 18.5
    (height,) = (await client.points("height"))["dataPoints"]
    assert height["height"]["heightMillimeters"] == "1790"


async def test_newest_first(clouds: Clouds, client: Client) -> None:
    """List the newest first, also of one second, each by a name of its own."""
    await client.sign_in()
    for weight in (80, 81, 82):
        clouds.google.step_on_scale("carol", weight, when=MONDAY)
    points = (await client.points())["dataPoints"]
    assert [p["weight"]["weightGrams"] for p in points] == [82000, 81000, 80000]
    assert len({point["name"] for point in points}) == 3
    assert await client.get("/v4/users/me/pairedDevices") == (200, {})


async def test_deleted_client(clouds: Clouds, client: Client) -> None:
    """Refuse each token request of a client that is gone, whatever it asks for."""
    await client.sign_in()
    clouds.google.oauth.deleted_apps.add(GOOGLE_CLIENT_ID)
    status, answer = await client.refresh()
    assert (status, answer["error"]) == (401, "deleted_client")


async def test_lasting_and_passing_refusal(clouds: Clouds, client: Client) -> None:
    """Name the reason of a refusal that lasts, and none in an outage."""
    await client.sign_in()
    clouds.google.fail("RESOURCE_PERMISSION_DENIED")
    clouds.google.fail("PERMISSION_DENIED")
    status, lasting = await client.get("/v4/users/me/identity")
    assert (status, lasting["error"]["status"]) == (403, "PERMISSION_DENIED")
    assert lasting["error"]["details"][0]["reason"] == "RESOURCE_PERMISSION_DENIED"
    status, passing = await client.get("/v4/users/me/identity")
    assert (status, passing["error"]["status"]) == (403, "PERMISSION_DENIED")
    assert "details" not in passing["error"]


async def test_sources(clouds: Clouds, client: Client) -> None:
    """Tell copies from elsewhere by their source, and filter by its family."""
    await client.sign_in()
    clouds.google.step_on_scale("carol", 80)
    clouds.google.step_on_scale(
        "carol",
        81,
        device="",
        platform="HEALTH_CONNECT",
        package="com.withings.wiscale2",
    )
    points = (await client.points())["dataPoints"]
    assert {
        point["dataSource"].get("application", {}).get("packageName")
        for point in points
    } == {None, "com.withings.wiscale2"}
    for family, number in (
        ("all-sources", 2),
        ("google-sources", 2),
        ("google-wearables", 1),
        ("self-sources", 0),
    ):
        name = f"users/me/dataSourceFamilies/{family}"
        answer = await client.points(dataSourceFamily=name)
        assert len(answer.get("dataPoints", [])) == number


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ('weight.sample_time.physical_time >= "2026-11-18T06:01:02Z"', [20, 19, 18]),
        (
            (
                'weight.sample_time.physical_time >= "2026-11-17T00:00:00Z" '
                'AND weight.sample_time.physical_time < "2026-11-19T06:01:02Z"'
            ),
            [18, 17],
        ),
        ('weight.sample_time.civil_time < "2026-11-17"', [16]),
        ('weight.sample_time.civil_time >= "2026-11-20T07:01:02"', [20]),
    ],
)
async def test_filter(
    clouds: Clouds, client: Client, text: str, days: list[int]
) -> None:
    """Filter by physical and by civil time; newest first."""
    await client.sign_in()
    for day in range(5):
        clouds.google.step_on_scale("carol", 80, when=MONDAY + timedelta(days=day))
    points = (await client.points(filter=text))["dataPoints"]
    times = [point["weight"]["sampleTime"]["civilTime"] for point in points]
    assert [time["date"]["day"] for time in times] == days


@pytest.mark.parametrize(
    "query",
    [
        {"filter": 'weight.sample_time.physical_time > "2026-11-18T06:01:02Z"'},
        {"filter": 'weight.sample_time.physical_time >= "monday"'},
        {"filter": 'weight.sample_time.physical_time >= "2026-11-18T06:01:02"'},
        {"filter": 'body_fat.sample_time.physical_time >= "2026-11-18T06:01:02Z"'},
        {"pageSize": "many"},
        {"pageToken": "unknown"},
        {"dataSourceFamily": "users/me/dataSourceFamilies/others"},
    ],
)
async def test_invalid_argument(client: Client, query: dict[str, str]) -> None:
    """Refuse what the API does not understand."""
    await client.sign_in()
    status, error = await client.get(
        "/v4/users/me/dataTypes/weight/dataPoints", **query
    )
    assert (status, error["error"]["status"]) == (400, "INVALID_ARGUMENT")


async def test_pages(clouds: Clouds, client: Client) -> None:
    """Give out pages of the size asked for, or smaller; the last has no token."""
    await client.sign_in()
    assert await client.points() == {}
    for day in range(5):
        clouds.google.step_on_scale("carol", 80, when=MONDAY + timedelta(days=day))
    first = await client.points(pageSize="3")
    assert len(first["dataPoints"]) == 3
    last = await client.points(pageSize="3", pageToken=first["nextPageToken"])
    assert len(last["dataPoints"]) == 2
    assert "nextPageToken" not in last
    clouds.google.page_limit = 1
    assert len((await client.points())["dataPoints"]) == 1


async def test_devices(clouds: Clouds, client: Client) -> None:
    """List five devices a page, and leave a battery level of 0 out."""
    await client.sign_in()
    for number in range(6):
        clouds.google.device("carol", f"device-{number}", last_sync=MONDAY)
    _, first = await client.get("/v4/users/me/pairedDevices")
    assert len(first["pairedDevices"]) == 5
    assert first["pairedDevices"][0] == {
        "name": "users/me/pairedDevices/device-0",
        "macAddress": "00:11:22:33:44:55",
        "deviceType": "TRACKER",
        "features": ["STEPS", "HEART_RATE"],
        "lastSyncTime": "2026-11-16T06:01:02Z",
        "batteryStatus": "High",
        "batteryLevel": 85,
        "deviceVersion": "Charge 6",
    }
    clouds.google.set_battery("carol", "device-5", level=0, status="Empty")
    _, second = await client.get(
        "/v4/users/me/pairedDevices", pageToken=first["nextPageToken"]
    )
    (device,) = second["pairedDevices"]
    assert device["batteryStatus"] == "Empty"
    assert "batteryLevel" not in device

    for number in range(6):
        clouds.google.remove_device("carol", f"device-{number}")
    clouds.google.raw_device("carol", {"name": "users/me/pairedDevices/odd"})
    _, answer = await client.get("/v4/users/me/pairedDevices")
    assert answer == {"pairedDevices": [{"name": "users/me/pairedDevices/odd"}]}


async def test_raw_points(clouds: Clouds, client: Client) -> None:
    """List odd points as they are, until they are deleted."""
    await client.sign_in()
    clouds.google.raw_point("carol", "weight", {"name": "odd"})
    assert (await client.points())["dataPoints"] == [{"name": "odd"}]
    clouds.google.remove_points("carol", "weight")
    assert await client.points() == {}


async def test_refusals(clouds: Clouds, client: Client) -> None:
    """Refuse with the body that tells why."""
    person = clouds.google.person("carol")
    await client.sign_in()
    seen = []
    clouds.google.fail("RATE_LIMIT_EXCEEDED", path="/dataPoints")
    seen.append(await client.get("/v4/users/me/dataTypes/weight/dataPoints"))
    person.linked = False
    seen.append(await client.get("/v4/users/me/identity"))
    person.project_denied = True
    seen.append(await client.get("/v4/users/me/identity"))
    clouds.google.service_enabled = False
    seen.append(await client.get("/v4/users/me/identity"))
    assert [
        (status, error["error"]["details"][0]["reason"]) for status, error in seen
    ] == [
        (429, "RATE_LIMIT_EXCEEDED"),
        (400, "ACCOUNT_NOT_LINKED"),
        (403, "USER_PROJECT_DENIED"),
        (403, "SERVICE_DISABLED"),
    ]
    (link,) = seen[-1][1]["error"]["details"][1]["links"]
    assert "health.googleapis.com" in link["url"]
