"""The ticker and the sources: what just happened and who still speaks, on each engine."""

from datetime import datetime, timedelta

import pytest

from data_access.scope import Audience, Scope
from indicators.readings.events import LINES, Sources, Ticker, sources, ticker
from tests.fixtures.edges import NOW, POLICY, Edges, when
from tests.fixtures.small import area

WALL, LEADER = Scope.of(Audience.WALL), Scope.of(Audience.LEADER)


def taken(edges: Edges, scope: Scope = WALL, now: datetime = NOW) -> Ticker:
    with edges.database.reader(scope) as db:
        return ticker(db, when(now))


@pytest.mark.parametrize(
    ("scope", "seen"),
    [(WALL, "(o.category_code IS NULL OR o.category_code <> 'X0101')"), (LEADER, "1 = 1")],
    ids=["wall", "leader"],
)
def test_the_lines_are_those_of_a_list_made_by_hand(edges: Edges, scope: Scope, seen: str) -> None:
    actions = ", ".join(f"'{action}'" for action in POLICY.ticker.actions)
    expected = edges.hand.rows(
        "SELECT e.id, e.action, e.to_stage, coalesce(o.category_code, ''), coalesce(o.area_code, ''),"
        " coalesce(e.to_department, o.department_code),"
        " CASE WHEN coalesce(o.close_due_at, o.handle_due_at) < e.at THEN 1 ELSE 0 END"
        " FROM work_order_events e JOIN work_orders o ON o.id = e.order_id"
        f" WHERE e.at <= '2026-03-11 10:30:00' AND e.at > '2026-03-10 10:30:00' AND e.action IN ({actions}) AND {seen}"
        " ORDER BY e.at DESC, e.id DESC"
    )
    found = taken(edges, scope)
    assert len(expected) > LINES == len(found.events)
    assert [
        (int(e.id), e.action, e.to_stage, e.category, e.area, e.department, int(e.overdue)) for e in found.events
    ] == expected[:LINES]
    assert [event.at for event in found.events] == sorted((event.at for event in found.events), reverse=True)


def test_the_newest_lines_on_paper(edges: Edges) -> None:
    first, second = taken(edges).events[:2]
    assert (first.id, first.overdue, first.category) == ("9002", True, "")
    assert (second.id, second.overdue, second.department) == ("9006", False, "D2")
    assert [event.id for event in taken(edges, LEADER).events[:3]] == ["9002", "9001", "9006"]
    assert {"9001", "9003", "9004", "9005"} & {event.id for event in taken(edges).events} == set()


@pytest.mark.parametrize("logged", [True, False], ids=["log", "orders"])
def test_a_closing_is_late_by_the_deadline_it_is_judged_by(own_edges: Edges, logged: bool) -> None:
    """Four closed at 10:00 today: suspended meanwhile, extended too late, by its limit alone, plainly late."""
    before, end = "2026-03-10 08:00:00", "2026-03-11 10:00:00"
    due = {"s": "'2026-03-11 09:00:00'", "e": "'2026-03-11 12:00:00'", "c": "NULL", "p": "'2026-03-11 09:00:00'"}
    own_edges.made.write(
        "DELETE FROM work_order_events",
        *(
            "INSERT INTO work_orders (id, case_no, area_code, stage, outcome, reported_at, dispatched_at, closed_at,"
            " ended_at, updated_at, close_due_at, limit_value, limit_unit, limit_clock)"
            f" VALUES ('z{one}', 'z{one}', '{area(1)}', 'closed', 'resolved', '{before}', '{before}', '{end}',"
            f" '{end}', '{end}', {deadline}, 4, 'hour', 'continuous')"
            for one, deadline in due.items()
        ),
        *(
            f"INSERT INTO work_order_events (id, order_id, at, action) VALUES ({n}, 'z{one}', '{end}', 'close')"
            for n, one in enumerate(due, 99_001)
        ),
        "INSERT INTO work_order_measures (id, order_id, kind, asked_at, decided_at, result, from_at, until_at) VALUES"
        " (99001, 'zs', 'suspension', '2026-03-10 09:00:00', '2026-03-10 09:00:00', 'approved',"
        " '2026-03-10 09:00:00', '2026-03-10 16:00:00')",
        "INSERT INTO work_order_measures (id, order_id, kind, asked_at, decided_at, result, old_due_at, new_due_at)"
        " VALUES (99002, 'ze', 'extension', '2026-03-11 08:00:00', '2026-03-11 09:30:00', 'approved',"
        " '2026-03-11 09:00:00', '2026-03-11 12:00:00')",
    )
    if not logged:
        own_edges.made.write("DROP TABLE work_order_events")
    own_edges.database.forget()
    closings = [event for event in taken(own_edges).events if event.at == NOW.replace(hour=10, minute=0)]
    names = [event.id.split("-")[0][-1] for event in closings]
    found = {
        ("s", "e", "c", "p")[int(event.id) - 99_001] if logged else name: event.overdue
        for event, name in zip(closings, names, strict=True)
        if event.action == "close" and (logged or event.id.startswith("z"))
    }
    assert found == {"s": False, "e": True, "c": True, "p": True}


