"""The dashboard that the demo's browser lands on."""

from .api import Api
from .config import STEP_BUTTON
from .home import Home

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
    "basal_metabolic_rate",
    "metabolic_age",
    "heart_rate",
)


async def save_dashboard(api: Api, homes: list[Home]) -> None:
    """Give these people a dashboard, and make it the one that everybody starts with."""
    await api.call(
        "lovelace/dashboards/create",
        url_path=URL_PATH,
        title="Weighbridge demo",
        icon="mdi:scale-bathroom",
        mode="storage",
    )
    view = {
        "title": "Weighbridge demo",
        "type": "sections",
        "max_columns": 3,
        "sections": [section for home in homes for section in _sections(home)],
    }
    await api.call("lovelace/config/save", url_path=URL_PATH, config={"views": [view]})
    await api.call(
        "frontend/set_system_data", key="core", value={"default_panel": URL_PATH}
    )


def _sections(home: Home) -> list[Card]:
    """Return the sections of a person: the scale, the body, and Garmin Connect."""
    return [
        _section(
            f"{home.person.name} on the scale",
            {
                **_tile(STEP_BUTTON),
                "hide_state": True,
                "grid_options": {"columns": "full"},
                "tap_action": {
                    "action": "perform-action",
                    "perform_action": "input_button.press",
                    "target": {"entity_id": STEP_BUTTON},
                },
            },
            _tile(home.entity("weight")),
            _tile(home.entity("last_weigh_in")),
            {
                "type": "history-graph",
                "hours_to_show": 1,
                "entities": [home.entity("weight")],
            },
        ),
        _section(
            "Body composition", *(_tile(home.entity(key)) for key in _COMPOSITION)
        ),
        _section(
            f"{home.person.name} at Garmin Connect",
            _tile(home.entity("last_push")),
            _tile(home.entity("pending")),
            {
                **_tile(home.entity("push_now")),
                "hide_state": True,
                "tap_action": {"action": "toggle"},
            },
            _tile(home.entity("weigh_in")),
        ),
    ]


def _section(heading: str, *cards: Card) -> Card:
    """Return a section of a view."""
    return {
        "type": "grid",
        "cards": [{"type": "heading", "heading": heading}, *cards],
    }


def _tile(entity_id: str) -> Card:
    """Return the card of an entity, which is called as on its device's page."""
    return {"type": "tile", "entity": entity_id, "name": {"type": "entity"}}
