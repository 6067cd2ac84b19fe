"""Who held what: on paper, and against a recount of the log in plain Python, on each engine."""

from collections import defaultdict
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from data_access.scope import Audience, Scope
from indicators.readings import holding as module
from indicators.readings.holding import HeldBy, Holding, PingPong, holding
from indicators.values import Light, NotRecorded
from indicators.workcalendar import Clock, Pause
from tests.fixtures.edges import CALENDAR, NOW, Edges, when
from tests.fixtures.small import CATEGORIES, area

WALL, LEADER = Scope.of(Audience.WALL), Scope.of(Audience.LEADER)
HOUR = 3600
START = NOW - timedelta(days=3)


def held(edges: Edges, scope: Scope = LEADER, now: datetime = NOW, place: str | None = None) -> Holding:
    with edges.database.reader(scope) as db:
        found = holding(db if place is None else db.narrowed(place), when(now, place))
    assert isinstance(found, Holding)
    return found


def of(edges: Edges, department: str, **asked: object) -> HeldBy:
    return next(row for row in held(edges, **asked).rows if row.department == department)  # type: ignore[arg-type]


def test_held_by_each_department_on_paper(scenery: Edges) -> None:
    """The waits for dispatch (k01, k08, k10), for the check (k02, k03) and the suspension of k02 are nobody's.

    D1: k01 2 h and, since Monday at four, 12.5 h; k10 from Monday a week ago 7 + 6 x 8 + 2.5 h.
    D2: k01 3 h; k03 six hours of the night. D3: k02 1.5 h, 2 h on Monday, 2 h again after the rework.
    D6: k05 2 h, k06 1 h, k10 an hour each time. D4: k07 half an hour so far, k08 one; D5: k08 8 hours, k09 1.5.
    """
    assert {row.department: (row.orders, row.seconds / HOUR) for row in held(scenery).rows} == {
        "D1": (2, 2 + 12.5 + 7 + 6 * 8 + 2.5),
        "D2": (2, 3 + 6),
        "D3": (1, 5.5),
        "D4": (2, 1.5),
        "D5": (2, 1.5 + 4 + 2.5 + 1.5),
        "D6": (3, 2 + 1 + 1 + 1),
    }


def test_shares_and_means_follow(scenery: Edges) -> None:
    found = held(scenery)
    assert sum(row.share for row in found.rows) == pytest.approx(1)
    assert [row.seconds for row in found.rows] == sorted((row.seconds for row in found.rows), reverse=True)
    for row in found.rows:
        assert row.per_order == pytest.approx(row.seconds / row.orders)
    assert found.days == 3


def test_use_of_the_limits_is_pooled_over_orders_with_a_limit(scenery: Edges) -> None:
    """D2: 3 of the 4 hours of k01 and 6 of the one of k03. D6: k06 one of 4, k10 2 of 40 hours; k05 has no limit."""
    assert of(scenery, "D2").limit_share == pytest.approx((3 + 6) / (4 + 1))
    assert of(scenery, "D6").limit_share == pytest.approx((1 + 2) / (4 + 40))
    assert of(scenery, "D3").limit_share == pytest.approx(5.5 / 8), "its own limit, of a working day"
    assert of(scenery, "D5").limit_share == pytest.approx(1.5 / 4), "disputes have none"


def recount(edges: Edges, mine: str) -> dict[str, tuple[int, float]]:
    """The rule in plain words, event by event, without the database's windows or arrays."""
    asked = edges.hand.rows(
        "SELECT id, limit_clock, category_code FROM work_orders WHERE "
        f"{mine} AND (stage NOT IN ('closed', 'void', 'cancelled') OR coalesce(ended_at, closed_at) > '{START}')"
    )
    clocks = {row["code"]: row.get("limit_clock") for row in CATEGORIES}
    seconds, orders = defaultdict[str, float](float), defaultdict[str, set[str]](set)
    for order, clock, category in asked:
        pauses = [
            Pause(moment(start), None if end is None else moment(end))
            for start, end in edges.hand.rows(
                f"SELECT from_at, until_at FROM work_order_measures WHERE order_id = '{order}' AND kind = 'suspension'"
                " AND result = 'approved' AND from_at IS NOT NULL"
            )
        ]
        known = (said for said in (clock, clocks.get(category)) if said in ("work", "continuous"))
        runs = Clock(next(known, "work"))
        events = edges.hand.rows(
            f"SELECT at, to_stage, to_department FROM work_order_events WHERE order_id = '{order}'"
            f" AND at <= '{NOW}' ORDER BY at, id"
        )
        holder: str | None = None
        since = NOW
        for time, stage, department in [*events, (NOW, "closed", None)]:
            if stage is None or (stage in ("dispatched", "handling") and department is None):
                continue
            if holder is not None:
                seconds[holder] += CALENDAR.worked_between(since, moment(time), runs, pauses)
                orders[holder].add(order)
            holder, since = (department if stage in ("dispatched", "handling") else None), moment(time)
    return {code: (len(orders[code]), round(total, 3)) for code, total in seconds.items()}


