"""A run that nobody watches: does a weigh-in arrive, once and right?"""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ..clouds import Clouds, Request
from .api import Api, State, connect
from .cast import ALICE, Weighing
from .checks import check_all
from .console import say, step
from .dashboard import save_dashboard
from .evidence import Evidence, collect_secrets, read_files
from .home import Home, settle_in
from .stage import raised
from .weighing import describe, holdings, weigh

# Binary fractions that come out too low when a float is cut off instead of rounded.
WEIGHING = Weighing(
    weight=80.05,
    body_fat=21.37,
    muscle_mass=59.81,
    bone_mass=3.15,
    body_water=43.62,
    visceral_fat=7,
    basal_metabolic_rate=1743,
    metabolic_age=38,
    heart_rate=61,
)
QUIET = 2.0
"""Seconds that the scale takes to upload, and that Garmin is watched for more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """What there was to see right after the weighing."""

    home: Home
    measured_at: datetime
    requests: list[Request]
    sensors: dict[str, State]
    events: list[State]


async def run_once(*, keep: bool) -> bool:
    """Weigh somebody in, restart Home Assistant, and tell whether all was right."""
    async with raised([ALICE], keep=keep) as stage:
        home_assistant = stage.home_assistant
        async with connect(home_assistant.url, stage.token) as api:
            arrival = await _weigh(stage.clouds, api)
        stage.clouds.log.clear()
        with step("Stop Home Assistant"):
            await home_assistant.stop()
        with step("Start it again"):
            await home_assistant.start()
        async with connect(home_assistant.url, stage.token) as api:
            with step("See what is still there"):
                await arrival.home.wait_until_loaded(api)
                await asyncio.sleep(QUIET)
            sensors_again = _sensors(api, arrival.home)
            event_again = api.states[arrival.home.entity("weigh_in")]
        with step("Stop Home Assistant"):
            await home_assistant.stop()
        evidence = Evidence(
            person=ALICE,
            weighing=WEIGHING,
            measured_at=arrival.measured_at,
            arrived=holdings(stage.clouds, arrival.home),
            requests=arrival.requests,
            late_requests=stage.clouds.log.requests("garmin"),
            sensors=arrival.sensors,
            sensors_again=sensors_again,
            events=arrival.events,
            event_again=event_again,
            files=await asyncio.to_thread(read_files, stage.directory),
            log=home_assistant.read_log(),
            secrets=collect_secrets(stage.clouds, ALICE),
        )
    return _report(evidence)


async def _weigh(clouds: Clouds, api: Api) -> Arrival:
    """Set everything up, and step on the scale."""
    home = await settle_in(api, clouds, ALICE)
    with step("Save the dashboard"):
        await save_dashboard(api, [home])
    measured_at = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)
    await asyncio.sleep(QUIET)
    clouds.log.clear()
    api.changes.clear()
    with step(f"{ALICE.name} steps on the scale"):
        await weigh(api, clouds, home, WEIGHING, measured_at)
    await asyncio.sleep(QUIET)
    return Arrival(
        home=home,
        measured_at=measured_at,
        requests=clouds.log.requests("garmin"),
        sensors=_sensors(api, home),
        events=_events(api, home),
    )


def _sensors(api: Api, home: Home) -> dict[str, State]:
    """Return the states of a person's entities by their translation keys."""
    entities = {**home.withings.entities, **home.garmin.entities}
    return {
        key: api.states[entity_id]
        for key, entity_id in entities.items()
        if entity_id in api.states
    }


def _events(api: Api, home: Home) -> list[State]:
    """Return the different states that the event entity has taken on."""
    states: list[State] = []
    for entity_id, state in api.changes:
        if entity_id == home.entity("weigh_in") and (
            not states or states[-1].state != state.state
        ):
            states.append(state)
    return states


def _report(evidence: Evidence) -> bool:
    """Write what Garmin Connect holds and what was checked; tell whether all is well."""
    say("\nGarmin Connect holds:")
    for weigh_in in evidence.arrived:
        say(f"  {describe(weigh_in)}")
    say()
    checks = check_all(evidence)
    for check in checks:
        say(f"  {'ok    ' if check.passed else 'FAILED'}  {check.name}")
        if check.found:
            say(f"          {check.found}")
    failed = sum(not check.passed for check in checks)
    say(f"\n{failed} of {len(checks)} checks failed" if failed else "\nAll is well")
    return not failed
