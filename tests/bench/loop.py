"""Pushes weigh-ins as the examples of `garminconnect` do: one call for each.

usage: python -m tests.bench.loop CLOUDS_URL < JOB

The job has `tokens`, and `weigh_ins` in kg and %. Writes how many seconds the calls took.
"""

from datetime import UTC, datetime
import json
import sys
from time import monotonic

from garminconnect import Garmin

from ..clouds.point import point


def main(clouds_url: str) -> None:
    """Push what the standard input says."""
    point(clouds_url, ["garmin"])
    job = json.load(sys.stdin)
    garmin = Garmin()
    garmin.client.loads(job["tokens"])
    start = monotonic()
    for weigh_in in job["weigh_ins"]:
        garmin.add_body_composition(
            datetime.fromtimestamp(weigh_in["second"], UTC).isoformat(),
            weight=weigh_in["weight"],
            percent_fat=weigh_in["body_fat"],
            percent_hydration=weigh_in["body_water"],
            bone_mass=weigh_in["bone_mass"],
            muscle_mass=weigh_in["muscle_mass"],
        )
    sys.stdout.write(str(monotonic() - start))


if __name__ == "__main__":
    main(*sys.argv[1:])
