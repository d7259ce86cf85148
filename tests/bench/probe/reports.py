"""What reports of sensors cost the event loop, as an integration of scales writes them."""

from collections.abc import Sequence
from time import thread_time

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

# Once in so many seconds somebody stands on each scale, for so long.
CYCLE = 300
STANDING = 20


async def async_spend_reports(
    hass: HomeAssistant, sensors: Sequence[str], seconds: int, weight: float
) -> float:
    """Have each of some sensors report once a second; return seconds of CPU of the loop.

    They are live: they show an empty scale that drifts, somebody of about a weight in
    kg who gets on, and noise. Their seconds lie ahead, so that they pass at once.
    """
    begin = dt_util.utcnow().timestamp()
    start = thread_time()
    for second in range(seconds):
        into = second % CYCLE
        shown = second % 2 / 50
        if 5 <= into < 5 + STANDING:
            person = weight + second // CYCLE % 5 / 10
            shown = person + (second % 2 / 20 if into < 15 else 0)
        for sensor in sensors:
            hass.states.async_set(
                sensor,
                f"{shown:.2f}",
                {"unit_of_measurement": "kg", "device_class": "weight"},
                timestamp=begin + second,
            )
        await hass.async_block_till_done()
    return thread_time() - start
