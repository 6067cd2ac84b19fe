"""What each panel says of a reading: known answers, odd cases, and that database text stays text."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import orjson
import plotly.graph_objects as go  # type: ignore[import-untyped]
import pytest
from dash import html

from data_access.reference import Category, Reference
from indicators.readings.counts import Flow, Pulse
from indicators.readings.deadlines import Sla
from indicators.readings.events import Sources, Ticker
from indicators.readings.history import LastWeek, Trend, TypeCount, Types
from indicators.readings.map_cells import CellCounts
from indicators.readings.people import AreaDuty, Duty
from indicators.readings.rates import CellRates, Departments, OnTime
from indicators.values import Light, Rate
from layouts.formats import NONE, THIN
from layouts.panel import Geometry, Panel, Props, Showing
from layouts.panels.sla import left
from layouts.scene import Place, Scene
from layouts.scenes import PANELS, SCENES
from layouts.words import LANGUAGES, t
from tests.fixtures import handmade, handmade_all
from tests.fixtures.handmade import NOW, REFERENCE, showing
from tests.fixtures.trees import components, props_of, texts

DATA = handmade_all.data()
TAKEN_BY_SCRIPTS = ("map-", "alarms")
"""Panels whose values no component holds: the map's script and the one of the alarms take them from the body."""


def shown(panel: Panel, value: Any = None, lang: str = "zh", **also: Any) -> Props:
    """The props of a panel for a value (the hand-made one by default) with its other readings."""
    others = {name: DATA.get(name) for name in panel.also} | also
    given = DATA[panel.reading] if value is None else value
    return panel.show(given, showing(lang, also=others))


def said(props: Props, part: str) -> str:
    """The texts of a part, joined by bars."""
    return "|".join(texts(props[part]["children"]))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("panel", PANELS.values(), ids=lambda panel: panel.id)
def test_each_panel_becomes_json_and_its_frame_has_its_parts(panel: Panel, lang: str) -> None:
    props = shown(panel, lang=lang)
    orjson.dumps(props, default=lambda o: o.to_plotly_json())
    if panel.id.startswith(TAKEN_BY_SCRIPTS):
        return
    shows_it = [scene for scene in SCENES.values() if panel.id in scene.panels]
    assert shows_it
    for scene in shows_it:
        frames = scene.layout(Place(handmade.CITY, "徐州市"), lang)
        parts = {
            c.id["part"]
            for c in components(frames)
            if isinstance(getattr(c, "id", None), dict) and c.id.get("panel") == panel.id
        }
        assert set(props) <= parts, scene.id


@pytest.mark.parametrize("scene", SCENES.values(), ids=lambda scene: scene.id)
def test_each_panel_of_a_scene_has_one_frame_that_says_what_it_is(scene: Scene) -> None:
    """As of when and why are the truth bar's; the definition with its window is the title's tooltip."""
    frames = [c for c in components(scene.layout(Place(handmade.CITY, "徐州市"), "zh")) if "data-panel" in props_of(c)]
    names = [props_of(frame)["data-panel"] for frame in frames]
    layers = [name for name in names if name.startswith("map-")]
    assert sorted(set(names) - set(layers)) == sorted(p for p in scene.panels if not p.startswith("map-"))
    assert len(set(names)) == len(names)
    for frame in frames:
        panel = props_of(frame)["data-panel"]
        if panel.startswith(TAKEN_BY_SCRIPTS):
            continue
        classes = [str(getattr(c, "className", "")) for c in components(frame)]
        assert {"truth-why", "truth-asof"} <= set(classes), panel
        assert next(props_of(c)["title"] for c in components(frame) if isinstance(c, html.H2)), panel


def test_every_is_a_multiple_of_the_beat_and_shorter_than_the_patience() -> None:
    assert all(
        (panel.every % 2 == 0 and panel.stale_after > 2 * panel.every) or panel.every == 2 for panel in PANELS.values()
    )


def test_cards_say_number_change_and_against_what() -> None:
    props = shown(PANELS["filed"])
    assert said(props, "value") == f"11{THIN}874"
    assert props["change"]["children"] == f"▲{THIN}10%"
    assert said(props, "note") == "较上周六同刻"
    assert said(shown(PANELS["open"]), "change") == f"▼{THIN}118"
    assert said(shown(PANELS["ontime"]), "value") == "94.2"
    assert said(shown(PANELS["ontime"]), "change") == f"▲{THIN}0.8{THIN}点"
    assert said(shown(PANELS["overdue"], lang="en"), "note") == "vs last Sat|12| long|12| paused"


def test_where_filing_is_not_recorded_the_card_says_reported() -> None:
    props = shown(PANELS["filed"], replace(DATA["pulse"], filed_today=None))
    assert props["title"]["children"] == "今日上报"
    assert said(props, "value") == f"11{THIN}901"


