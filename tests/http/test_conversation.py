"""Pages and callbacks over HTTP: what a person gets to see, and that rights hold on every way in."""

import re
from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient

from data_access.errors import LedgerError, SourceUnreachable
from tests.fixtures import small
from tests.fixtures.wall import Opener, Wall, touch
from tests.http.test_entrances import TOKEN, device_wall

STREET = small.area(1, 1)
OTHER = small.area(2, 1)
GRID = small.area(1, 1, 1, 1)


def pick(client: FlaskClient, code: Any, lang: str = "zh-CN") -> Any:
    """Click on the map."""
    return touch(client, "map-picked.data", {"code": code, "at": 1}, lang=lang)


def open_order(client: FlaskClient, order: Any) -> Any:
    """Click on an order's line in the drawer."""
    return touch(client, "drawer-asked.data", {"kind": "order", "order": order, "within": True})


def text_of(answer: Any) -> str:
    """The answer as readable JSON text, whatever its escapes."""
    assert answer.status_code in (200, 204), answer.data
    return orjson.dumps(orjson.loads(answer.data)).decode() if answer.data else ""


def opened(answer: str) -> set[str]:
    """The orders that the lines of an answer open."""
    marks = re.findall(r'\\"kind\\": \\"order\\", \\"order\\": \\"([^"\\]+)', answer)
    return set(marks)


def of_area(prefix: str) -> list[dict[str, Any]]:
    """Open orders of an area."""
    return [
        row
        for row in small.ROWS["work_orders"]
        if (row["area_code"] or "").startswith(prefix) and row["stage"] not in ("closed", "void", "cancelled")
    ]


def test_a_click_on_a_grid_shows_its_facts(wall: Wall) -> None:
    answer = text_of(pick(wall.client(), GRID))
    name = next(row["name"] for row in small.ROWS["areas"] if row["code"] == GRID)
    assert orjson.dumps(name).decode().strip('"') in answer
    assert "drawer-open" in answer
    titles = [row["title"] for row in of_area(GRID) if row["title"]]
    assert titles
    assert any(orjson.dumps(title).decode().strip('"') in answer for title in titles), "the leader reads titles"


def test_the_drawer_speaks_english_on_an_english_page(wall: Wall) -> None:
    assert "Households" in text_of(pick(wall.client(), GRID, "en")) or "households" in text_of(
        pick(wall.client(), GRID, "en")
    )


def test_a_click_on_an_order_shows_it_whole(wall: Wall) -> None:
    order = of_area(GRID)[0]
    answer = text_of(open_order(wall.client(), order["id"]))
    assert orjson.dumps(order["address"]).decode().strip('"') in answer
    assert "drawer-open" in answer


def test_whoever_opens_an_order_is_noted(wall: Wall, monkeypatch: pytest.MonkeyPatch) -> None:
    order = of_area(GRID)[0]["id"]
    official = wall.become(f"area:{STREET}")
    open_order(official, order)
    open_order(official, "no-such-order")
    (noted,) = wall.services.ledger.accesses()
    assert (noted.who, noted.audience, noted.action, noted.target) == (f"area:{STREET}", "official", "order", order)
    assert noted.address == "127.0.0.1"

    def away(*args: object) -> None:
        raise LedgerError("away")

    monkeypatch.setattr(wall.services.ledger.__class__, "log_access", away)
    assert "drawer-open" in text_of(open_order(official, order)), "a ledger that is away stops nobody"


def test_an_answer_is_remembered_for_the_same_rights_only(wall: Wall) -> None:
    leader, official = wall.client(), wall.become("department:D1")
    for _ in range(2):
        of_all, of_one = text_of(pick(leader, small.CITY)), text_of(pick(official, small.CITY))
        assert of_all != of_one
    assert text_of(pick(leader, small.CITY, "en")) != of_all


@pytest.mark.parametrize("button", ["drawer-close.n_clicks", "drawer-back.n_clicks", "drawer-asked.data"])
def test_what_is_only_drawn_opens_nothing(standing: Wall, button: str) -> None:
    assert touch(standing.client(), button, None).status_code == 204


def test_closing_empties_the_drawer(wall: Wall) -> None:
    said = orjson.loads(touch(wall.client(), "drawer-close.n_clicks", 1).data)["response"]
    assert said == {
        "drawer-body": {"children": []},
        "drawer": {"className": "drawer"},
        "drawer-trail": {"data": []},
        "drawer-back": {"hidden": True},
    }


@pytest.mark.parametrize("choice", [f"area:{STREET}", "department:D1"])
def test_an_official_opens_no_order_of_others(standing: Wall, choice: str) -> None:
    official = standing.become(choice)

    def is_own(row: dict[str, Any]) -> bool:
        mine = (row["area_code"] or "").startswith(STREET)
        return mine if choice.startswith("area") else row.get("department_code") == "D1"

    own = [row for row in small.ROWS["work_orders"] if is_own(row)]
    others = [row for row in small.ROWS["work_orders"] if row not in own]
    assert own and others
    for row in own[:3]:
        assert '"drawer drawer-open"' in text_of(open_order(official, row["id"])), row["id"]
    missing = text_of(open_order(official, "no-such-order"))
    for row in others:
        answer = text_of(open_order(official, row["id"]))
        assert answer == missing.replace("no-such-order", row["id"]), "not yours and not there are answered alike"
        assert not row["title"] or orjson.dumps(row["title"]).decode().strip('"') not in answer


