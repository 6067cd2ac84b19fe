"""Why a unit stands where it does, over HTTP: what is said, that nobody tries what there is not, and whose it is.

In the small city's March one department has cases enough: D1, with 10 judged ones and 11.67 points.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from data_access.scope import Audience, Scope
from indicators.readings.detectors import detectors
from indicators.readings.scores import scores
from indicators.scores.compute import what_if
from indicators.scores.values import Scores
from layouts.panel import Showing
from layouts.parts.attrs import NOBODY
from layouts.parts.grades import points
from layouts.scenes import PANELS
from tests.fixtures import small
from tests.fixtures.conduct import late_acceptances
from tests.fixtures.contract import ContractServers
from tests.fixtures.trees import components, props_of, texts
from tests.fixtures.wall import Opener, Wall, touch
from tests.http.conftest import FREEZER
from tests.http.test_cases import ask as ask_cases
from tests.http.test_cases import plain, total_of
from tests.http.test_conversation import opened, text_of
from tests.http.test_entrances import TOKEN, device_wall

STREET = small.area(1, 1)


def ask(client: FlaskClient, code: Any, subject: Any = "department", lang: str = "zh-CN", **fields: Any) -> Any:
    """Touch a unit."""
    data = {"kind": "score", "subject": subject, "code": code, "within": False, "at": 1, **fields}
    return touch(client, "drawer-asked.data", data, lang=lang)


def detect(client: FlaskClient, rule: Any, **fields: Any) -> Any:
    """Touch a detector."""
    return touch(client, "drawer-asked.data", {"kind": "detector", "rule": rule, "within": False, "at": 1, **fields})


def official(wall: Wall) -> Scores:
    """The scores of the departments as the reading gives them."""
    with wall.database.reader(Scope.of(Audience.LEADER)) as db:
        found = scores(db, wall.services.at(small.CITY), "department")
    assert isinstance(found, Scores)
    return found


def test_a_touch_says_why_down_to_the_cases(wall: Wall) -> None:
    client = wall.client()
    unit = official(wall).unit("D1")
    assert unit is not None and unit.score is not None
    answer = plain(text_of(ask(client, "D1")))
    assert "drawer-open" in answer
    assert points(unit.score) == "11.6", "never rounded up"
    assert '"11.6"' in answer
    assert "2026年3月 · 暂估" in answer
    ontime = unit.terms[0].rate
    assert ontime is not None
    assert f"{ontime.good} / {ontime.of} 件" in answer
    lost = text_of(
        ask_cases(client, unit.terms[0].indicator, part="rest", department="D1", period="2026-03", place=small.CITY)
    )
    assert total_of(lost) == ontime.of - ontime.good > 0, "the button opens as many cases as cost points"


def test_a_unit_with_too_few_cases_says_so(wall: Wall) -> None:
    answer = plain(text_of(ask(wall.client(), "D2")))
    assert "本期 5 件，不足 10 件：不打分、不排名" in answer
    assert "try-step" not in answer


def test_counties_streets_and_english(wall: Wall) -> None:
    assert "11.6" not in plain(text_of(ask(wall.client(), small.area(1), "county")))
    assert "33.3" in plain(text_of(ask(wall.client(), small.area(1), "county")))
    assert "不足 10 件" in plain(text_of(ask(wall.client(), STREET, "street")))
    assert "Where the points come from" in plain(text_of(ask(wall.client(), "D1", lang="en")))


@pytest.mark.usefixtures("two_months_frozen")
def test_who_froze_a_month_is_said_to_people_and_not_on_a_wall(open_wall: Opener) -> None:
    leader = plain(text_of(ask(open_wall().client(), "D1")))
    assert f"{FREEZER} 于 " in leader and "定版，第 1 版" in leader
    hall = device_wall(open_wall).client()
    assert hall.get("/device", query_string={"token": TOKEN}).status_code == 303
    on_the_wall = plain(text_of(ask(hall, "D1")))
    assert "定版，第 1 版" in on_the_wall and FREEZER not in on_the_wall


def test_weights_are_tried_and_the_official_score_stays(wall: Wall) -> None:
    client, before = wall.client(), official(wall)
    names = [term.id for term in before.rules.terms]
    weights = {name: 100 if place == len(names) - 1 else 0 for place, name in enumerate(names)}
    tried = what_if(before, weights).unit("D1")
    assert tried is not None
    answer = plain(text_of(ask(client, "D1", weights=",".join(map(str, weights.values())))))
    assert f"得分 11.6 → {points(tried.score)}" in answer or "这样的权重下没有得分" in answer
    assert "恢复正式权重" in answer
    assert '"11.6"' in answer
    assert official(wall) == before


@pytest.mark.parametrize(
    "fields",
    [
        {"code": "D9"},
        {"code": ""},
        {"code": "x" * 500},
        {"code": STREET},
        {"code": ["D1"]},
        {"subject": "worker"},
        {"subject": ""},
        {"subject": 3},
        {"subject": "street"},
        {"weights": "40"},
        {"weights": "0,0,0,0,0"},
        {"weights": "-5,20,15,10,15"},
        {"weights": "1e3,20,15,10,15"},
        {"weights": "101,20,15,10,15"},
        {"weights": "४०,20,15,10,15"},
        {"weights": "nan,20,15,10,15"},
        {"place": "9999"},
        {"period": "2026-04"},
        {"period": "2025-09"},
        {"period": "2026-W10"},
        {"period": "March"},
    ],
    ids=str,
)
def test_nonsense_opens_no_explanation(standing: Wall, fields: dict[str, Any]) -> None:
    answer = ask(standing.client(), **{"code": "D1", **fields})
    assert answer.status_code in (200, 204)
    assert b"drawer-open" not in answer.data
    assert b"Traceback" not in answer.data


def test_a_month_of_the_trend_is_explained_by_its_own_cases(wall: Wall) -> None:
    client = wall.client()
    running = plain(text_of(ask(client, "D1", period="2026-03")))
    assert '"11.6"' in running and "2026年3月 · 暂估" in running, "the running month by its name"
    answer = plain(text_of(ask(client, "D1", period="2026-02")))
    assert "drawer-open" in answer
    assert "2026年2月" in answer and "2026年3月 · 暂估" not in answer


def test_another_try_of_weights_is_no_step_of_the_trail(wall: Wall) -> None:
    client = wall.client()
    first = {"kind": "score", "subject": "department", "code": "D1", "place": ""}
    answer = touch(client, "drawer-asked.data", {**first, "weights": "45,20,15,10,15", "within": True}, trail=[first])
    assert plain(text_of(answer)).count('"kind":"score"') >= 1
    assert '"drawer-back":{"hidden":true}' in plain(text_of(answer))


def test_an_official_is_told_of_the_own_place_only(wall: Wall) -> None:
    client = wall.become(f"area:{STREET}")
    assert b"drawer-open" not in ask(client, "D1", place=small.CITY).data
    assert b"drawer-open" not in ask(client, small.area(2), "county", place=STREET).data
    own = plain(text_of(ask(client, STREET, "street", place=STREET)))
    assert "drawer-open" in own
    assert "自算" in own, "the scores of a part of the city are never official"


@pytest.mark.parametrize("rule", ["unexplained_extension", "stalling", "perfunctory", "repeated"])
def test_each_detector_lists_its_cases_or_says_why_not(standing: Wall, rule: str) -> None:
    answer = plain(text_of(detect(standing.client(), rule)))
    assert "drawer-open" in answer
    assert "未发现" in answer or "来源未记录" in answer or "件" in answer


@pytest.mark.parametrize(
    "fields",
    [
        {"rule": "gossip"},
        {"rule": ""},
        {"rule": "stalling", "department": "D99"},
        {"rule": "stalling", "limit": "9"},
        {"rule": "stalling", "but0": "D99"},
        {"rule": "stalling", "department": "D1", "but0": "D2"},
        {"rule": "stalling", "but0": ["D1"]},
        {"rule": "stalling", "but2": "D1"},
    ],
)
def test_nonsense_opens_no_detector(standing: Wall, fields: dict[str, Any]) -> None:
    assert b"drawer-open" not in detect(standing.client(), **fields).data


@pytest.fixture
def busy(contract_servers: ContractServers, open_wall: Opener) -> Iterator[Wall]:
    """The small city with many cases of one rule: the newest D1's, older ones others', nobody's, of a code unknown."""
    made = contract_servers.make("sqlite")
    for code, cases, day in (("D1", 60, "10"), ("D2", 30, "08"), (None, 70, "07"), ("D99", 55, "06"), ("D3", 3, "05")):
        made.write(late_acceptances(code, cases, day))
    yield open_wall(made)
    contract_servers.drop(made)


