"""Ledgers as plain JSON: a short row of text for each measurement.

Home Assistant puts each value of a list on a line of its own, and a ledger of ten years
is written again with each weigh-in. Memory cards wear out, and whoever makes text of a
long list keeps the event loop waiting.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from ..model import COMPOSITION, BloodPressure, WeighIn
from .entries import Facts, Item, Record, Removal, Settled, Snapshot, State, Way
from .ledger import Ledger

_SEPARATOR = ","
# Between the items of a list in a cell, and between the facts of one of them.
_LIST = ";"
_FACT = "/"

WEIGH_IN_COLUMNS = ("weight", *COMPOSITION)
BLOOD_PRESSURE_COLUMNS = ("systolic", "diastolic", "heart_rate")

type Values = Mapping[str, float]


def ledger_to_json(ledger: Snapshot[Any], columns: Sequence[str]) -> dict[str, Any]:
    """Return a ledger as JSON, with the values of its records in these columns."""
    links = _Table()
    return {
        "columns": list(columns),
        "open": [
            _row(
                item.record.second,
                links.index(item.link),
                item.state,
                item.since,
                item.sent_at,
                item.attempts or None,
                item.strikes or None,
                item.looks or None,
                _versions(item.was),
                _LIST.join(map(str, item.gone)),
                *(getattr(item.record, name) for name in columns),
            )
            for item in ledger.open
        ],
        "settled": [
            _row(
                second,
                links.index(one.link),
                one.way,
                one.twin_of,
                one.extent or None,
                one.attempts or None,
                *one.facts,
            )
            for second, one in ledger.settled.items()
        ],
        "links": links.values,
        "withdrawals": {
            second: list(removal) for second, removal in ledger.withdrawals.items()
        },
    }


def ledger_from_json[R: Record](
    ledger: Ledger[R],
    data: Mapping[str, Any],
    make: Callable[[datetime, Values], R],
) -> None:
    """Fill an empty ledger with the records that `make` makes of their values.

    Raises LookupError, TypeError, ValueError or AttributeError on damage.
    """
    links: list[str] = data["links"]
    columns: list[str] = data["columns"]

    def item(row: str) -> Item[R]:
        """Read what is not settled."""
        second, link, state, since, sent_at, attempts, strikes, looks, *rest = _cells(
            row
        )
        was, gone, *cells = rest
        values = {
            name: float(cell) for name, cell in zip(columns, cells, strict=True) if cell
        }
        return Item(
            record=make(datetime.fromtimestamp(int(second), UTC), values),
            link=links[int(link)],
            state=State(state),
            since=_integer(since),
            sent_at=_integer(sent_at),
            attempts=int(attempts or 0),
            strikes=int(strikes or 0),
            looks=int(looks or 0),
            was=tuple(
                _facts(version.split(_FACT)) for version in was.split(_LIST) if was
            ),
            gone=tuple(int(serial) for serial in gone.split(_LIST) if gone),
        )

    def settled(row: str) -> tuple[int, Settled]:
        """Read what is settled."""
        second, link, way, twin_of, extent, attempts, *facts = _cells(row)
        return int(second), Settled(
            facts=_facts(facts),
            link=links[int(link)],
            way=Way(way),
            twin_of=_integer(twin_of),
            extent=int(extent or 0),
            attempts=int(attempts or 0),
        )

    ledger.restore(map(item, data["open"]), map(settled, data["settled"]))
    ledger.withdrawals.update(
        {
            int(second): Removal(
                int(strikes), None if at is None else int(at), tuple(map(tuple, was))
            )
            for second, (strikes, at, was) in data["withdrawals"].items()
        }
    )


def make_weigh_in(measured_at: datetime, values: Values) -> WeighIn:
    """Return a weigh-in; one of a newer version may have more than is known here."""
    known: dict[str, Any] = {
        name: values[name] for name in COMPOSITION if name in values
    }
    return WeighIn(measured_at=measured_at, weight=values["weight"], **known)


def make_blood_pressure(measured_at: datetime, values: Values) -> BloodPressure:
    """Return a blood pressure reading."""
    pulse = values.get("heart_rate")
    return BloodPressure(
        measured_at=measured_at,
        systolic=int(values["systolic"]),
        diastolic=int(values["diastolic"]),
        heart_rate=None if pulse is None else int(pulse),
    )


def _row(*cells: object) -> str:
    """Return cells as text, None as an empty one."""
    return _SEPARATOR.join("" if cell is None else str(cell) for cell in cells)


def _versions(was: Sequence[Facts]) -> str:
    """Return versions of a measurement as a cell."""
    return _LIST.join(
        _FACT.join("" if fact is None else str(fact) for fact in facts) for facts in was
    )


def _facts(cells: Sequence[str]) -> Facts:
    """Read facts."""
    return tuple(float(cell) if cell else None for cell in cells)


def _integer(cell: str) -> int | None:
    """Read a number that may not be there."""
    return int(cell) if cell else None


def _cells(row: str) -> list[str]:
    """Return the cells of a row."""
    return row.split(_SEPARATOR)


class _Table:
    """Strings that repeat, each kept once."""

    def __init__(self) -> None:
        self.values: list[str] = []
        self._places: dict[str, int] = {}

    def index(self, value: str) -> int:
        """Return the place of a string, a new one at the end."""
        if value not in self._places:
            self._places[value] = len(self.values)
            self.values.append(value)
        return self._places[value]