def test_an_official_asks_about_no_other_area(wall: Wall) -> None:
    official = wall.become(f"area:{STREET}")
    assert "drawer-open" in text_of(pick(official, GRID))
    nowhere = text_of(pick(official, "9999"))
    assert "drawer-open" not in nowhere
    for code in (small.CITY, small.area(1), OTHER, small.area(2, 1, 1, 1)):
        assert text_of(pick(official, code)) == nowhere, code


def test_an_official_of_a_department_sees_its_orders_of_an_area_only(wall: Wall) -> None:
    official = wall.become("department:D1")
    answer = text_of(pick(official, small.CITY))
    listed = opened(answer)
    assert listed
    assert all(row.get("department_code") == "D1" for row in small.ROWS["work_orders"] if row["id"] in listed)


def test_a_wall_reads_no_titles_and_opens_no_orders(open_wall: Opener) -> None:
    wall = device_wall(open_wall)
    client = wall.client()
    client.get("/device", query_string={"token": TOKEN})
    answer = text_of(pick(client, GRID))
    assert "drawer-open" in answer
    for row in of_area(GRID):
        for column in ("title", "address", "description"):
            assert not row.get(column) or orjson.dumps(row[column]).decode().strip('"') not in answer
        assert "drawer-open" not in text_of(open_order(client, row["id"]))


@pytest.mark.parametrize("code", [None, "", 7, ["a"], {"a": 1}, "x" * 500, "' OR 1=1 --", "%", "\x00"])
def test_nonsense_from_a_browser_is_a_sentence(standing: Wall, code: Any) -> None:
    answer = pick(standing.client(), code)
    assert answer.status_code in (200, 204)
    assert b"drawer-open" not in answer.data


def test_a_failing_database_is_a_sentence_and_not_an_error(wall: Wall, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: object) -> None:
        raise SourceUnreachable("secret-host:5432 refused")

    monkeypatch.setattr(wall.services.database, "reader", away)
    answer = pick(wall.client(), GRID)
    assert answer.status_code == 200
    assert "page-toast" in text_of(answer)
    assert b"secret-host" not in answer.data


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("/", small.CITY),
        ("/wall", small.CITY),
        ("/wall/overview", small.CITY),
        (f"/wall/overview?area={STREET}", STREET),
        (f"/wall/overview?area={STREET}&department=D1", f"{STREET}@D1"),
        ("/wall/overview?department=D1", f"{small.CITY}@D1"),
        (f"/wall?scene=overview&place={STREET}%40D1&lang=zh", f"{STREET}@D1"),
        ("/wall/overview?layer=overdue", small.CITY),
    ],
)
def test_addresses(standing: Wall, address: str, place: str) -> None:
    assert f'"/live/wall/overview/{place}/zh"' in standing.page(standing.client(), address)


def test_english(wall: Wall) -> None:
    page = wall.page(wall.client(), "/wall/overview?lang=en")
    assert f'"/live/wall/overview/{small.CITY}/en"' in page
    assert '"lang":"en"' in page


@pytest.mark.parametrize(
    "address",
    [
        "/nowhere",
        "/wall/nowhere",
        "/wall/overview?area=9999",
        "/wall/overview?department=NOBODY",
        "/wall/overview?lang=fr",
        "/wall/overview?area=1&area=2",
        "/wall/overview?colour=red",
        "/wall/overview?area=%3Cscript%3E",
        "/wall/overview?__class__=1",
        "/wall/overview?scene=overview&scene=x",
        "/wall/overview/deeper",
    ],
)
def test_addresses_that_lead_nowhere_are_a_sentence(standing: Wall, address: str) -> None:
    page = standing.page(standing.client(), address)
    assert "sentence-page" in page
    assert "data-live" not in page


def test_an_official_asking_for_another_page_gets_the_sentence_of_one_that_is_not_there(wall: Wall) -> None:
    official = wall.become(f"area:{STREET}")
    assert f'"/live/wall/overview/{STREET}/zh"' in wall.page(official, "/")
    nowhere = wall.page(official, "/wall/overview?area=9999")
    for query in (
        f"area={OTHER}",
        f"area={small.CITY}",
        "area=&department=D9",
        f"place={OTHER}",
        f"place={small.CITY}%40D1",
    ):
        assert wall.page(official, f"/wall/overview?{query}") == nowhere, query
    assert f'"/live/wall/overview/{STREET}/zh"' in wall.page(
        wall.become(f"area:{STREET}"), f"/wall/overview?area={STREET}"
    )


def test_the_citys_own_title_stands_on_the_wall(open_wall: Opener) -> None:
    wall = open_wall(title="某某市指挥大厅", title_en="Some City")
    client = wall.client()
    assert orjson.dumps("某某市指挥大厅").decode().strip('"') in wall.page(client, "/")
    assert "Some City" in wall.page(client, "/?lang=en")


def test_a_department_has_no_people_of_its_own_and_does_not_claim_so(wall: Wall) -> None:
    panels = wall.body(wall.client(), f"/live/wall/overview/{small.CITY}@D1/zh")["panels"]
    for panel in ("on-duty", "duty", "map-duty"):
        assert panels[panel]["state"] == "not_recorded", panel
        assert "props" not in panels[panel]
    assert panels["open"]["state"] in {"live", "quiet"}


def test_before_the_tree_was_read_a_page_says_so(wall: Wall) -> None:
    wall.services.directory._reference = None
    assert "sentence-page" in wall.page(wall.client(), "/")


@pytest.mark.parametrize(("notice", "words"), [("demo", "演示数据"), ("replay", "历史数据回放")])
def test_made_up_and_replayed_data_say_so(open_wall: Opener, notice: str, words: str) -> None:
    page = open_wall(notice=notice)
    assert words in orjson.loads(page.page(page.client(), "/").encode()).__repr__()
