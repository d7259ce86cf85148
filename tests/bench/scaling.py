"""What Weighbridge costs, with many accounts and with long histories."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from time import monotonic

from .house import LATENCY, Home, House, Load, built
from .weighings import past, step_on_scale, weigh

# How many polls a day has.
POLLS = 96

# After a start, until Home Assistant has calmed down, in seconds.
CALM = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Crowd:
    """So many people, each with a source, a destination and a year of weigh-ins."""

    people: int
    collector: float
    """Seconds that Python's garbage collector takes without any account."""
    set_up: float
    """Seconds to set up all accounts at once."""
    memory: int
    """Bytes that Home Assistant has beyond those that it has without accounts."""
    arrival: float
    """Seconds from a poll of all to the arrival of the last one's weigh-in."""
    busy: Load
    """What it took that all stepped on the scale in the same moment."""
    day: Load
    """What a day without weigh-ins takes, all its polls without a pause."""
    day_garmin_requests: int
    day_sensor_requests: int
    """What the same day asks of Garmin where batteries of sensors are wanted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Growth:
    """A history that was pushed, and one weigh-in after it."""

    weigh_ins: int
    seconds: float
    garmin_requests: int
    load: Load
    ledger_bytes: int
    next_seconds: float
    next_load: Load


async def crowd(
    people: int,
    *,
    history: int = 365,
    polls: int = POLLS,
    calm: float = CALM,
    restart: bool = True,
) -> Crowd:
    """Let people weigh in at once, and then not for a day.

    `restart` gets rid of what is in memory only because people have just moved in.
    """
    async with built() as house:
        clouds = house.clouds
        await asyncio.sleep(calm)
        collector = await house.look_anew()
        empty = await house.look()
        clouds.latency = 0
        homes = [
            await _move_in(house, f"Person {number + 1}", history)
            for number in range(people)
        ]
        await house.arrival(history, *homes)
        if restart:
            await house.stop()
            await house.start()
            await asyncio.sleep(calm)
        clouds.latency = LATENCY
        await house.look_anew()
        memory = (await house.look()).memory - empty.memory
        set_up = await house.reload()
        await asyncio.sleep(calm)
        await house.look_anew()
        now = datetime.now(UTC)
        for home in homes:
            step_on_scale(clouds, home.name, weigh(now, Random(home.name)))
        start = monotonic()
        await house.poll(*homes)
        await house.arrival(history + 1, *homes)
        arrival = monotonic() - start
        await asyncio.sleep(calm)
        busy = await house.look()
        clouds.log.clear()
        await house.look_anew()
        for _ in range(polls):
            await house.poll(*homes)
        day, day_garmin_requests = await house.look(), house.garmin_requests()
        clouds.log.clear()
        await house.want_sensor_batteries(*homes)
        for _ in range(polls):
            await house.poll(*homes)
        return Crowd(
            people=people,
            collector=collector,
            set_up=set_up,
            memory=memory,
            arrival=arrival,
            busy=busy,
            day=day,
            day_garmin_requests=day_garmin_requests,
            day_sensor_requests=house.garmin_requests(),
        )


async def grow(weigh_ins: int) -> Growth:
    """Push a history and one weigh-in more."""
    async with built() as house:
        clouds = house.clouds
        clouds.withings.person("Alice")
        for weighing in past(weigh_ins, datetime.now(UTC)):
            step_on_scale(clouds, "Alice", weighing, uploaded=weighing.when)
        await asyncio.sleep(CALM)
        await house.look_anew()
        start = monotonic()
        withings = await house.sign_in_to_withings("Alice")
        seconds = monotonic() - start
        home = await house.sign_in_to_garmin("Alice", withings)
        clouds.log.clear()
        start = monotonic()
        await house.link(home)
        await house.arrival(weigh_ins, home)
        seconds += monotonic() - start
        await asyncio.sleep(CALM)
        load, requests = await house.look(), house.garmin_requests()
        ledger_bytes = house.ledger_bytes(home)
        await house.look_anew()
        step_on_scale(clouds, "Alice", weigh(datetime.now(UTC), Random(1)))
        start = monotonic()
        await house.poll(home)
        await house.arrival(weigh_ins + 1, home)
        next_seconds = monotonic() - start
        await asyncio.sleep(CALM)
        return Growth(
            weigh_ins=weigh_ins,
            seconds=seconds,
            garmin_requests=requests,
            load=load,
            ledger_bytes=ledger_bytes,
            next_seconds=next_seconds,
            next_load=await house.look(),
        )


async def _move_in(house: House, name: str, history: int) -> Home:
    """Give a person their accounts, with a past, and link them."""
    house.clouds.withings.person(name)
    for weighing in past(history, datetime.now(UTC)):
        step_on_scale(house.clouds, name, weighing, uploaded=weighing.when)
    home = await house.sign_in_to_garmin(name, await house.sign_in_to_withings(name))
    await house.link(home)
    return home
