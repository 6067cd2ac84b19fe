"""The detectors on orders on both sides of every threshold, on three engines."""

import math
import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from data_access.queries import unseen
from data_access.scope import Audience, Scope
from indicators.detectors import stalling
from indicators.detectors.found import EVERYBODY, WHYS, Detected, DetectedRule, Whose
from indicators.readings.detectors import detectors
from indicators.values import At
from tests.fixtures.conduct import FOUND, SENSITIVE, late_acceptances
from tests.fixtures.edges import POLICY, Edges, when
from tests.fixtures.edges import at as on
from tests.fixtures.small import area

LEADER = Scope.of(Audience.LEADER)
WALL = Scope.of(Audience.WALL)


def policed(rule: str | None = None, **changes: Any) -> At:
    """Now, with other thresholds: of the rule, or of all detectors."""
    found = POLICY.detectors
    part = {rule: getattr(found, rule).model_copy(update=changes)} if rule else changes
    return replace(when(), policy=POLICY.model_copy(update={"detectors": found.model_copy(update=part)}))


def ask(edges: Edges, scope: Scope = LEADER, at: At | None = None) -> dict[str, DetectedRule]:
    with edges.database.reader(scope) as db:
        return {one.rule: one for one in detectors(db, at or when()).rules}


def found(edges: Edges, rule: str, at: At | None = None, scope: Scope = LEADER) -> dict[str, set[str]]:
    """The orders that a rule finds, by why."""
    by_why: dict[str, set[str]] = {}
    for case in ask(edges, scope, at)[rule].cases:
        by_why.setdefault(case.why, set()).add(case.order_id)
    return by_why


def test_every_rule_finds_its_orders_and_no_other(conduct: Edges) -> None:
    assert found(conduct, "unexplained_extension") == {why: FOUND[why] for why in WHYS["unexplained_extension"]}
    assert found(conduct, "stalling") == {why: FOUND[why] for why in WHYS["stalling"]}
    assert set().union(*found(conduct, "perfunctory").values()) == FOUND["perfunctory"]
    assert found(conduct, "repeated") == {"same_place": FOUND["same_place"]}


def test_the_weightiest_sign_is_the_reason_and_the_facts_tell_the_rest(conduct: Edges) -> None:
    rules = ask(conduct)
    cases = {case.order_id: case for rule in rules.values() for case in rule.cases}
    assert (cases["d13"].why, cases["d05"].why, cases["d06"].why) == ("dissatisfied", "too_fast", "dissatisfied")
    assert cases["d13"].facts == {"handled_min": 5.0, "reworks": 2, "photos": 0, "dissatisfied": 1}
    assert cases["d05"].facts == {"handled_min": pytest.approx(10 - 1 / 60), "photos": 0}
    assert cases["a02"].facts == {"waited_min": pytest.approx(15 + 1 / 60)}
    assert cases["a07"].facts == {"waited_min": pytest.approx(15 + 1 / 60)}
    assert cases["b08"].facts["times"] == 3
    assert cases["c01"].facts["share"] == pytest.approx(10.5 / 8)
    assert cases["c06"].facts["share"] == pytest.approx(6.5 / 8), "the afternoon was suspended"
    assert cases["c14"].facts["share"] == pytest.approx(13 / 24)
    assert cases["e1-3"].facts["times"] == 3
    assert cases["e1-3"].facts["metres"] == pytest.approx(0, abs=0.01)
    assert cases["e4-3"].facts["metres"] == pytest.approx(49.99, abs=0.02)
    assert "metres" not in cases["e9-3"].facts
    assert cases["f6-4"].facts["times"] == 4


def test_a_computed_deadline_judges_as_that_of_the_source(conduct: Edges) -> None:
    cases = {case.order_id: case for case in ask(conduct)["stalling"].cases}
    assert (cases["c10"].why, cases["c10"].at, cases["c10"].facts) == (
        cases["c09"].why,
        cases["c09"].at,
        cases["c09"].facts,
    )
    assert cases["c10"].facts["due_at"] == on("03-10 18:00")
    assert (cases["c16"].why, cases["c16"].facts) == ("silent", cases["c13"].facts)
    assert cases["c18"].facts == cases["c06"].facts, "the afternoon was suspended, of the limit as well"
    assert cases["c18"].facts["share"] == pytest.approx(6.5 / 8)
    assert cases["c19"].facts["due_at"] == on("03-02 18:00"), "the extension came too late"


