"""What tests of the book share: weigh-ins, answers, and who judges them."""

from datetime import UTC, datetime
import json
from typing import Any

from custom_components.weighbridge.model import EVER, Batch, Reason, WeighIn
from custom_components.weighbridge.sources.book import Book, Measured
from custom_components.weighbridge.sources.rows import book_from_json, book_to_json

NOW = 1_795_000_000

# Of one person; what is lighter is a guest.
LIGHTEST = 40.0


def weigh_in(key: str, second: int, weight: float = 62.0, **more: Any) -> WeighIn:
    """Return a weigh-in of a source."""
    measured_at = datetime.fromtimestamp(second, UTC)
    return WeighIn(key=key, measured_at=measured_at, weight=weight, **more)


def judge(_book: Book, record: Measured) -> Reason | None:
    """Hold what the vendor doubts, and what is too light."""
    if record.doubt is not None:
        return Reason.AMBIGUOUS
    if isinstance(record, WeighIn) and record.weight < LIGHTEST:
        return Reason.TOO_LIGHT
    return None


def answer(
    *weigh_ins: WeighIn, window: tuple[int, int] | None = EVER, **more: Any
) -> Batch:
    """Return an answer of a source."""
    more.setdefault("weigh_ins", weigh_ins)
    return Batch(since=0, until=NOW, window=window, **more)


def reloaded(book: Book) -> Book:
    """Return a book as the disk gives it back."""
    return book_from_json(json.loads(json.dumps(book_to_json(book))))


def weights(book: Book) -> list[float]:
    """Return what counts."""
    return [weigh_in.weight for weigh_in in book.weigh_ins.present]
