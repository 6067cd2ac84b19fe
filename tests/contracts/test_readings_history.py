"""Last week, fourteen days, the hours, the types: against SQL by hand and on paper, on each engine."""

from datetime import date, datetime, timedelta

import pytest

from data_access.scope import Audience, Scope
from indicators.readings.counts import pulse
from indicators.readings.history import LastWeek, Sparks, TypeCount, last_week, sparks, trend, types
from indicators.readings.rates import OnTime, ontime
from tests.fixtures.edges import CALENDAR, NOW, Edges, due_between, when
from tests.fixtures.small import area

WALL = Scope.of(Audience.WALL)
OPEN = "stage IN ('reported', 'verifying', 'filed', 'dispatched', 'handling', 'checking')"
DUE = "coalesce(close_due_at, handle_due_at)"
ENDED = "coalesce(ended_at, closed_at)"
NO_SPOT = "(handled_on_spot IS NULL OR handled_on_spot = 0)"
JUDGED = f"stage NOT IN ('void', 'cancelled') AND {NO_SPOT}"
GOOD = f"stage = 'closed' AND (closed_at <= {DUE} OR exempt = 1)"


def counted(edges: Edges, condition: str) -> int:
    return int(edges.hand.one(f"SELECT count(*) FROM work_orders WHERE {condition}"))


def test_last_week_equals_a_recount_by_hand(edges: Edges) -> None:
    with edges.database.reader(WALL) as db:
        found = last_week(db, when())
    day = "BETWEEN '2026-03-04 00:00:00' AND '2026-03-04 10:30:00'"
    then = "'2026-03-04 10:30:00'"
    was_open = f"reported_at <= {then} AND ({OPEN} OR {ENDED} > {then})"
    base = f"{DUE} >= '2026-02-25 10:30:00' AND {DUE} < {then} AND {JUDGED}"
    assert found == LastWeek(
        datetime(2026, 3, 4, 10, 30),
        True,
        "",
        filed=counted(edges, f"filed_at {day} AND {NO_SPOT} AND (stage <> 'void' OR {ENDED} > {then})"),
        reported=counted(edges, f"reported_at {day}"),
        open=counted(edges, was_open),
        closed=counted(edges, f"closed_at {day} AND stage NOT IN ('void', 'cancelled')"),
        overdue=counted(edges, f"{was_open} AND {DUE} < {then}"),
        ontime=counted(edges, f"{base} AND {GOOD}") / counted(edges, base),
    )


def test_last_week_on_paper(edges: Edges) -> None:
    """Filed: w01, w02, p02, x24, x26, x37 (not x25, void since when nobody knows, not x38 a second later)."""
    with edges.database.reader(WALL) as db:
        found = last_week(db, when())
    assert (found.filed, found.reported, found.closed) == (6, 8, 4)
    assert (found.open, found.overdue) == (16, 5)


def test_the_rate_of_last_week_is_the_rate_taken_then(edges: Edges) -> None:
    with edges.database.reader(WALL) as db:
        found, then = last_week(db, when()), ontime(db, when(NOW - timedelta(days=7)))
    assert isinstance(then, OnTime)
    assert found.ontime == then.rate.value


@pytest.mark.parametrize(
    ("now", "comparable"),
    [
        (datetime(2026, 2, 17, 10), False),  # Spring Festival
        (datetime(2026, 2, 24, 10), False),  # an ordinary Tuesday, a week after it
        (datetime(2026, 2, 28, 10), False),  # a Saturday that is worked
        (datetime(2026, 3, 11, 10), True),
    ],
)
def test_holidays_are_not_compared(edges: Edges, now: datetime, comparable: bool) -> None:
    with edges.database.reader(WALL) as db:
        found, curve = last_week(db, when(now)), trend(db, when(now))
    assert found.comparable is comparable
    assert found.reason == ("" if comparable else "holiday")
    assert (curve.last_week is not None) is comparable
    if not comparable:
        assert (found.filed, found.open, found.ontime) == (None, None, None)


