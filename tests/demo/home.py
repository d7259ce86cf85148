"""A person's accounts in Home Assistant."""

from dataclasses import dataclass
from functools import partial

from ..clouds import Clouds
from .accounts import (
    Account,
    add_garmin,
    add_link,
    add_withings,
    add_withings_credential,
    find_account,
)
from .api import Api
from .cast import Person
from .console import step

LOAD_TIMEOUT = 30


@dataclass(frozen=True, kw_only=True, slots=True)
class Home:
    """Where a person is found in Home Assistant."""

    person: Person
    withings: Account
    garmin: Account

    def entity(self, key: str) -> str:
        """Return the id of an entity by its translation key."""
        return {**self.withings.entities, **self.garmin.entities}[key]

    async def wait_until_loaded(self, api: Api) -> None:
        """Wait until the accounts are set up."""
        for account, key in (self.withings, "weight"), (self.garmin, "pending"):
            await api.wait_for(
                f"The account {account.title}",
                partial(_is_available, api, account.entities[key]),
                LOAD_TIMEOUT,
            )


async def settle_in(api: Api, clouds: Clouds, person: Person) -> Home:
    """Set up a person's accounts and the link between them."""
    with step("Store the application credential of Withings"):
        await add_withings_credential(api)
    with step(f"{person.name} signs in to Withings"):
        clouds.withings.sign_in_as(person.name)
        withings = await add_withings(api)
        clouds.withings.sign_in_as(None)
    with step(f"{person.name} signs in to Garmin Connect, with an MFA code"):
        garmin, link_flow = await add_garmin(api, person)
    with step("Link them"):
        await add_link(api, link_flow, withings)
    with step("See both accounts loaded"):
        return Home(
            person=person,
            withings=await find_account(api, withings),
            garmin=await find_account(api, garmin),
        )


def _is_available(api: Api, entity_id: str) -> bool:
    """Tell whether an entity is there and knows what it shows."""
    state = api.states.get(entity_id)
    return state is not None and state.state != "unavailable"
