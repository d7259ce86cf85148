"""The FIT file, read back by Garmin's own decoder."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
import math
from typing import Any

from garmin_fit_sdk import Decoder, Stream
from hypothesis import given, strategies as st
import pytest

from custom_components.weighbridge.garmin.fit import MAX_RECORDS, can_encode, encode
from custom_components.weighbridge.model import WeighIn

MEASURED_AT = datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC)

FIRST = datetime(1990, 1, 1, tzinfo=UTC)
LAST = datetime(2099, 12, 31, 23, 59, 59, tzinfo=UTC)


def decode(fit: bytes) -> Any:
    """Return the messages of a FIT file that has no errors."""
    assert Decoder(Stream.from_byte_array(bytearray(fit))).check_integrity()
    messages, errors = Decoder(Stream.from_byte_array(bytearray(fit))).read()
    assert errors == []
    return messages


def weights(fit: bytes) -> list[dict[str, Any]]:
    """Return the weight records of a FIT file."""
    records: list[dict[str, Any]] = decode(fit)["weight_scale_mesgs"]
    return records


def test_every_field() -> None:
    """All that a scale measures arrives, with its unit and its second."""
    fit = encode(
        [
            WeighIn(
                measured_at=MEASURED_AT,
                weight=80.05,
                body_fat=18.4,
                body_water=55.55,
                bone_mass=3.29,
                muscle_mass=62.07,
                basal_metabolic_rate=1766.25,
                metabolic_age=39.0,
                visceral_fat=6.6,
                bmi=24.7,
                heart_rate=61.0,
            )
        ]
    )
    (record,) = weights(fit)
    assert record == {
        "timestamp": MEASURED_AT,
        "weight": 80.05,
        "percent_fat": 18.4,
        "percent_hydration": 55.55,
        "bone_mass": 3.29,
        "muscle_mass": 62.07,
        "basal_met": 1766.25,
        "metabolic_age": 39,
        "visceral_fat_rating": 7,
        "bmi": 24.7,
    }
    (file_id,) = decode(fit)["file_id_mesgs"]
    assert file_id["type"] == "weight"
    assert file_id["time_created"] == MEASURED_AT


@pytest.mark.parametrize("nothing", [None, 0.0, -1.0, math.nan, math.inf, 1e6])
def test_what_was_not_measured_is_absent(nothing: float | None) -> None:
    """A value that is missing or absurd takes neither the field nor the weigh-in."""
    fit = encode(
        [
            WeighIn(
                measured_at=MEASURED_AT,
                weight=70.0,
                body_fat=nothing,
                metabolic_age=nothing,
                basal_metabolic_rate=nothing,
            )
        ]
    )
    (record,) = weights(fit)
    assert record["weight"] == 70.0
    assert not {"percent_fat", "metabolic_age", "basal_met"} & set(record)


@given(
    st.lists(
        st.tuples(
            st.integers(1, 65_534),
            st.integers(1, 10_000),
            st.integers(0, 1_500_000_000),
        ),
        min_size=1,
        max_size=20,
        unique_by=lambda row: row[2],
    )
)
def test_exact_to_a_hundredth(rows: list[tuple[int, int, int]]) -> None:
    """No weight, no percentage and no second is off, whatever the float says."""
    start = datetime(1995, 1, 1, tzinfo=UTC)
    records = [
        WeighIn(
            measured_at=start + timedelta(seconds=second),
            weight=weight / 100,
            body_fat=fat / 100,
        )
        for weight, fat, second in rows
    ]
    decoded = weights(encode(records))
    assert [
        (
            round(record["weight"] * 100),
            round(record["percent_fat"] * 100),
            int((record["timestamp"] - start).total_seconds()),
        )
        for record in decoded
    ] == sorted(rows, key=lambda row: row[2])


def test_the_same_weigh_ins_give_the_same_bytes() -> None:
    """A retry is byte for byte the file that was sent, in whatever order it is asked."""
    records = [
        WeighIn(measured_at=MEASURED_AT + timedelta(days=day), weight=80.0 + day)
        for day in range(MAX_RECORDS)
    ]
    assert encode(records) == encode(list(reversed(records)))
    assert len(weights(encode(records))) == MAX_RECORDS


def test_the_time_of_a_file_is_that_of_its_newest_weigh_in() -> None:
    """Another attempt makes another file, of the same weigh-ins."""
    records = [
        WeighIn(measured_at=MEASURED_AT + timedelta(days=day), weight=80.0)
        for day in range(3)
    ]
    files = [encode(records, attempt) for attempt in range(3)]
    assert len(set(files)) == 3
    created = [decode(fit)["file_id_mesgs"][0]["time_created"] for fit in files]
    newest = records[-1].measured_at
    assert created == [newest + timedelta(seconds=attempt) for attempt in range(3)]
    assert weights(files[0]) == weights(files[2])


@pytest.mark.parametrize("measured_at", [FIRST, LAST])
@pytest.mark.parametrize("attempt", [0, 50_000])
def test_first_and_last_moment(measured_at: datetime, attempt: int) -> None:
    """What has a time in a file has it however often it is tried."""
    record = WeighIn(measured_at=measured_at, weight=80.0)
    assert can_encode(record)
    (read,) = weights(encode([record], attempt))
    assert read["timestamp"] == measured_at


def test_limits() -> None:
    """What cannot be encoded is known before, and raises otherwise."""
    record = WeighIn(measured_at=MEASURED_AT, weight=655.34)
    assert can_encode(record)
    for weight in (655.35, 700.0, 0.0, 0.004, -1.0, math.nan):
        assert not can_encode(replace(record, weight=weight))
        with pytest.raises(ValueError, match="weight"):
            encode([record, replace(record, weight=weight)])
    for measured_at in (LAST + timedelta(seconds=1), FIRST - timedelta(seconds=1)):
        assert not can_encode(replace(record, measured_at=measured_at))
    for count in (0, MAX_RECORDS + 1):
        with pytest.raises(ValueError, match="weigh-ins"):
            encode([record] * count)
