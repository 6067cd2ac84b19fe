"""The list behind a number in words, and that every number that opens something opens something there is."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any, get_args

import pytest

from callbacks.drawer import OPENERS
from indicators.periods import Periods
from indicators.policy import load_policy
from indicators.readings.cases import Case, Cases, Part
from indicators.registry import REGISTRY
from indicators.values import At, Light, NotRecorded
from indicators.workcalendar import WorkCalendar
from layouts.pages.wall import page
from layouts.parts import caselist
from layouts.parts.marks import spoken
from layouts.scene import Place
from layouts.scenes import PANELS, SCENES
from layouts.words import LANGUAGES, t
from tests.fixtures import handmade, handmade_all
from tests.fixtures.handmade import NOW, REFERENCE, showing
from tests.fixtures.trees import components, props_of, texts

AT = At(NOW, WorkCalendar.named("continuous", "Asia/Shanghai"), load_policy())
CASE = Case(
    "o1", "XZ001", "E0406", "320302001000", "B01", "handling", NOW - timedelta(days=2), NOW - timedelta(hours=3), None,
    Light.OVERDUE, "<b>标题</b>",
)  # fmt: skip


def listed(found: Cases | NotRecorded, lang: str = "zh", **more: Any) -> list[Any]:
    """The drawer's content for "overdue" unless told otherwise."""
    fields = more.pop("fields", {"indicator": "overdue", "department": "B01"})
    period = more.pop("period", None)
    return caselist.listing(found, fields, period, REFERENCE, AT, lang, **{"can_open": True, **more})


def asked(tree: Any) -> Iterator[dict[str, str]]:
    """What the components of a tree open."""
    for component in components(tree):
        if words := props_of(component).get("data-opens"):
            yield json.loads(words)


def test_the_first_of_many_are_said_to_be_the_first_of_many() -> None:
    found = Cases("overdue", tuple(replace(CASE, order_id=f"o{n}") for n in range(50)), 1234, True)
    said = list(texts(listed(found)))
    assert "前 50 件，共 1\u2009234 件" in said
    assert {"超期", "徐州市 · 城管局", f"数据截至 {NOW:%H:%M:%S}"} <= set(said)
    assert any(REGISTRY["overdue"].formula.zh in text for text in said)
    assert [question["order"] for question in asked(listed(found))] == [f"o{n}" for n in range(50)]


def test_a_line_says_class_stage_deadline_department_and_place() -> None:
    said = list(texts(listed(Cases("overdue", (CASE,), 1, False))))
    assert {"占道经营", "处置", "今天 11:02 到期", "城管局 · 鼓楼区 翟山社区", "共 1 件"} <= set(said)
    assert "<b>标题</b>" in said, "text of the database stays text"


def test_an_age_says_its_hours_and_each_line_since_when() -> None:
    case = replace(CASE, since=NOW - timedelta(hours=30))
    fields = {"indicator": "stage_waiting", "stage": "handling", "age": "3"}
    said = " ".join(texts(listed(Cases("stage_waiting", (case,), 1, False), fields=fields)))
    assert "处置 · 进入本环节 1–3 天" in said
    assert "昨天 08:02 进入本环节 · 今天 11:02 到期" in said
    unknown = listed(Cases("stage_waiting", (), 0, False), "en", fields={**fields, "age": "-"})
    assert "entry not recorded" in " ".join(texts(unknown))


def test_a_holder_is_named_and_each_line_says_how_long() -> None:
    case = replace(CASE, held_s=5400.0)
    said = " ".join(texts(listed(Cases("held", (case,), 1, False), fields={"indicator": "held", "holder": "B01"})))
    assert "徐州市 · 城管局经手" in said
    assert "持有 1.5 工时 · 今天 11:02 到期" in said


