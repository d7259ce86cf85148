"""A run that nobody watches: does all that is weighed and told arrive, once and right?"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ..clouds import Clouds, Request, SmsMessage
from . import bluetooth
from .api import Api, State, connect
from .bluetooth import BluetoothHome, Report
from .cast import ALICE, BOB, CAROL, DAVE, Pressure, Weighing
from .checks import check_all
from .checks.check import moment
from .config import DOMAIN
from .console import say, step
from .dashboard import save_dashboard
from .devices import TRACKER, TRACKER_LOW, batteries, drain_tracker, straps
from .evidence import (
    Answer,
    Arrival,
    Charge,
    Evidence,
    Guest,
    History,
    PressureArrival,
    SensorArrival,
    Texts,
    collect_secrets,
    read_files,
)
from .history import find_statistic, read_all, read_statistic
from .home import Home, settle_in
from .phones import Phone, add_phones, ask_on, wait_until_asked, wait_until_clear
from .pressure import describe_pressure, measure_pressure, pressures
from .stage import Stage, raised
from .texts import AUTOMATION, NUMBER, add_automation, introduce, wait_for_texts
from .weighing import describe, holdings, weigh

PEOPLE = [ALICE, BOB, CAROL]
# Binary fractions that come out too low when a float is cut off instead of rounded.
WEIGHINGS = {
    ALICE.name: Weighing(
        weight=68.07,
        body_fat=26.37,
        muscle_mass=47.61,
        bone_mass=2.51,
        body_water=36.23,
        visceral_fat=7,
        basal_metabolic_rate=1453,
        metabolic_age=38,
        heart_rate=61,
    ),
    BOB.name: Weighing(weight=83.15, body_fat=19.47),
}
BLUETOOTH = Weighing(weight=64.09, body_fat=27.1)
# Of this weight either of those may be who share the scale.
EITHER = Weighing(weight=73.13, body_fat=26.2)
GUEST = Weighing(weight=104.3, body_fat=24.0)
PRESSURE = Pressure(systolic=121, diastolic=79, heart_rate=63)
STEP_OFF = timedelta(seconds=9)
"""In less, nobody gets off a scale and somebody else onto it."""
QUIET = 2.0
"""Seconds that the scale takes to upload, and that Garmin is watched for more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Arrival:
    """What there was to see right after a weighing."""

    home: Home
    measured_at: datetime
    requests: list[Request]
    sensors: dict[str, State]
    events: list[State]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Pressure:
    """What there was to see right after a blood pressure was measured."""

    home: Home
    measured_at: datetime
    requests: list[Request]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Seen:
    """What there was to see before the restart."""

    homes: list[Home]
    other: BluetoothHome
    arrivals: list[_Arrival]
    pressure: _Pressure
    reports: list[Report]
    answers: list[Answer]
    guest: Report
    events: list[State]
    histories: list[History]
    charges: list[Charge]
    texts: list[SmsMessage]


async def run_once(*, keep: bool) -> bool:
    """Weigh people in, run a battery low, restart Home Assistant: was all right?"""
    async with raised(
        PEOPLE, keep=keep, configuration=bluetooth.CONFIGURATION
    ) as stage:
        home_assistant, clouds = stage.home_assistant, stage.clouds
        async with connect(home_assistant.url, stage.token) as api:
            seen = await _play(stage, api)
        clouds.log.clear()
        clouds.sms.clear()
        with step("Stop Home Assistant"):
            await home_assistant.stop()
        restarted_at = datetime.now(UTC)
        with step("Start it again"):
            await home_assistant.start()
        async with connect(home_assistant.url, stage.token) as api:
            with step("See what is still there"):
                for home in seen.homes:
                    await home.wait_until_loaded(api)
                await asyncio.sleep(QUIET)
            arrivals = [_see_again(clouds, api, arrival) for arrival in seen.arrivals]
            charges = [*seen.charges, *_charges(api, seen.homes, "after a restart")]
            guest = await _look_for_guest(clouds, api, seen)
            asked_at = moment(api.states[AUTOMATION].attributes["last_triggered"])
        with step("Stop Home Assistant"):
            await home_assistant.stop()
        evidence = Evidence(
            arrivals=arrivals,
            pressures=[_see_pressure(clouds, seen.pressure)],
            sensor_arrivals=[
                SensorArrival(
                    person=CAROL,
                    reports=seen.reports,
                    arrived=bluetooth.holdings(clouds, seen.other),
                )
            ],
            answers=seen.answers,
            guest=guest,
            histories=seen.histories,
            charges=charges,
            texts=Texts(
                number=NUMBER,
                before=seen.texts,
                after=list(clouds.sms.messages),
                restarted_at=restarted_at,
                asked_at=asked_at,
            ),
            late_requests=clouds.log.requests("garmin"),
            files=await asyncio.to_thread(read_files, stage.directory),
            log=home_assistant.read_log(),
            secrets=collect_secrets(clouds, PEOPLE),
        )
    return _report(evidence)


