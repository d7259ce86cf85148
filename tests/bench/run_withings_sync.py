"""Runs `withings-sync` against the simulated vendors, in an environment of its own.

usage: PYTHON tests/bench/run_withings_sync.py CLOUDS_URL [its arguments]

That environment has nothing of this project's: only the standard library is imported.
"""

from importlib import import_module
from pathlib import Path
import runpy
import sys

POINT = Path(__file__).parents[1] / "clouds" / "point.py"
ADDRESSES = {
    "AUTHORIZE_URL": "/withings/oauth2_user/authorize2",
    "TOKEN_URL": "/withings/v2/oauth2",
    "GETMEAS_URL": "/withings/measure?action=getmeas",
}


def main(clouds_url: str, *arguments: str) -> None:
    """Point it at the vendors and let it run."""
    sys.argv = ["withings-sync", *arguments]
    withings = import_module("withings_sync.withings2")
    for name, path in ADDRESSES.items():
        getattr(withings, name)
        setattr(withings, name, clouds_url + path)
    # The clients of Garmin are the same library's.
    runpy.run_path(str(POINT))["point"](clouds_url, ["garmin"])
    import_module("withings_sync.sync").main()


if __name__ == "__main__":
    main(*sys.argv[1:])
