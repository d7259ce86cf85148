"""What goes wrong for long: hours, of those in which the soak lives."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random

from .house import House
from .launch import CLOCK, FULL
from .trouble import DELETE, MEASURES, READ, UPLOAD

# How many rounds it lasts, and how likely it begins in one.
_ROUNDS = (2, 4)
_ODDS = 0.3

_FAILURES: dict[str, object] = {
    "detailedImportResult": {"failures": [{"messages": []}]}
}

type End = Callable[[], object]


class Siege:
    """Makes one kind of trouble at a time that stays, whatever is asked."""

    def __init__(self, house: House, random: Random) -> None:
        """Make trouble at random."""
        self.counts: Counter[str] = Counter()
        self._house = house
        self._random = random
        self._left = 0
        self._recovers = False
        self._end: End | None = None
        self._kind: Callable[[], End] | None = None
        self._kinds: dict[str, Callable[[], End]] = {
            "every upload refused": lambda: self._answer(UPLOAD, 400),
            "every upload failed": lambda: self._answer(UPLOAD, 200, _FAILURES),
            "every upload unanswered": lambda: self._answer(UPLOAD, 503),
            "no answer to one record": lambda: self._refuse(500),
            "one record refused": lambda: self._refuse(400),
            "removals forbidden": lambda: self._answer(DELETE, 403),
            "reads fail": lambda: self._answer(READ, 504),
            "too many requests": lambda: self._answer(READ, 429),
            "the gatekeeper refuses": lambda: self._answer(r"^/garmin/.*service", 403),
            "no consent": self._withhold_consent,
            "stale reads": self._stale,
            "partial reads": self._forget,
            "Withings is down": lambda: self._answer(MEASURES, 503),
            "the disk is full": self._fill_disk,
            "the clock is wrong": self._wind_clock,
        }

    @property
    def name(self) -> str | None:
        """Return what goes wrong now."""
        return next((n for n, kind in self._kinds.items() if kind == self._kind), None)

    @property
    def is_delicate(self) -> bool:
        """Tell whether nobody is killed.

        Tokens may be renewed at any time, or what happened while the disk was full is
        about to be written.
        """
        return self._recovers or self._kind in (
            self._kinds["the clock is wrong"],
            self._kinds["the disk is full"],
        )

    def turn(self, *, may_be_delicate: bool) -> None:
        """Go on for a round, come to an end, or begin."""
        self._recovers = False
        if self._end is not None:
            self._left -= 1
            if self._left <= 0:
                self._recovers = self.is_delicate
                self.end()
        elif self._random.random() < _ODDS:
            name = self._random.choice(list(self._kinds))
            self._kind = self._kinds[name]
            if self.is_delicate and not may_be_delicate:
                self._kind = None
                return
            self._end = self._kind()
            self._left = self._random.randint(*_ROUNDS)
            self.counts[name] += 1

    def end(self) -> None:
        """Let everything go well again."""
        if self._end is not None:
            self._end()
        self._end = self._kind = None

    def _answer(self, path: str, status: int, body: object = None) -> End:
        """Answer all requests on a path so."""
        given = body if isinstance(body, dict) else None
        return self._house.clouds.faults.answer(
            path, status, body=given, times=None
        ).remove

    def _refuse(self, status: int) -> End:
        """Answer so to each file with a certain record."""
        garmin = self._house.clouds.garmin
        resident = self._random.choice(self._house.everybody)
        if recent := [w for w in resident.book.weighings[-3:] if w.answers]:
            second = self._random.choice(recent).second
            garmin.refuse(at=datetime.fromtimestamp(second, UTC), status=status)
        return garmin.accept_all

    def _withhold_consent(self) -> End:
        """Switch off what lets uploads in."""
        resident = self._random.choice(self._house.everybody)
        account = self._house.clouds.garmin.accounts[resident.person.email]
        account.device_upload = False

        def end() -> None:
            account.device_upload = True

        return end

    def _stale(self) -> End:
        """Let reads show what was there a while ago."""
        garmin = self._house.clouds.garmin
        garmin.lag = timedelta(seconds=self._random.uniform(1, 4))

        def end() -> None:
            garmin.lag = timedelta()

        return end

    def _forget(self) -> End:
        """Let reads show a part of what is there."""
        garmin = self._house.clouds.garmin
        garmin.forgets = 0.3

        def end() -> None:
            garmin.forgets = 0.0

        return end

    def _fill_disk(self) -> End:
        """Let nothing be written."""
        file = self._house.directory / FULL
        file.touch()
        return file.unlink

    def _wind_clock(self) -> End:
        """Let the clock be wrong by hours or days."""
        file = self._house.directory / CLOCK
        hours = self._random.uniform(1, 72) * self._random.choice((-1, 1))
        file.write_text(f"{3600 * hours:.0f}")
        return file.unlink
