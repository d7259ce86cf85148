"""Answers before a vendor's own words: how long to wait, and what they look like."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
import json
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.weighbridge.clients.answers import LONGEST_PAUSE, seconds_to_wait
from custom_components.weighbridge.clients.shapes import shape_of

LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(min_value=10**6),
    st.floats(allow_nan=False, allow_infinity=False, min_value=10.0**6),
    st.text(st.characters(min_codepoint=0x400), min_size=8),
)
KEYS = st.sampled_from(["status", "body", "measuregrps", "date", "value"])
ANSWERS = st.recursive(
    LEAVES, lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner)
)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("0", None),
        ("120", 120),
        (" 7 ", 7),
        ("9" * 40, LONGEST_PAUSE),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("Wed, 21 Oct 2015 07:28:00 GMT", None),
        ("Wed, 99 Oct 2015 07:28:00 GMT", None),
    ],
)
def test_seconds_to_wait(header: str | None, seconds: float | None) -> None:
    """What is no time to wait is none, and nobody waits for more than a day."""
    assert seconds_to_wait(header) == seconds


@pytest.mark.parametrize("minutes", [1, 90])
def test_date_to_wait_for(minutes: int) -> None:
    """A date is as good as seconds, with a zone and without."""
    until = datetime.now(UTC) + timedelta(minutes=minutes)
    for header in (
        format_datetime(until, usegmt=True),
        format_datetime(until.replace(tzinfo=None)),
    ):
        assert seconds_to_wait(header) == pytest.approx(60 * minutes, abs=5)


@given(ANSWERS)
def test_shape_holds_no_value(answer: Any) -> None:
    """Whatever a vendor sends, its shape is JSON without a number or text of it."""
    shape = json.dumps(shape_of(answer), ensure_ascii=False)
    for leaf in leaves(answer):
        assert str(leaf) not in shape


def test_shape() -> None:
    """Objects of a list are told together, with how many there are."""
    answer = {"groups": [{"id": 1, "name": ""}, {"id": None}, {}], "more": False}
    assert shape_of(answer) == {
        "groups": {
            "count": 3,
            "items": {"id": "integer or null", "name": "empty text"},
        },
        "more": "boolean",
    }
    assert shape_of([1, "a", 0.5]) == {
        "count": 3,
        "items": "integer or number or text",
    }
    assert shape_of([]) == {"count": 0}


def leaves(answer: Any) -> list[Any]:
    """Return the numbers and texts in an answer."""
    match answer:
        case dict():
            return [leaf for each in answer.values() for leaf in leaves(each)]
        case list():
            return [leaf for each in answer for leaf in leaves(each)]
        case None | bool():
            return []
    return [answer]