def test_without_history_there_is_no_comparison(own_edges: Edges) -> None:
    own_edges.made.write("DELETE FROM work_orders WHERE reported_at < '2026-03-04 00:00:01'")
    with own_edges.database.reader(WALL) as db:
        assert last_week(db, when()) == LastWeek(NOW - timedelta(days=7), False, "no-history")
        assert trend(db, when()).last_week is None


def test_sparks_equal_a_recount_by_hand(edges: Edges) -> None:
    with edges.database.reader(WALL) as db:
        found, head = sparks(db, when()), pulse(db, when())
    assert found.days == tuple(date(2026, 2, 26) + timedelta(days=n) for n in range(14))
    for n, day in enumerate(found.days):
        start, since = f"'{day} 00:00:00'", f"{day} 00:00:00"
        end = min(datetime.combine(day, datetime.min.time()) + timedelta(days=1), NOW + timedelta(seconds=1))
        upto = f"'{end}'"
        inside = "{0} >= " + start + " AND {0} < " + upto
        assert found.inflow[n] == counted(edges, f"{inside.format('filed_at')} AND stage <> 'void' AND {NO_SPOT}"), day
        assert found.closed[n] == counted(edges, f"{inside.format('closed_at')} AND stage = 'closed'"), day
        was_open = f"reported_at < {upto} AND ({OPEN} OR {ENDED} >= {upto})"
        if day < NOW.date():
            assert found.open[n] == counted(edges, was_open), day
            assert found.overdue[n] == counted(
                edges, f"{was_open} AND {due_between('1900-01-01 00:00:00', str(end))}"
            ), day
        due_until = min(end, NOW)
        base = f"{due_between(since, str(due_until))} AND {JUDGED}"
        of = counted(edges, base)
        assert found.ontime[n] == (counted(edges, f"{base} AND {GOOD}") / of if of else None), day
    assert (found.open[-1], found.overdue[-1]) == (head.open, head.overdue)
    assert (found.inflow[-1], found.closed[-1]) == (head.filed_today, head.closed_today)


def test_the_trend_equals_a_recount_by_hand(edges: Edges) -> None:
    with edges.database.reader(WALL) as db:
        found = trend(db, when())
    assert found.kind == "filed_today"
    assert found.now_hour == 10
    assert found.last_week is not None
    for hour in range(24):
        for day, values in (("2026-03-11", found.today), ("2026-03-04", found.last_week)):
            upto = "2026-03-11 10:30:00" if (day, hour) == ("2026-03-11", 10) else f"{day} {hour:02}:59:59"
            expected = counted(
                edges,
                f"filed_at >= '{day} {hour:02}:00:00' AND filed_at <= '{upto}' AND stage <> 'void' AND {NO_SPOT}",
            )
            assert values[hour] == (None if day == "2026-03-11" and hour > 10 else expected), (day, hour)
    assert found.today[:11] == (1, 0, 1, 0, 0, 0, 4, 1, 8, 3, 3)
    assert sum(filter(None, found.today)) == 21


def test_types_equal_a_recount_by_hand(edges: Edges) -> None:
    with edges.database.reader(WALL) as db:
        found = types(db, when())
    week = "filed_at > '2026-03-04 10:30:00' AND filed_at <= '2026-03-11 10:30:00'"
    before = "filed_at > '2026-02-25 10:30:00' AND filed_at <= '2026-03-04 10:30:00'"
    rule = f"stage <> 'void' AND {NO_SPOT}"
    rows = edges.hand.rows(
        f"SELECT coalesce(category_code, ''), sum(CASE WHEN {week} THEN 1 ELSE 0 END),"
        f" sum(CASE WHEN {before} THEN 1 ELSE 0 END) FROM work_orders"
        f" WHERE {rule} AND ({week} OR {before}) GROUP BY coalesce(category_code, '')"
    )
    counts = [TypeCount(str(code), int(n), int(was)) for code, n, was in rows]
    assert found.rows == tuple(sorted((row for row in counts if row.count), key=lambda row: (-row.count, row.category)))
    assert found.total == sum(row.count for row in counts) == counted(edges, f"{rule} AND {week}")
    assert found.days == 7
    spoken = {row.category: row for row in found.rows}
    assert spoken[""].count == 1, "x16 has no class"
    assert spoken["S01"].count == 8, "x38 belongs to this week, x37 a second earlier does not"
    assert [row.category for row in found.rising] == ["E0110"], "at least twenty of a class make a rise"