def test_nothing_of_yesterday_and_nothing_of_tomorrow(edges: Edges) -> None:
    assert taken(edges, now=NOW + timedelta(days=2)).events == ()
    later = taken(edges, now=NOW + timedelta(minutes=1)).events[0]
    assert (later.id, later.at) == ("9003", NOW + timedelta(minutes=1))


def test_without_a_log_the_orders_speak_for_themselves(own_edges: Edges) -> None:
    own_edges.made.write("DROP TABLE work_order_events")
    own_edges.database.forget()
    found = taken(own_edges)
    rows = own_edges.hand.rows(
        "SELECT * FROM (SELECT id || '-report' AS k, reported_at AS at FROM work_orders UNION ALL"
        " SELECT id || '-close', closed_at FROM work_orders)"
        " WHERE at <= '2026-03-11 10:30:00' AND at > '2026-03-10 10:30:00' ORDER BY at DESC, k DESC"
    )
    hidden = {"x17-report"}
    assert [event.id for event in found.events] == [key for key, _ in rows if key not in hidden][:LINES]
    assert {event.action for event in found.events} == {"report", "close"}


def speaks(edges: Edges, now: datetime = NOW) -> Sources:
    with edges.database.reader(WALL) as db:
        return sources(db, when(now))


def test_sources_equal_a_recount_by_hand(edges: Edges) -> None:
    found = speaks(edges)
    assert found.orders_at == datetime(2026, 3, 11, 10, 33), "three minutes ahead is a clock, not the future"
    assert found.positions_at == datetime(2026, 3, 11, 10, 33)
    assert found.future_rows == edges.hand.one(
        "SELECT count(*) FROM work_orders WHERE updated_at > '2026-03-11 10:35:00'"
        " OR reported_at > '2026-03-11 10:35:00'"
    )
    assert found.future_rows == 1
    assert found.state == "live"


def test_feeds_by_their_own_measure(edges: Edges) -> None:
    """Hotline: a minute of ten; patrol: five of fifteen; media: three days, nothing expected."""
    found = {feed.code: feed for feed in speaks(edges).feeds}
    assert [(feed.state, feed.expected_s) for feed in found.values()] == [("live", 600), ("quiet", None), ("live", 900)]
    assert list(found) == ["hotline", "media", "patrol"]

    def hotline(minutes: float) -> str:
        now = datetime(2026, 3, 11, 10, 29) + timedelta(minutes=minutes)
        return next(feed.state for feed in speaks(edges, now).feeds if feed.code == "hotline")

    assert [hotline(20), hotline(20.1), hotline(40), hotline(40.1)] == ["live", "quiet", "quiet", "silent"]


def test_a_gap_is_judged_by_the_same_gap_of_the_weeks_before(own_edges: Edges) -> None:
    """Every Wednesday 12 orders came between 10:31 and 10:41; and one in the night."""
    own_edges.made.write(
        "DELETE FROM work_orders WHERE updated_at > '2026-03-11 10:30:00' OR reported_at > '2026-03-11 10:30:00'"
    )
    for day in ("2026-03-04", "2026-02-25", "2026-02-18", "2026-02-11"):
        own_edges.made.write(
            *(
                "INSERT INTO work_orders (id, case_no, area_code, stage, reported_at, updated_at)"
                f" VALUES ('{day}{n}', 'x', '{area(1)}', 'handling', '{day} 10:{31 + n % 10}:00', '{day} 10:31:00')"
                for n in range(12)
            )
        )
    live_s, after = POLICY.sources.live_s, datetime(2026, 3, 11, 10, 30)
    assert speaks(own_edges, after + timedelta(seconds=live_s)).state == "live"
    assert speaks(own_edges, after + timedelta(minutes=3)).state == "quiet"
    assert speaks(own_edges, after + timedelta(minutes=15)).state == "silent", "12 usually come, none did"


def test_a_quiet_night_is_no_silence(own_edges: Edges) -> None:
    own_edges.made.write("DELETE FROM work_orders WHERE updated_at > '2026-03-11 01:00:00'")
    found = speaks(own_edges, datetime(2026, 3, 11, 3, 0))
    assert found.state == "quiet"
    assert speaks(own_edges, datetime(2026, 3, 13, 3, 0)).state == "silent"


def test_without_history_or_anything_else(own_edges: Edges) -> None:
    own_edges.made.write("DELETE FROM work_orders WHERE reported_at < '2026-03-11 08:00:00'")
    found = speaks(own_edges, NOW + timedelta(hours=2))
    assert (found.orders_at, found.state) == (datetime(2026, 3, 11, 12, 0), "quiet")
    assert speaks(own_edges, NOW + timedelta(hours=3)).state == "quiet", (
        "nothing says what is usual: a day, then silent"
    )
    assert speaks(own_edges, NOW + timedelta(hours=26)).state == "silent"
    own_edges.made.write("DELETE FROM work_orders", "DROP TABLE worker_positions", "DROP TABLE source_feeds")
    own_edges.database.forget()
    empty = speaks(own_edges)
    assert empty == Sources(None, None, 0, (), "silent")
