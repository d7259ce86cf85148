"""Weighings of a scale that says itself when it measured.

Its time settles everything: what is told with a new time is a weighing of then, what is
told with a known one is that weighing, and what has no time is none. So nothing is lost
while Home Assistant is down, and a scale may tell all that it remembers once more.
"""

from .amounts import WEIGHT
from .composition import Composing, Found, Outcome
from .memory import Known, Memory
from .weighing import RETURN, Kind, Report

MEASURED_AT = "measured_at"

# What is told at once is told within a second, in whatever order.
AT_ONCE = 1.0

# A new time of the weight that is shown: within the minute another one may follow.
ALONE = 60.0

# How far the clock of a scale may be ahead.
AHEAD = 300.0


class DatedWeighings:
    """Makes weighings of reports, among them the time of measurement."""

    def __init__(self, memory: Memory) -> None:
        """Go on from what is remembered, and keep that up to date."""
        self.memory = memory
        self._composing = Composing(memory)
        # The time that was told last, and when, until it has its weight.
        self._measured: tuple[float, float] | None = None
        # When a weight was told that may belong to the next time, and how long it may:
        # many sensors repeat for minutes what they show.
        self._weight_at: float | None = None
        self._lasts = ALONE
        # A weighing that is shown again, until it is sure that no other follows.
        self._again: tuple[Known, float] | None = None

    @property
    def due(self) -> float | None:
        """Return when `tick` has something to do without another report."""
        again = None if self._again is None else self._again[1] + ALONE
        times = [self._composing.due, self._together_at, again]
        return min((time for time in times if time is not None), default=None)

    @property
    def _together_at(self) -> float | None:
        """Return when the time of measurement has the weight that it is of."""
        if self._measured is None:
            return None
        _, at = self._measured
        if self._weight_at is None:
            return at + ALONE
        return max(at, self._weight_at) + AT_ONCE

    def tick(self, now: float) -> list[Outcome]:
        """Let time pass."""
        outcomes: list[Outcome] = []
        while (due := self.due) is not None and due <= now:
            if (together := self._together_at) is not None and together <= due:
                outcomes += self._settle()
            if self._again is not None and self._again[1] + ALONE <= due:
                outcomes += self._take_back()
            outcomes += self._composing.tick(due)
        return outcomes

    def flush(self, now: float) -> list[Outcome]:
        """Decide now what would be decided later: there will be no more reports."""
        return self.tick(now) + self._settle() + self._composing.flush()

    def edited(self, at: float) -> None:
        """Let an edit of the entity be: it has no time of its own."""

    def report(self, report: Report) -> list[Outcome]:
        """Take what a sensor shows."""
        outcomes = self.tick(report.at)
        if self.memory.since is None or self.memory.since > report.at:
            self.memory.since = report.at
        if report.amount is None:
            return outcomes
        value = report.amount.value
        if report.quantity == MEASURED_AT:
            return outcomes + self._take_time(report.at, value)
        if report.quantity == WEIGHT:
            return outcomes + self._take_weight(report.at, value)
        if report.kind is Kind.SHOWN:
            self.memory.shown[report.quantity] = value
            return outcomes
        return outcomes + self._composing.report(
            report.quantity,
            report.at,
            report.amount,
            polled=report.polled,
            holds=self._measured is not None,
        )

    def _take_time(self, at: float, measured: float) -> list[Outcome]:
        """Take a time of measurement."""
        shown = self.memory.shown
        if shown.get(MEASURED_AT) == measured:
            return []
        shown[MEASURED_AT] = measured
        outcomes = self._settle()
        self._again = None
        if self._weight_at is not None and at - self._weight_at > self._lasts:
            self._weight_at = None
        self.memory.ahead = measured > at + AHEAD
        if not self.memory.ahead:
            self._measured = measured, at
        return outcomes

    def _take_weight(self, at: float, value: float) -> list[Outcome]:
        """Take a weight."""
        outcomes: list[Outcome] = []
        if self._weight_at is not None:
            outcomes = self._settle()
        self._weight_at = at
        self._lasts = AT_ONCE if self.memory.shown.get(WEIGHT) == value else ALONE
        self.memory.shown[WEIGHT] = value
        return outcomes

    def _settle(self) -> list[Outcome]:
        """Tell what was measured at the time that was told last."""
        memory = self.memory
        if self._measured is None:
            return []
        measured, at = self._measured
        weight = memory.shown.get(WEIGHT)
        self._measured = self._weight_at = None
        if weight is None or measured < (memory.since or 0):
            return self._composing.adopt()
        key = str(int(measured))
        for known in memory.known:
            if known.key == key:
                self._again = known, at
                if known.weight == weight:
                    return []
                known.weight, known.seen = weight, at
                return self._composing.take(Found(known, measured))
        known = Known(key, weight, at, at)
        memory.remember(known)
        return self._composing.take(Found(known, measured))

    def _take_back(self) -> list[Outcome]:
        """Take back what was told after a weighing that is shown again.

        What was measured before it was only told late, and is no mistake.
        """
        if self._again is None:
            return []
        (again, at), self._again = self._again, None
        known = self.memory.known
        second = int(again.key or 0)
        later = [
            one for one in known[known.index(again) + 1 :] if int(one.key or 0) > second
        ]
        if not later or later[0].at < at - RETURN:
            return []
        for one in later:
            known.remove(one)
        return [o for one in later for o in self._composing.drop(one, again)]
