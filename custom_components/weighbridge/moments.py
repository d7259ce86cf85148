"""Moments that actions are given: days of the home, and times as far as they go."""

from datetime import MINYEAR, UTC, date, datetime, timedelta

from homeassistant.util import dt as dt_util

# A scale's clock may run a little ahead.
MAX_AHEAD = timedelta(minutes=5)

# The last one that has a day after it.
LAST_DAY = date.max - timedelta(days=1)


def start_of(when: date | None) -> datetime | None:
    """Return the moment that a date or a time means in the home's time zone."""
    if when is None or isinstance(when, datetime):
        return None if when is None else as_utc(when)
    return as_utc(dt_util.start_of_local_day(when))


def end_of(when: date | None) -> datetime:
    """Return the moment when a period ends: a date counts to its end."""
    if when is None:
        return dt_util.utcnow() + MAX_AHEAD
    if isinstance(when, datetime):
        return as_utc(when)
    day_after = min(when, LAST_DAY) + timedelta(days=1)
    return as_utc(dt_util.start_of_local_day(day_after))


def as_utc(when: datetime) -> datetime:
    """Return a moment in UTC; beyond the ends of the calendar, the end itself."""
    try:
        return dt_util.as_utc(when)
    except OverflowError:
        if when.year == MINYEAR:
            return datetime.min.replace(tzinfo=UTC)
        return datetime.max.replace(tzinfo=UTC)
