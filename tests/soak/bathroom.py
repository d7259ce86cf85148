"""What happens at the scale that is shared: people, guests, answers, and second thoughts.

The scale remembers nothing, so what counts is what Home Assistant has shown to know: that
must never be lost, whoever kills it afterwards. What it was killed over may be gone.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from time import monotonic
from typing import Any

from aiohttp import ClientError

from ..demo.api import Api
from ..demo.config import DOMAIN
from ..demo.errors import DemoError
from .book import Weighing
from .house import COMPOSITION, SHARED, WEIGHT, House, Resident, show
from .measured import Values, at_garmin, with_bmi

# What those who share the scale weigh, in kg: near enough to be taken for each other.
_WEIGHTS = (66, 71)
_SCATTER = 1.0
# What differs by less, in kg and seconds, may be one weighing that was told twice.
_ALIKE = 0.06
_LATELY = 140
_GUESTS = (32, 110)

# A scale is left for so long before somebody else steps on it, in seconds.
_APART = 1.2
# So long after the last report all is known that will be, in seconds.
_KNOWN = 4
_GLANCE = 0.1
_VISIT = 12

# How often a weight is sought that is free.
_TRIES = 50

_LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC).isoformat()
_FAR_OFF = datetime(2040, 1, 1, tzinfo=UTC).isoformat()


@dataclass(kw_only=True, slots=True)
class Standing:
    """Somebody has stood on the scale; `who` is None for a guest."""

    who: Resident | None = field(repr=False)
    second: int
    weight: float
    composition: dict[str, float] = field(default_factory=dict)
    """What else the scale has shown of it."""
    values: Values
    """What Home Assistant has shown to know of what was measured, and the weight."""
    at: float
    """When that was, by a clock that is right."""
    life: int
    """In which of its lives Home Assistant was told."""
    is_known: bool = False
    """Whether Home Assistant has shown that it knows."""
    word: Resident | None = field(default=None, repr=False)
    """Whose a person has said that it is; None is nobody's."""
    is_said: bool = True
    """Whether that has arrived, or there is nothing to say."""
    places: dict[str, Weighing] = field(default_factory=dict)
    """What must become of it in the accounts."""

    def belongs_to(self, owner: Resident | None, everybody: list[Resident]) -> None:
        """Expect it in one account at the most."""
        for one in everybody:
            place = self.places.get(one.garmin)
            if one is owner:
                values = at_garmin(self.values)
                if place is None:
                    place = Weighing(
                        scale=SHARED, key=self.second, answers={self.second: values}
                    )
                    self.places[one.garmin] = place
                    one.book.add(place)
                elif not place.answers:
                    place.restore()
                if place.answers[self.second] != values:
                    place.edit(values)
                place.is_sure = self.is_known
            elif place is not None and place.answers:
                place.delete()


