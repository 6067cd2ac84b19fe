"""Every number of the overview by SQL written by hand (SQLite), and the same numbers as the readings give them.

``by_hand`` knows the contract's tables and the definitions, nothing of the product; ``by_readings`` asks the product.
Both give plain values under the same names, so that a difference names itself.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from data_access.engine import ScopedReader
from indicators.readings import READINGS
from indicators.readings.figures import figures
from indicators.readings.map_cells import cells_of
from indicators.values import At, NotRecorded, Rate
from tests.data.clock_by_hand import as_json, judged_by_hand, originals_by_hand

Ask = Callable[..., Sequence[tuple[Any, ...]]]
"""Runs one statement with named parameters and gives its rows."""

OVERVIEW = (
    "pulse", "sla", "lights", "horizon", "ontime", "departments", "last_week", "trend", "duty", "sources", "types",
    "map_workload", "map_overdue", "map_duty", "map_ontime", "ticker", "flow", "sparks",
)  # fmt: skip
"""The readings whose numbers are here."""

OPEN = "stage IN ('reported', 'verifying', 'filed', 'dispatched', 'handling', 'checking')"
SOURCE = "coalesce(close_due_at, handle_due_at)"
MOVED = "work_orders.id IN (SELECT key FROM json_each(:moved))"
DUE = f"(CASE WHEN {MOVED} THEN (SELECT value FROM json_each(:moved) WHERE key = work_orders.id) ELSE {SOURCE} END)"
ORIGINAL = (
    "(CASE WHEN work_orders.id IN (SELECT key FROM json_each(:original))"
    f" THEN (SELECT value FROM json_each(:original) WHERE key = work_orders.id) ELSE {DUE} END)"
)
ENDED = "coalesce(ended_at, closed_at)"
NO_SPOT = "(handled_on_spot IS NULL OR handled_on_spot = 0)"
JUDGED = f"stage NOT IN ('void', 'cancelled') AND {NO_SPOT}"
GOOD = f"stage = 'closed' AND (closed_at <= {DUE} OR exempt = 1)"
FILED = f"stage <> 'void' AND {NO_SPOT}"
STAGES = {
    "reported": ("reported_at", "1 = 1"),
    "verifying": ("accepted_at", "(stage = 'verifying' OR verified_at IS NOT NULL)"),
    "filed": ("filed_at", "1 = 1"),
    "dispatched": ("dispatched_at", "1 = 1"),
    "handling": ("taken_at", "1 = 1"),
    "checking": ("handled_at", "1 = 1"),
}

PLANNED = (
    "SELECT worker_id, min(area_code) AS area FROM shifts s WHERE kind = 'duty' AND start_at <= :now"
    " AND end_at > :now AND NOT EXISTS (SELECT 1 FROM shifts l WHERE l.worker_id = s.worker_id AND l.kind = 'leave'"
    " AND l.start_at <= :now AND l.end_at > :now) GROUP BY worker_id"
)
FRESH = "SELECT worker_id FROM worker_positions WHERE at >= :fresh AND at <= :soon"
UNSEEN = "(SELECT code FROM categories WHERE sensitive = 1)"
_SEEN = f"(category_code IS NULL OR category_code NOT IN {UNSEEN})"
PRESSING = f"FROM work_orders WHERE {OPEN} AND {DUE} < :now AND {_SEEN} ORDER BY {DUE}, id LIMIT 14"
NEXT_DUE = f"FROM work_orders WHERE {OPEN} AND {DUE} >= :now AND {_SEEN} ORDER BY {DUE}, id LIMIT 14"
_QUIET = "('verify', 'accept', 'take', 'transfer', 'check', 'cancel', 'reopen')"
NEWEST = (
    "FROM work_order_events e JOIN work_orders ON work_orders.id = e.order_id"
    f" WHERE e.at <= :now AND e.action NOT IN {_QUIET} AND {_SEEN} ORDER BY e.at DESC, e.id DESC LIMIT 20"
)


def bounds(ask: Ask, now: datetime) -> dict[str, str]:
    """What the statements here name: moments, the cuts ahead, and deadlines by order as JSON."""
    midnight = now.replace(hour=0, minute=0, second=0)
    times = {
        "now": now,
        "midnight": midnight,
        "ago7": now - timedelta(days=7),
        "ago14": now - timedelta(days=14),
        "ago30": now - timedelta(days=30),
        "then_midnight": midnight - timedelta(days=7),
        "then_end": midnight - timedelta(days=6, seconds=1),
        "fresh": now - timedelta(seconds=600),
        "soon": now + timedelta(minutes=5),
        "cut": next_cuts(now)[0],
    }
    times |= {f"cut{place}": cut for place, cut in enumerate(next_cuts(now))}
    bound = {name: f"{moment:%Y-%m-%d %H:%M:%S}" for name, moment in times.items()}
    bound["moved"] = as_json(judged_by_hand(ask))
    bound["original"] = as_json(originals_by_hand(ask, now - timedelta(days=31)))
    return bound


def by_hand(ask: Ask, now: datetime) -> dict[str, Any]:
    """All numbers as of ``now``."""
    bound = bounds(ask, now)

    def n(condition: str, table: str = "work_orders") -> int:
        return int(ask(f"SELECT count(*) FROM {table} WHERE {condition}", **bound)[0][0])

    def table(sql: str) -> dict[Any, Any]:
        rows = ask(sql, **bound)
        return {row[0]: row[1] if len(row) == 2 else tuple(row[1:]) for row in rows}

    def today(column: str) -> str:
        return f"{column} >= :midnight AND {column} <= :now"

    found: dict[str, Any] = {
        "filed": n(f"{today('filed_at')} AND {FILED}"),
        "reported": n(today("reported_at")),
        "open": n(OPEN),
        "closed": n(f"{today('closed_at')} AND stage = 'closed'"),
        "overdue": n(f"{OPEN} AND {DUE} < :now"),
        "suspended": n(f"{OPEN} AND {SOURCE} < :now AND coalesce({DUE}, '9999') >= :now"),
        "soon": n(f"{OPEN} AND {DUE} >= :now AND {DUE} < :cut"),
        "late by the light": n(f"{OPEN} AND {DUE} < :now"),
        "no light": n(f"{OPEN} AND {SOURCE} IS NULL AND NOT {MOVED}"),
        "parked": n(f"{OPEN} AND {MOVED} AND {DUE} IS NULL"),
        "by the cuts": [n(f"{OPEN} AND {DUE} >= :now AND {DUE} < :cut{place}") for place in range(3)],
        "future": n("updated_at > :soon OR reported_at > :soon"),
    }
    for stage, (column, rule) in STAGES.items():
        here = f"stage = '{stage}'"
        found[f"stage {stage}"] = (n(here), n(f"{here} AND {DUE} < :now"), n(f"{today(column)} AND {rule}"))
    for name, start in (("week", ":ago7"), ("month", ":ago30")):
        base = f"{DUE} >= {start} AND {DUE} < :now AND {JUDGED}"
        found[f"rate of the {name}"] = (n(f"{base} AND {GOOD}"), n(base))
    found["month by the original deadlines"] = n(
        f"{DUE} >= :ago30 AND {DUE} < :now AND {JUDGED} AND {GOOD} AND (exempt = 1 OR closed_at <= {ORIGINAL})"
    )
    base = f"{DUE} >= :ago7 AND {DUE} < :now"
    found["beside the rate"] = (
        n(f"{base} AND {JUDGED} AND extensions > 0"),
        n(f"{base} AND {JUDGED} AND id IN (SELECT order_id FROM work_order_measures"
          " WHERE kind = 'suspension' AND result = 'approved')"),
        n(f"{base} AND {JUDGED} AND exempt = 1"),
        n(f"{base} AND {JUDGED} AND outcome = 'forced'"),
        n(f"{base} AND stage = 'void'"),
        n(f"{base} AND {JUDGED} AND stage = 'closed'"
          f" AND (exempt = 1 OR (closed_at <= {DUE} AND closed_at <= {ORIGINAL}))"),
        n(f"reported_at > :ago7 AND reported_at <= :now AND {SOURCE} IS NULL AND NOT {MOVED} AND {JUDGED}"
          " AND stage IN ('dispatched', 'handling', 'checking', 'closed')"),
    )  # fmt: skip
    for place in range(3):
        found[f"departments by cut {place}"] = table(
            f"SELECT department_code, count(*) FROM work_orders WHERE {OPEN} AND {DUE} >= :now AND {DUE} < :cut{place}"
            " GROUP BY 1"
        )
    month = f"FROM work_orders WHERE {DUE} >= :ago30 AND {DUE} < :now AND {JUDGED}"
    rate = f"sum(CASE WHEN {GOOD} THEN 1 ELSE 0 END), count(*)"
    found["by department"] = table(f"SELECT department_code, {rate} {month} GROUP BY 1")
    found["types"] = table(
        "SELECT coalesce(category_code, ''), sum(filed_at > :ago7), sum(filed_at <= :ago7) FROM work_orders"
        f" WHERE filed_at > :ago14 AND filed_at <= :now AND {FILED} GROUP BY 1 HAVING sum(filed_at > :ago7) > 0"
    )
    hour = "SELECT CAST(substr(filed_at, 12, 2) AS INTEGER), count(*) FROM work_orders WHERE filed_at"
    found["hours today"] = table(f"{hour} >= :midnight AND filed_at <= :now AND {FILED} GROUP BY 1")
    found["hours then"] = table(f"{hour} >= :then_midnight AND filed_at <= :then_end AND {FILED} GROUP BY 1")
    found["last week"] = (
        n(f"filed_at >= :then_midnight AND filed_at <= :ago7 AND {NO_SPOT} AND (stage <> 'void' OR {ENDED} > :ago7)"),
        n("reported_at >= :then_midnight AND reported_at <= :ago7"),
        n("closed_at >= :then_midnight AND closed_at <= :ago7 AND stage NOT IN ('void', 'cancelled')"),
        n(f"reported_at <= :ago7 AND ({OPEN} OR {ENDED} > :ago7)"),
        n(f"reported_at <= :ago7 AND ({OPEN} OR {ENDED} > :ago7) AND {DUE} < :ago7"),
    )
    cells = "(SELECT code FROM areas WHERE level = 'grid')"
    located = table(f"SELECT area_code, count(*) FROM work_orders WHERE {OPEN} AND area_code IN {cells} GROUP BY 1")
    late = f"{OPEN} AND {DUE} < :now"
    found["map of open"] = located
    found["map of overdue"] = table(
        f"SELECT area_code, count(*) FROM work_orders WHERE {late} AND area_code IN {cells} GROUP BY 1"
    )
    found["people"] = (n(f"worker_id IN ({FRESH})", f"({PLANNED})"), n("1 = 1", f"({PLANNED})"))
    found["map of people"] = table(
        f"SELECT area, count(*) FROM ({PLANNED}) WHERE worker_id IN ({FRESH}) AND area IN {cells} GROUP BY 1"
    )
    found["pressing"] = [row[0] for row in ask(f"SELECT id {PRESSING}", **bound)]
    found["next due"] = [row[0] for row in ask(f"SELECT id {NEXT_DUE}", **bound)]
    found["newest events"] = [str(row[0]) for row in ask(f"SELECT e.id {NEWEST}", **bound)]
    return found


def next_cuts(now: datetime) -> list[datetime]:
    """The next three noons and six o'clocks."""
    today = now.replace(minute=0, second=0)
    cuts = [today.replace(hour=hour) + timedelta(days=day) for day in range(3) for hour in (12, 18)]
    return [cut for cut in cuts if cut > now][:3]


