"""Reads uploaded FIT files with Garmin's official decoder."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from garmin_fit_sdk import Decoder, Stream

from .model import Composition

if TYPE_CHECKING:
    from garmin_fit_sdk.mesgs import WeightScaleMesg


class BrokenFitError(Exception):
    """The file is no FIT file, is damaged, or has a record without a weight."""


def decode(data: bytes) -> list[Composition]:
    """Return the weigh-ins of a FIT file, in the order of its records."""
    if not _decoder(data).is_fit():
        raise BrokenFitError("Not a FIT file")
    if not _decoder(data).check_integrity():
        raise BrokenFitError("Wrong length or CRC")
    messages, errors = _decoder(data).read()
    if errors:
        raise BrokenFitError(str(errors[0]))
    return [_composition(record) for record in messages.get("weight_scale_mesgs", [])]


def _decoder(data: bytes) -> Decoder:
    """Return a decoder at the beginning: the checks move it on."""
    return Decoder(Stream.from_byte_array(bytearray(data)))


def _composition(record: WeightScaleMesg) -> Composition:
    """Return the weigh-in of a `weight_scale` record."""
    timestamp, weight = record.get("timestamp"), record.get("weight")
    if not isinstance(timestamp, datetime) or not isinstance(weight, float | int):
        raise BrokenFitError("A record has no weight or no timestamp")
    return Composition(
        measured_at=timestamp.astimezone(UTC),
        weight=weight,
        body_fat=record.get("percent_fat"),
        body_water=record.get("percent_hydration"),
        visceral_fat_mass=record.get("visceral_fat_mass"),
        bone_mass=record.get("bone_mass"),
        muscle_mass=record.get("muscle_mass"),
        basal_metabolic_rate=record.get("basal_met"),
        active_metabolic_rate=record.get("active_met"),
        physique_rating=record.get("physique_rating"),
        metabolic_age=record.get("metabolic_age"),
        visceral_fat=record.get("visceral_fat_rating"),
        bmi=record.get("bmi"),
    )
