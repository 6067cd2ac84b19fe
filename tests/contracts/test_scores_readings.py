"""Scores of the small city on three engines: against SQL by hand, frozen and not, for the city and for a part of it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from dashboard.clock import SystemClock
from dashboard.jobs import Job, Spot
from dashboard.keys import Focus
from dashboard.plan import Plan
from dashboard.publisher import reader_of
from data_access.errors import InputError, LedgerError
from data_access.ledger import FrozenPeriod
from data_access.scope import Audience, Scope
from indicators.periods import Period, Periods
from indicators.readings import Reading
from indicators.readings.scores import live, offer, score_trend, scores, scores_departments
from indicators.readings.settled import Settled, settled_departments
from indicators.scores.document import from_text, to_text
from indicators.scores.load import load_scheme
from indicators.scores.scheme import Subject
from indicators.scores.values import Scores, ScoreTrend, UnitScore
from indicators.values import At, NotRecorded, Rate
from tests.fixtures.edges import CALENDAR, POLICY
from tests.fixtures.february import NOW, February
from tests.fixtures.kept import Kept
from tests.fixtures.small import CITY, area

WALL = Scope.of(Audience.WALL)
FEB = Periods().month("2026-02")


class Away:
    """A ledger that cannot be used."""

    def frozen(self, subject: str, periods: Sequence[str]) -> Mapping[str, FrozenPeriod]:
        raise LedgerError("away")


def when(now: datetime = NOW, ledger: "Kept | Away | None" = None, place: str | None = None) -> At:
    return At(now, CALENDAR, POLICY, place, ledger=ledger)


def asked(february: February, at: At, subject: Subject = "department", period: Period | None = FEB) -> Scores:
    with february.database.reader(WALL) as db:
        found = scores(db if at.area is None else db.narrowed(at.area), at, subject, period)
    assert isinstance(found, Scores)
    return found


def unit(found: Scores, code: str) -> UnitScore:
    one = found.unit(code)
    assert one is not None, code
    return one


BY_HAND = {
    "ontime": "SELECT SUM(CASE WHEN closed_at <= COALESCE(close_due_at, handle_due_at) THEN 1 ELSE 0 END), COUNT(*) "
    "FROM work_orders WHERE COALESCE(close_due_at, handle_due_at) >= :start AND COALESCE(close_due_at, handle_due_at) "
    "< :end AND stage NOT IN ('void', 'cancelled') AND COALESCE(handled_on_spot, 0) = 0",
    "closed": "SELECT SUM(CASE WHEN stage = 'closed' THEN 1 ELSE 0 END), COUNT(*) "
    "FROM work_orders WHERE COALESCE(close_due_at, handle_due_at) >= :start AND COALESCE(close_due_at, handle_due_at) "
    "< :end AND stage NOT IN ('void', 'cancelled') AND COALESCE(handled_on_spot, 0) = 0",
    "rework": "SELECT SUM(CASE WHEN reworks >= 1 THEN 1 ELSE 0 END), COUNT(*) FROM work_orders WHERE handled_at >= "
    ":start AND handled_at < :end AND stage IN ('checking', 'closed') AND COALESCE(handled_on_spot, 0) = 0",
    "extended": "SELECT SUM(CASE WHEN extensions >= 1 THEN 1 ELSE 0 END), COUNT(*) FROM work_orders WHERE "
    "handle_due_at >= :start AND handle_due_at < :end AND stage NOT IN ('void', 'cancelled') AND "
    "dispatched_at IS NOT NULL AND COALESCE(handled_on_spot, 0) = 0",
    "solved": "SELECT SUM(CASE WHEN solved = 1 THEN 1 ELSE 0 END), COUNT(*) FROM work_orders WHERE followup_at >= "
    ":start AND followup_at < :end AND followup_valid = 1",
}
WHERE: dict[Subject, dict[str, str]] = {
    "department": {"D1": "department_code = 'D1'", "D2": "department_code = 'D2'", "D5": "department_code = 'D5'"},
    "county": {area(1): f"area_code LIKE '{area(1)}%'", area(2): f"area_code LIKE '{area(2)}%'"},
    "street": {area(1, 1): f"area_code LIKE '{area(1, 1)}%'", area(2, 2): f"area_code LIKE '{area(2, 2)}%'"},
}


@pytest.mark.parametrize("subject", ["department", "county", "street"])
def test_every_term_of_every_unit_equals_a_recount_by_hand(february: February, subject: Subject) -> None:
    found = asked(february, when(), subject)
    bounds = {"start": str(FEB.start), "end": str(FEB.end)}
    for code, where in WHERE[subject].items():
        for term, sql in BY_HAND.items():
            ((good, of),) = february.hand.rows(f"{sql} AND {where}", **bounds)
            assert unit(found, code).term(term).rate == Rate(int(good or 0), int(of)), (code, term)
    assert found.total is not None
    for term, sql in BY_HAND.items():
        ((good, of),) = february.hand.rows(sql, **bounds)
        assert found.total.term(term).rate == Rate(int(good), int(of)), f"{term}: everything is in the total"


def test_the_score_of_one_department_by_hand(february: February) -> None:
    """D5: the scheme's points of each rate, weighted, from rates counted in the list of cases."""
    found = unit(asked(february, when()), "D5")
    rates = {term.id: term.rate for term in found.terms}
    assert rates["ontime"] == Rate(10, 13) and rates["solved"] == Rate(3, 4)
    assert rates["closed"] == Rate(13, 13) and rates["extended"] == Rate(0, 13) and rates["rework"] == Rate(2, 13)
    ontime, solved, rework = (10 / 13 - 0.6) / 0.4, 0.5, 1 - (2 / 13) / 0.2
    assert found.score == pytest.approx(100 * (0.40 * ontime + 0.20 + 0.15 * rework + 0.10 + 0.15 * solved))


