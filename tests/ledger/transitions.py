"""The states of a measurement in the ledger, and what leads from one to another.

`TRANSITIONS` is all that can happen to a measurement: by what is done, in which state it
was, and in which states it may be then. A state that stands on both sides is one in which
something else changes: a value, a time, how often it was in vain. What is not there
changes nothing. `test_machine.py` holds that all of it happens, and nothing else.
"""

from collections import Counter
from collections.abc import Callable
from enum import StrEnum
from typing import Any, Concatenate

from custom_components.weighbridge.ledger import (
    Item,
    Ledger,
    State,
    is_fresh,
    links,
    miss,
    missing,
    outcomes,
    reconcile,
)
from custom_components.weighbridge.ledger.entries import Removal, Settled
from custom_components.weighbridge.model import WeighIn


class Stage(StrEnum):
    """Where a measurement is: a state of the ledger, told apart by what it waits for."""

    UNKNOWN = "unknown"
    """Never offered, or forgotten."""
    # Not settled:
    WAITING = "waiting"
    """Goes up at the next push."""
    SENT = "sent"
    """Is on its way, or nobody knows what became of it: Garmin is read before more."""
    ACCEPTED = "accepted"
    """Garmin has taken it, and has yet to show it."""
    SOUGHT = "sought"
    """Garmin has taken it, and has not shown it when it was looked for."""
    FAILED = "failed"
    """Waits for a person's word, or for an edit at its source."""
    # Settled:
    PUSHED = "pushed"
    """Garmin shows what we sent."""
    FOUND = "found"
    """Garmin shows what somebody else has brought there."""
    TWIN = "twin"
    """Is the same as another one, which is pushed instead."""
    LEFT_OUT = "left_out"
    """A person does not want it at Garmin."""
    LEAVING = "leaving"
    """Was pushed, and is to be removed."""
    WITHDRAWN = "withdrawn"
    """Its source has it no more, and neither has Garmin."""
    KEPT = "kept"
    """Its source has it no more, and Garmin keeps what it has."""


type Event = Callable[..., Any]
type Transition = tuple[Event, Stage, Stage]
"""What was done, and the states before and after it."""