@pytest.mark.parametrize(
    ("reason", "words"), [("holiday", "逢节假日，不作对比"), ("no-history", "上周无记录，不作对比")]
)
def test_no_comparison_is_said_in_words(reason: Any, words: str) -> None:
    week = LastWeek(NOW - timedelta(days=7), False, reason)
    props = shown(PANELS["open"], last_week=week)
    assert (props["change"]["children"], said(props, "note")) == ("", words)
    assert said(shown(PANELS["open"], last_week=None), "note") == t("compare-waiting", "zh")


def test_no_deadline_recorded_is_a_dash_and_never_a_zero() -> None:
    props = shown(PANELS["overdue"], Pulse(1, 1, 1, 1, None))
    assert props["value"]["children"] == NONE
    assert said(props, "note") == "来源未记录期限"


def test_nothing_due_is_a_dash_and_no_hundred_percent() -> None:
    props = shown(PANELS["ontime"], OnTime(Rate(0, 0), 7, 0, 0, 0, 0, 0, 0))
    assert (props["value"]["children"], props["unit"]["children"]) == (NONE, "")


def test_nobody_planned_is_said() -> None:
    props = shown(PANELS["on-duty"], Duty(0, 0, (), 0))
    assert said(props, "note") == "此刻无人排班"
    assert props["spark"]["children"] == []
    assert said(shown(PANELS["duty"], Duty(0, 0, (AreaDuty("320302", 0, 0),), 0)), "rows") == "此刻没有排班"


def test_the_spark_of_a_flow_leaves_today_out() -> None:
    """Today is not over: its count would look like a plunge."""
    flow, stock = shown(PANELS["filed"])["spark"]["children"], shown(PANELS["open"])["spark"]["children"]
    assert flow[0].style["clipPath"].count("calc") == 2 * 2 * 13
    assert stock[0].style["clipPath"].count("calc") == 2 * 2 * 14
    assert shown(PANELS["filed"], sparks=None)["spark"]["children"] == []


def test_the_flow_says_waiting_share_overdue_and_entered() -> None:
    rows = shown(PANELS["flow"])["rows"]["children"]
    assert ["|".join(texts(row)) for row in rows] == [
        f"上报|64|3.1%|1{THIN}874",
        f"核实|41|2.4%|1{THIN}866",
        f"待派遣|12|0.0%|1{THIN}851",
        f"已派遣|118|4.2%|1{THIN}820",
        f"处置|2{THIN}611|2.8%|1{THIN}402",
        f"核查|578|0.9%|{NONE}",
        f"结案|1{THIN}290",
    ]
    unjudged = Flow(tuple(replace(stage, overdue=None) for stage in DATA["flow"].stages), 0)
    assert "%" not in said(shown(PANELS["flow"], unjudged), "rows")


def test_the_trend_is_a_valid_figure_with_tokens_for_colours() -> None:
    figure = shown(PANELS["trend"])["figure"]["figure"]
    assert len(figure["data"][0]["y"]) == 15
    assert figure["data"][0]["marker"]["color"][-1] == "@accent-soft"
    assert validated(figure)


def validated(figure: dict[str, Any]) -> bool:
    """Whether Plotly takes the figure once its tokens are colours."""

    def coloured(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: coloured(value) for key, value in node.items()}
        if isinstance(node, list):
            return [coloured(value) for value in node]
        return "#123456" if isinstance(node, str) and node.startswith("@") else node

    return bool(go.Figure(coloured(figure)).layout)


def test_an_empty_day_is_a_sentence_and_no_axis() -> None:
    figure = shown(PANELS["trend"], Trend("filed_today", (0, *(None,) * 23), 0, None, NOW.date()))["figure"]["figure"]
    assert figure["layout"]["annotations"][0]["text"] == "今日尚无新件"
    assert figure["layout"]["xaxis"]["visible"] is False
    assert validated(figure)
    empty = shown(PANELS["trend"], Trend("filed_today", (0, *(None,) * 23), 0, None, NOW.date()))
    assert empty["hours"]["children"] == []


def test_every_hour_of_the_trend_opens_its_cases() -> None:
    trend = DATA["trend"]
    hours = shown(PANELS["trend"], trend)["hours"]["children"]
    asked = [orjson.loads(props_of(hour)["data-opens"]) for hour in hours]
    before = trend.day - timedelta(days=7)
    assert [one["period"] for one in asked] == [
        f"{trend.day if hour <= trend.now_hour else before}T{hour:02d}" for hour in range(24)
    ]
    assert {one["indicator"] for one in asked} == {"reg_n"}
    assert hours[9].title == f"09 时 {trend.today[9]} 件\n上周 09 时 {trend.last_week[9]} 件"
    assert props_of(hours[9])["aria-label"].split(", ") == hours[9].title.split("\n")
    assert hours[9].tabIndex == "0"
    alone = shown(PANELS["trend"], replace(trend, last_week=None))["hours"]["children"]
    assert ["data-opens" in props_of(hour) for hour in alone] == [hour <= trend.now_hour for hour in range(24)]


