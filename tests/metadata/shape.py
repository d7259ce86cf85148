"""How Home Assistant wants files to be built, in words that tests can read.

A dict is an object: a key that ends with a question mark may be missing, no other key
may be there. `Each` is an object with keys of one's own. Everything else is called with
a value and raises ValueError if the value is not fit.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
import re
from typing import Any

type Shape = Mapping[str, Shape] | Each | Callable[[Any], object]

# Lower case, without a hyphen or underscore at an end or after another one.
KEY = re.compile(r"[a-z0-9]+([_-][a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Each:
    """An object whose keys are free and whose values are of one shape."""

    shape: Shape


def faults(shape: Shape, value: Any, path: str = "") -> Iterator[str]:
    """Yield what is wrong with a value, with the path to it."""
    if not isinstance(shape, Each | Mapping):
        try:
            shape(value)
        except ValueError as err:
            yield f"{path}: {err}"
    elif not isinstance(value, dict):
        yield f"{path}: is no object"
    elif isinstance(shape, Each):
        for key, item in value.items():
            if not KEY.fullmatch(key):
                yield f"{path}.{key}: is no translation key"
            yield from faults(shape.shape, item, f"{path}.{key}")
    else:
        known = {key.rstrip("?"): part for key, part in shape.items()}
        for key in set(value) - set(known):
            yield f"{path}.{key}: is unknown"
        for key in set(shape) - set(value):
            if not key.endswith("?"):
                yield f"{path}.{key}: is missing"
        for key in set(value) & set(known):
            yield from faults(known[key], value[key], f"{path}.{key}")
