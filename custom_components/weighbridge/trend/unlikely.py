"""Whether a weigh-in is somebody else's, or of something else, by its weight."""

from typing import Final

WEEK: Final = 7 * 86_400

SHARE: Final = 0.10
SHARE_PER_WEEK: Final = 0.01
LEAST: Final = 5.0


def margin(weight: float, seconds: float) -> float:
    """Return how far off a weight in kg a person may be after some time, in kg."""
    return max(LEAST, weight * (SHARE + SHARE_PER_WEEK * abs(seconds) / WEEK))


def is_unlikely(
    second: int, weight: float, *, trend: float, newest: tuple[int, float]
) -> bool:
    """Tell whether a new weigh-in is far off both the trend and the newest one.

    `newest` is the second and weight of the newest weigh-in that is believed.
    """
    since = second - newest[0]
    return all(
        abs(weight - known) > margin(known, since) for known in (trend, newest[1])
    )