def moment(value: object) -> datetime:
    return datetime.fromisoformat(str(value)).replace(tzinfo=None)


PLACES = pytest.mark.parametrize("place", [None, area(2, 2)])


def assert_recounted(edges: Edges, place: str | None) -> None:
    mine = "1 = 1" if place is None else f"area_code LIKE '{place}%'"
    found = {row.department: (row.orders, round(row.seconds, 3)) for row in held(edges, place=place).rows}
    assert found == recount(edges, mine)
    assert found


@PLACES
def test_holding_equals_a_recount_of_the_log(scenery: Edges, place: str | None) -> None:
    assert_recounted(scenery, place)


@PLACES
def test_so_does_that_of_the_city_with_edges(edges: Edges, place: str | None) -> None:
    assert_recounted(edges, place)


def test_ping_pong_shows_every_hand(scenery: Edges) -> None:
    """k10 went D6, D6, D1: two hands, whoever got it twice in a row had it once."""
    found = held(scenery)
    assert found.ping_pong == (
        PingPong("k01", "E0110", area(3, 1, 1, 1), 3, ("D1", "D2", "D1"), datetime(2026, 3, 9, 8, 20), Light.LONG),
        PingPong("k10", "C0101", area(3, 1, 1, 1), 2, ("D6", "D1"), datetime(2026, 2, 27, 9), found.ping_pong[1].light),
        PingPong("k08", "X0101", area(3, 1, 1, 1), 2, ("D4", "D5"), datetime(2026, 3, 10, 9), Light.NONE),
    )
    assert found.ping_pong_total == 3


def test_a_hall_counts_sensitive_classes_and_does_not_list_them(scenery: Edges) -> None:
    found = held(scenery, WALL)
    assert [row.order_id for row in found.ping_pong] == ["k01", "k10"]
    assert found.ping_pong_total == 3


def test_the_list_is_cut_and_the_total_is_not(scenery: Edges) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "LISTED", 1)
        found = held(scenery)
    assert ([row.order_id for row in found.ping_pong], found.ping_pong_total) == (["k01"], 3)


def test_the_policy_says_how_many_hands_are_ping_pong(scenery: Edges) -> None:
    policy = when().policy
    at = replace(when(), policy=policy.model_copy(update={"holding": policy.holding.model_copy(update={"hands": 3})}))
    with scenery.database.reader(LEADER) as db:
        found = holding(db, at)
    assert isinstance(found, Holding)
    assert found.ping_pong_total == 1


def test_time_goes_on_for_who_holds_it_and_for_nobody_else(scenery: Edges) -> None:
    later = NOW + timedelta(minutes=20)
    before = {row.department: row.seconds for row in held(scenery).rows}
    after = {row.department: row.seconds for row in held(scenery, now=later).rows}
    assert {code: after[code] - before[code] for code in before} == {
        "D1": 2 * 1200, "D2": 0, "D3": 0, "D4": 1200, "D5": 2 * 1200, "D6": 0
    }  # fmt: skip


def test_a_suspension_that_runs_is_not_charged(own_scenery: Edges) -> None:
    own_scenery.made.write(
        "INSERT INTO work_order_measures (id, order_id, kind, asked_at, result, from_at, until_at)"
        " VALUES (90, 'k09', 'suspension', '2026-03-11 09:30:00', 'approved', '2026-03-11 10:00:00', NULL)"
    )
    assert of(own_scenery, "D5", place=area(2, 2)).seconds == HOUR
    assert of(own_scenery, "D5", place=area(2, 2), now=NOW + timedelta(days=1)).seconds == HOUR


def test_without_measures_nothing_is_suspended(own_scenery: Edges) -> None:
    own_scenery.made.write("DROP TABLE work_order_measures")
    own_scenery.database.forget()
    assert of(own_scenery, "D3").seconds == (3.5 + 4 + 2 + 2) * HOUR


@pytest.mark.parametrize("column", ["to_stage", "to_department"])
def test_a_log_that_does_not_say_where_is_not_recorded(own_scenery: Edges, column: str) -> None:
    own_scenery.drop("work_order_events", column)
    with own_scenery.database.reader(WALL) as db:
        assert holding(db, when()) == NotRecorded((f"work_order_events.{column}",))


def test_without_a_log_nobody_held_anything_that_we_know_of(own_scenery: Edges) -> None:
    own_scenery.made.write("DROP TABLE work_order_events")
    own_scenery.database.forget()
    with own_scenery.database.reader(WALL) as db:
        assert holding(db, when()) == NotRecorded(("work_order_events",))
