"""What the panels of the performance scene say: known answers, shared ranks, the few, and what nobody records."""

import json
from dataclasses import replace
from typing import Any

import pytest

from indicators.detectors.found import Detected, DetectedRule
from indicators.readings.looking_good import LookingGood, Way
from indicators.readings.settled import Settled
from indicators.scores.scheme import Grade
from indicators.scores.values import Scores
from indicators.values import Rate
from layouts.formats import MINUS, NONE, THIN
from layouts.panel import Props
from layouts.parts import grades
from layouts.parts.attrs import NOBODY
from layouts.scene import Place
from layouts.scenes import PANELS, SCENES
from layouts.words import LANGUAGES
from tests.fixtures import handmade, handmade_all, handmade_performance
from tests.fixtures.handmade import showing
from tests.fixtures.handmade_performance import PERIOD, PERIODS, settled
from tests.fixtures.trees import components, props_of, texts

DATA = handmade_all.data()
DEPARTMENTS: Scores = DATA["scores_departments"]


def shown(panel: str, value: Any = None, lang: str = "zh", **also: Any) -> Props:
    """The props of a panel for a value, the hand-made one by default."""
    one = PANELS[panel]
    others = {name: DATA.get(name) for name in one.also} | also
    return one.show(DATA[one.reading] if value is None else value, showing(lang, also=others))


def lines(props: Props, part: str = "rows", of: str = "row") -> list[str]:
    """The texts of the rows of a part, each joined by bars; blanks that only keep the room are left out."""
    rows = [one for one in components(props[part]["children"]) if of in str(getattr(one, "className", "")).split()]
    return [line for row in rows if (line := "|".join(texts(row)))]


def said(props: Props, part: str) -> str:
    """The texts of a part, joined by bars."""
    return "|".join(texts(props[part]["children"]))


def opened(props: Props, part: str) -> list[dict[str, str]]:
    """What the elements of a part open in the drawer."""
    found = (props_of(one).get("data-opens") for one in components(props[part]["children"]))
    return [json.loads(words) for words in found if words]


def nobody(scores: Scores) -> Scores:
    """A place without any unit."""
    return replace(scores, groups=(), total=None)


def test_a_row_says_rank_range_unit_score_grade_and_sample() -> None:
    rows = lines(shown("ranking-departments"))
    assert rows[0] == f"1|1\u20133|应急管理局|99.5|A|12{THIN}212"
    assert [row.split("|")[0] for row in rows[:4]] == ["1", "2", "2", "4"], "equals share a rank"
    assert rows[8] == "9|8\u201311|水务局|64.1|C|147"


def test_seven_units_stand_on_a_page_and_the_few_below_the_line() -> None:
    props = shown("ranking-departments")
    pages = props["rows"]["children"]
    assert [sum("row-blank" not in row.className for row in page.children) for page in pages] == [7, 2]
    assert all(len(page.children) == 7 for page in pages), "rows are equally high on every page"
    assert said(props, "few") == "不足 10 件（2 个）|民政局|0|气象局|1"
    assert said(shown("ranking-counties"), "few") == "各单位都不少于 10 件"


def test_each_group_has_its_own_pages() -> None:
    pages = shown("ranking-streets")["rows"]["children"]
    assert ["|".join(texts(page.children[0])) for page in pages] == ["街道|5 个单位", "乡镇|5 个单位"]


def test_a_unit_opens_its_explanation_and_a_cell_its_cases() -> None:
    assert opened(shown("ranking-departments"), "rows")[0] == {"kind": "score", "subject": "department", "code": "B05"}
    cells = [one for one in opened(shown("heat-departments"), "rows") if one["kind"] == "cases"]
    assert cells[0] == {
        "kind": "cases", "indicator": "ontime_close", "part": "rest", "department": "B05", "period": "2026-11",
    }  # fmt: skip
    assert cells[2]["part"] == "good", "of a share that shall be low, the cases counted are those that cost points"
    assert opened(shown("heat-counties"), "rows")[1]["area"] == "320302"


def test_intervals_stay_on_their_scale() -> None:
    styles = [
        one.style
        for panel in ("ranking-departments", "movers-departments", "unittrend-departments")
        for one in components(shown(panel)["rows"]["children"])
        if isinstance(getattr(one, "style", None), dict)
    ]
    shares = [style[name] for style in styles for name in ("left", "width", "bottom") if name in style]
    assert len(shares) > 40
    assert all(0 <= float(share.rstrip("%")) <= 100 for share in shares)


