"""The lists behind numbers over HTTP: the rows of the number, and nobody sees more by any field of the question."""

import re
from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient

from data_access.contract import Stage
from indicators.registry import REGISTRY
from indicators.rules.orders import OPEN_STAGES
from layouts.parts.attrs import cases
from tests.fixtures import small
from tests.fixtures.wall import Opener, Wall, touch
from tests.http.test_conversation import opened, text_of
from tests.http.test_entrances import TOKEN, device_wall

STREET = small.area(1, 1)
OTHER = small.area(2, 1)
OPEN = frozenset(stage.value for stage in OPEN_STAGES)
WITH_DEPARTMENT = frozenset({Stage.DISPATCHED.value, Stage.HANDLING.value})
SENSITIVE = frozenset(row["code"] for row in small.ROWS["categories"] if row.get("sensitive"))


def ask(client: FlaskClient, indicator: str, lang: str = "zh-CN", **fields: Any) -> Any:
    """Touch a number."""
    data = {"kind": "cases", "indicator": indicator, "within": False, "at": 1, **fields}
    return touch(client, "drawer-asked.data", data, lang=lang)


def total_of(answer: str) -> int:
    """How many cases the list says there are."""
    found = re.search(r"共 ([\d\u2009]+) 件", plain(answer))
    assert found is not None, answer[:400]
    return int(found[1].replace("\u2009", ""))


def plain(answer: str) -> str:
    """JSON text with its Chinese readable."""
    return orjson.dumps(orjson.loads(answer)).decode()


def is_open(row: dict[str, Any], prefix: str = "") -> bool:
    return row["stage"] in OPEN and (row["area_code"] or "").startswith(prefix)


def test_a_number_opens_its_cases_with_definition_and_moment(wall: Wall) -> None:
    answer = text_of(ask(wall.client(), "open"))
    assert opened(answer) == {row["id"] for row in small.ROWS["work_orders"] if is_open(row)}
    assert total_of(answer) == len(opened(answer))
    assert "10:30:0" in answer
    assert "drawer-open" in answer
    assert REGISTRY["open"].formula.zh in plain(answer)


@pytest.mark.parametrize("indicator", [entry.id for entry in REGISTRY.values() if entry.counted])
def test_each_counted_number_has_a_list_or_says_what_is_not_recorded(standing: Wall, indicator: str) -> None:
    client = standing.client()
    for part in ("base", "rest", "good") if REGISTRY[indicator].is_share else ("rows",):
        answer = text_of(ask(client, indicator, part=part))
        assert "drawer-open" in answer, part
        assert REGISTRY[indicator].name.zh in plain(answer)


def test_a_list_is_narrowed_as_its_number(wall: Wall) -> None:
    client = wall.client()
    of_street = text_of(ask(client, "open", area=STREET))
    assert opened(of_street) == {row["id"] for row in small.ROWS["work_orders"] if is_open(row, STREET)}
    stage = Stage.HANDLING.value
    handling = text_of(ask(client, "stage_waiting", stage=stage, department="D1"))
    assert opened(handling) == {
        row["id"] for row in small.ROWS["work_orders"] if row["stage"] == stage and row.get("department_code") == "D1"
    }
    assert "drawer-open" in text_of(ask(client, "filed_today", period="2026-03"))
    assert "drawer-open" in text_of(ask(client, "filed_today", day="2026-03-11", category="-"))


def test_an_age_an_hour_and_a_holder_narrow_a_list(wall: Wall) -> None:
    client = wall.client()
    handling = [row for row in small.ROWS["work_orders"] if row["stage"] == Stage.HANDLING.value]
    found: set[str] = set()
    for age in ("0", "1", "2", "3", "4", "-"):
        ids = opened(text_of(ask(client, "stage_waiting", stage="handling", age=age)))
        assert not ids & found, "no case is of two ages"
        found |= ids
    assert found == {row["id"] for row in handling}
    hour = small.NOW.replace(minute=0, second=0)
    listed = text_of(ask(client, "reported", period=f"{hour:%Y-%m-%dT%H}"))
    assert opened(listed) == {row["id"] for row in small.ROWS["work_orders"] if hour <= row["reported_at"] <= small.NOW}
    log = small.ROWS["work_order_events"]
    held = {row["order_id"] for row in log if row.get("to_department") == "D1" and row["to_stage"] in WITH_DEPARTMENT}
    mine = opened(text_of(ask(client, "held", holder="D1")))
    assert mine
    assert mine <= held


def test_the_place_of_the_page_narrows_the_list(wall: Wall) -> None:
    answer = text_of(ask(wall.client(), "open", place=f"{STREET}@D1"))
    assert opened(answer) == {
        row["id"] for row in small.ROWS["work_orders"] if is_open(row, STREET) and row.get("department_code") == "D1"
    }


