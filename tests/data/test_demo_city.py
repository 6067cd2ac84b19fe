"""The demo town as a database: life cycles hold together, numbers are believable, texts are made up."""

import hashlib
import re
import sqlite3
from datetime import datetime
from pathlib import Path

import pytest
import shapely
from sqlalchemy import create_engine, inspect

from data_access import contract
from demo.build import build
from indicators.workcalendar import Clock, WorkCalendar
from tests.fixtures.city import END, SEED, SHORT_END, one, rows

TERMINAL = "('closed', 'void', 'cancelled')"
MADE_UP = re.compile(r"示例|虚构|样板|演示|范例")
CHAIN = (
    "reported_at", "accepted_at", "verified_at", "filed_at", "dispatched_at", "taken_at", "handled_at", "checked_at",
    "ended_at",
)  # fmt: skip


def test_the_file_is_a_contract_database(town_path: Path) -> None:
    found = inspect(create_engine(f"sqlite:///{town_path}"))
    for table in contract.metadata.sorted_tables:
        assert {column["name"] for column in found.get_columns(table.name)} == {column.name for column in table.columns}
        indexes = {tuple(index["column_names"]) for index in found.get_indexes(table.name)}
        assert set(contract.INDEXES.get(table.name, ())) <= indexes


def test_times_are_written_as_the_contract_says(town: sqlite3.Connection) -> None:
    for table in contract.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, contract.LocalTime):
                shape = "____-__-__ __:__:__"
                name = f'"{column.name}"'
                bad = f"SELECT count(*) FROM {table.name} WHERE {name} NOT LIKE ? OR length({name}) <> 19"
                assert one(town, bad, shape) == 0, (table.name, column.name)


def test_nothing_has_happened_after_the_end(town: sqlite3.Connection) -> None:
    end = str(END)
    for name in (*CHAIN, "closed_at", "updated_at", "followup_at", "clock_started_at"):
        assert one(town, f"SELECT count(*) FROM work_orders WHERE {name} > ?", end) == 0, name
    assert one(town, "SELECT count(*) FROM work_order_events WHERE at > ?", end) == 0
    assert (
        one(town, "SELECT count(*) FROM work_order_measures WHERE max(asked_at, coalesce(decided_at, '')) > ?", end)
        == 0
    )
    assert one(town, "SELECT count(*) FROM patrol_pings WHERE at > ?", end) == 0


@pytest.mark.parametrize(("before", "after"), [(a, b) for n, a in enumerate(CHAIN) for b in CHAIN[n + 1 :]])
def test_steps_follow_each_other(town: sqlite3.Connection, before: str, after: str) -> None:
    assert one(town, f"SELECT count(*) FROM work_orders WHERE {before} > {after}") == 0


def test_stages_times_outcomes_and_holders_agree(town: sqlite3.Connection) -> None:
    wrong = {
        "closed without closed_at": "(stage = 'closed') <> (closed_at IS NOT NULL)",
        "ended without ended_at": f"(stage IN {TERMINAL}) <> (ended_at IS NOT NULL)",
        "ended without outcome": f"(stage IN {TERMINAL}) <> (outcome IS NOT NULL)",
        "void": "(stage = 'void') <> (outcome IS 'void')",
        "forced": "outcome = 'forced' AND stage <> 'closed'",
        "merged without original": "(outcome IS 'merged') <> (duplicate_of IS NOT NULL)",
        "nobody holds it": "stage IN ('dispatched', 'handling', 'checking') AND department_code IS NULL",
        "held before dispatch": "stage IN ('reported', 'verifying', 'filed') AND department_code IS NOT NULL",
        "filed too early": "stage IN ('reported', 'verifying') AND filed_at IS NOT NULL",
        "no filing": "stage IN ('filed', 'dispatched', 'handling', 'checking') AND filed_at IS NULL",
        "no taking": "stage IN ('handling', 'checking') AND taken_at IS NULL",
        "no handling": "stage = 'checking' AND handled_at IS NULL",
        "on the spot, but filed": "handled_on_spot = 1 AND (filed_at IS NOT NULL OR department_code IS NOT NULL)",
        "deadline without limit": "close_due_at IS NOT NULL AND limit_value IS NULL",
        "limit without deadline": "dispatched_at IS NOT NULL AND limit_value IS NOT NULL AND close_due_at IS NULL",
        "changed before it was": "updated_at < max(reported_at, coalesce(ended_at, ''), coalesce(followup_at, ''))",
        "handled and yet void": "stage = 'void' AND handled_at IS NOT NULL",
    }
    for what, condition in wrong.items():
        assert one(town, f"SELECT count(*) FROM work_orders WHERE {condition}") == 0, what


