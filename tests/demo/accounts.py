"""The accounts of a person, set up through the same flows as a user's."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientSession

from ..clouds import (
    GOOGLE_CLIENT_ID,
    GOOGLE_CLIENT_SECRET,
    WITHINGS_CLIENT_ID,
    WITHINGS_CLIENT_SECRET,
)
from .api import Api
from .cast import Person, Vendor
from .config import DOMAIN
from .errors import DemoError

FLOW = "/api/config/config_entries/flow"
OPTIONS_FLOW = "/api/config/config_entries/options/flow"
LINK_FLOW = "/api/config/config_entries/subentries/flow"
SIGN_IN_TIMEOUT = 60

type Step = dict[str, Any]
type Settings = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """A config entry, and its entities' ids by their translation keys."""

    entry_id: str
    title: str
    entities: dict[str, str]
    """Those of the account itself."""
    devices: dict[str, dict[str, str]]
    """Those of scales, trackers and straps, by the models or names of these."""


async def add_withings_credential(api: Api) -> None:
    """Store the ids of the application at Withings."""
    await _add_credential(api, "Withings", WITHINGS_CLIENT_ID, WITHINGS_CLIENT_SECRET)


async def add_google_credential(api: Api) -> None:
    """Store the ids of the application at Google."""
    await _add_credential(api, "Fitbit", GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET)


async def add_withings(api: Api, name: str) -> str:
    """Sign in to Withings, say whose account it is, and return the entry's id."""
    return await _add_source(api, "withings", name)


async def add_fitbit(api: Api, name: str) -> str:
    """Sign in to Google, say whose account it is, and return the entry's id."""
    return await _add_source(api, "fitbit", name)


async def add_garmin(api: Api, person: Person) -> tuple[str, str]:
    """Sign in to Garmin with password, and with MFA code if the account has MFA.

    Return the ids of the entry, and of the flow for a link that comes after it.
    """
    menu = await api.post(FLOW, {"handler": DOMAIN})
    form = await _choose(api, menu, "garmin")
    _expect(form, "form", "garmin")
    progress = await _submit(api, form, username=person.email, password=person.password)
    result = await _go_on(api, progress, "progress")
    if person.code is not None:
        _expect(result, "form", "garmin_mfa")
        result = await _submit(api, result, code=person.code)
    result = await _name(api, result, person.name)
    entry_id = _entry_id(result)
    match result.get("next_flow"):
        case ["config_subentries_flow", str(flow_id)]:
            return entry_id, flow_id
    raise DemoError("The account was added, but no flow for a link came after it")


async def add_link(
    api: Api, flow_id: str, source: str, *, blood_pressure: bool
) -> None:
    """Let the weigh-ins of a source go to a Garmin account from now on."""
    path = f"{LINK_FLOW}/{flow_id}"
    _expect(await api.get(path), "form", "user")
    result = await api.post(
        path,
        {
            "source": source,
            "weigh_ins": True,
            "blood_pressure": blood_pressure,
            "history": "new",
        },
    )
    _expect(result, "create_entry")


async def add_scale(
    api: Api, name: str, sensors: Mapping[str, str], people: Mapping[str, Settings]
) -> tuple[str, dict[str, str]]:
    """Add a scale that Home Assistant has sensors of, and the people who stand on it.

    The sensors come by the quantities that they measure, people by their names. Return
    the ids of the entry, and of the people by their names.
    """
    menu = await api.post(FLOW, {"handler": DOMAIN})
    form = await _choose(api, menu, "scale")
    _expect(form, "form", "scale")
    weight, *_ = sensors
    parts = {quantity: sensors[quantity] for quantity in sensors if quantity != weight}
    form = await _submit(
        api, form, name=name, weight=sensors[weight], composition=parts
    )
    _expect(form, "form", "person")
    first, *others = people
    entry_id = _entry_id(await _submit(api, form, name=first, **people[first]))
    for other in others:
        form = await api.post(LINK_FLOW, {"handler": [entry_id, "person"]})
        result = await api.post(
            f"{LINK_FLOW}/{form['flow_id']}", {"name": other, **people[other]}
        )
        _expect(result, "create_entry")
    subentries = await api.call("config_entries/subentries/list", entry_id=entry_id)
    return entry_id, {one["title"]: one["subentry_id"] for one in subentries}


