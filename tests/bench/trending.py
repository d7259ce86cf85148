"""What the trend of ten years costs."""

from dataclasses import dataclass
from datetime import UTC
from time import process_time
from typing import Final

from custom_components.weighbridge.trend import Trend

DAYS: Final = 3650
_DAY: Final = 86_400
_TIMES: Final = 5
_MORE: Final = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class TrendCost:
    """Seconds of CPU for ten years of daily weights, and for one weigh-in more."""

    whole: float
    one_more: float


def cost_of_a_trend() -> TrendCost:
    """Work out a trend some times, and let it follow some weigh-ins; take the middle."""
    samples = [(day * _DAY, 80 + day % 11 / 10) for day in range(DAYS)]
    wholes = []
    trend = Trend(UTC)
    for _ in range(_TIMES):
        start = process_time()
        trend = Trend(UTC, samples)
        wholes.append(process_time() - start)
    start = process_time()
    for day in range(DAYS, DAYS + _MORE):
        trend.add(day * _DAY, 80.0)
    one_more = (process_time() - start) / _MORE
    return TrendCost(whole=sorted(wholes)[_TIMES // 2], one_more=one_more)
