"""Numbers: the weight that a person wants to have."""

from typing import Final, override

from homeassistant.components.number import (
    DOMAIN as NUMBER_DOMAIN,
    NumberDeviceClass,
    NumberEntity,
    NumberEntityDescription,
    NumberMode,
)
from homeassistant.const import EntityCategory, UnitOfMass
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util.unit_conversion import MassConverter

from .entity import PersonEntity, async_was_there, for_person
from .sources import Person, SourceConfigEntry
from .units import async_mass_unit

PARALLEL_UPDATES = 0

# In kg: from a child's to the heaviest that scales carry.
LIGHTEST: Final = 20
HEAVIEST: Final = 300

GOAL_WEIGHT = NumberEntityDescription(
    key="goal_weight",
    translation_key="goal_weight",
    device_class=NumberDeviceClass.WEIGHT,
    entity_category=EntityCategory.CONFIG,
    mode=NumberMode.BOX,
    native_step=0.1,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SourceConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the goal of each person, as soon as they have been weighed."""
    for person in entry.runtime_data.persons.values():
        _async_add_goal(person, for_person(person, async_add_entities))


@callback
def _async_add_goal(
    person: Person, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add a goal now, or after the first weigh-in that counts, now or ever."""
    is_added = False
    was_there = async_was_there(person, NUMBER_DOMAIN, GOAL_WEIGHT.key)

    @callback
    def add() -> None:
        nonlocal is_added
        if not is_added and (was_there or person.trends.weight.first is not None):
            is_added = True
            async_add_entities([GoalWeight(person, GOAL_WEIGHT)])

    add()
    person.entry.async_on_unload(person.async_add_listener(add))


class GoalWeight(PersonEntity, NumberEntity):
    """The weight that a person wants to have: at first the one that the vendor knows."""

    def __init__(self, person: Person, description: NumberEntityDescription) -> None:
        """Be in the unit in which masses are read here, and stay so until a restart."""
        super().__init__(person, description)
        self._unit = async_mass_unit(person.hass)
        self._attr_native_unit_of_measurement = self._unit
        self._attr_native_min_value = round(self._shown(LIGHTEST))
        self._attr_native_max_value = round(self._shown(HEAVIEST))

    @property
    @override
    def native_value(self) -> float | None:
        """Return the goal, None without one."""
        if (goal := self.person.goal) is None:
            return None
        return round(self._shown(goal), 2)

    @override
    async def async_set_native_value(self, value: float) -> None:
        """Want to have this weight."""
        await self.person.async_set_goal(
            MassConverter.convert(value, self._unit, UnitOfMass.KILOGRAMS)
        )

    def _shown(self, kilograms: float) -> float:
        """Return a mass in the unit of the entity."""
        return MassConverter.convert(kilograms, UnitOfMass.KILOGRAMS, self._unit)
