"""What the panels of the work-orders scene say: known answers, extremes, and what a source does not record."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from indicators.readings.history import TypeCount
from indicators.readings.holding import Holding
from indicators.readings.horizon import Horizon, HorizonRow
from indicators.readings.hot import HotAreas
from indicators.readings.origins import Ladder, Origins, TypeMoves
from indicators.readings.process import Ageing, Longest
from indicators.readings.supervision import Replies, Supervision
from indicators.registry import ENTERED
from indicators.values import Rate
from layouts.formats import NONE, THIN
from layouts.panel import Props
from layouts.panels.hot_areas import show as hot_show
from layouts.parts.cuts import cut_name
from layouts.parts.durations import band, work_hours
from layouts.parts.places import alike
from layouts.scenes import PANELS
from layouts.words import t
from tests.fixtures import handmade_all
from tests.fixtures.handmade import NOW, REFERENCE, showing
from tests.fixtures.trees import components, props_of, texts

DATA = handmade_all.data()


def shown(panel: str, value: Any = None, lang: str = "zh", **also: Any) -> Props:
    """The props of a panel for a value, the hand-made one by default."""
    one = PANELS[panel]
    others = {name: DATA.get(name) for name in one.also} | also
    return one.show(DATA[one.reading] if value is None else value, showing(lang, also=others))


def said(props: Props, part: str) -> str:
    """The texts of a part, joined by bars."""
    return "|".join(texts(props[part]["children"]))


def lines(props: Props, part: str = "rows") -> list[str]:
    """The texts of each row."""
    return ["|".join(texts(row)) for row in props[part]["children"]]


def opened(node: Any) -> list[dict[str, Any]]:
    """What numbers and rows open in the drawer."""
    return [json.loads(props_of(c)["data-opens"]) for c in components(node) if "data-opens" in props_of(c)]


@pytest.mark.parametrize(
    ("lower", "upper", "words"),
    [
        (0.0, 4.0, "4 小时内"),
        (4.0, 24.0, "4–24 小时"),
        (24.0, 72.0, "1–3 天"),
        (168.0, None, "7 天以上"),
        (30.0, None, "30 小时以上"),
        (0.0, 48.0, "2 天内"),
        (12.0, 36.0, "12–36 小时"),
    ],
)
def test_bands_of_hours_are_said_in_the_unit_of_their_upper_end(lower: float, upper: float | None, words: str) -> None:
    assert band(lower, upper, "zh") == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.0, "0.0"), (5_400.0, "1.5"), (359_820.0, "100"), (7_200_000.0, f"2{THIN}000"), (None, NONE)],
)
def test_working_hours_have_one_digit_under_a_hundred(seconds: float | None, words: str) -> None:
    assert work_hours(seconds) == words


def test_a_cut_of_another_day_says_which() -> None:
    at = showing()
    assert cut_name(NOW.replace(hour=18, minute=0), at) == "18:00"
    assert cut_name(NOW.replace(hour=12, minute=0) + timedelta(days=1), at) == "周日 12:00"
    assert cut_name(NOW.replace(hour=12, minute=0) + timedelta(days=2), at) == "周一 12:00"
    assert cut_name(NOW.replace(hour=12, minute=0) + timedelta(days=1), showing("en")) == "Sun 12:00"


def test_ageing_is_a_table_of_stages_and_ages_that_add_up() -> None:
    props = shown("ageing")
    rows = lines(props)
    assert rows[0] == "|上报|核实|待派遣|已派遣|处置|核查|今日结案"
    assert rows[1] == f"现有|64|41|12|118|12{THIN}599|578|1{THIN}290"
    assert rows[3] == f"4 小时内|40|{NONE}|2|31|102|200|"
    assert rows[8] == f"7 天以上|0|{NONE}|0|2|10{THIN}116|2|"
    assert rows[9] == "未记时间|0|41|0|3|0|0|"
    assert said(props, "sub") == f"在办 |13{THIN}412| 件 · 按进入本环节至今的时长"
    for stage in DATA["ageing"].stages:
        assert sum(stage.by_band or ()) + stage.unknown == stage.waiting


def test_ageing_without_deadlines_or_entries_shows_dashes_and_no_zero() -> None:
    bare = Ageing(
        (24.0,),
        tuple(replace(s, by_band=None, overdue=None, oldest=None, unknown=s.waiting) for s in DATA["ageing"].stages),
    )
    rows = lines(shown("ageing", bare, flow=None))
    dashes = "|".join([NONE] * 6)
    assert rows[2] == f"其中超期|{dashes}|"
    assert rows[3] == f"1 天内|{dashes}|"
    assert rows[1].endswith(f"578|{NONE}")
    assert rows[-1] == f"今日进入|{dashes}|"


def test_numbers_of_the_flow_open_their_cases_by_stage() -> None:
    asked = opened(shown("ageing")["rows"]["children"])
    assert {"kind": "cases", "indicator": "stage_waiting", "part": "rows", "stage": "handling"} in asked
    assert {"kind": "cases", "indicator": "overdue", "part": "rows", "stage": "handling"} in asked
    assert {"kind": "cases", "indicator": "closed_today", "part": "rows"} in asked
    for stage in DATA["flow"].stages:
        mark = {"kind": "cases", "indicator": ENTERED[stage.stage], "part": "rows"}
        assert (mark in asked) is (stage.entered is not None), stage.stage
    assert sum(stage.entered is not None for stage in DATA["flow"].stages) > 4


def test_ages_open_their_cases_and_none_open_nothing() -> None:
    asked = opened(shown("ageing")["rows"]["children"])
    ages = {(one["stage"], one["age"]) for one in asked if "age" in one}
    stages = DATA["ageing"].stages
    known = {(stage.stage, str(age)) for stage in stages for age, n in enumerate(stage.by_band or ()) if n}
    assert ages == known | {(stage.stage, "-") for stage in stages if stage.unknown}


def test_shares_of_holding_open_the_cases_that_were_held() -> None:
    asked = opened(shown("holding")["rows"]["children"])
    assert {one["holder"] for one in asked} == {row.department for row in DATA["holding"].rows}
    assert {one["indicator"] for one in asked} == {"held"}
    (passed,) = opened(shown("ping-pong")["sub"]["children"])
    assert passed["indicator"] == "passed_around"


def test_the_horizon_is_a_staircase_and_a_row_a_department() -> None:
    props = shown("horizon")
    assert lines(props, "steps") == [
        f"现已超期|1{THIN}087",
        "18:00 前|+137",
        f"周日 12:00 前|+1{THIN}212",
        f"周日 18:00 前|+3{THIN}404",
    ]
    assert said(props, "heads") == "部门|现已超期|18:00|周日 12:00|周日 18:00"
    assert lines(props)[0] == f"应急管理局|412|37|212|1{THIN}404"
    assert lines(props)[-1] == "未派部门|0|1|2|3"
    assert said(props, "sub") == "若无人处置| · |其中推算 |212"
    asked = opened(props["rows"]["children"])
    assert {"kind": "cases", "indicator": "overdue", "part": "rows", "department": "B05"} in asked
    assert {"kind": "cases", "indicator": "due_by_cut", "part": "rows", "department": "-"} in asked


def test_the_horizon_by_area_names_what_is_not_located() -> None:
    props = shown("horizon-areas")
    assert lines(props)[0] == "鼓楼区|120|9|40|160"
    assert lines(props)[-1] == "未定位|2|·|·|1"


def test_a_quiet_horizon_is_a_sentence() -> None:
    calm = Horizon(DATA["horizon"].cuts, 0, (0, 0, 0), (), (), 0, 0)
    assert said(shown("horizon", calm), "rows") == "周日 18:00 前没有会超期的工单"
    assert said(shown("horizon-areas", calm), "rows") == "周日 18:00 前没有会超期的工单"
    assert said(shown("horizon", calm), "heads") == ""
    assert said(shown("due-soon", calm), "value") == "0"


def test_depth_of_a_cell_grows_with_its_number() -> None:
    rows = tuple(HorizonRow(code, 0, (n, n, n)) for code, n in (("B01", 0), ("B02", 1), ("B03", 50), ("B04", 100)))
    props = shown("horizon", replace(DATA["horizon"], departments=rows))
    depths = [row.children[-1].className for row in props["rows"]["children"]]
    assert depths == ["ahead ahead-0", "ahead ahead-1", "ahead ahead-2", "ahead ahead-3"]


def test_cards_of_the_scene() -> None:
    soon = shown("due-soon")
    assert (said(soon, "title"), said(soon, "value"), said(soon, "note")) == (
        "18:00 前再超期", "137", f"周日 18:00 前 +|3{THIN}404| 件",
    )  # fmt: skip
    assert [c.style["height"] for c in soon["spark"]["children"]] == ["4.02%", "35.61%", "100%"]
    assert (said(shown("parked"), "value"), said(shown("parked"), "note")) == ("318", "占在办 2.4%")
    assert said(shown("parked", pulse=None), "note") == "未定恢复时间"
    unrecorded = shown("parked", replace(DATA["horizon"], parked=None))
    assert (said(unrecorded, "value"), said(unrecorded, "note")) == (NONE, "来源未记录挂账")
    assert (said(shown("unanswered"), "value"), said(shown("unanswered"), "note")) == ("36", "督办中 |128|今日应回 |21")
    longest = shown("longest-wait")
    assert (said(longest, "value"), said(longest, "unit"), said(longest, "note")) == (
        "352",
        "工时",
        "核查|09-21 09:02 起",
    )


def test_orders_open_the_list_they_stand_in_and_the_card_is_the_first_of_the_list() -> None:
    of_panel = {"longest": "stage_waiting", "ping-pong": "passed_around", "supervision": "supervised"}
    for panel, indicator in of_panel.items():
        asked = opened(shown(panel)["rows"]["children"])[0]
        assert (asked["kind"], asked["indicator"]) == ("cases", indicator), panel
        assert {"category", "area"} <= set(asked), panel
        assert len(asked["area"]) <= len("320302001000"), "nothing finer than a community"
    waiting = [
        opened(shown(name)[part]["children"])[0] for name, part in (("longest", "rows"), ("longest-wait", "value"))
    ]
    assert [(asked["stage"], asked["age"]) for asked in waiting] == [("checking", "*")] * 2, "by entry into the stage"
    rows = DATA["longest"].rows
    listed = Longest((rows[1], replace(rows[0], held_s=60.0)), 28)
    assert lines(shown("longest", listed))[-1].startswith("占道经营|0.0|"), "the order is that of the reading"
    assert said(shown("longest-wait", listed), "value") == "340"


def test_the_numbers_of_the_cards_open_what_is_behind_them() -> None:
    found = {panel: opened(shown(panel)["value"]["children"])[0] for panel in ("due-soon", "parked", "unanswered")}
    assert {panel: asked["indicator"] for panel, asked in found.items()} == {
        "due-soon": "due_by_cut", "parked": "parked", "unanswered": "supervision_late",
    }  # fmt: skip
    assert opened(shown("longest-wait")["value"]["children"])[0]["indicator"] == "stage_waiting"


def test_those_without_a_class_open_as_such() -> None:
    unclassed = replace(DATA["type_moves"], rising=(TypeCount("", 9, 3),), falling=())
    assert [one["category"] for one in opened(shown("type-moves", unclassed)["rows"]["children"])] == ["-", "-"]


def test_what_is_not_located_opens_its_list_beside_the_areas() -> None:
    asked = opened(shown("horizon-areas")["rows"]["children"][-1])
    assert {one["indicator"] for one in asked} == {"overdue", "due_by_third_cut"}, "of nothing there is no list"
    assert {(one["area"], one["level"]) for one in asked} == {("-", "spread")}


def test_a_row_of_a_class_or_an_area_that_no_catalogue_knows_opens_a_wider_list() -> None:
    def asked(category: str, area: str) -> set[str]:
        return set(json.loads(alike("open", REFERENCE, category, area)["data-opens"])) - {"kind", "indicator", "part"}

    assert asked("E0406", "320302001000") == {"category", "area"}
    assert asked("X", "320302001000") == {"area"}
    assert asked("E0406", "999") == {"category"}
    assert json.loads(alike("open", REFERENCE, "", "")["data-opens"])["category"] == "-", "those without a class"


def test_nobody_waits_and_nobody_is_asked() -> None:
    assert said(shown("longest-wait", Longest((), 0)), "value") == NONE
    assert said(shown("longest", Longest((), 0)), "rows") == "没有等待中的工单"
    nothing = Supervision(0, (), 0, 0, ())
    assert said(shown("supervision", nothing), "rows") == "没有待回复的督办"
    none_asked = shown("supervision", nothing, replies=Replies(Rate(0, 0), 30))
    assert said(none_asked, "answered") == "近 30 日没有应回复的督办"
    assert said(shown("supervision", replies=None), "answered") == "", "not read yet"
    assert (said(shown("unanswered", nothing), "value"), shown("unanswered", nothing)["spark"]["children"]) == ("0", [])


def test_holding_says_share_hours_and_part_of_the_limit() -> None:
    rows = lines(shown("holding"))
    assert rows[0] == "应急管理局|33.1%|4.2|31%"
    assert rows[2] == f"城管局|27.1%|22.2|{NONE}"
    assert said(shown("holding", Holding(30, (), (), 0)), "rows") == "近 30 日没有部门持有记录"


def test_who_was_passed_around_names_each_department_once_and_the_whole_way_beside() -> None:
    row = shown("ping-pong")["rows"]["children"][0]
    assert "|".join(texts(row)) == "占道经营|翟山社区|7 手|市场监管局 ⇄ 应急管理局 ⇄ 公安局 ⇄ 城管局"
    way = next(c.title for c in components(row) if "two-right" in str(getattr(c, "className", "")))
    assert way.count("→") == 6
    assert said(shown("ping-pong", Holding(30, (), (), 0)), "rows") == "没有多次易手的在办件"


def test_supervision_says_late_in_words_and_unknown_grades_as_they_are() -> None:
    props = shown("supervision")
    assert said(props, "grades") == "领导督办|12|紧急|34|一般|78|县级挂牌|4"
    rows = lines(props)
    assert rows[0] == "占道经营|领导督办|逾期未回|应急管理局|翟山社区|应回 昨天 11:02"
    assert "待回复" in rows[6]
    assert "未定期限" in rows[11] and f"应回 {NONE}" in rows[11]
    assert "".join(texts(props["answered"]["children"])) == "近 30 日按时回复 92.3%（312/338）"


def test_the_numbers_of_the_replies_open_their_cases() -> None:
    asked = opened(shown("supervision")["answered"]["children"])
    assert [(one["indicator"], one["part"]) for one in asked] == [
        ("supervision_replied", "rest"), ("supervision_replied", "good"), ("supervision_replied", "base"),
    ]  # fmt: skip
    assert "supervision_replied" in PANELS["supervision"].defines


def test_no_deadline_light_is_used_for_supervision() -> None:
    classes = [str(getattr(c, "className", "")) for c in components(shown("supervision")["rows"]["children"])]
    assert not [name for name in classes if "light" in name or "pill" in name]


def test_shares_of_the_ladder_are_of_what_is_known() -> None:
    props = shown("ladder")
    assert lines(props)[0] == f"网格|75.7%|103{THIN}120|▲{THIN}3.3%"
    assert said(props, "beside") == f"现场自处置 |41{THIN}210|强制结案 |102|层级未记录 |1{THIN}204"
    nothing = Ladder(30, tuple(replace(step, n=0) for step in DATA["ladder"].levels), None, 12, 12)
    assert said(shown("ladder", nothing), "rows") == "近 30 日没有记录层级的结案"
    assert said(shown("ladder", nothing), "beside") == "层级未记录 |12"


def test_sources_and_the_unrecorded_are_the_total() -> None:
    origins = DATA["origins"]
    assert sum(row.n for row in origins.rows) + origins.unknown == origins.total
    rows = lines(shown("origins"))
    assert rows[0] == f"网格巡查|81{THIN}204|66.6%|▲{THIN}1.5%"
    assert rows[4].endswith("|新增")
    assert rows[-1] == "来源未记录|212|0.2%|"
    assert "城市大脑" in rows[-2]
    assert said(shown("origins", Origins(30, (), 0, 0)), "rows") == "近 30 日没有新件"


def test_types_share_the_room_between_rising_and_falling() -> None:
    rows = lines(shown("type-moves"))
    assert len(rows) == 6
    assert [row.split("|")[0] for row in rows] == [
        "占道经营",
        "暴露生活垃圾",
        "非机动车乱停放",
        "邻里纠纷",
        "噪声扰民",
        "飞线充电",
    ]
    assert rows[3] == f"邻里纠纷|1{THIN}260|112|▼{THIN}91%"
    only = TypeMoves(7, tuple(TypeCount(f"E{i}", 90 + i, 0) for i in range(9)), ())
    assert len(lines(shown("type-moves", only))) == 6
    assert said(shown("type-moves", TypeMoves(7, (), ())), "rows") == "近 7 日没有明显升降的类型"


def test_hot_areas_say_how_many_times_the_usual_and_what_was_tested() -> None:
    props = shown("hot-areas")
    assert lines(props)[0] == "鼓楼区 翟山社区|48|×4.0"
    assert said(props, "tested") == "检验 318 个社区|未定位 |206|默认坐标 |42| 件不计"
    never = replace(DATA["hot_areas"].rows[0], expected=0.0, ratio=None)
    assert lines(shown("hot-areas", replace(DATA["hot_areas"], rows=(never,))))[0] == "鼓楼区 翟山社区|48|新增"
    assert said(hot_show(HotAreas(7, "community", (), 300, 0, 0.05), showing()), "rows") == "近 7 日没有明显高发的区域"
    near = tuple(replace(row, p=0.2 + row.n / 1000) for row in DATA["hot_areas"].rows[1:8])
    alone = lines(shown("hot-areas", replace(DATA["hot_areas"], rows=DATA["hot_areas"].rows[:1], near=near)))
    assert (len(alone), alone[1]) == (7, "以下未超出偶然波动"), "the room that is left shows what comes next"
    assert lines(shown("hot-areas", replace(DATA["hot_areas"], rows=(), near=near)))[0] == "近 7 日没有明显高发的区域"
    full = shown("hot-areas", replace(DATA["hot_areas"], near=near))
    assert "以下未超出偶然波动" not in lines(full), "with more than a page of hot areas there is no room"
    assert said(hot_show(HotAreas(7, "community", (), 0, 0, 0.05), showing()), "rows") == t(
        "hot-untested", "zh", days=7
    )
