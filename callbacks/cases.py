"""The list of the cases behind a number: every field that a browser sends is looked up before anything is asked."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Final, cast, get_args

from dash.development.base_component import Component

from callbacks.asked import Asked
from callbacks.ports import Conversation
from data_access.contract import Stage
from data_access.engine import ScopedReader
from data_access.errors import InputError, UnknownPlace
from data_access.reference import LEVELS
from indicators.periods import Period, Periods
from indicators.policy import Policy
from indicators.readings.cases import ANY_AGE, UNKNOWN_AGE, Ask, Part, cases, days_before
from indicators.readings.figures import MAJOR
from indicators.readings.horizon import SPREAD
from indicators.readings.origins import LADDER
from indicators.readings.supervision import first_due
from indicators.registry import REGISTRY, Indicator
from indicators.rules.orders import OPEN_CODES
from indicators.values import At
from indicators.windows import Now
from layouts.parts import caselist
from layouts.parts.attrs import ANY, CASE_FIELDS, NOBODY

LISTED: Final = 50
_PARTS: Final = frozenset(get_args(Part))
_STAGES: Final = frozenset(stage.value for stage in Stage)
_LEVELS: Final = frozenset({*LEVELS, MAJOR, SPREAD})
_STEPS: Final = frozenset({*LADDER, NOBODY})
_HOUR: Final = re.compile(r"(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3])", re.ASCII)
_COARSE: Final = ("city", "county", "street")
"""Levels down to which a class that is marked sensitive may be counted for eyes that see no persons."""


def listed(services: Conversation, asked: Asked, lang: str) -> list[Component]:
    """The ordered, limited list behind a number, with its definition.

    Raises InputError for fields that name nothing there is, UnknownPlace for places that are not there or not theirs.
    """
    if unknown := asked.fields.keys() - CASE_FIELDS - {"indicator", "part"}:
        raise InputError(f"a list has no field {', '.join(sorted(unknown))}")
    place = services.place(asked.place)
    if area := _code(asked.fields, "area"):
        services.require(area)

    def ask() -> list[Component]:
        at = services.at(*place)
        with services.asks() as db:
            question, period = question_of(db, asked, at)
            here = db if place == (None, None) else db.narrowed(*place)
            found = cases(here, at, question)
            return caselist.listing(
                found,
                asked.fields,
                period,
                db.reference,
                at,
                lang,
                can_open=db.scope.persons,
                counted=not is_fine(here, question.area),
            )

    words = " ".join(f"{name}={text}" for name, text in sorted(asked.fields.items()))
    return services.recall(f"cases {place} {words} {lang}", ask)


def question_of(db: ScopedReader, asked: Asked, at: At) -> tuple[Ask, Period | None]:
    """The fields as a question, each looked up; the period among them for the words above the list."""
    fields, reference, policy = asked.fields, db.reference, at.policy
    indicator, part = asked.text("indicator"), fields.get("part", "rows")
    entry = REGISTRY.get(indicator)
    if entry is None or not entry.counted:
        raise InputError("this number has no list")
    if part not in _PARTS or (part in ("rest", "base") and not entry.is_share):
        raise InputError("this number has no such part")
    if part == "part" and entry.partial is None:
        raise InputError("this number has no cases that count in part")
    _check(entry, fields)
    area, department, category = (_code(fields, name) for name in ("area", "department", "category"))
    if area and area not in reference.tree.by_code:
        raise UnknownPlace("no such area", place=area)
    for one in (department, fields.get("holder")):
        if one and one not in reference.departments:
            raise UnknownPlace("no such department", place=one)
    if category and category not in reference.categories:
        raise InputError("no such class")
    if category and reference.categories[category].sensitive and is_fine(db, area):
        raise UnknownPlace("counted by street only", place=area)
    grade = _code(fields, "grade")
    if grade is not None and grade not in {row.grade for row in first_due(db, at)}:
        raise InputError("no such grade")
    period = period_of(fields["period"], policy) if "period" in fields else None
    question = Ask(
        indicator,
        cast(Part, part),
        department=department,
        area=area,
        category=category,
        stage=fields.get("stage"),
        day=day_of(fields["day"]) if "day" in fields else None,
        span=None if period is None else period.span,
        limit=LISTED,
        level=fields.get("level"),
        source=_code(fields, "source"),
        resolved=_code(fields, "resolved"),
        age=age_of(fields["age"], policy) if "age" in fields else None,
        holder=fields.get("holder"),
        grade=grade,
        before="before" in fields,
    )
    return question, period


def _check(entry: Indicator, fields: Mapping[str, str]) -> None:
    """Whether this number can be narrowed so, by words that the contract knows. Raises InputError."""
    if fields.get("stage", Stage.CLOSED) not in _STAGES or fields.get("level", MAJOR) not in _LEVELS:
        raise InputError("no such stage or level")
    if fields.get("resolved", NOBODY) not in _STEPS:
        raise InputError("no such level")
    if "age" in fields and (fields.get("stage") not in OPEN_CODES or not isinstance(entry.window, Now)):
        raise InputError("only what waits in a stage has an age")
    if "before" in fields and (
        fields["before"] != "1" or days_before(entry) is None or {"period", "day"} & fields.keys()
    ):
        raise InputError("this number has no days before")
    if "grade" in fields and entry.id != "supervised":
        raise InputError("this number has no grades")
    if "holder" in fields and entry.id != "held":
        raise InputError("this number is not counted by who held a case")
    if "day" in fields and isinstance(entry.window, Now):
        raise InputError("the state of now has no days")


def _code(fields: Mapping[str, str], name: str) -> str | None:
    """A code of a field; "" for the rest that has none, None where nothing is asked."""
    return "" if fields.get(name) == NOBODY else fields.get(name)


def is_fine(db: ScopedReader, area: str | None) -> bool:
    """Whether these rows lie below one street and no person may be seen: sensitive classes are counted by street."""
    held = (area, *(code for grant in db.scope.grants for code in grant.areas or ()))
    found = (db.reference.tree.by_code.get(code or "") for code in held)
    return not db.scope.persons and any(place is not None and place.level not in _COARSE for place in found)


def day_of(text: str) -> date:
    """``2026-11-21``. Raises InputError."""
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise InputError("not a day") from error
    if not 1970 <= day.year <= 2100 or text != day.isoformat():
        raise InputError("not a day")
    return day


def age_of(text: str, policy: Policy) -> int:
    """A band of the policy's ages by its number, ``NOBODY`` for unknown ages, ``ANY`` for all others.

    Raises InputError.
    """
    bands = range(len(policy.ageing.hours) + 1)
    ages = {NOBODY: UNKNOWN_AGE, ANY: ANY_AGE, **{str(age): age for age in bands}}
    if text not in ages:
        raise InputError("no such age")
    return ages[text]


def period_of(text: str, policy: Policy) -> Period:
    """A month, a week, a day or an hour by name, or ``first..last``. Raises InputError."""
    periods = Periods.of(policy)
    if found := _HOUR.fullmatch(text):
        return periods.hour(datetime.combine(day_of(found[1]), time(int(found[2]))))
    first, dots, last = text.partition("..")
    try:
        return periods.days(day_of(first), day_of(last)) if dots else periods.named(text)
    except (ValueError, OverflowError) as error:
        raise InputError("not a period") from error
