"""Weighings, told from what the sensors of a scale report."""

from .amounts import QUANTITIES, WEIGHT, Dimension, NumberError, UnitError
from .sensor_values import number, read
from .settling import Arrival, Weighing

__all__ = (
    "QUANTITIES",
    "WEIGHT",
    "Arrival",
    "Dimension",
    "NumberError",
    "UnitError",
    "Weighing",
    "number",
    "read",
)