def test_units_stand_in_their_groups_and_the_small_ones_below_the_line(february: February) -> None:
    found = asked(february, when())
    told = {
        group.key: ([row.code for row in group.rows], [row.code for row in group.too_few]) for group in found.groups
    }
    assert told == {"bureau": (["D1", "D2"], ["D3", "D6"]), "street": (["D5"], ["D4"])}
    assert [group.name.zh for group in found.groups] == ["市直部门", "镇街"]
    assert unit(found, "D4").sample < found.minimum <= unit(found, "D5").sample
    assert (found.state, found.official, found.revision) == ("provisional", True, None)


def test_the_running_month_is_the_one_without_a_name_and_stands_beside_the_month_before(february: February) -> None:
    with february.database.reader(WALL) as db:
        found = scores_departments(db, when())
    assert isinstance(found, Scores) and found.period.name == "2026-03" and found.period.runs(NOW)
    before = {one.code: one.score for one in asked(february, when()).units()}
    assert before["D1"] is not None
    assert {one.code: one.before for one in found.units()} == before


def test_a_frozen_month_stays_as_it_was_and_says_who_froze_it(own_february: February) -> None:
    ledger = Kept()
    first = asked(own_february, when(ledger=ledger))
    ledger.freeze(first)
    own_february.made.write("UPDATE work_orders SET stage = 'void', outcome = 'void' WHERE id = 'fD101'")
    frozen = asked(own_february, when(ledger=ledger))
    assert (frozen.state, frozen.revision, frozen.frozen_by) == ("frozen", 1, "张三")
    assert frozen.frozen_at == datetime(2026, 3, 4, 13)
    assert replace(frozen, state="provisional", revision=None, frozen_by=None, frozen_at=None) == first
    assert unit(asked(own_february, when()), "D1").score != unit(first, "D1").score
    running = asked(own_february, when(ledger=ledger), period=None)
    assert unit(running, "D1").before == unit(first, "D1").score, "compared with what was frozen"


def test_a_void_order_and_a_moved_deadline_are_offered_as_revision_two(own_february: February) -> None:
    """Both of 20 days ago. The live score follows, to the case; the frozen month does not."""
    ledger = Kept()
    at = when(ledger=ledger)
    ledger.freeze(asked(own_february, at))
    with own_february.database.reader(WALL) as db:
        assert offer(db, at, "department", FEB) is None
    own_february.made.write(
        "UPDATE work_orders SET stage = 'void', outcome = 'void' WHERE id = 'fD109'",
        "UPDATE work_orders SET close_due_at = '2026-02-18 08:00:00' WHERE id = 'fD509'",
    )
    with own_february.database.reader(WALL) as db:
        found = offer(db, at, "department", FEB)
        now = live(db, at, "department", FEB)
    assert found is not None and found.revision == 2 and found.now == now
    assert [change.code for change in found.changes] == ["D1", "D5"]
    told = {change.code: {term.id: (term.before, term.after) for term in change.terms} for change in found.changes}
    assert told["D5"] == {"ontime": (Rate(10, 13), Rate(9, 13))}
    old, new = told["D1"]["ontime"]
    assert isinstance(old, Rate) and isinstance(new, Rate) and (old.of - new.of, old.good - new.good) == (1, 1)
    assert set(told["D1"]) == {"ontime", "closed", "rework", "extended"}, "its follow-up was not valid"
    kept = asked(own_february, at)
    assert unit(kept, "D5").term("ontime").rate == Rate(10, 13) and kept.state == "frozen"


