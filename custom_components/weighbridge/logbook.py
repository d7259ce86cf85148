"""Activity: what somebody weighed, and where that is beside the trend."""

from collections.abc import Callable
from typing import Any, Final

from homeassistant.components.logbook.const import (
    LOGBOOK_ENTRY_ICON,
    LOGBOOK_ENTRY_MESSAGE,
    LOGBOOK_ENTRY_NAME,
)
from homeassistant.const import ATTR_ENTITY_ID, ATTR_NAME
from homeassistant.core import Event, HomeAssistant, callback

from .const import DOMAIN
from .event import ATTR_TREND, ATTR_WEIGHT, EVENT_WEIGHED
from .names import async_word
from .siblings import Siblings
from .units import async_mass_text

# Less than this, in kg, no scale in a bathroom can tell.
ON_TREND: Final = 0.05

ICON: Final = "mdi:scale-bathroom"
WORDS: Final = ("weighed", "above", "below", "on")


@callback
def async_describe_events(
    hass: HomeAssistant,
    async_describe_event: Callable[[str, str, Callable[[Event], dict[str, Any]]], None],
) -> None:
    """Have each weigh-in told in the language of Home Assistant."""

    @callback
    def describe(event: Event) -> dict[str, Any]:
        """Word a weigh-in, masses in the unit in which the person reads weights."""
        entity_id = event.data[ATTR_ENTITY_ID]
        siblings = Siblings(hass, entity_id)
        unit = siblings.mass_unit()
        weight, trend = event.data[ATTR_WEIGHT], event.data[ATTR_TREND]
        off = 0.0 if trend is None else weight - trend
        # Without the entity, whose name would stand in the place of the person's.
        return {
            LOGBOOK_ENTRY_ICON: ICON,
            LOGBOOK_ENTRY_NAME: siblings.name or event.data[ATTR_NAME],
            LOGBOOK_ENTRY_MESSAGE: async_word(
                hass, "logbook", _word(trend, off)
            ).format(
                weight=async_mass_text(hass, weight, unit),
                difference=async_mass_text(hass, abs(off), unit),
            ),
        }

    async_describe_event(DOMAIN, EVENT_WEIGHED, describe)


def _word(trend: float | None, off: float) -> str:
    """Return the key of the text for a weight that is off the trend by some kg."""
    if trend is None:
        return "weighed"
    if abs(off) < ON_TREND:
        return "on"
    return "above" if off > 0 else "below"
