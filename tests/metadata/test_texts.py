"""Tests that the code and the texts know each other: none is missing, none is left over."""

import ast
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from custom_components.weighbridge.application_credentials import (
    URLS,
    VENDORS,
    async_get_description_placeholders,
)
from custom_components.weighbridge.clients import Refusal, Trouble
from custom_components.weighbridge.const import SUBENTRY_LINK, SUBENTRY_PERSON, Provider
from custom_components.weighbridge.event import (
    ATTR_CANDIDATES,
    ATTR_MEASURED_AT,
    ATTR_REASON,
    ATTR_WEIGH_IN,
    ATTR_WEIGHT,
    ATTR_WEIGHT_UNIT,
)
from custom_components.weighbridge.flows.oauth import OWN_ABORTS
from custom_components.weighbridge.frontend.serve import TEXTS
from custom_components.weighbridge.garmin.pause import Reason
from custom_components.weighbridge.logbook import WORDS
from custom_components.weighbridge.model import (
    COMPOSITION,
    DeviceKind,
    Reason as WhyHeld,
)
from custom_components.weighbridge.names import LINK_WORDS
from custom_components.weighbridge.question_repair import LATER
from custom_components.weighbridge.sending.ways import FAULTS
from custom_components.weighbridge.sources.issues import LASTING_TROUBLE
from custom_components.weighbridge.sources.shelf import Word
from custom_components.weighbridge.trigger import TRIGGERS
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant

from .code import Mention, mentions, raised, words
from .package import PACKAGE, Json, descriptions, english, leaves, platforms, read_yaml
from .test_translations import placeholders

# What only the running program puts in: the place, and all that it may be there.
TOLD: dict[tuple[str, str], Iterable[str]] = {
    ("config_flow.py", "provider.value"): Provider,
    ("entity.py", "device.kind.value"): DeviceKind,
    ("flows/identity.py", "err.refusal"): Refusal,
    ("config_flow.py", "err.reason"): Refusal,
    ("garmin/issues.py", "reason"): (Reason.CONSENT, Reason.FORBIDDEN),
    ("config_flow.py", "reason"): OWN_ABORTS,
    ("garmin/gate.py", "key"): (
        *(f"queued_{reason}" for reason in Reason),
        *("not_compared", "account_unloaded"),
    ),
    ("sources/session.py", "f'source_{key}'"): [
        f"source_{why}" for why in (*Refusal, *Trouble)
    ],
    ("sources/issues.py", "err.refusal"): Refusal,
    ("sources/issues.py", "trouble"): LASTING_TROUBLE,
    ("flows/scale.py", "error"): (
        *("sensor_removed", "sensor_chosen_twice", "own_sensor"),
        *("unknown_unit", "no_number", "no_time"),
    ),
    ("sending/ways.py", "self.kind"): FAULTS,
    ("sending/checks.py", "kind"): FAULTS,
}

# What Home Assistant has a text for.
TOLD_BY_HOME_ASSISTANT = {"missing_credentials"}

# Home Assistant's own flow for issues that need nothing but a click.
CONFIRM = {"confirm"}


def test_all_that_is_told_is_known() -> None:
    """What the code alone does not tell is listed above, and nothing else is."""
    untold = {(m.path, m.written) for m in mentions() if m.names() is None}
    assert untold == set(TOLD)


@pytest.mark.parametrize(
    ("kind", "section"),
    [("exceptions", "exceptions"), ("issues", "issues"), ("device", "device")],
)
def test_keys(kind: str, section: str) -> None:
    """There is one text for each key in the code."""
    assert _named(kind) == set(english()[section])


def test_errors_are_told_in_translated_words() -> None:
    """Every error that may reach a user has a key and what fills its text."""
    texts = english()["exceptions"]
    for path, call in raised():
        where = f"{path}:{call.lineno} {ast.unparse(call.func)}"
        given = {keyword.arg: keyword.value for keyword in call.keywords}
        # Home Assistant itself tells that a flow ends, and that OAuth fails.
        if ast.unparse(call.func) == "AbortFlow" or "domain" in given:
            continue
        assert {"translation_domain", "translation_key"} <= set(given), where
        mention = Mention(path, None, "exceptions", given["translation_key"], call)
        for name in _names(mention):
            needed = placeholders(texts[name]["message"])
            assert needed <= _filled(given.get("translation_placeholders")), where


