"""The arithmetic of scores: the formula bugs that real systems have are shown to be absent, one by one."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.scores.compute import Figure, what_if
from indicators.scores.scheme import Scheme
from indicators.values import Count, Rate, WeightedRate
from tests.fixtures.scored import SCHEMES, best, built_in, figure, one, scored, three, worst

EVERY_SCHEME = pytest.mark.parametrize("name", SCHEMES)


@st.composite
def figures(draw: st.DrawFn, scheme: Scheme) -> dict[str, Figure]:
    """Any figures of one unit; some terms without cases, enough of the sample term."""
    found: dict[str, Figure] = {}
    for term in scheme.terms:
        of = draw(st.integers(scheme.minimum if term.id == scheme.sample else 0, 300))
        good = draw(st.integers(0, of if term.is_share else 2000))
        part = draw(st.integers(0, of - good)) if term.is_share else 0
        found[term.id] = figure(term, good, of, part)
    return found


def better(figure: Figure, direction: str, cases: int) -> Figure:
    """The same figure with up to so many cases better."""
    if isinstance(figure, Count):
        return Count(max(0, figure.n - cases) if direction == "down" else figure.n + cases)
    if isinstance(figure, WeightedRate):
        return replace(figure, full=min(figure.of - figure.part, figure.full + cases))
    return Rate(min(figure.of, figure.good + cases) if direction == "up" else max(0, figure.good - cases), figure.of)


@EVERY_SCHEME
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_raising_a_good_share_never_lowers_the_score_of_anybody_that_does_it(name: str, data: st.DataObject) -> None:
    scheme = built_in(name)
    before = data.draw(figures(scheme))
    term = data.draw(st.sampled_from(scheme.terms))
    after = {**before, term.id: better(before[term.id], term.direction, data.draw(st.integers(1, 50)))}
    old, new = one(scheme, before), one(scheme, after)
    if old.score is None:
        assert new.score is None, "the sample did not change"
        return
    assert new.score is not None and new.score >= old.score
    assert (new.grade or "") <= (old.grade or ""), "A is better than B"
    if after[term.id] == before[term.id]:
        assert new == old


@EVERY_SCHEME
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_scores_points_and_intervals_stay_between_0_and_100_and_hold_their_value(
    name: str, data: st.DataObject
) -> None:
    scheme = built_in(name)
    unit = one(scheme, data.draw(figures(scheme)))
    for term in unit.terms:
        if term.points is not None:
            assert term.low is not None and term.high is not None
            assert 0 <= term.low <= term.points <= term.high <= 100
            assert 0 <= term.lost <= 100 * term.weight
    if unit.score is None:
        return
    assert unit.low is not None and unit.high is not None
    assert 0 <= unit.low <= unit.score <= unit.high <= 100
    assert sum(term.weight for term in unit.terms) == pytest.approx(1)
    assert unit.score == pytest.approx(100 - sum(term.lost for term in unit.terms)), "what is lost explains the score"


@EVERY_SCHEME
def test_a_perfect_unit_scores_exactly_100_and_the_worst_exactly_0(name: str) -> None:
    scheme = built_in(name)
    top, bottom = (
        one(scheme, {t.id: best(t) for t in scheme.terms}),
        one(scheme, {t.id: worst(t) for t in scheme.terms}),
    )
    assert (top.score, top.grade, top.gap) == (100.0, "A", None)
    assert (bottom.score, bottom.grade) == (0.0, "E")


@EVERY_SCHEME
def test_every_term_counts_by_its_own_weight_in_its_own_direction(name: str) -> None:
    """No term is inverted, stands for another, or weighs something else than the scheme says."""
    scheme = built_in(name)
    perfect = {term.id: best(term) for term in scheme.terms}
    for term in scheme.terms:
        found = one(scheme, {**perfect, term.id: worst(term)})
        assert found.score == pytest.approx(100 - 100 * term.weight), term.id
        assert found.term(term.id).lost == pytest.approx(100 * term.weight)
        assert all(other.lost == 0 for other in found.terms if other.id != term.id)


@EVERY_SCHEME
def test_a_unit_without_a_case_has_no_score_and_is_not_the_worst_grade(name: str) -> None:
    scheme = built_in(name)
    nothing = {term.id: figure(term, 0, 0) for term in scheme.terms}
    found = scored(scheme, {"U": nothing, "V": {}, "W": {t.id: best(t) for t in scheme.terms}})
    group = found.groups[0]
    assert [unit.code for unit in group.rows] == ["W"]
    assert [(unit.code, unit.score, unit.grade, unit.rank, unit.sample) for unit in group.too_few] == [
        ("U", None, None, None, 0),
        ("V", None, None, None, 0),
    ]


def test_a_term_without_cases_is_left_out_and_the_others_weigh_more() -> None:
    scheme = built_in("cjt292")
    with_none = one(scheme, {"volume": Count(10), "closed": Rate(8, 10), "handled": Rate(9, 10), "rework": Rate(0, 0)})
    term = with_none.term("rework")
    assert (term.points, term.weight, term.lost) == (None, 0.0, 0.0)
    assert with_none.score == pytest.approx((0.1 * 100 + 0.3 * 80 + 0.3 * 90) / 0.7)


def test_too_little_of_the_weight_makes_no_score() -> None:
    scheme = built_in("cjt292")
    found = one(scheme, {"closed": Rate(8, 10), "volume": Count(3)})
    assert (found.score, found.sample) == (None, 10)
    assert found.term("closed").points == 80, "what there is, is still shown"


def test_nobody_wins_the_ranking_with_one_case() -> None:
    scheme = built_in("default")
    one_case = {term.id: best(term, 1) for term in scheme.terms}
    enough = {term.id: best(term, scheme.minimum) for term in scheme.terms}
    found = scored(scheme, {"tiny": one_case, "just": enough})
    assert [unit.code for unit in found.groups[0].rows] == ["just"]
    assert [unit.code for unit in found.groups[0].too_few] == ["tiny"]


def test_totals_are_pooled_and_never_averages_of_rates() -> None:
    scheme = built_in("jiesujiban")
    large = three(500, 1000, response=900, full=400, part=100)
    small, nobody = three(10, 10), three(0, 90)
    found = scored(scheme, {"L": large, "S": small, "": nobody})
    assert found.total is not None and found.total.sample == 1100
    assert found.total.term("solved").rate == Rate(510, 1100)
    by_hand = 100 * (0.1 * 910 / 1100 + 0.5 * 510 / 1100 + 0.4 * (410 + 0.9 * 100) / 1100)
    assert found.total.score == pytest.approx(by_hand)
    assert found.unit("") is None, "cases of no unit are in the total alone"


def test_the_three_rates_by_hand() -> None:
    """响应 0.1, 解决 0.5, 满意 0.4 of valid follow-ups; basically satisfied counts 0.9."""
    found = one(built_in("jiesujiban"), three(170, 200, response=190, full=150, part=30))
    assert found.score == pytest.approx(100 * (0.1 * 0.95 + 0.5 * 0.85 + 0.4 * (150 + 27) / 200))
    assert found.sample == 200


@pytest.mark.parametrize(
    ("cases", "points"), [(0, 100), (50, 100), (51, 90), (100, 90), (500, 60), (1000, 40), (1001, 0)]
)
def test_a_count_is_turned_into_points_by_its_ladder_never_by_itself(cases: int, points: float) -> None:
    unit = one(built_in("cjt292"), {"volume": Count(cases), "closed": Rate(9, 9), "handled": Rate(9, 9)})
    assert unit.term("volume").points == points


@pytest.mark.parametrize(("good", "grade"), [(900, "A"), (8999, "B"), (89999, "B"), (750, "B"), (7499, "C")])
def test_grades_are_given_before_any_rounding(good: int, grade: str) -> None:
    """89.99 is not 90 and is not cut to 89 first; 90 and 75 themselves belong to the better grade."""
    of = 10 ** len(str(good))
    assert one(built_in("jiesujiban"), three(good, of)).grade == grade


def test_units_are_told_apart_by_code_and_equals_share_a_rank() -> None:
    scheme = built_in("default")
    same = {term.id: best(term, 20) for term in scheme.terms}
    more = {term.id: best(term, 40) for term in scheme.terms}
    last = {**same, "ontime": Rate(10, 20)}
    found = scored(scheme, {"a": same, "b": more, "c": last, "d": same})
    assert [(unit.code, unit.rank) for unit in found.groups[0].rows] == [("b", 1), ("a", 1), ("d", 1), ("c", 4)]


def test_groups_are_ranked_apart() -> None:
    scheme = built_in("default")
    perfect, poor = {t.id: best(t) for t in scheme.terms}, {t.id: worst(t) for t in scheme.terms}
    found = scored(scheme, {"a": poor, "b": perfect, "c": poor}, {"one": ("a",), "two": ("c", "b")})
    ranks = {group.key: [(unit.code, unit.rank) for unit in group.rows] for group in found.groups}
    assert ranks == {"one": [("a", 1)], "two": [("b", 1), ("c", 2)]}


def test_the_lists_hold_a_third_of_the_group_at_most_and_only_the_grades_they_may() -> None:
    scheme = built_in("jiesujiban")

    nine = scored(scheme, {f"u{share}": three(share, 100) for share in (99, 95, 89, 88, 80, 70, 65, 30, 20)})
    listed = {unit.code: unit.list for unit in nine.groups[0].rows if unit.list}
    assert listed == {"u99": "red", "u95": "red", "u65": "yellow", "u30": "yellow", "u20": "yellow"}
    good = scored(scheme, {f"u{share}": three(share, 100) for share in (99, 98, 97, 96, 95, 94)})
    assert {unit.code: unit.list for unit in good.groups[0].rows if unit.list} == {"u99": "red", "u98": "red"}
    two = scored(scheme, {"u99": three(99, 100), "u20": three(20, 100)})
    assert all(unit.list is None for unit in two.groups[0].rows)


@EVERY_SCHEME
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_what_lifts_a_unit_a_grade_does_and_one_case_less_does_not(name: str, data: st.DataObject) -> None:
    scheme = built_in(name)
    mine = data.draw(figures(scheme))
    unit = one(scheme, mine)
    if unit.score is None:
        return
    above = scheme.next_grade(unit.score)
    for term in unit.terms:
        if term.lift is not None:
            assert above is not None
            lifted = one(scheme, {**mine, term.id: better(mine[term.id], term.direction, term.lift)})
            short = one(scheme, {**mine, term.id: better(mine[term.id], term.direction, term.lift - 1)})
            assert lifted.score is not None and lifted.score >= above.low
            assert short.score is not None and short.score < above.low
        elif above is not None and term.points is not None:
            most = one(scheme, {**mine, term.id: better(mine[term.id], term.direction, 10**6)})
            assert most.score is not None and most.score < above.low, f"{term.id} alone would do it"
    assert unit.gap == (None if above is None else pytest.approx(above.low - unit.score))


def test_other_weights_give_other_scores_and_leave_the_official_ones_alone() -> None:
    scheme = built_in("default")
    fast = {**{t.id: best(t) for t in scheme.terms}, "rework": Rate(20, 50)}
    careful = {**{t.id: best(t) for t in scheme.terms}, "ontime": Rate(40, 50)}
    lazy = {t.id: worst(t) for t in scheme.terms}
    official = scored(scheme, {"fast": fast, "careful": careful, "lazy": lazy, "": fast})
    copy = scored(scheme, {"fast": fast, "careful": careful, "lazy": lazy, "": fast})
    assert [unit.code for unit in official.groups[0].rows] == ["fast", "careful", "lazy"]
    tried = what_if(official, {"ontime": 0.1, "rework": 0.9, "closed": 0, "extended": 0, "solved": 0})
    assert [unit.code for unit in tried.groups[0].rows] == ["careful", "fast", "lazy"]
    assert (tried.state, official.state) == ("what_if", "provisional")
    assert official == copy
    assert {unit.code: unit.before for unit in tried.units()} == {u.code: u.score for u in official.units()}
    assert tried.total is not None and tried.total.term("ontime").rate == Rate(140, 200), "the rest stays in the total"
    same = what_if(official, {term.id: 10 * term.weight for term in scheme.terms})
    for unit, again in zip(official.units(), same.units(), strict=True):
        assert (unit.code, unit.rank, unit.rank_low, unit.rank_high) == (
            again.code,
            again.rank,
            again.rank_low,
            again.rank_high,
        )
        assert [unit.score, unit.low, unit.high] == pytest.approx([again.score, again.low, again.high])


@pytest.mark.parametrize(
    "weights",
    [
        {"nothing": 1.0},
        {"ontime": -0.1},
        dict.fromkeys(("ontime", "closed", "rework", "extended", "solved"), 0.0),
        {"ontime": float("nan")},
        {"ontime": float("inf")},
    ],
)
def test_weights_that_are_none_are_refused(weights: dict[str, float]) -> None:
    scheme = built_in("default")
    official = scored(scheme, {"a": {term.id: best(term) for term in scheme.terms}})
    with pytest.raises(ValueError, match=r"weights|no term"):
        what_if(official, weights)
