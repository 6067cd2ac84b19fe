"""Numbers that a panel narrows by stage, age, hour, holder, grade: the reading, its list and SQL by hand agree.

So do the panels themselves: what they draw from a reading is opened as a touch opens it, and counted.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any, Final

import pytest

from callbacks.asked import Asked
from callbacks.cases import question_of
from data_access.contract import Stage
from data_access.engine import ScopedReader
from data_access.scope import Audience, Scope
from indicators.periods import Periods
from indicators.readings import READINGS
from indicators.readings.cases import MOST, UNKNOWN_AGE, Ask, Cases, cases
from indicators.readings.counts import flow
from indicators.readings.deadlines import Lights, Sla, lights, sla
from indicators.readings.history import Trend, class_counts, trend
from indicators.readings.holding import Holding, holding
from indicators.readings.horizon import Horizon, horizon
from indicators.readings.hot import HotAreas, hot_areas
from indicators.readings.origins import Ladder, ladder
from indicators.readings.process import Longest, ageing
from indicators.readings.supervision import Replies, Supervision, replies, supervision
from indicators.registry import ENTERED
from indicators.rules import orders
from indicators.values import At, NotRecorded
from layouts.panel import Props, Showing
from layouts.scenes import PANELS
from tests.fixtures.edges import CALENDAR, NOW, Edges, when
from tests.fixtures.reckoned import HAND
from tests.fixtures.small import AREAS, CITY, area
from tests.fixtures.trees import components, props_of, texts

LEADER, WALL = Scope.of(Audience.LEADER), Scope.of(Audience.WALL)
SCOPES = pytest.mark.parametrize(
    ("scope", "place"), [(LEADER, None), (WALL, None), (LEADER, area(1, 1)), (WALL, area(3))], ids=str
)
DAY = timedelta(days=1)


@contextmanager
def snapshot(edges: Edges, scope: Scope = LEADER, place: str | None = None) -> Iterator[tuple[ScopedReader, At]]:
    """One snapshot of a place, as the publisher and a callback look at it."""
    with edges.database.reader(scope) as db:
        yield db if place is None else db.narrowed(place), when(NOW, place)


def listed(db: ScopedReader, at: At, ask: Ask) -> Cases:
    found = cases(db, at, replace(ask, limit=MOST))
    assert isinstance(found, Cases)
    assert found.total == len(found.rows) + found.withheld, "the fixtures are smaller than the longest list"
    assert found.withheld == 0 or not db.scope.persons
    return found


def by_hand(edges: Edges, condition: str, place: str | None = None) -> set[str]:
    mine = "1 = 1" if place is None else f"o.area_code LIKE '{place}%'"
    return {one for (one,) in edges.hand.rows(f"SELECT o.id FROM work_orders o WHERE {mine} AND {condition}")}


def agree(edges: Edges, number: int, found: Cases, condition: str, place: str | None) -> None:
    """Number, list and hand."""
    hand = by_hand(edges, condition, place)
    assert number == found.total == len(hand), (number, found.total, sorted(hand))
    ids = {row.order_id for row in found.rows}
    assert ids <= hand
    assert len(ids) == found.total - found.withheld


@SCOPES
def test_what_entered_each_stage_today(reckoned: Edges, scope: Scope, place: str | None) -> None:
    with snapshot(reckoned, scope, place) as (db, at):
        for stage in flow(db, at).stages:
            name = ENTERED[stage.stage]
            assert stage.entered is not None
            agree(reckoned, stage.entered, listed(db, at, Ask(name)), HAND[name].rows or "", place)


def aged(stage: str, column: str, low: float | None, high: float | None) -> str:
    """Entered the stage between these hours ago, by hand."""
    words = [f"o.stage = '{stage}'"]
    if high is not None:
        words.append(f"o.{column} > '{NOW - timedelta(hours=high)}'")
    if low is not None:
        words.append(f"o.{column} <= '{NOW - timedelta(hours=low)}'")
    return " AND ".join(words)


@SCOPES
def test_how_long_cases_have_waited_in_each_stage(reckoned: Edges, scope: Scope, place: str | None) -> None:
    edges = (None, 1.0, 4.0, 24.0, 72.0, None)
    with snapshot(reckoned, scope, place) as (db, at):
        assert at.policy.ageing.hours == edges[1:-1]
        for stage in ageing(db, at).stages:
            column = orders.ENTERED_BY[stage.stage]
            ask = Ask("stage_waiting", stage=stage.stage)
            assert stage.by_band is not None
            for age, n in enumerate(stage.by_band):
                found = listed(db, at, replace(ask, age=age))
                agree(reckoned, n, found, aged(stage.stage, column, edges[age], edges[age + 1]), place)
                entries = [row.since for row in found.rows]
                assert entries == sorted(entries, key=lambda moment: moment or datetime.min), "the oldest stand first"
                assert all(entries)
                if entries and n == max(stage.by_band) and not found.withheld and stage.oldest in entries:
                    assert entries[0] == stage.oldest
            unknown = listed(db, at, replace(ask, age=UNKNOWN_AGE))
            agree(reckoned, stage.unknown, unknown, f"o.stage = '{stage.stage}' AND o.{column} IS NULL", place)


def test_the_ages_have_cases_of_every_band(sqlite_reckoned: Edges) -> None:
    """Else a band that nothing ever falls into would pass."""
    with snapshot(sqlite_reckoned) as (db, at):
        stages = ageing(db, at).stages
    assert all(any(stage.by_band[age] for stage in stages if stage.by_band) for age in range(5))
    assert any(stage.unknown for stage in stages)


def test_an_age_is_no_age_where_the_entry_is_not_recorded(own_reckoned: Edges) -> None:
    own_reckoned.drop("work_orders", "taken_at")
    with snapshot(own_reckoned) as (db, at):
        handling = next(stage for stage in ageing(db, at).stages if stage.stage is Stage.HANDLING)
        ask = Ask("stage_waiting", stage="handling")
        assert handling.by_band is None
        assert cases(db, at, replace(ask, age=0)) == NotRecorded(("work_orders.taken_at",))
        assert listed(db, at, replace(ask, age=UNKNOWN_AGE)).total == handling.unknown == handling.waiting


HOURLY = {"filed_today": ("filed_at", "o.stage <> 'void' AND coalesce(o.handled_on_spot, 0) = 0"),
          "reported_today": ("reported_at", "1 = 1")}  # fmt: skip


def hours_agree(edges: Edges, db: ScopedReader, at: At, found: Trend, place: str | None) -> None:
    """Every hour of both days."""
    column, rule = HOURLY[found.kind]
    assert found.last_week is not None
    for day, numbers in ((found.day, found.today), (found.day - 7 * DAY, found.last_week)):
        for hour, n in enumerate(numbers):
            start = datetime.combine(day, time(hour))
            period = Periods.of(at.policy).hour(start)
            within = (
                f"o.{column} >= '{start}' AND o.{column} < '{start + timedelta(hours=1)}' AND o.{column} <= '{NOW}'"
            )
            listing = listed(db, at, Ask(found.hourly, span=period.span))
            agree(edges, n or 0, listing, f"{within} AND {rule}", place)


@SCOPES
def test_the_hours_of_the_day_and_of_the_day_a_week_before(reckoned: Edges, scope: Scope, place: str | None) -> None:
    with snapshot(reckoned, scope, place) as (db, at):
        found = trend(db, at)
        assert found.kind == "filed_today"
        assert sum(n or 0 for n in found.today)
        hours_agree(reckoned, db, at, found, place)


def test_so_do_the_hours_of_reports_where_no_filing_is_recorded(own_reckoned: Edges) -> None:
    own_reckoned.drop("work_orders", "filed_at")
    with snapshot(own_reckoned) as (db, at):
        found = trend(db, at)
        assert found.kind == "reported_today"
        hours_agree(own_reckoned, db, at, found, None)


def test_an_hour_is_one_by_the_clock_wherever_days_are_cut(sqlite_reckoned: Edges) -> None:
    noon = Periods(noon=True)
    late = noon.hour(datetime(2026, 3, 11, 13, 20))
    assert (late.start, late.end) == (datetime(2026, 3, 11, 13), datetime(2026, 3, 11, 14))
    assert noon.hour(datetime(2026, 3, 11, 23)).end == datetime(2026, 3, 12)


def ended_by_hand(days: int) -> str:
    start = NOW - days * DAY
    return (
        "(o.stage IN ('reported', 'verifying', 'filed', 'dispatched', 'handling', 'checking')"
        f" OR coalesce(o.ended_at, o.closed_at) > '{start}')"
    )


def held_by_hand(days: int, department: str) -> str:
    return (
        f"{ended_by_hand(days)} AND EXISTS (SELECT 1 FROM work_order_events e WHERE e.order_id = o.id"
        f" AND e.at <= '{NOW}' AND e.to_stage IN ('dispatched', 'handling') AND e.to_department = '{department}')"
    )


PASSED = HAND["passed_around"].rows or ""


def holders_agree(edges: Edges, scope: Scope, place: str | None) -> Holding:
    """The cases of each department, with the hours of each, and those that went from hand to hand."""
    with snapshot(edges, scope, place) as (db, at):
        found = holding(db, at)
        assert isinstance(found, Holding)
        for row in found.rows:
            listing = listed(db, at, Ask("held", holder=row.department))
            agree(edges, row.orders, listing, held_by_hand(found.days, row.department), place)
            seconds = [case.held_s or 0.0 for case in listing.rows]
            assert seconds == sorted(seconds, reverse=True), "the longest held stand first"
            if not listing.withheld:
                assert sum(seconds) == pytest.approx(row.seconds)
        agree(edges, found.ping_pong_total, listed(db, at, Ask("passed_around")), PASSED, place)
    return found


@SCOPES
def test_whose_cases_were_held(reckoned: Edges, scope: Scope, place: str | None) -> None:
    holders_agree(reckoned, scope, place)


@pytest.mark.parametrize("scope", [LEADER, WALL], ids=str)
def test_whose_cases_were_held_in_the_log_with_all_its_turns(scenery: Edges, scope: Scope) -> None:
    found = holders_agree(scenery, scope, None)
    assert len(found.rows) > 4
    assert found.ping_pong_total > 2


def test_a_list_of_the_held_is_cut_after_the_longest(scenery: Edges) -> None:
    with snapshot(scenery) as (db, at):
        whole, cut = listed(db, at, Ask("held", holder="D6")), cases(db, at, Ask("held", holder="D6", limit=1))
    assert isinstance(cut, Cases)
    assert (cut.rows, cut.truncated, cut.total) == (whole.rows[:1], True, whole.total)
    assert whole.total > 1


def test_ages_and_holders_of_anything_else_cannot_be_asked(sqlite_reckoned: Edges) -> None:
    with snapshot(sqlite_reckoned) as (db, at):
        for ask in (
            Ask("stage_waiting", age=0),
            Ask("stage_waiting", stage="closed", age=0),
            Ask("closed", stage="handling", age=0),
            Ask("open", holder="D1"),
        ):
            with pytest.raises(LookupError):
                cases(db, at, ask)


def test_where_no_log_is_kept_nobody_held_anything(own_reckoned: Edges) -> None:
    own_reckoned.drop("work_order_events", "to_department")
    with snapshot(own_reckoned) as (db, at):
        missing = NotRecorded(("work_order_events.to_department",))
        assert cases(db, at, Ask("held", holder="D1")) == cases(db, at, Ask("passed_around")) == missing


@SCOPES
def test_what_stands_beside_the_ladder_and_the_hot_areas(reckoned: Edges, scope: Scope, place: str | None) -> None:
    with snapshot(reckoned, scope, place) as (db, at):
        steps, hot = ladder(db, at), hot_areas(db, at)
        assert isinstance(steps, Ladder)
        assert isinstance(hot, HotAreas)
        for number, ask, condition in (
            (steps.total, Ask("ladder_closed"), HAND["ladder_closed"].rows),
            (steps.forced, Ask("ladder_forced"), HAND["ladder_forced"].rows),
            (steps.on_spot, Ask("ladder_on_spot"), HAND["ladder_on_spot"].rows),
            (steps.unknown, Ask("settled", resolved=""), f"{HAND['settled'].rows} AND o.resolved_level IS NULL"),
            (hot.left_out, Ask("default_located"), HAND["default_located"].rows),
        ):
            agree(reckoned, number or 0, listed(db, at, ask), condition or "", place)
        nowhere = listed(db, at, Ask("in_hot_area", area="", level=hot.level))
        assert hot.not_located == nowhere.total


@SCOPES
def test_supervision_by_grade_and_by_when_it_is_to_be_answered(
    reckoned: Edges, scope: Scope, place: str | None
) -> None:
    """By hand an order asked about more than once has the grade of the answer due first."""
    first = (
        "(SELECT coalesce(m.grade, '') FROM work_order_measures m WHERE m.order_id = o.id AND m.kind = 'supervision'"
        " AND m.replied_at IS NULL AND (m.result = 'open' OR m.result IS NULL)"
        " ORDER BY CASE WHEN m.reply_due_at IS NULL THEN 1 ELSE 0 END, m.reply_due_at, m.id LIMIT 1)"
    )
    with snapshot(reckoned, scope, place) as (db, at):
        found = supervision(db, at)
        assert isinstance(found, Supervision)
        for number, name in (
            (found.open, "supervised"),
            (found.unanswered, "supervision_late"),
            (found.due_today, "supervision_today"),
        ):
            agree(reckoned, number, listed(db, at, Ask(name)), HAND[name].rows or "", place)
        for grade, n in found.by_grade:
            condition = f"{HAND['supervised'].rows} AND {first} = '{grade}'"
            agree(reckoned, n, listed(db, at, Ask("supervised", grade=grade)), condition, place)


@SCOPES
def test_the_replies_to_supervisions(reckoned: Edges, scope: Scope, place: str | None) -> None:
    """The three numbers below the list: those that spoil the rate, those in time, all."""
    with snapshot(reckoned, scope, place) as (db, at):
        found = replies(db, at)
        assert isinstance(found, Replies)
        rate, hand = found.rate, HAND["supervision_replied"]
        for part, number in (("rest", rate.of - rate.good), ("good", rate.good), ("base", rate.of)):
            asked = Ask("supervision_replied", part)  # type: ignore[arg-type]
            agree(reckoned, number, listed(db, at, asked), hand.where(part), place)
        if place is None:
            assert 0 < rate.good < rate.of


@SCOPES
def test_the_computed_the_long_overdue_and_the_spared(reckoned: Edges, scope: Scope, place: str | None) -> None:
    with snapshot(reckoned, scope, place) as (db, at):
        ahead, now, pressing = horizon(db, at), lights(db, at), sla(db, at)
        assert isinstance(pressing, Sla)
        assert isinstance(ahead, Horizon)
        assert isinstance(now, Lights)
        agree(reckoned, ahead.computed, listed(db, at, Ask("due_computed")), HAND["due_computed"].rows or "", place)
        agree(reckoned, now.long, listed(db, at, Ask("long_overdue")), HAND["long_overdue"].rows or "", place)
        agree(reckoned, pressing.suspended, listed(db, at, Ask("spared")), HAND["spared"].rows or "", place)


@SCOPES
def test_the_classes_of_the_days_before(reckoned: Edges, scope: Scope, place: str | None) -> None:
    start, end = NOW - 14 * DAY, NOW - 7 * DAY
    rule = "o.stage <> 'void' AND coalesce(o.handled_on_spot, 0) = 0"
    with snapshot(reckoned, scope, place) as (db, at):
        rows, _ = class_counts(db, at)
        assert at.policy.windows.types_days == 7
        for row in rows:
            listing = listed(db, at, Ask("type_count", category=row.category, before=True))
            named = f"o.category_code = '{row.category}'" if row.category else "o.category_code IS NULL"
            within = f"o.filed_at > '{start}' AND o.filed_at <= '{end}'"
            agree(reckoned, row.before, listing, f"{within} AND {rule} AND {named}", place)
        for ask in (Ask("open", before=True), Ask("filed_today", before=True)):
            with pytest.raises(LookupError):
                cases(db, at, ask)


# -- what the panels open -------------------------------------------------------------------------------------------

BARE: Final = re.compile(r"\+?[\d\u2009]*\d")
NO_COUNTS: Final = re.compile(r"(scheme|ranking|heat|movers|unittrend|lists)-.*|longest-wait")
"""Panels whose numbers are scores, or hours, and not as many as the cases they open."""


def drawn(db: ScopedReader, at: At, name: str) -> Props:
    """A panel drawn from its own readings, without a number where the source records none."""
    panel = PANELS[name]
    found = {reading: READINGS[reading].read(db, at) for reading in (panel.reading, *panel.also)}
    known = {reading: None if isinstance(value, NotRecorded) else value for reading, value in found.items()}
    place = at.area or db.reference.tree.root or ""
    return panel.show(known[panel.reading], Showing("zh", db.reference, at.now, CALENDAR.zone, place, known))


def opened(node: Any) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The text of whatever opens a list of cases, and what it asks for."""
    for one in components(node):
        question = json.loads(props_of(one).get("data-opens", "{}"))
        if question.pop("kind", "") == "cases":
            yield "|".join(texts(one)), question


