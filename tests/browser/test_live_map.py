"""The map: cells in the colours of their classes, only what changed is painted, texts are texts, clicks find areas."""

from collections.abc import Iterator
from typing import Any, Final

import pytest
from playwright.sync_api import Page, expect

from layouts.theme import TOKENS
from layouts.words import t
from tests.browser.conftest import OpenPage
from tests.browser.fakewall import FakeWall, outline, running, serve_layer, serve_map, squares

HOSTILE: Final = '<img src=x onerror="window.hit=1">'
COLUMNS, ROWS = 20, 15
CELLS: Final = COLUMNS * ROWS

MIDDLE: Final = """(i) => {
  const map = gridwall.map.peek().map, layer = gridwall.mapcells.peek().layers[i];
  const at = map.latLngToContainerPoint(layer.getBounds().getCenter());
  const box = map.getContainer().getBoundingClientRect();
  return [box.left + at.x, box.top + at.y];
}"""
PIXEL: Final = """(i) => {
  const map = gridwall.map.peek().map, layer = gridwall.mapcells.peek().layers[i], canvas = layer._renderer._container;
  const at = map.latLngToContainerPoint(layer.getBounds().getCenter());
  const box = canvas.getBoundingClientRect(), over = map.getContainer().getBoundingClientRect();
  const x = (over.left + at.x - box.left) * canvas.width / box.width;
  const y = (over.top + at.y - box.top) * canvas.height / box.height;
  const p = canvas.getContext('2d').getImageData(Math.round(x), Math.round(y), 1, 1).data;
  const hex = [p[0], p[1], p[2]].map((v) => v.toString(16).padStart(2, '0')).join('');
  return '#' + hex + (p[3] === 255 ? '' : '/' + p[3]);
}"""
COUNT: Final = """() => {
  window.paints = {cells: 0, redraws: 0};
  const layer = gridwall.mapcells.peek().layers[0], renderer = layer._renderer, redraw = renderer._redraw;
  renderer._redraw = function () { window.paints.redraws += 1; return redraw.apply(this, arguments); };
  const update = L.Polygon.prototype._updatePath;
  L.Polygon.prototype._updatePath = function () {
    if (this._renderer === renderer) window.paints.cells += 1;
    return update.apply(this, arguments);
  };
}"""


@pytest.fixture
def wall() -> Iterator[FakeWall]:
    with running() as served:
        yield served


def classes(**changed: str) -> str:
    """Classes of all cells: the zeroth ramp, but for those named ``c7="4"``."""
    return "".join(changed.get(f"c{i}", "0") for i in range(CELLS))


def drawn(wall: FakeWall, open_page: OpenPage, query: str = "", **more: Any) -> Page:
    """A page whose map has its cells and shows a layer."""
    page = open_page(wall.base_url + query, **more)
    shown(page)
    return page


def shown(page: Page, cells: int = CELLS) -> None:
    page.wait_for_function(f"gridwall.mapcells.peek().layers.length === {cells}")
    page.wait_for_function(
        "gridwall.mapcells.peek().layers[0]._renderer && !/^-+$/.test(gridwall.mapcells.peek().shown)"
    )


def colour(page: Page, cell: int) -> str:
    found: str = page.evaluate(PIXEL, cell)
    return found


def wait_colour(page: Page, cell: int, token: str) -> None:
    page.wait_for_function(f"(i) => ({PIXEL})(i) === '{TOKENS[token]}'", arg=cell)


def test_cells_wear_the_colours_of_their_classes(wall: FakeWall, open_page: OpenPage) -> None:
    serve_map(wall, squares(COLUMNS, ROWS), outline(squares(COLUMNS, ROWS)))
    serve_layer(wall, "workload", classes(c7="4", c123="2"))
    page = drawn(wall, open_page)
    assert [colour(page, cell) for cell in (0, 7, 123)] == [TOKENS["ramp-0"], TOKENS["ramp-4"], TOKENS["ramp-2"]]
    notes = page.locator("[data-map-notes]")
    for key, n in (("map-not-located", "12"), ("map-without-boundary", "2")):
        expect(notes).to_contain_text(t(key, "zh", n=n))
    expect(notes).to_contain_text(t("map-schematic", "zh"))
    expect(notes).to_contain_text("© OpenStreetMap")
    expect(page.locator("[data-map-legend]")).to_contain_text("≥4")


