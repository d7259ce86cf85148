"""Starts Home Assistant again and again without importing it each time.

usage: python -m tests.soak.nursery CLOUDS_URL CONFIG_DIRECTORY LOG

Each line of the standard input, which is what else `tests.soak.launch.run` takes as
JSON, has a Home Assistant born. Its process id is answered, and how it has ended.
"""

import faulthandler
import gc
from importlib import import_module
import json
import os
import random
import sys

from homeassistant import bootstrap

from .launch import hurry, run

# What takes Home Assistant most of the time of its start.
_SLOW = (
    "homeassistant.__main__",
    "homeassistant.components.api",
    "homeassistant.components.config.config_entries",
    "homeassistant.components.event",
    "homeassistant.components.logbook",
    "homeassistant.components.onboarding",
    "homeassistant.components.recorder.migration",
    "homeassistant.components.repairs.websocket_api",
    "homeassistant.components.sensor.recorder",
    "homeassistant.components.webhook",
)
# What of all that Home Assistant sets up unasked is of use here.
_USEFUL = {"application_credentials", "labs", "logger", "network", "onboarding"}


def main(clouds_url: str, config_directory: str, log: str) -> int:
    """Import all, then let one Home Assistant after the other be born."""
    # The integration is the one that Home Assistant finds there.
    sys.path.insert(0, config_directory)
    for name in _SLOW:
        import_module(name)
    bootstrap.DEFAULT_INTEGRATIONS.clear()
    bootstrap.DEFAULT_INTEGRATIONS.update(_USEFUL)
    bootstrap.CRITICAL_INTEGRATIONS.clear()
    hurry()
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        if not (child := os.fork()):
            _grow_up(log)
            status = run(clouds_url, config_directory, *json.loads(line))
            # Threads that still run need not be waited for.
            os._exit(status)
        _answer(child)
        _, status = os.waitpid(child, 0)
        _answer(os.waitstatus_to_exitcode(status))
    return 0


def _grow_up(log: str) -> None:
    """Have a session, a log and luck of its own; the standard input is the parent's.

    Nothing comes there until it has ended, unless it ends because the soak has.
    """
    os.setsid()
    output = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.dup2(output, sys.stdout.fileno())
    os.dup2(output, sys.stderr.fileno())
    faulthandler.enable()
    random.seed()


def _answer(number: int) -> None:
    """Answer with a number."""
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
