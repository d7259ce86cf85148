"""The people, and all that stands around them, as the registries have it now."""

from collections.abc import Iterator, Sequence
from typing import Any

from homeassistant.auth.models import User
from homeassistant.auth.permissions.const import POLICY_READ
from homeassistant.components.recorder.statistics import get_metadata
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_SOURCE
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.recorder import get_instance
from homeassistant.util import slugify

from ..const import DOMAIN, Provider
from ..entry import WeighbridgeConfigEntry, provider_of
from ..model import WeighIn
from ..names import account_name, person_name
from ..sources import Question
from ..units import async_mass_text

type Json = dict[str, Any]
type Entities = dict[str, er.RegistryEntry]

# What each person has, by the entity that nobody else has.
PERSON = "weigh_in"
ACCOUNT = "last_push"
QUESTION = "question"


async def async_describe_household(hass: HomeAssistant, user: User) -> list[Json]:
    """Return the people whom a user may see, by their names."""
    entries = hass.config_entries.async_entries(DOMAIN, include_disabled=False)
    devices = {entry.entry_id: _devices(hass, entry, user) for entry in entries}
    people: list[Json] = []
    for entry in entries:
        if provider_of(entry) is not Provider.GARMIN:
            people.extend(_people(hass, entry, devices))
    statistics = {
        statistic for person in people for statistic in person["statistics"].values()
    }
    known = await _async_known(hass, statistics)
    for person in people:
        person["statistics"] = {
            quantity: statistic
            for quantity, statistic in person["statistics"].items()
            if statistic in known
        }
    return sorted(people, key=lambda person: person["name"].casefold())


def _people(
    hass: HomeAssistant,
    entry: WeighbridgeConfigEntry,
    devices: dict[str, list[Entities]],
) -> Iterator[Json]:
    """Yield the people of a source; one that was never loaded has at least its name."""
    own = devices[entry.entry_id]
    loaded = entry.state is ConfigEntryState.LOADED
    people = [entities for entities in own if PERSON in entities]
    # On the device of a scale, or on that of the only person.
    asks = [(QUESTION, each[QUESTION].entity_id) for each in own if QUESTION in each]
    batteries = [_device(hass, each) for each in own if PERSON not in each]
    if not people and not loaded:
        yield _person(entry.entry_id, person_name(entry), broken=[account_name(entry)])
    for entities in people:
        weigh_in = entities[PERSON]
        person_id = weigh_in.config_subentry_id or entry.entry_id
        accounts = [
            garmin
            for garmin in hass.config_entries.async_entries(
                DOMAIN, include_disabled=False
            )
            for link in garmin.subentries.values()
            if link.data.get(CONF_SOURCE) == person_id
        ]
        broken = [
            each
            for each in (entry, *accounts)
            if each.state is not ConfigEntryState.LOADED
        ]
        yield _person(
            person_id,
            _device_name(hass, weigh_in) or person_name(entry),
            entities={**dict(asks), **_ids(entities)},
            statistics={
                key: f"{DOMAIN}:{slugify(each.unique_id)}"
                for key, each in entities.items()
                if each.domain == "sensor"
            },
            devices=batteries,
            garmin=[
                _device(hass, each)
                for garmin in accounts
                for each in devices[garmin.entry_id]
                if ACCOUNT in each
            ],
            questions=_questions(hass, entry, person_id) if loaded else [],
            broken=[account_name(each) for each in broken],
        )


def _person(person_id: str, name: str, **known: Any) -> Json:
    """Return a person, of whom all else may be unknown."""
    return {
        "id": person_id,
        "name": name,
        "entities": {},
        "statistics": {},
        "devices": [],
        "garmin": [],
        "questions": [],
        "broken": [],
        **known,
    }


def _devices(
    hass: HomeAssistant, entry: WeighbridgeConfigEntry, user: User
) -> list[Entities]:
    """Return what a user may see of each device of an account, by what it is."""
    found: dict[str, Entities] = {}
    for each in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id):
        if (
            each.device_id
            and each.translation_key
            and each.disabled_by is None
            and each.hidden_by is None
            and user.permissions.check_entity(each.entity_id, POLICY_READ)
        ):
            found.setdefault(each.device_id, {})[each.translation_key] = each
    return list(found.values())


def _device(hass: HomeAssistant, entities: Entities) -> Json:
    """Return a device by its name, with what it shows."""
    return {
        "name": _device_name(hass, next(iter(entities.values()))),
        "entities": _ids(entities),
    }


def _device_name(hass: HomeAssistant, entity: er.RegistryEntry) -> str | None:
    """Return what people call the device of an entity."""
    device = dr.async_get(hass).async_get(str(entity.device_id))
    return None if device is None else device.name_by_user or device.name


def _ids(entities: Entities) -> dict[str, str]:
    """Return the ids of entities."""
    return {key: each.entity_id for key, each in entities.items()}


@callback
def _questions(
    hass: HomeAssistant, entry: WeighbridgeConfigEntry, person_id: str
) -> list[Json]:
    """Return what waits for a word and may be a person's, with whose it may be."""
    questions: Sequence[Question] = entry.runtime_data.questions.open
    return [
        {
            "config_entry_id": entry.entry_id,
            "weigh_in": question.key,
            "measured_at": question.record.measured_at.isoformat(),
            "text": async_mass_text(hass, question.record.weight)
            if isinstance(question.record, WeighIn)
            else f"{question.record.systolic}/{question.record.diastolic} mmHg",
            "candidates": dict(question.candidates),
        }
        for question in questions
        if not question.candidates or person_id in question.candidates
    ]


async def _async_known(hass: HomeAssistant, statistics: set[str]) -> set[str]:
    """Return which statistics there are."""
    if "recorder" not in hass.config.components or not statistics:
        return set()
    return set(
        await get_instance(hass).async_add_executor_job(
            lambda: get_metadata(hass, statistic_ids=statistics)
        )
    )
