"""One person's weigh-ins on their way to Garmin, for tests to follow."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from freezegun.api import FrozenDateTimeFactory
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.weighbridge.const import DOMAIN
from homeassistant.core import HomeAssistant, ServiceResponse
from homeassistant.util import dt as dt_util

from ..clouds import Clouds, GarminAccount
from .common import restart, value_of
from .push import hours, issue_keys, poll, weights


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushing:
    """A source, the Garmin account that it is linked to, and the clock."""

    hass: HomeAssistant
    clouds: Clouds
    source: MockConfigEntry
    garmin: MockConfigEntry
    user: GarminAccount
    freezer: FrozenDateTimeFactory

    async def poll(self, *entries: MockConfigEntry) -> None:
        """Poll the source, or several, and let the pushes come to their end."""
        for entry in entries or (self.source,):
            await poll(self.hass, entry)

    async def later(self, **delta: float) -> None:
        """Let time pass, and what it starts come to its end."""
        self.freezer.tick(timedelta(**delta))
        async_fire_time_changed(self.hass, dt_util.utcnow())
        await self.hass.async_block_till_done(wait_background_tasks=True)

    async def hours(self, number: float) -> None:
        """Let hours pass, ten minutes at a time."""
        await hours(self.hass, self.freezer, number)

    async def a_day(self) -> None:
        """Let more than a day pass, an hour at a time."""
        await hours(self.hass, self.freezer, 28, minutes=60)

    async def restart(self) -> None:
        """Unload the Garmin account, and set it up again."""
        await restart(self.hass, self.garmin)

    async def sync(self, **data: object) -> ServiceResponse:
        """Call the action that brings Garmin up to date."""
        return await self.hass.services.async_call(
            DOMAIN,
            "sync",
            {"config_entry_id": self.garmin.entry_id, **data},
            blocking=True,
            return_response=True,
        )

    @property
    def weights(self) -> list[float]:
        """Return the weights that Garmin holds, the oldest first."""
        return weights(self.clouds, self.user)

    @property
    def systolic(self) -> list[int]:
        """Return the systolic pressures that Garmin holds, the oldest first."""
        held = self.clouds.garmin.blood_pressures(self.user)
        return [reading.systolic for reading in held]

    @property
    def arrived(self) -> list[tuple[datetime, float, float | None]]:
        """Return what Garmin holds: time, weight, body fat."""
        return [
            (w.measured_at, w.weight, w.body_fat)
            for w in self.clouds.garmin.weigh_ins(self.user)
        ]

    @property
    def pending(self) -> float:
        """Return how many measurements wait to be pushed."""
        return value_of(self.hass, self.garmin, "pending")

    @property
    def issues(self) -> set[str | None]:
        """Return the kinds of the repair issues that are open."""
        return issue_keys(self.hass)
