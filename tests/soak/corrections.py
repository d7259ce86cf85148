"""What people put right in the vendor's app, and what the vendor is not sure of."""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from random import Random

from ..clouds import Clouds
from .book import Weighing
from .house import Resident

_UNSURE = 1
_SURE = 0

# What a source is looked through for deletions reaches back a little further.
_REACH = timedelta(days=25)

# A source that has lost most of what it had is not believed.
_KNOWN = 8

_HOUR = 3600

# Nothing so near, in seconds, what was re-dated can be taken for it.
_LONELY = 400


class Corrections:
    """Re-dates, doubts, assigns and deletes what the scales have reported.

    Only of those who have one scale: of two reports of one weighing it depends on the
    order which of them is at Garmin.
    """

    def __init__(self, clouds: Clouds, random: Random) -> None:
        """Correct at random."""
        self.counts: Counter[str] = Counter()
        self._clouds = clouds
        self._random = random
        self._doubted: list[tuple[Resident, Weighing]] = []

    def make(self, residents: Iterable[Resident], asked: Collection[int]) -> None:
        """Let things happen that happen in the app of residents, but not to `asked`."""
        for resident, weighing in self._doubted[:]:
            if self._random.random() < 0.3:
                self._doubted.remove((resident, weighing))
                self._settle(resident, weighing)
        for resident in residents:
            now = datetime.now(UTC)
            recent = [
                weighing
                for weighing in resident.book.weighings
                if weighing.is_plain
                and weighing.key not in asked
                and weighing.second > (now - _REACH).timestamp()
            ]
            if (
                len(resident.scales) > 1
                or len(recent) < _KNOWN
                or self._random.random() < 0.7
            ):
                continue
            # Without what was alone in its hour, a graph has an hour less.
            hours = Counter(weighing.second // _HOUR for weighing in recent)
            alone = [w for w in recent if hours[w.second // _HOUR] == 1]
            is_hour = bool(alone) and self._random.random() < 0.5
            weighing = self._random.choice(alone if is_hour else recent)
            match self._random.choices(("redate", "doubt", "delete"), (3, 2, 3))[0]:
                case "redate":
                    self._redate(resident, weighing, int(now.timestamp()))
                case "doubt":
                    self._doubt(resident, weighing)
                case _:
                    self._delete(resident, weighing)
                    self.counts["deletions"] += 1

    def _redate(self, resident: Resident, weighing: Weighing, now: int) -> None:
        """Correct the time of a weighing by hours or days."""
        second = now
        while not resident.book.is_lonely(second, apart=_LONELY):
            second = now - self._random.randint(0, int(_REACH.total_seconds()))
        self._clouds.withings.redate(
            resident.scales[0], weighing.key, datetime.fromtimestamp(second, UTC)
        )
        resident.book.take(second)
        weighing.redate(second)
        self.counts["re-datings"] += 1

    def _doubt(self, resident: Resident, weighing: Weighing) -> None:
        """Let the vendor no longer be sure whose a weighing is."""
        self._clouds.withings.attribute(resident.scales[0], weighing.key, _UNSURE)
        weighing.delete()
        self._doubted.append((resident, weighing))
        self.counts["doubts"] += 1

    def _settle(self, resident: Resident, weighing: Weighing) -> None:
        """Say whose a doubtful weighing is: this person's, or somebody else's."""
        if self._random.random() < 0.7:
            self._clouds.withings.attribute(resident.scales[0], weighing.key, _SURE)
            weighing.restore()
            self.counts["doubts that ended"] += 1
        else:
            self._clouds.withings.delete(resident.scales[0], weighing.key)
            self.counts["given to somebody else"] += 1

    def _delete(self, resident: Resident, weighing: Weighing) -> None:
        """Delete a weighing."""
        self._clouds.withings.delete(resident.scales[0], weighing.key)
        weighing.delete()
