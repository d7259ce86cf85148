"""What must be true of weigh-ins that Weighbridge asks about."""

from collections.abc import Iterator

from ..bluetooth import Report
from ..evidence import Answer, Guest
from .check import Check, listed

# Whatever is so near to a weight, in kg or lb, is that weight.
_NEAR = 0.06


def check_answer(answer: Answer) -> Check:
    """All phones have a button for each who may be meant, and two more."""
    wanted = [*answer.candidates, "Nobody", "Somebody else"]
    wrong = [
        f"{phone} has {listed(buttons)}"
        for phone, buttons in answer.buttons.items()
        if buttons != wanted
    ]
    return Check(
        name=f"{answer.report.kilograms} kg: each phone asks {listed(wanted)}; "
        f"{answer.pressed} was pressed",
        found="" if len(answer.buttons) > 1 and not wrong else f"{listed(wrong)}.",
    )


def check_guest(guest: Guest) -> Check:
    """Who is nobody here is nowhere."""
    found = list(_places(guest))
    return Check(
        name="The guest is in no sensor, event, statistic or Garmin account",
        found="" if guest.states and guest.means and not found else f"{listed(found)}.",
    )


def _places(guest: Guest) -> Iterator[str]:
    """Yield where a guest is found."""
    for entity_id, state in guest.states.items():
        if any(
            _is_it(guest.report, v) for v in (state.state, *state.attributes.values())
        ):
            yield entity_id
    for state in guest.events:
        if any(_is_it(guest.report, value) for value in state.attributes.values()):
            yield f"an event at {state.state}"
    for numbers, where in ((guest.means, "in"), (guest.held, "at Garmin of")):
        for name, values in numbers.items():
            if any(_is_it(guest.report, value) for value in values):
                yield f"{where} {name}"


def _is_it(report: Report, value: object) -> bool:
    """Tell whether a value is the weight that was shown."""
    try:
        number = float(str(value))
    except ValueError:
        return False
    return min(abs(number - report.kilograms), abs(number - report.pounds)) < _NEAR