def test_codes_exist(town: sqlite3.Connection) -> None:
    for column, table in (
        ("area_code", "areas"),
        ("category_code", "categories"),
        ("department_code", "departments"),
        ("first_department_code", "departments"),
    ):
        missing = f"SELECT count(*) FROM work_orders WHERE {column} NOT IN (SELECT code FROM {table})"
        assert one(town, missing) == 0, column
    for column in ("reporter_worker_id", "handler_worker_id"):
        missing = f"SELECT count(*) FROM work_orders WHERE {column} NOT IN (SELECT id FROM workers)"
        assert one(town, missing) == 0, column
    assert one(town, "SELECT count(*) FROM work_orders WHERE duplicate_of NOT IN (SELECT id FROM work_orders)") == 0


def test_event_ids_rise_with_time(town: sqlite3.Connection) -> None:
    steps = "SELECT at, lag(at) OVER (ORDER BY id) AS before FROM work_order_events"
    assert one(town, f"SELECT count(*) FROM ({steps}) WHERE at < before") == 0
    assert one(town, "SELECT count(*) - (max(id) - min(id) + 1) FROM work_order_events") == 0


def test_events_are_a_chain_that_ends_in_the_orders_state(town: sqlite3.Connection) -> None:
    broken = """
        SELECT count(*) FROM (
            SELECT from_stage, lag(to_stage) OVER (PARTITION BY order_id ORDER BY id) AS before,
                   from_department, lag(to_department) OVER (PARTITION BY order_id ORDER BY id) AS holder,
                   row_number() OVER (PARTITION BY order_id ORDER BY id) AS place
            FROM work_order_events
        ) WHERE (place = 1) <> (from_stage IS NULL)
             OR place > 1 AND (from_stage IS NOT before OR from_department IS NOT holder)"""
    assert one(town, broken) == 0
    last = """
        SELECT count(*) FROM work_orders AS o LEFT JOIN (
            SELECT order_id, to_stage, to_department,
                   row_number() OVER (PARTITION BY order_id ORDER BY id DESC) AS place
            FROM work_order_events
        ) AS e ON e.order_id = o.id AND e.place = 1
        WHERE e.to_stage IS NOT o.stage OR e.to_department IS NOT o.department_code"""
    assert one(town, last) == 0


def test_events_carry_the_times_and_counts_of_the_order(town: sqlite3.Connection) -> None:
    for action, column in (
        ("report", "reported_at"), ("verify", "verified_at"), ("file", "filed_at"), ("dispatch", "dispatched_at"),
        ("take", "taken_at"), ("check", "checked_at"),
    ):  # fmt: skip
        differ = f"""
            SELECT count(*) FROM work_orders AS o JOIN (
                SELECT order_id, max(at) AS at FROM work_order_events WHERE action = ? GROUP BY order_id
            ) AS e ON e.order_id = o.id
            WHERE e.at <> o.{column} OR o.{column} IS NULL AND o.stage <> 'filed'"""
        assert one(town, differ, action) == 0, action
    for action, column in (("return", "returns"), ("rework", "reworks")):
        counted = one(town, "SELECT count(*) FROM work_order_events WHERE action = ?", action)
        assert counted == one(town, f"SELECT sum({column}) FROM work_orders") > 0, action
    sent = one(town, "SELECT count(*) FROM work_order_events WHERE action IN ('dispatch', 'rework')")
    assert sent == one(town, "SELECT sum(dispatches) FROM work_orders")


def test_updated_at_is_the_last_change(town: sqlite3.Connection) -> None:
    differ = """
        SELECT count(*) FROM work_orders AS o JOIN (
            SELECT order_id, max(at) AS at FROM work_order_events GROUP BY order_id
        ) AS e ON e.order_id = o.id
        WHERE o.updated_at <> max(e.at, coalesce(o.followup_at, ''))"""
    assert one(town, differ) == 0


def test_deadlines_equal_the_work_calendar(town: sqlite3.Connection) -> None:
    calendar = WorkCalendar.named("cn", "Asia/Shanghai")
    sample = rows(
        town,
        "SELECT clock_started_at, limit_value, limit_unit, limit_clock, handle_due_at FROM work_orders "
        "WHERE handle_due_at IS NOT NULL AND extensions = 0 AND CAST(id AS INTEGER) % 23 = 0",
    )
    assert len(sample) > 1500
    for start, value, unit, clock, due in sample:
        assert calendar.due(datetime.fromisoformat(start), value, unit, Clock(clock)) == datetime.fromisoformat(due)


