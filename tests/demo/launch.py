"""Runs Home Assistant with its vendors replaced, in a process of its own.

usage: python -m tests.demo.launch CLOUDS_URL CONFIG_DIRECTORY

It stops when its standard input is closed, so that it cannot outlive whoever started
it.
"""

from importlib.util import find_spec
import os
import signal
import sys
from threading import Thread
from types import ModuleType

from homeassistant.__main__ import main

from ..clouds import point

# Home Assistant's assistant listens with these, which are not to be had ready built for
# every machine. The demo is deaf, but the frontend loads only if the imports work.
_LISTENING = {"pymicro_vad": "MicroVad", "pyspeex_noise": "AudioProcessor"}


def launch(clouds_url: str, config_directory: str) -> int:
    """Point the integration in a configuration directory at the clouds, and run."""
    for name, member in _LISTENING.items():
        if find_spec(name) is None:
            sys.modules[name] = ModuleType(name)
            setattr(sys.modules[name], member, None)
    sys.path.insert(0, config_directory)
    point(clouds_url)
    Thread(target=_stop_when_alone, daemon=True).start()
    sys.argv = ["hass", "--skip-pip", "--log-no-color", "--config", config_directory]
    return main()


def _stop_when_alone() -> None:
    """Wait until nobody holds the other end of the standard input, then stop."""
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(launch(*sys.argv[1:]))