@pytest.mark.parametrize(
    "fields",
    [
        {"indicator": "no-such"},
        {"indicator": "on_duty"},
        {"indicator": ""},
        {"indicator": 7},
        {"part": "rest"},
        {"part": "all"},
        {"area": "9999"},
        {"area": "%"},
        {"department": "NOBODY"},
        {"category": "' OR 1=1 --"},
        {"stage": "gone"},
        {"level": "galaxy"},
        {"day": "2026-03-11"},
        {"day": "yesterday"},
        {"period": "2026-13"},
        {"period": "2026-03-02..2026-03-01"},
        {"period": "0001-01-01..9999-12-31"},
        {"indicator": "reg_n", "period": "2026-03-11T24"},
        {"indicator": "reg_n", "period": "2026-03-11T9"},
        {"indicator": "reg_n", "period": "2026-02-30T09"},
        {"indicator": "reg_n", "period": "2026-03-11T09:30"},
        {"age": "0"},
        {"age": "5", "stage": "handling"},
        {"age": "-1", "stage": "handling"},
        {"age": "\u0661", "stage": "handling"},
        {"age": "0", "stage": "closed"},
        {"indicator": "closed", "age": "0", "stage": "handling"},
        {"holder": "D1"},
        {"grade": "yellow"},
        {"indicator": "supervised", "grade": "no-such-grade"},
        {"before": "1"},
        {"indicator": "type_count", "before": "2"},
        {"indicator": "type_count", "before": "1", "period": "2026-03"},
        {"indicator": "filed_today", "before": "1"},
        {"indicator": "held", "holder": "NOBODY"},
        {"indicator": "held", "holder": "-"},
        {"place": "9999"},
        {"place": "a@b@c"},
        {"place": 5},
        {"limit": "100000"},
        {"colour": "red"},
        {"area": "x" * 500},
        {"kind": "no-such-kind"},
        {"kind": None},
        {f"field{n}": "x" for n in range(20)},
    ],
    ids=str,
)
def test_nonsense_opens_nothing(standing: Wall, fields: dict[str, Any]) -> None:
    asked = {"kind": "cases", "indicator": "open", "within": False, **fields}
    answer = touch(standing.client(), "drawer-asked.data", asked)
    assert answer.status_code in (200, 204)
    assert b"drawer-open" not in answer.data
    assert b"Traceback" not in answer.data


@pytest.mark.parametrize("asked", ["text", 7, [], [1], True, {"a": {"b": 1}}])
def test_what_is_no_question_opens_nothing(standing: Wall, asked: Any) -> None:
    answer = touch(standing.client(), "drawer-asked.data", asked)
    assert b"drawer-open" not in answer.data


def test_another_streets_official_gets_nothing_by_any_field(wall: Wall) -> None:
    official = wall.become(f"area:{STREET}")
    own = {row["id"] for row in small.ROWS["work_orders"] if (row["area_code"] or "").startswith(STREET)}
    nowhere = text_of(ask(official, "open", area="9999"))
    assert "drawer-open" not in nowhere
    for area in (OTHER, small.CITY, small.area(1), small.area(2, 1, 1, 1)):
        assert text_of(ask(official, "open", area=area)) == nowhere, area
    for place in (OTHER, small.CITY, f"{small.CITY}@D1", f"{OTHER}@D1"):
        assert "drawer-open" not in text_of(ask(official, "open", place=place)), place
    questions: list[dict[str, str]] = [{}, {"area": "-"}, {"area": "-", "level": "street"}]
    questions += [{"department": row["code"]} for row in small.ROWS["departments"]]
    questions += [{"category": row["code"]} for row in small.ROWS["categories"]]
    questions += [{"stage": stage.value} for stage in Stage]
    for fields in questions:
        answer = text_of(ask(official, "open", place=STREET, **fields))
        assert opened(answer) <= own, fields
        for row in small.ROWS["work_orders"]:
            if row["id"] not in own and row.get("title"):
                assert orjson.dumps(row["title"]).decode().strip('"') not in answer, fields


def test_an_official_of_a_department_sees_its_orders_only(wall: Wall) -> None:
    official = wall.become("department:D1")
    own = {row["id"] for row in small.ROWS["work_orders"] if row.get("department_code") == "D1"}
    assert opened(text_of(ask(official, "open"))) <= own
    assert opened(text_of(ask(official, "open", place=f"{small.CITY}@D1"))) <= own
    assert "drawer-open" not in text_of(ask(official, "open", place=small.CITY)), "the city is not a department's"
    assert not opened(text_of(ask(official, "open", place=f"{small.CITY}@D1", department="D2")))


def test_people_are_not_recorded_by_department(wall: Wall) -> None:
    answer = plain(text_of(touch(wall.become("department:D1"), "map-picked.data", {"code": STREET, "at": 1})))
    assert "未记录" in answer
    assert "0 / 0" not in answer
    whole = plain(text_of(touch(wall.client(), "map-picked.data", {"code": STREET, "at": 1})))
    assert "未记录" not in whole
    of_page = {"code": STREET, "place": f"{small.CITY}@D1", "at": 1}
    assert "未记录" in plain(text_of(touch(wall.client(), "map-picked.data", of_page)))