def touched(db: ScopedReader, at: At, question: Mapping[str, str]) -> Cases:
    """The list that a touch opens."""
    ask, _ = question_of(db, Asked("cases", question), at)
    return listed(db, at, ask)


def numbers_agree(db: ScopedReader, at: At, panel: str) -> int:
    """Each number of a panel with its list; how many numbers there were."""
    n = 0
    for part in drawn(db, at, panel).values():
        for text, question in opened(part.get("children")):
            if not BARE.fullmatch(text) or question.get("department", "-") not in {"-", *db.reference.departments}:
                continue  # a department that no catalogue knows is shown by its code and has no list
            number = int(re.sub(r"\D", "", text))
            assert touched(db, at, question).total == number, (panel, text, question)
            n += 1
    return n


@SCOPES
def test_every_number_opens_as_many_cases(sqlite_reckoned: Edges, scope: Scope, place: str | None) -> None:
    panels = [name for name in PANELS if not NO_COUNTS.fullmatch(name)]
    with snapshot(sqlite_reckoned, scope, place) as (db, at):
        assert sum(numbers_agree(db, at, name) for name in panels) > 50


@SCOPES
def test_the_horizon_by_area_and_what_is_not_located(reckoned: Edges, scope: Scope, place: str | None) -> None:
    """By hand: coded to no area below the place."""
    below = [str(row["code"]) for row in AREAS if str(row["code"]).startswith(place or CITY) and row["code"] != place]
    outside = f"(o.area_code IS NULL OR o.area_code NOT IN ({', '.join(map(repr, below))}) OR o.area_code = '{CITY}')"
    with snapshot(reckoned, scope, place) as (db, at):
        assert numbers_agree(db, at, "horizon-areas") > 0
        ahead = horizon(db, at)
        assert isinstance(ahead, Horizon)
        nowhere = next((row for row in ahead.areas if row.key is None), None)
        for name, number in (
            ("overdue", nowhere.overdue if nowhere else 0),
            ("due_by_third_cut", nowhere.by_cut[2] if nowhere else 0),
        ):
            found = listed(db, at, Ask(name, area="", level="spread"))
            agree(reckoned, number, found, f"{HAND[name].rows} AND {outside}", place)


