"""What must be true of batteries, and of the texts about them."""

import re

from ..devices import ARIA, TRACKER, TRACKER_LOW
from ..evidence import Charge, Texts
from .check import Check, listed

_PUNCTUATION = re.compile(r"[^+\d]")


def check_batteries(charges: list[Charge]) -> list[Check]:
    """Each battery is shown as its vendor tells it: no percentage is made up."""
    return [_check_battery(charge) for charge in charges]


def check_texts(texts: Texts) -> list[Check]:
    """One introduction, one warning, and no second one after a restart."""
    number = _PUNCTUATION.sub("", texts.number)
    introduction, warnings = texts.before[:1], texts.before[1:]
    said = [message.message for message in introduction]
    is_introduced = any(
        text.startswith("You will be texted")
        and f"{TRACKER.model}: {TRACKER.level}" in text
        and f"{ARIA.model}: {ARIA.level}" in text
        for text in said
    )
    warned = [message.message for message in warnings]
    low = f"{TRACKER_LOW.model} has a low battery ({TRACKER_LOW.level})"
    is_warned = len(warned) == 1 and low in warned[0]
    numbers = {message.to for message in texts.before}
    problems = [message.message for message in texts.after]
    if texts.asked_at is None or texts.asked_at < texts.restarted_at:
        problems.append(f"the automation, which did not ask since {texts.asked_at}")
    return [
        Check(
            name="Run texts the introduction with each level",
            found="" if is_introduced else f"It texts {listed(said)}.",
        ),
        Check(
            name="A battery that runs low is one text",
            found="" if is_warned else f"It is {listed(warned)}.",
        ),
        Check(
            name=f"The texts went to {number}",
            found="" if numbers == {number} else f"They went to {listed(numbers)}.",
        ),
        Check(
            name="It is no second one when Home Assistant starts again",
            found=f"There was {listed(problems)}." if problems else "",
        ),
    ]


def _check_battery(charge: Charge) -> Check:
    """The entities of a device show its battery."""
    battery = charge.battery
    expected = {
        "battery": None if battery.percent is None else str(battery.percent),
        "battery_level": battery.word,
        "battery_low": "on" if battery.word == "low" else "off",
    }
    shown = {
        key: charge.shown[key].state if key in charge.shown else None
        for key in expected
    }
    wrong = [
        f"{key} as {shown[key]}" for key in expected if shown[key] != expected[key]
    ]
    low = ", low" if expected["battery_low"] == "on" else ""
    return Check(
        name=f"{battery.model}'s battery is shown as {battery.level}{low} {charge.when}",
        found=f"There is {listed(wrong)}." if wrong else "",
    )