def test_a_wall_lists_no_titles_opens_nothing_and_counts_the_sensitive(open_wall: Opener) -> None:
    wall = device_wall(open_wall)
    client = wall.client()
    client.get("/device", query_string={"token": TOKEN})
    answer = text_of(ask(client, "open"))
    rows = [row for row in small.ROWS["work_orders"] if is_open(row)]
    hidden = [row for row in rows if row["category_code"] in SENSITIVE]
    assert hidden, "the small city has open sensitive orders"
    assert "drawer-open" in answer
    assert not opened(answer)
    assert total_of(answer) == len(rows)
    assert f"其中 {len(hidden)} 件属敏感类别" in plain(answer)
    names = [row["name"] for row in small.ROWS["categories"] if row["code"] in SENSITIVE]
    for word in (*names, *(row.get(name) for row in rows for name in ("title", "address", "description", "case_no"))):
        assert not word or word not in plain(answer), word


def test_a_wall_counts_sensitive_classes_by_street_and_no_finer(open_wall: Opener) -> None:
    wall = device_wall(open_wall)
    client = wall.client()
    client.get("/device", query_string={"token": TOKEN})
    (order, *_) = [row for row in small.ROWS["work_orders"] if is_open(row) and row["category_code"] in SENSITIVE]
    grid, street = order["area_code"], order["area_code"][: len(STREET)]
    assert grid != street
    assert "drawer-open" in text_of(ask(client, "open", category=order["category_code"], area=street))
    assert "drawer-open" not in text_of(ask(client, "open", category=order["category_code"], area=grid))
    below = plain(text_of(ask(client, "open", area=grid)))
    assert "按街道计数" in below
    assert "共 " not in below


def test_back_goes_the_way_one_came(wall: Wall) -> None:
    client = wall.client()
    first = ask(client, "open")
    steps = response(first)["drawer-trail"]["data"]
    assert [step["kind"] for step in steps] == ["cases"]
    assert response(first)["drawer-back"]["hidden"] is True
    order = sorted(opened(text_of(first)))[0]
    asked = {"kind": "order", "order": order, "within": True}
    second = response(touch(client, "drawer-asked.data", asked, trail=steps))
    assert [step["kind"] for step in second["drawer-trail"]["data"]] == ["cases", "order"]
    assert second["drawer-back"]["hidden"] is False
    back = response(touch(client, "drawer-back.n_clicks", 1, trail=second["drawer-trail"]["data"]))
    assert back["drawer-body"] == response(first)["drawer-body"]
    assert [step["kind"] for step in back["drawer-trail"]["data"]] == ["cases"]
    outside = response(touch(client, "drawer-asked.data", {**asked, "within": False}, trail=steps))
    assert [step["kind"] for step in outside["drawer-trail"]["data"]] == ["order"], "the wall begins a new trail"


def test_another_part_of_a_rate_is_no_step(wall: Wall) -> None:
    client = wall.client()
    asked = {"kind": "cases", "indicator": "ontime_close", "part": "rest", "within": True}
    steps = response(touch(client, "drawer-asked.data", asked))["drawer-trail"]["data"]
    again = response(touch(client, "drawer-asked.data", {**asked, "part": "base"}, trail=steps))
    assert [step["part"] for step in again["drawer-trail"]["data"]] == ["base"]


@pytest.mark.parametrize("trail", ["x", [1, 2], [{"kind": "area", "area": OTHER}] * 2, [{}, {}], None])
def test_a_trail_of_ones_own_making_opens_nothing_more(standing: Wall, trail: Any) -> None:
    answer = touch(standing.become(f"area:{STREET}"), "drawer-back.n_clicks", 1, trail=trail)
    assert b"drawer-open" not in answer.data


def test_a_list_is_remembered_for_the_same_rights_only(wall: Wall) -> None:
    leader, official = wall.client(), wall.become("department:D1")
    for _ in range(2):
        assert text_of(ask(leader, "open")) != text_of(ask(official, "open", place=f"{small.CITY}@D1"))
        assert opened(text_of(ask(leader, "open", area=STREET))) != opened(text_of(ask(leader, "open")))
    assert text_of(ask(leader, "open", lang="en")) != text_of(ask(leader, "open"))


def test_a_mark_of_a_field_there_is_not_is_a_mistake_of_the_panel() -> None:
    with pytest.raises(ValueError, match="colour"):
        cases("open", colour="red")


def response(answer: Any) -> dict[str, Any]:
    """What a callback answered, by component."""
    found: dict[str, Any] = orjson.loads(answer.data)["response"]
    return found
