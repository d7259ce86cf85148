"""The simulated Garmin with the real garminconnect."""

from asyncio import to_thread
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from garminconnect import Garmin, GarminConnectConnectionError
from garminconnect.fit import FitEncoderWeight  # type: ignore[attr-defined]
import pytest
import requests

from tests.clouds import Clouds, GarminAccount

EMAIL, PASSWORD = "runner@example.org", "correct horse"
MONDAY = datetime(2026, 11, 16, 6, 1, 2, tzinfo=UTC)
UPLOAD = "/upload-service/upload"


def fit_file(*weights: tuple[datetime, str], fat: str | None = None) -> bytes:
    """Return a FIT file with these weigh-ins."""
    encoder = FitEncoderWeight()
    encoder.write_file_info(time_created=weights[-1][0])
    encoder.write_file_creator()
    encoder.write_device_info(weights[-1][0])
    for when, weight in weights:
        encoder.write_weight_scale(
            when, Decimal(weight), percent_fat=Decimal(fat) if fat else None
        )
    encoder.finish()
    return bytes(encoder.getvalue())


def upload(garmin: Garmin, data: bytes) -> requests.Response:
    """Upload a FIT file."""
    response: requests.Response = garmin.client.request(
        "POST", "connectapi", UPLOAD, files={"file": ("weight.fit", data)}
    )
    return response


@pytest.fixture
def account(clouds: Clouds) -> GarminAccount:
    """Return an account without MFA."""
    return clouds.garmin.account(EMAIL, PASSWORD)


@pytest.fixture
def garmin(clouds: Clouds, account: GarminAccount) -> Garmin:
    """Return the library, signed in."""
    garmin = Garmin()
    garmin.client.loads(clouds.garmin.signed_in(account))
    return garmin


async def test_refresh_rotates(
    clouds: Clouds, garmin: Garmin, freezer: FrozenDateTimeFactory
) -> None:
    """Refresh an old token at the next call; the refresh token used is dead then."""
    before = garmin.client.dumps()
    freezer.tick(timedelta(hours=23, minutes=50))
    await to_thread(garmin.client.connectapi, "/userprofile-service/socialProfile")
    assert garmin.client.dumps() != before
    assert clouds.log.count("garmin") == 2

    freezer.tick(timedelta(hours=23, minutes=50))
    stale = Garmin()
    stale.client.loads(before)
    with pytest.raises(GarminConnectConnectionError, match="401"):
        await to_thread(stale.client.connectapi, "/userprofile-service/socialProfile")
    assert clouds.log.requests("garmin", path="/oauth/token")[-1].status == 400
    await to_thread(garmin.client.connectapi, "/userprofile-service/socialProfile")


