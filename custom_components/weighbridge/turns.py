"""Turns: a few accounts are at work at a time, whatever makes all want to at once.

A start, or an update of all entities, would else keep the event loop busy with the requests
of all of them, and the threads that Home Assistant has for all of its integrations.
"""

import asyncio
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN

AT_A_TIME: Final = 4

_SOURCES: HassKey[asyncio.Semaphore] = HassKey(f"{DOMAIN}_source_turns")


@callback
def async_source_turn(hass: HomeAssistant) -> asyncio.Semaphore:
    """Return what is to be held while a source is read."""
    return hass.data.setdefault(_SOURCES, asyncio.Semaphore(AT_A_TIME))