@pytest.mark.parametrize("section", ["config", "config_subentries", "options"])
def test_flows(section: str) -> None:
    """There is one text for each step, choice, error and end of a flow."""
    texts = _flow_texts(section)
    forms = _named("step", section, ("async_show_form", "async_show_menu"))
    # OAuth's step is Home Assistant's, and what it says is ours.
    own = {"auth"} if section == "config" else set()
    assert set(texts["step"]) == forms | own
    for menu in _menus(section):
        (step,) = _names(menu)
        assert set(texts["step"][step]["menu_options"]) == menu.besides("menu_options")
    for kind in ("abort", "create_entry", "progress"):
        named = _named(kind, section) - TOLD_BY_HOME_ASSISTANT
        assert named == set(texts.get(kind, {})), kind
    assert _named("error", section) <= set(texts.get("error", {})) <= words()


def test_repairs() -> None:
    """There is one text for each step, choice and end of a repair."""
    fixes = [
        issue["fix_flow"]
        for issue in english()["issues"].values()
        if "fix_flow" in issue
    ]
    own = [fix for fix in fixes if set(fix["step"]) != CONFIRM]
    steps = {name: step for fix in own for name, step in fix["step"].items()}
    assert set(steps) == _named("step", "fix_flow")
    ends = {name for fix in own for name in fix["abort"]}
    assert ends == _named("abort", "fix_flow")
    for menu in _menus("fix_flow"):
        offered = menu.besides("menu_options")
        assert any(
            set(fix["step"][name].get("menu_options", ())) == offered
            for name in _names(menu)
            for fix in own
            if name in fix["step"]
        )


def test_fields_are_those_of_the_forms() -> None:
    """No field has a text that the code has no name for."""
    fields = {
        path.rpartition(".")[2]
        for path, _ in leaves(english())
        if path.split(".")[-2] in ("data", "data_description")
    }
    assert fields
    assert fields <= words()


def test_choices() -> None:
    """There is one text for each choice, in forms and in actions."""
    choices: dict[str, set[str]] = {}
    for mention in mentions():
        if mention.kind == "selector" and mention.path != "question_repair.py":
            (key,) = _names(mention)
            choices[key] = set(mention.besides("options"))
    for action in read_yaml(PACKAGE / "services.yaml").values():
        for field in action["fields"].values():
            select = (field["selector"] or {}).get("select") or {}
            if "translation_key" in select:
                choices[select["translation_key"]] = set(select["options"])
    # The repair of questions offers people, too, who have no text.
    assert choices["whose"] == set(Word)
    choices["whose"].add(LATER)
    # Not chosen from, but parts of what a link is called.
    choices["link"] = set(LINK_WORDS.values())
    choices["dashboard"] = set(TEXTS)
    choices["logbook"] = set(WORDS)
    choices["credential_guide"] = set(VENDORS)
    texts = english()["selector"]
    assert choices == {key: set(texts[key]["options"]) for key in texts}


def test_triggers() -> None:
    """There is one text for each trigger and each of its fields."""
    triggers = read_yaml(PACKAGE / "triggers.yaml")
    texts = english()["triggers"]
    assert {
        name: set(trigger.get("fields", {})) for name, trigger in triggers.items()
    } == {name: set(text.get("fields", {})) for name, text in texts.items()}
    assert set(triggers) == set(TRIGGERS)


def test_actions() -> None:
    """There is one text for each action and each of its fields."""
    actions = read_yaml(PACKAGE / "services.yaml")
    texts = english()["services"]
    assert {name: set(action["fields"]) for name, action in actions.items()} == {
        name: set(text.get("fields", {})) for name, text in texts.items()
    }