async def test_tokens_end(
    clouds: Clouds,
    garmin: Garmin,
    account: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Refuse a refresh token after thirty days, and a revoked one at once."""
    clouds.garmin.expire_access(account)
    await to_thread(garmin.client.connectapi, "/userprofile-service/socialProfile")
    assert [request.status for request in clouds.log.requests("garmin")] == [
        401,
        200,
        200,
    ]

    freezer.tick(timedelta(days=31))
    with pytest.raises(GarminConnectConnectionError, match="401"):
        await to_thread(garmin.client.connectapi, "/userprofile-service/socialProfile")

    garmin.client.loads(clouds.garmin.signed_in(account))
    clouds.garmin.revoke(account)
    with pytest.raises(GarminConnectConnectionError, match="401"):
        await to_thread(garmin.client.connectapi, "/userprofile-service/socialProfile")


async def test_upload_and_read(
    clouds: Clouds, garmin: Garmin, account: GarminAccount
) -> None:
    """Take a FIT file and show its records in grams, at their second."""
    data = fit_file(
        (MONDAY, "80.05"), (MONDAY + timedelta(hours=1), "79.9"), fat="18.4"
    )
    response = await to_thread(upload, garmin, data)
    assert response.status_code == 202
    assert "upload-service" in response.headers["Location"]
    assert response.json()["detailedImportResult"]["failures"] == []

    held = clouds.garmin.weigh_ins(account)
    assert [(w.measured_at, w.weight, w.body_fat) for w in held] == [
        (MONDAY, 80.05, 18.4),
        (MONDAY + timedelta(hours=1), 79.9, 18.4),
    ]
    answer = await to_thread(garmin.get_weigh_ins, "2026-11-16", "2026-11-16")
    (day,) = answer["dailyWeightSummaries"]
    assert day["summaryDate"] == "2026-11-16"
    newest, oldest = day["allWeightMetrics"]
    assert oldest["weight"] == 80050
    assert oldest["timestampGMT"] == MONDAY.timestamp() * 1000
    assert oldest["date"] == (MONDAY + timedelta(hours=1)).timestamp() * 1000
    assert newest["samplePk"] == held[1].sample_pk


async def test_add_body_composition(
    clouds: Clouds, garmin: Garmin, account: GarminAccount
) -> None:
    """Understand the library's own upload, with every field."""
    await to_thread(
        garmin.add_body_composition,
        MONDAY.isoformat(),
        80.0,
        percent_fat=18.5,
        percent_hydration=55.25,
        visceral_fat_mass=2.5,
        bone_mass=3.25,
        muscle_mass=60.5,
        basal_met=1750,
        active_met=2000,
        physique_rating=5,
        metabolic_age=38,
        visceral_fat_rating=7,
        bmi=24.5,
    )
    (held,) = clouds.garmin.weigh_ins(account)
    assert (held.body_water, held.bone_mass, held.muscle_mass) == (55.25, 3.25, 60.5)
    assert (held.basal_metabolic_rate, held.active_metabolic_rate) == (1750, 2000)
    assert (held.metabolic_age, held.visceral_fat, held.bmi) == (38, 7, 24.5)
    answer = await to_thread(garmin.get_daily_weigh_ins, "2026-11-16")
    (entry,) = answer["dateWeightList"]
    assert (entry["boneMass"], entry["muscleMass"]) == (3250, 60500)


async def test_nothing_is_merged(
    clouds: Clouds, garmin: Garmin, account: GarminAccount
) -> None:
    """Show a file that came twice twice, unless identical files are refused."""
    data = fit_file((MONDAY, "80"))
    await to_thread(upload, garmin, data)
    await to_thread(upload, garmin, data)
    assert len(clouds.garmin.weigh_ins(account)) == 2

    clouds.garmin.refuse_identical = True
    with pytest.raises(GarminConnectConnectionError, match="409 - Duplicate"):
        await to_thread(upload, garmin, data)
    assert len(clouds.garmin.weigh_ins(account)) == 2


async def test_calendar_days_of_the_account(clouds: Clouds) -> None:
    """Ask for calendar days in the account's time zone."""
    account = clouds.garmin.account(EMAIL, PASSWORD, timezone="America/Los_Angeles")
    garmin = Garmin()
    garmin.client.loads(clouds.garmin.signed_in(account))
    clouds.garmin.add_weigh_in(account, 80, when=MONDAY)
    sunday = await to_thread(garmin.get_weigh_ins, "2026-11-15", "2026-11-15")
    assert len(sunday["dailyWeightSummaries"]) == 1
    monday = await to_thread(garmin.get_weigh_ins, "2026-11-16", "2026-11-16")
    assert monday["dailyWeightSummaries"] == []


async def test_processing_delay(
    clouds: Clouds,
    garmin: Garmin,
    account: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Show an upload only after it was processed."""
    clouds.garmin.processing_delay = 60
    await to_thread(upload, garmin, fit_file((MONDAY, "80")))
    assert len(clouds.garmin.weigh_ins(account)) == 1
    day = ("2026-11-16", "2026-11-16")
    assert (await to_thread(garmin.get_weigh_ins, *day))["dailyWeightSummaries"] == []
    freezer.tick(61)
    assert (await to_thread(garmin.get_weigh_ins, *day))["dailyWeightSummaries"]


def without_consent(clouds: Clouds) -> None:
    """Switch "Device Upload" off."""
    clouds.garmin.accounts[EMAIL].device_upload = False


def refuse_heavy(clouds: Clouds) -> None:
    """Refuse what weighs more than 200 kg."""
    clouds.garmin.refuse(weight_above=200, status=400)


@pytest.mark.parametrize(
    ("arrange", "data", "status"),
    [
        (without_consent, fit_file((MONDAY, "80")), 412),
        (refuse_heavy, fit_file((MONDAY, "80"), (MONDAY, "201")), 400),
        (refuse_heavy, b"no FIT file", 415),
        (refuse_heavy, fit_file((MONDAY, "80"))[:-2] + b"\0\0", 415),
        (refuse_heavy, fit_file((MONDAY, "655.35")), 415),
    ],
    ids=["no consent", "one bad record", "not FIT", "wrong CRC", "no weight"],
)
async def test_refused_upload(
    clouds: Clouds,
    garmin: Garmin,
    account: GarminAccount,
    arrange: Callable[[Clouds], None],
    data: bytes,
    status: int,
) -> None:
    """Refuse a file whole."""
    arrange(clouds)
    with pytest.raises(GarminConnectConnectionError) as caught:
        await to_thread(upload, garmin, data)
    assert caught.value.response.status_code == status
    assert clouds.garmin.weigh_ins(account) == []


async def test_failures_in_a_200(
    clouds: Clouds, garmin: Garmin, account: GarminAccount
) -> None:
    """Say in a good answer that a file was refused."""
    clouds.garmin.refuse(at=MONDAY)
    response = await to_thread(upload, garmin, fit_file((MONDAY, "80")))
    assert response.status_code == 200
    assert response.json()["detailedImportResult"]["failures"]
    assert clouds.garmin.weigh_ins(account) == []
    clouds.garmin.accept_all()
    await to_thread(upload, garmin, fit_file((MONDAY, "80")))
    assert len(clouds.garmin.weigh_ins(account)) == 1


async def test_accepted_without_a_body(
    clouds: Clouds, garmin: Garmin, account: GarminAccount
) -> None:
    """Answer 202 and nothing else, which the library's own call stumbles over."""
    clouds.garmin.upload_status, clouds.garmin.empty_body = 202, True
    with pytest.raises(requests.exceptions.JSONDecodeError):
        await to_thread(garmin.add_body_composition, MONDAY.isoformat(), 80.0)
    assert len(clouds.garmin.weigh_ins(account)) == 1


async def test_by_hand_and_delete(
    clouds: Clouds, garmin: Garmin, account: GarminAccount
) -> None:
    """Take a weight by hand in either unit, and delete it."""
    local = MONDAY.astimezone(account.zone).isoformat()
    await to_thread(garmin.add_weigh_in, 80.5, "kg", local)
    await to_thread(garmin.add_weigh_in, 200, "lbs", local)
    assert [w.weight for w in clouds.garmin.weigh_ins(account)] == [
        80.5,
        pytest.approx(90.718, abs=0.001),
    ]
    assert [w.measured_at for w in clouds.garmin.weigh_ins(account)] == [MONDAY] * 2

    await to_thread(garmin.delete_weigh_ins, "2026-11-16", True)
    assert clouds.garmin.weigh_ins(account) == []


async def test_entry_without_gmt(
    clouds: Clouds, garmin: Garmin, account: GarminAccount
) -> None:
    """Leave the GMT time out for some sources."""
    clouds.garmin.add_weigh_in(
        account, 80, when=MONDAY, source_type="MFP", without_gmt=True
    )
    answer = await to_thread(garmin.get_weigh_ins, "2026-11-16", "2026-11-16")
    entry: dict[str, Any] = answer["dailyWeightSummaries"][0]["latestWeight"]
    assert entry["timestampGMT"] is None
    assert entry["sourceType"] == "MFP"


async def test_blood_pressure(
    clouds: Clouds, garmin: Garmin, account: GarminAccount
) -> None:
    """Take a blood pressure twice, list both, and delete one."""
    local = MONDAY.astimezone(account.zone).isoformat()
    for _ in range(2):
        await to_thread(garmin.set_blood_pressure, 121, 79, 61, local)
    answer = await to_thread(garmin.get_blood_pressure, "2026-11-16", "2026-11-16")
    (summary,) = answer["measurementSummaries"]
    first, second = summary["measurements"]
    assert (first["systolic"], first["diastolic"], first["pulse"]) == (121, 79, 61)
    assert first["measurementTimestampGMT"] == "2026-11-16T06:01:02.000"
    assert first["measurementTimestampLocal"] == "2026-11-16T07:01:02.000"

    await to_thread(garmin.delete_blood_pressure, second["version"], "2026-11-16")
    (held,) = clouds.garmin.blood_pressures(account)
    assert held.measured_at == MONDAY


async def test_sensors(clouds: Clouds, garmin: Garmin, account: GarminAccount) -> None:
    """List a sensor once for each watch, with a time that has no zone."""
    clouds.garmin.device(account, 33554456, last_connected=MONDAY)
    clouds.garmin.device(account, 942, name=None, battery_status="LOW", watches=1)
    clouds.garmin.raw_device(account, {"serialNumber": 0})
    answer = await to_thread(garmin.client.connectapi, "/device-service/sensors")
    assert [sensor["serialNumber"] for sensor in answer] == [33554456, 33554456, 942, 0]
    assert answer[0]["lastConnected"] == "2026-11-16T06:01:02.0"
    assert (answer[2]["softwareVersion"], answer[2]["manufacturer"]) == ("null", None)
    clouds.garmin.set_battery(account, 942, level=20, status="CRITICAL")
    clouds.garmin.remove_device(account, 33554456)
    answer = await to_thread(garmin.client.connectapi, "/device-service/sensors")
    assert [sensor.get("batteryStatus") for sensor in answer] == ["CRITICAL", None]
