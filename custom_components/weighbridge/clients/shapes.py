"""Shapes: what a vendor's answer looks like, and not a single value of it."""

from collections.abc import Iterable
from typing import Any

# As many objects of a list tell what there is to tell, and cost next to nothing.
SAMPLE = 200

_NAMES = {
    bool: "boolean",
    dict: "object",
    float: "number",
    int: "integer",
    list: "list",
    str: "text",
    type(None): "null",
}


def shape_of(value: Any) -> Any:
    """Return the keys, types and counts of what JSON holds."""
    return _shape([value])


def _shape(values: Iterable[Any]) -> Any:
    """Return the shape that values of one place have in common."""
    values = list(values)
    kinds = sorted({_NAMES[type(value)] for value in values})
    if kinds == ["object"]:
        keys = sorted({key for value in values for key in value})
        return {
            key: _shape(value[key] for value in values if key in value) for key in keys
        }
    if kinds == ["list"]:
        items = [item for value in values for item in value[:SAMPLE]]
        shape = {"count": sum(len(value) for value in values)}
        return {**shape, "items": _shape(items[:SAMPLE])} if items else shape
    if kinds == ["text"] and not any(values):
        return "empty text"
    return " or ".join(kinds)
