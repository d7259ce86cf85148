"""The actions of Weighbridge."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

import probatio

from homeassistant.const import ATTR_CONFIG_ENTRY_ID, UnitOfMass
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.service import async_get_config_entry
from homeassistant.util import dt as dt_util
from homeassistant.util.unit_conversion import MassConverter
from homeassistant.util.unit_system import US_CUSTOMARY_SYSTEM

from .const import DOMAIN, SOURCES, Provider
from .entry import provider_of
from .feeds import without_copies
from .garmin import (
    DIASTOLIC,
    EARLIEST,
    PULSE,
    SYSTOLIC,
    GarminConfigEntry,
    Link,
    async_push_measurement,
    async_sync,
    links_of,
)
from .model import BloodPressure, WeighIn
from .moments import MAX_AHEAD, as_utc, end_of, start_of
from .names import account_name, source_of_link
from .pace import async_apart, async_paced
from .sources import Person, SourceConfigEntry, Word, async_find_person

SERVICE_PUSH_MEASUREMENT = "push_measurement"
SERVICE_PUSH_BLOOD_PRESSURE = "push_blood_pressure"
SERVICE_SYNC = "sync"
SERVICE_GET_MEASUREMENTS = "get_measurements"
SERVICE_ASSIGN_WEIGH_IN = "assign_weigh_in"

# In place of the names of accounts that there are not.
NONE = "-"

ATTR_UNIT = "unit"
ATTR_WEIGHT = "weight"
ATTR_MEASURED_AT = "measured_at"
ATTR_SYSTOLIC = "systolic"
ATTR_DIASTOLIC = "diastolic"
ATTR_HEART_RATE = "heart_rate"
ATTR_START = "start"
ATTR_END = "end"
ATTR_DRY_RUN = "dry_run"
ATTR_PERSON = "person"
ATTR_WEIGH_IN = "weigh_in"
ATTR_ONLY_UNANSWERED = "only_unanswered"

UNITS = {
    "kg": UnitOfMass.KILOGRAMS,
    "lb": UnitOfMass.POUNDS,
    "st": UnitOfMass.STONES,
}

# Masses come in the unit of the call, as the weight does.
MASSES = ("muscle_mass", "bone_mass")
RANGES = {
    "body_fat": (0, 100),
    "body_water": (0, 100),
    "visceral_fat": (0, 254),
    "basal_metabolic_rate": (0, 16000),
    "metabolic_age": (0, 254),
    "bmi": (0, 250),
}
MAX_WEIGHT_KG = 655


def _whole_number(allowed: range) -> probatio.All[int]:
    """Return a validator for the whole numbers that Garmin takes."""
    return probatio.All(
        probatio.Coerce(int), probatio.Range(min=allowed.start, max=allowed.stop - 1)
    )


ENTRY_SCHEMA = probatio.Schema({probatio.Required(ATTR_CONFIG_ENTRY_ID): cv.string})

PUSH_MEASUREMENT_SCHEMA = ENTRY_SCHEMA.extend(
    {
        probatio.Required(ATTR_WEIGHT): cv.positive_float,
        probatio.Optional(ATTR_UNIT): probatio.In(UNITS),
        probatio.Optional(ATTR_MEASURED_AT): cv.datetime,
    }
    | {probatio.Optional(name): cv.positive_float for name in MASSES}
    | {
        probatio.Optional(name): probatio.All(
            probatio.Coerce(float), probatio.Range(min=low, max=high)
        )
        for name, (low, high) in RANGES.items()
    }
)

PUSH_BLOOD_PRESSURE_SCHEMA = ENTRY_SCHEMA.extend(
    {
        probatio.Required(ATTR_SYSTOLIC): _whole_number(SYSTOLIC),
        probatio.Required(ATTR_DIASTOLIC): _whole_number(DIASTOLIC),
        probatio.Optional(ATTR_HEART_RATE): _whole_number(PULSE),
        probatio.Optional(ATTR_MEASURED_AT): cv.datetime,
    }
)

SYNC_SCHEMA = ENTRY_SCHEMA.extend(
    {
        probatio.Optional(ATTR_START): cv.date,
        probatio.Optional(ATTR_END): cv.date,
        probatio.Optional(ATTR_DRY_RUN, default=False): cv.boolean,
    }
)

GET_MEASUREMENTS_SCHEMA = ENTRY_SCHEMA.extend(
    {
        probatio.Required(ATTR_START): probatio.Any(cv.date, cv.datetime),
        probatio.Optional(ATTR_END): probatio.Any(cv.date, cv.datetime),
        probatio.Optional(ATTR_PERSON): cv.string,
    }
)


ASSIGN_WEIGH_IN_SCHEMA = ENTRY_SCHEMA.extend(
    {
        probatio.Required(ATTR_WEIGH_IN): cv.string,
        probatio.Required(ATTR_PERSON): cv.string,
        probatio.Optional(ATTR_ONLY_UNANSWERED, default=False): cv.boolean,
    }
)


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions, whether or not an account is loaded."""
    hass.services.async_register(
        DOMAIN,
        SERVICE_PUSH_MEASUREMENT,
        _async_push_measurement,
        schema=PUSH_MEASUREMENT_SCHEMA,
        supports_response=SupportsResponse.OPTIONAL,
    )
    hass.services.async_register(
        DOMAIN,
        SERVICE_PUSH_BLOOD_PRESSURE,
        _async_push_blood_pressure,
        schema=PUSH_BLOOD_PRESSURE_SCHEMA,
        supports_response=SupportsResponse.OPTIONAL,
    )
    hass.services.async_register(
        DOMAIN,
        SERVICE_SYNC,
        _async_sync,
        schema=SYNC_SCHEMA,
        supports_response=SupportsResponse.OPTIONAL,
    )
    hass.services.async_register(
        DOMAIN,
        SERVICE_GET_MEASUREMENTS,
        _async_get_measurements,
        schema=GET_MEASUREMENTS_SCHEMA,
        supports_response=SupportsResponse.ONLY,
    )
    hass.services.async_register(
        DOMAIN,
        SERVICE_ASSIGN_WEIGH_IN,
        _async_assign_weigh_in,
        schema=ASSIGN_WEIGH_IN_SCHEMA,
    )