async def _play(stage: Stage, api: Api) -> _Seen:
    """Set everything up, run a battery low, and step on the scales."""
    clouds = stage.clouds
    homes = await settle_in(api, clouds, [ALICE, BOB])
    alice, bob = homes
    carol = await bluetooth.move_in(api, CAROL, DAVE)
    with step("Save the dashboard"):
        await save_dashboard(api, homes, carol)
    charges = _charges(api, homes, "at first")
    with step("Make the automation that texts about Bob's batteries"):
        devices = bob.source.devices.values()
        await add_automation(api, [entities["battery_low"] for entities in devices])
    with step("Choose Run in its menu"):
        await introduce(api)
        await wait_for_texts(clouds, 1)
    with step("Run the battery of Bob's tracker low"):
        drain_tracker(clouds)
        battery = bob.source.devices[TRACKER.model]["battery_low"]
        await api.act("homeassistant.update_entity", entity_id=battery)
        await wait_for_texts(clouds, 2)
    pressure = await _measure_pressure(clouds, api, alice)
    arrivals = [await _weigh(clouds, api, home) for home in homes]
    with step("Carol steps on a Bluetooth scale"):
        report = await bluetooth.step_on(api, clouds, carol, BLUETOOTH)
    phones = await add_phones(api, [CAROL, DAVE])
    with step(f"Have {phones[0].name} and {phones[1].name} asked whose a weigh-in is"):
        for phone in phones:
            await phone.connect(api)
        await ask_on(api, bluetooth.QUESTION, phones)
    with step("Carol or Dave steps on it, and says on Dave's phone that it was Carol"):
        before = len(bluetooth.holdings(clouds, carol))
        either = await _answer(
            api, EITHER, report, phones, CAROL.name, [CAROL.name, DAVE.name]
        )
        await bluetooth.wait_for_arrival(api, clouds, carol, before)
    with step("A guest steps on it, and Carol says that it was nobody"):
        guest = await _answer(
            api, GUEST, either.report, phones[::-1], "Nobody", [DAVE.name, CAROL.name]
        )
    return _Seen(
        homes=homes,
        other=carol,
        arrivals=arrivals,
        pressure=pressure,
        reports=[report, either.report],
        answers=[either, guest],
        guest=guest.report,
        events=[
            state
            for _, state in api.changes
            if state.attributes.get("event_type") == "weigh_in"
        ],
        histories=[await _history(stage, api, home) for home in homes],
        charges=charges,
        texts=list(clouds.sms.messages),
    )


async def _answer(
    api: Api,
    weighing: Weighing,
    last: Report,
    phones: Sequence[Phone],
    title: str,
    candidates: list[str],
) -> Answer:
    """Let somebody step on the Bluetooth scale, and say who it was on the last phone."""
    await asyncio.sleep((last.at + STEP_OFF - datetime.now(UTC)).total_seconds())
    report = await bluetooth.ask(api, weighing)
    await wait_until_asked(api, phones)
    buttons = {phone.name: phone.titles for phone in phones}
    await phones[-1].press(api, title)
    await wait_until_clear(api, phones)
    return Answer(report=report, pressed=title, buttons=buttons, candidates=candidates)


async def _look_for_guest(clouds: Clouds, api: Api, seen: _Seen) -> Guest:
    """Return all places where a guest might be, but for the question."""
    entities = await api.call("config/entity_registry/list")
    return Guest(
        report=seen.guest,
        states={
            entity["entity_id"]: api.states[entity["entity_id"]]
            for entity in entities
            if entity["platform"] == DOMAIN
            and entity["entity_id"] in api.states
            and entity["entity_id"] != bluetooth.QUESTION
        },
        events=seen.events,
        means=await read_all(api),
        held={
            person.name: [w.weight for w in clouds.garmin.weigh_ins(person.email)]
            for person in PEOPLE
        },
    )


