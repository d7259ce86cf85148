"""A scale that a watched demo lets somebody step on, and a tracker that it drains."""

import asyncio
from datetime import UTC, datetime
from random import Random

from ..clouds import Clouds
from .api import Api
from .cast import plausible
from .console import say
from .devices import TRACKER, charge_tracker, drain_tracker
from .home import Home
from .weighing import describe, holdings, weigh


class Scale:
    """Somebody's scale, with one person on it at a time."""

    def __init__(self, api: Api, clouds: Clouds, home: Home) -> None:
        """Be the scale of a home."""
        self._api = api
        self._clouds = clouds
        self._home = home
        self._lock = asyncio.Lock()
        self._last = datetime.now(UTC)
        self._random = Random()

    async def step(self, weight: float | None = None) -> str:
        """Step on it, with a random weight unless given one in kg; tell what came of it."""
        async with self._lock:
            when = await self._next_second()
            person = self._home.person
            weighing = plausible(person, self._random, weight)
            say(f"{person.name} steps on the scale: {weighing.weight:.2f} kg")
            await weigh(self._api, self._clouds, self._home, weighing, when)
            held = holdings(self._clouds, self._home)
            text = (
                f"Garmin Connect now holds {len(held)} of {person.name}'s weigh-ins, "
                f"the newest:\n  {describe(held[-1])}"
            )
            say(text)
            return text

    async def _next_second(self) -> datetime:
        """Return the second that it is, which nobody was weighed at before."""
        while (now := datetime.now(UTC).replace(microsecond=0)) <= self._last:
            await asyncio.sleep(0.1)
        self._last = now
        return now


class Tracker:
    """Bob's tracker, whose battery is either full or nearly empty."""

    def __init__(self, api: Api, clouds: Clouds, home: Home) -> None:
        """Be the tracker of a home."""
        self._api = api
        self._clouds = clouds
        self._battery = home.source.devices[TRACKER.model]["battery"]
        self._is_low = False

    async def drain_or_charge(self) -> None:
        """Drain it if it is full and charge it if it is not, and have it read at once."""
        self._is_low = not self._is_low
        if self._is_low:
            drain_tracker(self._clouds)
            say("The battery of Bob's tracker runs low")
        else:
            charge_tracker(self._clouds)
            say("Bob charges his tracker")
        await self._api.act("homeassistant.update_entity", entity_id=self._battery)
