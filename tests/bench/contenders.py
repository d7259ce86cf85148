"""Who brings weigh-ins to Garmin: Weighbridge, and what people use without it."""

import asyncio
from asyncio.subprocess import PIPE
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
import json
import os
from pathlib import Path
from random import Random
import sys
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

from aiohttp import ClientSession
from yarl import URL

from ..clouds import WITHINGS_CLIENT_ID, WITHINGS_CLIENT_SECRET, Clouds
from ..demo.errors import DemoError
from ..demo.process import GUARD
from .house import LATENCY, Load, built
from .weighings import Weighing, compare, past, step_on_scale, weigh

PROJECT = Path(__file__).parents[2]
_WITHINGS_SYNC = Path(__file__).parent / "run_withings_sync.py"
_NAME = "Alice"
_EMAIL = "alice@example.com"
_CALLBACK = "https://bench.example.com/callback"

# The answer of the last request is still on its way, in seconds.
_AFTER = 1

# A scale that was offline for a while hands in what it measured so long ago.
LATE = timedelta(days=3, hours=5)


@dataclass(frozen=True, kw_only=True, slots=True)
class Race:
    """How somebody brought weigh-ins to Garmin."""

    name: str
    weigh_ins: int
    seconds: float
    requests: Mapping[str, int]
    """By the host that really answers them."""
    lost: int
    off: int
    doubled: int
    """By doing the same again."""
    late_lost: int | None
    """Of one that came late; None for who must be told what to push."""
    load: Load | None = None

    @property
    def garmin_requests(self) -> int:
        """Return how many requests Garmin had."""
        return sum(n for host, n in self.requests.items() if "garmin" in host)


def weighings(number: int) -> list[Weighing]:
    """Return what there is to push: one of a moment ago, or those of ten years."""
    now = datetime.now(UTC)
    return [weigh(now, Random(1))] if number == 1 else past(number, now)


async def race_weighbridge(number: int) -> Race:
    """Let Weighbridge push, in a real Home Assistant.

    A single weigh-in is pushed by accounts that were linked before. Many are a history:
    the time is that of the sign-in to Withings, where they are read, and that from the
    making of the link to the last one's arrival.
    """
    async with built() as house:
        clouds = house.clouds
        clouds.withings.person(_NAME)
        todo = weighings(number)
        if number > 1:
            hand_in(clouds, todo)
        await house.look_anew()
        clouds.log.clear()
        start = monotonic()
        withings = await house.sign_in_to_withings(_NAME)
        seconds, requests = monotonic() - start, _hosts(clouds)
        home = await house.sign_in_to_garmin(_NAME, withings)
        account = clouds.garmin.accounts[home.email]
        if number == 1:
            await house.link(home)
            await house.poll(home)
            hand_in(clouds, todo)
            seconds, requests = 0, Counter()
        clouds.log.clear()
        start = monotonic()
        await (house.poll(home) if number == 1 else house.link(home))
        await house.arrival(number, home)
        seconds += monotonic() - start
        await asyncio.sleep(_AFTER)
        load = await house.look()
        requests += _hosts(clouds)
        once = compare(todo, account.weigh_ins)
        await house.poll(home)
        await house.stop()
        await house.start()
        await house.poll(home)
        await asyncio.sleep(_AFTER)
        doubled = compare(todo, account.weigh_ins).doubled
        late = hand_in_late(clouds)
        await house.poll(home)
        await asyncio.sleep(_AFTER)
        return Race(
            name="Weighbridge",
            weigh_ins=number,
            seconds=seconds,
            requests=requests,
            lost=once.lost,
            off=once.off,
            doubled=doubled,
            late_lost=compare([late], account.weigh_ins).lost,
            load=load,
        )


async def race_loop(number: int) -> Race:
    """Push one after the other with `garminconnect`, by somebody who knows what."""
    async with Clouds(latency=LATENCY) as clouds:
        account = clouds.garmin.account(_EMAIL)
        todo = weighings(number)
        job = {
            "tokens": clouds.garmin.signed_in(account),
            "weigh_ins": [{"second": w.second, **w.values()} for w in todo],
        }
        command = (sys.executable, "-m", "tests.bench.loop", clouds.url)
        seconds = float(await _run(*command, given=json.dumps(job)))
        requests = _hosts(clouds)
        once = compare(todo, account.weigh_ins)
        await _run(*command, given=json.dumps(job))
        return Race(
            name="`garminconnect` in a loop",
            weigh_ins=number,
            seconds=seconds,
            requests=requests,
            lost=once.lost,
            off=once.off,
            doubled=compare(todo, account.weigh_ins).doubled,
            late_lost=None,
        )


