"""Runs Home Assistant as the demo does, but in a hurry, and maybe not for long."""

from datetime import UTC, datetime, timedelta
import errno
from importlib import import_module
from itertools import count
import os
from pathlib import Path
import signal
import sys
from threading import Thread
import time

from ..demo.launch import launch

BEFORE = "before"
AFTER = "after"

# Garmin is left alone for minutes and hours, and sources are polled every quarter of an
# hour; here it is for moments. An upload of unknown outcome rests for longer than the
# simulated Garmin takes to show it, and than the second to which its time is noted.
# Whole seconds, as they are on disk.
SETTLING = 2
LOOKS = (3, 8)
_MINUTE = 0.025
HOUR = 60 * _MINUTE
_TIMES: dict[str, dict[str, object]] = {
    "garmin.gate": {"MAX_PAUSE": 24 * HOUR, "SETTLING_SECONDS": SETTLING},
    "ledger.patience": {"SETTLING_SECONDS": SETTLING, "LOOKS": LOOKS},
    "ledger.reconcile": {"SETTLING_SECONDS": SETTLING, "LOOKS": LOOKS},
    # Nobody stands on a scale for more than a moment.
    "sources.scale.plateau": {
        "REST": 0.3,
        "NOISY_REST": 0.5,
        "HOLD": 0.1,
        "BLINK": 0.1,
    },
    "sources.scale.composition": {"TOGETHER": 1.0, "BETTER": 0.5, "QUIET": 1.0},
    "sources.scale.weighing": {"SAME_STANDING": 0.3, "SHORT_STANDING": 0.6},
    "sources.coordinator": {
        "UPDATE_INTERVAL": timedelta(seconds=1),
        "LOOK_INTERVAL": 3,
        "HOUR": 2,
    },
    "sources.keeper": {"RETRY": 0.3},
    "sources.shelf": {"HOUR": 2, "DAY": 12},
    "sources.webhook": {"UPDATE_INTERVAL": timedelta(seconds=1)},
}
# While these files are there, nothing can be written, or the clock is wrong by so many
# seconds.
FULL = "soak-disk-is-full"
CLOCK = "soak-clock"
_GLANCE = 0.05
_STORE = "/.storage/weighbridge."
# Without its newest tokens an account has to sign in again. That cannot be helped:
# Garmin ends the old ones when it gives out new ones.
_TOKENS = ".tokens"


def hurry() -> None:
    """Let the integration wait for moments only."""
    for name, times in _TIMES.items():
        module = import_module(f"custom_components.weighbridge.{name}")
        for constant, value in times.items():
            getattr(module, constant)
            setattr(module, constant, value)
    gate = import_module("custom_components.weighbridge.garmin.gate")
    seconds = gate.pause_after

    def pause_after(error: Exception, strikes: int) -> float:
        """Return how long Garmin is left alone, each minute for a moment."""
        pause: float = seconds(error, strikes)
        return pause * _MINUTE / 60

    vars(gate)["pause_after"] = pause_after


def die_at_write(number: int, moment: str) -> None:
    """Have this process killed when it writes for the `number`-th time."""
    writes = count(1)
    is_due = False

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        """Watch what the interpreter does with files."""
        nonlocal is_due
        if is_due:
            # To kill is watched, too.
            is_due = False
            os.kill(os.getpid(), signal.SIGKILL)
        if event == "os.rename":
            target = str(arguments[1])
            if _STORE in target and not target.endswith(_TOKENS):
                is_due = next(writes) == number
                if is_due and moment == BEFORE:
                    is_due = False
                    os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)


def obey(directory: Path) -> None:
    """Let the disk be full and the clock be wrong when the soak says so."""
    full, clock = directory / FULL, directory / CLOCK
    is_full = False
    ahead = 0.0
    right = time.time

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        """Let nothing that is written take the place of what is there."""
        if is_full and event == "os.rename" and _STORE in str(arguments[1]):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def glance() -> None:
        """Look again and again what the soak says."""
        nonlocal is_full, ahead
        while True:
            is_full = full.exists()
            try:
                ahead = float(clock.read_text())
            except OSError, ValueError:
                ahead = 0.0
            time.sleep(_GLANCE)

    def now() -> float:
        """Return what the clock says."""
        return right() + ahead

    time.time = now
    dt_util = import_module("homeassistant.util.dt")
    vars(dt_util)["utcnow"] = lambda: datetime.fromtimestamp(now(), UTC)
    sys.addaudithook(watch)
    Thread(target=glance, daemon=True).start()


def run(clouds_url: str, config_directory: str, *death: str) -> int:
    """Run, as long as the `death` does not come: the number of a write, and a moment.

    It comes at that write of what Weighbridge remembers, `before` or `after` the new
    file takes the place of the old one.
    """
    obey(Path(config_directory))
    if death:
        number, moment = death
        die_at_write(int(number), moment)
    return launch(clouds_url, config_directory)
