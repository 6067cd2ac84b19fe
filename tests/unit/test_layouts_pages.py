"""The page of a wall, the drawer, sentences: built from values alone."""

import json
from typing import Any

import pytest
from dash.development.base_component import Component

from data_access.contract import Stage
from data_access.errors import DashboardError, SourceTooSlow, UnknownPlace
from indicators.readings.counts import Pulse
from indicators.readings.facts import AreaFacts, FactOrder, OrderFacts, Step
from indicators.values import Light
from layouts import ids
from layouts.pages.sentence import error_text, sentence
from layouts.pages.wall import page
from layouts.parts import drawer
from layouts.parts.places import where
from layouts.parts.viewer import Choice, viewer_menu
from layouts.scene import Place
from layouts.scenes import SCENES
from layouts.words import LANGUAGES, browser_words
from tests.fixtures import handmade
from tests.fixtures.handmade import NOW, REFERENCE
from tests.fixtures.trees import components, props_of, texts


def wall(lang: str = "zh", **more: Any) -> Component:
    place = Place(handmade.CITY, REFERENCE.tree.by_code[handmade.CITY].label(lang))
    given = {"audience": "wall", "zone": "Asia/Shanghai", "now_ms": 5, "build": "b1", **more}
    return page(SCENES["overview"], place, lang, **given)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_says_where_its_broadcast_is_and_brings_the_words(lang: str) -> None:
    props = props_of(wall(lang))
    assert props["data-live"] == f"/live/wall/overview/3203/{lang}"
    assert json.loads(props["data-words"]) == browser_words(lang)
    assert (props["data-now"], props["data-zone"], props["data-build"]) == ("5", "Asia/Shanghai", "b1")


def test_each_panel_stands_once_and_each_id_is_one() -> None:
    named = [json.dumps(c.id, sort_keys=True) for c in components(wall()) if getattr(c, "id", None) is not None]
    assert len(named) == len(set(named))
    frames = [props_of(c).get("data-panel") for c in components(wall())]
    assert sorted(frame for frame in frames if frame) == sorted(SCENES["overview"].panels)


def test_the_navigation_has_only_scenes_that_exist() -> None:
    links = [c for c in components(wall()) if "nav-link" in str(getattr(c, "className", ""))]
    assert [c.children for c in links] == ["总览", "工单运行", "部门考核", "English"]


def test_a_department_stands_in_the_key_of_its_place() -> None:
    assert Place("3203", "徐州市", department="B01").key == "3203@B01"


def test_remark_and_menu_are_shown_when_there_are_any() -> None:
    menu = viewer_menu([Choice("leader", "领导")], "leader", "zh")
    assert "演示数据" in texts(wall(note="演示数据", viewer_menu=menu))
    assert "演示数据" not in texts(wall())
    assert any(getattr(c, "id", None) == ids.VIEWER_PLACE for c in components(wall(viewer_menu=menu)))


def facts(orders: tuple[FactOrder, ...], **more: Any) -> AreaFacts:
    given = {"on_duty": 3, "planned": 4, "truncated": False, **more}
    return AreaFacts("320302001", Pulse(5, 6, 7, 8, 1), by_stage=(("handling", 7),), orders=orders, **given)


def order(**more: Any) -> FactOrder:
    given = {"due": NOW, "light": Light.OVERDUE, "title": None, **more}
    return FactOrder("o1", "E0406", "320302001", "B01", Stage.HANDLING, NOW, **given)


def test_the_drawer_shows_an_area_with_its_orders() -> None:
    found = list(texts(drawer.area_facts(facts((order(),)), REFERENCE, NOW, "zh")))
    assert found[:2] == ["黄楼街道", "徐州市 · 鼓楼区"]
    assert {"占道经营", "处置", "今天 14:02 到期", "城管局", "3 / 4"} <= set(found)


def test_a_title_is_shown_only_where_the_reading_gave_one() -> None:
    assert "王某投诉" in texts(drawer.area_facts(facts((order(title="王某投诉"),)), REFERENCE, NOW, "zh"))
    buttons = [c for c in components(drawer.area_facts(facts((order(),)), REFERENCE, NOW, "zh")) if c._type == "Button"]
    assert [json.loads(props_of(c)["data-opens"]) for c in buttons] == [{"kind": "order", "order": "o1"}]
    assert all(getattr(c, "className", "") != "order-title" for c in components(buttons))


def test_an_area_without_orders_and_people_says_so() -> None:
    found = list(texts(drawer.area_facts(facts((), on_duty=None, planned=None), REFERENCE, NOW, "en")))
    assert {"No open orders", "not recorded"} <= set(found)
    assert "0 / 0" not in found
    assert "Only the 1 most urgent are listed" in texts(
        drawer.area_facts(facts((order(),), truncated=True), REFERENCE, NOW, "en")
    )


def test_an_order_opens_with_its_history_and_reasons() -> None:
    steps = (
        Step(NOW, "return", "handling", "filed", "B01", "不属本单位职责"),
        Step(NOW, "odd", None, "odd-stage", None, None),
    )
    whole = OrderFacts(
        "o1", "XZ001", "标题", None, "某路 1 号", "E0406", "320302001000", "B01", "handling", NOW, None, None, None,
        Light.NONE, steps,
    )  # fmt: skip
    found = list(texts(drawer.order_facts(whole, REFERENCE, NOW, "zh")))
    assert {"XZ001", "某路 1 号", "退回", "→ 待派遣", "不属本单位职责", "odd", "→ odd-stage", "鼓楼区 翟山社区"} <= set(
        found
    )
    silent = OrderFacts(
        "o1",
        "XZ001",
        None,
        None,
        None,
        "E0406",
        "320302001000",
        None,
        "handling",
        NOW,
        None,
        None,
        None,
        Light.NONE,
        (),
    )
    assert "来源没有流转日志" in texts(drawer.order_facts(silent, REFERENCE, NOW, "zh"))


@pytest.mark.parametrize(
    ("code", "place", "text"),
    [
        ("320302001000", "3203", "鼓楼区 翟山社区"),
        ("320302001000", "320302", "黄楼街道 翟山社区"),
        ("320302001000", "320302001", "翟山社区"),
        ("320302001000", "320302001000", "翟山社区"),
        ("320302", "3203", "鼓楼区"),
        ("999", "3203", "999"),
        (None, "3203", "—"),
    ],
)
def test_where_is_said_from_the_place_of_the_wall(code: str | None, place: str, text: str) -> None:
    assert where(REFERENCE, code, "zh", place) == text


def test_errors_speak_in_words_and_never_in_detail() -> None:
    assert error_text(SourceTooSlow("canceling statement due to timeout"), "zh") == "业务数据库没有在时限内作答。"
    assert (
        error_text(UnknownPlace("no area 7", place="7"), "en") == "There is no such place, or it is not yours to see."
    )

    class Strange(DashboardError):
        key = "strange"

    assert error_text(Strange("secret"), "en") == "Something went wrong; the cause is in the log."
    assert list(texts(sentence("没有", "zh"))) == ["没有", "返回首页"]
