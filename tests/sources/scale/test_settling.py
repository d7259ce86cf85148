"""What the sensors of a scale report, and what of it is a weighing."""

from datetime import UTC, datetime, timedelta

from custom_components.weighbridge.sources.scale.amounts import Amount, Dimension
from custom_components.weighbridge.sources.scale.settling import REST, Arrival, Weighing

NOW = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
WEIGHT = Amount(80.0, Dimension.MASS)


def test_an_edit_is_no_repetition() -> None:
    """Home Assistant may write the state before or after it tells of the edit."""
    for order in ("before", "after"):
        weighing = Weighing({"weight": 80.0})
        weighing.report("weight", WEIGHT, NOW, Arrival.SHOWN, polled=False)
        edited_at = NOW + 2 * REST
        if order == "after":
            weighing.touch(edited_at)
        weighing.report("weight", WEIGHT, edited_at, Arrival.LIVE, polled=False)
        if order == "before":
            weighing.touch(edited_at)
        assert weighing.settle() is None
        again = edited_at + REST + timedelta(seconds=1)
        weighing.report("weight", WEIGHT, again, Arrival.LIVE, polled=False)
        weigh_in = weighing.settle()
        assert weigh_in is not None
        assert weigh_in.measured_at == again


def test_a_weighing_is_over_once() -> None:
    """What has settled is not told again; the time is in whole seconds."""
    shown: dict[str, float] = {}
    weighing = Weighing(shown)
    at = NOW + timedelta(microseconds=999_999)
    assert weighing.report("weight", WEIGHT, at, Arrival.LIVE, polled=False)
    weigh_in = weighing.settle()
    assert weigh_in is not None
    assert weigh_in.measured_at == NOW
    assert weighing.settle() is None
    assert shown == {"weight": 80.0}