def test_the_scene_is_told_that_last_month_would_come_out_otherwise(own_february: February) -> None:
    ledger = Kept()
    at = when(ledger=ledger)

    def told(at: At = at) -> Settled:
        with own_february.database.reader(WALL) as db:
            return settled_departments(db if at.area is None else db.narrowed(at.area), at)

    assert told() == Settled("department", FEB) == told(when()), "nobody froze it"
    ledger.freeze(asked(own_february, at))
    frozen = Settled("department", FEB, 1, "张三", datetime(2026, 3, 4, 13), 0)
    assert told() == frozen
    own_february.made.write(
        "UPDATE work_orders SET stage = 'void', outcome = 'void' WHERE id = 'fD109'",
        "UPDATE work_orders SET close_due_at = '2026-02-18 08:00:00' WHERE id = 'fD509'",
    )
    assert told() == replace(frozen, changed=2), "as many as the offer has"
    assert told(when(ledger=ledger, place=area(2))) == replace(frozen, changed=None), "a part cannot say"
    cut = POLICY.model_copy(update={"period": POLICY.period.model_copy(update={"month_start": 26})})
    assert told(replace(at, policy=cut)).changed is None, "other days are not compared"
    gone = asked(own_february, at)
    rules = replace(gone.rules, terms=(replace(gone.rules.terms[0], indicator="abolished"), *gone.rules.terms[1:]))
    ledger.freeze(replace(gone, rules=rules))
    assert told() == replace(frozen, changed=None), "by rules that are no more nothing is compared"
    with pytest.raises(LedgerError):
        told(when(ledger=Away()))


def test_the_points_of_a_trend_say_how_they_were_frozen(own_february: February) -> None:
    ledger = Kept()
    ledger.freeze(asked(own_february, when()), revision=2)
    with own_february.database.reader(WALL) as db:
        found = score_trend(db, when(ledger=ledger), "department", "D1", 2)
    assert isinstance(found, ScoreTrend)
    said = [(point.state, point.revision, point.frozen_by, point.frozen_at) for point in found.points]
    assert said == [("frozen", 2, "张三", datetime(2026, 3, 4, 13)), ("provisional", None, None, None)]


def test_a_revision_goes_by_the_rules_the_month_was_frozen_with(february: February) -> None:
    """Other weights of today are no change of the data, and do not change the past."""
    ledger = Kept()
    with february.database.reader(WALL) as db:
        old = live(db, when(), "department", FEB, load_scheme("jiesujiban").with_weights({"solved": 0.9}))
        assert isinstance(old, Scores)
        ledger.freeze(old)
        assert offer(db, when(ledger=ledger), "department", FEB) is None
        gone = replace(old.rules, terms=(replace(old.rules.terms[0], indicator="abolished"), *old.rules.terms[1:]))
        ledger.freeze(replace(old, rules=gone))
        with pytest.raises(InputError, match="abolished, which is no more"):
            offer(db, when(ledger=ledger), "department", FEB)
    assert asked(february, when(ledger=ledger)).scheme == "jiesujiban"
    running = asked(february, when(ledger=ledger), period=None)
    assert all(one.before is None for one in running.units()), "scores of two schemes are not compared"


def test_a_part_of_the_city_has_its_own_areas_frozen_and_its_departments_by_its_own_cases(february: February) -> None:
    ledger = Kept()
    for subject in ("department", "street"):
        whole = asked(february, when(), subject)
        ledger.freeze(whole)
    streets = asked(february, when(ledger=ledger, place=area(2)), "street")
    assert (streets.state, {one.code for one in streets.units()}) == ("frozen", {area(2, 1), area(2, 2)})
    assert unit(streets, area(2, 2)) == unit(asked(february, when(), "street"), area(2, 2)), "ranked as in the city"
    bureaus = asked(february, when(ledger=ledger, place=area(2)))
    assert (bureaus.state, bureaus.official) == ("provisional", False)
    assert {one.code for one in bureaus.units()} == {"D1", "D2", "D3", "D5", "D6"}, "no office of another county"
    assert unit(bureaus, "D1").sample < unit(asked(february, when()), "D1").sample


def test_whoever_sees_only_some_rows_is_not_shown_the_frozen_whole(february: February) -> None:
    ledger = Kept()
    ledger.freeze(asked(february, when()))
    with february.database.reader(Scope.of(Audience.OFFICIAL, departments={"D2"})) as db:
        found = scores(db, when(ledger=ledger), "department", FEB)
        assert offer(db, when(ledger=ledger), "department", FEB) is None
    assert isinstance(found, Scores) and (found.state, found.official) == ("provisional", False)
    assert [one.code for one in found.units() if one.sample] == ["D2"]


