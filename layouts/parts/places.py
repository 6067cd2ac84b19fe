"""Names of areas, departments and categories as a wall says them; a code that is unknown is shown as it is."""

from typing import Any

from data_access.reference import Reference
from layouts.formats import NONE
from layouts.parts.attrs import NOBODY, cases


def area_name(reference: Reference, code: str | None, lang: str, down_to: str = "community") -> str:
    """The name of an area, or of the one of level ``down_to`` that holds it."""
    if code is None:
        return NONE
    area = reference.tree.up_to(code, down_to) or reference.tree.by_code.get(code)
    return area.label(lang) if area else code


def where(reference: Reference, code: str | None, lang: str, place: str = "") -> str:
    """Where something happened, seen from ``place`` (the root by default): the area below it and the community."""
    if code is None or code not in reference.tree.by_code:
        return code or NONE
    lineage = [reference.tree.by_code[at] for at in (code, *reference.tree.ancestors(code))]
    codes = [area.code for area in lineage]
    if place in codes:
        lineage = lineage[: codes.index(place)] or lineage[:1]
    elif len(lineage) > 1:
        lineage = lineage[:-1]
    community = next((area for area in lineage if area.level == "community"), lineage[0])
    highest = lineage[-1]
    return community.label(lang) if highest is community else f"{highest.label(lang)} {community.label(lang)}"


def department_name(reference: Reference, code: str | None, lang: str) -> str:
    """The short name of a department."""
    if code is None:
        return NONE
    department = reference.departments.get(code)
    return department.label(lang) if department else code


def category_name(reference: Reference, code: str | None, lang: str) -> str:
    """The name of a category."""
    category = reference.categories.get(code or "")
    return category.label(lang) if category else code or NONE


def alike(indicator: str, reference: Reference, category: str | None, area: str | None, **where: str) -> dict[str, Any]:
    """The attributes by which a row of one open order opens the list it stands in: of its class, in its community.

    ``indicator`` is what the rows of the panel have in common; a class or an area that no catalogue knows narrows
    nothing. What a wall gets names no order, and no place finer than a community: the list shows what each may see.
    """
    found = reference.tree.up_to(area or "", "community") or reference.tree.by_code.get(area or "")
    of_class = (category if category in reference.categories else "") if category else NOBODY
    return cases(indicator, category=of_class, area=found.code if found else "", **where)
