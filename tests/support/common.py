"""What tests do again and again, through the doors that users have too."""

from collections.abc import Iterable
from datetime import datetime, timedelta
import time
from types import MappingProxyType
from typing import Any

from aiohttp import ClientSession
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)
from yarl import URL

from custom_components.weighbridge.const import DOMAIN
from custom_components.weighbridge.sources.oauth import GOOGLE_SCOPES
from homeassistant.config_entries import ConfigEntryState, ConfigSubentry
from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util

from ..clouds import (
    GOOGLE_CLIENT_ID,
    GOOGLE_CLIENT_SECRET,
    WITHINGS_CLIENT_ID,
    WITHINGS_CLIENT_SECRET,
    Clouds,
)

WITHINGS_CREDENTIAL = "withings_credential"
GOOGLE_CREDENTIAL = "google_credential"
REDIRECT_URL = "https://ha.example.com/auth/external/callback"


async def withings_token(clouds: Clouds, person: str) -> dict[str, Any]:
    """Return a fresh token of a person, as a config entry holds it."""
    clouds.withings.sign_in_as(person)
    authorize = URL(f"{clouds.url}/withings/oauth2_user/authorize2").with_query(
        response_type="code",
        client_id=WITHINGS_CLIENT_ID,
        redirect_uri=REDIRECT_URL,
        scope="user.info,user.metrics",
        state="",
    )
    back = await clouds.consent(str(authorize))
    form = {
        "action": "requesttoken",
        "grant_type": "authorization_code",
        "client_id": WITHINGS_CLIENT_ID,
        "client_secret": WITHINGS_CLIENT_SECRET,
        "code": back.query["code"],
        "redirect_uri": REDIRECT_URL,
    }
    async with (
        ClientSession() as session,
        session.post(f"{clouds.url}/withings/v2/oauth2", data=form) as response,
    ):
        token: dict[str, Any] = (await response.json())["body"]
    clouds.log.clear()
    return {**token, "expires_at": time.time() + token["expires_in"]}


async def google_token(
    clouds: Clouds, person: str, scopes: Iterable[str] = GOOGLE_SCOPES
) -> dict[str, Any]:
    """Return a fresh token of a person, as a config entry holds it."""
    clouds.google.sign_in_as(person)
    authorize = URL(f"{clouds.url}/google/o/oauth2/v2/auth").with_query(
        response_type="code",
        client_id=GOOGLE_CLIENT_ID,
        redirect_uri=REDIRECT_URL,
        scope=" ".join(scopes),
        access_type="offline",
        prompt="consent",
        state="",
    )
    back = await clouds.consent(str(authorize))
    form = {
        "grant_type": "authorization_code",
        "client_id": GOOGLE_CLIENT_ID,
        "client_secret": GOOGLE_CLIENT_SECRET,
        "code": back.query["code"],
        "redirect_uri": REDIRECT_URL,
    }
    async with (
        ClientSession() as session,
        session.post(f"{clouds.url}/google/token", data=form) as response,
    ):
        token: dict[str, Any] = await response.json()
    clouds.log.clear()
    return {**token, "expires_at": time.time() + token["expires_in"]}


async def set_up(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Set an entry up, and expect that it works."""
    # The first entry of a domain takes the others along.
    if entry.state is not ConfigEntryState.LOADED:
        await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert entry.state is ConfigEntryState.LOADED


async def restart(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Unload an entry and set it up again."""
    assert await hass.config_entries.async_unload(entry.entry_id)
    await set_up(hass, entry)


async def wait_for_poll(hass: HomeAssistant, minutes: float = 15) -> None:
    """Let some minutes pass, and what they start come to its end."""
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(minutes=minutes))
    await hass.async_block_till_done(wait_background_tasks=True)


async def update_entity(hass: HomeAssistant, entity_id: str) -> None:
    """Ask Home Assistant to update an entity now."""
    await hass.services.async_call(
        "homeassistant", "update_entity", {ATTR_ENTITY_ID: entity_id}, blocking=True
    )
    await hass.async_block_till_done(wait_background_tasks=True)


async def update_source(
    hass: HomeAssistant, entry: MockConfigEntry, key: str, platform: str
) -> None:
    """Ask Home Assistant to update one of a source's entities now."""
    entity_id = entity_id_of(hass, entry, key, platform)
    assert entity_id is not None, f"no {platform} {key}"
    await update_entity(hass, entity_id)


def entity_id_of(
    hass: HomeAssistant, entry: MockConfigEntry, key: str, platform: str = "sensor"
) -> str | None:
    """Return the id of an account's entity by its translation key, None without one."""
    return er.async_get(hass).async_get_entity_id(
        platform, DOMAIN, f"{entry.unique_id}_{key}"
    )


def state_of(
    hass: HomeAssistant, entry: MockConfigEntry, key: str, platform: str = "sensor"
) -> State:
    """Return the state of an account's entity by its translation key."""
    entity_id = entity_id_of(hass, entry, key, platform)
    assert entity_id is not None, f"no {platform} {key}"
    state = hass.states.get(entity_id)
    assert state is not None, f"{entity_id} has no state"
    return state


def value_of(hass: HomeAssistant, entry: MockConfigEntry, key: str) -> float:
    """Return the number that a sensor shows."""
    return float(state_of(hass, entry, key).state)


def link(
    hass: HomeAssistant,
    garmin: MockConfigEntry,
    source: MockConfigEntry,
    *,
    person: str | None = None,
    start: datetime | None = None,
    **settings: Any,
) -> ConfigSubentry:
    """Link a source, or a person of a scale, to a Garmin account, at first from now on."""
    start = start or dt_util.utcnow()
    subentry = ConfigSubentry(
        data=MappingProxyType(
            {
                "source": person or source.entry_id,
                "weigh_ins": True,
                "history": "new",
                "start": start.isoformat(),
                **settings,
            }
        ),
        subentry_type="link",
        title=f"{source.title}: weigh-ins → {garmin.title}",
        unique_id=person or source.unique_id,
    )
    hass.config_entries.async_add_subentry(garmin, subentry)
    return subentry


async def claim(hass: HomeAssistant, source: MockConfigEntry) -> None:
    """Say of all that is asked about that it is the person's own."""
    for person in source.runtime_data.persons.values():
        for question in person.book.questions:
            await hass.services.async_call(
                DOMAIN,
                "assign_weigh_in",
                {
                    "config_entry_id": source.entry_id,
                    "weigh_in": question.key,
                    "person": "mine",
                },
                blocking=True,
            )
    await hass.async_block_till_done(wait_background_tasks=True)