async def want_sensor_batteries(api: Api, garmin: str) -> None:
    """Switch on the batteries of what a Garmin watch is paired with."""
    form = await api.post(OPTIONS_FLOW, {"handler": garmin})
    _expect(form, "form", "init")
    result = await api.post(
        f"{OPTIONS_FLOW}/{form['flow_id']}", {"sensor_batteries": True}
    )
    _expect(result, "create_entry")


async def find_account(api: Api, entry_id: str) -> Account:
    """Return an account, which must be loaded, with the entities that it has by now."""
    answer = await api.call("config_entries/get_single", entry_id=entry_id)
    entry = answer["config_entry"]
    if entry["state"] != "loaded":
        raise DemoError(f"{entry['title']}: {entry['state']} {entry['reason'] or ''}")
    registered: list[dict[str, Any]] = [
        entity
        for entity in await api.call("config/entity_registry/list")
        if entity["config_entry_id"] == entry_id
    ]
    devices: dict[str, dict[str, str]] = {}
    entities: dict[str, str] = {}
    for device in await api.call("config/device_registry/list"):
        if entry_id in device["config_entries"]:
            found = {
                entity["translation_key"]: entity["entity_id"]
                for entity in registered
                if entity["device_id"] == device["id"]
            }
            if device["entry_type"] == "service":
                entities = found
            else:
                devices[device["model"] or device["name"]] = found
    return Account(
        entry_id=entry_id, title=entry["title"], entities=entities, devices=devices
    )


async def _add_credential(
    api: Api, name: str, client_id: str, client_secret: str
) -> None:
    """Store the ids of an application, as its dialog does."""
    await api.call(
        "application_credentials/create",
        domain=DOMAIN,
        client_id=client_id,
        client_secret=client_secret,
        name=name,
    )


async def _add_source(api: Api, vendor: Vendor, name: str) -> str:
    """Sign in to a vendor, say whose account it is, and return the entry's id."""
    menu = await api.post(FLOW, {"handler": DOMAIN})
    external = await _choose(api, menu, vendor)
    _expect(external, "external")
    # What the browser does: the consent page sends it back to Home Assistant.
    async with ClientSession() as browser, browser.get(external["url"]) as response:
        if not response.ok:
            raise DemoError(f"The sign-in page answered with HTTP {response.status}")
    result = await _go_on(api, external, "external")
    return _entry_id(await _name(api, result, name))


async def _name(api: Api, form: Step, name: str) -> Step:
    """Say whose a new account is."""
    _expect(form, "form", "name")
    return await _submit(api, form, name=name)


async def _choose(api: Api, menu: Step, option: str) -> Step:
    """Choose from a menu."""
    _expect(menu, "menu", "user")
    return await _submit(api, menu, next_step_id=option)


async def _submit(api: Api, step: Step, **user_input: object) -> Step:
    """Submit a step of a config flow, and return the next one."""
    result: Step = await api.post(f"{FLOW}/{step['flow_id']}", user_input)
    return result


async def _go_on(api: Api, step: Step, waiting: str) -> Step:
    """Follow a flow that goes on by itself, as the frontend does when told so."""
    path = f"{FLOW}/{step['flow_id']}"
    try:
        async with asyncio.timeout(SIGN_IN_TIMEOUT):
            while True:
                match step["type"]:
                    case "external_done":
                        step = await api.post(path)
                    # From the end of a progress Home Assistant goes on by itself.
                    case kind if kind in (waiting, "progress_done"):
                        await asyncio.sleep(0.1)
                        step = await api.get(path)
                    case _:
                        return step
    except TimeoutError:
        raise DemoError(f"The flow has come no further than {_tell(step)}") from None


def _expect(step: Step, kind: str, step_id: str | None = None) -> None:
    """Fail unless a flow has come to a certain step, and without errors."""
    if (
        step["type"] != kind
        or (step_id and step["step_id"] != step_id)
        or step.get("errors")
    ):
        raise DemoError(f"Expected {step_id or kind}, but there was {_tell(step)}")


def _entry_id(step: Step) -> str:
    """Return the id of the entry that a flow has created."""
    _expect(step, "create_entry")
    entry_id: str = step["result"]["entry_id"]
    return entry_id


def _tell(step: Step) -> str:
    """Return where a flow is, in words."""
    parts = (
        step["type"],
        step.get("step_id"),
        step.get("reason"),
        step.get("errors"),
    )
    return " ".join(str(part) for part in parts if part)
