"""On-time rates of the city, the departments and the map: against SQL by hand and on paper, on each engine."""

import pytest

from data_access.scope import Audience, Scope
from indicators.readings.counts import pulse
from indicators.readings.horizon import Horizon, horizon
from indicators.readings.moved import judged_at
from indicators.readings.rates import CellRates, Departments, OnTime, departments, map_ontime, ontime
from indicators.values import NO_CASES, At, NotRecorded, Rate
from tests.fixtures import small
from tests.fixtures.edges import CALENDAR, DUE, MOVED, NOW, POLICY, Edges, due_between, when
from tests.fixtures.small import area

WALL = Scope.of(Audience.WALL)
JUDGED = "o.stage NOT IN ('void', 'cancelled') AND (o.handled_on_spot IS NULL OR o.handled_on_spot = 0)"
GOOD = f"o.stage = 'closed' AND (o.closed_at <= {DUE} OR o.exempt = 1)"
WEEK, MONTH = (due_between(f"{start} 10:30:00", "2026-03-11 10:30:00") for start in ("2026-03-04", "2026-02-09"))
SUSPENDED = (
    "EXISTS (SELECT 1 FROM work_order_measures m"
    " WHERE m.order_id = o.id AND m.kind = 'suspension' AND m.result = 'approved')"
)


def counted(edges: Edges, condition: str) -> int:
    return int(edges.hand.one(f"SELECT count(*) FROM work_orders o WHERE {condition}"))


def test_the_rate_of_the_week_and_what_stands_beside_it(edges: Edges) -> None:
    with edges.database.reader(WALL) as db:
        found = ontime(db, when())
    base = f"{WEEK} AND {JUDGED}"
    # x39 was due at noon of the day on which it was closed at 16:00; x40 on the Friday before the Monday of its closing
    by_original = f"{GOOD} AND o.id NOT IN ('x39', 'x40')"
    of = counted(edges, base)
    assert found == OnTime(
        Rate(counted(edges, f"{base} AND {GOOD}"), of),
        days=7,
        extended=counted(edges, f"{base} AND o.extensions > 0"),
        suspended=counted(edges, f"{base} AND {SUSPENDED}"),
        exempt=counted(edges, f"{base} AND o.exempt = 1"),
        forced=counted(edges, f"{base} AND o.outcome = 'forced'"),
        void=counted(edges, f"{WEEK} AND o.stage = 'void'"),
        no_deadline=counted(
            edges,
            f"{JUDGED} AND {DUE} IS NULL AND id <> 'p08'"
            " AND o.stage IN ('dispatched', 'handling', 'checking', 'closed')"
            " AND o.reported_at > '2026-03-04 10:30:00' AND o.reported_at <= '2026-03-11 10:30:00'",
        ),
        by_original=Rate(counted(edges, f"{base} AND {by_original}"), of),
        parked=1,
        computed=1,
    )


def test_the_rate_of_the_week_counted_on_paper(edges: Edges) -> None:
    with edges.database.reader(WALL) as db:
        found = ontime(db, when())
    assert isinstance(found, OnTime)
    assert found.rate == Rate(26, 40)
    assert found.by_original == Rate(24, 40), "x39 and x40 were on time by their new deadlines only"
    assert (found.extended, found.suspended, found.exempt, found.forced, found.void) == (2, 1, 2, 1, 1)
    assert found.no_deadline == 4, "x32, x33 at work; x34, x35 closed; p08 has a limit and so a deadline"
    assert (found.parked, found.computed) == (1, 1), "p10, p08"


@pytest.mark.parametrize(
    ("order", "on_time"),
    [("x03", True), ("x04", False), ("x08", True), ("x09", False), ("x14", True), ("x30", True), ("x45", True)],
)
def test_one_order_more_is_judged_as_it_should(edges: Edges, order: str, on_time: bool) -> None:
    """The rate of everything but this order, by hand, and the rate with it."""
    base = f"{WEEK} AND {JUDGED} AND o.id <> '{order}'"
    without = Rate(counted(edges, f"{base} AND {GOOD}"), counted(edges, base))
    with edges.database.reader(WALL) as db:
        found = ontime(db, when())
    assert isinstance(found, OnTime)
    assert found.rate == without + Rate(int(on_time), 1)