async def _async_push_measurement(call: ServiceCall) -> ServiceResponse:
    """Push one weigh-in to Garmin Connect."""
    return await _async_push(call, _weigh_in(call.hass, call.data))


async def _async_push_blood_pressure(call: ServiceCall) -> ServiceResponse:
    """Push one blood pressure reading to Garmin Connect."""
    data = call.data
    if data[ATTR_DIASTOLIC] >= data[ATTR_SYSTOLIC]:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="pressures_reversed",
            translation_placeholders={
                "systolic": str(data[ATTR_SYSTOLIC]),
                "diastolic": str(data[ATTR_DIASTOLIC]),
            },
        )
    return await _async_push(
        call,
        BloodPressure(
            measured_at=_measured_at(data),
            systolic=data[ATTR_SYSTOLIC],
            diastolic=data[ATTR_DIASTOLIC],
            heart_rate=data.get(ATTR_HEART_RATE),
        ),
    )


async def _async_push(
    call: ServiceCall, record: WeighIn | BloodPressure
) -> ServiceResponse:
    """Push one measurement and answer how Garmin came to hold it."""
    account = _garmin_entry(call).runtime_data
    is_new = await async_push_measurement(account, record)
    return {"result": "pushed" if is_new else "already_there"}


async def _async_sync(call: ServiceCall) -> ServiceResponse:
    """Bring Garmin Connect up to date with the links of an account."""
    entry = _garmin_entry(call)
    start, end = _period(call.data)
    offers: list[tuple[Link, WeighIn]] = []
    held = left_out = 0
    for link in links_of(entry).values():
        if not link.weigh_ins:
            continue
        person = async_find_person(call.hass, link.source)
        if person is None:
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="source_not_loaded",
                translation_placeholders={
                    "source": source_of_link(entry.subentries[link.link_id].title)
                },
            )
        await person.async_catch_up()
        since = start or datetime.fromtimestamp(link.start, UTC)
        held += person.count_out(since, end, is_open=True)
        left_out += person.count_out(since, end, is_open=False)
        weighed = await async_apart(person.book.size, person.weigh_ins, since, end)
        async for step in async_paced(weighed):
            own = without_copies(call.hass, entry, step)
            offers.extend((link, weigh_in) for weigh_in in own)
    dry_run: bool = call.data[ATTR_DRY_RUN]
    result = await async_sync(entry.runtime_data, offers, dry_run=dry_run)
    response: dict[str, Any] = {
        "found": result.found + held + left_out,
        "already_there": result.already_there,
        "pushed": result.pushed,
        "held": held,
        "left_out": result.left_out + left_out,
        "failed": result.failed,
    }
    if dry_run:
        would_push = result.would_push
        response["would_push"] = await async_apart(
            len(would_push), lambda: [_to_json(weigh_in) for weigh_in in would_push]
        )
    return response


async def _async_get_measurements(call: ServiceCall) -> ServiceResponse:
    """Return what was measured of a person in a period, as far as it counts."""
    entry = _source_entry(call)
    start, end = _period(call.data)
    person = _person(entry, call.data.get(ATTR_PERSON))
    await person.async_catch_up()

    def answer() -> ServiceResponse:
        found = person.weigh_ins(start, end)
        return {"measurements": [_to_json(weigh_in) for weigh_in in found]}

    return await async_apart(person.book.size, answer)


