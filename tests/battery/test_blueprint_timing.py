"""When the texts of the low battery automation are sent: quiet hours, repetitions, silence."""

from datetime import UTC, datetime, timedelta
from unittest.mock import patch

from custom_components.weighbridge.battery import texts
from homeassistant.core import HomeAssistant
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.util import dt as dt_util

from ..support.battery_house import House
from ..support.texting import NOON, berlin

SILENT = "Aria has not synced since {}. Is its battery empty?"


async def test_quiet_hours_over_midnight(house: House) -> None:
    """A text waits for the end of the quiet hours, and is not lost."""
    aria, charge = house.device("Aria"), house.device("Charge")
    aria.fine()
    charge.fine()
    await house.automate(quiet_start="22:00:00", quiet_end="07:00:00")
    await house.wait_until(berlin(20, 21, 58))
    charge.low(19)
    await house.wait()
    assert len(house.gateway.take()) == 1
    await house.wait_until(berlin(20, 22))
    charge.fine()
    aria.low(20)
    await house.wait()
    await house.wait_until(berlin(21, 0, 30))
    aria.low(18)
    await house.load()
    await house.wait_until(berlin(21, 6, 58))
    assert house.gateway.take() == []
    await house.wait_until(berlin(21, 7))
    assert house.gateway.take() == [
        "Aria has a low battery (18%). Last sync: ?.",
        "Charge is charged again (90%).",
    ]
    await house.wait(days=1)
    assert house.gateway.take() == []


async def test_quiet_hours_swallow_what_is_no_longer_true(house: House) -> None:
    """What was low and charged within the quiet hours is not told."""
    aria = house.device("Aria")
    aria.fine()
    await house.automate(quiet_start="13:00:00", quiet_end="15:30:00")
    await house.wait_until(berlin(20, 14))
    aria.low()
    await house.wait()
    aria.fine()
    await house.wait(hours=12)
    assert house.gateway.take() == []


async def test_quiet_hours_with_a_short_relapse(house: House) -> None:
    """Who knows of a low battery learns that it is charged, whatever was between."""
    aria = house.device("Aria")
    aria.low()
    await house.automate(quiet_start="14:00:00", quiet_end="18:00:00")
    assert len(house.gateway.take()) == 1
    await house.wait_until(berlin(20, 15))
    for report in (aria.fine, aria.low, aria.fine):
        report()
        await house.wait()
    await house.wait_until(berlin(20, 18))
    assert house.gateway.take() == ["Aria is charged again (90%)."]


async def test_quiet_hours_with_a_restart_at_their_end(
    house: House, another_hass: HomeAssistant
) -> None:
    """Who restarts when the quiet hours end gets the text all the same."""
    aria = house.device("Aria")
    aria.fine()
    await house.automate(quiet_start="22:00:00", quiet_end="07:00:00")
    await house.wait_until(berlin(21, 2))
    aria.low(15)
    await house.wait_until(berlin(21, 6, 58))
    assert house.gateway.take() == []
    house.freezer.move_to(berlin(21, 7, 2))
    await house.restart_in(another_hass, lambda: aria.low(15))
    assert house.gateway.take() == ["Aria has a low battery (15%). Last sync: ?."]


async def test_repetition(house: House) -> None:
    """A low battery is told again every N hours, not in quiet hours, until charged."""
    aria = house.device("Aria")
    aria.low(15)
    await house.automate(repeat_hours=6, quiet_start="22:00:00", quiet_end="07:00:00")
    told: list[int] = []
    for minutes in range(0, 36 * 60, 10):
        if house.gateway.take():
            told.append(13 + minutes // 60)
        await house.wait_until(berlin(20, 13) + timedelta(minutes=minutes + 10))
    assert told == [13, 19, 31, 37, 43]
    aria.fine()
    await house.wait_until(berlin(22, 7))
    assert house.gateway.take() == ["Aria is charged again (90%)."]


async def test_repetition_over_a_restart(
    house: House, another_hass: HomeAssistant
) -> None:
    """The time to the next text goes on when Home Assistant is off."""
    aria = house.device("Aria")
    aria.low(15)
    await house.automate(repeat_hours=6)
    await house.wait(hours=3)
    await house.restart_in(another_hass, lambda: aria.low(15))
    assert len(house.gateway.take()) == 1
    await house.wait(hours=2, minutes=50)
    assert house.gateway.take() == []
    await house.wait(minutes=15)
    assert len(house.gateway.take()) == 1


async def test_silence(house: House) -> None:
    """A device that does not synchronize is told of once for each silence."""
    aria, body = house.device("Aria"), house.device("Body+")
    aria.fine(last_sync=NOON - timedelta(hours=71))
    body.fine(last_sync=NOON)
    await house.automate()
    await house.wait(minutes=55)
    assert house.gateway.take() == []
    await house.wait(minutes=10)
    assert house.gateway.take() == [SILENT.format("17 Nov 2026, 14:00")]
    body.fine(last_sync=NOON + timedelta(hours=1))
    aria.gone()
    await house.wait(hours=1)
    aria.fine(last_sync=NOON - timedelta(hours=71))
    await house.wait(days=2)
    assert house.gateway.take() == []
    synced = dt_util.utcnow()
    aria.fine(last_sync=synced)
    body.fine(last_sync=synced + timedelta(days=2))
    await house.wait(days=2, hours=23)
    assert house.gateway.take() == []
    await house.wait(hours=2)
    last = dt_util.as_local(synced).strftime("%-d %b %Y, %H:%M")
    assert house.gateway.take() == [SILENT.format(last)]


async def test_silence_seen_late(house: House, another_hass: HomeAssistant) -> None:
    """A silence that is found at the start, or when the device is read, is told once."""
    aria = house.device("Aria")
    aria.fine(last_sync=NOON)
    await house.automate(stale_days=2)
    await house.restart_in(another_hass)
    await house.wait(days=5)
    assert house.gateway.take() == []
    aria.fine(last_sync=NOON)
    await house.wait()
    assert house.gateway.take() == [SILENT.format("20 Nov 2026, 13:00")]
    await house.wait(days=5)
    assert house.gateway.take() == []


async def test_silence_is_not_told_if_unwanted(house: House) -> None:
    """With 0 days, a device may be silent for ever."""
    aria = house.device("Aria")
    aria.fine(last_sync=NOON)
    await house.automate(stale_days=0)
    await house.wait(days=300)
    assert house.gateway.take() == []


async def test_quiet_hours_that_end_when_the_clock_is_put_back(house: House) -> None:
    """Of two moments at which the clock shows 2:30, the next one ends the silence."""
    aria = house.device("Aria")
    house.freezer.move_to(datetime(2026, 10, 24, 12, tzinfo=UTC))
    aria.fine()
    await house.automate(quiet_start="22:00:00", quiet_end="02:30:00")
    await house.wait_until(datetime(2026, 10, 25, 1, 5, tzinfo=UTC))
    with patch.object(
        texts, "async_track_point_in_utc_time", wraps=async_track_point_in_utc_time
    ) as timers:
        aria.low()
        await house.wait()
    assert timers.call_count < 5
    assert house.gateway.take() == []
    await house.wait_until(datetime(2026, 10, 25, 1, 30, tzinfo=UTC))
    assert house.gateway.take() == ["Aria has a low battery (15%). Last sync: ?."]
