"""What guards the tests: the loop is called from its own thread alone."""

import pytest

from homeassistant.core import HomeAssistant


async def test_another_thread_is_refused(hass: HomeAssistant) -> None:
    """Whoever calls the loop from an executor's thread is told so."""
    with pytest.raises(RuntimeError, match="Non-thread-safe"):
        await hass.async_add_executor_job(hass.loop.call_soon, print)
