"""The simulated Withings, and what one can do there."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from itertools import count
from typing import Any, Unpack

from aiohttp import ClientError, ClientSession, ClientTimeout, web

from ..clock import Clock
from ..faults import Fault, Faults, Match
from . import model
from .api import WithingsApi, epoch, refusal
from .model import MeasureGroup, Subscription, WithingsDevice, WithingsPerson
from .oauth import WithingsOAuth

_APPLI_OF_TYPE = {model.SYSTOLIC: 4, model.WEIGHT: 1}


class WithingsCloud:
    """People, their measurements and devices, as Withings holds them."""

    def __init__(self, clock: Clock, faults: Faults) -> None:
        """Start without people."""
        self.clock = clock
        self.people: dict[str, WithingsPerson] = {}
        self.page_size = 300
        self.rate_limit: int | None = None
        """Calls a minute and application before status 601."""
        self.auto_notify = False
        """Whether each new measurement is notified at once."""
        self.oauth = WithingsOAuth(clock, lambda: self.people, self._userid)
        self._faults = faults
        self._ids = count(4_815_757_309, model.GROUPS)
        self._reach: dict[str, str] = {}
        self._notifying: set[asyncio.Task[list[int | None]]] = set()
        self._session: ClientSession | None = None
        self.app = web.Application()
        self.app.router.add_get("/oauth2_user/authorize2", self.oauth.handle_authorize)
        WithingsApi(self).register(self.app)
        self.app.cleanup_ctx.append(self._callback_session)

    def host(self, path: str) -> str:
        """Return the host that really answers a path."""
        if path.startswith("/oauth2_user/"):
            return "account.withings.com"
        return "wbsapi.withings.net"

    # People

    def person(
        self,
        name: str,
        *,
        userid: int | None = None,
        timezone: str = "Europe/Berlin",
    ) -> WithingsPerson:
        """Return a person, new or known by this name."""
        if name not in self.people:
            self.people[name] = WithingsPerson(
                name=name,
                userid=userid if userid is not None else 363 + len(self.people),
                timezone=timezone,
            )
        return self.people[name]

    def sign_in_as(self, person: WithingsPerson | str | None) -> None:
        """Let this person sit at the browser; None: the consent page asks."""
        self.oauth.browser.person = self._who(person).name if person else None

    def deny_next(self) -> None:
        """Refuse the next consent."""
        self.oauth.browser.deny_next()

    def expire_access(self, person: WithingsPerson | str) -> None:
        """End a person's access tokens; the refresh tokens live on."""
        self.oauth.expire_access(self._who(person).name)

    def revoke(self, person: WithingsPerson | str) -> None:
        """End all tokens of a person."""
        self.oauth.revoke(self._who(person).name)

    def fail(
        self,
        status: int,
        *,
        action: str = "getmeas",
        error: str = "",
        **match: Unpack[Match],
    ) -> Fault:
        """Answer an action (`requesttoken`, `getdevice`, …) with a status in HTTP 200."""
        body = refusal(status, error)
        return self._faults.answer(
            rf"^/withings/.*action={action}$", 200, body=body, **match
        )

    # Measurements

    def step_on_scale(
        self,
        person: WithingsPerson | str,
        weight: float,
        *,
        when: datetime | None = None,
        uploaded: datetime | None = None,
        body_fat: float | None = None,
        fat_mass: float | None = None,
        fat_free_mass: float | None = None,
        muscle_mass: float | None = None,
        bone_mass: float | None = None,
        body_water: float | None = None,
        visceral_fat: float | None = None,
        basal_metabolic_rate: float | None = None,
        metabolic_age: float | None = None,
        heart_rate: float | None = None,
        extra: Mapping[int, float] | None = None,
        segments: Mapping[str, Mapping[str, float]] | None = None,
        device: str | None = None,
        attrib: int = 0,
        category: int = 1,
    ) -> MeasureGroup:
        """Weigh a person: masses and water in kg, fat in %, `extra` by measure type.

        `segments` are like `{"left_arm": {"fat_mass": 1.07}}`. As a scale does, a fat
        ratio brings the masses of fat and of the rest along. `uploaded` is when a scale
        that was offline handed it in. The device is the person's first scale unless its
        id is given; with "" it is a manual entry.
        """
        if body_fat is not None and fat_mass is None:
            fat_mass = round(weight * body_fat / 100, 3)
        if fat_mass is not None and fat_free_mass is None:
            fat_free_mass = round(weight - fat_mass, 3)
        values = {
            model.WEIGHT: weight,
            model.FAT_RATIO: body_fat,
            model.FAT_MASS: fat_mass,
            model.FAT_FREE_MASS: fat_free_mass,
            model.MUSCLE_MASS: muscle_mass,
            model.BONE_MASS: bone_mass,
            model.HYDRATION: body_water,
            model.VISCERAL_FAT: visceral_fat,
            model.BASAL_METABOLIC_RATE: basal_metabolic_rate,
            model.METABOLIC_AGE: metabolic_age,
            model.HEART_RATE: heart_rate,
            **(extra or {}),
        }
        return self.measure(
            person,
            {kind: value for kind, value in values.items() if value is not None},
            segments=segments,
            when=when,
            uploaded=uploaded,
            device=device,
            attrib=attrib,
            category=category,
        )

    def measure(
        self,
        person: WithingsPerson | str,
        measures: Mapping[int, float],
        *,
        segments: Mapping[str, Mapping[str, float]] | None = None,
        when: datetime | None = None,
        uploaded: datetime | None = None,
        device: str | None = None,
        attrib: int = 0,
        category: int = 1,
    ) -> MeasureGroup:
        """Record values by measure type."""
        who, now = self._who(person), self.clock()
        stored = uploaded or now
        group = MeasureGroup(
            grpid=next(self._ids),
            measured_at=when or now,
            created=stored,
            modified=stored,
            measures=dict(measures),
            segments={part: dict(masses) for part, masses in (segments or {}).items()},
            attrib=attrib,
            category=category,
            device=_device(who, device, model.SYSTOLIC in measures),
        )
        who.groups.append(group)
        if group.device:
            group.device.last_session = stored
        self._tell(who, group)
        return group

    def _tell(self, who: WithingsPerson, group: MeasureGroup) -> None:
        """Notify of a group that is new, has changed or is gone, without saying which."""
        if not self.auto_notify:
            return
        appli = next(
            (a for kind, a in _APPLI_OF_TYPE.items() if kind in group.measures), 1
        )
        task = asyncio.get_running_loop().create_task(
            self.notify(who, appli, start=group.measured_at)
        )
        self._notifying.add(task)
        task.add_done_callback(self._notifying.discard)

    def blood_pressure(
        self,
        person: WithingsPerson | str,
        systolic: int,
        diastolic: int,
        *,
        heart_rate: int | None = None,
        when: datetime | None = None,
        uploaded: datetime | None = None,
        device: str | None = None,
        attrib: int = 0,
    ) -> MeasureGroup:
        """Record a blood pressure in mmHg, of the person's first cuff."""
        values = {model.SYSTOLIC: systolic, model.DIASTOLIC: diastolic}
        if heart_rate is not None:
            values[model.HEART_RATE] = heart_rate
        return self.measure(
            person, values, when=when, uploaded=uploaded, device=device, attrib=attrib
        )

    def height(
        self,
        person: WithingsPerson | str,
        metres: float,
        *,
        when: datetime | None = None,
    ) -> MeasureGroup:
        """Record a height, entered by hand."""
        return self.measure(
            person, {model.HEIGHT: metres}, when=when, device="", attrib=2
        )

    def edit(
        self,
        person: WithingsPerson | str,
        grpid: int,
        weight: float | None = None,
        *,
        systolic: int | None = None,
    ) -> MeasureGroup:
        """Change a value of a group, which counts as modified now."""
        group = self._group(person, grpid)
        if weight is not None:
            group.measures[model.WEIGHT] = weight
        if systolic is not None:
            group.measures[model.SYSTOLIC] = systolic
        return self._modify(person, group)

    def redate(
        self, person: WithingsPerson | str, grpid: int, when: datetime
    ) -> MeasureGroup:
        """Correct the time of a group, which keeps its id."""
        group = self._group(person, grpid)
        group.measured_at = when.replace(microsecond=0)
        return self._modify(person, group)

    def attribute(
        self, person: WithingsPerson | str, grpid: int, attrib: int
    ) -> MeasureGroup:
        """Change how sure Withings is that a group is of this person."""
        group = self._group(person, grpid)
        group.attrib = attrib
        return self._modify(person, group)

    def delete(self, person: WithingsPerson | str, grpid: int) -> None:
        """Delete a group, or give it to somebody else: it is just gone."""
        who, group = self._who(person), self._group(person, grpid)
        who.groups.remove(group)
        self._tell(who, group)

    def _group(self, person: WithingsPerson | str, grpid: int) -> MeasureGroup:
        """Return a group of a person."""
        (group,) = (g for g in self._who(person).groups if g.grpid == grpid)
        return group

    def _modify(
        self, person: WithingsPerson | str, group: MeasureGroup
    ) -> MeasureGroup:
        """Note that a group has changed."""
        group.modified = self.clock()
        self._tell(self._who(person), group)
        return group

    def raw_group(self, person: WithingsPerson | str, group: Mapping[str, Any]) -> None:
        """Let `getmeas` answer this group as it is, however odd."""
        self._who(person).raw_groups.append(group)

    # Devices

    def device(
        self,
        person: WithingsPerson | str,
        deviceid: str,
        *,
        type: str = "Scale",
        model: str | None = "Body+",
        model_id: int = 5,
        battery: str = "high",
        last_session: datetime | None = None,
    ) -> WithingsDevice:
        """Link a device to a person, or change it."""
        who = self._who(person)
        who.devices[deviceid] = WithingsDevice(
            deviceid=deviceid,
            type=type,
            model=model,
            model_id=model_id,
            battery=battery,
            timezone=who.timezone,
            last_session=last_session or self.clock(),
        )
        return who.devices[deviceid]

    def set_battery(
        self, person: WithingsPerson | str, deviceid: str, battery: str
    ) -> None:
        """Change a device's battery word: high, medium, low, or an unknown one."""
        self._who(person).devices[deviceid].battery = battery

    def remove_device(self, person: WithingsPerson | str, deviceid: str) -> None:
        """Unlink a device."""
        del self._who(person).devices[deviceid]

    def raw_device(
        self, person: WithingsPerson | str, device: Mapping[str, Any]
    ) -> None:
        """Let `getdevice` answer this device as it is, however odd."""
        self._who(person).raw_devices.append(device)

    # Notifications

    def reach(self, public: str, local: str) -> None:
        """Deliver what is meant for addresses under `public` to `local` instead."""
        self._reach[public.rstrip("/")] = local.rstrip("/")

    def subscriptions(self, person: WithingsPerson | str) -> list[Subscription]:
        """Return the callbacks that are told of a person's new data."""
        return list(self._who(person).subscriptions)

    async def notify(
        self,
        person: WithingsPerson | str,
        appli: int = 1,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> list[int | None]:
        """Notify a person's subscribers; return their HTTP statuses, None: not reached.

        Only the first of Withings' attempts is made, none is repeated.
        """
        who = self._who(person)
        first = epoch(start or self.clock())
        fields = {
            "userid": str(who.userid),
            "appli": str(appli),
            "startdate": str(first),
            "enddate": str(epoch(end) if end else first + 1),
        }
        return [
            await self._call("POST", subscription.callbackurl, fields)
            for subscription in who.subscriptions
            if subscription.appli == appli
        ]

    async def notified(self) -> None:
        """Wait until `auto_notify` has delivered everything."""
        await asyncio.gather(*self._notifying)

    async def answers_head(self, url: str) -> bool:
        """Return whether a callback answers HEAD, or is out of reach from here."""
        if self._local(url) is None:
            return True
        status = await self._call("HEAD", url, None)
        return status is not None and status < 400

    async def _call(
        self, method: str, url: str, fields: Mapping[str, str] | None
    ) -> int | None:
        """Call a callback where it can be reached."""
        if (local := self._local(url)) is None or self._session is None:
            return None
        try:
            async with self._session.request(method, local, data=fields) as response:
                return response.status
        except ClientError, TimeoutError:
            return None

    def _local(self, url: str) -> str | None:
        """Return where a public address can be reached from here."""
        for public, local in self._reach.items():
            if url.startswith(public):
                return local + url.removeprefix(public)
        return None

    async def _callback_session(self, _app: web.Application) -> Any:
        """Hold a client session while the server runs."""
        async with ClientSession(timeout=ClientTimeout(total=5)) as session:
            self._session = session
            yield
            for task in self._notifying:
                task.cancel()
            await asyncio.gather(*self._notifying, return_exceptions=True)
            self._session = None

    def _who(self, person: WithingsPerson | str) -> WithingsPerson:
        """Return the person of a name."""
        return person if isinstance(person, WithingsPerson) else self.people[person]

    def _userid(self, name: str) -> int:
        """Return the user id of a name."""
        return self.people[name].userid


def _device(
    person: WithingsPerson, deviceid: str | None, of_cuff: bool
) -> WithingsDevice | None:
    """Return the device by its id, or the person's first scale or cuff."""
    if deviceid is not None:
        return person.devices[deviceid] if deviceid else None
    wanted = "Blood Pressure Monitor" if of_cuff else "Scale"
    return next((d for d in person.devices.values() if d.type == wanted), None)
