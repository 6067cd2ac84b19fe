"""Values: codes that map to nothing, times that cannot be, times that contradict one another or the stage."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, String, Table, and_, func, or_, select, true, type_coerce

from data_access import contract
from data_access.check.asking import Asker, Probe, key_of, tables_present
from data_access.check.findings import Finding, Severity, finding
from data_access.check.structure import FORM
from data_access.contract import Level, LocalTime, Stage

TOLERANCE: Final = timedelta(minutes=5)
"""Clocks of the sources may differ from ours by so much."""

_STAGES: Final = frozenset(stage.value for stage in Stage)
_UNITS: Final = frozenset({"minute", "hour", "day"})
_CLOCKS: Final = frozenset({"work", "continuous"})
WORDS: Final[Mapping[str, frozenset[str]]] = {
    "areas.level": frozenset(level.value for level in Level),
    "categories.kind": frozenset({"event", "component", "dispute", "service"}),
    "categories.limit_unit": _UNITS,
    "categories.limit_clock": _CLOCKS,
    "work_orders.stage": _STAGES,
    "work_orders.limit_unit": _UNITS,
    "work_orders.limit_clock": _CLOCKS,
    "work_orders.source": frozenset(
        {"patrol", "hotline", "scan", "video", "sensor", "leader", "transfer", "media", "opinion"}
    ),
    "work_orders.location_quality": frozenset({"point", "default", "area", "none"}),
    "work_orders.outcome": frozenset({"resolved", "forced", "void", "cancelled", "merged"}),
    "work_orders.satisfaction": frozenset({"satisfied", "basic", "dissatisfied"}),
    "work_order_events.action": frozenset(
        {
            *("report", "verify", "accept", "file", "dispatch", "take", "return", "transfer", "rework", "handle"),
            *("check", "close", "force_close", "void", "cancel", "reopen", "escalate", "measure"),
        }
    ),
    "work_order_events.from_stage": _STAGES,
    "work_order_events.to_stage": _STAGES,
    "work_order_measures.kind": frozenset({"extension", "suspension", "supervision", "appeal"}),
    "work_order_measures.result": frozenset({"approved", "rejected", "open"}),
    "shifts.kind": frozenset({"duty", "leave", "outing"}),
}
"""Columns whose words the contract fixes."""

REFERS: Final[Mapping[str, str]] = {
    "areas.parent_code": "areas",
    "departments.parent_code": "departments",
    "departments.area_code": "areas",
    "categories.parent_code": "categories",
    "work_orders.category_code": "categories",
    "work_orders.area_code": "areas",
    "work_orders.department_code": "departments",
    "work_orders.first_department_code": "departments",
    "work_order_events.to_department": "departments",
    "work_order_measures.department_code": "departments",
    "worker_areas.area_code": "areas",
    "shifts.area_code": "areas",
    "duty_roster.area_code": "areas",
    "area_links.code": "areas",
}
"""Columns whose codes must stand in another table."""

_WEIGHTY: Final = frozenset(
    {"work_orders.stage", "work_orders.area_code", "work_orders.category_code", "areas.level", "areas.parent_code"}
)

PAST: Final[Mapping[str, tuple[str, ...]]] = {
    "work_orders": (
        *("reported_at", "closed_at", "clock_started_at", "verified_at", "accepted_at", "filed_at", "dispatched_at"),
        *("taken_at", "handled_at", "checked_at", "ended_at", "followup_at"),
    ),
    "work_order_events": ("at",),
    "work_order_measures": ("asked_at", "decided_at", "replied_at"),
    "worker_positions": ("at",),
    "patrol_pings": ("at", "received_at"),
}
"""Moments that have happened. Deadlines, shifts and validities may lie ahead."""

SOURCE: Final[Mapping[str, str]] = {"work_orders": "updated_at", "source_feeds": "last_received_at"}
"""When the source itself last wrote: ahead of our clock means that the clocks differ, or that ours was moved."""

ORDERED: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "areas": (("valid_from", "valid_to"),),
    "work_orders": (
        *(("reported_at", later) for later in ("accepted_at", "filed_at", "dispatched_at", "handled_at", "closed_at")),
        ("reported_at", "close_due_at"),
        ("filed_at", "closed_at"),
        ("dispatched_at", "closed_at"),
        ("handled_at", "closed_at"),
    ),
    "work_order_measures": (("asked_at", "decided_at"), ("from_at", "until_at"), ("asked_at", "replied_at")),
    "worker_areas": (("valid_from", "valid_to"),),
    "shifts": (("start_at", "end_at"),),
}
"""Pairs of moments of which the first may not be after the second."""


def codes(asker: Asker) -> list[Finding]:
    """Words that the contract does not know and codes that stand in no table."""
    found: list[Finding] = []
    known: dict[str, frozenset[str]] = {}
    for place in dict.fromkeys((*WORDS, *REFERS)):
        name, _, column = place.partition(".")
        if not asker.has(name, column):
            continue
        if place in WORDS:
            allowed = WORDS[place]
        else:
            target = REFERS[place]
            if not asker.has(target, "code"):
                continue
            if target not in known:
                rows = asker.rows(select(contract.metadata.tables[target].c.code))
                known[target] = frozenset(row[0] for row in rows)
            allowed = known[target]
        found += _unmapped(asker, contract.metadata.tables[name], column, allowed)
    return found


def _unmapped(asker: Asker, table: Table, name: str, allowed: frozenset[str]) -> Iterable[Finding]:
    column, place = table.c[name], f"{table.name}.{name}"
    # MariaDB takes E01 and e01 for the same; the tree of areas does not.
    exact: ColumnElement[Any] = func.binary(column) if asker.dialect in {"mysql", "mariadb"} else column

    def ask(recent: ColumnElement[bool] | None) -> dict[Any, int]:
        statement = select(exact, func.count()).select_from(table).where(column.is_not(None)).group_by(exact)
        rows = asker.rows(statement if recent is None else statement.where(recent))
        return {row[0].decode() if isinstance(row[0], bytes) else row[0]: row[1] for row in rows}

    counted = asker.on_all_or_recent(f"codes of {name}", table, ask)
    strange = {} if counted is None else {code: n for code, n in counted.items() if code not in allowed}
    if not strange:
        return []
    most = max(strange, key=lambda code: (strange[code], str(code)))
    example = asker.value(key_of(table), table, exact == most)
    severity = Severity.FAULT if place in _WEIGHTY else Severity.WARNING
    params = {"value": most, "codes": len(strange)}
    return [finding("unmapped-code", severity, place, count=sum(strange.values()), example=example, params=params)]


def moments(asker: Asker) -> list[Finding]:
    """Times after now, times in the wrong order, and stages that the times contradict."""
    found: list[Finding] = []
    for table in tables_present(asker):
        c, limit = table.c, asker.now + TOLERANCE
        probes = [
            Probe("future-time", Severity.WARNING, name, (c[name] > limit) & _is_time(asker, c[name]), c[name])
            for name in PAST.get(table.name, ())
            if asker.has(table, name)
        ]
        source = SOURCE.get(table.name)
        if source and asker.has(table, source):
            ahead = (c[source] > limit) & _is_time(asker, c[source])
            probes.append(Probe("source-ahead", Severity.WARNING, source, ahead, c[source]))
        for first, second in ORDERED.get(table.name, ()):
            if asker.has(table, first, second):
                wrong = (c[first] > c[second]) & _is_time(asker, c[first]) & _is_time(asker, c[second])
                probes.append(Probe("wrong-order", Severity.WARNING, first, wrong, c[first], {"second": second}))
        if table is contract.work_orders:
            probes += _stages(asker)
        found += asker.scan("times", table, key_of(table), probes)
    return found


def _is_time(asker: Asker, column: ColumnElement[Any]) -> ColumnElement[bool]:
    """On SQLite a text of another form is a fault of its own, and comparing it says nothing."""
    return type_coerce(column, String).op("GLOB")(FORM) if asker.dialect == "sqlite" else true()


def _stages(asker: Asker) -> list[Probe]:
    o = contract.work_orders.c
    if not asker.has("work_orders", "stage", "closed_at"):
        return []
    ended = (Stage.CLOSED.value, Stage.VOID.value, Stage.CANCELLED.value)
    return [
        Probe("closed-without-time", Severity.FAULT, "closed_at", and_(o.stage == "closed", o.closed_at.is_(None))),
        Probe(
            "open-with-closing-time",
            Severity.WARNING,
            "closed_at",
            and_(o.stage.not_in(ended), o.closed_at.is_not(None)),
            o.stage,
        ),
    ]


def blank_requirements(asker: Asker) -> list[Finding]:
    """Required values that are null where every row must have one."""
    found: list[Finding] = []
    must = {"areas": ("level", "name"), "departments": ("name",), "categories": ("name",),
            "work_orders": ("stage", "reported_at", "updated_at")}  # fmt: skip
    for name, columns in must.items():
        if not asker.has(name):
            continue
        table = contract.metadata.tables[name]
        probes = [
            Probe("empty-value", Severity.FAULT, column, _empty(table.c[column]))
            for column in columns
            if asker.has(table, column)
        ]
        found += asker.scan("empty values", table, key_of(table), probes)
    return found


def _empty(column: ColumnElement[Any]) -> ColumnElement[bool]:
    if isinstance(column.type, LocalTime):
        return column.is_(None)
    return or_(column.is_(None), type_coerce(column, String) == "")