def test_extensions_move_the_deadline_by_one_limit(town: sqlite3.Connection) -> None:
    calendar = WorkCalendar.named("cn", "Asia/Shanghai")
    found = rows(
        town,
        "SELECT m.asked_at, m.decided_at, m.old_due_at, m.new_due_at, "
        "o.limit_value, o.limit_unit, o.limit_clock, o.handle_due_at "
        "FROM work_order_measures AS m JOIN work_orders AS o ON o.id = m.order_id "
        "WHERE m.kind = 'extension' AND m.result = 'approved'",
    )
    assert len(found) > 200
    for asked, decided, old, new, value, unit, clock, due in found:
        assert asked < old
        assert asked < decided
        assert calendar.due(datetime.fromisoformat(old), value, unit, Clock(clock)) == datetime.fromisoformat(new)
        assert due == new
    tardy = [row for row in found if row[1] > row[2]]
    assert 0 < len(tardy) < 0.15 * len(found)


def test_measures_are_whole(town: sqlite3.Connection) -> None:
    wrong = {
        "result": "kind <> 'supervision' AND (result = 'open') <> (decided_at IS NULL)",
        "new due": "(kind = 'extension' AND result = 'approved') <> (new_due_at IS NOT NULL)",
        "suspension begins": "(kind = 'suspension' AND result = 'approved') <> (from_at IS NOT NULL)",
        "suspension ends": "until_at <= from_at",
        "supervision": "kind = 'supervision' AND (grade IS NULL OR reply_due_at IS NULL)",
        "reply": "kind = 'supervision' AND (result = 'open') <> (replied_at IS NULL)",
        "nobody's": "department_code IS NULL",
    }
    for what, condition in wrong.items():
        assert one(town, f"SELECT count(*) FROM work_order_measures WHERE {condition}") == 0, what
    kinds = dict(rows(town, "SELECT kind, count(*) FROM work_order_measures GROUP BY kind"))
    assert set(kinds) == {"extension", "suspension", "supervision", "appeal"}
    exempt = "SELECT count(*) FROM work_orders WHERE exempt = 1"
    passed = "SELECT count(*) FROM work_order_measures WHERE kind = 'appeal' AND result = 'approved'"
    assert one(town, exempt) == one(town, passed) > 0


SETTLED = "FROM work_orders WHERE stage = 'closed' AND outcome = 'resolved'"
"""What was settled: small matters in the grid or the community, less with each step up."""
OPEN = f"SELECT count(*) FROM work_orders AS o WHERE stage NOT IN {TERMINAL}"
NOT_SUSPENDED = "NOT EXISTS (SELECT 1 FROM work_order_measures AS m WHERE m.order_id = o.id AND m.kind = 'suspension')"
FIGURES = {
    "a day": (750, 1010, "SELECT count(*) / 89.5 FROM work_orders"),
    "on the spot": (0.12, 0.17, "SELECT avg(handled_on_spot) FROM work_orders"),
    "void": (0.02, 0.08, "SELECT avg(stage = 'void') FROM work_orders"),
    "void after dispatch": (0.002, 0.02, "SELECT avg(stage = 'void') FROM work_orders WHERE close_due_at IS NOT NULL"),
    "rework": (0.005, 0.05, "SELECT avg(reworks > 0) FROM work_orders WHERE handled_at IS NOT NULL"),
    "extension": (0.005, 0.05, "SELECT avg(extensions > 0) FROM work_orders WHERE dispatched_at IS NOT NULL"),
    "return": (0.005, 0.05, "SELECT avg(returns > 0) FROM work_orders WHERE filed_at IS NOT NULL"),
    "forced": (0.001, 0.02, "SELECT avg(outcome = 'forced') FROM work_orders"),
    "not located": (0.01, 0.02, "SELECT avg(length(area_code) = 9) FROM work_orders"),
    "on time": (0.90, 0.98, "SELECT avg(closed_at <= close_due_at) FROM work_orders WHERE closed_at IS NOT NULL"),
    "at night": (0.0, 0.03, "SELECT avg(substr(reported_at, 12, 2) BETWEEN '00' AND '05') FROM work_orders"),
    "open": (420, 680, OPEN),
    "overdue and not suspended": (3, 40, f"{OPEN} AND close_due_at < '{END}' AND {NOT_SUSPENDED}"),
    "settled in grid or community": (0.5, 0.65, f"SELECT avg(resolved_level IN ('grid', 'community')) {SETTLED}"),
    "settled in the street": (0.15, 0.27, f"SELECT avg(resolved_level = 'street') {SETTLED}"),
    "settled in the county": (0.12, 0.24, f"SELECT avg(resolved_level = 'county') {SETTLED}"),
    "settled by the city": (0.03, 0.09, f"SELECT avg(resolved_level = 'city') {SETTLED}"),
    "found later to be no fault": (
        0.15,
        0.45,
        (
            "SELECT avg(julianday(decided_at) - julianday(asked_at) > 9) FROM work_order_measures "
            f"WHERE kind = 'appeal' AND asked_at < datetime('{END}', '-46 day')"
        ),
    ),
    "default point": (0.01, 0.08, "SELECT avg(location_quality = 'default') FROM work_orders"),
    "without point": (0.02, 0.15, "SELECT avg(lon IS NULL) FROM work_orders"),
    "components of events and components": (
        0.09,
        0.15,
        "SELECT avg(category_code LIKE 'P%') FROM work_orders WHERE substr(category_code, 1, 1) IN ('E', 'P')",
    ),
    "seven largest classes of events": (
        0.62,
        0.78,
        (
            "WITH classes AS "
            "(SELECT count(*) AS n FROM work_orders WHERE category_code LIKE 'E%' GROUP BY category_code) "
            "SELECT (SELECT sum(n) FROM (SELECT n FROM classes ORDER BY n DESC LIMIT 7)) * 1.0 / sum(n) FROM classes"
        ),
    ),
}


