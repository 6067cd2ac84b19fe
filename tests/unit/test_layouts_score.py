"""Why a unit stands where it does: the drawer's words from hand-made scores, and weights that are only tried out."""

import json
from dataclasses import replace
from typing import Any, Literal

from dash.development.base_component import Component

from indicators.detectors.found import EVERYBODY, Whose
from indicators.scores.compute import what_if
from indicators.scores.values import Scores, UnitScore
from indicators.values import Rate, WeightedRate
from layouts.formats import MINUS
from layouts.parts import detected, grades, score
from tests.fixtures import handmade_performance as made
from tests.fixtures.handmade import NOW, REFERENCE, showing
from tests.fixtures.trees import components, props_of, texts

SCORES = made.scores("department")


def unit_of(code: str, scores: Scores = SCORES) -> UnitScore:
    found = scores.unit(code)
    assert found is not None
    return found


def explained(code: str = "B04", lang: str = "zh", **more: Any) -> list[Component]:
    return score.explanation(SCORES, unit_of(code), showing(lang), **more)


def buttons(body: Any) -> list[dict[str, Any]]:
    """What the buttons of a body open, with whether they can be pressed."""
    found = [props_of(one) for one in components(body) if one.to_plotly_json()["type"] == "Button"]
    return [json.loads(one["data-opens"]) for one in found if "data-opens" in one]


def test_the_explanation_names_score_interval_rank_sample_and_what_cost_most() -> None:
    words = "|".join(texts(explained()))
    assert words.startswith("水务局| |C|市直部门 · 2026年11月 · 暂估|综合评价 版本 2026.2| · |本期尚未结束或尚未定版")
    assert "64.1" in words
    assert "组内第 9 名，共 9 个（名次范围 8\u201311）；147 件" in words
    worst = max(unit_of("B04").terms, key=lambda term: term.lost)
    assert f"失分最多：|{worst.name.zh} {MINUS}" in words


def test_who_froze_it_is_said_to_those_who_may_read_names() -> None:
    counties = made.scores("county")
    code = counties.groups[0].rows[0].code
    trend = next(one for one in made.trends(counties) if one.code == code)
    unit = unit_of(code, counties)
    told, kept = (
        str(score.explanation(counties, unit, showing(), trend=trend, named=named)) for named in (True, False)
    )
    assert "王建国 于 2026-11-03 09:12 定版，第 2 版" in told
    assert "2026-11-03 定版，第 2 版" in kept
    assert "王建国" not in kept and "王小明" not in kept


def test_each_term_gives_its_cases_and_opens_those_that_cost_points() -> None:
    body = explained()
    words = "|".join(texts(body))
    rate = unit_of("B04").terms[0].rate
    assert rate is not None
    assert f"{rate.good} / {rate.of} 件 = " in words
    assert f"看失分的 {rate.of - rate.good} 件" in words
    first = buttons(body)[0]
    assert first == {
        "kind": "cases", "indicator": "ontime_close", "part": "rest", "department": "B04", "period": "2026-11",
    }  # fmt: skip
    assert "无此类件，不计此项" in words, "the ninth unit has no cases of one term"


def test_a_term_opens_the_cases_that_cost_points_and_all_where_none_did() -> None:
    term = replace(unit_of("B04").terms[0], direction="up")

    def part(rate: Rate | WeightedRate | None, direction: Literal["up", "down"] = "up") -> tuple[str, int]:
        one = replace(term, rate=rate, direction=direction)
        return json.loads(grades.term_cases(SCORES, one, "B04")["data-opens"])["part"], one.bad_cases

    assert part(Rate(12, 20)) == ("rest", 8)
    assert part(Rate(20, 20)) == ("base", 0), "an empty list explains nothing"
    assert part(Rate(3, 20), "down") == ("good", 3)
    assert part(Rate(0, 20), "down") == ("base", 0)
    assert part(WeightedRate(10, 6, 0.9, 20)) == ("rest", 4), "whole cases, as they are listed, not 4.6"
    assert part(None) == ("rows", 0)


def test_where_a_share_gives_no_points_and_where_all_is_said() -> None:
    assert "得满分" not in "|".join(texts(explained())), "0 and 100 % explain themselves"
    ontime, *others = SCORES.rules.terms
    rules = replace(SCORES.rules, terms=(replace(ontime, zero=0.6, full=0.98), *others))
    body = score.explanation(replace(SCORES, rules=rules), unit_of("B04"), showing())
    assert "60% 得 0 分，98% 得满分" in "|".join(texts(body))


def test_what_would_lift_it_is_counted_in_cases() -> None:
    unit = unit_of("B04")
    words = "|".join(texts(explained()))
    assert f"距 B 等还差 {unit.gap:.1f} 分" in words
    assert f"按期结案率：再多 {unit.terms[0].lift} 件达标" in words
    assert f"返工率：减少 {unit.terms[2].lift} 件" in words
    assert "已是最高等次" in "|".join(texts(explained("B05")))
    alone = replace(unit, terms=tuple(replace(term, lift=None) for term in unit.terms))
    assert "没有哪一项单独能做到" in "|".join(texts(score.explanation(SCORES, alone, showing())))


