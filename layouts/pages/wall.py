"""The page of a wall: header, one scene, the drawer that a click on the map opens."""

import json
from dataclasses import dataclass
from urllib.parse import urlencode

from dash import dcc, html
from dash.development.base_component import Component

from indicators.policy import Policy
from layouts import ids
from layouts.parts.attrs import attrs
from layouts.parts.definitions import under
from layouts.parts.drawer import drawer
from layouts.scene import Place, Scene
from layouts.scenes import SCENES
from layouts.words import LANGUAGES, browser_words, t


@dataclass(frozen=True, slots=True)
class Hall:
    """How a screen behaves while nobody is at it.

    ``rotate`` are the ids of the scenes it shows in turn, each for ``dwell_s`` seconds; what was opened on it is closed
    after ``drawer_s`` seconds (0: never). ``name`` is the wall's, by which ``/control`` reaches it ("": it does not).
    """

    name: str = ""
    rotate: tuple[str, ...] = ()
    dwell_s: float = 60
    drawer_s: float = 0


def _hall(hall: Hall) -> dict[str, str]:
    return {
        "data_wall": hall.name,
        "data_rotate": " ".join(hall.rotate),
        "data_dwell_s": f"{hall.dwell_s:g}",
        "data_drawer_s": f"{hall.drawer_s:g}",
    }


def page(
    scene: Scene,
    place: Place,
    lang: str,
    *,
    audience: str,
    zone: str,
    now_ms: int,
    build: str,
    viewer_menu: Component | None = None,
    note: str = "",
    address: str = "/",
    title: str = "",
    hall: Hall | None = None,
    policy: Policy | None = None,
    people: bool = True,
    control: str = "",
) -> Component:
    """The whole page. ``hall`` says how it behaves while nobody is at it, ``policy`` what the tooltips speak of.

    ``control`` is the address of the remote control for those who may use it ("": not offered).
    ``people`` False: it hangs on a wall, and what only those who answer for the numbers need is not seen there.
    ``now_ms`` is the server's time in epoch milliseconds, ``zone`` the city's time zone, ``note`` a remark on the data
    ("demonstration data") already in the language, ``address`` the path of this page for
    the links of its header, ``title`` the city's own title of the wall.
    """
    main = scene.layout(place, lang)
    if policy is not None:
        under(policy, lang, main)
    return html.Div(
        [
            header(scene, place, lang, viewer_menu, note, address, title, control),
            main,
            drawer(lang),
        ],
        id=ids.WALL_ROOT,
        className=f"wall wall-{scene.id} lang-{lang}",
        lang="zh-CN" if lang == "zh" else "en",
        **attrs(
            data_live=f"/live/{audience}/{scene.id}/{place.key}/{lang}",
            data_lang=lang,
            data_zone=zone,
            data_now=str(now_ms),
            data_build=build,
            data_connection="waiting",
            data_scene=scene.id,
            data_people="1" if people else "0",
            **_hall(hall or Hall()),
            data_words=json.dumps(browser_words(lang), ensure_ascii=False),
        ),
    )


def header(
    scene: Scene,
    place: Place,
    lang: str,
    viewer_menu: Component | None,
    note: str,
    address: str,
    title: str = "",
    control: str = "",
) -> Component:
    """Title, navigation over the scenes there are, clock, date, and the truth about the whole screen."""
    links: list[Component] = [
        dcc.Link(
            t(f"scene-{other.id}", lang),
            href=link(address, scene=other.id, place=place.key, lang=lang),
            className="nav-link nav-on" if other.id == scene.id else "nav-link",
        )
        for other in SCENES.values()
    ]
    other = next(language for language in LANGUAGES if language != lang)
    language = html.A(
        t("language-other", lang),
        href=link(address, scene=scene.id, place=place.key, lang=other),
        className="nav-link nav-language",
    )
    links = [*links, language]
    if control:
        remote = html.A(
            t("control-link", lang),
            href=link(control, lang=lang),
            className="nav-link nav-control",
            title=t("control-link-tip", lang),
        )
        links.append(remote)
    facts: list[Component] = [
        html.Span(className="clock-date", **attrs(data_clock="date")),
        html.Span(t("live-connection-waiting", lang), className="truth-summary", **attrs(data_say="connection")),
    ]
    if note:
        facts.append(html.Span(note, className="data-note"))
    return html.Header(
        [
            html.H1(title or t("wall-title", lang, place=place.name)),
            html.Nav([*links, *([viewer_menu] if viewer_menu is not None else [])], className="nav"),
            html.Div(
                [
                    html.Div(className="clock-time", **attrs(data_clock="time")),
                    html.Div(facts, className="clock-facts"),
                ],
                className="clock",
            ),
        ],
        className="wall-head",
    )


def link(address: str, **choices: str) -> str:
    """An address with its choices; the browser's scripts keep theirs (layer, pause) in it too."""
    return f"{address}?{urlencode(choices)}"
