"""What a Garmin account must not forget, on disk before it matters."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store

from .const import DOMAIN
from .ledger import Cursor, Hold, Item, Ledger, Settled, State, Way
from .model import COMPOSITION, Doubt, WeighIn

VERSION = 1
MINOR_VERSION = 1


def account_store(hass: HomeAssistant, entry_id: str) -> Store[dict[str, Any]]:
    """Return the store of an account's ledger, or of a source's memory."""
    return Store(
        hass,
        VERSION,
        f"{DOMAIN}.{entry_id}",
        private=True,
        atomic_writes=True,
        minor_version=MINOR_VERSION,
    )


def token_store(hass: HomeAssistant, entry_id: str) -> Store[dict[str, str]]:
    """Return the store of an account's tokens.

    They have a file of their own, so that a damaged ledger costs nobody a sign-in.
    Config entries are written a second late: too late for a refresh token that is
    used once.
    """
    return Store(
        hass,
        VERSION,
        f"{DOMAIN}.{entry_id}.tokens",
        private=True,
        atomic_writes=True,
    )


@dataclass(slots=True)
class AccountMemory:
    """All that outlives a restart, but for the tokens.

    `paused_until` is an epoch second, `strikes` counts the failures in a row.
    """

    ledger: Ledger = field(default_factory=Ledger)
    last_push: datetime | None = None
    last_contact: datetime | None = None
    paused_until: float = 0.0
    pause_reason: str | None = None
    strikes: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return the memory as plain JSON, settled measurements as short rows."""
        ledger = self.ledger
        links = _Table()
        ways = _Table()
        settled = [
            [
                second,
                memory.weight,
                memory.body_fat,
                links.index(memory.link),
                ways.index(memory.way),
                memory.twin_of,
            ]
            for second, memory in ledger.known()
        ]
        return {
            "open": [_item_to_json(item) for item in ledger.unsettled()],
            "settled": settled,
            "links": links.values,
            "ways": ways.values,
            "cursors": {link: list(cursor) for link, cursor in ledger.cursors.items()},
            "withdrawals": sorted(ledger.withdrawals),
            "last_push": _time_to_json(self.last_push),
            "last_contact": _time_to_json(self.last_contact),
            "paused_until": self.paused_until,
            "pause_reason": self.pause_reason,
            "strikes": self.strikes,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> AccountMemory:
        """Read a memory; raise KeyError, TypeError or ValueError when it is damaged."""
        memory = cls(
            last_push=_time_from_json(data["last_push"]),
            last_contact=_time_from_json(data["last_contact"]),
            paused_until=float(data["paused_until"]),
            pause_reason=data["pause_reason"],
            strikes=int(data["strikes"]),
        )
        links: list[str] = data["links"]
        ways = [Way(way) for way in data["ways"]]
        memory.ledger.restore(
            (_item_from_json(item) for item in data["open"]),
            (
                (
                    int(second),
                    Settled(
                        weight=float(weight),
                        body_fat=body_fat,
                        link=links[link],
                        way=ways[way],
                        twin_of=twin_of,
                    ),
                )
                for second, weight, body_fat, link, way, twin_of in data["settled"]
            ),
        )
        memory.ledger.withdrawals.update(int(second) for second in data["withdrawals"])
        memory.ledger.cursors.update(
            {
                link: Cursor(int(start), int(until))
                for link, (start, until) in data["cursors"].items()
            }
        )
        return memory


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


def _item_to_json(item: Item) -> dict[str, Any]:
    record = item.record
    return {
        "second": record.second,
        "values": dict(record.values()),
        "source_id": record.source_id,
        "recorded_at": _time_to_json(record.recorded_at),
        "doubt": record.doubt,
        "link": item.link,
        "state": item.state,
        "hold": item.hold,
        "sent_at": item.sent_at,
        "replaces": item.replaces,
    }


def _item_from_json(data: Mapping[str, Any]) -> Item:
    values: Mapping[str, float] = data["values"]
    composition: dict[str, Any] = {
        name: values[name] for name in COMPOSITION if name in values
    }
    return Item(
        record=WeighIn(
            measured_at=datetime.fromtimestamp(data["second"], UTC),
            weight=values["weight"],
            **composition,
            source_id=data["source_id"],
            recorded_at=_time_from_json(data["recorded_at"]),
            doubt=None if data["doubt"] is None else Doubt(data["doubt"]),
        ),
        link=data["link"],
        state=State(data["state"]),
        hold=None if data["hold"] is None else Hold(data["hold"]),
        sent_at=data["sent_at"],
        replaces=data["replaces"],
    )


def _time_to_json(time: datetime | None) -> str | None:
    return None if time is None else time.isoformat()


def _time_from_json(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)