def test_a_source_without_any_deadline_set_is_judged_by_its_limits(own_conduct: Edges) -> None:
    own_conduct.made.write("UPDATE work_orders SET handle_due_at = NULL WHERE id LIKE 'c%'")
    limited = {"c09", "c10", "c16", "c18"}
    assert limited <= set().union(*found(own_conduct, "stalling").values())
    own_conduct.made.write("UPDATE work_orders SET limit_value = NULL, limit_unit = NULL WHERE id LIKE 'c%'")
    own_conduct.made.write("UPDATE work_orders SET category_code = 'S01' WHERE id LIKE 'c%'")
    assert found(own_conduct, "stalling") == {}


def test_departments_are_counted_most_first_and_together_are_the_total(conduct: Edges) -> None:
    for rule in ask(conduct).values():
        counts = [n for _, n in rule.departments]
        assert counts == sorted(counts, reverse=True)
        assert sum(counts) == rule.total
    rules = ask(conduct)
    assert dict(rules["perfunctory"].departments) == {"D1": 3, "D2": 1, "D3": 1}
    assert dict(rules["unexplained_extension"].departments)[None] == 1, "nobody's yet"
    assert dict(rules["unexplained_extension"].departments)["D2"] == 1, "the first department's"


@pytest.mark.parametrize(
    ("rule", "changes", "gone", "come"),
    [
        ("unexplained_extension", {"accept_minutes": 16}, {"a02", "a07"}, set()),
        ("unexplained_extension", {"accept_minutes": 14}, set(), {"a01", "a06"}),
        ("unexplained_extension", {"same_reason": 4}, {"b08", "b09", "b10"}, set()),
        (
            "unexplained_extension",
            {"same_reason": 2},
            set(),
            {"b21", "b22", "b12", "b13"},
        ),
        ("stalling", {"not_taken": 0.51}, {"c03"}, set()),
        ("stalling", {"not_taken": 0.49}, set(), {"c02"}),
        ("stalling", {"silent": 1.51}, {"c13"}, set()),
        ("stalling", {"silent": 1.49}, set(), {"c12"}),
        ("perfunctory", {"signs": 3}, {"d05", "d06", "d12", "d15"}, set()),
        (
            "perfunctory",
            {"signs": 1},
            set(),
            {"d01", "d02", "d03", "d04", "d07", "d08", "d09", "d10", "d11"},
        ),
        ("perfunctory", {"fast_minutes": 9}, {"d05", "d12"}, set()),
        ("perfunctory", {"fast_minutes": 11}, set(), {"d07"}),
        ("perfunctory", {"fast_limit_hours": 9}, {"d05"}, set()),
        ("perfunctory", {"fast_limit_hours": 4}, set(), {"d08"}),
        ("perfunctory", {"reworks": 2}, {"d06", "d15"}, set()),
        ("repeated", {"times": 4}, FOUND["same_place"] - {"f6-4"}, set()),
        ("repeated", {"times": 2}, set(), {"e1-2", "e2-2", "e3-3", "f5-2"}),
        ("repeated", {"metres": 49.9}, {"e4-3"}, set()),
        ("repeated", {"metres": 50.1}, set(), {"e5-3"}),
        ("repeated", {"days": 6}, {"e2-3"}, set()),
        ("repeated", {"days": 8}, set(), {"e3-3"}),
    ],
)
def test_each_threshold_decides(
    conduct: Edges, rule: str, changes: dict[str, Any], gone: set[str], come: set[str]
) -> None:
    usual = set().union(*found(conduct, rule).values())
    other = set().union(*found(conduct, rule, policed(rule, **changes)).values())
    assert usual >= gone
    assert not usual & come
    assert not other & gone
    assert other >= come
    assert (other < usual) if gone else (other > usual)


def test_more_days_reach_further_back(conduct: Edges) -> None:
    usual, more = ask(conduct), ask(conduct, at=policed(days=8))
    news = {
        rule: {case.order_id for case in more[rule].cases} - {case.order_id for case in usual[rule].cases}
        for rule in more
    }
    assert news["perfunctory"] == {"d14"}
    assert news["repeated"] == {"f7-3"}
    assert "a08" in news["unexplained_extension"]
    assert {"b11", "b12", "b13"} <= news["unexplained_extension"], "now the reason was given three times"
    assert news["stalling"] == set(), "stalling is judged now"


