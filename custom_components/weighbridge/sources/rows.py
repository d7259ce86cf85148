"""The book of a person as plain JSON: a short row of text for each measurement.

Ten years of weigh-ins are written again with each new one, and memory cards wear out.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from ..model import (
    COMPOSITION,
    BloodPressure,
    Doubt,
    Height,
    Origin,
    Reading,
    Reason,
    WeighIn,
)
from .book import Book
from .shelf import Fate, Record, Shelf, Standing, Word

_BETWEEN = ","
_BEFORE_KEY = ";"

_WEIGH_IN = ("weight", *COMPOSITION)
_BLOOD_PRESSURE = ("systolic", "diastolic", "heart_rate")
# What is known of a measurement beside its values, by a letter each.
_DOUBTS = {"a": Doubt.AMBIGUOUS, "i": Doubt.INITIAL}
_ORIGINS = {"g": Origin.GARMIN, "w": Origin.WITHINGS}
_RELAYED = "r"

type Values = dict[str, Any]


def book_to_json(book: Book) -> dict[str, Any]:
    """Return a book as JSON; it may be made in any thread."""
    return {
        "columns": list(_WEIGH_IN),
        "weigh_ins": _shelf_to_json(book.weigh_ins, _WEIGH_IN),
        "blood_pressures": _shelf_to_json(book.blood_pressures, _BLOOD_PRESSURE),
        "heights": _shelf_to_json(book.heights, ("height",)),
        "readings": {
            quantity: _shelf_to_json(shelf, ("value",))
            for quantity, shelf in book.readings.items()
        },
    }


def book_from_json(data: Mapping[str, Any]) -> Book:
    """Read a book; raise LookupError, TypeError, ValueError or AttributeError."""
    book = Book()
    columns: list[str] = data["columns"]
    _fill(book.weigh_ins, data["weigh_ins"], columns, _weigh_in)
    _fill(
        book.blood_pressures, data["blood_pressures"], _BLOOD_PRESSURE, _blood_pressure
    )
    _fill(book.heights, data["heights"], ("height",), _height)
    for quantity, stored in data["readings"].items():

        def reading(
            key: str,
            measured_at: datetime,
            marks: str,
            values: Values,
            of: str = quantity,
        ) -> Reading:
            return Reading(
                key=key,
                measured_at=measured_at,
                doubt=_doubt(marks),
                quantity=of,
                value=values["value"],
            )

        _fill(book.readings.setdefault(quantity, Shelf()), stored, ("value",), reading)
    return book


def _shelf_to_json[R: Record](
    shelf: Shelf[R], columns: Sequence[str]
) -> dict[str, Any]:
    """Return a shelf with the values of its records in these columns."""
    return {
        "rows": [_row(record, columns) for record in shelf.records.values()],
        "standings": {
            key: [standing.reason, standing.word, standing.counted]
            for key, standing in shelf.standings.items()
        },
        "fates": {str(second): fate for second, fate in shelf.fates.items()},
    }


def _fill[R: Record](
    shelf: Shelf[R],
    stored: Mapping[str, Any],
    columns: Sequence[str],
    make: Callable[[str, datetime, str, Values], R],
) -> None:
    """Fill an empty shelf."""

    def record(row: str) -> R:
        cells, _, key = row.partition(_BEFORE_KEY)
        second, marks, *found = cells.split(_BETWEEN)
        values = {
            name: float(cell)
            for name, cell in zip(columns, found, strict=False)
            if cell
        }
        return make(key, datetime.fromtimestamp(int(second), UTC), marks, values)

    shelf.restore(map(record, stored["rows"]))
    for key, (reason, word, counted) in stored["standings"].items():
        if key in shelf.records:
            shelf.stand(
                key,
                Standing(
                    reason=Reason(reason) if reason else None,
                    word=Word(word) if word else None,
                    counted=bool(counted),
                ),
            )
    shelf.fates.update(
        (int(second), Fate(fate)) for second, fate in stored["fates"].items()
    )


def _row(record: Any, columns: Iterable[str]) -> str:
    """Return a measurement as text; what is missing at the end takes no place."""
    second = str(record.second)
    values = (getattr(record, name) for name in columns)
    cells = (
        second,
        _marks(record),
        *("" if v is None else str(v).removesuffix(".0") for v in values),
    )
    row = _BETWEEN.join(cells).rstrip(_BETWEEN)
    if row == second:
        row += _BETWEEN
    return row if record.key == second else f"{row}{_BEFORE_KEY}{record.key}"


def _marks(record: Any) -> str:
    """Return what is known of a measurement beside its values."""
    doubt, origin = getattr(record, "doubt", None), getattr(record, "copied_from", None)
    marks = [mark for mark, of in _DOUBTS.items() if of is doubt]
    marks += [mark for mark, of in _ORIGINS.items() if of is origin]
    if getattr(record, "relayed", False):
        marks.append(_RELAYED)
    return "".join(marks)


def _doubt(marks: str) -> Doubt | None:
    """Return the doubt among some marks."""
    return next((_DOUBTS[mark] for mark in marks if mark in _DOUBTS), None)


def _weigh_in(key: str, measured_at: datetime, marks: str, values: Values) -> WeighIn:
    """Return a weigh-in; one of a newer version may have more than is known here."""
    known = {name: values[name] for name in COMPOSITION if name in values}
    return WeighIn(
        key=key,
        measured_at=measured_at,
        weight=values["weight"],
        doubt=_doubt(marks),
        copied_from=next((_ORIGINS[m] for m in marks if m in _ORIGINS), None),
        relayed=_RELAYED in marks,
        **known,
    )


def _blood_pressure(
    key: str, measured_at: datetime, marks: str, values: Values
) -> BloodPressure:
    """Return a blood pressure reading."""
    pulse = values.get("heart_rate")
    return BloodPressure(
        key=key,
        measured_at=measured_at,
        systolic=int(values["systolic"]),
        diastolic=int(values["diastolic"]),
        heart_rate=None if pulse is None else int(pulse),
        doubt=_doubt(marks),
    )


def _height(key: str, measured_at: datetime, _marks: str, values: Values) -> Height:
    """Return a height."""
    return Height(measured_at, values["height"], key)