def test_something_is_not_located(sqlite_reckoned: Edges) -> None:
    """Else the row would prove nothing."""
    with snapshot(sqlite_reckoned) as (db, at):
        ahead = horizon(db, at)
        assert isinstance(ahead, Horizon)
        (nowhere,) = (row for row in ahead.areas if row.key is None)
        assert nowhere.overdue + nowhere.by_cut[2] > 0


ROWS: Final = {
    "longest": ("longest", "rows"),
    "ping-pong": ("holding", "ping_pong"),
    "supervision": ("supervision", "rows"),
    "sla": ("sla", "rows"),
}
"""Panels whose rows are one order each: the reading, and where it has them."""


@SCOPES
@pytest.mark.parametrize("panel", ROWS)
def test_a_row_opens_the_list_of_its_panel_with_its_order_in_it(
    reckoned: Edges, panel: str, scope: Scope, place: str | None
) -> None:
    reading, name = ROWS[panel]
    with snapshot(reckoned, scope, place) as (db, at):
        orders_of = getattr(READINGS[reading].read(db, at), name)
        rows = [row for row in drawn(db, at, panel)["rows"]["children"] if "row" in str(row.className).split()]
        assert len(rows) == len(orders_of)
        for order, row in zip(orders_of, rows, strict=True):
            ((_, question),) = opened(row)
            found = touched(db, at, question)
            assert order.order_id in {case.order_id for case in found.rows}, question
            named = HAND[question["indicator"]].rows or ""
            whole = by_hand(reckoned, named, place)
            assert {case.order_id for case in found.rows} <= whole
            assert all(case.category == order.category for case in found.rows)
            if panel == "sla":
                assert question["indicator"] == ("overdue" if order.due < at.now else "open")


@SCOPES
def test_the_longest_waits_open_by_entry(reckoned: Edges, scope: Scope, place: str | None) -> None:
    with snapshot(reckoned, scope, place) as (db, at):
        found = READINGS["longest"].read(db, at)
        assert isinstance(found, Longest)
        for stage in {row.stage for row in found.rows}:
            column = orders.ENTERED_BY[stage]
            whole = touched(db, at, {"indicator": "stage_waiting", "stage": stage.value, "age": "*"})
            agree(reckoned, whole.total, whole, f"o.stage = '{stage}' AND o.{column} IS NOT NULL", place)
            entries = [row.since for row in whole.rows]
            assert all(entries)
            assert entries == sorted(entries, key=lambda moment: moment or datetime.min), "the oldest stand first"
            first = {row.order_id: row.since for row in found.rows if row.stage is stage}
            assert first.items() <= {row.order_id: row.since for row in whole.rows}.items()
