"""Names of areas, departments and categories as a wall says them; a code that is unknown is shown as it is."""

from data_access.reference import Reference
from layouts.formats import NONE


def area_name(reference: Reference, code: str | None, lang: str, down_to: str = "community") -> str:
    """The name of an area, or of the one of level ``down_to`` that holds it."""
    if code is None:
        return NONE
    area = reference.tree.up_to(code, down_to) or reference.tree.by_code.get(code)
    return area.label(lang) if area else code


def county_and_community(reference: Reference, code: str | None, lang: str) -> str:
    """Where something happened, down to the community: "泉山区 翟山社区"."""
    names = [
        area.label(lang) for level in ("county", "community") if (area := reference.tree.up_to(code, level)) is not None
    ]
    return " ".join(names) or area_name(reference, code, lang)


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
