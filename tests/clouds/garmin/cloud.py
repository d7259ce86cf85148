"""The simulated Garmin, and what one can do there."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
import json
from random import Random
from typing import Any

from aiohttp import web

from ..clock import Clock
from .model import Composition, GarminAccount, GarminBloodPressure, GarminWeighIn
from .profile import GarminPressures, GarminProfile
from .sensors import GarminSensor, GarminSensors
from .sso import GarminSso
from .tokens import GarminTokens
from .uploads import GarminUploads
from .weights import GarminWeights

_TOKEN_CLIENT = "GARMIN_CONNECT_MOBILE_ANDROID_DI_2025Q2"
_SSO_PATHS = ("/mobile/", "/portal/", "/sso/")


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """Records that Garmin refuses, together with the file they are in."""

    weight_above: float | None
    weight_below: float | None
    at: datetime | None
    status: int

    def applies(self, record: Composition) -> bool:
        """Decide whether a record is refused."""
        return (
            (self.weight_above is None or record.weight > self.weight_above)
            and (self.weight_below is None or record.weight < self.weight_below)
            and (self.at is None or record.measured_at == self.at)
        )


class GarminCloud:
    """Accounts and what they hold. Nothing is ever merged."""

    def __init__(self, clock: Clock) -> None:
        """Start without accounts."""
        self.clock = clock
        self.accounts: dict[str, GarminAccount] = {}
        self.upload_status = 202
        self.empty_body = False
        """Whether an accepted upload is answered without a body."""
        self.refuse_identical = False
        """Whether a byte-identical file is answered with 409."""
        self.processing_delay = 0.0
        """Seconds until reads show an accepted upload."""
        self.swallows = 0
        """How many of the next uploads are accepted, and never shown."""
        self.lag = timedelta()
        """How far reads are behind the times."""
        self.forgets = 0.0
        """The share of what there is that each read does not show."""
        self.random = Random(0)
        self.tokens = GarminTokens(clock)
        self._refusals: list[Refusal] = []
        self._last_key = 0
        self.app = web.Application(client_max_size=16 * 1024 * 1024)
        for service in (
            self.tokens,
            GarminSso(self.tokens, self.accounts.get),
            GarminProfile(self),
            GarminWeights(self),
            GarminUploads(self),
            GarminPressures(self),
            GarminSensors(self),
        ):
            service.register(self.app)

    def host(self, path: str) -> str:
        """Return the host that really answers a path."""
        if path.startswith("/di-oauth2-service/"):
            return "diauth.garmin.com"
        if path.startswith(_SSO_PATHS):
            return "sso.garmin.com"
        return "connectapi.garmin.com"

    # Accounts

    def account(
        self,
        email: str,
        password: str = "correct horse",
        *,
        mfa: str | None = None,
        profile_id: int | None = None,
        display_name: str | None = None,
        timezone: str = "Europe/Berlin",
    ) -> GarminAccount:
        """Open an account."""
        number = profile_id if profile_id is not None else 71000 + len(self.accounts)
        self.accounts[email] = GarminAccount(
            email=email,
            password=password,
            mfa=mfa,
            profile_id=number,
            display_name=display_name or f"runner-{number}",
            timezone=timezone,
        )
        return self.accounts[email]

    def signed_in(self, account: GarminAccount | str) -> str:
        """Return tokens for `garminconnect`'s `client.loads`, as after a login."""
        issued = self.tokens.issue(self._which(account), _TOKEN_CLIENT)
        return json.dumps(
            {
                "di_token": issued["access_token"],
                "di_refresh_token": issued["refresh_token"],
                "di_client_id": _TOKEN_CLIENT,
            }
        )

    def expire_access(self, account: GarminAccount | str) -> None:
        """End an account's access tokens; the refresh tokens live on."""
        self.tokens.expire_access(self._which(account))

    def revoke(self, account: GarminAccount | str) -> None:
        """End all tokens of an account."""
        self.tokens.revoke(self._which(account))

    # Weigh-ins and blood pressures

    def weigh_ins(self, account: GarminAccount | str) -> list[GarminWeighIn]:
        """Return what an account holds, oldest first, duplicates included."""
        return sorted(
            self._which(account).weigh_ins, key=lambda w: (w.measured_at, w.sample_pk)
        )

    def blood_pressures(
        self, account: GarminAccount | str
    ) -> list[GarminBloodPressure]:
        """Return what an account holds, oldest first, duplicates included."""
        return sorted(self._which(account).blood_pressures, key=lambda p: p.measured_at)

    def add_weigh_in(
        self,
        account: GarminAccount | str,
        weight: float,
        *,
        when: datetime | None = None,
        body_fat: float | None = None,
        source_type: str = "INDEX_SCALE",
        without_gmt: bool = False,
    ) -> GarminWeighIn:
        """Let a weigh-in reach an account another way than by an upload."""
        record = Composition(
            measured_at=when or self.clock(), weight=weight, body_fat=body_fat
        )
        return self.store(
            self._which(account), record, source_type, without_gmt=without_gmt
        )

    def remove_weigh_in(self, account: GarminAccount | str, sample_pk: int) -> None:
        """Delete a weigh-in in the app."""
        who = self._which(account)
        for weigh_in in who.weigh_ins[:]:
            if weigh_in.sample_pk == sample_pk:
                who.remove(weigh_in, self.clock())

    def refuse(
        self,
        *,
        weight_above: float | None = None,
        weight_below: float | None = None,
        at: datetime | None = None,
        status: int = 200,
    ) -> None:
        """Refuse every file that holds a record to which all of these apply."""
        self._refusals.append(
            Refusal(
                weight_above=weight_above,
                weight_below=weight_below,
                at=at,
                status=status,
            )
        )

    def accept_all(self) -> None:
        """Refuse nothing any longer."""
        self._refusals.clear()

    def refused(self, records: Iterable[Composition]) -> Refusal | None:
        """Return why a file with these records is refused."""
        for record in records:
            for refusal in self._refusals:
                if refusal.applies(record):
                    return refusal
        return None

    def store(
        self,
        account: GarminAccount,
        record: Composition,
        source_type: str,
        delay: float = 0.0,
        *,
        without_gmt: bool = False,
    ) -> GarminWeighIn:
        """Put a weigh-in into an account; reads show it after `delay` seconds."""
        weigh_in = GarminWeighIn(
            **asdict(record),
            sample_pk=self.key(),
            source_type=source_type,
            visible_at=self.clock() + timedelta(seconds=delay),
            without_gmt=without_gmt,
        )
        account.weigh_ins.append(weigh_in)
        return weigh_in

    # Sensors

    def device(
        self,
        account: GarminAccount | str,
        serial: int,
        *,
        name: str | None = "HRM 600",
        type: str = "HEART_RATE",
        battery_status: str = "GOOD",
        battery_level: int | None = 93,
        last_connected: datetime | None = None,
        watches: int = 2,
    ) -> GarminSensor:
        """Pair a sensor with some watches of a person, or change it."""
        sensor = GarminSensor(
            serial=serial,
            name=name,
            type=type,
            battery_status=battery_status,
            battery_level=battery_level,
            last_connected=last_connected or self.clock(),
            watches=watches,
        )
        self._which(account).sensors[serial] = sensor
        return sensor

    def set_battery(
        self,
        account: GarminAccount | str,
        serial: int,
        *,
        level: int | None,
        status: str,
    ) -> None:
        """Change a sensor's battery."""
        sensor = self._which(account).sensors[serial]
        sensor.battery_level, sensor.battery_status = level, status

    def remove_device(self, account: GarminAccount | str, serial: int) -> None:
        """Part a sensor from all watches."""
        del self._which(account).sensors[serial]

    def raw_device(
        self, account: GarminAccount | str, sensor: Mapping[str, Any]
    ) -> None:
        """List this sensor as it is, however odd."""
        self._which(account).raw_sensors.append(sensor)

    def shows(self) -> bool:
        """Decide whether a read shows one of the things that are there."""
        return self.random.random() >= self.forgets

    def key(self) -> int:
        """Return a new key, which as Garmin's is about the time of creation in ms."""
        self._last_key = max(self._last_key + 1, round(self.clock().timestamp() * 1000))
        return self._last_key

    def _which(self, account: GarminAccount | str) -> GarminAccount:
        """Return the account of an e-mail."""
        return account if isinstance(account, GarminAccount) else self.accounts[account]
