"""Tests that the documents say what the code does."""

from collections.abc import Iterator
import re
from typing import Any

import pytest
import yaml

from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv

from .package import PACKAGE, ROOT, descriptions, english, leaves, platforms, read_yaml

README = (ROOT / "README.md").read_text()
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])

_IMAGE = re.compile(r'<img src="(docs/images/[^"]+)" alt="([^"]+)" width="\d+">')
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\((?!https?://)([^)#]*)(?:#([^)]*))?\)|srcset=\"([^\"]+)\"")


def chapter(title: str) -> str:
    """Return a chapter of the README, up to the next heading of its rank or above."""
    heading = re.search(rf"^(#+) {re.escape(title)}\n", README, re.MULTILINE)
    assert heading is not None, title
    rest = README[heading.end() :]
    end = re.search(rf"^#{{1,{len(heading[1])}}} ", rest, re.MULTILINE)
    return rest[: end.start()] if end else rest


def rows(text: str) -> Iterator[list[str]]:
    """Yield the rows of all tables, without their heads."""
    previous = ""
    for line in text.splitlines():
        is_row = line.startswith("|") and not re.fullmatch(r"[|: -]+", line)
        if is_row and previous.startswith("|"):
            yield [cell.strip() for cell in line.strip("|").split("|")]
        previous = line


def test_entities_are_those_that_ship() -> None:
    """The README lists each entity with its platform, and whether it is on."""
    listed: dict[tuple[str, str], bool] = {}
    for cells in rows(chapter("Entities")):
        platform = cells[1].replace(" ", "_")
        for name in _names(cells[0]):
            assert (platform, name) not in listed, name
            listed[platform, name] = {"on": True, "off": False}[cells[-1]]
    texts = english()["entity"]
    assert listed == {
        (platform, texts[platform][key]["name"]): (
            description.entity_registry_enabled_default
        )
        for platform in platforms()
        for key, description in descriptions(platform).items()
    }


def test_fields_of_a_link_are_those_of_the_form() -> None:
    """The README lists each field by its label."""
    form = english()["config_subentries"]["link"]["step"]["user"]
    labels = {cells[0] for cells in rows(chapter("The form of a link"))}
    assert labels == set(form["data"].values())


def test_fields_of_a_scale_are_those_of_the_form() -> None:
    """The README lists each field by its label, also of what else is measured."""
    form = english()["config"]["step"]["scale"]
    fields = {**form["data"], **form["sections"]["composition"]["data"]}
    labels = {cells[0] for cells in rows(chapter("A scale of Home Assistant"))}
    assert labels == set(fields.values())


def test_settings_are_those_of_the_form() -> None:
    """The README lists each setting by its label."""
    fields = english()["options"]["step"]["init"]["data"]
    assert {cells[0] for cells in rows(chapter("Settings"))} == set(fields.values())


def test_actions_are_those_that_ship() -> None:
    """The README lists each action."""
    actions = read_yaml(PACKAGE / "services.yaml")
    assert {cells[0] for cells in rows(chapter("Actions"))} == {
        f"`weighbridge.{name}`" for name in actions
    }


def test_triggers_are_those_that_ship() -> None:
    """The README lists each trigger by the name that the editor shows."""
    names = [trigger["name"] for trigger in english()["triggers"].values()]
    listed = [cells[0] for cells in rows(chapter("Triggers"))]
    assert sorted(listed) == sorted(names)


def test_messages_are_those_that_ship() -> None:
    """Each message that the README explains can be met, up to what is filled in."""
    texts = [re.sub(r"\{\w+\}", "…", str(text)) for _, text in leaves(english())]
    messages = [cells[0] for cells in rows(chapter("When something is wrong"))]
    assert messages
    for message in messages:
        assert message.startswith("*")
        assert any(message.strip("*") in text for text in texts), message


def test_every_repair_is_explained() -> None:
    """All that may stand under Repairs is in the README, but for what explains itself."""
    messages = [
        cells[0].strip("*") for cells in rows(chapter("When something is wrong"))
    ]
    itself = {"account_not_linked", "api_not_enabled", "project_denied"}
    for key, issue in english()["issues"].items():
        title = re.sub(r"\{\w+\}", "…", issue["title"])
        assert (key in itself) is not any(m in title for m in messages), title


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Any) -> None:
    """Files that a document points at are there, and so are their headings."""
    text = path.read_text()
    for name, anchor, image in _LINK.findall(text):
        target = path if not name and not image else path.parent / (name or image)
        assert target.is_file(), target
        if anchor:
            headings = re.findall(r"^#+ (.+)$", target.read_text(), re.MULTILINE)
            assert anchor in {_anchor(heading) for heading in headings}, anchor


def test_pictures_are_shown() -> None:
    """Each picture is in the README with words for who cannot see it, and is small."""
    shown = {ROOT / name for name, _ in _IMAGE.findall(README)}
    assert shown == set((ROOT / "docs" / "images").glob("*.png"))
    assert all(path.stat().st_size <= 200_000 for path in shown)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
async def test_examples_work(hass: HomeAssistant, path: Any) -> None:
    """What a document shows to copy passes Home Assistant's own checks."""
    for language, code in _FENCE.findall(path.read_text()):
        if language == "yaml":
            for example in yaml.load_all(code, _Secrets):
                _check_example(example)


def test_every_room_is_on_the_map() -> None:
    """The architecture speaks of each module, and of none that is gone."""
    text = (ROOT / "docs" / "architecture.md").read_text()
    named = [
        wing.strip("`").removeprefix("the door").removeprefix("the ground") + name
        for wing, rooms in re.findall(
            r"^\| (`[a-z/]+/`|the door|the ground) \| (`.*?) \|", text, re.MULTILINE
        )
        for name in re.findall(r"`([a-z_]+\.py)`", rooms)
    ]
    faces = {"__init__.py", *named}
    modules = {str(path.relative_to(PACKAGE)) for path in PACKAGE.rglob("*.py")}
    assert sorted(named) == sorted(
        path for path in modules if path in faces or not path.endswith("__init__.py")
    )


def test_no_file_speaks_of_another_machine() -> None:
    """Paths of the place where something was written are of no use elsewhere."""
    for path in DOCUMENTS:
        assert not re.search(
            r"(?<![\w.])/(home|root|tmp|work|Users)/", path.read_text()
        )


class _Secrets(yaml.SafeLoader):
    """YAML as people write it for Home Assistant."""


_Secrets.add_constructor("!secret", lambda _loader, node: str(node.value))


def _check_example(example: Any) -> None:
    """Check the parts of an automation, and the calls of our actions."""
    if not isinstance(example, dict):
        return
    if "triggers" in example:
        cv.TRIGGER_SCHEMA(example["triggers"])
    if "conditions" in example:
        cv.CONDITIONS_SCHEMA(example["conditions"])
    if "actions" in example:
        cv.SCRIPT_SCHEMA(example["actions"])
    if "action" in example:
        cv.SERVICE_SCHEMA(example)
    for call in [example, *example.get("actions", ())]:
        name = str(call.get("action", "")).removeprefix("weighbridge.")
        if call.get("action", "").startswith("weighbridge."):
            fields = read_yaml(PACKAGE / "services.yaml")[name]["fields"]
            required = {key for key, field in fields.items() if field.get("required")}
            assert required <= set(call["data"]) <= set(fields), call


def _names(cell: str) -> Iterator[str]:
    """Yield the names in a cell; 'A in b, c' stands for 'A in b' and 'A in c'."""
    start = ""
    for name in cell.split(", "):
        if " in " in name:
            start = name.partition(" in ")[0] + " in "
            yield name
        else:
            yield start + name


def _anchor(heading: str) -> str:
    """Return what GitHub calls a heading in an address."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
