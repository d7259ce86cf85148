"""Ledgers as plain JSON: a short row of text for each measurement.

Home Assistant puts each value of a list on a line of its own, and a ledger of ten years
is written again with each weigh-in. Memory cards wear out, and whoever makes text of a
long list keeps the event loop waiting.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from threading import Lock
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


class LedgerWriter:
    """Makes JSON of a ledger, in whatever thread.

    A ledger is written before each request: what has not changed since keeps its row.
    """

    def __init__(self, columns: Sequence[str]) -> None:
        """Write the values of records in these columns."""
        self._columns = columns
        self._links = _Table()
        self._open: dict[int, tuple[Item[Any], str]] = {}
        self._settled: dict[int, tuple[Settled, str]] = {}
        # Whoever gives up to wait for one thread leaves it running.
        self._lock = Lock()

    def to_json(self, ledger: Snapshot[Any]) -> dict[str, Any]:
        """Return a ledger as JSON."""
        with self._lock:
            self._open = _rows(ledger.open, self._open, self._open_row)
            self._settled = _rows(ledger.settled, self._settled, self._settled_row)
            return {
                "columns": list(self._columns),
                "open": [row for _, row in self._open.values()],
                "settled": [row for _, row in self._settled.values()],
                "links": self._links.values.copy(),
                "withdrawals": {
                    second: list(removal)
                    for second, removal in ledger.withdrawals.items()
                },
            }

    def _open_row(self, second: int, item: Item[Any]) -> str:
        """Return what is not settled as text."""
        return _row(
            second,
            self._links.index(item.link),
            item.state,
            item.since,
            item.sent_at,
            item.attempts or None,
            item.strikes or None,
            item.looks or None,
            _versions(item.was),
            _LIST.join(map(str, item.gone)),
            *(getattr(item.record, name) for name in self._columns),
        )

    def _settled_row(self, second: int, one: Settled) -> str:
        """Return what is settled as text."""
        return _row(
            second,
            self._links.index(one.link),
            one.way,
            one.twin_of,
            one.extent or None,
            one.attempts or None,
            *one.facts,
        )


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


def _rows[T](
    entries: Mapping[int, T],
    written: Mapping[int, tuple[T, str]],
    make: Callable[[int, T], str],
) -> dict[int, tuple[T, str]]:
    """Return entries with their rows, made anew for those that were not written."""
    rows: dict[int, tuple[T, str]] = {}
    for second, entry in entries.items():
        known = written.get(second)
        rows[second] = (
            known
            if known is not None and known[0] is entry
            else (entry, make(second, entry))
        )
    return rows


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