async def race_withings_sync(number: int, python: Path) -> Race:
    """Push with `withings-sync`, which the environment of `python` has.

    It reads a history when it is told a day to begin with, and else from where it ended.
    """
    async with Clouds(latency=LATENCY) as clouds:
        clouds.withings.person(_NAME)
        account = clouds.garmin.account(_EMAIL)
        todo = weighings(number)
        hand_in(clouds, todo)
        with TemporaryDirectory(prefix="weighbridge-bench-") as name:
            directory = Path(name)
            tokens = await _withings_tokens(clouds)
            await asyncio.to_thread(
                _configure_withings_sync,
                directory,
                tokens,
                clouds.garmin.signed_in(account),
            )
            daily = [
                str(python),
                str(_WITHINGS_SYNC),
                clouds.url,
                f"--config-folder={directory}",
                f"--garmin-username={_EMAIL}",
                "--silent",
            ]
            first_day = todo[0].when - timedelta(days=1)
            begin = [f"--fromdate={first_day:%Y-%m-%d}"] if number > 1 else []
            command = daily + begin
            clouds.log.clear()
            start = monotonic()
            await _run(*command, home=directory)
            seconds, requests = monotonic() - start, _hosts(clouds)
            once = compare(todo, account.weigh_ins)
            await _run(*command, home=directory)
            doubled = compare(todo, account.weigh_ins).doubled
            late = hand_in_late(clouds)
            await _run(*daily, home=directory)
        return Race(
            name="`withings-sync`",
            weigh_ins=number,
            seconds=seconds,
            requests=requests,
            lost=once.lost,
            off=once.off,
            doubled=doubled,
            late_lost=compare([late], account.weigh_ins).lost,
        )


def hand_in(clouds: Clouds, todo: list[Weighing]) -> None:
    """Let Withings know of weighings; of old ones it has known since their time."""
    for weighing in todo:
        uploaded = weighing.when if len(todo) > 1 else None
        step_on_scale(clouds, _NAME, weighing, uploaded=uploaded)


def hand_in_late(clouds: Clouds) -> Weighing:
    """Let Withings know now of a weighing of some days ago."""
    late = weigh(datetime.now(UTC) - LATE, Random(2))
    step_on_scale(clouds, _NAME, late)
    return late


def _hosts(clouds: Clouds) -> Counter[str]:
    """Return how many requests each host had."""
    return Counter(request.host for request in clouds.log.requests())


async def _run(*command: str, given: str = "", home: Path | None = None) -> str:
    """Run a program of somebody else's choice, and return what it wrote."""
    environment = {**os.environ, **GUARD}
    if home is not None:
        environment["HOME"] = str(home)
    process = await asyncio.create_subprocess_exec(
        *command, cwd=PROJECT, env=environment, stdin=PIPE, stdout=PIPE, stderr=PIPE
    )
    output, errors = await process.communicate(given.encode())
    if process.returncode:
        raise DemoError(f"{command[:3]} failed: {errors.decode()[-2000:]}")
    return output.decode()


async def _withings_tokens(clouds: Clouds) -> dict[str, Any]:
    """Sign in to Withings as other programs do, and return what they keep."""
    clouds.withings.sign_in_as(_NAME)
    page = URL(f"{clouds.url}/withings/oauth2_user/authorize2").with_query(
        response_type="code",
        client_id=WITHINGS_CLIENT_ID,
        redirect_uri=_CALLBACK,
        scope="user.metrics",
        state="",
    )
    back = await clouds.consent(str(page))
    form = {
        "action": "requesttoken",
        "grant_type": "authorization_code",
        "client_id": WITHINGS_CLIENT_ID,
        "client_secret": WITHINGS_CLIENT_SECRET,
        "code": back.query["code"],
        "redirect_uri": _CALLBACK,
    }
    async with (
        ClientSession() as session,
        session.post(f"{clouds.url}/withings/v2/oauth2", data=form) as response,
    ):
        body: dict[str, Any] = (await response.json())["body"]
    return {name: body[name] for name in ("access_token", "refresh_token", "userid")}


def _configure_withings_sync(
    directory: Path, withings: dict[str, Any], garmin: str
) -> None:
    """Write the files of a `withings-sync` whose user has signed in everywhere."""
    application = {
        "client_id": WITHINGS_CLIENT_ID,
        "consumer_secret": WITHINGS_CLIENT_SECRET,
        "callback_url": _CALLBACK,
    }
    (directory / "withings_app.json").write_text(json.dumps(application))
    (directory / ".withings_user.json").write_text(json.dumps(withings))
    (directory / ".garmin_session.json").write_text(garmin)