def test_without_comparison_the_trend_says_so() -> None:
    props = shown(PANELS["trend"], replace(DATA["trend"], last_week=None))
    assert said(props, "sub") == f"今日 |2{THIN}310|不作上周对比"
    assert len(props["figure"]["figure"]["data"]) == 1


@pytest.mark.parametrize(
    ("most", "ticks"), [(1, [1]), (5, [1, 2, 3, 4, 5]), (9, [2, 4, 6, 8]), (430, [100, 200, 300, 400])]
)
def test_the_axis_has_round_ticks(most: int, ticks: list[int]) -> None:
    trend = Trend("filed_today", (most, *(None,) * 23), 0, None, NOW.date())
    figure = shown(PANELS["trend"], trend)["figure"]["figure"]
    assert figure["layout"]["yaxis"]["tickvals"] == ticks


def test_types_say_change_new_and_rising() -> None:
    props = shown(PANELS["types"])
    assert "占道经营|412" in said(props, "rows")
    assert said(props, "rising").startswith("明显上升|占道经营")
    unclassed = shown(PANELS["types"], Types((TypeCount("", 1, 1),), (), 1, 7))["rows"]["children"]
    (question,) = (props_of(one)["data-opens"] for one in components(unclassed) if "data-opens" in props_of(one))
    assert '"category": "-"' in question, "those without a class, not all"
    nothing = shown(PANELS["types"], Types((), (), 0, 7))
    assert said(nothing, "rows") == "近 7 日没有新件"
    calm = shown(PANELS["types"], replace(DATA["types"], rising=()))
    assert said(calm, "rising") == "没有明显上升的类型"


def test_deadlines_say_type_community_department_and_due() -> None:
    props = shown(PANELS["sla"])
    first = "|".join(texts(props["rows"]["children"][0]))
    assert first == "占道经营|昨天 17:18|翟山社区|应急管理局"
    assert said(props, "sub") == "超期 |87| · 18:00 前再超期 |37"
    assert said(shown(PANELS["sla"], Sla((), 0, NOW, 0, False)), "rows") == "没有临近或超过期限的工单"


def test_unknown_holidays_are_marked() -> None:
    panel = PANELS["sla"]
    props = panel.show(DATA["sla"], showing(provisional=True))
    assert "暂" in said(props, "sub")


def test_a_running_countdown_stays_the_same_beat_after_beat() -> None:
    """Its seconds hold for the full hour, so that a row's props do not change while its clock runs."""
    row = handmade.sla_row(Light.NEAR, 1_800.0)
    later = replace(row, remaining_s=1_790.0)
    one = props_of(left(row, showing()))
    other = props_of(left(later, showing(now=NOW + timedelta(seconds=10))))
    assert one == other
    at = int(one["data-at"])
    assert at == int(datetime(2026, 11, 21, 14, 0).replace(tzinfo=handmade.ZONE).timestamp() * 1000)
    assert int(one["data-left"]) == 1_800 + 138
    assert one["data-running"] == "1"


def test_a_standing_countdown_says_what_is_left_and_that_it_stands() -> None:
    props = props_of(left(handmade.sla_row(Light.PAUSED, 9_000.0, running=False), showing()))
    assert (props["data-left"], props["data-running"], props["data-at"], props["data-flips"]) == ("9000", "0", "", "")


def test_departments_are_on_one_scale_with_the_few_apart() -> None:
    props = shown(PANELS["departments"])
    assert said(props, "few") == "件数不足 5（2 个）|民政局|3/4|气象局|无到期"
    assert list(texts(props["axis"]["children"])) == ["100", "80", "60"]
    nothing = shown(PANELS["departments"], Departments((), (), 5, 30))
    assert said(nothing, "rows") == "近 30 日没有部门满 5 件到期，不排名"
    assert said(nothing, "few") == "各部门件数都不少于 5"


def test_intervals_stay_inside_their_track() -> None:
    styles = [
        c.style for c in components(shown(PANELS["departments"])["rows"]["children"]) if getattr(c, "style", None)
    ]
    for style in styles:
        for name in ("left", "width"):
            if name in style:
                assert 0 <= float(style[name].rstrip("%")) <= 100


def test_duty_pairs_its_areas_and_says_who_is_not_located() -> None:
    props = shown(PANELS["duty"])
    assert len(props["rows"]["children"]) == 6
    assert said(props, "sub") == "在岗占应到 · 未定位 3 人"