def test_what_rises_is_more_than_chance(own_edges: Edges) -> None:
    own_edges.made.write("DELETE FROM work_orders WHERE category_code = 'E0110'")
    with own_edges.database.reader(WALL) as db:
        assert types(db, when()).rising == ()
    for code, now, before in (
        ("R1", 20, 8),
        ("R2", 20, 10),
        ("R3", 19, 0),
        ("R4", 60, 30),
        ("R5", 50, 20),
        ("R6", 90, 5),
    ):
        for n, moment in [(now, "2026-03-09 10:00:00"), (before, "2026-03-02 10:00:00")]:
            own_edges.made.write(
                *(
                    "INSERT INTO work_orders (id, case_no, category_code, area_code, stage, reported_at, filed_at)"
                    f" VALUES ('{code}{moment}{i}', 'x', '{code}', '{area(1)}', 'handling', '{moment}', '{moment}')"
                    for i in range(n)
                )
            )
    with own_edges.database.reader(WALL) as db:
        found = types(db, when())
    assert [(row.category, row.count, row.before) for row in found.rising] == [
        ("R6", 90, 5),
        ("R4", 60, 30),
        ("R5", 50, 20),
    ]
    own_edges.made.write("DELETE FROM work_orders WHERE category_code IN ('R4', 'R5', 'R6')")
    with own_edges.database.reader(WALL) as db:
        assert [row.category for row in types(db, when()).rising] == ["R1"], (
            "12 more of 28 is over 2 errors, 10 of 30 not"
        )


def test_sensitive_classes_are_named_for_a_street_and_not_below_it(own_edges: Edges) -> None:
    own_edges.made.write(
        f"UPDATE work_orders SET category_code = 'X0101' WHERE area_code LIKE '{area(1, 1, 1)}%' AND stage = 'closed'"
    )
    own_edges.database.forget()

    def named(place: str, audience: Audience = Audience.WALL) -> tuple[bool, int]:
        with own_edges.database.reader(Scope.of(audience)) as db:
            found = types(db.narrowed(place), when(place=place))
        return "X0101" in {row.category for row in found.rows}, found.total

    street, community, grid = (named(place) for place in (area(1, 1), area(1, 1, 1), area(1, 1, 1, 1)))
    assert (street[0], community[0], grid[0]) == (True, False, False)
    assert community[1] > grid[1] > 0
    assert named(area(1, 1, 1), Audience.LEADER)[0] is True


def test_a_source_without_filing_counts_reports(own_edges: Edges) -> None:
    own_edges.drop("work_orders", "filed_at")
    with own_edges.database.reader(WALL) as db:
        week, days, hours, classes = last_week(db, when()), sparks(db, when()), trend(db, when()), types(db, when())
    assert week.filed is None
    assert week.reported == 8
    assert days.inflow[-1] == sum(filter(None, hours.today)) == 28
    assert hours.kind == "reported_today"
    assert classes.total == counted(
        own_edges, "reported_at > '2026-03-04 10:30:00' AND reported_at <= '2026-03-11 10:30:00'"
    )


def test_a_source_without_deadlines_has_no_late_orders(own_edges: Edges) -> None:
    own_edges.drop("work_orders", "close_due_at", "handle_due_at")
    with own_edges.database.reader(WALL) as db:
        week, days = last_week(db, when()), sparks(db, when())
    assert isinstance(days, Sparks)
    assert (week.overdue, week.ontime, week.open) == (None, None, 16)
    assert days.overdue == days.ontime == (None,) * 14


def test_a_source_without_ends_uses_the_closings(own_edges: Edges) -> None:
    own_edges.drop("work_orders", "ended_at")
    with own_edges.database.reader(WALL) as db:
        week = last_week(db, when())
    then = "'2026-03-04 10:30:00'"
    assert week.open == counted(own_edges, f"reported_at <= {then} AND ({OPEN} OR closed_at > {then})")


def test_the_calendar_of_the_year_is_known() -> None:
    assert not CALENDAR.is_provisional(NOW.date())
