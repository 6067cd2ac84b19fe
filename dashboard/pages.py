"""Pages by address. Registered in code; a page finds its services through the app that serves the request.

Dash keeps one registry of pages for the whole process, so the functions here hold nothing of an app themselves.
"""

from typing import Any, Final

import dash
from dash import html
from dash.development.base_component import Component
from flask import current_app, g

from dashboard.control import Control, may_steer
from dashboard.halls import hall_of
from dashboard.keys import Focus
from dashboard.security import viewer_of
from dashboard.services import Services
from data_access.errors import StoreError
from data_access.reference import Reference
from data_access.scope import Audience
from layouts.pages import control, wall
from layouts.pages.sentence import error_text, sentence
from layouts.pages.wall import Hall
from layouts.parts.viewer import Choice, viewer_menu
from layouts.scene import Place, Scene
from layouts.words import LANGUAGES, t

EXTENSION: Final = "gridwall"
_FIRST: Final = "overview"
_KNOWN: Final = (
    "scene", "area", "department", "place", "lang", "layer", "pause", "subject", "rotate", "dwell", "wall",
)  # fmt: skip


def register_pages(title: str) -> None:
    """Register all pages of the product with Dash."""
    dash.page_registry.clear()
    page: Any = dash.register_page
    page("home", path="/", layout=show_home, title=title, name="wall")
    page("walls", path="/wall", layout=show_home, title=title, name="walls")
    page("wall", path_template="/wall/<scene>", layout=show_wall, title=title, name="scene")
    page("control", path="/control", layout=show_control, title=title, name="control")
    page("not_found_404", layout=show_nothing, title=title)


def show_nothing(**_query: Any) -> Component:
    """There is no such page."""
    return sentence(t("page-unknown", _services().settings.language), _services().settings.language)


def show_home(**query: Any) -> Component:
    """The first scene at the viewer's own place."""
    return show_wall(**query) if "viewer" in g else html.Div()


def show_wall(scene: Any = None, **query: Any) -> Component:
    """A scene of a place, as the address asks. Reads nothing from the database; the broadcast brings the numbers."""
    services = _services()
    if "viewer" not in g:
        return _every_scene(services)
    asked = {"scene": scene, **query}
    lang = asked.get("lang", services.settings.language)
    lang_ok = lang in LANGUAGES
    lang = lang if lang_ok else services.settings.language
    strange = sorted(name for name, value in asked.items() if name not in _KNOWN or not isinstance(value, str | None))
    if strange or not lang_ok:
        return sentence(t("page-parameter", lang, name=", ".join(strange or ["lang"]), known=", ".join(_KNOWN)), lang)
    found = services.plan.scenes.get(asked["scene"] or _FIRST)
    reference = services.directory.reference
    if reference is None:
        return sentence(t("page-not-read", lang), lang)
    focus = _focus(services, reference, asked)
    if found is None or focus is None or not viewer_of().may(Audience.WALL, focus, reference):
        return sentence(t("error-unknown-place", lang), lang)
    taken = services.entrances.devices.taken
    hall, wrong = hall_of(viewer_of(), services.settings, asked, tuple(services.plan.scenes), taken)
    if hall is None:
        return sentence(t("page-parameter", lang, name=wrong, known=", ".join(_KNOWN)), lang)
    return _page(services, found, _place(focus, reference, lang), lang, reference, hall)


def show_control(wall: Any = None, **query: Any) -> Component:
    """The phone's page for a wall: which there are, and what this one may be told."""
    services = _services()
    lang = query.get("lang", services.settings.language)
    lang = lang if lang in LANGUAGES else services.settings.language
    if "viewer" not in g:
        return control.page("", (), (), lang)
    reference, viewer = services.directory.reference, viewer_of()
    if reference is None:
        return sentence(t("page-not-read", lang), lang)
    desk = Control(services)
    try:
        walls = desk.walls()
    except StoreError as error:
        return sentence(error_text(error, lang), lang)
    if not may_steer(viewer) or (wall is not None and wall not in walls):
        return sentence(t("control-refused", lang), lang)
    chosen = wall or (walls[0] if len(walls) == 1 else "")
    root = reference.tree.root
    homes = [root] if viewer.everywhere and root else sorted(viewer.areas or ())
    areas = control.places(reference.tree, [code for code in homes if code in reference.tree.by_code], lang)
    return control.page(chosen, walls, areas, lang, viewer_menu=_menu(services, reference, lang))


def _focus(services: Services, reference: Reference, asked: dict[str, Any]) -> Focus | None:
    """The place of the address: ``place=area@department``, or ``area=`` and ``department=``; else the viewer's home."""
    if asked.get("place"):
        return Focus.parse(asked["place"])
    home = viewer_of().home(reference, services.settings.area or None)
    area, department = asked.get("area"), asked.get("department")
    if not area and not department:
        return home
    area = area or (home.area if home is not None else "")
    return Focus.parse(f"{area}@{department}" if department else area)


def _place(focus: Focus, reference: Reference, lang: str) -> Place:
    area = reference.tree.by_code[focus.area]
    name = area.label(lang)
    if focus.department is not None:
        name = f"{name} {reference.departments[focus.department].label(lang)}"
    return Place(focus.area, name, area.level, focus.department)


def _page(
    services: Services, scene: Scene, place: Place, lang: str, reference: Reference | None, hall: Hall | None = None
) -> Component:
    notice = services.settings.notice
    return wall.page(
        scene,
        place,
        lang,
        audience=Audience.WALL.value,
        zone=services.clock.zone.key,
        now_ms=int(services.clock.now() * 1000),
        build=services.build,
        viewer_menu=_menu(services, reference, lang),
        note="" if notice == "none" else t(f"data-note-{notice}", lang),
        address="/wall",
        title=services.settings.title if lang == "zh" else services.settings.title_en,
        hall=hall,
        policy=services.policy,
        people="viewer" in g and viewer_of().audience in (Audience.LEADER, Audience.OFFICIAL),
        control="/control" if "viewer" in g and may_steer(viewer_of()) else "",
    )


def _menu(services: Services, reference: Reference | None, lang: str) -> Component | None:
    """Whom one may be in the open mode: the leader, an official of a street or of a department. A wall stays one."""
    if services.entrances.choices is None or ("viewer" in g and viewer_of().audience is Audience.WALL):
        return None
    choices = [Choice("leader", t("viewer-leader", lang))]
    if reference is not None:
        root = reference.tree.root
        streets = reference.tree.below(root, "street") if root is not None else ()
        choices += [Choice(f"area:{a.code}", t("viewer-official", lang, place=a.label(lang))) for a in streets]
        choices += [
            Choice(f"department:{d.code}", t("viewer-official", lang, place=d.label(lang)))
            for d in reference.departments.values()
        ]
    chosen = viewer_of().name if "viewer" in g else None
    return viewer_menu(choices, chosen, lang)


def _every_scene(services: Services) -> Component:
    """All components there may be, for Dash's check of the callbacks."""
    lang = services.settings.language
    blank = Place("", "")
    return html.Div([_page(services, scene, blank, lang, None) for scene in services.plan.scenes.values()])


def _services() -> Services:
    services: Services = current_app.extensions[EXTENSION]
    return services
