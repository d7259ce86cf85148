"""Simulated vendors: Withings, Google, Garmin and an SMS gateway over HTTP.

They answer on one loopback port, each below its own prefix and there on the paths of
the real one. Everything is held in memory; nothing of it is ever merged or repaired.

    async with Clouds() as clouds:
        with pointed(clouds.url):  # the product's clients and `garminconnect`
            clouds.withings.person("alice")
            clouds.withings.step_on_scale("alice", 80.05, body_fat=18.4)
            clouds.garmin.account("runner@example.org", "correct horse", mfa="123456")
            ...
            assert len(clouds.garmin.weigh_ins("runner@example.org")) == 1
            assert clouds.log.count("garmin") == 2

`Clouds(port=0, now=utcnow, latency=0.0, seed=0)` follows a frozen clock by itself. It
has `url`, `start()`, `stop()`, `consent(authorize_url)` (a browser at a consent page:
returns the address it is sent back to), `latency` (seconds a request) and:

`withings`
    `person(name, userid=, timezone=)`, `sign_in_as(person | None)`, `deny_next()`,
    `expire_access(person)`, `revoke(person)`;
    `step_on_scale(person, weight, when=, uploaded=, body_fat=, …, device=, attrib=,
    category=)`, `measure(person, {type: value}, …)`, `blood_pressure(person, systolic,
    diastolic, …)`, `height(person, metres)`, `edit(person, grpid, weight)`,
    `delete(person, grpid)`, `raw_group(person, dict)`;
    `device(person, deviceid, …)`, `set_battery(person, deviceid, word)`,
    `remove_device(person, deviceid)`, `raw_device(person, dict)`;
    `reach(public, local)`, `notify(person, appli)`, `notified()`, `auto_notify`,
    `subscriptions(person)`; `page_size`, `rate_limit`, `fail(status, action=, times=)`.
`google`
    `person(name, health_user_id=, timezone=)` with `linked` and `project_denied`,
    `sign_in_as`, `deny_next`, `grant(person, scopes | None)`, `expire_access`, `revoke`;
    `step_on_scale(person, weight, when=, body_fat=, fat_delay=, device=, platform=,
    package=, recording_method=)`, `height`, `raw_point(person, data_type, dict)`,
    `remove_points`; `device(person, device_id, device_type=, version=, battery_level=,
    battery_status=, last_sync=)`, `set_battery(person, device_id, level=, status=)`,
    `remove_device`, `raw_device`; `service_enabled`, `refresh_token_expires_in`,
    `page_limit`, `fail(reason, path=, times=)`.
`garmin`
    `account(email, password, mfa=, profile_id=, display_name=, timezone=)` with
    `device_upload`, `captcha` and `uploads`; `signed_in(account)` (tokens for
    `client.loads`), `expire_access`, `revoke`, `tokens.access_lifetime`,
    `tokens.refresh_lifetime`; `weigh_ins(account)`, `blood_pressures(account)`,
    `add_weigh_in(account, weight, when=, source_type=, without_gmt=)`,
    `remove_weigh_in(account, sample_pk)`; `refuse(weight_above=, weight_below=, at=,
    status=)`, `accept_all()`, `upload_status`, `empty_body`, `refuse_identical`,
    `processing_delay`.
`sms`
    `messages`, `clear()`; it listens on `/sms/send` for `to` and `message`.
`faults`
    `answer(path, status, headers=, retry_after=, body=, processed=)`, `reset(path,
    processed=)`, `delay(path, seconds, processed=)`, `truncate(path, keep=)`,
    `foreign(path, status=, processed=)`, each with `method=`, `times=` (1; None:
    always), `skip=` and `probability=`; they return a `Fault` with `hits` and
    `remove()`. With `processed` the vendor does it and only the answer goes wrong.
`log`
    `requests(vendor, path=, method=, action=)`, `count(…)`, `clear()`.

Other processes call the same functions: `POST {url}/control/withings/step_on_scale`
with the arguments as a JSON object (times in ISO 8601) answers their result;
`POST {url}/control/garmin/set {"upload_status": 202}` sets attributes, with `"of":
"runner@example.org"` those of an account or person; `GET {url}/control/state` shows
all. `python -m tests.clouds --port 8899` runs the clouds alone.
"""

from .faults import Fault, Faults
from .garmin import GarminAccount, GarminBloodPressure, GarminCloud, GarminWeighIn
from .google import (
    GOOGLE_CLIENT_ID,
    GOOGLE_CLIENT_SECRET,
    HEALTH_SCOPE,
    GoogleCloud,
    GooglePerson,
    google_error,
)
from .log import Request, RequestLog
from .point import point, pointed
from .server import Clouds
from .sms import SmsMessage
from .withings import (
    WITHINGS_CLIENT_ID,
    WITHINGS_CLIENT_SECRET,
    MeasureGroup,
    WithingsCloud,
    WithingsPerson,
)

__all__ = [
    "GOOGLE_CLIENT_ID",
    "GOOGLE_CLIENT_SECRET",
    "HEALTH_SCOPE",
    "WITHINGS_CLIENT_ID",
    "WITHINGS_CLIENT_SECRET",
    "Clouds",
    "Fault",
    "Faults",
    "GarminAccount",
    "GarminBloodPressure",
    "GarminCloud",
    "GarminWeighIn",
    "GoogleCloud",
    "GooglePerson",
    "MeasureGroup",
    "Request",
    "RequestLog",
    "SmsMessage",
    "WithingsCloud",
    "WithingsPerson",
    "google_error",
    "point",
    "pointed",
]