def test_no_unit_and_too_few_cases_are_sentences() -> None:
    assert said(shown("ranking-departments", nobody(DEPARTMENTS)), "rows") == "这里没有这一级的单位"
    few = tuple(replace(group, rows=()) for group in DEPARTMENTS.groups)
    assert said(shown("ranking-departments", replace(DEPARTMENTS, groups=few)), "rows") == (
        "本期没有单位满 10 件，不排名"
    )
    for panel in ("heat", "movers", "lists"):
        assert "|" not in said(shown(f"{panel}-departments", nobody(DEPARTMENTS)), "rows"), panel


def test_provisional_and_frozen_are_said_with_the_revision_and_the_day() -> None:
    line = shown("scheme-departments")["facts"]
    assert said(shown("scheme-departments"), "facts").startswith("2026年11月|暂估|综合评价| |版本 2026.2|A|3")
    assert line["data-units"] == "11"
    frozen = shown("scheme-counties")["facts"]["children"]
    assert "|".join(texts(frozen[:2])) == "2026年10月|定版 第2版"
    marks = [props_of(one) for one in components(frozen) if "mark-frozen" in str(getattr(one, "className", ""))]
    assert marks[0]["title"].startswith("2026-11-03 定版，第 2 版"), "who froze it is no wall's to say"
    own = shown("scheme-streets")["facts"]["children"]
    assert "自算" in next(
        props_of(one)["title"] for one in components(own) if "mark" in str(getattr(one, "className", ""))
    )
    assert "|".join(texts(own)).endswith("1 项指标来源未记录")


def test_a_term_nobody_records_is_said_and_has_no_column() -> None:
    props = shown("heat-streets")
    assert "解决率：来源未记录" in said(props, "legend")
    assert "解决率" not in said(props, "heads")
    assert props["rows"]["style"] == {"--terms": "4"}


def test_the_heat_map_says_points_a_dash_without_cases_and_the_pooled_total() -> None:
    props = shown("heat-departments")
    assert lines(props, of="heat-row")[8] == f"水务局|59|59|75|75|{NONE}"
    assert said(props, "total").startswith("全部单位|90")
    assert [row.split("|")[0] for row in lines(props, of="heat-row")] == [
        row.split("|")[2] for row in lines(shown("ranking-departments"))
    ], "in the order of the ranking"


@pytest.mark.parametrize(
    ("score", "text", "grade"), [(89.96, "89.9", "B"), (90.0, "90.0", "A"), (100.0, "100.0", "A"), (39.99, "39.9", "E")]
)
def test_a_score_is_never_rounded_into_a_grade_it_has_not(score: float, text: str, grade: str) -> None:
    assert grades.points(score) == text
    assert "".join(texts(grades.chip(DEPARTMENTS, score, "zh"))) == grade


def test_the_ramp_serves_any_number_of_grades() -> None:
    assert [grades.step_of(DEPARTMENTS, grade.low) for grade in DEPARTMENTS.grades] == [4, 3, 2, 1, 0]
    three = (DEPARTMENTS.grades[0], DEPARTMENTS.grades[2], Grade("E", DEPARTMENTS.grades[4].name, 0, 60))
    scores = replace(DEPARTMENTS, rules=replace(DEPARTMENTS.rules, grades=three))
    assert [grades.step_of(scores, grade.low) for grade in three] == [4, 2, 0]


def test_the_lists_name_what_cost_most() -> None:
    props = shown("lists-departments")
    rows = lines(props, of="list-row")
    assert rows[0] == f"应急管理局|99.5|A|失分 按期结案率 {MINUS}0.2"
    assert rows[3].startswith("水务局|64.1|C|失分 按期结案率"), "the yellow list begins with the last"
    nothing = replace(DEPARTMENTS, groups=tuple(
        replace(group, rows=tuple(replace(row, list=None) for row in group.rows)) for group in DEPARTMENTS.groups
    ))  # fmt: skip
    assert said(shown("lists-departments", nothing), "rows") == "本期无人上红黄榜"


