"""Runs Home Assistant as the demo does, but in a hurry, and maybe not for long.

usage: python -m tests.soak.launch CLOUDS_URL CONFIG_DIRECTORY [WRITE MOMENT]

With WRITE and MOMENT it kills itself at its WRITE-th write of what Weighbridge
remembers: `before` or `after` the new file takes the place of the old one.
"""

from datetime import timedelta
from importlib import import_module
from itertools import count
import os
import signal
import sys

from ..demo.launch import launch

BEFORE = "before"
AFTER = "after"

# Garmin is left alone for minutes and hours, and sources are polled every quarter of an
# hour; here it is for moments. An upload of unknown outcome rests for longer than the
# simulated Garmin takes to show it, and than the second to which its time is noted.
SETTLING = 2.0
LOOKS = (3.0, 8.0)
_MINUTE = 0.025
_TIMES: dict[str, dict[str, object]] = {
    "garmin.pause": {
        "MINUTE": _MINUTE,
        "HOUR": 60 * _MINUTE,
        "MAX_PAUSE": 24 * 60 * _MINUTE,
    },
    "garmin.gate": {"MAX_PAUSE": 24 * 60 * _MINUTE},
    "garmin.lanes": {"SETTLING_SECONDS": SETTLING},
    "garmin.account": {"SETTLING_SECONDS": SETTLING},
    "ledger.patience": {"SETTLING_SECONDS": SETTLING, "LOOKS": LOOKS},
    "ledger.reconcile": {"SETTLING_SECONDS": SETTLING, "LOOKS": LOOKS},
    "sources.coordinator": {
        "UPDATE_INTERVAL": timedelta(seconds=1),
        "LOOK_INTERVAL": 5,
        "HOUR": 2,
    },
}
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


def die_at_write(number: int, moment: str) -> None:
    """Have this process killed when it writes for the `number`-th time."""
    writes = count(1)
    is_due = False

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        """Watch what the interpreter does with files."""
        nonlocal is_due
        if is_due:
            os.kill(os.getpid(), signal.SIGKILL)
        if event == "os.rename":
            target = str(arguments[1])
            if _STORE in target and not target.endswith(_TOKENS):
                is_due = next(writes) == number
                if is_due and moment == BEFORE:
                    os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)


def main(clouds_url: str, config_directory: str, *death: str) -> int:
    """Run in a hurry."""
    # The integration is the one that Home Assistant finds there.
    sys.path.insert(0, config_directory)
    hurry()
    if death:
        number, moment = death
        die_at_write(int(number), moment)
    return launch(clouds_url, config_directory)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
