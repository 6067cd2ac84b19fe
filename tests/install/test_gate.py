"""``/auth/live``, as a proxy asks it, on the real application: the same answer as the body's own route would give."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from dashboard import compose
from dashboard.app import create_app
from dashboard.services import Services
from dashboard.settings import load
from dashboard.stores import open_broadcast
from tests.fixtures import small
from tests.fixtures.contract import ContractDatabase

HALL = "hall-token-of-24-characters"
EAST = "east-token-of-24-characters"


@contextmanager
def services_of(url: str, folder: Path) -> Iterator[Services]:
    """A wall of the whole city and one of the first county."""
    settings = load(
        None,
        database_url=url,
        data_dir=folder,
        auth="device",
        secret_key="k" * 40,
        device_tokens=f"hall:{HALL},east:{EAST}:{small.area(1)}",
    )
    broadcast = open_broadcast("memory")
    clock, geometry = compose.clock_of(settings), compose.geometry_of(settings, broadcast)
    made = compose.services_of(settings, broadcast, geometry, clock, None)
    yield made
    made.database.close()


@pytest.fixture(scope="module")
def server(sqlite_database: ContractDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application with the areas read."""
    with services_of(sqlite_database.url, tmp_path_factory.mktemp("gate")) as services:
        services.directory.refresh()
        yield create_app(services).server


@pytest.fixture
def client(server: Flask) -> FlaskClient:
    """A browser without cookies."""
    return server.test_client()


def enter(client: FlaskClient, token: str) -> None:
    assert client.get(f"/device?token={token}").status_code == 303


def asked(client: FlaskClient, path: str) -> int:
    return client.get("/auth/live", headers={"X-Original-URI": path}).status_code


def live(area: str, audience: str = "wall", scene: str = "overview") -> str:
    return f"/live/{audience}/{scene}/{area}/zh"


def test_a_stranger_is_told_no(client: FlaskClient) -> None:
    assert asked(client, live(small.CITY)) == 401


def test_a_wall_of_the_whole_city_may_see_all_of_it(client: FlaskClient) -> None:
    enter(client, HALL)
    assert asked(client, live(small.CITY)) == 204
    assert asked(client, live(small.area(2))) == 204


@pytest.mark.parametrize(
    "path",
    [
        live(small.CITY),
        live(small.area(2)),
        live("999999"),
        live(small.area(1), audience="leader"),
        live(small.area(1), scene="nothing"),
        live(small.area(1)) + "/more",
        small.area(1),
        "",
    ],
)
def test_what_is_not_yours_and_what_is_not_there_are_answered_alike(client: FlaskClient, path: str) -> None:
    enter(client, EAST)
    assert asked(client, live(small.area(1))) == 204
    assert asked(client, path) == 403


def test_the_body_itself_gives_the_same_answer(client: FlaskClient) -> None:
    enter(client, EAST)
    for area in (small.CITY, small.area(1), small.area(1, 1), small.area(2), "999999"):
        assert (asked(client, live(area)) == 204) is (client.get(live(area)).status_code != 404), area


def test_nothing_can_be_said_before_the_areas_were_read(sqlite_database: ContractDatabase, tmp_path: Path) -> None:
    with services_of(sqlite_database.url, tmp_path) as services:
        client = create_app(services).server.test_client()
        enter(client, EAST)
        assert asked(client, live(small.area(1))) == 503