_S = Stage
TRANSITIONS: dict[Event, dict[Stage, set[Stage]]] = {
    # A source tells of it.
    Ledger.offer: {
        # After a ledger was lost, it may have been sent.
        _S.UNKNOWN: {_S.WAITING, _S.SENT, _S.TWIN},
        # It was edited, or there is more of it.
        _S.WAITING: {_S.WAITING},
        _S.SENT: {_S.SENT},
        _S.ACCEPTED: {_S.SENT},
        _S.SOUGHT: {_S.SENT},
        _S.FAILED: {_S.WAITING, _S.SENT},
        _S.PUSHED: {_S.WAITING},
        # It is back at its source, maybe before Garmin shows what it was given.
        _S.LEAVING: {_S.WAITING, _S.SENT},
        _S.WITHDRAWN: {_S.WAITING},
        _S.KEPT: {_S.WAITING, _S.SENT},
    },
    # Its source has it no more, and Garmin shall not have it, either.
    Ledger.withdraw: {
        _S.WAITING: {_S.WITHDRAWN, _S.LEAVING},
        _S.SENT: {_S.WITHDRAWN, _S.LEAVING},
        _S.ACCEPTED: {_S.LEAVING},
        _S.SOUGHT: {_S.LEAVING},
        _S.FAILED: {_S.WITHDRAWN, _S.LEAVING},
        _S.PUSHED: {_S.LEAVING},
    },
    # Its source has it no more, and a person leaves it at Garmin.
    Ledger.keep: {
        _S.WAITING: {_S.KEPT},
        _S.SENT: {_S.KEPT},
        _S.ACCEPTED: {_S.KEPT},
        _S.SOUGHT: {_S.KEPT},
        _S.FAILED: {_S.KEPT},
        _S.PUSHED: {_S.KEPT},
        _S.LEAVING: {_S.KEPT},
    },
    # A person's word on what Garmin refuses: with other values, once more, never.
    Ledger.correct: {_S.FAILED: {_S.WAITING, _S.SENT}},
    Ledger.release: {_S.FAILED: {_S.WAITING}},
    Ledger.leave_out: {_S.FAILED: {_S.LEFT_OUT}},
    # A sync sees that Garmin has it no more, or a person pushes it by hand.
    Ledger.reopen: {
        _S.ACCEPTED: {_S.WAITING},
        _S.SOUGHT: {_S.WAITING},
        _S.PUSHED: {_S.WAITING},
        _S.FOUND: {_S.WAITING},
        _S.TWIN: {_S.WAITING},
        _S.LEFT_OUT: {_S.WAITING},
        _S.KEPT: {_S.WAITING},
    },
    # A push begins: no time lies in the future.
    Ledger.wind: {
        _S.WAITING: {_S.WAITING},
        _S.SENT: {_S.SENT},
        _S.ACCEPTED: {_S.ACCEPTED},
        _S.SOUGHT: {_S.SOUGHT},
        _S.FAILED: {_S.FAILED},
        _S.LEAVING: {_S.LEAVING},
    },
    # A link has other settings, or is removed: what it wants no more is left to the link
    # of its twin, or forgotten.
    links.review: {
        _S.WAITING: {_S.WAITING, _S.UNKNOWN},
        _S.SENT: {_S.SENT, _S.UNKNOWN},
        _S.FAILED: {_S.FAILED, _S.UNKNOWN},
        _S.TWIN: {_S.UNKNOWN},
    },
    links.forget: {
        _S.WAITING: {_S.WAITING, _S.UNKNOWN},
        _S.SENT: {_S.SENT, _S.UNKNOWN},
        _S.ACCEPTED: {_S.ACCEPTED},
        _S.SOUGHT: {_S.SOUGHT},
        _S.FAILED: {_S.FAILED, _S.UNKNOWN},
        _S.TWIN: {_S.UNKNOWN},
    },
    # A source has no more what another one has brought.
    links.drop_twins: {_S.TWIN: {_S.UNKNOWN}},
    # An upload begins, and comes to one of three ends: certainly not there, accepted, or
    # nobody knows. Meanwhile it may have been edited, deleted, and been shown again.
    outcomes.mark_sent: {
        _S.WAITING: {_S.SENT},
        _S.SENT: {_S.SENT},
    },
    outcomes.unsend: {_S.SENT: {_S.SENT, _S.WAITING}},
    outcomes.confirm: {
        # What was alone is suspected, now that others go up.
        _S.WAITING: {_S.WAITING},
        _S.SENT: {_S.SENT, _S.ACCEPTED, _S.SOUGHT},
        _S.LEAVING: {_S.LEAVING},
    },
    outcomes.lose: {_S.SENT: {_S.SENT, _S.FAILED}},
    # Garmin refuses it alone, or has no room for its values.
    outcomes.fail: {
        _S.WAITING: {_S.FAILED},
        _S.SENT: {_S.FAILED},
    },
    # Garmin is read: what it shows is settled.
    reconcile: {
        # The second at which somebody else has brought a twin.
        _S.UNKNOWN: {_S.TWIN},
        _S.TWIN: {_S.TWIN},
        _S.WAITING: {_S.SENT, _S.ACCEPTED, _S.PUSHED, _S.FOUND},
        _S.SENT: {_S.WAITING, _S.SENT, _S.ACCEPTED, _S.PUSHED, _S.FOUND},
        _S.ACCEPTED: {_S.ACCEPTED, _S.SOUGHT, _S.PUSHED, _S.FOUND},
        _S.SOUGHT: {_S.SOUGHT, _S.PUSHED, _S.FOUND},
        _S.FAILED: {_S.FAILED, _S.ACCEPTED, _S.PUSHED, _S.FOUND},
    },
    # And what it does not show is looked for, sent once more, and told.
    miss: {
        _S.ACCEPTED: {_S.SOUGHT},
        _S.SOUGHT: {_S.SOUGHT, _S.WAITING, _S.FAILED},
    },
    # An older version is removed, so that a newer one can go up.
    outcomes.removed: {
        _S.WAITING: {_S.WAITING},
        _S.ACCEPTED: {_S.ACCEPTED},
        _S.SOUGHT: {_S.SOUGHT},
    },
    # Garmin does not let something go: it is tried for a day.
    outcomes.keep: {
        _S.WAITING: {_S.SENT, _S.FAILED},
        _S.LEAVING: {_S.LEAVING, _S.KEPT},
    },
    # All that is leaving was looked at; what was not shown is looked at twice.
    outcomes.withdrawn: {_S.LEAVING: {_S.LEAVING, _S.WITHDRAWN}},
}