def test_movers_are_ordered_by_size_and_a_change_within_the_interval_is_marked() -> None:
    props = shown("movers-departments")
    rows = lines(props)
    assert len(rows) == 8, "one unit has no score of the period before"
    sizes = [float(row.split("▲")[-1].split("▼")[-1].strip(THIN)) for row in rows]
    assert sizes == sorted(sizes, reverse=True)
    assert "city" not in rows
    chance = [
        one for one in components(props["rows"]["children"]) if "row-chance" in str(getattr(one, "className", ""))
    ]
    assert len(chance) == 5
    assert said(props, "note") == "超出偶然 3 个（亮色），可比 8 个"


def test_a_difference_is_that_of_the_scores_as_shown() -> None:
    assert grades.change(95.89, 79.71) == f"▲{THIN}16.1"
    assert grades.change(80.04, 80.01) == "＝"


def test_the_trend_shows_the_yellow_list_first_and_breaks_where_a_score_is_missing() -> None:
    props = shown("unittrend-departments")
    pages = props["rows"]["children"]
    assert ["|".join(texts(page)).split("|")[0] for page in pages[:4]] == [
        "水务局",
        "生态环境局",
        "人社局",
        "应急管理局",
    ]
    chart = [one for one in components(pages[0]) if getattr(one, "className", "") == "chart-line"]
    assert len(chart) == 2, "one line before the gap, one after it"
    assert "8月|样本不足" in "|".join(texts(pages[0]))
    hollow = [one for one in components(pages[0]) if "trend-provisional" in str(getattr(one, "className", ""))]
    assert len(hollow) == 1
    assert said(shown("unittrend-departments", ()), "rows") == "没有往期得分"
    assert said(shown("unittrend-departments", scores_departments=None), "rows") == "没有往期得分"


def test_a_frozen_month_says_when_it_was_frozen_and_what_changed_since() -> None:
    line = shown("unittrend-departments")["settled"]["children"]
    last = f"{PERIODS.previous(PERIOD).label('zh')} 2026-11-05 定版 第1版"
    assert ["".join(texts(one)) for one in line] == [last, "定版后 3 个单位有变动，可修订"]
    assert line[0].title.startswith("2026-11-05 定版，第 1 版")
    assert "for-people" in line[1].className and "for-people" not in line[0].className
    assert f"gridwall freeze {PERIODS.previous(PERIOD).name} --by" in line[1].title and "第 2 版" in line[1].title
    english = said(shown("unittrend-departments", lang="en"), "settled")
    assert english.endswith("frozen 2026-11-05, rev. 1|3 units changed since, may be revised")
    for unchanged in (0, None):
        alike = shown("unittrend-departments", settled_departments=settled("department", unchanged))
        assert "变动" not in said(alike, "settled") and "定版" in said(alike, "settled")
    nobody_did = Settled("department", PERIODS.previous(PERIOD))
    assert shown("unittrend-departments", settled_departments=nobody_did)["settled"]["children"] == []
    marks = components(shown("unittrend-departments")["rows"]["children"])
    dots = [one for one in marks if "trend-frozen" in str(getattr(one, "className", ""))]
    assert all("\n2026-11-05 定版，第 2 版" in dot.title for dot in dots) and dots


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_panel_of_the_broadcast_names_who_froze(lang: str) -> None:
    """One body serves walls too, and a wall gets no name."""
    bodies = [str(shown(panel, lang=lang)) for panel in SCENES["performance"].panels]
    assert any("2026-11-05" in body for body in bodies) and any("2026-11-03" in body for body in bodies)
    assert not any(name in body for body in bodies for name in ("王建国", "王小明"))


def test_the_ways_of_looking_good_stand_beside_the_rate() -> None:
    props = shown("looking-good")
    cells = ["|".join(texts(cell)) for cell in props["ways"]["children"]]
    assert cells[0] == f"部门按期结案率|94.2|%|▲{THIN}0.9|31{THIN}205| / |33{THIN}120| 件|最低 水务局 20.4%"
    assert cells[3].startswith(f"挂账（缓办）率|2.5|%||812| / |33{THIN}120| 件"), "nothing to compare with is no change"
    assert "|持平|" in cells[4], "what rounds to nothing is said, not drawn"
    assert cells[5] == "强制结案率|来源未记录 结案方式"
    asked = opened(props, "ways")
    assert asked[:3] == [
        {"kind": "cases", "indicator": "ontime_department", "part": part} for part in ("rest", "good", "base")
    ]
    extended = [one for one in asked if one["indicator"] == "ext_rate"]
    assert [(one["part"], one.get("department", "")) for one in extended] == [
        ("good", ""), ("good", ""), ("base", ""), ("good", "B04"),
    ]  # fmt: skip


