"""Weighings, told from what the sensors of a scale report, and who stood there."""

from .amounts import QUANTITIES, WEIGHT, Amount, Dimension, NumberError, UnitError
from .composition import Outcome, TakenBack, Weighed
from .dated import MEASURED_AT, DatedWeighings
from .memory import Memory
from .recognition import WEIGH_INS, Candidate, Verdict, recognise
from .sensor_values import absence, check, kind_of_change, number, read, read_time
from .weighing import Kind, Report, Weighings

__all__ = (
    "MEASURED_AT",
    "QUANTITIES",
    "WEIGHT",
    "WEIGH_INS",
    "Amount",
    "Candidate",
    "DatedWeighings",
    "Dimension",
    "Kind",
    "Memory",
    "NumberError",
    "Outcome",
    "Report",
    "TakenBack",
    "UnitError",
    "Verdict",
    "Weighed",
    "Weighings",
    "absence",
    "check",
    "kind_of_change",
    "number",
    "read",
    "read_time",
    "recognise",
)