def test_a_hall_counts_the_same_and_sees_less(conduct: Edges) -> None:
    hall, leader = ask(conduct, WALL), ask(conduct)
    for rule, one in leader.items():
        assert (hall[rule].total, hall[rule].departments) == (one.total, one.departments)
        assert hall[rule].judged == one.judged
        assert all(case.case_no is None for case in hall[rule].cases)
        assert all(case.case_no == f"SC-{case.order_id}" for case in one.cases)
        shown = {case.order_id for case in one.cases if case.category != SENSITIVE}
        assert {case.order_id for case in hall[rule].cases} == shown
    assert any(case.category == SENSITIVE for case in leader["unexplained_extension"].cases)


@pytest.mark.parametrize(
    ("scope", "mine"),
    [
        (Scope.of(Audience.OFFICIAL, departments=["D2"]), {"d06"}),  # a02 is nobody's now
        (Scope.of(Audience.WALL).within(area(2)), {"e9-3", "f1-3"}),
        (Scope.of(Audience.OFFICIAL, areas=[]), set[str]()),
    ],
    ids=["bureau", "county", "nobody's"],
)
def test_a_scope_finds_its_own(conduct: Edges, scope: Scope, mine: set[str]) -> None:
    seen = {case.order_id for rule in ask(conduct, scope).values() for case in rule.cases}
    whole = {case.order_id for rule in ask(conduct).values() for case in rule.cases}
    assert seen == mine
    assert seen <= whole


def test_only_the_newest_are_listed(own_conduct: Edges) -> None:
    own_conduct.made.write(late_acceptances("D1", 60, "10"))
    rule = ask(own_conduct)["unexplained_extension"]
    listed = rule.listed(EVERYBODY)
    assert (len(listed), rule.truncated, rule.total) == (50, True, 60 + 12)
    assert [case.at for case in listed] == sorted((case.at for case in listed), reverse=True)
    assert listed == tuple(sorted(rule.cases, key=lambda case: case.at, reverse=True))[:50]
    assert not ask(own_conduct)["stalling"].truncated


def test_each_department_has_its_own_list(own_conduct: Edges) -> None:
    """The newest of a whole rule are those of one department; the others' older ones are listed all the same."""
    before = dict(ask(own_conduct)["unexplained_extension"].departments)
    for code, cases, day in (("D1", 60, "10"), ("D2", 30, "08"), ("D3", 55, "07"), (None, 4, "06")):
        own_conduct.made.write(late_acceptances(code, cases, day))
    rule = ask(own_conduct)["unexplained_extension"]
    counts = dict(rule.departments)
    assert counts == {"D1": before["D1"] + 60, "D2": before["D2"] + 30, "D3": before["D3"] + 55, None: before[None] + 4}
    for code, n in counts.items():
        mine = Whose((code,), others=False)
        listed = rule.listed(mine)
        assert (rule.count(mine), len(listed)) == (n, min(n, 50)), code
        assert {case.department for case in listed} == {code}
        assert [case.at for case in listed] == sorted((case.at for case in listed), reverse=True)
    others = Whose(("D1", "D3"))
    assert rule.count(others) == counts["D2"] + counts[None] == len(rule.listed(others)) < 50
    assert {case.department for case in rule.listed(others)} == {"D2", None}
    assert rule.count(Whose(("D2", None))) == counts["D1"] + counts["D3"]
    assert [case.department for case in rule.listed(Whose(("D2", None)))] == ["D1"] * 50, "the newest"
    assert rule.count(EVERYBODY) == rule.total == sum(counts.values())
    assert len(rule.cases) == 50 + 50 + counts["D2"] + counts[None]


@pytest.mark.parametrize(
    ("columns", "rule", "lost"),
    [
        (("work_orders.accepted_at",), "unexplained_extension", {"late_acceptance"}),
        (("work_order_measures.old_due_at",), "unexplained_extension", {"extension_after_due"}),
        (
            ("work_order_measures.reason",),
            "unexplained_extension",
            {"extension_without_reason", "extension_same_reason"},
        ),
        (("work_order_measures.department_code",), "unexplained_extension", {"extension_same_reason"}),
        (("work_orders.handle_due_at", "work_orders.close_due_at"), "stalling", {"not_taken", "silent"}),
        (("work_orders.photos_after",), "perfunctory", {"no_photo"}),
        (("work_orders.reworks",), "perfunctory", {"rework"}),
        (("work_orders.handled_at",), "perfunctory", {"too_fast"}),
        (("work_orders.taken_at", "work_orders.dispatched_at"), "perfunctory", {"too_fast"}),
        (("work_orders.satisfaction", "work_orders.solved"), "perfunctory", {"dissatisfied"}),
        (("work_orders.lon", "work_orders.address"), "repeated", {"same_place"}),
        (("work_orders.lon", "work_orders.lat"), "repeated", set[str]()),
    ],
)
def test_what_is_not_recorded_is_said(own_conduct: Edges, columns: tuple[str, ...], rule: str, lost: set[str]) -> None:
    before = ask(own_conduct)[rule]
    own_conduct.drop(columns[0].partition(".")[0], *(column.partition(".")[2] for column in columns))
    after = ask(own_conduct)
    assert set(before.judged) - set(after[rule].judged) == lost
    said = {
        f"{need.partition('.')[0]}.{one}" for need in after[rule].missing for one in need.partition(".")[2].split("|")
    }
    assert said == set(columns)
    assert not {case.why for case in after[rule].cases} & lost
    assert bool(after[rule].judged) == (lost != set(before.judged))
    assert before.missing == ()


