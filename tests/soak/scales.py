"""Stepping on the scales at random, and writing down what must come of it."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from ..clouds import Clouds
from .book import Weighing
from .house import Resident
from .measured import at_garmin, of_group, with_bmi

# As far apart, weighings of who has two scales cannot be taken for each other.
_APART = 360  # seconds
_APART_KG = 0.2
# Nor those of who has one, should it be forgotten who has told of them.
_LATELY = 140
_ALIKE = 0.06

# Two scales show the same weighing a little differently.
_OTHER_SECONDS = 100
_OTHER_GRAMS = 40

_EDITABLE = 30

# In kg: so close together that none is unlikely beside the others.
_WEIGHTS = (75, 79)
_WEIGHTS_OF_TWO_SCALES = (73, 80)
# Somebody else's, or a bag's in a hand: so far off that a person is asked.
_GUESTS = (31, 35)
_WITH_A_BAG = (88, 89)

# So many weigh-ins there must be, for anything to be unlikely beside them.
_KNOWN = 8
# A bag is not unlikely so soon after a bag, in seconds: then it is the newest weight.
_RARELY = 120


# How often a weight is sought that is free.
_TRIES = 50


@dataclass(kw_only=True, slots=True)
class Question:
    """What a person has to say of a weighing, and has said or not."""

    resident: Resident
    grpid: int
    second: int
    word: str
    is_answered: bool = False
    was_tried: bool = False
    """Whether the answer may have arrived."""


class Scales:
    """Weighs the residents of a house and keeps their books."""

    def __init__(self, clouds: Clouds, random: Random) -> None:
        """Weigh at random."""
        self.counts: Counter[str] = Counter()
        self.questions: list[Question] = []
        self._clouds = clouds
        self._random = random
        self._owed: list[Callable[[], object]] = []
        # When each person has carried a bag.
        self._bags: dict[str, int] = {}

    def weigh(self, residents: Iterable[Resident]) -> None:
        """Let things happen that happen with the scales of residents."""
        for report in self._owed[:]:
            if self._random.random() < 0.5:
                self._owed.remove(report)
                report()
        for resident in residents:
            self._happen(resident)

    def _happen(self, resident: Resident) -> None:
        """Weigh a resident, or correct what the scale has reported."""
        now = datetime.now(UTC)
        what = self._random.choices(
            ("once", "burst", "late", "edit", "guest", "cuff"), (5, 2, 2, 3, 1.5, 1)
        )[0]
        is_known = len(resident.scales) == 1 and (
            sum(w.is_plain for w in resident.book.weighings) > _KNOWN
        )
        match what:
            case "burst":
                for _ in range(self._random.randint(2, 4)):
                    seconds = self._random.randint(0, 59)
                    self._weigh(resident, now - timedelta(seconds=seconds))
                self.counts["bursts in a minute"] += 1
            case "late":
                age = timedelta(seconds=self._random.randint(7200, 60 * 86400))
                self._weigh(resident, now - age)
                self.counts["weeks late"] += 1
            case "edit" if len(resident.scales) == 1 and any(
                weighing.is_plain for weighing in resident.book.weighings
            ):
                self._edit(resident)
            case "guest" if is_known:
                self._ask(resident, now)
            case "cuff":
                self._put_on_cuff(resident, now)
            case _:
                self._weigh(resident, now)

    def hand_in(self) -> None:
        """Let the second scales report what they have not yet."""
        while self._owed:
            self._owed.pop()()

    def _weigh(self, resident: Resident, when: datetime) -> None:
        """Weigh a resident at about a time."""
        second = int(when.timestamp())
        while not resident.book.is_free(second):
            second -= 1
        when = datetime.fromtimestamp(second, UTC)
        if (weight := self._weight(resident, when)) is None:
            return
        composition: dict[str, Any] = {}
        if self._random.random() < 0.8:
            composition["body_fat"] = self._hundredths(5, 50)
        if self._random.random() < 0.5:
            composition["muscle_mass"] = self._hundredths(20, 70)
            composition["bone_mass"] = self._hundredths(1, 5)
        if self._random.random() < 0.5:
            composition["body_water"] = self._hundredths(30, 50)
            composition["visceral_fat"] = self._random.randint(10, 150) / 10
            composition["basal_metabolic_rate"] = self._random.randint(1200, 1900)
            composition["metabolic_age"] = self._random.randint(20, 60)
            composition["heart_rate"] = self._random.randint(50, 90)
        first, *others = resident.scales
        group = self._clouds.withings.step_on_scale(
            first, weight, when=when, **composition
        )
        weighing = Weighing(
            scale=first, key=group.grpid, answers={second: at_garmin(of_group(group))}
        )
        for other in others:
            self._report_again(resident, weighing, other, when, weight)
        resident.book.add(weighing)
        self.counts["weigh-ins"] += 1

    def _report_again(
        self,
        resident: Resident,
        weighing: Weighing,
        scale: str,
        when: datetime,
        weight: float,
    ) -> None:
        """Let another scale report the same weighing, now or later."""
        reach = range(-_OTHER_SECONDS, _OTHER_SECONDS + 1)
        later = [
            second
            for offset in reach
            if resident.book.is_free(second := int(when.timestamp()) + offset)
            and second not in weighing.answers
        ]
        second = self._random.choice(later)
        grams = self._random.randrange(-_OTHER_GRAMS, _OTHER_GRAMS + 1, 10)
        shown = round(weight + grams / 1000, 2)
        weighing.answers[second] = at_garmin(with_bmi({"weight": shown}))
        weighing.others[second] = scale

        def report() -> None:
            self._clouds.withings.step_on_scale(
                scale, shown, when=datetime.fromtimestamp(second, UTC)
            )

        self._owed.append(report)
        self.counts["reported by two scales"] += 1

    def _edit(self, resident: Resident) -> None:
        """Correct the weight of a weighing, most often of a recent one."""
        known = [w for w in resident.book.weighings if w.is_plain]
        weighing = self._random.choice(known[-_EDITABLE:])
        when = datetime.fromtimestamp(weighing.second, UTC)
        if (weight := self._weight(resident, when)) is None:
            return
        group = self._clouds.withings.edit(resident.scales[0], weighing.key, weight)
        weighing.edit(at_garmin(of_group(group)))
        for question in self.questions:
            if question.grpid == weighing.key:
                # It is no longer asked about.
                question.was_tried = True
        self.counts["edits"] += 1

    def _put_on_cuff(self, resident: Resident, now: datetime) -> None:
        """Measure a blood pressure, which goes no further than Home Assistant."""
        second = int(now.timestamp())
        while not resident.book.is_free(second):
            second -= 1
        resident.book.take(second)
        self._clouds.withings.blood_pressure(
            resident.scales[0],
            self._random.randint(100, 150),
            self._random.randint(60, 95),
            heart_rate=self._random.randint(50, 90),
            when=datetime.fromtimestamp(second, UTC),
        )
        self.counts["blood pressures"] += 1

    def _ask(self, resident: Resident, now: datetime) -> None:
        """Weigh a guest, or somebody with a bag: a person has to say whose that is."""
        second = int(now.timestamp())
        while not resident.book.is_free(second):
            second -= 1
        last = self._bags.get(resident.garmin, 0)
        is_mine = self._random.random() < 0.4 and second > last + _RARELY
        if is_mine:
            self._bags[resident.garmin] = second
        weight = self._hundredths(*(_WITH_A_BAG if is_mine else _GUESTS))
        group = self._clouds.withings.step_on_scale(
            resident.scales[0], weight, when=datetime.fromtimestamp(second, UTC)
        )
        weighing = Weighing(
            scale=resident.scales[0],
            key=group.grpid,
            answers={second: at_garmin(of_group(group))},
        )
        if not is_mine:
            weighing.delete()
        resident.book.add(weighing)
        resident.book.take(second)
        self.questions.append(
            Question(
                resident=resident,
                grpid=group.grpid,
                second=second,
                word="mine" if is_mine else "nobody",
            )
        )
        self.counts["questions"] += 1

    def _weight(self, resident: Resident, when: datetime) -> float | None:
        """Return a weight in kg that cannot be taken for that of another weighing."""
        is_one = len(resident.scales) == 1
        apart, apart_kg = (_LATELY, _ALIKE) if is_one else (_APART, _APART_KG)
        near = [
            values["weight"]
            for weighing in resident.book.weighings
            for second, values in (*weighing.answers.items(), *weighing.former)
            if abs(second - when.timestamp()) < apart
        ]
        for _ in range(_TRIES):
            weight = self._hundredths(*(_WEIGHTS if is_one else _WEIGHTS_OF_TWO_SCALES))
            if all(abs(weight - other) > apart_kg for other in near):
                return weight
        return None

    def _hundredths(self, lowest: int, highest: int) -> float:
        """Return a number with two digits after the point."""
        return self._random.randint(lowest * 100, highest * 100) / 100
