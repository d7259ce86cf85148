"""What must be true of the long-term statistics."""

from ..evidence import History
from .check import Check, listed

_TOLERANCE = 0.006


def check_history(history: History) -> Check:
    """Old weighings are at their true hours, whose mean is their weight."""
    expected = {
        when.replace(minute=0, second=0): weighing.weight
        for when, weighing in history.past.items()
    }
    wrong = [
        f"{hour:%Y-%m-%d %H} h UTC: {shown} and not {weight:g}"
        for hour, weight in expected.items()
        if (shown := history.means.get(hour)) is None
        or abs(shown - weight) > _TOLERANCE
    ]
    return Check(
        name=(
            f"Statistics hold {history.person.name}'s {len(expected)} older weigh-ins "
            "at their hours"
        ),
        found=f"They have {listed(wrong)}." if wrong else "",
    )