# The rest of the wing only reads a ledger, or is a step of one of these.
REST: set[Event] = {
    Ledger.state,
    Ledger.way,
    Ledger.facts,
    Ledger.primary,
    Ledger.is_twin,
    Ledger.is_ours,
    Ledger.heir,
    Ledger.is_alike,
    Ledger.knows,
    Ledger.item,
    Ledger.items,
    Ledger.settled,
    Ledger.pending,
    Ledger.due,
    Ledger.ready,
    Ledger.leaving,
    Ledger.count,
    Ledger.overdue,
    Ledger.snapshot,
    Ledger.copy,
    Ledger.restore,
    Ledger.put,
    Ledger.settle,
    Ledger.remember,
    Ledger.remember_remote,
    Ledger.drop,
    links.rename,
    links.known,
    links.twins,
    links.queued,
    links.pushed,
    missing,
    is_fresh,
}


class Watch:
    """Counts what becomes of measurements, and bears nothing that is not in the table."""

    def __init__(self) -> None:
        """Begin with nothing seen."""
        self.seen: Counter[Transition] = Counter()
        self._last: tuple[Ledger[WeighIn] | None, dict[int, _Entry]] = None, {}

    def do[**P, T](
        self,
        event: Callable[Concatenate[Ledger[WeighIn], P], T],
        ledger: Ledger[WeighIn],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Do something to a ledger, and count what that changes."""
        known, before = self._last
        if known is not ledger:
            before = _entries(ledger)
        result = event(ledger, *args, **kwargs)
        after = _entries(ledger)
        self._last = ledger, after
        for second in before.keys() | after.keys():
            old, new = before.get(second), after.get(second)
            if old != new:
                came, went = _stage(old), _stage(new)
                assert went in TRANSITIONS[event].get(came, ()), (event, came, went)
                self.seen[event, came, went] += 1
        return result

    def unseen(self) -> list[str]:
        """Return what is in the table and did not happen, as text."""
        return sorted(
            f"{event.__module__.rpartition('.')[2]}.{event.__name__}: {came} -> {went}"
            for event, came, went in all_transitions() - self.seen.keys()
        )


def all_transitions() -> set[Transition]:
    """Return the table as a set."""
    return {
        (event, came, went)
        for event, stages in TRANSITIONS.items()
        for came, ends in stages.items()
        for went in ends
    }


type _Entry = tuple[Item[WeighIn] | Settled, Removal | None]


def _entries(ledger: Ledger[WeighIn]) -> dict[int, _Entry]:
    """Return all that a ledger knows, by its second."""
    now = ledger.snapshot()
    entries: dict[int, _Entry] = {s: (i, None) for s, i in now.open.items()}
    for second, settled in now.settled.items():
        entries[second] = settled, now.withdrawals.get(second)
    return entries


def _stage(entry: _Entry | None) -> Stage:
    """Return the state of a measurement."""
    match entry:
        case None:
            return Stage.UNKNOWN
        case Item(state=State.PENDING, sent_at=sent_at), _:
            return Stage.WAITING if sent_at is None else Stage.SENT
        case Item(state=State.DONE, looks=looks), _:
            return Stage.SOUGHT if looks else Stage.ACCEPTED
        case Item(), _:
            return Stage.FAILED
        case Settled(), Removal():
            return Stage.LEAVING
        case Settled(way=way), _:
            return Stage(way)
