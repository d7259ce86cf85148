"""What a watched demo lets people do: step on scales, use a cuff, drain a tracker."""

import asyncio
from datetime import UTC, datetime
from random import Random

from ..clouds import Clouds
from . import bluetooth
from .api import Api
from .bluetooth import BluetoothHome
from .cast import Weighing, plausible, plausible_pressure
from .console import say
from .devices import TRACKER, charge_tracker, drain_tracker
from .home import Home
from .pressure import describe_pressure, measure_pressure, pressures
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


class BluetoothScale:
    """Somebody's scale that Home Assistant knows without Weighbridge."""

    def __init__(self, api: Api, clouds: Clouds, home: BluetoothHome) -> None:
        """Be the scale of a home."""
        self._api = api
        self._clouds = clouds
        self._home = home
        self._random = Random()
        self._last: Weighing | None = None

    async def step(self) -> None:
        """Step on it, and tell what came of it."""
        person = self._home.person
        self._last = bluetooth.another(person, self._random, self._last)
        say(f"{person.name} steps on the Bluetooth scale, whose sensors settle for 5 s")
        report = await bluetooth.step_on(
            self._api, self._clouds, self._home, self._last
        )
        held = bluetooth.holdings(self._clouds, self._home)
        say(
            f"Garmin Connect now holds {len(held)} of {person.name}'s weigh-ins, "
            f"the newest, of {report.pounds} lb:\n  {describe(held[-1])}"
        )

    async def step_partner(self) -> None:
        """Let the other one step on it."""
        partner = self._home.partner
        weighing = bluetooth.another(partner, self._random, self._last)
        self._last = weighing
        say(f"{partner.name} steps on the Bluetooth scale")
        await bluetooth.step_on_unasked(self._api, weighing)

    async def step_guest(self) -> None:
        """Let somebody step on it whom nobody here knows."""
        weighing = Weighing(
            weight=round(self._random.uniform(102, 112), 1), body_fat=24.0
        )
        self._last = weighing
        say("A guest steps on the Bluetooth scale")
        await bluetooth.ask(self._api, weighing)
        say(
            "Weighbridge asks who that was: on Carol's page, and under Settings, Repairs"
        )


class Cuff:
    """Somebody's blood pressure monitor."""

    def __init__(self, api: Api, clouds: Clouds, home: Home) -> None:
        """Be the cuff of a home."""
        self._api = api
        self._clouds = clouds
        self._home = home
        self._random = Random()

    async def use(self) -> None:
        """Measure a blood pressure, and tell what came of it."""
        person = self._home.person
        now = datetime.now(UTC).replace(microsecond=0)
        pressure = plausible_pressure(self._random)
        say(
            f"{person.name} measures her blood pressure: "
            f"{pressure.systolic}/{pressure.diastolic} mmHg"
        )
        await measure_pressure(self._api, self._clouds, self._home, pressure, now)
        held = pressures(self._clouds, self._home)
        say(
            f"Garmin Connect now holds {len(held)} of {person.name}'s blood pressures, "
            f"the newest:\n  {describe_pressure(held[-1])}"
        )


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
