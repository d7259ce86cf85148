"""Looks from inside at what a Home Assistant spends: time of its event loop, CPU, memory.

An integration like any other; the bench puts it into the configuration directory.
"""

import asyncio
from dataclasses import dataclass
import gc
from pathlib import Path
import sys
import threading
import time
import traceback
from typing import Any

from aiohttp import web

from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import Event, HomeAssistant
from homeassistant.helpers.http import KEY_HASS, HomeAssistantView
from homeassistant.helpers.typing import ConfigType

from .reports import async_spend_reports

DOMAIN = "probe"
OBSERVED = "weighbridge"

PULSE = 0.005
"""Seconds between two looks at the loop."""
SLOW = 0.03
"""Seconds without a pulse after which it is noted where the loop is."""


@dataclass(slots=True)
class Load:
    """What was seen since the last reset, in seconds."""

    started: float
    cpu_started: float
    stall: float = 0.0
    """The longest time by which the loop came late because this process was at work."""
    late: float = 0.0
    """The longest time by which it came late, also because another process was."""
    collector: float = 0.0
    """The longest time that Python's garbage collector took; no stall counts it."""


class Pulse:
    """Feels the pulse of the event loop."""

    def __init__(self) -> None:
        """Begin to look."""
        self.load = Load(time.monotonic(), time.process_time())
        self.places: list[str] = []
        """Where the loop was when it was slow, the newest last."""
        self._last, self._cpu = time.monotonic(), time.process_time()
        self._collection: float | None = None
        self._collecting = 0.0
        self._loop_thread = threading.get_ident()
        self._ended = threading.Event()

    def reset(self) -> None:
        """Forget what was seen."""
        self.load = Load(time.monotonic(), time.process_time())
        self.places.clear()

    async def beat(self) -> None:
        """Note how late the loop comes back, for ever."""
        while True:
            self._last, self._cpu = time.monotonic(), time.process_time()
            self._collecting = 0.0
            await asyncio.sleep(PULSE)
            now = time.monotonic()
            late = now - self._last - PULSE
            collecting = self._collecting
            if self._collection is not None:
                collecting += now - max(self._collection, self._last)
            work = min(late, time.process_time() - self._cpu) - collecting
            self.load.late = max(self.load.late, late)
            self.load.stall = max(self.load.stall, work)

    def collect(self, phase: str, _info: dict[str, int]) -> None:
        """Time the garbage collector, which calls this itself."""
        if phase == "start":
            self._collection = time.monotonic()
            return
        if self._collection is not None:
            seconds = time.monotonic() - self._collection
            self._collecting += seconds
            self.load.collector = max(self.load.collector, seconds)
            self._collection = None

    def watch(self) -> None:
        """Note where the loop is when it does not come back, in a thread of its own."""
        while not self._ended.wait(SLOW / 2):
            if (
                time.monotonic() - self._last < SLOW + PULSE
                or time.process_time() - self._cpu < SLOW
            ):
                continue
            frame = sys._current_frames()[self._loop_thread]  # noqa: SLF001 # there is no other way to look into a thread
            self.places.append("".join(traceback.format_stack(frame)[-8:]))
            del self.places[:-20]

    def end(self, _event: Event[Any]) -> None:
        """Let the thread end."""
        self._ended.set()


class ProbeView(HomeAssistantView):
    """Tells what was seen, and has it forgotten."""

    url = "/api/probe"
    name = "api:probe"

    def __init__(self, pulse: Pulse) -> None:
        """Tell what a pulse has seen."""
        self._pulse = pulse

    async def get(self, _request: web.Request) -> web.Response:
        """Answer with seconds and bytes."""
        load = self._pulse.load
        return self.json(
            {
                "seconds": time.monotonic() - load.started,
                "cpu": time.process_time() - load.cpu_started,
                "stall": load.stall,
                "late": load.late,
                "collector": load.collector,
                "memory": await _memory("VmRSS"),
                "peak_memory": await _memory("VmHWM"),
                "places": self._pulse.places,
            }
        )

    async def post(self, _request: web.Request) -> web.Response:
        """Look anew from now on; answer with how long Python takes to tidy up first."""
        start = time.monotonic()
        gc.collect()
        seconds = time.monotonic() - start
        await asyncio.to_thread(Path("/proc/self/clear_refs").write_text, "5")
        await asyncio.sleep(0.1)
        self._pulse.reset()
        return self.json({"collector": seconds})


class ReloadView(HomeAssistantView):
    """Sets all accounts up again, all at once."""

    url = "/api/probe/reload"
    name = "api:probe:reload"

    async def post(self, request: web.Request) -> web.Response:
        """Answer with how many seconds it took, without the unloading."""
        entries = request.app[KEY_HASS].config_entries
        ours = [entry.entry_id for entry in entries.async_entries(OBSERVED)]
        await asyncio.gather(*(entries.async_unload(entry_id) for entry_id in ours))
        start = time.monotonic()
        await asyncio.gather(*(entries.async_setup(entry_id) for entry_id in ours))
        return self.json({"entries": len(ours), "seconds": time.monotonic() - start})


class ReportsView(HomeAssistantView):
    """Has sensors report, and tells what that costs."""

    url = "/api/probe/reports"
    name = "api:probe:reports"

    async def post(self, request: web.Request) -> web.Response:
        """Answer with seconds of CPU."""
        asked = await request.json()
        spent = await async_spend_reports(
            request.app[KEY_HASS], asked["sensors"], asked["seconds"], asked["weight"]
        )
        return self.json({"spent": spent})


async def async_setup(hass: HomeAssistant, _config: ConfigType) -> bool:
    """Begin to look."""
    pulse = Pulse()
    hass.async_create_background_task(pulse.beat(), "pulse of the event loop")
    gc.callbacks.append(pulse.collect)
    threading.Thread(target=pulse.watch, daemon=True).start()
    hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, pulse.end)
    hass.http.register_view(ProbeView(pulse))
    hass.http.register_view(ReloadView())
    hass.http.register_view(ReportsView())
    return True


async def _memory(name: str) -> int:
    """Return a figure of this process's memory, in bytes."""
    status = await asyncio.to_thread(Path("/proc/self/status").read_text)
    (line,) = (line for line in status.splitlines() if line.startswith(f"{name}:"))
    return int(line.split()[1]) * 1024
