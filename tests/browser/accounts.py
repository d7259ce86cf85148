"""Adding accounts and links, in the order of the README."""

from ..clouds import (
    GOOGLE_CLIENT_ID,
    GOOGLE_CLIENT_SECRET,
    WITHINGS_CLIENT_ID,
    WITHINGS_CLIENT_SECRET,
)
from ..demo.cast import ALICE, BOB, Person
from ..demo.console import step
from .screen import Screen

_WITHINGS = "Scales and body composition"
_FITBIT = "Scales and trackers, through Google Health"
_GARMIN = "Where weigh-ins go to"


async def add_withings(screen: Screen) -> None:
    """Add a credential and an account of Withings."""
    with step("Choose Withings, and be asked for an application credential"):
        await add_integration(screen)
        await screen.picture("add-account", of=screen.dialog)
        await screen.choose(_WITHINGS)
        await screen.see("Add application credentials")
        await screen.see("https://my.home-assistant.io/redirect/oauth")
        await screen.picture("add-credential", of=screen.dialog)
        await _add_credential(
            screen, "Withings", WITHINGS_CLIENT_ID, WITHINGS_CLIENT_SECRET
        )
    with step("Sign in to Withings"):
        await screen.visit_vendor(screen.choose(_WITHINGS))
        await _say_whose(screen, "Alice", lightest=40)
        await screen.see("The account is linked")
        await screen.look("the end of the sign-in")
        await screen.press("Skip and finish")


async def add_fitbit(screen: Screen) -> None:
    """Add a credential and an account of Google."""
    with step("Choose Fitbit, and be asked for another application credential"):
        await add_integration(screen)
        await screen.choose(_FITBIT)
        await screen.see("Add application credentials")
        await _add_credential(screen, "Fitbit", GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET)
    with step("Sign in to Google"):
        await screen.visit_vendor(screen.choose(_FITBIT))
        await _say_whose(screen, "Bob")
        await screen.see("The account is linked")
        await screen.press("Skip and finish")


async def add_garmin(screen: Screen) -> None:
    """Add Alice's account of Garmin with a wrong and a right code, and link it."""
    with step("Sign in to Garmin Connect with a wrong password"):
        await add_integration(screen)
        await screen.choose(_GARMIN)
        await _sign_in(screen, ALICE, password="not her password")
        await screen.see("Garmin did not accept e-mail and password.")
    with step("Sign in with the right one, and a wrong code"):
        await _sign_in(screen, ALICE)
        await screen.see("Garmin wants a code.")
        await screen.picture("garmin-code", of=screen.dialog)
        await screen.fill("code", "000000")
        await screen.press("Submit")
        await screen.see("Garmin did not accept the code.")
        await screen.look("the wrong code")
    with step("Enter the right code, and link the account to Withings"):
        await screen.fill("code", str(ALICE.code))
        await screen.press("Submit")
        await _say_whose(screen, "Alice")
        await _link(screen, "Alice · Withings", picture=True)


async def add_second_garmin(screen: Screen) -> None:
    """Add Bob's account of Garmin without a code, and link it at the second try."""
    with step("Sign in to Garmin Connect without MFA, and choose whom it is not for"):
        await add_integration(screen)
        await screen.choose(_GARMIN)
        await _sign_in(screen, BOB)
        await _say_whose(screen, "Bob")
        await screen.see("Push weigh-ins")
        await choose_account(screen, "Alice · Withings")
        await screen.press("Submit")
        await screen.see("Two Garmin accounts for one person?")
        await screen.look("the question before a second link")
        await screen.press("Close")
    with step("Link it to Fitbit by the repair that asks for a link"):
        await screen.open("/config/repairs")
        await screen.choose("Bob · Garmin Connect gets no weigh-ins yet")
        await _link(screen, "Bob · Fitbit")


async def add_integration(screen: Screen) -> None:
    """Open the menu with which Weighbridge begins."""
    await screen.open("/config/integrations/dashboard")
    await screen.press("Add integration")
    await screen.page.get_by_placeholder("Search for a brand name").fill("weighbridge")
    found = screen.page.locator("dialog-add-integration")
    await found.get_by_text("Weighbridge", exact=True).click()
    await screen.see("What do you want to add?")


async def _add_credential(
    screen: Screen, name: str, client_id: str, client_secret: str
) -> None:
    """Fill in the dialog of an application credential."""
    await screen.fill("name", name)
    await screen.fill("clientId", client_id)
    await screen.fill("clientSecret", client_secret)
    await screen.press("Add")
    await screen.see("What do you want to add?")


async def _sign_in(screen: Screen, person: Person, *, password: str = "") -> None:
    """Fill in the form of Garmin, with the person's password unless given another."""
    await screen.fill("username", person.email)
    await screen.fill("password", password or person.password)
    await screen.press("Submit")


async def _say_whose(
    screen: Screen, name: str, *, lightest: float | None = None
) -> None:
    """Fill in whose a new account is, and from which weight on."""
    await screen.see("Whose account is this?")
    await screen.fill("name", name)
    if lightest is not None:
        await screen.fill_number("Lightest", lightest)
        await screen.picture("name", of=screen.dialog)
    await screen.press("Submit")


async def _link(screen: Screen, source: str, *, picture: bool = False) -> None:
    """Go through the link that is asked for after an account."""
    await screen.see("Push weigh-ins")
    await choose_account(screen, source)
    if picture:
        await screen.picture("link", of=screen.dialog)
    await screen.press("Submit")
    await screen.see("The link is set up")
    await screen.press("Finish")


async def choose_account(screen: Screen, title: str) -> None:
    """Choose the source of a link."""
    await screen.page.get_by_role("radio", name=title).click()