def test_an_hour_says_which_its_definition_that_window_and_opens_the_same_hour_of_last_week() -> None:
    hour = Periods().hour(NOW - timedelta(hours=3))
    found = listed(Cases("reg_n", (), 0, False), fields={"indicator": "reg_n", "period": hour.name}, period=hour)
    said = " ".join(texts(found))
    assert f"{NOW.month}月{NOW.day}日 {hour.start:%H:00}–{hour.end:%H:00}" in said
    assert f"窗口：{hour.start:%Y-%m-%d %H:%M} 至 {hour.end:%Y-%m-%d %H:%M}，按立案时间" in said
    (before,) = asked(found)
    assert before == {"kind": "cases", "indicator": "reg_n", "period": f"{hour.start - timedelta(days=7):%Y-%m-%dT%H}"}


def test_who_may_not_open_orders_gets_lines_without_buttons() -> None:
    found = Cases("overdue", (replace(CASE, title=None, case_no=None),), 3, False, withheld=2)
    tree = listed(found, can_open=False)
    assert list(asked(tree)) == []
    assert "共 3 件 · 其中 2 件属敏感类别，只计数、不列出" in texts(tree)
    hidden = list(texts(listed(found, can_open=False, counted=False)))
    assert t("cases-without-sensitive", "zh") in hidden
    assert not any("3" in text and "件" in text and "共" in text for text in hidden)


def test_an_empty_list_and_an_unrecorded_number_are_sentences() -> None:
    assert "没有案件" in texts(listed(Cases("overdue", (), 0, False)))
    missing = list(texts(listed(NotRecorded(("work_orders.close_due_at",)))))
    assert "来源未记录：缺 办理期限" in missing
    assert not any("共 0" in text for text in missing)


def test_a_rate_opens_into_its_parts_with_the_same_fields() -> None:
    fields = {"indicator": "ontime_department", "part": "rest", "department": "-"}
    tree = listed(Cases("ontime_department", (), 0, False), fields=fields)
    assert [(question["part"], question["department"]) for question in asked(tree)] == [
        ("rest", "-"), ("good", "-"), ("base", "-"),
    ]  # fmt: skip
    pressed = [props_of(c)["aria-pressed"] for c in components(tree) if "aria-pressed" in props_of(c)]
    assert pressed == ["true", "false", "false"]
    assert "徐州市 · 无部门" in texts(tree)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("panel", PANELS.values(), ids=lambda panel: panel.id)
def test_what_a_panel_marks_opens_something_there_is(panel: Any, lang: str) -> None:
    data = handmade_all.data()
    props = panel.show(data[panel.reading], showing(lang, also={name: data.get(name) for name in panel.also}))
    for part in props.values():
        for question in asked(part.get("children")):
            check(question)
            assert question["kind"] != "order", "a wall's body names no order"
        if words := (part.get("data") or {}).get("opens") if isinstance(part.get("data"), dict) else None:
            check(json.loads(words))


@pytest.mark.parametrize("scene", SCENES.values(), ids=lambda scene: scene.id)
def test_what_a_page_marks_opens_something_there_is(scene: Any) -> None:
    tree = page(scene, Place(handmade.CITY, "徐州市"), "zh", audience="wall", zone="UTC", now_ms=1, build="b")
    for question in asked(tree):
        check(question)


def check(question: dict[str, str]) -> None:
    """A question that the drawer answers."""
    assert question["kind"] in OPENERS
    if question["kind"] != "cases":
        return
    entry = REGISTRY[question["indicator"]]
    assert entry.counted, question
    assert question["part"] in get_args(Part)
    assert question["part"] in ("rows", "good") or entry.is_share, question


def test_the_headline_numbers_of_the_overview_open_their_cases() -> None:
    data = handmade_all.data()
    found = set()
    for name in ("filed", "open", "closed", "ontime", "overdue", "flow", "types", "sla", "departments", "trend"):
        panel = PANELS[name]
        props = panel.show(data[panel.reading], showing("zh", also={also: data.get(also) for also in panel.also}))
        here = [question["indicator"] for part in props.values() for question in asked(part.get("children"))]
        assert here, name
        found |= set(here)
    assert {"filed_today", "open", "closed_today", "ontime_close", "overdue", "stage_waiting", "type_count"} <= found


def test_a_text_with_components_in_it_keeps_its_words() -> None:
    assert spoken("sla-sub", "zh", overdue="1", cut="18:00", soon="2") == [
        t("sla-sub", "zh", overdue="1", cut="18:00", soon="2")
    ]
