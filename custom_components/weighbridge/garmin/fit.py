"""Weigh-ins as the FIT file that Garmin Connect takes."""

from collections.abc import Sequence
from decimal import Decimal
import math

# The library marks its encoder as not type-checked.
from garminconnect.fit import FitEncoderWeight  # type: ignore[attr-defined]

from ..model import WeighIn

# Garmin fails on big files; other tools settled between 100 and 500 records.
MAX_RECORDS = 100

# The first moments of 1990 and of 2100, in epoch seconds. FIT counts from the last day
# of 1989 to some day of 2126, and has no time for what is outside.
EARLIEST = 631_152_000
_LATEST = 4_102_444_800

# The largest uint16 and uint8 of the FIT protocol mean "not measured".
_UINT16 = 0xFFFF
_UINT8 = 0xFF

# Field of the encoder, attribute of the weigh-in, scale and limit of the FIT field.
_FIELDS = (
    ("percent_fat", "body_fat", 100, _UINT16),
    ("percent_hydration", "body_water", 100, _UINT16),
    ("bone_mass", "bone_mass", 100, _UINT16),
    ("muscle_mass", "muscle_mass", 100, _UINT16),
    ("basal_met", "basal_metabolic_rate", 4, _UINT16),
    ("metabolic_age", "metabolic_age", 1, _UINT8),
    ("visceral_fat_rating", "visceral_fat", 1, _UINT8),
    ("bmi", "bmi", 10, _UINT16),
)


def can_encode(weigh_in: WeighIn) -> bool:
    """Tell whether a weigh-in fits into a FIT record.

    The weight must be above 0 and below 655.35 kg, the time one from 1990 to 2099.
    """
    return (
        EARLIEST <= weigh_in.second < _LATEST
        and _scaled(weigh_in.weight, 100, _UINT16) is not None
    )


def encode(weigh_ins: Sequence[WeighIn], attempt: int = 0) -> bytes:
    """Return a FIT file of at most MAX_RECORDS weigh-ins, each to the second.

    The same weigh-ins give the same bytes, and others at another attempt: Garmin does
    not take the very file again, whatever it shows of it. A value that does not fit into its field
    is left out; a weight that does not raises ValueError, as does an empty or too long
    sequence.
    """
    if not 0 < len(weigh_ins) <= MAX_RECORDS:
        raise ValueError(f"A file takes 1 to {MAX_RECORDS} weigh-ins")
    records = sorted(weigh_ins, key=lambda weigh_in: weigh_in.second)
    encoder = FitEncoderWeight()
    newest = records[-1].second
    encoder.write_file_info(time_created=newest + attempt)
    encoder.write_file_creator()
    encoder.write_device_info(timestamp=newest)
    for record in records:
        weight = _scaled(record.weight, 100, _UINT16)
        if weight is None:
            raise ValueError("A weight does not fit into a FIT record")
        encoder.write_weight_scale(
            timestamp=record.second,
            weight=weight,
            **{
                field: _scaled(getattr(record, name), scale, limit)
                for field, name, scale, limit in _FIELDS
            },
        )
    encoder.finish()
    return bytes(encoder.getvalue())


def _scaled(value: float | None, scale: int, limit: int) -> Decimal | None:
    """Return a value as a decimal that is exact in its FIT field, or None.

    The encoder multiplies by the scale and cuts the rest off, which turns a float
    80.05 into 80.04. A zero is a sensor's way to say that it measured nothing.
    """
    if value is None or not math.isfinite(value):
        return None
    steps = round(Decimal(str(value)) * scale)
    return Decimal(steps) / scale if 0 < steps < limit else None
