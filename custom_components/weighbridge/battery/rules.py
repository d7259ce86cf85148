"""When a text about a battery is due: plain values, free of Home Assistant."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Self

from ..const import DEFAULT_LOW_BATTERY_THRESHOLD
from ..model import BatteryLevel

# A level that swings around the threshold is one discharge, not many.
MARGIN = 5
STEADY = timedelta(days=1)


class TextKind(StrEnum):
    """What a text is about."""

    INTRODUCTION = "introduction"
    LOW = "low"
    CHARGED = "charged"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Quiet:
    """The hours of the local day without texts; none when both ends are the same."""

    start: time
    end: time

    def covers(self, clock: time) -> bool:
        """Tell whether it is quiet when the clock shows a time."""
        if self.start <= self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end

    def until(self, moment: datetime) -> datetime:
        """Return when it is not quiet, at a moment (aware, local time) or after it.

        Where the clock is put back it shows the end twice, where it is put forward
        perhaps never: what counts are the moments at which it shows what is not quiet.
        """
        if not self.covers(moment.time()):
            return moment
        now = moment.astimezone(UTC)
        ends = (
            datetime.combine(moment.date() + timedelta(days), self.end, moment.tzinfo)
            .replace(fold=fold)
            .astimezone(UTC)
            for days in range(3)
            for fold in (0, 1)
        )
        return min(
            local
            for end in ends
            if end > now
            and not self.covers((local := end.astimezone(moment.tzinfo)).time())
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the owner of an automation wants to be told; None is never."""

    repeat: timedelta | None = None
    silence: timedelta | None = None
    tell_charged: bool = True
    quiet: Quiet = Quiet(time.min, time.min)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the entities of a battery say now, None being what they do not say.

    `percent` and `threshold` are in %, `last_sync` is an aware datetime.
    """

    low: bool | None
    percent: float | None = None
    level: BatteryLevel | None = None
    threshold: float = DEFAULT_LOW_BATTERY_THRESHOLD
    last_sync: datetime | None = None
    # A strap may lie in a drawer all summer.
    may_rest: bool = False

    @property
    def charged(self) -> bool | None:
        """Tell whether the battery has been charged; None when only time can tell."""
        if self.low is not False:
            return False
        if self.percent is not None:
            return self.percent >= min(self.threshold + MARGIN, 100)
        match self.level:
            case BatteryLevel.MEDIUM:
                return None
            case BatteryLevel.LOW | BatteryLevel.EMPTY:
                return False
            case _:
                return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What one automation has told about one battery."""

    low_told: datetime | None = None
    """The newest text of the discharge that was told of."""
    recovered: bool = False
    """The battery that was told of has been charged, of which nothing was told yet.

    If it is low again by now, that is a new discharge; if not, the charging is news.
    """
    steady_since: datetime | None = None
    """Since when the battery is no longer low, though not surely charged."""
    silence_told: datetime | None = None
    """The newest text about a device that does not synchronize."""

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Return what `as_dict` gave; raise LookupError, TypeError or ValueError."""
        return cls(
            low_told=_moment(stored["low_told"]),
            recovered=bool(stored["recovered"]),
            steady_since=_moment(stored["steady_since"]),
            silence_told=_moment(stored["silence_told"]),
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the memory ready for JSON."""
        return {
            "low_told": self.low_told and self.low_told.isoformat(),
            "recovered": self.recovered,
            "steady_since": self.steady_since and self.steady_since.isoformat(),
            "silence_told": self.silence_told and self.silence_told.isoformat(),
        }

    def observe(self, reading: Reading, rules: Rules, now: datetime) -> Self:
        """Return the memory after a look at the battery.

        A gap in the readings changes nothing: the discharge before it goes on.
        """
        if self.low_told is None or reading.low is None:
            return self
        charged = self.recovered or reading.charged
        since = None
        if charged is None:
            since = self.steady_since or now
            charged = now - since >= STEADY
        if charged and not rules.tell_charged:
            return self._rearmed()
        return replace(self, recovered=charged, steady_since=None if charged else since)

    def due(self, reading: Reading, rules: Rules, now: datetime) -> Iterator[TextKind]:
        """Yield the texts that are due, if `observe` came first and it is not quiet."""
        if reading.low and (
            self.low_told is None
            or self.recovered
            or (rules.repeat is not None and now - self.low_told >= rules.repeat)
        ):
            yield TextKind.LOW
        if self.recovered and reading.low is False:
            yield TextKind.CHARGED
        silent = self._silent_from(reading, rules)
        if silent is not None and silent <= now:
            yield TextKind.SILENT

    def next_change(
        self, reading: Reading, rules: Rules, now: datetime
    ) -> datetime | None:
        """Return when time alone makes something due that is not due yet."""
        moments = [self._silent_from(reading, rules)]
        if self.low_told is not None and rules.repeat is not None and reading.low:
            moments.append(self.low_told + rules.repeat)
        if self.steady_since is not None and reading.low is False:
            moments.append(self.steady_since + STEADY)
        return min((at for at in moments if at is not None and at > now), default=None)

    def told(self, kind: TextKind, now: datetime) -> Self:
        """Return the memory after a text was sent."""
        match kind:
            case TextKind.LOW:
                return replace(self._rearmed(), low_told=now)
            case TextKind.CHARGED:
                return self._rearmed()
            case TextKind.SILENT:
                return replace(self, silence_told=now)
            case TextKind.INTRODUCTION:
                return self

    def _rearmed(self) -> Self:
        return replace(self, low_told=None, recovered=False, steady_since=None)

    def _silent_from(self, reading: Reading, rules: Rules) -> datetime | None:
        if rules.silence is None or reading.last_sync is None or reading.may_rest:
            return None
        if self.silence_told is not None and reading.last_sync <= self.silence_told:
            return None
        return reading.last_sync + rules.silence


def _moment(stored: str | None) -> datetime | None:
    return None if stored is None else datetime.fromisoformat(stored)