async def _weigh(clouds: Clouds, api: Api, home: Home) -> _Arrival:
    """Let a person step on the scale, and watch what comes of it."""
    measured_at = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)
    await asyncio.sleep(QUIET)
    clouds.log.clear()
    api.changes.clear()
    with step(f"{home.person.name} steps on the scale"):
        await weigh(api, clouds, home, WEIGHINGS[home.person.name], measured_at)
    await asyncio.sleep(QUIET)
    return _Arrival(
        home=home,
        measured_at=measured_at,
        requests=clouds.log.requests("garmin"),
        sensors=_sensors(api, home),
        events=_events(api, home),
    )


async def _measure_pressure(clouds: Clouds, api: Api, home: Home) -> _Pressure:
    """Let a person use a cuff, and watch what comes of it."""
    measured_at = datetime.now(UTC).replace(microsecond=0)
    clouds.log.clear()
    with step(f"{home.person.name} measures a blood pressure"):
        await measure_pressure(api, clouds, home, PRESSURE, measured_at)
    return _Pressure(
        home=home, measured_at=measured_at, requests=clouds.log.requests("garmin")
    )


def _see_pressure(clouds: Clouds, seen: _Pressure) -> PressureArrival:
    """Add what there is to see of a blood pressure after the restart."""
    return PressureArrival(
        person=seen.home.person,
        pressure=PRESSURE,
        measured_at=seen.measured_at,
        arrived=pressures(clouds, seen.home),
        requests=seen.requests,
    )


def _see_again(clouds: Clouds, api: Api, arrival: _Arrival) -> Arrival:
    """Add what there is to see of a weighing after the restart."""
    home = arrival.home
    return Arrival(
        person=home.person,
        weighing=WEIGHINGS[home.person.name],
        measured_at=arrival.measured_at,
        arrived=holdings(clouds, home),
        requests=arrival.requests,
        sensors=arrival.sensors,
        sensors_again=_sensors(api, home),
        events=arrival.events,
        event_again=api.states[home.entity("weigh_in")],
    )


async def _history(stage: Stage, api: Api, home: Home) -> History:
    """Read the statistics of a person's weight."""
    past = stage.pasts[home.person.name]
    weight = await find_statistic(api, home.source, "Weight")
    return History(
        person=home.person,
        past=past,
        means=await read_statistic(api, weight, min(past) - timedelta(hours=1)),
    )


def _charges(api: Api, homes: list[Home], when: str) -> list[Charge]:
    """Return what is shown of all batteries, and what should be."""
    is_first = when == "at first"
    return [
        Charge(
            battery=battery if is_first or battery is not TRACKER else TRACKER_LOW,
            when=when,
            shown=_states(api, home.devices.get(battery.model, {})),
        )
        for home in homes
        for battery in (*batteries(home.person), *straps(home.person))
    ]


def _sensors(api: Api, home: Home) -> dict[str, State]:
    """Return the states of a person's entities by their translation keys."""
    return _states(api, {**home.source.entities, **home.garmin.entities})


def _states(api: Api, entities: dict[str, str]) -> dict[str, State]:
    """Return the states of entities by their translation keys."""
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
    """Write what has arrived and what was checked; tell whether all is well."""
    for arrival in evidence.arrivals:
        say(f"\n{arrival.person.name}'s Garmin account holds:")
        for weigh_in in arrival.arrived:
            say(f"  {describe(weigh_in)}")
    for other in evidence.sensor_arrivals:
        say(f"\n{other.person.name}'s Garmin account holds:")
        for weigh_in in other.arrived:
            say(f"  {describe(weigh_in)}")
    for one in evidence.pressures:
        say(f"\n{one.person.name}'s Garmin account holds of blood pressures:")
        for reading in one.arrived:
            say(f"  {describe_pressure(reading)}")
    say("\nThe SMS gateway was given:")
    for message in evidence.texts.before + evidence.texts.after:
        say(f"  {message.to}: {message.message}")
    say()
    checks = check_all(evidence)
    for check in checks:
        say(f"  {'ok    ' if check.passed else 'FAILED'}  {check.name}")
        if check.found:
            say(f"          {check.found}")
    failed = sum(not check.passed for check in checks)
    say(f"\n{failed} of {len(checks)} checks failed" if failed else "\nAll is well")
    return not failed