class Bathroom:
    """Where the shared scale stands."""

    def __init__(self, house: House, random: Random) -> None:
        """Act at random."""
        self.counts: Counter[str] = Counter()
        self.wrong: list[str] = []
        """What Home Assistant has forgotten, or taken for somebody else's."""
        self._house = house
        self._random = random
        self._stood: list[Standing] = []
        self._last = 0.0

    async def visit(self) -> None:
        """Step on the scale, answer, or think again, if Home Assistant lives so long."""
        try:
            async with asyncio.timeout(_VISIT), self._house.visit() as api:
                await self._catch_up(api)
                match self._random.choices(("step", "answer", "think"), (6, 3, 1))[0]:
                    case "step":
                        await self._step_on(api)
                    case "answer":
                        await self._answer(api)
                    case _:
                        await self._think_again(api)
        except (DemoError, ClientError, TimeoutError, TypeError) as err:
            self.counts[f"visits in vain ({type(err).__name__})"] += 1

    async def finish(self, api: Api) -> None:
        """Say all that has to be said, and see what became of everything."""
        await self._catch_up(api)
        for standing in self._stood:
            if not standing.is_said:
                await self._say(api, standing)
        for one in self._house.roommates:
            known = await self._measurements(api, one)
            for standing in self._of(one):
                # What is missing altogether is noticed at Garmin.
                self._learn(standing, known.get(standing.second, {}), one)

    def counting(self, one: Resident) -> dict[int, Values]:
        """Return what counts of somebody, by its second."""
        return {standing.second: standing.values for standing in self._of(one)}

    def _of(self, one: Resident) -> list[Standing]:
        """Return when somebody has stood on the scale, by all that was said."""
        return [
            standing
            for standing in self._stood
            if (place := standing.places.get(one.garmin)) and place.answers
        ]

    async def _step_on(self, api: Api) -> None:
        """Step on the scale, or let a guest."""
        await asyncio.sleep(self._last + _APART - monotonic())
        place = self._random.choices((0, 1, None), (4, 4, 1))[0]
        who = None if place is None else self._house.roommates[place]
        if (weight := self._weight(place)) is None:
            return
        await show(api, WEIGHT, 0)
        life = self._house.home_assistant.lives
        self._last = monotonic()
        second = await show(api, WEIGHT, weight)
        standing = Standing(
            who=who,
            second=second,
            weight=weight,
            values=with_bmi({"weight": weight}),
            at=self._last,
            life=life,
        )
        self._stood.append(standing)
        standing.belongs_to(who, self._house.roommates)
        self.counts["steps" if who else "guests"] += 1
        if self._random.random() < 0.5:
            await asyncio.sleep(self._random.random() * 0.3)
            standing.composition["body_fat"] = round(self._random.uniform(20, 24), 2)
            if self._random.random() < 0.5:
                water, muscle = (
                    self._random.uniform(50, 60),
                    self._random.uniform(20, 30),
                )
                standing.composition["body_water"] = round(water, 2)
                standing.composition["muscle_mass"] = round(muscle, 2)
            for name, value in standing.composition.items():
                await show(api, COMPOSITION[name], value)
            self._last = monotonic()
        while not await self._is_seen(api, standing):
            if monotonic() > self._last + _KNOWN:
                return
            await asyncio.sleep(_GLANCE)

    def _weight(self, place: int | None) -> float | None:
        """Return a weight that cannot be taken for that of another weighing."""
        since = monotonic() - _LATELY
        lately = [one.weight for one in self._stood if one.at > since]
        for _ in range(_TRIES):
            if place is None:
                weight = self._random.choice(_GUESTS) + self._random.random() * 4
            else:
                weight = _WEIGHTS[place] + self._random.uniform(-_SCATTER, _SCATTER)
            if all(abs(weight - other) > _ALIKE for other in lately):
                return round(weight, 2)
        return None

    async def _is_seen(self, api: Api, standing: Standing) -> bool:
        """See what became of somebody's standing there; tell whether it is known."""
        key = str(standing.second)
        for state in api.states.values():
            if state.attributes.get("weigh_in") == key:
                self._note_asked(standing)
                return True
        for one in self._house.roommates:
            found = await self._find(api, one, standing)
            if found is None:
                continue
            is_first = not standing.is_known
            standing.is_known = True
            if is_first and one is not standing.who:
                self.wrong.append(f"taken for {one.person.name}'s: {standing}")
            if is_first:
                self.counts["recognised"] += 1
            standing.word = one
            return self._learn(standing, found, one)
        return False

    def _learn(
        self, standing: Standing, found: Mapping[str, float], owner: Resident
    ) -> bool:
        """See what Home Assistant knows of what was measured; tell whether that is all."""
        known = {
            name: value
            for name, value in standing.composition.items()
            if found.get(name) == value
        }
        standing.values = {**standing.values, **known}
        standing.belongs_to(owner, self._house.roommates)
        return known == standing.composition

    def _note_asked(self, standing: Standing) -> None:
        """Take note that a person has to say whose it is: it is nowhere until then."""
        if standing.is_known:
            return
        self.counts["questions"] += 1
        standing.is_known = True
        standing.is_said = False
        standing.word = standing.who
        standing.belongs_to(None, self._house.roommates)

    async def _find(
        self, api: Api, one: Resident, standing: Standing
    ) -> dict[str, Any] | None:
        """Find it among somebody's weigh-ins."""
        found = (await self._measurements(api, one)).get(standing.second, {})
        return found if found.get("weight") == standing.weight else None

    async def _measurements(self, api: Api, one: Resident) -> dict[int, dict[str, Any]]:
        """Return somebody's weigh-ins by their seconds."""
        answer = await api.post(
            f"/api/services/{DOMAIN}/get_measurements?return_response",
            {
                "config_entry_id": self._house.scale,
                "person": one.sources[0],
                "start": _LONG_AGO,
                "end": _FAR_OFF,
            },
        )
        return {
            int(datetime.fromisoformat(found["measured_at"]).timestamp()): found
            for found in answer["service_response"]["measurements"]
        }

    async def _catch_up(self, api: Api) -> None:
        """See what became of what nobody has seen yet, and say again what was not heard."""
        for standing in self._stood[:]:
            if standing.is_known:
                continue
            await asyncio.sleep(self._last + _KNOWN - monotonic())
            if await self._is_seen(api, standing) or standing.is_known:
                continue
            if await self._assign(api, standing, standing.who):
                self._note_asked(standing)
                standing.is_said = True
                standing.belongs_to(standing.who, self._house.roommates)
            else:
                if standing.life == self._house.home_assistant.lives:
                    self.wrong.append(f"not known: {standing}")
                self.counts["gone with a life"] += 1
                standing.belongs_to(None, self._house.roommates)
                self._stood.remove(standing)

    async def _answer(self, api: Api) -> None:
        """Answer what is asked."""
        for standing in self._stood:
            if not standing.is_said and self._random.random() < 0.7:
                await self._say(api, standing)

    async def _think_again(self, api: Api) -> None:
        """Give to somebody else, or to nobody, what had been somebody's."""
        said = [s for s in self._stood if s.is_known and s.is_said and s.who]
        if said:
            standing = self._random.choice(said[-10:])
            others = [one for one in self._house.roommates if one is not standing.word]
            standing.word = self._random.choice([None, *others])
            standing.is_said = False
            self.counts["second thoughts"] += 1
            await self._say(api, standing)

    async def _say(self, api: Api, standing: Standing) -> None:
        """Say whose it is; what is not heard is said again."""
        standing.belongs_to(standing.word, self._house.roommates)
        if not await self._assign(api, standing, standing.word):
            self.wrong.append(f"no longer known: {standing}")
        standing.is_said = True
        self.counts["words"] += 1

    async def _assign(
        self, api: Api, standing: Standing, whose: Resident | None
    ) -> bool:
        """Say whose it is; tell whether Home Assistant knows of it."""
        try:
            await api.call(
                "call_service",
                domain=DOMAIN,
                service="assign_weigh_in",
                service_data={
                    "config_entry_id": self._house.scale,
                    "weigh_in": str(standing.second),
                    "person": "nobody" if whose is None else whose.sources[0],
                },
            )
        except DemoError as err:
            if str(standing.second) not in str(err):
                raise
            return False
        return True
