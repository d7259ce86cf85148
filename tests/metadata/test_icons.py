"""Tests of the icons that Home Assistant shows, and of those that are drawn here."""

import json
from pathlib import Path
import re
import struct
from typing import Any

import pytest

from custom_components.weighbridge.model import SEGMENTS
from homeassistant.components.brands.const import ALLOWED_IMAGES
from homeassistant.components.sensor import SensorDeviceClass

from .package import (
    PACKAGE,
    ROOT,
    descriptions,
    leaves,
    platforms,
    read_json,
    read_yaml,
)
from .shape import Each, Shape, faults

BRAND = PACKAGE / "brand"
ICONS = read_json(PACKAGE / "icons.json")

_MDI = re.compile(r"mdi:[a-z0-9]+(-[a-z0-9]+)*")

# Device classes that have an icon of their own, which changes with the state.
HAVE_ICONS = {SensorDeviceClass.BATTERY}


def icon(value: Any) -> None:
    """Raise ValueError for what is no Material Design icon."""
    if not isinstance(value, str) or not _MDI.fullmatch(value):
        raise ValueError("is no icon of Material Design")


def by_range(value: Any) -> None:
    """Raise ValueError for icons of numbers that are not in ascending order."""
    numbers = [float(key) for key in value]
    if numbers != sorted(set(numbers)):
        raise ValueError("is not in ascending order")
    for name in value.values():
        icon(name)


ENTITY: Shape = {
    "default": icon,
    "state?": Each(icon),
    "range?": by_range,
    "state_attributes?": Each({"default": icon, "state?": Each(icon)}),
}


def test_icons_are_built_as_home_assistant_wants() -> None:
    """There is nothing that nobody reads."""
    shape: Shape = {
        "entity": Each(Each(ENTITY)),
        "services": Each({"service": icon, "sections?": Each(icon)}),
        "triggers": Each({"trigger": icon}),
    }
    assert list(faults(shape, ICONS)) == []


def test_icons_exist() -> None:
    """The frontend has all of them."""
    lists = ROOT.glob(
        ".venv-demo/lib/*/site-packages/hass_frontend/static/mdi/*List.json"
    )
    if (path := next(lists, None)) is None:
        pytest.skip("there is no frontend here: scripts/setup demo")
    names = {f"mdi:{entry['name']}" for entry in json.loads(path.read_text())}
    assert set(dict(leaves(ICONS)).values()) <= names


def test_every_entity_has_an_icon() -> None:
    """There is an icon for each entity without one of its own, and for no other."""
    wanted = {
        platform: {
            key
            for key, description in descriptions(platform).items()
            if description.device_class not in HAVE_ICONS
        }
        for platform in platforms()
    }
    assert {platform: set(keys) for platform, keys in ICONS["entity"].items()} == {
        platform: keys for platform, keys in wanted.items() if keys
    }


def test_states_have_other_icons_than_the_default() -> None:
    """A state with the default icon needs no mention; one that is unknown has none."""
    for platform, entities in ICONS["entity"].items():
        for key, icons in entities.items():
            states = icons.get("state", {})
            assert icons["default"] not in states.values(), key
            if states:
                assert set(states) <= set(descriptions(platform)[key].options)


def test_every_action_has_an_icon() -> None:
    """There is an icon for each action, and for no other."""
    assert set(ICONS["services"]) == set(read_yaml(PACKAGE / "services.yaml"))


def test_every_trigger_has_an_icon() -> None:
    """There is an icon for each trigger, and for no other."""
    assert set(ICONS["triggers"]) == set(read_yaml(PACKAGE / "triggers.yaml"))


def test_no_icon_stands_for_two_things() -> None:
    """Entities of one platform can be told apart by their icons.

    All that is weighed of a part of the body has the icon of that part.
    """
    for platform, entities in ICONS["entity"].items():
        defaults = [
            icons["default"]
            for key, icons in entities.items()
            if not key.endswith(SEGMENTS)
        ]
        assert len(defaults) == len(set(defaults)), platform


def test_all_images_of_the_brand_are_there() -> None:
    """Home Assistant asks for no other, and finds each one for light and for dark."""
    assert {path.name for path in BRAND.iterdir()} == ALLOWED_IMAGES


@pytest.mark.parametrize("prefix", ["", "dark_"])
def test_images_have_the_sizes_of_home_assistant(prefix: str) -> None:
    """An icon is a square of 256; the shorter side of a logo has 128 to 256."""
    assert _size(f"{prefix}icon.png") == (256, 256)
    assert _size(f"{prefix}icon@2x.png") == (512, 512)
    width, height = _size(f"{prefix}logo.png")
    assert 128 <= height <= 256 <= width
    assert _size(f"{prefix}logo@2x.png") == (2 * width, 2 * height)


def test_images_differ_for_dark() -> None:
    """What is for dark backgrounds is another drawing."""
    for name in ("icon.png", "logo.png"):
        assert (BRAND / name).read_bytes() != (BRAND / f"dark_{name}").read_bytes()


def test_images_have_a_source() -> None:
    """Each image can be drawn anew, and the drawing brings nothing from elsewhere."""
    for name in ("icon", "logo"):
        drawing = (ROOT / "docs" / "brand" / f"{name}.svg").read_text()
        assert not re.search(r"href|<image|<script|font-family|@import", drawing)


def _size(name: str) -> tuple[int, int]:
    """Return the width and height of a PNG that has transparency."""
    content = Path(BRAND, name).read_bytes()
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    length, kind, width, height, depth, colour = struct.unpack(
        ">I4sIIBB", content[8:26]
    )
    assert (length, kind) == (13, b"IHDR")
    assert (depth, colour) == (8, 6)
    return width, height