def test_entities() -> None:
    """There is one text for each entity, and for each of its states."""
    texts = english()["entity"]
    assert set(texts) == set(platforms())
    for platform, entities in texts.items():
        described = descriptions(platform)
        assert set(entities) == set(described), platform
        for key, description in described.items():
            _check_entity(platform, entities[key], description)


def _check_entity(platform: str, text: Json, description: Any) -> None:
    """Check the texts of an entity beyond its name."""
    states: set[str] = set()
    attributes: set[str] = set()
    if platform == Platform.SENSOR:
        states = set(description.options or ())
        # Where the code has a unit, a translated one would be ignored.
        unit = description.native_unit_of_measurement
        assert unit is None or "unit_of_measurement" not in text
        attributes = set(getattr(description, "attributes", ()))
    elif platform == Platform.EVENT:
        attributes = {"event_type", ATTR_MEASURED_AT, *COMPOSITION}
        attributes |= {ATTR_WEIGHT, ATTR_WEIGHT_UNIT}
        if description.key == "question":
            attributes |= {ATTR_WEIGH_IN, ATTR_REASON, ATTR_CANDIDATES}
            attributes |= {"systolic", "diastolic"}
            reasons = text["state_attributes"]["reason"]["state"]
            assert set(reasons) == set(WhyHeld)
        events = text["state_attributes"]["event_type"]["state"]
        assert set(events) == set(description.event_types)
    assert set(text.get("state", {})) == states
    assert set(text.get("state_attributes", {})) == attributes


async def test_guide_to_application_credentials(hass: HomeAssistant) -> None:
    """What fills the dialog is given, all that is given is in it, and all is filled."""
    given = await async_get_description_placeholders(hass)
    dialog = english()["application_credentials"]["description"]
    assert placeholders(dialog) == set(given)
    assert given["redirect_url"].startswith("https://")
    guides = english()["selector"]["credential_guide"]["options"]
    assert set(guides) == set(VENDORS)
    assert set().union(*map(placeholders, guides.values())) == set(URLS)


def _names(mention: Mention) -> frozenset[str]:
    """Return what a mention may name."""
    names = mention.names()
    if names is not None:
        return names
    return frozenset(map(str, TOLD[mention.path, mention.written]))


def _named(
    kind: str,
    flow: str | None = None,
    functions: Iterable[str] | None = None,
    path: str | None = None,
) -> set[str]:
    """Return all names of a kind; outside of a class a flow may be that of accounts."""
    return {
        name
        for mention in mentions()
        if mention.kind == kind
        and flow in (None, mention.flow or _home(mention))
        and (functions is None or mention.function in functions)
        and path in (None, mention.path)
        for name in _names(mention)
    }


def _home(mention: Mention) -> str:
    """Return the flow that a function outside of flows belongs to."""
    subentries = ("flows/link.py", "flows/person.py")
    return "config_subentries" if mention.path in subentries else "config"


def _menus(flow: str) -> Iterator[Mention]:
    """Yield the menus of a flow."""
    for mention in mentions():
        if (
            mention.kind == "step"
            and mention.function == "async_show_menu"
            and mention.flow == flow
        ):
            yield mention


def _flow_texts(section: str) -> Json:
    """Return the texts of a flow."""
    texts: Json = english()[section]
    if section == "config_subentries":
        assert set(texts) == {SUBENTRY_LINK, SUBENTRY_PERSON}
        kinds = {kind for of_type in texts.values() for kind in of_type}
        texts = {
            kind: {
                name: text
                for of_type in (texts[SUBENTRY_PERSON], texts[SUBENTRY_LINK])
                if isinstance(of_type.get(kind), dict)
                for name, text in of_type[kind].items()
            }
            for kind in kinds
        }
    return texts


def _filled(node: ast.expr | None) -> set[str]:
    """Return the names that a dict in the code gives values to."""
    if node is None:
        return set()
    assert isinstance(node, ast.Dict), ast.unparse(node)
    return {str(ast.literal_eval(key)) for key in node.keys if key is not None}
