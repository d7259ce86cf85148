"""What people put right in the vendor's app, and what the vendor is not sure of."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from random import Random

from ..clouds import Clouds
from .book import Weighing
from .house import Resident

_UNSURE = 1
_SURE = 0

# Of how many weighings, the newest ones, one is chosen.
_RECENT = 30


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

    def make(self, residents: Iterable[Resident]) -> None:
        """Let things happen that happen in the app of residents."""
        for resident in residents:
            left = [w for w in resident.book.weighings if not w.is_deleted]
            if len(resident.scales) > 1 or not left or self._random.random() < 0.5:
                continue
            weighing = self._random.choice(left[-_RECENT:])
            if weighing.is_held:
                self._settle(resident, weighing)
                continue
            match self._random.choices(("redate", "doubt", "delete"), (4, 3, 1))[0]:
                case "redate":
                    self._redate(resident, weighing)
                case "doubt":
                    self._clouds.withings.attribute(
                        resident.scales[0], weighing.group.grpid, _UNSURE
                    )
                    weighing.is_held = True
                    self.counts["doubts"] += 1
                case _:
                    self._delete(resident, weighing)

    def _redate(self, resident: Resident, weighing: Weighing) -> None:
        """Correct the time of a weighing by some hours."""
        ((second, _),) = weighing.answers.items()
        while True:
            new = second - self._random.randint(600, 86400)
            if resident.book.is_free(new):
                break
        when = datetime.fromtimestamp(new, UTC)
        self._clouds.withings.redate(resident.scales[0], weighing.group.grpid, when)
        resident.book.move(weighing, new)
        self.counts["re-datings"] += 1

    def _settle(self, resident: Resident, weighing: Weighing) -> None:
        """Say whose a doubtful weighing is: this person's, or somebody else's."""
        if self._random.random() < 0.7:
            self._clouds.withings.attribute(
                resident.scales[0], weighing.group.grpid, _SURE
            )
            weighing.is_held = False
            self.counts["doubts that ended"] += 1
            return
        self._delete(resident, weighing)
        self.counts["given to somebody else"] += 1

    def _delete(self, resident: Resident, weighing: Weighing) -> None:
        """Delete a weighing; no link follows deletions, so Garmin may keep it."""
        self._clouds.withings.delete(resident.scales[0], weighing.group.grpid)
        weighing.is_deleted = True
        self.counts["deletions"] += 1
