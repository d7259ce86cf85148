"""What the vendors have at a moment, as JSON, and given back to other simulated ones."""

from datetime import datetime
from typing import Any

from ..clouds import Clouds, GarminWeighIn, MeasureGroup
from ..clouds.google.model import DataPoint


def vendors_to_json(clouds: Clouds) -> dict[str, Any]:
    """Return what Withings, Google and Garmin have of everybody."""
    return {
        "withings": {
            name: [
                {
                    "grpid": group.grpid,
                    "measured_at": group.measured_at.isoformat(),
                    "created": group.created.isoformat(),
                    "modified": group.modified.isoformat(),
                    "measures": {str(kind): v for kind, v in group.measures.items()},
                    "attrib": group.attrib,
                }
                for group in person.groups
            ]
            for name, person in clouds.withings.people.items()
        },
        "google": {
            name: {
                kind: [
                    {"measured_at": point.measured_at.isoformat(), "body": point.body}
                    for point in points
                ]
                for kind, points in person.points.items()
            }
            for name, person in clouds.google.people.items()
        },
        "garmin": {
            email: [
                {
                    "measured_at": weigh_in.measured_at.isoformat(),
                    "weight": weigh_in.weight,
                    "body_fat": weigh_in.body_fat,
                    "sample_pk": weigh_in.sample_pk,
                    "source_type": weigh_in.source_type,
                }
                for weigh_in in account.weigh_ins
            ]
            for email, account in clouds.garmin.accounts.items()
        },
    }


def give_back(clouds: Clouds, data: dict[str, Any]) -> None:
    """Let the vendors have it again; the people must be there."""
    for name, groups in data["withings"].items():
        clouds.withings.people[name].groups = [
            MeasureGroup(
                grpid=group["grpid"],
                measured_at=datetime.fromisoformat(group["measured_at"]),
                created=datetime.fromisoformat(group["created"]),
                modified=datetime.fromisoformat(group["modified"]),
                measures={int(kind): v for kind, v in group["measures"].items()},
                attrib=group["attrib"],
            )
            for group in groups
        ]
    for name, by_kind in data["google"].items():
        clouds.google.people[name].points = {
            kind: [
                DataPoint(
                    measured_at=datetime.fromisoformat(point["measured_at"]),
                    body=point["body"],
                )
                for point in points
            ]
            for kind, points in by_kind.items()
        }
    for email, weigh_ins in data["garmin"].items():
        clouds.garmin.accounts[email].weigh_ins = [
            GarminWeighIn(
                measured_at=datetime.fromisoformat(weigh_in["measured_at"]),
                weight=weigh_in["weight"],
                body_fat=weigh_in["body_fat"],
                sample_pk=weigh_in["sample_pk"],
                source_type=weigh_in["source_type"],
                visible_at=datetime.fromisoformat(weigh_in["measured_at"]),
            )
            for weigh_in in weigh_ins
        ]