def test_the_trend_of_a_unit_has_its_months_in_order_frozen_ones_as_frozen(february: February) -> None:
    ledger = Kept()
    shown = asked(february, when())
    ledger.freeze(shown)
    with february.database.reader(WALL) as db:
        trend = score_trend(db, when(ledger=ledger), "department", "D1", 3)
        nobody = score_trend(db, when(ledger=ledger), "department", "D99", 2)
    assert not isinstance(trend, NotRecorded) and not isinstance(nobody, NotRecorded)
    assert [(point.period.name, point.state) for point in trend.points] == [
        ("2026-01", "provisional"), ("2026-02", "frozen"), ("2026-03", "provisional"),
    ]  # fmt: skip
    assert trend.points[0].score is None, "a month without cases is no score, not 0"
    assert trend.points[1].score == unit(shown, "D1").score
    assert [point.score for point in nobody.points] == [None, None]


def test_a_ledger_that_is_away_is_an_error_and_never_a_live_score_in_place_of_a_frozen_one(february: February) -> None:
    with february.database.reader(WALL) as db, pytest.raises(LedgerError):
        scores(db, when(ledger=Away()), "department", FEB)


def test_the_month_may_begin_on_the_19th(february: February) -> None:
    policy = POLICY.model_copy(update={"period": POLICY.period.model_copy(update={"month_start": 19})})
    at = At(NOW, CALENDAR, policy, ledger=Kept())
    with february.database.reader(WALL) as db:
        found = scores_departments(db, at)
    assert isinstance(found, Scores) and found.period.name == "2026-03"
    assert (found.period.start, found.period.end) == (datetime(2026, 2, 19), datetime(2026, 3, 19))
    (of,) = {term.rate.of for term in unit(found, "D5").terms if term.id == "ontime" and term.rate}
    by_hand = february.hand.one(
        "SELECT COUNT(*) FROM work_orders WHERE department_code = 'D5' AND close_due_at >= '2026-02-19 00:00:00' "
        "AND close_due_at < :now AND stage NOT IN ('void', 'cancelled')",
        now=str(NOW),
    )
    assert of == by_hand


def test_a_month_frozen_over_other_days_is_not_taken_for_this_one(february: February) -> None:
    ledger = Kept()
    ledger.freeze(replace(asked(february, when()), period=Periods(month_start=26).month("2026-02")))
    assert asked(february, when(ledger=ledger)).state == "provisional"


def test_terms_that_the_source_does_not_record_are_left_out_and_said(sqlite_february: February) -> None:
    sqlite_february.drop("work_orders", "followup_valid", "solved")
    found = asked(sqlite_february, when())
    assert [(term, [need.rpartition(".")[2] for need in needs]) for term, needs in found.missing] == [
        ("solved", ["followup_valid", "solved"])
    ]
    one = unit(found, "D5")
    assert one.term("solved").points is None and one.term("ontime").weight == pytest.approx(0.40 / 0.85)
    assert one.score is not None


def test_too_few_recorded_terms_are_not_recorded(sqlite_february: February) -> None:
    policy = POLICY.model_copy(update={"scores": POLICY.scores.model_copy(update={"department": "jiesujiban"})})
    sqlite_february.drop("work_orders", "solved")
    with sqlite_february.database.reader(WALL) as db:
        half = scores(db, At(NOW, CALENDAR, policy), "department", FEB)
    assert isinstance(half, Scores), "half of the weight is left"
    sqlite_february.drop("work_orders", "contacted")
    with sqlite_february.database.reader(WALL) as db:
        found = scores(db, At(NOW, CALENDAR, policy), "department", FEB)
    assert found == NotRecorded(("work_orders.contacted", "work_orders.solved"))


def test_what_is_frozen_comes_back_to_the_last_digit(february: February) -> None:
    for subject in ("department", "street"):
        found = asked(february, when(), subject)
        assert from_text(to_text(found)) == found
    for text in ("{}", "nothing", '{"format": 99, "scores": {}}', '{"format": 1, "scores": {"rules": 3}}'):
        with pytest.raises(LedgerError):
            from_text(text)


def test_two_departments_of_one_name_are_two(sqlite_february: February) -> None:
    before = asked(sqlite_february, when())
    sqlite_february.made.write("UPDATE departments SET name = 'X', short_name = 'X', name_en = 'X'")
    sqlite_february.database.forget()
    assert asked(sqlite_february, when()) == before


def test_the_city_is_where_the_tree_begins(february: February) -> None:
    assert asked(february, when(place=None)).official
    with february.database.reader(WALL) as db:
        found = scores(db, when(place=CITY), "county", FEB)
    assert isinstance(found, Scores) and found.official


def test_the_publisher_hands_the_ledger_to_its_readings(sqlite_february: February) -> None:
    ledger = Kept()
    plan = Plan({}, {}, {"asked": Reading("asked", lambda db, at: at.ledger, "fast")})
    read = reader_of(plan, CALENDAR, POLICY, SystemClock(CALENDAR.zone), None, ledger)
    with sqlite_february.database.reader(WALL) as db:
        assert read(db, Job(Spot(Audience.WALL, Focus(CITY)), "asked"), NOW.replace(tzinfo=UTC).timestamp()) is ledger
