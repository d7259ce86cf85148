"""Ledgers as plain JSON: what waits is kept whole, what is settled in short rows."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from .ledger import Ledger
from .ledger_entries import Cursor, Hold, Item, Record, Settled, Snapshot, State, Way
from .model import COMPOSITION, BloodPressure, Doubt, WeighIn


def ledger_to_json[R: Record](
    ledger: Snapshot[R], encode: Callable[[R], dict[str, Any]]
) -> dict[str, Any]:
    """Return a ledger as JSON, its records as `encode` puts them."""
    links = _Table()
    ways = _Table()
    settled = [
        [
            second,
            memory.facts,
            links.index(memory.link),
            ways.index(memory.way),
            memory.twin_of,
        ]
        for second, memory in ledger.settled
    ]
    return {
        "open": [
            {
                "record": encode(item.record),
                "link": item.link,
                "state": item.state,
                "hold": item.hold,
                "sent_at": item.sent_at,
                "replaces": item.replaces,
            }
            for item in ledger.open
        ],
        "settled": settled,
        "links": links.values,
        "ways": ways.values,
        "cursors": {link: list(cursor) for link, cursor in ledger.cursors.items()},
        "withdrawals": sorted(ledger.withdrawals),
        "accepted": ledger.accepted,
    }


def ledger_from_json[R: Record](
    ledger: Ledger[R],
    data: Mapping[str, Any],
    decode: Callable[[Mapping[str, Any]], R],
) -> None:
    """Fill an empty ledger; raise LookupError, TypeError or ValueError on damage."""
    links: list[str] = data["links"]
    ways = [Way(way) for way in data["ways"]]
    ledger.restore(
        (
            Item(
                record=decode(item["record"]),
                link=item["link"],
                state=State(item["state"]),
                hold=None if item["hold"] is None else Hold(item["hold"]),
                sent_at=item["sent_at"],
                replaces=item["replaces"],
            )
            for item in data["open"]
        ),
        (
            (
                int(second),
                Settled(
                    facts=tuple(facts), link=links[link], way=ways[way], twin_of=twin_of
                ),
            )
            for second, facts, link, way, twin_of in data["settled"]
        ),
        ((int(second), int(at)) for second, at in data["accepted"]),
    )
    ledger.withdrawals.update(int(second) for second in data["withdrawals"])
    ledger.cursors.update(
        {
            link: Cursor(int(start), int(until))
            for link, (start, until) in data["cursors"].items()
        }
    )


def weigh_in_to_json(weigh_in: WeighIn) -> dict[str, Any]:
    """Return a weigh-in as JSON."""
    return {"values": dict(weigh_in.values()), **_circumstances(weigh_in)}


def weigh_in_from_json(data: Mapping[str, Any]) -> WeighIn:
    """Read a weigh-in."""
    values: Mapping[str, float] = data["values"]
    composition: dict[str, Any] = {
        name: values[name] for name in COMPOSITION if name in values
    }
    return WeighIn(
        weight=values["weight"], **composition, **_circumstances_from_json(data)
    )


def blood_pressure_to_json(reading: BloodPressure) -> dict[str, Any]:
    """Return a blood pressure reading as JSON."""
    return {
        "systolic": reading.systolic,
        "diastolic": reading.diastolic,
        "heart_rate": reading.heart_rate,
        **_circumstances(reading),
    }


def blood_pressure_from_json(data: Mapping[str, Any]) -> BloodPressure:
    """Read a blood pressure reading."""
    return BloodPressure(
        systolic=data["systolic"],
        diastolic=data["diastolic"],
        heart_rate=data["heart_rate"],
        **_circumstances_from_json(data),
    )


def _circumstances(record: WeighIn | BloodPressure) -> dict[str, Any]:
    """Return when and how a record came about."""
    return {
        "second": record.second,
        "source_id": record.source_id,
        "recorded_at": time_to_json(record.recorded_at),
        "doubt": record.doubt,
    }


def _circumstances_from_json(data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "measured_at": datetime.fromtimestamp(data["second"], UTC),
        "source_id": data["source_id"],
        "recorded_at": time_from_json(data["recorded_at"]),
        "doubt": None if data["doubt"] is None else Doubt(data["doubt"]),
    }


def time_to_json(time: datetime | None) -> str | None:
    """Return a time in ISO 8601."""
    return None if time is None else time.isoformat()


def time_from_json(value: str | None) -> datetime | None:
    """Read a time in ISO 8601."""
    return None if value is None else datetime.fromisoformat(value)


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
