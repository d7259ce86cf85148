"""Weighings, told from what the sensors of a scale report."""

from .sensor_values import QUANTITIES, WEIGHT, Dimension, UnitError, number, read
from .weighing import Arrival, Weighing

__all__ = (
    "QUANTITIES",
    "WEIGHT",
    "Arrival",
    "Dimension",
    "UnitError",
    "Weighing",
    "number",
    "read",
)
