"""The dashboard that the demo's browser lands on."""

from collections.abc import Mapping

from . import bluetooth
from .api import Api
from .bluetooth import BluetoothHome
from .cast import BOB
from .config import BATTERY_BUTTON, CUFF_BUTTON, GUEST_BUTTON, STEP_BUTTONS
from .devices import WEEKS
from .history import find_statistic
from .home import Home
from .texts import AUTOMATION

URL_PATH = "demo-weighbridge"

type Card = dict[str, object]

_COMPOSITION = (
    "body_fat",
    "muscle_mass",
    "body_water",
    "bone_mass",
    "fat_mass",
    "fat_free_mass",
    "visceral_fat",
    "bmi",
    "metabolic_age",
    "heart_rate",
)
_GOAL = ("weight_trend", "weight_change", "goal_weight", "to_goal", "goal_date")
_ENERGY = "basal_metabolic_rate"
_PRESSURE = ("systolic", "diastolic")
_BATTERY = ("battery", "battery_level", "battery_low", "last_sync")


async def save_dashboard(
    api: Api, homes: list[Home], other: BluetoothHome | None = None
) -> None:
    """Give these people a dashboard, and make it the one that everybody starts with.

    `other` is somebody with a scale that Home Assistant knows without Weighbridge.
    """
    await api.call(
        "lovelace/dashboards/create",
        url_path=URL_PATH,
        title="Weighbridge demo",
        icon="mdi:scale-bathroom",
        mode="storage",
    )
    views = [await _view(api, home) for home in homes]
    if other is not None:
        views.append(_other_view(other))
    await api.call("lovelace/config/save", url_path=URL_PATH, config={"views": views})
    await api.call(
        "frontend/set_system_data", key="core", value={"default_panel": URL_PATH}
    )


async def _view(api: Api, home: Home) -> Card:
    """Return the page of a person: the scale, the body, Garmin Connect, batteries."""
    return {
        "title": home.person.name,
        "path": home.person.name.lower(),
        "type": "sections",
        "max_columns": 3,
        "sections": [
            _section(
                _heading("On the scale"),
                _button(STEP_BUTTONS[home.person.name]),
                _tile(home.entity("weight")),
                _tile(home.entity("last_weigh_in")),
                # The trend comes last, so that it is drawn over the weights.
                await _graph(api, home, "Weight", "Weight trend", period="day"),
                *(_tile(home.entity(key)) for key in _GOAL),
                *_garmin(home.garmin.entities),
                _tile(home.entity("weigh_in")),
            ),
            _section(
                _heading("Body composition"),
                *_composition(home),
                await _graph(api, home, "Body fat"),
            ),
            *await _pressure(api, home),
            *_batteries(home),
        ],
    }


def _other_view(home: BluetoothHome) -> Card:
    """Return the page of a person with a scale of another integration."""
    name = home.person.name
    return {
        "title": name,
        "path": name.lower(),
        "type": "sections",
        "max_columns": 3,
        "sections": [
            _section(
                _heading("On the scale"),
                _button(STEP_BUTTONS[name]),
                _button(STEP_BUTTONS[home.partner.name]),
                _button(GUEST_BUTTON),
                _tile(bluetooth.WEIGHT),
                _tile(bluetooth.BODY_FAT),
            ),
            # What Weighbridge asks, with a button for each answer.
            _section(
                {
                    "type": "custom:weighbridge-notices",
                    "person": home.person_id,
                    "watch": [bluetooth.QUESTION],
                }
            ),
            _section(*_garmin(home.entities)),
        ],
    }


def _garmin(entities: Mapping[str, str]) -> list[Card]:
    """Return what is known of a Garmin account."""
    return [
        _heading("At Garmin Connect"),
        _tile(entities["last_push"]),
        _tile(entities["pending"]),
        {
            **_tile(entities["push_now"]),
            "hide_state": True,
            "tap_action": {"action": "toggle"},
        },
    ]


async def _pressure(api: Api, home: Home) -> list[Card]:
    """Return a section for the blood pressure, if the person measures it."""
    if not home.source.entities.keys() >= set(_PRESSURE):
        return []
    return [
        _section(
            _heading("Blood pressure"),
            _button(CUFF_BUTTON),
            *(_tile(home.entity(key)) for key in _PRESSURE),
            await _graph(
                api, home, "Systolic blood pressure", "Diastolic blood pressure"
            ),
        )
    ]


def _composition(home: Home) -> list[Card]:
    """Return what is measured of the body, in pairs; one has too long a name for that."""
    keys = [key for key in _COMPOSITION if key in home.source.entities]
    tiles = [_tile(home.entity(key)) for key in keys]
    if _ENERGY in home.source.entities:
        tiles.append(_wide(_tile(home.entity(_ENERGY))))
    return tiles


def _batteries(home: Home) -> list[Card]:
    """Return a section for each scale, tracker and strap."""
    sections = [
        _section(
            _heading(model),
            *(_tile(entities[key]) for key in _BATTERY if key in entities),
        )
        for model, entities in home.devices.items()
    ]
    if home.person is BOB:
        sections.append(
            _section(
                _heading("Texts about low batteries"),
                _button(BATTERY_BUTTON),
                {
                    **_wide(_tile(AUTOMATION)),
                    "name": "Text the introduction",
                    "hide_state": True,
                    "tap_action": {
                        "action": "perform-action",
                        "perform_action": "automation.trigger",
                        "target": {"entity_id": AUTOMATION},
                    },
                },
            )
        )
    return sections


async def _graph(api: Api, home: Home, *quantities: str, period: str = "week") -> Card:
    """Return a graph of what was measured, by the periods in which it was measured."""
    return {
        "type": "statistics-graph",
        "title": quantities[0] if len(quantities) == 1 else f"By the {period}",
        "days_to_show": WEEKS * 7,
        "period": period,
        "stat_types": ["mean"],
        "hide_legend": True,
        "entities": [
            await find_statistic(api, home.source, quantity) for quantity in quantities
        ],
    }


def _section(*cards: Card) -> Card:
    """Return a column of a view."""
    return {"type": "grid", "cards": cards}


def _heading(text: str) -> Card:
    """Return the card that is a heading."""
    return {"type": "heading", "heading": text}


def _button(entity_id: str) -> Card:
    """Return the card of a button that stands for something outside of the house."""
    return {
        **_wide(_tile(entity_id)),
        "hide_state": True,
        "tap_action": {
            "action": "perform-action",
            "perform_action": "input_button.press",
            "target": {"entity_id": entity_id},
        },
    }


def _tile(entity_id: str) -> Card:
    """Return the card of an entity, which is called as on its device's page."""
    return {"type": "tile", "entity": entity_id, "name": {"type": "entity"}}


def _wide(card: Card) -> Card:
    """Return a card that is as wide as its section."""
    return {**card, "grid_options": {"columns": "full"}}