def test_events_are_words_and_unknown_actions_are_shown_as_they_are() -> None:
    events = shown(PANELS["ticker"])["events"]["children"]
    assert "|".join(texts(events[0])) == "14:02:18|鼓楼区 翟山社区|占道经营|立案|超期"
    assert "strange_action" in "|".join(texts(events[7]))
    assert said(shown(PANELS["ticker"], Ticker(())), "events") == "24 小时内没有流转记录"


def test_silent_sources_come_first_and_the_future_is_said() -> None:
    entries = ["|".join(texts(entry)) for entry in shown(PANELS["sources"])["feeds"]["children"]]
    assert entries == ["3 行来自未来", "12345 热线|静默 48 分钟", "视频识别|平静", "1/3 路正常", "网格员终端"]
    unlisted = shown(PANELS["sources"], Sources(NOW, None, 0, (), "live"))
    assert said(unlisted, "feeds") == "来源未登记送达时间"


def layer(name: str, value: Any = None, **more: Any) -> dict[str, Any]:
    panel = PANELS[f"map-{name}"]
    geometry = Geometry("/geometry/ab.json", "ab")
    given = DATA[panel.reading] if value is None else value
    found: dict[str, Any] = panel.show(given, showing(geometry=geometry, **more))["values"]["data"]
    return found


def test_a_layer_has_one_class_a_cell_in_the_order_of_the_file() -> None:
    values = layer("workload")
    assert values["cells"] == "ab"
    assert len(values["classes"]) == len(handmade.COMMUNITIES)
    assert values["classes"][:9] == "012-33334"
    assert values["legend"]["breaks"] == [0, 1, 2, 4, 8]
    assert values["not_located"] == 12


def test_small_counts_are_named_one_by_one() -> None:
    cells = CellCounts(
        "community", {}, {code: float(i % 4) for i, code in enumerate(handmade.COMMUNITIES)}, 0, 0, "count"
    )
    values = layer("overdue", cells)
    assert values["legend"]["labels"] == ["0", "1", "2", "3", "≥4"]
    assert values["classes"].startswith("0123")


def test_rates_wear_the_class_of_the_area_that_holds_the_cell() -> None:
    rates = {"320302001": Rate(99, 100), "320303001": Rate(1, 2), "320305001": Rate(50, 100), "320311001": Rate(0, 0)}
    values = layer("ontime", CellRates("street", rates, 5, 7, 202))
    assert values["classes"][:16] == "0000hhhh4444----"
    assert values["legend"]["labels"] == ["≥98", "≥95", "≥90", "≥80", "<80"]


def test_the_map_frame_names_its_files_or_says_that_there_are_none() -> None:
    panel = PANELS["map-frame"]
    assert panel.show(DATA["sources"], showing())["geometry"]["data"] is None
    geometry = Geometry("/geometry/ab.json", "ab", "/geometry/cd.json", None, "© somebody", True, 2)
    data = panel.show(DATA["sources"], showing(geometry=geometry))["geometry"]["data"]
    assert data == {
        "cells": "/geometry/ab.json",
        "outlines": "/geometry/cd.json",
        "water": None,
        "schematic": True,
        "credit": "© somebody",
        "missing": 2,
        "tiles": None,
    }


def test_names_of_the_database_are_texts_and_never_markup() -> None:
    """Every text column holds an element with a handler; it arrives as a child text or a title, nowhere else."""
    evil = "<img src=x onerror=alert(1)>"
    tree = replace(REFERENCE.tree, by_code={code: replace(a, name=evil) for code, a in REFERENCE.tree.by_code.items()})
    reference = Reference(
        tree,
        {code: replace(d, name=evil, short_name=None) for code, d in REFERENCE.departments.items()},
        {code: Category(code, None, evil) for code in REFERENCE.categories},
    )
    at = Showing("zh", reference, NOW, handmade.ZONE, handmade.CITY, also=DATA, cells=handmade.COMMUNITIES)
    for panel in PANELS.values():
        for component in components([part.get("children") for part in panel.show(DATA[panel.reading], at).values()]):
            body: dict[str, Any] = component.to_plotly_json()
            assert body["namespace"] == "dash_html_components"
            assert body["type"] not in {"Iframe", "Script", "ObjectEl", "Embed", "A", "Img"}
            for name, value in body["props"].items():
                assert evil not in str(value) or name in {"children", "title"}, (panel.id, name)


def test_a_computed_deadline_says_so() -> None:
    value: Sla = DATA["sla"]
    first = replace(value.rows[0], computed=True)
    rows = shown(PANELS["sla"], replace(value, rows=(first, *value.rows[1:])))["rows"]["children"]
    assert ["推算" in "|".join(texts(row)) for row in rows] == [True, *[False] * (len(rows) - 1)]