async def _async_assign_weigh_in(call: ServiceCall) -> None:
    """Say whose a measurement is that a source asks about."""
    questions = _source_entry(call).runtime_data.questions
    key, whose = call.data[ATTR_WEIGH_IN], call.data[ATTR_PERSON]
    if call.data[ATTR_ONLY_UNANSWERED] and questions.is_answered(key):
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="already_answered",
            translation_placeholders={"weigh_in": key},
        )
    try:
        is_known = await questions.async_assign(key, whose)
    except ValueError as err:
        people = [f"{id_} ({name})" for id_, name in questions.persons.items()]
        words = (*people, Word.NOBODY) if people else Word
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="unknown_word",
            translation_placeholders={"word": whose, "words": ", ".join(words)},
        ) from err
    if not is_known:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="no_such_weigh_in",
            translation_placeholders={"weigh_in": key},
        )


def _source_entry(call: ServiceCall) -> SourceConfigEntry:
    """Return the source that an action names."""
    entry: SourceConfigEntry = async_get_config_entry(
        call.hass, DOMAIN, call.data[ATTR_CONFIG_ENTRY_ID]
    )
    if provider_of(entry) not in SOURCES:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="not_a_source",
            translation_placeholders={
                "entry": account_name(entry),
                "accounts": _accounts(call.hass, SOURCES),
            },
        )
    return entry


def _garmin_entry(call: ServiceCall) -> GarminConfigEntry:
    """Return the Garmin entry that an action names."""
    entry: GarminConfigEntry = async_get_config_entry(
        call.hass, DOMAIN, call.data[ATTR_CONFIG_ENTRY_ID]
    )
    if provider_of(entry) is not Provider.GARMIN:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="not_a_garmin_account",
            translation_placeholders={
                "entry": account_name(entry),
                "accounts": _accounts(call.hass, {Provider.GARMIN}),
            },
        )
    return entry


def _accounts(hass: HomeAssistant, providers: Collection[Provider]) -> str:
    """Return the names of all accounts of some vendors.

    What Home Assistant offers for the field are all entries of Weighbridge.
    """
    entries = hass.config_entries.async_entries(DOMAIN)
    names = [account_name(one) for one in entries if provider_of(one) in providers]
    return ", ".join(names) or NONE


def _person(entry: SourceConfigEntry, person_id: str | None) -> Person:
    """Return the person whom an action names; the only one need not be named."""
    persons = entry.runtime_data.persons
    if person_id is None and len(persons) == 1:
        return next(iter(persons.values()))
    if person_id is None or person_id not in persons:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="whose",
            translation_placeholders={
                "entry": account_name(entry),
                "persons": ", ".join(f"{p.id} ({p.name})" for p in persons.values()),
            },
        )
    return persons[person_id]


def _weigh_in(hass: HomeAssistant, data: dict[str, Any]) -> WeighIn:
    """Read a weigh-in from the data of an action, in Home Assistant's unit if no other."""
    is_us = hass.config.units is US_CUSTOMARY_SYSTEM
    unit = UNITS[data.get(ATTR_UNIT, "lb" if is_us else "kg")]

    def kilograms(mass: float) -> float:
        return round(MassConverter.convert(mass, unit, UnitOfMass.KILOGRAMS), 2)

    weight = kilograms(data[ATTR_WEIGHT])
    if not 0 < weight < MAX_WEIGHT_KG:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="implausible_weight",
            translation_placeholders={"weight": f"{weight:.2f}"},
        )
    composition: dict[str, Any] = {
        name: kilograms(data[name]) if name in MASSES else data[name]
        for name in (*MASSES, *RANGES)
        if name in data
    }
    if (parts := sum(composition.get(name, 0) for name in MASSES)) > weight:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="parts_over_whole",
            translation_placeholders={
                "parts": f"{parts:.2f}",
                "weight": f"{weight:.2f}",
            },
        )
    return WeighIn(measured_at=_measured_at(data), weight=weight, **composition)


def _measured_at(data: dict[str, Any]) -> datetime:
    """Return when something was measured: now, unless it is told."""
    now = dt_util.utcnow()
    measured_at = as_utc(data.get(ATTR_MEASURED_AT, now))
    if measured_at > now + MAX_AHEAD:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="measured_in_future"
        )
    if measured_at.timestamp() < EARLIEST:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="measured_too_early"
        )
    return measured_at.replace(microsecond=0)


def _period(data: dict[str, Any]) -> tuple[datetime | None, datetime]:
    """Return the first moment of a period, if it has one, and where it ends."""
    start, end = start_of(data.get(ATTR_START)), end_of(data.get(ATTR_END))
    if start is not None and data.get(ATTR_END) is not None and start >= end:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="period_reversed"
        )
    return start, end


def _to_json(weigh_in: WeighIn) -> dict[str, Any]:
    """Return a weigh-in as an action answers it, in local time."""
    return {
        "measured_at": dt_util.as_local(weigh_in.measured_at).isoformat(),
        **dict(weigh_in.values()),
    }
