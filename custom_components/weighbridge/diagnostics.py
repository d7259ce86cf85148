"""Diagnostics: what is there and how much of it, never a value, a name or a secret."""

from typing import Any, Final

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from .const import CONF_HEIGHT, CONF_MAX_WEIGHT, CONF_MIN_WEIGHT, CONF_PROVIDER
from .devices import ListedDevices
from .entry import WeighbridgeConfigEntry
from .garmin import GarminAccount, links_of
from .ledger import State
from .sources import (
    CONF_CALLBACKS,
    Scale,
    ScaleRuntime,
    SourceCoordinator,
    SourceRuntime,
)
from .sources.scale import MEASURED_AT

# Settings that tell of somebody's body.
OF_THE_BODY: Final = (CONF_MIN_WEIGHT, CONF_MAX_WEIGHT, CONF_HEIGHT)


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: WeighbridgeConfigEntry
) -> dict[str, Any]:
    """Return what helps to understand an account's trouble."""
    about = {
        "provider": entry.data[CONF_PROVIDER],
        "state": entry.state.value,
        "options": async_redact_data(entry.options, OF_THE_BODY),
    }
    if entry.state is not ConfigEntryState.LOADED:
        return about
    runtime: SourceRuntime | ScaleRuntime | GarminAccount = entry.runtime_data
    if isinstance(runtime, GarminAccount):
        sensors = {} if runtime.sensors is None else _devices(runtime.sensors)
        return about | _garmin(runtime) | sensors
    if isinstance(runtime, ScaleRuntime):
        return about | _scale(runtime.scale)
    return about | _source(runtime.coordinator) | _devices(runtime.devices)


def _source(coordinator: SourceCoordinator) -> dict[str, Any]:
    """Return how the polls of a source go, and which quantities it measures."""
    person, batch = coordinator.person, coordinator.data
    book = person.book
    token = coordinator.config_entry.data["token"]
    error = coordinator.last_exception
    return {
        "token": {
            "fields": sorted(token),
            "scope": token.get("scope"),
            "expires_in": round(token["expires_at"] - dt_util.utcnow().timestamp()),
        },
        "polls": {
            "last_update_success": coordinator.last_update_success,
            "last_exception": None if error is None else type(error).__name__,
            "window": batch.until - batch.since,
            "weigh_ins": len(batch.weigh_ins),
            "doubtful": sum(w.doubt is not None for w in batch.weigh_ins),
            "blood_pressures": len(batch.blood_pressures),
            "readings": len(batch.readings),
            "heights": len(batch.heights),
            "answers": dict(coordinator.session.client.shapes),
            "callbacks": len(coordinator.config_entry.data.get(CONF_CALLBACKS, ())),
        },
        "known": {
            "quantities": sorted(person.latest),
            "has_last_weigh_in": person.last_weigh_in is not None,
            "weigh_ins": len(book.weigh_ins.records),
            "blood_pressures": len(book.blood_pressures.records),
            "heights": len(book.heights.records),
            "questions": len(book.questions),
            "missed": len(list(book.missed())),
            "untold": len(person.told.keys),
        },
    }


def _scale(scale: Scale) -> dict[str, Any]:
    """Return how a scale reports, so that a weighing can be played again.

    Times are seconds before now, and the largest value of each sensor counts as 100.
    """
    now = dt_util.utcnow().timestamp()
    memory = scale.memory
    sensors: dict[str, list[list[Any]]] = {}
    for quantity, recorded in scale.sensors.record:
        numbers = [abs(one.value) for one in recorded if isinstance(one.value, float)]
        largest = max(numbers, default=0) or 1
        sensors[quantity] = [
            [
                round(one.at - now, 2),
                one.kind.value,
                one.value
                if isinstance(one.value, str)
                else round(one.value - now)
                if quantity == MEASURED_AT
                else round(100 * one.value / largest, 3),
            ]
            for one in recorded
        ]
    return {
        "people": [
            {
                "quantities": sorted(person.latest),
                "weigh_ins": len(person.book.weigh_ins.records),
                "has_limits": [
                    scale.people.limits[person.id].min_weight is not None,
                    scale.people.limits[person.id].max_weight is not None,
                ],
            }
            for person in scale.people.persons.values()
        ],
        "questions": [question.reason.value for question in scale.people.questions],
        "behaviour": {
            "live": memory.live,
            "sleeps": memory.sleeps,
            "expected": sorted(memory.expected),
            "chatty": sorted(memory.chatty),
        },
        "reports": sensors,
    }


def _devices(coordinator: ListedDevices) -> dict[str, Any]:
    """Return how the polls of devices go, and what kinds of devices there are."""
    error = coordinator.last_exception
    return {
        "devices": {
            "last_update_success": coordinator.last_update_success,
            "last_exception": None if error is None else type(error).__name__,
            "listed": [
                {
                    "kind": device.kind.value,
                    "model": device.model,
                    "has_battery": device.battery is not None,
                    "has_battery_level": device.battery_level is not None,
                    "has_last_sync": device.last_sync is not None,
                }
                for device in coordinator.data.values()
            ],
        }
    }


def _garmin(account: GarminAccount) -> dict[str, Any]:
    """Return how the pushes to an account go, and what its links are like."""
    memory = account.memory
    return {
        "signed_out": account.gate.signed_out,
        "weigh_ins": {
            state.value: account.memory.weigh_ins.count(state) for state in State
        },
        "blood_pressures": {
            state.value: account.memory.blood_pressures.count(state) for state in State
        },
        "has_last_push": account.memory.last_push is not None,
        "pause": {
            "reason": memory.pause_reason,
            "seconds": max(
                0, round(memory.paused_until - dt_util.utcnow().timestamp())
            ),
            "strikes": memory.strikes,
        },
        "links": [
            {
                "weigh_ins": link.weigh_ins,
                "has_start": link.start > 0,
                "muscle_mass": link.muscle_mass,
            }
            for link in links_of(account.entry).values()
        ],
    }