def test_few_changes_paint_only_the_changed_cells(wall: FakeWall, open_page: OpenPage) -> None:
    serve_map(wall, squares(COLUMNS, ROWS))
    serve_layer(wall, "workload", classes())
    page = drawn(wall, open_page)
    page.evaluate(COUNT)
    serve_layer(wall, "workload", classes(c3="4", c150="3", c299="1"))
    wait_colour(page, 3, "ramp-4")
    assert page.evaluate("window.paints") == {"cells": 3, "redraws": 0}
    assert [colour(page, cell) for cell in (150, 299, 4)] == [TOKENS["ramp-3"], TOKENS["ramp-1"], TOKENS["ramp-0"]]


def test_many_changes_draw_everything_once(wall: FakeWall, open_page: OpenPage) -> None:
    serve_map(wall, squares(COLUMNS, ROWS))
    serve_layer(wall, "workload", classes())
    page = drawn(wall, open_page)
    page.evaluate(COUNT)
    serve_layer(wall, "workload", "3" * CELLS)
    wait_colour(page, 0, "ramp-3")
    assert page.evaluate("window.paints.redraws") == 1
    assert colour(page, CELLS - 1) == TOKENS["ramp-3"]


def test_too_few_cases_are_hatched_and_not_recorded_is_hollow(wall: FakeWall, open_page: OpenPage) -> None:
    serve_map(wall, squares(COLUMNS, ROWS))
    serve_layer(wall, "workload", "h" * 20 + "-" * 20 + "4" * (CELLS - 40))
    page = drawn(wall, open_page)
    assert page.evaluate("gridwall.mapcells.peek().layers[0].options.fillColor instanceof CanvasPattern")
    assert colour(page, 25) not in {TOKENS[f"ramp-{i}"] for i in range(5)}
    expect(page.locator("[data-map-legend]")).to_contain_text("few")


def test_a_rebuilt_map_comes_out_right_and_goes_on(wall: FakeWall, open_page: OpenPage) -> None:
    serve_map(wall, squares(COLUMNS, ROWS))
    serve_layer(wall, "workload", classes(c3="4"))
    page = drawn(wall, open_page)
    cell = "gridwall.mapcells.peek().layers[3]"
    page.evaluate(f"() => {{ window.before = {cell}; }}")
    give = "(data) => dash_clientside.set_props('map-cells', {data})"
    page.evaluate(f"() => {{ fetch('/geometry/ab12.json').then((r) => r.json()).then({give}); }}")
    page.wait_for_function(f"{cell} !== window.before && {cell}._map")
    wait_colour(page, 3, "ramp-4")
    serve_layer(wall, "workload", classes(c3="1"))
    wait_colour(page, 3, "ramp-1")


def test_classes_of_other_cells_are_not_shown(wall: FakeWall, open_page: OpenPage) -> None:
    serve_map(wall, squares(COLUMNS, ROWS))
    serve_layer(wall, "workload", "4" * CELLS, name="cd34")
    page = open_page(wall.base_url)
    kept = "gridwall.mapcells.peek().layers"
    page.wait_for_function(f"{kept}.length === {CELLS} && {kept}[0]._renderer")
    assert set(page.evaluate("gridwall.mapcells.peek().shown")) == {"-"}
    serve_layer(wall, "workload", "4" * CELLS)
    wait_colour(page, 0, "ramp-4")


def test_geometry_that_fails_at_first_arrives_in_the_end(wall: FakeWall, open_page: OpenPage) -> None:
    wall.geometry_failures = 3
    serve_map(wall, squares(COLUMNS, ROWS))
    serve_layer(wall, "workload", classes(c3="4"))
    page = open_page(wall.base_url, losses=True)
    expect(page.locator("[data-map-wait]")).to_have_text(t("map-unreachable", "zh"))
    shown(page)
    assert colour(page, 3) == TOKENS["ramp-4"]
    expect(page.locator("[data-map-wait]")).to_have_text("")


def test_names_are_texts_in_tooltips_labels_and_legends(wall: FakeWall, open_page: OpenPage) -> None:
    cells = squares(COLUMNS, ROWS, HOSTILE)
    serve_map(wall, cells, outline(cells, HOSTILE))
    serve_layer(wall, "workload", classes(), title=HOSTILE, few=HOSTILE, labels=[HOSTILE] * 5)
    page = drawn(wall, open_page)
    expect(page.locator(".map-label")).to_have_text(HOSTILE)
    page.locator(".map").scroll_into_view_if_needed()
    page.mouse.move(*page.evaluate(MIDDLE, 65))
    expect(page.locator(".map-tip .map-tip-name")).to_have_text(f"{HOSTILE} 5-3")
    assert page.evaluate("[document.querySelectorAll('.map img').length, typeof window.hit]") == [0, "undefined"]