@pytest.mark.parametrize("order", ["x01", "x05", "x06", "x07", "x31", "x34"])
def test_orders_that_belong_in_no_rate(edges: Edges, order: str) -> None:
    assert counted(edges, f"o.id = '{order}'") == 1
    assert counted(edges, f"{WEEK} AND {JUDGED} AND o.id = '{order}'") == 0


def test_departments_equal_a_recount_by_hand(edges: Edges) -> None:
    with edges.database.reader(WALL) as db:
        found = departments(db, when())
    assert isinstance(found, Departments)
    rates = {
        code: Rate(int(good), int(of))
        for code, good, of in edges.hand.rows(
            f"SELECT o.department_code, sum(CASE WHEN {GOOD} THEN 1 ELSE 0 END), count(*)"
            f" FROM work_orders o WHERE {MONTH} AND {JUDGED} GROUP BY o.department_code"
        )
    }
    nobody = rates.pop(None)
    shown = {row.department: row.rate for row in (*found.rows, *found.too_few)}
    streets = {row["code"] for row in small.DEPARTMENTS if row.get("area_code")}
    assert {code: rate for code, rate in shown.items() if rate.of} == {
        c: r for c, r in rates.items() if c not in streets
    }
    assert found.others == sum((rate for code, rate in rates.items() if code in streets), Rate(0, 0)) == Rate(5, 6)
    assert set(shown) == {row["code"] for row in small.DEPARTMENTS} - streets | {"D7", "D9"}
    assert found.nobody == nobody == Rate(1, 1)
    assert (found.minimum, found.days) == (5, 30)
    total = sum(shown.values(), found.nobody + found.others)
    assert total == Rate(counted(edges, f"{MONTH} AND {JUDGED} AND {GOOD}"), counted(edges, f"{MONTH} AND {JUDGED}"))


def test_departments_on_paper(edges: Edges) -> None:
    with edges.database.reader(WALL) as db:
        found = departments(db, when())
    assert isinstance(found, Departments)
    assert [(row.department, row.rate, row.rank) for row in found.rows] == [
        ("D3", Rate(8, 10), 1),
        ("D1", Rate(10, 22), 2),
        ("D2", Rate(3, 8), 3),
    ]
    assert [(row.department, row.rate, row.rank) for row in found.too_few] == [
        ("D6", Rate(1, 1), None),
        ("D7", Rate(2, 2), None),
        ("D9", Rate(0, 1), None),
    ]


def test_a_street_is_compared_with_its_own_units(edges: Edges) -> None:
    """The office of the street and the bureaus; the office of another street would be among the others."""
    with edges.database.reader(WALL) as db:
        found = departments(db.narrowed(area(1, 1)), when(place=area(1, 1)))
    assert isinstance(found, Departments)
    listed = {row.department for row in (*found.rows, *found.too_few)}
    assert "D4" in listed
    assert "D5" not in listed


def test_equals_share_their_rank(own_edges: Edges) -> None:
    own_edges.made.write("UPDATE work_orders SET stage = 'closed', closed_at = '2026-01-01 00:00:00'")
    with own_edges.database.reader(WALL) as db:
        found = departments(db, when())
    assert isinstance(found, Departments)
    assert [row.department for row in found.rows] == ["D1", "D2", "D3"], "as good as each other: most cases first"
    assert [row.rank for row in found.rows] == [1, 1, 1]


def test_the_map_takes_the_lowest_level_with_enough_cases(edges: Edges) -> None:
    with edges.database.reader(WALL) as db:
        found = map_ontime(db, when())
    assert isinstance(found, CellRates)
    assert found.level == "street"
    by_code = {
        code: Rate(int(good), int(of))
        for code, good, of in edges.hand.rows(
            f"SELECT o.area_code, sum(CASE WHEN {GOOD} THEN 1 ELSE 0 END), count(*)"
            f" FROM work_orders o WHERE {MONTH} AND {JUDGED} GROUP BY o.area_code"
        )
    }
    streets = [row["code"] for row in small.AREAS if row["level"] == "street"]
    known = {row["code"] for row in small.AREAS}
    expected = {
        street: sum((rate for code, rate in by_code.items() if code in known and code.startswith(street)), Rate(0, 0))
        for street in streets
    }
    assert found.rates == {street: rate for street, rate in expected.items() if rate.of}
    assert found.total == sum(rate.of for rate in by_code.values())
    assert found.not_located == found.total - sum(rate.of for rate in expected.values()) == 1
    assert found.minimum == 5


