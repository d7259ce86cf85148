"""From a battery at the vendor to a text at an SMS gateway, over HTTP all the way."""

from collections.abc import AsyncGenerator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.weighbridge.const import DOMAIN
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util, yaml as yaml_util

from ..clouds import Clouds, GarminAccount
from ..support.common import restart, set_up, update_entity

NUMBERS = ["+49 171 2345678", "+49 171 8765432"]


@pytest.fixture
async def automate(
    hass: HomeAssistant, clouds: Clouds
) -> AsyncGenerator[Callable[[list[str]], Any]]:
    """Return how to make an automation that texts through the gateway."""

    async def send(call: ServiceCall) -> None:
        """Send a text as Home Assistant's `rest` platform does: to the first target."""
        text = {"to": call.data["target"][0], "message": call.data["message"]}
        session = async_get_clientsession(hass)
        async with session.post(f"{clouds.url}/sms/send", json=text) as response:
            response.raise_for_status()

    hass.services.async_register("notify", "sms", send)

    async def automate(batteries: list[str]) -> None:
        automation = {
            "id": "texts",
            "alias": "Texts",
            "use_blueprint": {
                "path": "weighbridge/low_battery_sms.yaml",
                "input": {
                    "batteries": batteries,
                    "notify_action": "notify.sms",
                    "phone_numbers": NUMBERS,
                },
            },
        }
        config = {"automation": [automation]}
        path = Path(hass.config.path("configuration.yaml"))
        await hass.async_add_executor_job(path.write_text, yaml_util.dump(config))
        for component in ("system_log", "automation"):
            assert await async_setup_component(hass, component, config)
        await hass.async_block_till_done()
        await hass.services.async_call("automation", "reload", blocking=True)
        await hass.async_block_till_done()

    yield automate
    if hass.services.has_service("automation", "turn_off"):
        await hass.services.async_call(
            "automation", "turn_off", {"entity_id": "all"}, blocking=True
        )


def batteries_of(hass: HomeAssistant, entry: MockConfigEntry) -> list[str]:
    """Return what the blueprint's selector offers of an account."""
    return [
        entity.entity_id
        for entity in er.async_entries_for_config_entry(
            er.async_get(hass), entry.entry_id
        )
        if entity.platform == DOMAIN
        and entity.domain == "binary_sensor"
        and "battery" in (entity.device_class, entity.original_device_class)
    ]


def take(clouds: Clouds) -> list[tuple[str, str]]:
    """Return the texts at the gateway since the last look."""
    messages = [(sms.to, sms.message) for sms in clouds.sms.messages]
    clouds.sms.clear()
    return messages


async def test_a_tracker_with_percentages(
    hass: HomeAssistant,
    clouds: Clouds,
    fitbit_entry: MockConfigEntry,
    automate: Callable[[list[str]], Any],
) -> None:
    """A Fitbit tracker runs low, is read again, reloads, and is charged."""
    synced = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    clouds.google.device(
        "bob", "tracker", battery_level=55, battery_status="Medium", last_sync=synced
    )
    await set_up(hass, fitbit_entry)
    (battery,) = batteries_of(hass, fitbit_entry)
    await automate([battery])
    assert take(clouds) == []

    clouds.google.set_battery("bob", "tracker", level=12, status="Low")
    await update_entity(hass, battery)
    texts = take(clouds)
    assert [to for to, _ in texts] == ["+491712345678", "+491718765432"]
    shown = f"{dt_util.as_local(synced):%-d %b %Y, %H:%M}"
    low = f"Bob Charge 6 has a low battery (12%). Last sync: {shown}."
    assert {text for _, text in texts} == {low}

    clouds.google.set_battery("bob", "tracker", level=0, status="Empty")
    await update_entity(hass, battery)
    await restart(hass, fitbit_entry)
    await update_entity(hass, battery)
    assert take(clouds) == []

    clouds.google.set_battery("bob", "tracker", level=100, status="High")
    await update_entity(hass, battery)
    assert {text for _, text in take(clouds)} == {
        "Bob Charge 6 is charged again (100%)."
    }


async def test_a_scale_with_words(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    automate: Callable[[list[str]], Any],
) -> None:
    """A Withings scale that was low before there was an automation is told at once."""
    clouds.withings.device("alice", "scale", model="Body+", battery="low")
    await set_up(hass, withings_entry)
    (battery,) = batteries_of(hass, withings_entry)
    await automate([battery])
    assert {text.partition(".")[0] for _, text in take(clouds)} == {
        "Alice Body+ has a low battery (Low)"
    }
    clouds.withings.set_battery("alice", "scale", "high")
    await update_entity(hass, battery)
    assert {text for _, text in take(clouds)} == {
        "Alice Body+ is charged again (High)."
    }


async def test_a_strap(
    hass: HomeAssistant,
    clouds: Clouds,
    garmin_user: GarminAccount,
    garmin_entry: MockConfigEntry,
    automate: Callable[[list[str]], Any],
) -> None:
    """A heart rate strap is texted about once; that it rests all summer is no news."""
    connected = datetime.now(UTC).replace(microsecond=0) - timedelta(days=100)
    clouds.garmin.device(garmin_user, 5, battery_level=60, last_connected=connected)
    hass.config_entries.async_update_entry(
        garmin_entry, options={"sensor_batteries": True}
    )
    await set_up(hass, garmin_entry)
    (battery,) = batteries_of(hass, garmin_entry)
    await automate([battery])
    assert take(clouds) == []

    clouds.garmin.set_battery(garmin_user, 5, level=60, status="LOW")
    await update_entity(hass, battery)
    shown = f"{dt_util.as_local(connected):%-d %b %Y, %H:%M}"
    assert {text for _, text in take(clouds)} == {
        f"HRM 600 has a low battery (60%). Last sync: {shown}."
    }
    await update_entity(hass, battery)
    await restart(hass, garmin_entry)
    assert take(clouds) == []

    clouds.garmin.set_battery(garmin_user, 5, level=100, status="NEW")
    await update_entity(hass, battery)
    assert {text for _, text in take(clouds)} == {"HRM 600 is charged again (100%)."}