def test_a_sign_too_few_is_not_recorded(own_conduct: Edges) -> None:
    own_conduct.drop("work_orders", "photos_after", "reworks", "handled_at")
    rule = ask(own_conduct)["perfunctory"]
    assert (rule.judged, rule.total) == ((), 0), "one sign is left, two are asked for"
    assert ask(own_conduct, at=policed("perfunctory", signs=1))["perfunctory"].judged == ("dissatisfied",)


def test_without_measures_or_a_log_the_rest_is_still_judged(own_conduct: Edges) -> None:
    own_conduct.made.write("DROP TABLE work_order_measures", "DROP TABLE work_order_events")
    own_conduct.database.forget()
    rules = ask(own_conduct)
    assert rules["unexplained_extension"].judged == ("late_acceptance",)
    assert rules["unexplained_extension"].missing == ("work_order_events", "work_order_measures")
    assert rules["stalling"].missing == ("work_order_events",)
    late = {case.order_id for case in rules["unexplained_extension"].cases}
    assert late == FOUND["late_acceptance"] | {"a03"}, "only the visit is known, not what the log would say"
    assert {case.order_id for case in rules["stalling"].cases} >= {"c01", "c11"}


def test_long_lists_are_asked_for_in_parts(conduct: Edges, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = ask(conduct)
    monkeypatch.setattr(unseen, "ASKED_AT_ONCE", 2)
    monkeypatch.setattr(stalling, "ASKED_AT_ONCE", 2)
    assert ask(conduct) == whole


def test_distances_are_those_on_the_sphere() -> None:
    def haversine(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
        a, b = math.radians(lat), math.radians(other_lat)
        half = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(math.radians(other_lon - lon) / 2) ** 2
        return 2 * 6_371_008.8 * math.asin(math.sqrt(half))

    for lat in (0.0, 34.2, -33.9, 60.0):
        for east, north in ((0.0005, 0.0), (0.0, 0.0005), (-0.01, 0.007), (0.0, 0.0)):
            expected = haversine(117.28, lat, 117.28 + east, lat + north)
            assert unseen.metres_between(117.28, lat, 117.28 + east, lat + north) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("lat", [34.2, -33.9, 0.0])
def test_places_within_the_metres_are_found_across_squares(lat: float) -> None:
    """Each of a cloud of points, with others all around it: no square between them hides one."""
    rng = random.Random(7)
    seen = [
        unseen.Seen(str(n), on("03-01 08:00") + timedelta(hours=n), on("03-01 08:00") + timedelta(hours=n, minutes=5),
                    117.0 + rng.uniform(-0.002, 0.002), lat + rng.uniform(-0.002, 0.002), None)
        for n in range(60)
    ]  # fmt: skip
    found = {one.order_id: one.earlier for one in unseen.again(seen, on("01-01 00:00"), timedelta(days=7), 80.0, 1)}
    for n, later in enumerate(seen):
        near = sum(
            unseen.metres_between(later.lon or 0, later.lat or 0, other.lon or 0, other.lat or 0) <= 80
            for other in seen[:n]
        )
        assert found.get(later.id, 0) == near
    assert len(found) > 20


def test_days_before_now_are_those_of_the_policy(conduct: Edges) -> None:
    with conduct.database.reader(LEADER) as db:
        value = detectors(db, when())
        later = detectors(db, when(when().now + timedelta(days=30)))
    assert isinstance(value, Detected)
    assert value.days == POLICY.detectors.days == 7
    assert [one.rule for one in value.rules] == list(WHYS)
    totals = {one.rule: one.total for one in later.rules}
    assert totals["perfunctory"] == totals["repeated"] == 0
    assert totals["stalling"] > 0, "what still lies is judged by what stands open"
