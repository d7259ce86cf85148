"""What must be true of a run that nobody watched."""

from ..evidence import Evidence
from .check import Check
from .devices import check_batteries, check_texts
from .history import check_history
from .others import check_pressure, check_sensor_arrival
from .secrets import check_secrets
from .weighing import check_arrival, check_restart, expected_values
from .whose import check_answer, check_guest

__all__ = ["Check", "check_all", "expected_values"]


def check_all(evidence: Evidence) -> list[Check]:
    """Return what must be true of a run, the most important first."""
    return [
        *(check for arrival in evidence.arrivals for check in check_arrival(arrival)),
        *(check for one in evidence.pressures for check in check_pressure(one)),
        *(
            check
            for one in evidence.sensor_arrivals
            for check in check_sensor_arrival(one)
        ),
        *(check_answer(answer) for answer in evidence.answers),
        check_guest(evidence.guest),
        *(check_history(history) for history in evidence.histories),
        *check_batteries(evidence.charges),
        *check_texts(evidence.texts),
        check_restart(evidence.arrivals, evidence.late_requests),
        *check_secrets(evidence),
    ]
