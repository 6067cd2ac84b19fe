"""The traps that numbers of this trade are known to fall into, one short test each, named after its trap.

Each makes its own few cases in an otherwise empty city, so that the number can be seen at a glance.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from data_access.contract import metadata
from data_access.scope import Audience, Scope
from indicators.readings.cases import Ask, Cases, cases
from indicators.readings.deadlines import Lights, lights
from indicators.readings.figures import By, Figures, figures
from indicators.readings.rates import Departments, departments
from indicators.registry import definition
from indicators.values import Count, Light, NotRecorded, Rate
from indicators.workcalendar import Clock
from layouts.words import t
from tests.fixtures.contract import ContractDatabase, ContractServers
from tests.fixtures.edges import CALENDAR, _order, at, when
from tests.fixtures.scored import best, built_in, figure, one, scored, three, worst

LEADER = Scope.of(Audience.LEADER)
DONE: dict[str, Any] = {
    "filed_at": "03-10 08:05", "dispatched_at": "03-10 08:10", "taken_at": "03-10 08:20", "handled_at": "03-10 10:00",
    "closed_at": "03-10 11:00", "handle_due_at": "03-10 11:00", "close_due_at": "03-10 12:00",
}  # fmt: skip
Ask_ = Callable[..., Figures]


class City:
    """The small city without its orders."""

    def __init__(self, made: ContractDatabase) -> None:
        self.made = made
        self.count = 0
        self.made.write(
            *(f"DELETE FROM {table}" for table in ("work_orders", "work_order_events", "work_order_measures"))
        )

    def order(self, stage: str = "closed", **fields: Any) -> str:
        """One order reported on 03-10 at 08:00, closed in time unless something else is said; gives its id."""
        self.count += 1
        id_ = f"t{self.count:02d}"
        told = fields if stage != "closed" else {**DONE, **fields}
        row = _order(id_, stage, fields.pop("reported_at", "03-10 08:00"), **{**told, **fields})
        self._insert("work_orders", row)
        return id_

    def orders(self, number: int, stage: str = "closed", **fields: Any) -> None:
        """So many orders alike."""
        for _ in range(number):
            self.order(stage, **fields)

    def measure(self, order: str, kind: str, result: str = "approved", **moments: str) -> None:
        """A measure taken on an order."""
        self.count += 1
        told = {name: at(value) for name, value in moments.items()}
        row = {"id": self.count, "order_id": order, "kind": kind, "asked_at": at("03-10 09:00"), "result": result}
        self._insert("work_order_measures", row | told)

    def _insert(self, table: str, row: dict[str, Any]) -> None:
        with self.made.admin.begin() as connection:
            connection.execute(metadata.tables[table].insert(), [row])

    def count_of(self, *ids: str, by: By | None = None, level: str | None = None, now: datetime | None = None) -> Any:
        """The figures of these indicators: of one its value or groups, of several a tuple of them."""
        database = self.made.database()
        moment = when() if now is None else when(now)
        try:
            with database.reader(LEADER) as db:
                found = figures(db, moment, ids, by=by, level=level)
        finally:
            database.close()
        values = [one if by or isinstance(one, NotRecorded) else one[None] for one in (found[name] for name in ids)]
        return values[0] if len(values) == 1 else tuple(values)

    def reading(self, read: Callable[..., Any], *more: Any) -> Any:
        """The value of a reading."""
        database = self.made.database()
        try:
            with database.reader(LEADER) as db:
                return read(db, when(), *more)
        finally:
            database.close()


@pytest.fixture
def city(contract_servers: ContractServers) -> Iterator[City]:
    yield City(contract_servers.make("sqlite"))


def test_trap_01_the_same_number_of_two_editions_is_two_classes(city: City) -> None:
    """Events 04 and 05 changed places between two editions: classes are told apart by code, never by number or name."""
    city.made.write(
        "INSERT INTO categories (code, parent_code, name, edition) VALUES"
        " ('A04', NULL, '突发事件', 'older'), ('B04', NULL, '街面秩序', 'newer'), ('B05', NULL, '突发事件', 'newer')"
    )
    city.orders(2, category_code="A04")
    city.orders(3, category_code="B05")
    city.order(category_code="B04")
    assert city.count_of("reported", by="category", level="major") == {
        "A04": Count(2),
        "B05": Count(3),
        "B04": Count(1),
    }


def test_trap_02_leading_zeros_stay(city: City) -> None:
    city.orders(2, department_code="007", category_code="0101")
    city.order(department_code="7", category_code="101")
    assert city.count_of("reported", by="department") == {"007": Count(2), "7": Count(1)}
    assert city.count_of("reported", by="category") == {"0101": Count(2), "101": Count(1)}


def test_trap_03_the_check_before_filing_is_not_the_check_before_closing(city: City) -> None:
    assert (t("stage-verifying", "zh")[-2:], t("stage-checking", "zh")[-2:]) == ("核实", "核查"), "the national order"
    assert "立案前核实、立案、派遣、处置、结案前核查" in definition("open", "zh"), "in full where there is room"
    city.order("verifying")
    city.orders(2, "checking", filed_at="03-10 08:05", handled_at="03-10 10:00")
    assert city.count_of("handled", "open") == (Count(2), Count(3)), "only what a department did was handled"


def test_trap_04_the_limit_belongs_to_the_case_not_to_its_class(city: City) -> None:
    """The class has four hours; one case has two of its own. Neither has a deadline: both are computed."""
    start = {"filed_at": "03-11 08:00", "dispatched_at": "03-11 08:00", "clock_started_at": "03-11 08:00"}
    city.order("handling", reported_at="03-11 08:00", **start)
    short = city.order(
        "handling", reported_at="03-11 08:00", limit_value=2, limit_unit="hour", limit_clock="work", **start
    )
    listed = city.reading(cases, Ask("overdue"))
    assert isinstance(listed, Cases)
    assert [(row.order_id, row.due) for row in listed.rows] == [(short, at("03-11 10:00"))]
    assert city.count_of("overdue") == Count(1)


def test_trap_05_a_make_up_sunday_is_a_workday() -> None:
    assert CALENDAR.is_workday(date(2025, 1, 26)), "a Sunday worked for the Spring Festival of 2025"
    assert not CALENDAR.is_workday(date(2025, 1, 28)), "a Tuesday of the festival"
    assert CALENDAR.due(datetime(2025, 1, 26, 9), 1, "hour", Clock.WORK) == datetime(2025, 1, 26, 10)


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [("03-11 11:30", 1, "03-11 14:30"), ("03-11 17:30", 1, "03-12 08:30"), ("03-11 20:00", 1, "03-12 09:00")],
)
def test_trap_06_a_deadline_in_lunch_or_night_rolls_on(start: str, hours: float, due: str) -> None:
    assert CALENDAR.due(at(start), hours, "hour", Clock.WORK) == at(due)


def test_trap_07_an_extension_after_the_deadline_does_not_move_the_light(city: City) -> None:
    """The source moved both deadlines; one extension was granted in time, the other half an hour too late."""
    start = {"filed_at": "03-10 08:00", "dispatched_at": "03-10 08:00", "clock_started_at": "03-10 08:00"}
    moved = {"close_due_at": "03-12 12:00", "extensions": 1, **start}
    timely, tardy = (city.order("handling", **moved) for _ in range(2))
    deadlines = {"old_due_at": "03-10 12:00", "new_due_at": "03-12 12:00"}
    city.measure(timely, "extension", decided_at="03-10 11:00", **deadlines)
    city.measure(tardy, "extension", decided_at="03-10 12:30", **deadlines)
    listed = city.reading(cases, Ask("overdue"))
    assert isinstance(listed, Cases)
    assert [(row.order_id, row.due) for row in listed.rows] == [(tardy, at("03-10 12:00"))]
    assert listed.rows[0].light in (Light.OVERDUE, Light.LONG)
    assert city.count_of("overdue", "ontime_department") == (Count(1), Rate(0, 1))
    found = city.reading(lights)
    assert isinstance(found, Lights)
    assert found.overdue + found.long == 1


def test_trap_08_exempted_by_appeal_is_on_time_and_yet_visible(city: City) -> None:
    exempt = city.order(closed_at="03-10 16:00", exempt=1)
    city.measure(exempt, "appeal")
    city.order(closed_at="03-10 16:00")
    assert city.count_of("ontime_department", "exempted", "closed_late") == (Rate(1, 2), Count(1), Count(1))
    listed = city.reading(cases, Ask("exempted"))
    assert isinstance(listed, Cases)
    assert [row.order_id for row in listed.rows] == [exempt]
    assert listed.rows[0].closed_at is not None and listed.rows[0].due is not None
    assert listed.rows[0].closed_at > listed.rows[0].due, "that it was late stays to be seen"


def test_trap_09_the_department_that_has_it_now_is_charged(city: City) -> None:
    """Sent to another department, with a deadline of its own: the first one is not late with it any more."""
    city.order(
        "handling", first_department_code="D1", department_code="D2", departments_dispatched=2, dispatches=2,
        dispatched_at="03-11 09:00", handle_due_at="03-11 10:00", close_due_at="03-11 10:00",
    )  # fmt: skip
    assert city.count_of("overdue", by="department") == {"D2": Count(1)}
    assert city.count_of("pending_late", by="department") == {"D2": Count(1)}
    assert city.count_of("ontime_department", by="department") == {"D2": Rate(0, 1)}
    assert city.count_of("redispatch") == Rate(1, 1)


def test_trap_10_totals_are_pooled_and_never_averages_of_rates(city: City) -> None:
    city.order(department_code="D1")
    city.orders(9, department_code="D2", closed_at="03-10 16:00")
    assert city.count_of("ontime_department") == Rate(1, 10), "the average of the two rates would be 50 %"
    parts = city.count_of("ontime_department", by="department")
    assert parts == {"D1": Rate(1, 1), "D2": Rate(0, 9)}


def test_trap_11_a_denominator_of_zero_is_no_rate(city: City) -> None:
    city.order("handling")
    rate = city.count_of("ontime_department")
    assert rate == Rate(0, 0)
    assert rate.value is None and rate.interval is None, "neither 0 nor 100"
    assert city.count_of("ontime_department", by="department") == {}


@pytest.mark.parametrize("name", ["default", "cjt292", "cjt292_area", "jiesujiban"])
def test_trap_12_points_stay_between_0_and_100(name: str) -> None:
    scheme = built_in(name)
    bottom = one(scheme, {term.id: worst(term) for term in scheme.terms})
    assert bottom.score == 0
    assert all(term.points is not None and 0 <= term.points <= 100 for term in bottom.terms)


@pytest.mark.parametrize("name", ["default", "cjt292", "cjt292_area", "jiesujiban"])
def test_trap_13_doing_better_never_lowers_a_score(name: str) -> None:
    scheme = built_in(name)
    for term in (term for term in scheme.terms if term.is_share):
        last = -1.0
        for good in range(51) if term.direction == "up" else range(50, -1, -1):
            score = one(scheme, {**{t.id: best(t) for t in scheme.terms}, term.id: figure(term, good, 50)}).score
            assert score is not None and score >= last
            last = score
        assert last == 100, "a perfect unit scores exactly 100"


def test_trap_17_a_change_of_today_is_no_closing_of_today(city: City) -> None:
    """Yesterday's case was touched this morning; this morning's is closed."""
    city.order(updated_at="03-11 09:00")
    city.order(closed_at="03-11 09:00")
    assert city.count_of("closed_today", "closed") == (Count(1), Count(2))
    assert city.count_of("closed", by="day")["2026-03-10"] == Count(1)


def test_trap_19_units_are_not_ranked_by_how_much_they_have(city: City) -> None:
    """D1 has more cases in time, and more late ones, than D3 has cases: D3 does better."""
    city.orders(8, department_code="D1")
    city.orders(8, department_code="D1", closed_at="03-10 16:00")
    city.orders(6, department_code="D3")
    city.order(department_code="D2")
    found = city.reading(departments)
    assert isinstance(found, Departments)
    assert [(row.department, row.rank) for row in found.rows] == [("D3", 1), ("D1", 2)]
    assert "D2" in {row.department for row in found.too_few}, "nobody wins with one case"


def test_trap_20_units_of_one_name_are_two_units(city: City) -> None:
    city.made.write("UPDATE departments SET name = '综合执法队', short_name = '综合执法队' WHERE code IN ('D1', 'D2')")
    city.orders(2, department_code="D1")
    city.order(department_code="D2")
    assert city.count_of("reported", by="department") == {"D1": Count(2), "D2": Count(1)}
    scores = scored(built_in("jiesujiban"), {"D1": three(9, 10), "D2": three(1, 10)})
    assert {unit.code for unit in scores.units()} == {"D1", "D2"}


def test_trap_20_nothing_is_cut_off_before_grading() -> None:
    scheme = built_in("default")
    assert [scheme.grade_of(score).key for score in (90.0, 89.99, 75.0, 74.999, 60.0, 59.999)] == list("ABBCCD")


@pytest.mark.parametrize("name", ["default", "cjt292", "cjt292_area", "jiesujiban"])
def test_trap_20_no_term_is_inverted_and_none_counts_twice(name: str) -> None:
    scheme = built_in(name)
    perfect = {term.id: best(term) for term in scheme.terms}
    assert len({term.indicator for term in scheme.terms}) == len(scheme.terms)
    for term in scheme.terms:
        found = one(scheme, {**perfect, term.id: worst(term)})
        assert found.score == pytest.approx(100 - 100 * term.weight), term.id


def test_trap_21_a_null_deadline_is_in_neither_part(city: City) -> None:
    """Closed without a deadline, and of a class without a limit: S2 counted it as on time."""
    city.order()
    nothing: dict[str, Any] = {"handle_due_at": None, "close_due_at": None, "category_code": "E0112"}
    city.order(**nothing)
    city.order("handling", filed_at="03-10 08:05", dispatched_at="03-10 08:10", category_code="E0112")
    assert city.count_of("ontime_department", "ontime_handle", "overdue") == (Rate(1, 1), Rate(1, 1), Count(0))
    assert city.count_of("no_deadline") == Count(2)


def test_trap_22_a_forced_closing_is_counted_apart(city: City) -> None:
    city.orders(3, outcome="resolved")
    city.order(outcome="forced")
    assert city.count_of("closed", "forced", "forced_rate") == (Count(4), Count(1), Rate(1, 4))
    listed = city.reading(cases, Ask("forced_rate"))
    assert isinstance(listed, Cases)
    assert listed.total == len(listed.rows) == 1


def test_trap_case_without_a_case_is_not_grade_e() -> None:
    """Zero over zero cost a unit thirty points on each of three terms, and it came out last."""
    scheme = built_in("cjt292")
    nothing = {term.id: figure(term, 0, 0) for term in scheme.terms}
    unit = one(scheme, nothing)
    assert (unit.score, unit.grade, unit.rank) == (None, None, None)


def test_trap_undue_open_cases_do_not_lower_the_rate_and_unhandled_ones_do_not_flatter_it(city: City) -> None:
    """应结案: due in the period. Not yet due is left out; due and not even handled is in, and not good."""
    city.order()
    city.order("handling", close_due_at="03-11 17:00", dispatched_at="03-10 08:10")
    city.order("dispatched", close_due_at="03-10 17:00", dispatched_at="03-10 08:10")
    assert city.count_of("close_rate", "ontime_department", "not_closed") == (Rate(1, 2), Rate(1, 2), Count(1))


def test_trap_a_past_period_is_final_but_for_what_changes_in_it(city: City) -> None:
    """A later moment adds no case to days that are over."""
    city.order()
    city.order("handling", close_due_at="03-11 17:00", dispatched_at="03-10 08:10")
    early = city.count_of("ontime_department", by="day")
    late = city.count_of("ontime_department", by="day", now=datetime(2026, 3, 13, 10, 30))
    assert early == {"2026-03-10": Rate(1, 1)}
    assert late == {"2026-03-10": Rate(1, 1), "2026-03-11": Rate(0, 1)}


def test_trap_the_way_of_counting_is_the_policys(city: City) -> None:
    """One case at 13:00: by midnight of that day, cut at noon of the next."""
    city.order(reported_at="03-10 13:00")
    assert city.count_of("reported", by="day") == {"2026-03-10": Count(1)}
    moment = when()
    cut = moment.policy.period.model_copy(update={"day_cut": "12:00"})
    at_noon = replace(moment, policy=moment.policy.model_copy(update={"period": cut}))
    database = city.made.database()
    with database.reader(LEADER) as db:
        assert figures(db, at_noon, ["reported"], by="day")["reported"] == {"2026-03-11": Count(1)}
    database.close()
