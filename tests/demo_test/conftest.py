"""A run of the demo in which all was right."""

import pytest

from ..demo.evidence import Arrival, Evidence
from .run import right_arrival, right_run


@pytest.fixture
def arrival() -> Arrival:
    """Return a weighing of which all that came was right."""
    return right_arrival()


@pytest.fixture
def good(arrival: Arrival) -> Evidence:
    """Return the evidence of a run in which all was right."""
    return right_run(arrival)
