"""Attributes that Python cannot spell as keywords."""

import json
from typing import Any, Final, Literal

Part = Literal["rows", "good", "rest", "base"]
CASE_FIELDS: Final = frozenset({"department", "area", "category", "stage", "light", "day", "since", "until"})
"""What may narrow a list of cases. ``day``, ``since`` and ``until`` are dates as ``2026-11-21``, ``until`` left out."""


def attrs(**named: str) -> dict[str, Any]:
    """``data_layer="x"`` as ``{"data-layer": "x"}``, to be unpacked into a component."""
    return {name.replace("_", "-"): value for name, value in named.items()}


def cases(indicator: str, part: Part = "rows", **where: str) -> dict[str, Any]:
    """The attributes of a number that opens the list of the cases behind it, to be unpacked into a component.

    ``indicator`` is an id of the registry. ``part`` says which cases: ``rows`` of a count; ``good``, ``rest`` (in the
    denominator, not good) or ``base`` (the denominator) of a rate. ``where`` narrows it by ``CASE_FIELDS``; an
    empty one is left out. The browser hands these words back, and the server believes none of them. Raises ValueError
    for a field that there is not, which is a mistake of the panel.
    """
    if unknown := where.keys() - CASE_FIELDS:
        raise ValueError(f"a list of cases has no field {', '.join(sorted(unknown))}")
    asked = {"indicator": indicator, "part": part, **{name: value for name, value in where.items() if value}}
    words = json.dumps(asked, ensure_ascii=False, sort_keys=True)
    return {"data-cases": words, "role": "button", "tabIndex": "0"}
