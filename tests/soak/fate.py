"""The ends that Home Assistant comes to, and its next starts."""

import asyncio
from bisect import bisect_left
from collections import Counter
from datetime import timedelta
from random import Random
from time import monotonic

from ..clouds import Fault
from ..demo.errors import DemoError
from .house import House, Resident
from .launch import AFTER, BEFORE, HOUR
from .trouble import UPLOAD

# From a start to the first poll, in seconds.
START_TIMEOUT = 60

# How long a round waits for an upload in order to cut it off, in seconds.
_PATIENCE = 2.5

# How long Garmin is at work on an upload that is cut off, in seconds.
_AT_WORK = 0.2

CUT_OFF = "cut off"
NOTHING = "nothing"

# What may happen to Home Assistant in a round, and how often.
_ODDS = {NOTHING: 32, "kill": 20, CUT_OFF: 40, "stop": 8}

# Among how many writes the one is chosen that is cut off.
_WRITES = 5


class Fate:
    """Ends and starts the Home Assistant of a house.

    Nobody is killed between Garmin's giving out new tokens and their being on disk,
    which takes milliseconds once a day and costs a sign-in.
    """

    def __init__(self, house: House, random: Random) -> None:
        """Decide at random."""
        self.kills: Counter[str] = Counter()
        self.stops = 0
        self.ledgers_lost = 0
        self.refreshes = 0
        self.requests = 0
        self.busiest = 0
        self._house = house
        self._random = random
        self._doom: str | None = None
        self._refreshing: dict[str, bytes] = {}
        self._is_delicate = False

    async def start(self) -> None:
        """Start Home Assistant and wait for its first poll."""
        self._doom = None
        await self._start()

    async def stop(self) -> None:
        """Stop Home Assistant in good order, if it is running and not about to die."""
        if not self._house.home_assistant.is_running:
            return
        try:
            await self._house.home_assistant.stop()
        except DemoError as err:
            # The recorder may hang or crash while it closes what others still read.
            self.kills[self._doom or f"at a stop: {err}"] += 1
        else:
            self.stops += 1

    @property
    def is_gentle(self) -> bool:
        """Tell whether nobody is about to be killed."""
        return self._doom is None and not self._is_fragile()

    def decide(self, *, is_delicate: bool) -> str:
        """Decide what will happen in a round; who is delicate is not killed."""
        self._is_delicate = is_delicate
        if is_delicate or self._is_fragile():
            return NOTHING
        return self._random.choices(list(_ODDS), list(_ODDS.values()))[0]

    async def befall(self, plan: str) -> None:
        """Let happen to Home Assistant what was decided."""
        if not self._house.home_assistant.is_running:
            await self._bury()
            await self._start_again()
            return
        match plan:
            case "kill":
                await asyncio.sleep(self._random.uniform(0, 1.2))
                await self._kill("at a random moment")
            case plan if plan == CUT_OFF:
                await self._cut_off(processed=self._random.random() < 0.5)
            case "stop":
                await asyncio.sleep(self._random.uniform(0, 0.8))
                await self.stop()
            case _:
                if (
                    self._doom is None
                    and not self._is_delicate
                    and self._random.random() < 0.2
                ):
                    self._refresh(self._random.choice(self._house.everybody))
                await asyncio.sleep(self._random.uniform(0.2, 1))
                return
        await self._start_again()

    async def _start_again(self) -> None:
        """Start, maybe without one of the ledgers, and maybe only to die."""
        if self._random.random() < 0.08:
            await asyncio.to_thread(
                self._lose_ledger, self._random.choice(self._house.everybody)
            )
        self._doom = None
        if self._is_fragile():
            await self._start()
            return
        if self._random.random() < 0.1:
            await self._house.home_assistant.spawn()
            await asyncio.sleep(self._random.uniform(0.5, 2.5))
            await self._kill("during the start")
        if self._random.random() < 0.3:
            moment = self._random.choice((BEFORE, AFTER))
            self._doom = f"right {moment} a store was replaced"
            await self._start(str(self._random.randint(1, _WRITES)), moment)
        else:
            await self._start()

    def count_requests(self) -> None:
        """Count what Garmin was asked since the start, and in the busiest hour."""
        times = [request.at for request in self._house.clouds.log.requests("garmin")]
        self.requests += len(times)
        for first, begin in enumerate(times):
            end = bisect_left(times, begin + timedelta(seconds=HOUR))
            self.busiest = max(self.busiest, end - first)

    async def _start(self, *arguments: str) -> None:
        """Start with further arguments, and wait for the first poll."""
        self.count_requests()
        self._house.clouds.log.clear()
        await self._house.home_assistant.spawn(*arguments)
        polls = self._house.clouds.log
        limit = monotonic() + START_TIMEOUT
        while self._house.home_assistant.is_running and not polls.count("withings"):
            if monotonic() > limit:
                raise DemoError("Home Assistant does not poll after its start")
            await asyncio.sleep(0.02)

    async def _cut_off(self, *, processed: bool) -> None:
        """Kill while an upload is under way, if there is one soon."""
        fault = self._house.clouds.faults.delay(UPLOAD, _AT_WORK, processed=processed)
        when = (
            "after Garmin had stored an upload"
            if processed
            else "while Garmin received an upload"
        )
        await self._kill(when if await self._is_met(fault) else "at a random moment")
        fault.remove()

    async def _is_met(self, fault: Fault) -> bool:
        """Wait until a fault is met, and tell whether it was."""
        limit = monotonic() + _PATIENCE
        while not fault.hits and monotonic() < limit:
            await asyncio.sleep(0.005)
        return fault.hits > 0

    async def _kill(self, when: str) -> None:
        """Kill Home Assistant, unless it was quicker."""
        if not self._house.home_assistant.is_running:
            await self._bury()
            return
        await self._house.home_assistant.kill()
        self.kills[when] += 1

    async def _bury(self) -> None:
        """Take note of a Home Assistant that has killed itself."""
        status = await self._house.home_assistant.kill()
        if self._doom is None:
            raise DemoError(f"Home Assistant ended by itself, with status {status}")
        self.kills[self._doom] += 1

    def _refresh(self, resident: Resident) -> None:
        """Let an account's next request be one that needs new tokens."""
        if resident.garmin not in self._refreshing:
            tokens = self._house.tokens(resident)
            self._refreshing[resident.garmin] = tokens.read_bytes()
            self._house.clouds.garmin.expire_access(resident.person.email)
            self.refreshes += 1

    def _is_fragile(self) -> bool:
        """Tell whether an account may be about to get new tokens: nobody is killed."""
        for resident in self._house.everybody:
            before = self._refreshing.get(resident.garmin)
            # The old ones are written once more, to see whether the new ones can be.
            if before and self._house.tokens(resident).read_bytes() != before:
                del self._refreshing[resident.garmin]
        return bool(self._refreshing)

    def _lose_ledger(self, resident: Resident) -> None:
        """Cut a ledger off, as a file system may after a loss of power."""
        path = self._house.ledger(resident)
        if not path.exists():
            return
        content = path.read_bytes()
        path.write_bytes(content[: self._random.randrange(len(content))])
        garmin = self._house.clouds.garmin
        resident.book.unsettle(garmin.weigh_ins(resident.person.email))
        self.ledgers_lost += 1
