"""What Assist may be asked about weights: read only, of people who are exposed to it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final, override

import probatio

from homeassistant.components.homeassistant.exposed_entities import async_should_expose
from homeassistant.components.llm import LLMTools
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import (
    ATTR_UNIT_OF_MEASUREMENT,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
    UnitOfMass,
)
from homeassistant.core import HomeAssistant, State, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.llm import (
    LLM_API_ASSIST,
    LLMContext,
    Tool,
    ToolAnnotations,
    ToolInput,
    ToolResult,
)
from homeassistant.util import dt as dt_util
from homeassistant.util.unit_conversion import MassConverter

from .const import DOMAIN, SOURCES
from .entry import provider_of
from .names import async_sources
from .pace import async_apart
from .siblings import Siblings, in_unit
from .sources import Person

# As many weigh-ins as a model reads without losing its thread.
MOST: Final = 100
DEFAULT_DAYS: Final = 30

TREND: Final = (
    "weight",
    "weight_trend",
    "weight_change",
    "goal_weight",
    "to_goal",
    "goal_date",
    "last_weigh_in",
)

_READS: Final = ToolAnnotations(
    read_only=True, destructive=False, idempotent=True, open_world=False
)

type _Exposed = Mapping[str, str]
"""The entities of a person that a model may know of, by what they tell."""


class _PersonTool(Tool):
    """Tells something of one of those who are exposed."""

    annotations = _READS
    integration = DOMAIN
    options: Mapping[probatio.Marker, Any] = {}

    def __init__(self, people: Mapping[str, tuple[Person, _Exposed]]) -> None:
        """Know those who are exposed, by their names."""
        self._people = people
        self.parameters = probatio.Schema(
            {
                probatio.Required(
                    "person", description="Whose weight it is about."
                ): probatio.In(list(people)),
                **self.options,
            }
        )


class GetWeighInsTool(_PersonTool):
    """Tells the weigh-ins of a period."""

    name = f"{DOMAIN}__get_weigh_ins"
    title = "Get weigh-ins"
    description = (
        "Get what the scale measured of a person at each weigh-in of the last days: "
        "weight and, where it was measured, body composition. Use this for questions "
        "such as 'How much did Alice weigh last Monday?'. The newest weigh-in is last. "
        "'units' gives the unit of each value, times are local."
    )
    options = {
        probatio.Optional(
            "days",
            description=f"How many days to look back (default: {DEFAULT_DAYS}).",
            default=DEFAULT_DAYS,
        ): probatio.All(probatio.Coerce(int), probatio.Range(min=1, max=36_500))
    }

    @override
    async def async_call(
        self, hass: HomeAssistant, tool_input: ToolInput, llm_context: LLMContext
    ) -> ToolResult:
        """Read the person's book."""
        asked = self.parameters(tool_input.tool_args)
        person, exposed = self._people[asked["person"]]
        now = dt_util.utcnow()
        since = now - timedelta(days=asked["days"])
        found = await async_apart(person.book.size, person.weigh_ins, since)
        units = {key: _unit(hass, entity_id) for key, entity_id in exposed.items()}
        weigh_ins = [
            {
                "measured_at": dt_util.as_local(weigh_in.measured_at).isoformat(),
                **{
                    key: _in_unit(value, units[key])
                    for key, value in weigh_in.values()
                    if key in units
                },
            }
            for weigh_in in found[-MOST:]
        ]
        told = {key for weigh_in in weigh_ins for key in weigh_in}
        data: dict[str, Any] = {
            "person": asked["person"],
            "units": {key: units[key] for key in units if key in told and units[key]},
            "weigh_ins": weigh_ins,
        }
        if older := len(found) - len(weigh_ins):
            data["older_weigh_ins_left_out"] = older
        return ToolResult(data=data)


class GetTrendTool(_PersonTool):
    """Tells where the weight is going."""

    name = f"{DOMAIN}__get_trend"
    title = "Get weight trend"
    description = (
        "Get the newest weight of a person, its trend, which ignores the ups and downs "
        "of single days, the change of the trend over the last 7 days, the goal, what "
        "is left to it and the date on which it will be reached. Use this for questions "
        "such as 'Is Alice losing weight?'. A value that is missing is not known."
    )

    @override
    async def async_call(
        self, hass: HomeAssistant, tool_input: ToolInput, llm_context: LLMContext
    ) -> ToolResult:
        """Read what the person's sensors show."""
        asked = self.parameters(tool_input.tool_args)
        _, exposed = self._people[asked["person"]]
        states = {
            key: state
            for key in TREND
            if key in exposed and (state := _state(hass, exposed[key])) is not None
        }
        return ToolResult(
            data={
                "person": asked["person"],
                **{key: _told(state) for key, state in states.items()},
            }
        )


@callback
def async_get_tools(
    hass: HomeAssistant, llm_context: LLMContext, api_id: str
) -> LLMTools | None:
    """Return the tools, if anybody's weight is exposed to this assistant."""
    if api_id != LLM_API_ASSIST:
        return None
    people = _exposed_people(hass, llm_context.assistant)
    if not people:
        return None
    return LLMTools(tools=[GetWeighInsTool(people), GetTrendTool(people)])


def _exposed_people(
    hass: HomeAssistant, assistant: str
) -> Mapping[str, tuple[Person, _Exposed]]:
    """Return those whose weight an assistant may know, by the names of their devices.

    Of two that are called the same, the second one is told with the account.
    """
    registry = er.async_get(hass)
    sources = async_sources(hass)
    people: dict[str, tuple[Person, _Exposed]] = {}
    for entry in hass.config_entries.async_entries(DOMAIN):
        if (
            provider_of(entry) not in SOURCES
            or entry.state is not ConfigEntryState.LOADED
        ):
            continue
        entities = er.async_entries_for_config_entry(registry, entry.entry_id)
        for person in entry.runtime_data.persons.values():
            exposed = {
                each.translation_key: each
                for each in entities
                if each.translation_key is not None
                and each.unique_id == f"{person.unique_id}_{each.translation_key}"
                and async_should_expose(hass, assistant, each.entity_id)
            }
            if (weight := exposed.get("weight")) is not None:
                name = Siblings(hass, weight.entity_id).name or person.name
                people[sources[person.id].account if name in people else name] = (
                    person,
                    {key: each.entity_id for key, each in exposed.items()},
                )
    return people


def _state(hass: HomeAssistant, entity_id: str) -> State | None:
    """Return a state that tells something."""
    state = hass.states.get(entity_id)
    if state is None or state.state in (STATE_UNAVAILABLE, STATE_UNKNOWN):
        return None
    return state


def _unit(hass: HomeAssistant, entity_id: str) -> str | None:
    """Return the unit that a sensor shows."""
    state = hass.states.get(entity_id)
    return None if state is None else state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)


def _in_unit(value: float, unit: str | None) -> float:
    """Return a value as its sensor would show it; masses are in kg."""
    if unit not in MassConverter.VALID_UNITS:
        return value
    return in_unit(value, UnitOfMass.KILOGRAMS, str(unit))


def _told(state: State) -> dict[str, Any]:
    """Return what a sensor shows, with its unit."""
    unit = state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)
    if unit is not None:
        return {"value": round(float(state.state), 2), "unit": unit}
    # A date is the same everywhere.
    moment = dt_util.parse_datetime(state.state) if "T" in state.state else None
    if moment is None:
        return {"value": state.state}
    return {"value": dt_util.as_local(moment).isoformat(timespec="seconds")}
