"""What a person does who lives with Home Assistant: answers, changes, looks."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from random import Random
from statistics import fmean
from time import time
from typing import Any

from aiohttp import ClientError

from ..demo.api import Api
from ..demo.config import DOMAIN
from ..demo.errors import DemoError
from .bathroom import Bathroom
from .book import Book
from .house import SHARED, House, relink, unlink
from .scales import Question

_FIX = "/api/repairs/issues/fix"
_HOUR = 3600
_DAY = 86_400
_LATELY = "2026-01-01T00:00:00+00:00"


@dataclass(frozen=True, slots=True)
class Shown:
    """Where Home Assistant shows what a scale says of somebody."""

    entry: str
    subentry: str | None
    unique_id: str
    scale: str


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

    async def act(self) -> None:
        """Answer some questions, or make a link anew, if Home Assistant lives so long."""
        try:
            async with asyncio.timeout(10), self._house.visit() as api:
                if self._random.random() < 0.4:
                    resident = self._random.choice(self._house.everybody)
                    self.counts["links made anew"] += 1
                    await unlink(api, resident)
                    await asyncio.sleep(self._random.uniform(0, 1.5))
                    await relink(api, resident)
                for question in self._open():
                    if self._random.random() < 0.5:
                        await self._answer(api, question)
        except DemoError, ClientError, TimeoutError, TypeError:
            # It is away, or does not know of the question yet.
            self.counts["visits in vain"] += 1

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
        found: list[str] = []
        async with self._house.visit() as api:
            registered = await api.call("config/entity_registry/list")
            for resident in self._house.residents:
                for scale, source in zip(
                    resident.scales, resident.sources, strict=True
                ):
                    userid = self._house.clouds.withings.people[scale].userid
                    person = Shown(source, None, f"withings_{userid}", scale)
                    found += await _compare(api, person, resident.book, registered)
            for roommate in self._house.roommates:
                (source,) = roommate.sources
                person = Shown(
                    self._house.scale, source, f"person_{source.lower()}", SHARED
                )
                found += await _compare(api, person, roommate.book, registered)
        return [*found, *(f"not asked: {q.grpid}" for q in self._open())]

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


async def _compare(
    api: Api, person: Shown, book: Book, registered: list[dict[str, Any]]
) -> list[str]:
    """Return where what is shown of somebody is not as the source is."""
    # The clock of a scale that is far ahead is not believed.
    end = time() + _DAY
    right = {
        second: values["weight"]
        for weighing in book.weighings
        for second, values in weighing.reported_by(person.scale).items()
        if second < end
    }
    found = []
    sensors = [
        entity["entity_id"]
        for entity in registered
        if entity["config_entry_id"] == person.entry
        and entity["config_subentry_id"] == person.subentry
        and entity["translation_key"] == "weight"
        and entity["entity_id"].startswith("sensor.")
    ]
    for sensor in sensors:
        state = (await api.get(f"/api/states/{sensor}"))["state"]
        newest = str(right[max(right)]) if right else "unknown"
        if state != newest:
            found.append(f"{sensor} is {state}, not {newest}")
    if right and not sensors:
        found.append(f"{person} has no sensor")
    hours: defaultdict[int, list[float]] = defaultdict(list)
    for second, weight in right.items():
        hours[second // _HOUR * _HOUR].append(weight)
    statistic = f"{DOMAIN}:{person.unique_id}_weight"
    rows = await api.call(
        "recorder/statistics_during_period",
        start_time=_LATELY,
        statistic_ids=[statistic],
        period="hour",
        types=["mean"],
    )
    shown = {
        row["start"] // 1000: round(row["mean"], 3) for row in rows.get(statistic, ())
    }
    wanted = {hour: round(fmean(values), 3) for hour, values in hours.items()}
    found.extend(
        f"{statistic}: {shown.get(hour)} in hour {hour}, not {wanted.get(hour)}"
        for hour in sorted(shown.keys() | wanted.keys())
        if shown.get(hour) != wanted.get(hour)
    )
    return found