def test_a_click_names_the_area(wall: FakeWall, open_page: OpenPage) -> None:
    serve_map(wall, squares(COLUMNS, ROWS), outline(squares(COLUMNS, ROWS)))
    serve_layer(wall, "workload", classes())
    page = drawn(wall, open_page)
    page.locator(".map").scroll_into_view_if_needed()
    page.mouse.click(*page.evaluate(MIDDLE, 65))
    page.wait_for_function("((dash_component_api.getLayout('map-picked').props || {}).data || {}).code === 'c65'")


def test_from_afar_streets_are_clicked_and_close_by_cells(wall: FakeWall, open_page: OpenPage) -> None:
    cells = squares(60, 40)
    outlines = outline(cells)
    west, south, _, _ = cells["bbox"]
    cells["bbox"] = [west - 0.6, south - 0.6, west + 0.9, south + 0.9]
    serve_map(wall, cells, outlines)
    serve_layer(wall, "workload", "0" * 2400)
    page = open_page(wall.base_url)
    shown(page, 2400)
    page.locator(".map").scroll_into_view_if_needed()
    picked = "((dash_component_api.getLayout('map-picked').props || {}).data || {}).code"
    page.mouse.click(*page.evaluate(MIDDLE, 1230))
    page.wait_for_function(f"{picked} === 's1'")
    middle = "gridwall.mapcells.peek().layers[1230].getBounds().getCenter()"
    page.evaluate(f"() => {{ gridwall.map.peek().map.setView({middle}, 14, {{animate: false}}); }}")
    page.mouse.click(*page.evaluate(MIDDLE, 1230))
    page.wait_for_function(f"{picked} === 'c1230'")


def test_layers_are_chosen_by_tab_and_kept_in_the_address(wall: FakeWall, open_page: OpenPage) -> None:
    serve_map(wall, squares(COLUMNS, ROWS))
    serve_layer(wall, "workload", classes())
    serve_layer(wall, "overdue", classes(c9="4"))
    page = drawn(wall, open_page)
    tab = page.locator("[data-layer-tab='map-overdue']")
    tab.click()
    wait_colour(page, 9, "ramp-4")
    expect(tab).to_have_attribute("aria-pressed", "true")
    assert page.url.endswith("?layer=overdue")
    expect(page.locator("[data-layer-bar='overdue']")).to_be_visible()
    expect(page.locator("[data-layer-bar='workload']")).to_be_hidden()
    page.reload()
    shown(page)
    wait_colour(page, 9, "ramp-4")
    page.locator("[data-layer-tab='map-overdue']").click()
    page.wait_for_function("location.search === ''")


@pytest.mark.parametrize(("width", "height"), [(3840, 2160), (1366, 768)])
def test_the_place_fills_the_map_at_every_size(wall: FakeWall, open_page: OpenPage, width: int, height: int) -> None:
    serve_map(wall, squares(COLUMNS, ROWS))
    serve_layer(wall, "workload", classes())
    page = drawn(wall, open_page)
    page.set_viewport_size({"width": width, "height": height})
    page.wait_for_function("""() => {
      const map = gridwall.map.peek().map, [w, s, e, n] = gridwall.map.peek().bbox;
      const a = map.latLngToContainerPoint([n, w]), b = map.latLngToContainerPoint([s, e]), size = map.getContainer();
      const fills = Math.max((b.x - a.x) / size.clientWidth, (b.y - a.y) / size.clientHeight);
      return a.x >= 0 && a.y >= 0 && b.x <= size.clientWidth && b.y <= size.clientHeight && fills > 0.85;
    }""")


def test_the_operators_tiles_lie_under_the_areas(wall: FakeWall, open_page: OpenPage) -> None:
    serve_map(wall, squares(COLUMNS, ROWS), tiles=wall.base_url + "tile/{z}/{x}/{y}")
    serve_layer(wall, "workload", classes())
    page = drawn(wall, open_page)
    expect(page.locator("img.leaflet-tile-loaded").first).to_be_attached()
    assert 0 < float(page.evaluate("gridwall.map.peek().map.getPane('overlayPane').style.opacity")) < 1
    assert colour(page, 0) == TOKENS["ramp-0"]
