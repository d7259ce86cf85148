"""Phone numbers as people write them, and as gateways want them."""

import re

# What separates groups of digits, typed or pasted: also the hyphens and spaces of a web page.
_SEPARATORS = re.compile(
    r"[\s\-./()\u00ad\u2010-\u2015\u2212\u200e\u200f\u202a-\u202e]+"
)

# "+49 (0) 171 …": the zero is dialled only inside the country.
_TRUNK_ZERO = re.compile(r"\(\s*0\s*\)")

# ITU-T E.164: at most 15 digits, of which the first ones are the country's.
_INTERNATIONAL = re.compile(r"\+[1-9][0-9]{6,14}")


def international(number: str) -> str:
    """Return a number as `+` and digits; raise ValueError for any other number."""
    digits = _SEPARATORS.sub("", _TRUNK_ZERO.sub("", number))
    if digits.startswith("00"):
        digits = f"+{digits[2:]}"
    if not _INTERNATIONAL.fullmatch(digits):
        raise ValueError(number)
    return digits
