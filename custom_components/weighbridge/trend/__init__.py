"""Trend, change and goal of what is weighed: pure, without Home Assistant."""

from .goal import goal_date, weigh_ins_missing
from .trend import CHANGE_DAYS, Sample, Trend
from .unlikely import is_unlikely, margin

__all__ = (
    "CHANGE_DAYS",
    "Sample",
    "Trend",
    "goal_date",
    "is_unlikely",
    "margin",
    "weigh_ins_missing",
)