def by_readings(db: ScopedReader, at: At) -> dict[str, Any]:
    """The same numbers, from one reader's snapshot."""
    value = {name: READINGS[name].read(db, at) for name in OVERVIEW}
    pulse, sla, lights, week, month = (value[name] for name in ("pulse", "sla", "lights", "ontime", "departments"))
    last, trend, duty = value["last_week"], value["trend"], value["duty"]
    departments = {row.department: (row.rate.good, row.rate.of) for row in (*month.rows, *month.too_few) if row.rate.of}
    found: dict[str, Any] = {
        "filed": pulse.filed_today,
        "reported": pulse.reported_today,
        "open": pulse.open,
        "closed": pulse.closed_today,
        "overdue": pulse.overdue,
        "suspended": sla.suspended,
        "soon": sla.due_by_cut,
        "no light": lights.none,
        "future": value["sources"].future_rows,
        "rate of the week": (week.rate.good, week.rate.of),
        "beside the rate": (
            week.extended, week.suspended, week.exempt, week.forced, week.void, week.by_original.good, week.no_deadline,
        ),
        "by department": departments,
        "others": (month.others.good, month.others.of),
        "nobody": (month.nobody.good, month.nobody.of),
        "types": {row.category: (row.count, row.before) for row in value["types"].rows},
        "all types": value["types"].total,
        "hours today": {hour: n for hour, n in enumerate(trend.today) if n},
        "hours then": {hour: n for hour, n in enumerate(trend.last_week or ()) if n},
        "last week": (last.filed, last.reported, last.closed, last.open, last.overdue),
        "map of open": dict(value["map_workload"].counts),
        "map of overdue": dict(value["map_overdue"].counts),
        "people": (duty.on_duty, duty.planned),
        "map of people": dict(value["map_duty"].counts),
        "pressing": [row.order_id for row in sla.rows if row.due < at.now],
        "next due": [row.order_id for row in sla.rows if row.due >= at.now],
        "newest events": [event.id for event in value["ticker"].events],
    }  # fmt: skip
    month_before = figures(db, at, ["ontime_original"])["ontime_original"]
    assert not isinstance(month_before, NotRecorded)
    by_original = month_before[None]
    assert isinstance(by_original, Rate)
    found["month by the original deadlines"] = by_original.good
    for stage in value["flow"].stages:
        found[f"stage {stage.stage.value}"] = (stage.waiting, stage.overdue, stage.entered)
    # what is said twice is said alike, and the parts are the whole
    assert value["flow"].closed_today == pulse.closed_today
    assert sla.overdue == pulse.overdue
    found["late by the light"] = lights.overdue + lights.long
    horizon = value["horizon"]
    assert horizon.overdue == pulse.overdue
    assert horizon.totals[0] == sla.due_by_cut
    found["parked"], found["by the cuts"] = horizon.parked, list(horizon.totals)
    for place in range(3):
        rows = horizon.departments
        found[f"departments by cut {place}"] = {row.key: row.by_cut[place] for row in rows if row.by_cut[place]}
        assert sum(row.by_cut[place] for row in horizon.areas) == horizon.totals[place]
    assert sum(row.overdue for row in horizon.areas) == horizon.overdue
    assert sum(row.planned for row in duty.by_area) + duty.not_located == duty.planned
    assert cells_of(db.reference.tree, at.area)[0] == "grid"
    for layer, whole in (("map_workload", pulse.open), ("map_overdue", pulse.overdue), ("map_duty", duty.on_duty)):
        assert sum(value[layer].counts.values()) + value[layer].not_located == value[layer].total == whole
    rates = value["map_ontime"]
    assert sum(rate.of for rate in rates.rates.values()) + rates.not_located == rates.total
    days = value["sparks"]
    assert (days.inflow[-1], days.closed[-1]) == (pulse.filed_today, pulse.closed_today)
    assert (days.open[-1], days.overdue[-1]) == (pulse.open, pulse.overdue)
    found["rate of the month"] = tuple(
        map(sum, zip(*departments.values(), found["others"], found["nobody"], strict=True))
    )
    assert rates.total == found["rate of the month"][1]
    return found