def test_a_place_with_few_cases_is_shown_at_a_higher_level(edges: Edges) -> None:
    with edges.database.reader(WALL) as db:
        found = map_ontime(db.narrowed(area(3, 2)), when(place=area(3, 2)))
    assert isinstance(found, CellRates)
    assert found.level == "street"
    assert set(found.rates) == {area(3, 2)}


def test_what_is_not_recorded_is_said(own_edges: Edges) -> None:
    own_edges.drop("work_orders", "extensions", "exempt", "outcome", "department_code")
    own_edges.made.write("DROP TABLE work_order_measures")
    own_edges.database.forget()
    with own_edges.database.reader(WALL) as db:
        found = ontime(db, when())
        assert isinstance(found, OnTime)
        assert (found.extended, found.exempt, found.forced, found.suspended) == (None,) * 4
        assert found.by_original is None
        assert found.rate == Rate(25, 42), "without appeals x08 is late, and without measures p09 and p10 are"
        assert found.parked is None
        assert departments(db, when()) == NotRecorded(("work_orders.department_code",))
    own_edges.drop("work_orders", "close_due_at", "handle_due_at")
    with own_edges.database.reader(WALL) as db:
        for reading in (ontime, map_ontime):
            assert reading(db, when()) == NotRecorded(("work_orders.close_due_at|handle_due_at",))


def test_nothing_due_is_no_rate(own_edges: Edges) -> None:
    own_edges.made.write("DELETE FROM work_orders")
    with own_edges.database.reader(WALL) as db:
        week, month, cells = ontime(db, when()), departments(db, when()), map_ontime(db, when())
    assert isinstance(week, OnTime)
    assert isinstance(month, Departments)
    assert isinstance(cells, CellRates)
    assert week.rate.value is None
    assert week.rate.interval is None
    assert month.rows == ()
    assert [row.department for row in month.too_few] == ["D1", "D2", "D3", "D6"]
    assert (cells.rates, cells.total, cells.not_located) == ({}, 0, 0)


def test_a_city_with_a_policy_of_its_own(edges: Edges) -> None:
    """Other windows, samples and clocks: the same definitions over them."""
    own = POLICY.model_copy(
        update={
            "windows": POLICY.windows.model_copy(update={"ontime_days": 2, "departments_days": 6}),
            "samples": POLICY.samples.model_copy(update={"department": 9}),
            "clock": POLICY.clock.model_copy(update={"default": "continuous"}),
            "horizon": POLICY.horizon.model_copy(update={"cuts": ("17:00",)}),
        }
    )
    at = At(NOW, CALENDAR, own)
    with edges.database.reader(WALL) as db:
        week, month, ahead, head = ontime(db, at), departments(db, at), horizon(db, at), pulse(db, at)
        later = pulse(db, At(NOW.replace(hour=17, minute=0), CALENDAR, own))
        moved = judged_at(db, at).moved.by_id
    assert isinstance(week, OnTime)
    assert isinstance(month, Departments)
    assert isinstance(ahead, Horizon)
    assert (week.days, month.days, month.minimum) == (2, 6, 9)
    said = {one: found.due and str(found.due) for one, found in moved.items()}
    assert said == MOVED, "their classes say which clock is theirs"
    for found, days in ((week.rate, 2), (sum((r.rate for r in (*month.rows, *month.too_few)), month.nobody), 6)):
        base = f"{due_between(f'2026-03-{11 - days:02} 10:30:00', '2026-03-11 10:30:00')} AND {JUDGED}"
        others = NO_CASES if days == 2 else month.others
        assert found + others == Rate(counted(edges, f"{base} AND {GOOD}"), counted(edges, base))
    assert all(row.rate.of >= 9 for row in month.rows)
    assert [cut.day for cut in ahead.cuts] == [11, 12, 13]
    assert {cut.hour for cut in ahead.cuts} == {17}
    assert head.overdue is not None
    assert head.overdue + ahead.totals[0] == later.overdue