def panel_numbers(wall: Wall, *rules: str) -> list[tuple[int, dict[str, str]]]:
    """The numbers of these rules in the panel, each with the question that it asks."""
    with wall.database.reader(Scope.of(Audience.LEADER)) as db:
        at = wall.services.at(small.CITY)
        props = PANELS["detectors"].show(detectors(db, at), Showing("zh", db.reference, at.now, at.calendar.zone))
    found = []
    for one in components(props["rules"]["children"]):
        if "data-opens" in props_of(one):
            asked = json.loads(props_of(one)["data-opens"])
            number = next(text for text in reversed(list(texts(one))) if text.isdigit())
            found.append((int(number), asked))
    return [(n, asked) for n, asked in found if asked["rule"] in rules]


def test_each_number_of_a_detector_opens_as_many_cases(busy: Wall) -> None:
    client = busy.client()
    numbers = panel_numbers(busy, "unexplained_extension")
    assert [asked for _, asked in numbers] == [
        {"kind": "detector", "rule": "unexplained_extension"},
        {"kind": "detector", "rule": "unexplained_extension", "department": NOBODY},
        {"kind": "detector", "rule": "unexplained_extension", "department": "D1"},
        {"kind": "detector", "rule": "unexplained_extension", "but0": NOBODY, "but1": "D1"},
    ]
    assert numbers[1][0] >= 70 and numbers[2][0] >= 60
    for number, asked in numbers:
        answer = text_of(detect(client, **{name: text for name, text in asked.items() if name != "kind"}))
        assert total_of(answer) == number
        assert len(opened(answer)) == min(number, 50)
    for department in ("D2", "D3", "D99"):
        answer = text_of(detect(client, "unexplained_extension", department=department))
        cases = {one for one in opened(answer) if one.startswith(f"z{department}")}
        assert total_of(answer) >= {"D2": 30, "D3": 3, "D99": 55}[department]
        assert len(opened(answer)) == min(total_of(answer), 50)
        assert len(cases) == {"D2": 30, "D3": 3, "D99": 50}[department], "the first 0 of 30 it was"
    nobody = opened(text_of(detect(client, "unexplained_extension", department=NOBODY)))
    assert all(one.startswith("zNone") for one in nobody if one.startswith("z"))
    others = opened(text_of(detect(client, "unexplained_extension", but0=NOBODY, but1="D1")))
    assert {one for one in others if one.startswith("z")} >= {f"zD2{n}" for n in range(1, 31)}
    assert not {one for one in others if one.startswith(("zNone", "zD1"))}


def test_a_list_says_whose_it_is(busy: Wall) -> None:
    client = busy.client()
    assert "未派部门 · 近 7 日" in plain(text_of(detect(client, "unexplained_extension", department=NOBODY)))
    answer = plain(text_of(detect(client, "unexplained_extension", but0="D99", but1=NOBODY)))
    assert "除D99、未派部门外 · 近 7 日" in answer


def test_a_wall_reads_scores_but_opens_no_order(open_wall: Opener) -> None:
    wall = device_wall(open_wall)
    client = wall.client()
    client.get("/device", query_string={"token": TOKEN})
    assert "drawer-open" in text_of(ask(client, "D1"))
    for rule in ("unexplained_extension", "stalling", "perfunctory", "repeated"):
        answer = plain(text_of(detect(client, rule)))
        assert '\\"kind\\": \\"order\\"' not in answer
        for row in small.ROWS["work_orders"]:
            for column in ("title", "address", "description", "case_no"):
                assert not row.get(column) or row[column] not in answer