def test_too_few_cases_have_neither_lift_nor_weights() -> None:
    words = "|".join(texts(explained("B22")))
    assert "本期 1 件，不足 10 件：不打分、不排名" in words
    assert "怎样升一等" not in words
    assert "换一种权重试算" not in words


def test_the_buttons_change_one_weight_and_carry_the_others() -> None:
    steps = [one for one in buttons(explained()) if "weights" in one]
    assert len(steps) == 10
    assert steps[0] == {"kind": "score", "subject": "department", "code": "B04", "weights": "35,20,15,10,15"}
    assert steps[1]["weights"] == "45,20,15,10,15"
    least = explained(weights={"ontime": 0, "closed": 5, "rework": 0, "extended": 0, "solved": 0})
    asked = [one["weights"] for one in buttons(least) if "weights" in one]
    assert "0,0,0,0,0" not in asked, "weights that are all 0 cannot be asked for"
    assert all(min(map(int, text.split(","))) >= 0 for text in asked)


def test_tried_weights_stand_beside_the_official_score_and_leave_it_alone() -> None:
    before = made.scores("department")
    weights = {"ontime": 0, "closed": 0, "rework": 100, "extended": 0, "solved": 0}
    tried = what_if(SCORES, weights)
    body = explained(tried=tried, weights=weights)
    words = "|".join(texts(body))
    then = tried.unit("B04")
    assert then is not None and then.score is not None
    assert words.count("64.1") >= 2, "the official score stays where it is, and before the arrow"
    assert f"得分 64.1 → {int(then.score * 10) / 10:.1f}" in words
    assert {"kind": "score", "subject": "department", "code": "B04"} in buttons(body), "back to the official weights"
    assert before == SCORES
    rows = [one for one in components(body) if one.to_plotly_json()["type"] == "Tr"]
    assert len(rows) == 1 + 9, "the whole group in its new order, with the official ranks"


def test_the_trend_is_part_of_the_answer_where_there_is_one() -> None:
    trend = next(one for one in made.trends(SCORES) if one.code == "B04")
    assert "单位走势" in "|".join(texts(explained(trend=trend)))
    assert "单位走势" not in "|".join(texts(explained()))


def test_each_month_of_the_trend_opens_itself() -> None:
    trend = next(one for one in made.trends(SCORES) if one.code == "B04")
    words = (props_of(one).get("data-opens", "{}") for one in components(explained(trend=trend)))
    months = [question["period"] for question in map(json.loads, words) if "period" in question]
    others = [name for name in months if name != "2026-11"]
    assert others == ["2026-06", "2026-07", "2026-09", "2026-10"], "none of the month without a score"
    weighed = [one for one in buttons(explained(period="2026-10")) if "weights" in one]
    assert {one["period"] for one in weighed} == {"2026-10"}, "other weights are tried on the same month"


def test_a_term_that_is_not_recorded_is_said() -> None:
    streets = made.scores("street")
    code = streets.groups[0].rows[0].code
    words = "|".join(texts(score.explanation(streets, unit_of(code, streets), showing())))
    assert "解决率：来源未记录 回访结果" in words
    assert "本画面只含部分区域的件" in words


def test_a_detector_lists_its_cases_with_reasons_and_opens_orders_for_those_who_may() -> None:
    found = made.data()["detectors"]
    rule = found.rules[0]
    body = detected.listing(rule, found.days, EVERYBODY, REFERENCE, NOW, "zh", can_open=True)
    words = "|".join(texts(body))
    assert "先列 1 件，共 1\u2009214 件" in words or "1\u2009214" in words
    assert "受理超过时限，无说明" in words
    assert buttons(body) == [{"kind": "order", "order": "o1"}]
    assert buttons(detected.listing(rule, found.days, EVERYBODY, REFERENCE, NOW, "zh", can_open=False)) == []
    one = Whose(("B13",), others=False)
    of_one = "|".join(texts(detected.listing(rule, found.days, one, REFERENCE, NOW, "zh", can_open=True)))
    assert "人社局 · 近 30 日" in of_one
    of_rest = "|".join(texts(detected.listing(rule, 30, Whose(("B04", None)), REFERENCE, NOW, "en", can_open=True)))
    assert "all but Water Affairs Bureau, no department · last 30 days" in of_rest
    of_none = detected.listing(found.rules[1], 30, Whose((None,), others=False), REFERENCE, NOW, "zh", can_open=True)
    assert "未派部门 · 近 30 日" in "|".join(texts(of_none))
    unrecorded = "|".join(texts(detected.listing(found.rules[2], 30, EVERYBODY, REFERENCE, NOW, "zh", can_open=True)))
    assert "来源未记录 处置后照片、返工次数" in unrecorded
    nothing = "|".join(texts(detected.listing(found.rules[3], 30, EVERYBODY, REFERENCE, NOW, "zh", can_open=True)))
    assert nothing.endswith("未发现")
