"""What the detectors share: the columns of a case, and a rule's findings counted and listed."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func

from data_access.engine import ScopedReader
from indicators.detectors.found import LISTED, WHYS, DetectedCase, DetectedRule, Fact, Rule, Why
from indicators.rules.orders import Columns


def case_columns(db: ScopedReader, o: Columns) -> tuple[ColumnElement[Any], ...]:
    """What is told of every case: id, class, area, department, and the case number where the audience may read it.

    An order without a department now is the first department's.
    """
    holder = func.coalesce(o.department_code, o.first_department_code).label("department")
    named = (o.case_no,) if db.scope.persons else ()
    return (o.id, o.category_code, o.area_code, holder, *named)


def case_of(row: Any, at: datetime, why: Why, facts: dict[Fact, float | datetime]) -> DetectedCase:
    """The case of a row that has ``case_columns``."""
    number = row._mapping.get("case_no")
    holder = row.department or None
    return DetectedCase(row.id, number, row.category_code or "", row.area_code or "", holder, at, why, dict(facts))


def ruled(
    db: ScopedReader, rule: Rule, found: Iterable[DetectedCase], judged: Sequence[Why], missing: Iterable[str] = ()
) -> DetectedRule:
    """One entry a case, whatever speaks against it: counted by department, most first, and the newest of each kept."""
    cases: dict[str, DetectedCase] = {}
    for case in found:
        other = cases.get(case.order_id)
        cases[case.order_id] = case if other is None else _both(rule, other, case)
    departments = Counter(case.department for case in cases.values())
    ranked = sorted(departments.items(), key=lambda item: (-item[1], item[0] is None, item[0] or ""))
    hidden = set() if db.scope.persons else {code for code, c in db.reference.categories.items() if c.sensitive}
    shown = sorted((case for case in cases.values() if case.category not in hidden), key=lambda case: case.order_id)
    shown.sort(key=lambda case: case.at, reverse=True)
    kept, seen = [], Counter[str | None]()
    for case in shown:
        seen[case.department] += 1
        if seen[case.department] <= LISTED:
            kept.append(case)
    return DetectedRule(
        rule,
        len(cases),
        tuple(ranked),
        tuple(kept),
        len(shown) > len(kept),
        tuple(judged),
        tuple(dict.fromkeys(missing)),
    )


def _both(rule: Rule, a: DetectedCase, b: DetectedCase) -> DetectedCase:
    """One case of two findings about the same order: the weightier reason, all facts, the later moment."""
    first, second = sorted((a, b), key=lambda case: WHYS[rule].index(case.why))
    return DetectedCase(
        first.order_id, first.case_no, first.category, first.area, first.department,
        max(a.at, b.at), first.why, {**second.facts, **first.facts},
    )  # fmt: skip