def test_no_cases_are_a_dash_and_nobody_is_named_without_reason() -> None:
    found = LookingGood((Way("ext_rate", Rate(0, 0), Rate(1, 2), ()),), 30, 5)
    assert said(shown("looking-good", found), "ways") == f"延期率|{NONE}|||无件"


def test_detectors_say_whose_cases_and_what_nobody_records() -> None:
    props = shown("detectors")
    rules = ["|".join(texts(rule)) for rule in props["rules"]["children"]]
    assert rules == [
        f"无故延期受理|部分|1{THIN}214|件|水务局|812|人社局|201|其他|201",
        "拖延不办|61|件|城管局|40|未派部门|21",
        "敷衍应付|来源未记录 处置后照片、返工次数",
        "反复发案|0|件|未发现",
    ]
    first = {"kind": "detector", "rule": "unexplained_extension"}
    second = {"kind": "detector", "rule": "stalling"}
    assert opened(props, "rules") == [
        first,
        first | {"department": "B04"},
        first | {"department": "B13"},
        first | {"but0": "B04", "but1": "B13"},
        second,
        second | {"department": "B01"},
        second | {"department": NOBODY},
        {"kind": "detector", "rule": "repeated"},
    ]
    assert said(shown("detectors", Detected((), 30)), "rules") == ""


@pytest.mark.parametrize(("lang", "word"), [("zh", "部分"), ("en", "part")])
def test_a_rule_judged_in_part_says_so(lang: str, word: str) -> None:
    def marks(rule: DetectedRule) -> list[tuple[str, str]]:
        props = shown("detectors", Detected((rule,), 7), lang)
        found = [one for one in components(props["rules"]["children"]) if getattr(one, "className", "") == "mark"]
        return [("".join(texts(one)), one.title) for one in found]

    whole = DetectedRule("perfunctory", 3, (("B04", 3),), (), False, ("dissatisfied", "rework"))
    assert marks(whole) == []
    ((text, title),) = marks(replace(whole, missing=("work_orders.photos_after", "work_orders.handled_at")))
    assert text == word
    assert ("处置后照片、处置完成时间" if lang == "zh" else "photos afterwards, time of handling") in title
    assert [text for text, _ in marks(replace(whole, missing=("work_order_events",)))] == [word]
    assert marks(replace(whole, judged=(), missing=("work_orders.reworks",))) == [], "it says all that it has to"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_scores_wear_no_light_and_every_panel_has_its_definition(lang: str) -> None:
    """Lights are for deadlines alone; a title of a panel explains what it shows."""
    scene = SCENES["performance"].layout(Place(handmade.CITY, "徐州市"), lang)
    trees = [scene, *(part.get("children") for panel in SCENES["performance"].panels for part in _props(panel, lang))]
    used = {word for tree in trees for one in components(tree) for word in str(getattr(one, "className", "")).split()}
    assert not {word for word in used if word.startswith(("light", "pill"))}
    assert "alarms" in SCENES["performance"].panels, "it has no title of its own"
    titles = [one for one in components(scene) if one.to_plotly_json()["type"] == "H2"]
    assert len(titles) == len(SCENES["performance"].panels) - 1
    assert all(one.title for one in titles if "".join(texts(one)) not in ("", " "))


def _props(panel: str, lang: str) -> list[dict[str, Any]]:
    return [] if panel == "alarms" else list(shown(panel, lang=lang).values())


def test_the_hand_made_scores_obey_their_own_arithmetic() -> None:
    """The points of a unit are 100 less what its terms cost, so that the tests' numbers could be real."""
    for scores in (handmade_performance.scores("department"), handmade_performance.scores("county")):
        for unit in (row for group in scores.groups for row in group.rows if len(row.terms) == len(scores.rules.terms)):
            if all(term.points is not None for term in unit.terms):
                assert unit.score == pytest.approx(100 - sum(term.lost for term in unit.terms))
