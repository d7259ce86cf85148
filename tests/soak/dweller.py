"""What a person does who lives with Home Assistant: answers, changes, looks."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator
from random import Random
from typing import Any

from aiohttp import ClientError

from ..demo.api import Api
from ..demo.config import DOMAIN
from ..demo.errors import DemoError
from .bathroom import Bathroom
from .display import MASS_UNITS, Display, Shown
from .house import House, Resident, relink, unlink
from .measured import of_group
from .scales import Question

_FIX = "/api/repairs/issues/fix"


class Dweller:
    """Answers what is asked, and changes links, through the doors that people have."""

    def __init__(
        self,
        house: House,
        random: Random,
        questions: list[Question],
        bathroom: Bathroom,
    ) -> None:
        """Live in a house, where these are asked, and which has a bathroom."""
        self.counts: Counter[str] = Counter()
        self._bathroom = bathroom
        self._house = house
        self._random = random
        self._questions = questions
        # Who had the links removed, and not added again yet.
        self._unlinked: Resident | None = None

    async def act(self) -> None:
        """Answer some questions, or make a link anew, if Home Assistant lives so long."""
        try:
            async with asyncio.timeout(10), self._house.visit() as api:
                # Nobody remains for long without a link that was to be made anew.
                if self._unlinked or self._random.random() < 0.4:
                    await self._link_anew(api)
                if self._random.random() < 0.5:
                    await self._choose_unit(api)
                for question in self._open():
                    if self._random.random() < 0.5:
                        await self._answer(api, question)
        except DemoError, ClientError, TimeoutError, TypeError:
            # It is away, or does not know of the question yet.
            self.counts["visits in vain"] += 1

    async def _link_anew(self, api: Api) -> None:
        """Remove somebody's links and add them again, at once or when that is possible."""
        if (resident := self._unlinked) is None:
            resident = self._random.choice(self._house.everybody)
            self._unlinked = resident
            self.counts["links made anew"] += 1
            await unlink(api, resident)
            await asyncio.sleep(self._random.uniform(0, 1.5))
        await relink(api, resident)
        self._unlinked = None

    async def finish(self) -> None:
        """Add the links that are missing, and answer all that is asked."""
        async with self._house.visit() as api:
            for resident in self._house.everybody:
                await relink(api, resident)
            await self._bathroom.finish(api)
            for question in self._open():
                try:
                    await self._answer(api, question)
                except DemoError:
                    # It is not known yet, or the answer to it was.
                    continue
            for issue in (await api.call("repairs/list_issues"))["issues"]:
                if issue["domain"] == DOMAIN and not issue["ignored"]:
                    await self._repair(api, issue)

    def early(self) -> Iterable[str]:
        """Return what is at Garmin though nobody was asked, or said that it is theirs."""
        for question in self._questions:
            if question.was_tried:
                continue
            email = question.resident.person.email
            for weigh_in in self._house.clouds.garmin.weigh_ins(email):
                if int(weigh_in.measured_at.timestamp()) == question.second:
                    yield f"{email}: {weigh_in.weight} kg at {question.second}"

    async def disagreements(self) -> list[str]:
        """Return where sensors and statistics are not as the sources are."""
        async with self._house.visit() as api:
            display = await Display.read(api)
        found = display.compare(self._people())
        return [*found, *(f"not asked: {q.grpid}" for q in self._open())]

    def _people(self) -> Iterator[Shown]:
        """Yield where everybody is shown: the book says what counts, its source what it is."""
        for resident in self._house.residents:
            for scale, source in zip(resident.scales, resident.sources, strict=True):
                at_source = self._house.clouds.withings.people[scale]
                there = {
                    int(group.measured_at.timestamp()): of_group(group)
                    for group in at_source.groups
                }
                weighed = {
                    second
                    for weighing in resident.book.weighings
                    for second in weighing.reported_by(scale)
                }
                yield Shown(
                    entry=source,
                    subentry=None,
                    unique_id=f"withings_{at_source.userid}",
                    counting={
                        **{s: v for s, v in there.items() if "weight" not in v},
                        **{second: there[second] for second in weighed},
                    },
                )
        for roommate in self._house.roommates:
            (source,) = roommate.sources
            yield Shown(
                entry=self._house.scale,
                subentry=source,
                unique_id=f"person_{source.lower()}",
                counting=self._bathroom.counting(roommate),
            )

    def _open(self) -> list[Question]:
        """Return the questions that have had no answer."""
        return [question for question in self._questions if not question.is_answered]

    async def _answer(self, api: Api, question: Question) -> None:
        """Say whose a weigh-in is."""
        question.was_tried = True
        await api.post(
            f"/api/services/{DOMAIN}/assign_weigh_in",
            {
                "config_entry_id": question.resident.sources[0],
                "weigh_in": str(question.grpid),
                "person": question.word,
            },
        )
        question.is_answered = True
        self.counts["answers"] += 1

    async def _choose_unit(self, api: Api) -> None:
        """Read the weight of somebody in pounds, or now and then in kilograms."""
        weights = [
            entity["entity_id"]
            for entity in await api.call("config/entity_registry/list")
            if entity["platform"] == DOMAIN
            and entity["translation_key"] == "weight"
            and entity["entity_id"].startswith("sensor.")
        ]
        if not weights:
            return
        (unit,) = self._random.choices(MASS_UNITS, (1, 3))
        await api.call(
            "config/entity_registry/update",
            entity_id=self._random.choice(sorted(weights)),
            options_domain="sensor",
            options={"unit_of_measurement": unit},
        )
        self.counts["units chosen"] += 1

    async def _repair(self, api: Api, issue: dict[str, Any]) -> None:
        """Have what was refused sent again, and what is gone removed."""
        key = issue["translation_key"]
        if key not in ("refused", "gone"):
            return
        self.counts[f"repairs of what is {key}"] += 1
        step = await api.post(_FIX, {"handler": DOMAIN, "issue_id": issue["issue_id"]})
        path = f"{_FIX}/{step['flow_id']}"
        while step["type"] in ("menu", "form"):
            if step["type"] == "menu":
                option = "remove" if key == "gone" else "push"
                step = await api.post(path, {"next_step_id": option})
            else:
                (field,) = step["data_schema"]
                options = field["selector"]["select"]["options"]
                step = await api.post(
                    path, {field["name"]: [option["value"] for option in options]}
                )
