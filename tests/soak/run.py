"""The rounds, and what Garmin holds after them."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from random import Random
from time import monotonic

from ..demo.console import say
from .bathroom import Bathroom
from .book import Verdict
from .corrections import Corrections
from .dweller import Dweller
from .fate import CUT_OFF, NOTHING, Fate
from .house import House, inhabited
from .launch import SETTLING
from .scales import Scales
from .siege import Siege
from .trouble import Trouble

# How long everything that waits may take to arrive once nothing goes wrong any more.
_SETTLE_TIMEOUT = 240
_QUIET = SETTLING + 3

_GLANCE = 2

# How often people live on in their ways when all has arrived.
_CALM = 5

# How many requests an account may make in an hour, of those in which the soak lives.
AN_HOUR = 12

# How long the statistics may take, in seconds.
_WRITING = 60

# In how many of the quiet rounds a person acts.
_VISITS = 0.4
# In how many rounds somebody goes to the shared scale.
_STANDING = 0.6

_SHOWN = 20


async def soak(
    rounds: int, *, residents: int, seed: int, keep: bool, verbose: bool
) -> bool:
    """Run some rounds and tell whether each weigh-in arrived once and right."""
    random = Random(seed)
    started = monotonic()
    async with inhabited(residents, seed=seed, keep=keep) as house:
        scales = Scales(house.clouds, random)
        corrections = Corrections(house.clouds, random)
        trouble = Trouble(house.clouds, random)
        fate = Fate(house, random)
        await fate.start()
        siege = Siege(house, random)
        bathroom = Bathroom(house, random)
        dweller = Dweller(house, random, scales.questions, bathroom)
        early: set[str] = set()
        for number in range(1, rounds + 1):
            siege.turn(may_be_delicate=fate.is_gentle)
            plan = fate.decide(is_delicate=siege.is_delicate)
            if plan == CUT_OFF:
                trouble.spare_uploads()
                scales.weigh(house.residents)
            else:
                trouble.brew()
                scales.weigh(random.sample(house.residents, random.randint(1, 2)))
            corrections.make(house.residents, {q.grpid for q in scales.questions})
            if plan == NOTHING and random.random() < _VISITS:
                await dweller.act()
            async with asyncio.TaskGroup() as meanwhile:
                if random.random() < _STANDING:
                    meanwhile.create_task(bathroom.visit())
                await fate.befall(plan)
            early.update(dweller.early())
            if verbose:
                say(
                    f"round {number} ended at {datetime.now(UTC):%T} ({plan}, "
                    f"{siege.name or 'nothing lasting'}): "
                    f"{scales.counts['weigh-ins']} weigh-ins, "
                    f"{bathroom.counts['steps']} steps, {fate.kills.total()} kills"
                )
        siege.end()
        trouble.end()
        scales.hand_in()

        async def live() -> None:
            """Live on while nothing goes wrong; what is shown must follow by itself."""
            for _ in range(_CALM):
                scales.weigh(house.residents)
                scales.hand_in()
                corrections.make(house.residents, {q.grpid for q in scales.questions})
                await dweller.act()
                await bathroom.visit()
            early.update(dweller.early())

        settled, disagreements = await _settle(house, fate, dweller, live)
        verdict = _judge(house)
        verdict.wrong.extend(f"pushed without a word: {what}" for what in sorted(early))
        verdict.wrong.extend(bathroom.wrong)
        verdict.wrong.extend(disagreements)
        signed_out = "asks to sign in again" in house.home_assistant.read_log()
    _report("Kills", fate.kills)
    _report("Faults met", trouble.met)
    _report("Lasting", siege.counts)
    _report("Scales", scales.counts)
    _report("At the vendor", corrections.counts)
    _report("People", dweller.counts)
    _report("The shared scale", bathroom.counts)
    _report(
        "Besides",
        {
            "stops in good order": fate.stops,
            "token refreshes": fate.refreshes,
            "ledgers cut off on disk": fate.ledgers_lost,
            "requests to Garmin": fate.requests,
            "requests in the busiest hour": fate.busiest,
        },
    )
    is_storm = fate.busiest > AN_HOUR * len(house.everybody)
    if is_storm:
        say("Garmin was asked more often in an hour than it may be")
    for name, found in (
        ("lost", verdict.lost),
        ("twice", verdict.twice),
        ("wrong", verdict.wrong),
    ):
        for line in found[:_SHOWN]:
            say(f"{name}: {line}")
    if not settled:
        say("Garmin was still asked for something when all should have been done")
    if signed_out:
        say("An account was signed out")
    minutes = (monotonic() - started) / 60
    say(
        f"{rounds} rounds (seed {seed}, {residents} accounts, {minutes:.1f} min): "
        f"{fate.kills.total()} kills, {trouble.met.total()} faults, "
        f"{scales.counts['weigh-ins']} weigh-ins: lost {len(verdict.lost)}, "
        f"twice {len(verdict.twice)}, wrong {len(verdict.wrong)}"
    )
    return settled and not (verdict or signed_out or is_storm)


def _judge(house: House) -> Verdict:
    """Compare all accounts with what must be in them."""
    verdict = Verdict()
    for resident in house.everybody:
        held = house.clouds.garmin.weigh_ins(resident.person.email)
        verdict.add(resident.book.check(held))
    return verdict


async def _settle(
    house: House, fate: Fate, dweller: Dweller, live: Callable[[], Awaitable[None]]
) -> tuple[bool, list[str]]:
    """Wait until all has arrived and Garmin is asked for nothing any more.

    Then `live` on for a while in the same life, and wait again. Return whether that was
    all, and where what is shown is not as the sources are, before and after a restart.
    """
    found: list[str] = []
    await fate.stop()
    await fate.start()
    try:
        await _rest(house, dweller)
        await live()
        await _rest(house, dweller)
        found.extend(
            f"before a restart, {wrong}" for wrong in await _disagreements(dweller)
        )
    except TimeoutError:
        return False, found
    finally:
        await fate.stop()
    # What waited still would be pushed now.
    await fate.start()
    await asyncio.sleep(_QUIET)
    is_quiet = not house.clouds.log.count("garmin")
    found += await _disagreements(dweller)
    await fate.stop()
    return is_quiet, found


async def _rest(house: House, dweller: Dweller) -> None:
    """Wait until all has arrived; raise TimeoutError if it does not."""
    async with asyncio.timeout(_SETTLE_TIMEOUT):
        await dweller.finish()
        while _judge(house) or not await _is_quiet(house):
            await asyncio.sleep(_GLANCE)
            await dweller.finish()


async def _disagreements(dweller: Dweller) -> list[str]:
    """Return where Home Assistant shows something else than the sources have."""
    found = await dweller.disagreements()
    limit = monotonic() + _WRITING
    while found and monotonic() < limit:
        await asyncio.sleep(_GLANCE)
        found = await dweller.disagreements()
    return found


async def _is_quiet(house: House) -> bool:
    """Watch for a while whether Garmin is asked for anything."""
    before = house.clouds.log.count("garmin")
    await asyncio.sleep(_QUIET)
    return house.clouds.log.count("garmin") == before


def _report(title: str, counts: Mapping[str, int]) -> None:
    """Write counts in a line."""
    parts = ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
    say(f"{title}: {parts or 'none'}")
