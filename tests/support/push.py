"""What tests of pushes share: a morning, polls, time that passes, and what Garmin saw."""

from datetime import UTC, datetime, timedelta

from freezegun.api import FrozenDateTimeFactory
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.weighbridge.const import DOMAIN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from ..clouds import Clouds, GarminAccount
from .common import update_source

NOW = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
UPLOAD = "/garmin/upload-service/upload"
READ = "/garmin/weight-service/weight/range"
REMOVE = "/byversion/"
REFRESH = "/garmin/di-oauth2-service/oauth/token"
MEASURE = "/withings/measure"


async def poll(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Poll the source now and let the push come to its end."""
    # Let the breath pass that a source takes between two wishes.
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=2))
    await hass.async_block_till_done(wait_background_tasks=True)
    await update_source(hass, entry, "weigh_in", "event")


async def later(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, wait: timedelta
) -> None:
    """Let time pass, and what it starts come to its end."""
    freezer.tick(wait)
    async_fire_time_changed(hass, dt_util.utcnow())
    await hass.async_block_till_done(wait_background_tasks=True)


async def hours(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    number: float,
    *,
    minutes: int = 10,
) -> None:
    """Let hours pass, some minutes at a time."""
    for _ in range(round(number * 60 / minutes)):
        await later(hass, freezer, timedelta(minutes=minutes, seconds=1))


def garmin_requests(clouds: Clouds) -> list[tuple[str, str]]:
    """Return what Garmin was asked, in order."""
    return [
        (request.method, request.path.removeprefix("/garmin").split("/20")[0])
        for request in clouds.log.requests("garmin")
    ]


def weights(clouds: Clouds, account: GarminAccount) -> list[float]:
    """Return the weights that Garmin holds, the oldest first."""
    return [weigh_in.weight for weigh_in in clouds.garmin.weigh_ins(account)]


def issue_keys(hass: HomeAssistant) -> set[str | None]:
    """Return the kinds of the repair issues that are open."""
    return {
        issue.translation_key
        for issue in ir.async_get(hass).issues.values()
        if issue.domain == DOMAIN
    }
