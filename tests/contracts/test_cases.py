"""Lists behind numbers: who sees what of them, how they are ordered and cut, and what cannot be asked."""

from datetime import date, datetime

import pytest

from data_access.scope import Audience, Scope
from indicators.readings.cases import MOST, Ask, Cases, Part, cases
from indicators.registry import REGISTRY
from indicators.values import Light, NotRecorded
from indicators.windows import Between
from tests.fixtures.edges import Edges, when
from tests.fixtures.reckoned import HAND
from tests.fixtures.small import area

LEADER, WALL = Scope.of(Audience.LEADER), Scope.of(Audience.WALL)


def asked(edges: Edges, ask: Ask, scope: Scope = LEADER) -> Cases:
    with edges.database.reader(scope) as db:
        found = cases(db, when(), ask)
    assert isinstance(found, Cases)
    return found


def test_open_cases_stand_by_deadline_and_those_without_last(reckoned: Edges) -> None:
    found = asked(reckoned, Ask("open", limit=MOST))
    dues = [row.due for row in found.rows]
    known = [due for due in dues if due is not None]
    assert known == sorted(known)
    assert dues == [*known, *[None] * (len(dues) - len(known))]
    assert len(known) > 20
    assert len(known) < len(dues)


def test_cases_of_a_period_stand_newest_first(reckoned: Edges) -> None:
    closings = [row.closed_at for row in asked(reckoned, Ask("closed", limit=MOST)).rows]
    assert all(closings)
    assert closings == sorted(closings, key=lambda moment: moment or datetime.min, reverse=True)


def test_the_list_is_cut_and_says_so(reckoned: Edges) -> None:
    whole, cut = asked(reckoned, Ask("open", limit=MOST)), asked(reckoned, Ask("open", limit=7))
    assert (len(cut.rows), cut.truncated, cut.total) == (7, True, whole.total)
    assert cut.rows == whole.rows[:7]
    assert not whole.truncated
    exact = asked(reckoned, Ask("open", limit=whole.total))
    assert (len(exact.rows), exact.truncated) == (whole.total, False)
    assert len(asked(reckoned, Ask("open", limit=0)).rows) == 1, "at least one, at most MOST"


def test_a_wall_sees_no_person_and_no_sensitive_case(reckoned: Edges) -> None:
    """What is withheld still counts: the number and its list never contradict each other in silence."""
    found, whole = asked(reckoned, Ask("open", limit=MOST), WALL), asked(reckoned, Ask("open", limit=MOST))
    assert all(row.case_no is None and row.title is None for row in found.rows)
    assert not {row.category for row in found.rows} & {"X0101"}
    hidden = reckoned.hand.one(
        f"SELECT count(*) FROM work_orders o WHERE {HAND['open'].rows} AND o.category_code = 'X0101'"
    )
    assert (found.total, found.withheld, len(found.rows)) == (whole.total, hidden, whole.total - hidden)
    assert hidden == 2
    assert whole.withheld == 0
    assert {row.case_no for row in whole.rows} >= {"SC-x17"}


def test_an_official_lists_the_own_areas_alone(reckoned: Edges) -> None:
    found = asked(reckoned, Ask("open", limit=MOST), Scope.of(Audience.OFFICIAL, areas={area(2)}))
    hand = f"{HAND['open'].rows} AND o.area_code LIKE '{area(2)}%'"
    assert found.total == len(found.rows) == reckoned.hand.one(f"SELECT count(*) FROM work_orders o WHERE {hand}")
    assert asked(reckoned, Ask("open", area=area(1)), Scope.of(Audience.OFFICIAL, areas={area(2)})).total == 0


def test_lights_and_deadlines_of_the_list_are_the_effective_ones(reckoned: Edges) -> None:
    by_id = {row.order_id: row for row in asked(reckoned, Ask("open", limit=MOST)).rows}
    assert by_id["p08"].computed
    assert by_id["p08"].due == datetime(2026, 3, 10, 15, 5)
    assert by_id["p09"].due == datetime(2026, 3, 16, 9, 5)
    assert (by_id["p10"].due, by_id["p10"].light) == (None, Light.PAUSED)
    assert by_id["x12"].light is Light.LONG
    assert by_id["x02"].light is Light.OVERDUE
    assert by_id["x32"].light is Light.NONE
    closed = asked(reckoned, Ask("closed", limit=MOST)).rows
    assert {row.light for row in closed} == {Light.NONE}