@pytest.mark.parametrize("what", FIGURES)
def test_figures_are_believable(town: sqlite3.Connection, what: str) -> None:
    low, high, statement = FIGURES[what]
    assert low <= one(town, statement) <= high


def test_the_edge_cases_are_there(town: sqlite3.Connection) -> None:
    by_unit = {
        code: (n, rate)
        for code, n, rate in rows(
            town,
            "SELECT department_code, count(*), avg(coalesce(closed_at, '9') <= close_due_at) FROM work_orders "
            "WHERE close_due_at BETWEEN datetime(?, '-30 day') AND ? GROUP BY department_code",
            str(END),
            str(END),
        )
    }
    laggard = by_unit.pop("B04")
    assert laggard[1] < 0.82
    assert all(rate > laggard[1] + 0.05 for n, rate in by_unit.values() if n >= 100)
    assert 0 < by_unit["B21"][0] < 5
    assert "B22" not in by_unit
    assert one(town, "SELECT count(*) FROM work_orders WHERE department_code = 'B22' AND close_due_at IS NULL") > 3


def test_points_lie_in_their_grid(town: sqlite3.Connection) -> None:
    sample = rows(
        town,
        "SELECT o.lon, o.lat, a.boundary FROM work_orders AS o JOIN areas AS a ON a.code = o.area_code "
        "WHERE location_quality = 'point' AND a.level = 'grid' AND CAST(o.id AS INTEGER) % 17 = 0",
    )
    assert len(sample) > 2000
    cells = shapely.from_geojson([boundary for _, _, boundary in sample])
    assert shapely.contains_xy(cells, [lon for lon, _, _ in sample], [lat for _, lat, _ in sample]).all()
    assert one(town, "SELECT count(*) FROM work_orders WHERE (location_quality = 'none') <> (lon IS NULL)") == 0


def test_all_free_texts_and_people_are_plainly_made_up(town: sqlite3.Connection) -> None:
    for table, column in (
        ("work_orders", "title"), ("work_orders", "description"), ("work_orders", "result"), ("work_orders", "address"),
        ("work_order_events", "note"), ("work_order_measures", "reason"), ("workers", "name"), ("duty_roster", "name"),
    ):  # fmt: skip
        values = [value for (value,) in rows(town, f"SELECT DISTINCT {column} FROM {table} WHERE {column} IS NOT NULL")]
        assert values
        assert all(MADE_UP.search(value) for value in values), (table, column)
    for table in ("workers", "duty_roster"):
        assert one(town, f"SELECT count(*) FROM {table} WHERE phone NOT LIKE '000%'") == 0


def test_the_same_seed_scale_and_end_give_the_same_bytes(tmp_path: Path, twins: tuple[Path, Path]) -> None:
    digests = {hashlib.sha256(path.read_bytes()).hexdigest() for path in twins}
    build(tmp_path / "c", "town", SHORT_END, SEED + 1, days=1)
    other = hashlib.sha256((tmp_path / "c").read_bytes()).hexdigest()
    assert len(digests) == 1
    assert other not in digests


def test_a_build_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    out = tmp_path / "city.sqlite"
    out.write_bytes(b"old")

    def fail(stage: str, _fraction: float) -> None:
        if stage == "people":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(out, "town", END, SEED, fail, days=1)
    assert [path.name for path in tmp_path.iterdir()] == ["city.sqlite"]
    assert out.read_bytes() == b"old"


def test_an_unknown_scale_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="town, city"):
        build(tmp_path / "x", "village", END, SEED)
