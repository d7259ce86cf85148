"""What a Garmin account must not forget, on disk before it matters."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ..ledger import (
    BLOOD_PRESSURE_COLUMNS,
    TWIN_BLOOD_PRESSURE,
    TWIN_WEIGH_IN,
    WEIGH_IN_COLUMNS,
    Ledger,
    LedgerWriter,
    State,
    ledger_from_json,
    make_blood_pressure,
    make_weigh_in,
)
from ..model import BloodPressure, WeighIn


@dataclass(slots=True)
class AccountMemory:
    """All that outlives a restart, but for the tokens.

    `paused_until` is an epoch second, and `strikes` counts the failures in a row.
    """

    weigh_ins: Ledger[WeighIn] = field(default_factory=lambda: Ledger(TWIN_WEIGH_IN))
    blood_pressures: Ledger[BloodPressure] = field(
        default_factory=lambda: Ledger(TWIN_BLOOD_PRESSURE)
    )
    last_push: datetime | None = None
    last_contact: datetime | None = None
    paused_until: float = 0.0
    pause_reason: str | None = None
    strikes: int = 0
    _weigh_ins_writer: LedgerWriter = field(
        default_factory=lambda: LedgerWriter(WEIGH_IN_COLUMNS), init=False, repr=False
    )
    _blood_pressures_writer: LedgerWriter = field(
        default_factory=lambda: LedgerWriter(BLOOD_PRESSURE_COLUMNS),
        init=False,
        repr=False,
    )

    @property
    def ledgers(self) -> tuple[Ledger[Any], ...]:
        """Return the ledgers of all kinds of measurements."""
        return self.weigh_ins, self.blood_pressures

    @property
    def pending(self) -> int:
        """Return how many measurements wait to be pushed."""
        return sum(ledger.count(State.PENDING) for ledger in self.ledgers)

    @property
    def due(self) -> int | None:
        """Return from when on something is to be done at Garmin, None for never."""
        dues = [ledger.due() for ledger in self.ledgers]
        return min((due for due in dues if due is not None), default=None)

    @property
    def size(self) -> int:
        """Return how many measurements are remembered."""
        return sum(ledger.size for ledger in self.ledgers)

    def freeze(self) -> Callable[[], dict[str, Any]]:
        """Return what makes plain JSON of the memory as it is now, in any thread."""
        weigh_ins = self.weigh_ins.snapshot()
        blood_pressures = self.blood_pressures.snapshot()
        rest = {
            "last_push": _time_to_json(self.last_push),
            "last_contact": _time_to_json(self.last_contact),
            "paused_until": self.paused_until,
            "pause_reason": self.pause_reason,
            "strikes": self.strikes,
        }
        return lambda: {
            "weigh_ins": self._weigh_ins_writer.to_json(weigh_ins),
            "blood_pressures": self._blood_pressures_writer.to_json(blood_pressures),
            **rest,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> AccountMemory:
        """Read a memory.

        Raises LookupError, TypeError, ValueError or AttributeError on damage.
        """
        memory = cls(
            last_push=_time_from_json(data["last_push"]),
            last_contact=_time_from_json(data["last_contact"]),
            paused_until=float(data["paused_until"]),
            pause_reason=data["pause_reason"],
            strikes=int(data["strikes"]),
        )
        ledger_from_json(memory.weigh_ins, data["weigh_ins"], make_weigh_in)
        ledger_from_json(
            memory.blood_pressures, data["blood_pressures"], make_blood_pressure
        )
        return memory


def _time_to_json(time: datetime | None) -> str | None:
    """Return a time in ISO 8601."""
    return None if time is None else time.isoformat()


def _time_from_json(value: str | None) -> datetime | None:
    """Read a time in ISO 8601."""
    return None if value is None else datetime.fromisoformat(value)