@pytest.mark.parametrize(
    ("ask", "condition"),
    [
        (Ask("open", stage="handling"), "o.stage = 'handling'"),
        (Ask("overdue", department=""), "o.department_code IS NULL"),
        (Ask("overdue", department="D1", category="E0110"), "o.department_code = 'D1' AND o.category_code = 'E0110'"),
        (Ask("reported", category=""), "o.category_code IS NULL"),
        (Ask("reported", category="E01", level="major"), "o.category_code IN ('E01', 'E0110', 'E0112')"),
        (Ask("reported", area=area(1, 1)), f"o.area_code LIKE '{area(1, 1)}%'"),
        (Ask("reported", area=""), "o.area_code IS NULL"),
        (Ask("reported", day=date(2026, 3, 10)), "substr(o.reported_at, 1, 10) = '2026-03-10'"),
        (Ask("reported", area="", level="grid"), "o.area_code IS NULL OR length(o.area_code) <> 15 OR o.id = 'x18'"),
    ],
)  # fmt: skip
def test_what_narrows_a_list(sqlite_reckoned: Edges, ask: Ask, condition: str) -> None:
    found = asked(sqlite_reckoned, Ask(**{name: getattr(ask, name) for name in Ask.__slots__} | {"limit": MOST}))
    hand = f"SELECT o.id FROM work_orders o WHERE ({HAND[ask.indicator].rows}) AND ({condition})"
    assert {row.order_id for row in found.rows} == {one for (one,) in sqlite_reckoned.hand.rows(hand)}
    assert found.total == len(found.rows)


def test_another_span_than_the_numbers_own(sqlite_reckoned: Edges) -> None:
    span = Between(datetime(2026, 3, 9), datetime(2026, 3, 10))
    found = asked(sqlite_reckoned, Ask("closed", span=span, limit=MOST))
    assert {row.closed_at.date() for row in found.rows if row.closed_at} == {date(2026, 3, 9)}
    assert asked(sqlite_reckoned, Ask("open", span=span)).total == asked(sqlite_reckoned, Ask("open")).total


def test_what_cannot_be_asked(sqlite_reckoned: Edges) -> None:
    wrong = [
        Ask("happiness"), Ask("on_duty"), Ask("events"), Ask("overdue", day=date(2026, 3, 1)), Ask("overdue", "base"),
        Ask("close_rate", "part"),
    ]  # fmt: skip
    with sqlite_reckoned.database.reader(LEADER) as db:
        for ask in wrong:
            with pytest.raises(LookupError):
                cases(db, when(), ask)


def test_what_is_not_recorded_is_said(own_reckoned: Edges) -> None:
    own_reckoned.drop("work_orders", "reworks")
    with own_reckoned.database.reader(LEADER) as db:
        assert cases(db, when(), Ask("rework")) == NotRecorded(("work_orders.reworks",))


def test_parts_of_a_share_are_its_whole(reckoned: Edges) -> None:
    """Also where a null stands in the way of a condition: a closing without a time is in the rest."""
    for entry in (entry for entry in REGISTRY.values() if entry.is_share):
        parts: tuple[Part, ...] = ("good", "rest") if entry.partial is None else ("good", "part", "rest")
        lists = [{row.order_id for row in asked(reckoned, Ask(entry.id, part, limit=MOST)).rows} for part in parts]
        base = {row.order_id for row in asked(reckoned, Ask(entry.id, "base", limit=MOST)).rows}
        assert set().union(*lists) == base, entry.id
        assert sum(map(len, lists)) == len(base), entry.id
    rest = {row.order_id for row in asked(reckoned, Ask("ontime_department", "rest", limit=MOST)).rows}
    assert "y15" in rest
