"""What goes wrong at the vendors, at random."""

from collections import Counter
from collections.abc import Callable
from random import Random

from ..clouds import Clouds, Fault

UPLOAD = r"^/garmin/upload-service/upload"
READ = r"^/garmin/weight-service/weight/range"
DELETE = r"^/garmin/weight-service/weight/.*/byversion/"
_REFRESH = r"^/garmin/di-oauth2-service/"
MEASURES = r"action=getmeas$"

_SERVER_ERRORS = (500, 502, 503, 504)
_ACCEPTED = (200, 201, 202)
_WRITES = (UPLOAD, DELETE)

# What Garmin may take to show an upload, in seconds.
_PROCESSING = 0.4

# How many faults may wait for the requests that they will meet.
_OUTSTANDING = 6

type Cause = Callable[[], Fault]


class Trouble:
    """Makes trouble for every request but one.

    Garmin's answer to a token refresh is not lost after Garmin has carried it out: the
    old refresh token is dead then and the new one unknown, so that somebody has to
    sign in again, whatever one does.
    """

    def __init__(self, clouds: Clouds, random: Random) -> None:
        """Make trouble at random."""
        self._clouds = clouds
        self._random = random
        self._faults: list[tuple[str, Fault]] = []
        self._met: Counter[str] = Counter()
        self._causes: dict[str, Callable[[], Fault]] = {
            "429": self._too_many_requests,
            "5xx": self._server_error,
            "403": self._forbidden,
            "connection reset": self._reset,
            "answer lost": self._lost_answer,
            "truncated body": self._truncated,
            "foreign body": self._foreign,
            "Withings status": self._withings_status,
            "delay": self._delay,
        }

    @property
    def met(self) -> Counter[str]:
        """Return how many requests met trouble, by its kind."""
        met = self._met.copy()
        for name, fault in self._faults:
            met[name] += fault.hits
        return met

    def brew(self) -> None:
        """Let none to three things go wrong with requests to come."""
        garmin = self._clouds.garmin
        garmin.processing_delay = self._random.choice((0.0, 0.0, _PROCESSING))
        garmin.upload_status = self._random.choice(_ACCEPTED)
        garmin.empty_body = self._random.random() < 0.2
        garmin.refuse_identical = self._random.random() < 0.3
        for name in self._random.choices(
            list(self._causes),
            (3, 3, 0.3, 2, 4, 3, 3, 1, 2),
            k=self._random.randint(0, 3),
        ):
            fault = self._causes[name]()
            self._faults.append((name, fault))
        while sum(fault.active for _, fault in self._faults) > _OUTSTANDING:
            next(fault for _, fault in self._faults if fault.active).remove()

    def spare_uploads(self) -> None:
        """Let the next uploads go well, as far as it is up to Garmin."""
        for _, fault in self._faults:
            if fault.pattern.pattern == UPLOAD:
                fault.remove()

    def end(self) -> None:
        """Let everything go well again."""
        self._met = self.met
        self._faults.clear()
        self._clouds.faults.clear()
        self._clouds.garmin.processing_delay = 0.0

    def _times(self) -> int:
        """Return how many requests a fault meets."""
        return self._random.choice((1, 1, 1, 2, 3))

    def _too_many_requests(self) -> Fault:
        return self._clouds.faults.answer(
            self._random.choice((READ, UPLOAD, DELETE, _REFRESH)),
            429,
            retry_after=self._random.choice((1, 1, 2, None)),
        )

    def _server_error(self) -> Fault:
        path = self._random.choice((READ, *_WRITES, _REFRESH, MEASURES))
        return self._clouds.faults.answer(
            path,
            self._random.choice(_SERVER_ERRORS),
            processed=path in _WRITES and self._random.random() < 0.5,
            times=self._times(),
        )

    def _forbidden(self) -> Fault:
        return self._clouds.faults.answer(self._random.choice((READ, UPLOAD)), 403)

    def _reset(self) -> Fault:
        path = self._random.choice((READ, *_WRITES, _REFRESH, MEASURES))
        return self._clouds.faults.reset(path, times=self._times())

    def _lost_answer(self) -> Fault:
        return self._clouds.faults.reset(
            self._random.choice((UPLOAD, UPLOAD, DELETE, READ)),
            processed=True,
            times=self._times(),
        )

    def _truncated(self) -> Fault:
        return self._clouds.faults.truncate(
            self._random.choice((READ, UPLOAD, MEASURES)),
            keep=self._random.randint(1, 60),
        )

    def _foreign(self) -> Fault:
        path = self._random.choice((READ, UPLOAD, _REFRESH, MEASURES))
        return self._clouds.faults.foreign(
            path, processed=path == UPLOAD and self._random.random() < 0.5
        )

    def _withings_status(self) -> Fault:
        status, body = self._random.choice(
            ((601, {"wait_seconds": 1}), (2556, {}), (401, {}))
        )
        return self._clouds.faults.answer(
            MEASURES, 200, body={"status": status, "body": body, "error": ""}
        )

    def _delay(self) -> Fault:
        return self._clouds.faults.delay(
            self._random.choice((READ, *_WRITES, MEASURES)),
            self._random.uniform(0.05, 0.5),
            processed=self._random.random() < 0.5,
        )
