"""What the panels of the overview say, by SQL and arithmetic written by hand, and the same read out of a body.

``said_by_hand`` knows the contract's tables, the definitions and the Chinese words of the screen; ``said`` knows how a
body is built. Both give plain values by panel, so that a difference names its panel. Thin spaces are left out.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from math import sqrt
from typing import Any

from tests.data.by_hand import (
    DUE,
    FRESH,
    GOOD,
    JUDGED,
    MOVED,
    NEWEST,
    NEXT_DUE,
    PLANNED,
    PRESSING,
    SOURCE,
    STAGES,
    Ask,
    bounds,
    next_cuts,
)  # fmt: skip
from tests.data.clock_by_hand import moment, windows, worked

LEVELS = ("grid", "community", "street", "county", "city")
ACTIONS = {
    "report": "上报", "file": "立案", "dispatch": "派遣", "handle": "处置完成", "close": "结案", "return": "退回",
    "force_close": "强制结案", "rework": "返工", "escalate": "升级", "measure": "督办延期等", "void": "作废",
}  # fmt: skip
STAGE_NAMES = ("上报", "核实", "待派遣", "已派遣", "处置", "核查", "结案")
LINE = f"department_code, category_code, area_code, {DUE}, {MOVED} AND {SOURCE} IS NULL"
Z = 1.959963984540054


class Names:
    """Areas, departments and categories as the database names them."""

    def __init__(self, ask: Ask) -> None:
        rows = ask("SELECT code, parent_code, level, name, households FROM areas")
        self.areas: dict[str, tuple[str | None, str, str]] = {row[0]: (row[1], row[2], row[3]) for row in rows}
        self.households = {code: homes for code, _, level, _, homes in rows if level == "grid"}
        departments = ask("SELECT code, coalesce(short_name, name), area_code FROM departments")
        self.departments: dict[str, str] = {code: name for code, name, _ in departments}
        self.root = next(code for code, (parent, _, _) in self.areas.items() if parent is None)
        self.own = [code for code, _, area in departments if area in (None, self.root)]
        self.categories: dict[str, str] = dict(ask("SELECT code, name FROM categories"))

    def lineage(self, code: str) -> list[str]:
        """An area and those that hold it, the root last."""
        found = [code]
        while (parent := self.areas[found[-1]][0]) is not None:
            found.append(parent)
        return found

    def up_to(self, code: str | None, level: str) -> str | None:
        """The area of this level that holds the code."""
        if code is None or code not in self.areas:
            return None
        return next((one for one in self.lineage(code) if self.areas[one][1] == level), None)

    def area(self, code: str | None) -> str:
        """The community's name; the area's own where it is coded higher."""
        if code is None:
            return "—"
        return self.areas[self.up_to(code, "community") or code][2]

    def where(self, code: str | None) -> str:
        """The area below the root, and the community."""
        if code is None:
            return "—"
        line = self.lineage(code)[:-1] or [code]
        community = next((one for one in line if self.areas[one][1] == "community"), line[0])
        names = [self.areas[one][2] for one in dict.fromkeys((line[-1], community))]
        return " ".join(names)

    def below(self) -> list[str]:
        """The areas the city is spread over: a level of one area is passed over."""
        holder = self.root
        while True:
            found = sorted(code for code, (parent, _, _) in self.areas.items() if parent == holder)
            if len(found) != 1:
                return found
            holder = found[0]

    def department(self, code: str | None) -> str:
        """Its short name."""
        return "—" if code is None else self.departments[code]

    def category(self, code: str | None) -> str:
        """Its name."""
        return "—" if code is None else self.categories[code]


def changed(now: int, before: int) -> str:
    """By how many percent, with an arrow; from tenfold on, how many times."""
    if not before:
        return "—"
    if now >= 10 * before:
        return f"▲×{round(now / before)}"
    return arrowed(round((now - before) / before * 100, 1), "%")


def arrowed(change: float, unit: str = "", digits: int | None = None) -> str:
    """A difference with its arrow; percents of ten and more are whole."""
    if not change:
        return "＝"
    places = digits if digits is not None else 0 if abs(change) >= 10 else 1
    return f"{'▲' if change > 0 else '▼'}{abs(change):.{places}f}{unit}"


def told(when: datetime, now: datetime) -> str:
    """A moment as people say it."""
    day = {-1: "昨天", 0: "今天", 1: "明天"}.get((when.date() - now.date()).days)
    return f"{day} {when:%H:%M}" if day else f"{when:%m-%d %H:%M}"


def wilson(good: int, of: int) -> tuple[float, float]:
    """The interval of 95 % in percent."""
    share, spread = good / of, Z * Z / of
    middle, half = share + spread / 2, Z * sqrt(share * (1 - share) / of + spread / of / 4)
    return 100 * (middle - half) / (1 + spread), 100 * (middle + half) / (1 + spread)


def said_by_hand(ask: Ask, now: datetime, n: Mapping[str, Any]) -> dict[str, Any]:
    """Panel -> what it says as of ``now``, in Chinese, about the whole city; ``n`` are the numbers by ``by_hand``."""
    names, bound = Names(ask), bounds(ask, now)
    week, last = f"较上周{'一二三四五六日'[now.weekday()]}同刻", n["last week"]
    said: dict[str, Any] = {}
    for panel, number, before in (("filed", "filed", last[0]), ("closed", "closed", last[2])):
        said[panel] = (str(n[number]), changed(n[number], before), [week])
    said["open"] = (str(n["open"]), arrowed(n["open"] - last[3], digits=0), [week])
    still = [f"暂停 {n['suspended']}"] if n["suspended"] else []
    said["overdue"] = (str(n["overdue"]), arrowed(n["overdue"] - last[4], digits=0), [week, *still])
    good, of = n["rate of the week"]
    then = f"FROM work_orders WHERE {DUE} >= :ago14 AND {DUE} < :ago7 AND {JUDGED}"
    then_good, then_of = ask(f"SELECT sum(CASE WHEN {GOOD} THEN 1 ELSE 0 END), count(*) {then}", **bound)[0]
    points = arrowed(round(100 * good / of - 100 * then_good / then_of, 1), "点", 1)
    said["ontime"] = (f"{100 * good / of:.1f}", points.replace("＝点", "＝"), [week, f"到期 {of} 件"])
    here, planned = n["people"]
    said["on-duty"] = (str(here), f"{100 * here / planned:.1f}%", [f"应到 {planned} 人"])
    said["flow"] = [(name, *_stage(*n[f"stage {stage}"])) for name, stage in zip(STAGE_NAMES, STAGES, strict=False)]
    said["flow"] += [(STAGE_NAMES[-1], str(n["closed"])), f"在办 {n['open']} 件"]
    today = [n["hours today"].get(hour, 0) for hour in range(now.hour + 1)]
    said["trend"] = (today, [n["hours then"].get(hour, 0) for hour in range(24)], f"今日 {n['filed']}")
    said["types"] = _types(n["types"], names)
    said["sla"] = _sla(ask, now, n, names, bound)
    said["departments"] = _departments(n["by department"], names)
    said["duty"] = _duty(ask, names, bound)
    said["ticker"] = _ticker(ask, names, bound)
    known = sum(bool(homes) for homes in names.households.values()) >= 0.9 * len(names.households)
    for layer, cells, whole in (
        ("map-workload", n["map of open"], n["open"]),
        ("map-overdue", n["map of overdue"], n["overdue"]),
        ("map-duty", n["map of people"], here),
    ):
        values: dict[str, float | None] = {code: float(cells.get(code, 0)) for code in names.households}
        if layer == "map-workload" and known:
            values = {code: homes and 1000 * cells.get(code, 0) / homes for code, homes in names.households.items()}
        said[layer] = (whole, whole - sum(cells.values()), values)
    said["map-ontime"] = _rates(ask, names, bound)
    return said


def _stage(waiting: int, late: int, entered: int) -> tuple[str, str, str]:
    share = 100 * late / waiting if waiting else 0.0
    return str(waiting), f"{share:.{0 if share >= 10 else 1}f}%" if waiting else "—", str(entered)


def _types(types: Mapping[str, tuple[int, int]], names: Names) -> Any:
    """The first seven, the three that rose most beyond chance, and the whole."""

    def line(code: str) -> str:
        count, before = types[code]
        return changed(count, before) if before else "新增"

    top = sorted(types, key=lambda code: (-types[code][0], code))[:7]
    risen = [
        code for code, (count, before) in types.items()
        if count >= 20 and count > before and (count - before) ** 2 > 4 * (count + before)
    ]  # fmt: skip
    risen.sort(key=lambda code: (types[code][1] - types[code][0], code))
    return (
        [(names.category(code or None), str(types[code][0]), line(code)) for code in top],
        [(names.category(code or None), line(code)) for code in risen[:3]],
        f"近 7 日 {sum(count for count, _ in types.values())} 件 · 较前 7 日",
    )


def _sla(ask: Ask, now: datetime, n: Mapping[str, Any], names: Names, bound: Mapping[str, str]) -> Any:
    """The rows with the seconds of their clocks left (None where a suspension would have to be taken off)."""
    cut = next_cuts(now)[0]
    when = f"{cut:%H:%M}" if cut.date() == now.date() else told(cut, now)
    rows = []
    for part in (PRESSING, NEXT_DUE):
        for order, department, category, area, text, computed in ask(f"SELECT id, {LINE} {part}", **bound):
            due = moment(text)
            assert due is not None
            clock = ask(
                "SELECT coalesce(o.limit_clock, c.limit_clock, 'work') = 'continuous', EXISTS (SELECT 1 FROM"
                " work_order_measures m WHERE m.order_id = o.id AND m.kind = 'suspension' AND m.result = 'approved')"
                " FROM work_orders o LEFT JOIN categories c ON c.code = o.category_code WHERE o.id = :order",
                order=order,
            )
            ((continuous, suspended),) = clock
            left: tuple[float, bool] | None = None
            if not suspended:
                seconds = (
                    worked(now, due, continuous).total_seconds()
                    if due >= now
                    else -worked(due, now, continuous).total_seconds()
                )
                left = seconds, next(windows(now, continuous))[0] == now
            words = (told(due, now), "推算") if computed else (told(due, now),)
            rows.append((names.category(category), words, names.area(area), names.department(department), left))
    return rows, f"超期 {n['overdue']} · {when} 前再超期 {n['soon']}"


def _departments(rates: Mapping[str | None, tuple[int, int]], names: Names) -> Any:
    """Those of the city's own level: ranked with rate, interval and sample, and the others below five cases."""
    own = {code: rates.get(code, (0, 0)) for code in names.own}
    enough = [code for code, (_, of) in own.items() if of >= 5]
    enough.sort(key=lambda code: (-own[code][0] / own[code][1], -own[code][1], code))
    ranked = []
    for code in enough:
        good, of = own[code]
        low, high = wilson(good, of)
        interval = f"95% 区间 {low:.1f} 至 {high:.1f}"
        ranked.append((names.department(code), f"{100 * good / of:.1f}", interval, str(of)))
    few = [(names.department(code), f"{own[code][0]}/{own[code][1]}" if own[code][1] else "无到期")
           for code in sorted(own) if own[code][1] < 5]  # fmt: skip
    return ranked, few


def _duty(ask: Ask, names: Names, bound: Mapping[str, str]) -> Any:
    """On duty and planned by the areas the city is spread over."""
    present, due = Counter[str](), Counter[str]()
    below = names.below()
    for area, seen in ask(f"SELECT area, worker_id IN ({FRESH}) FROM ({PLANNED})", **bound):
        for child in set(names.lineage(area) if area in names.areas else ()) & set(below):
            due[child] += 1
            present[child] += seen
    return [
        (names.areas[code][2], f"{100 * present[code] / due[code]:.0f}%" if due[code] else "—",
         f"{present[code]}/{due[code]}") for code in below
    ]  # fmt: skip


def _ticker(ask: Ask, names: Names, bound: Mapping[str, str]) -> Any:
    """When, where, what, and what became of it; the unit, and whether the order was late then."""
    lines = []
    for at, action, to, own, category, area, due, _ in ask(
        f"SELECT at, action, to_department, {LINE} {NEWEST}", **bound
    ):
        line = [at[11:], names.where(area), names.category(category), ACTIONS[action]]
        line += [names.department(to or own)] if to or own else []
        lines.append((*line, "超期") if due is not None and at > due else tuple(line))
    return lines


def _rates(ask: Ask, names: Names, bound: Mapping[str, str]) -> Any:
    """The class of every grid by the rate of its area at the lowest level where six in ten have five cases."""
    rows = ask(
        f"SELECT area_code, sum(CASE WHEN {GOOD} THEN 1 ELSE 0 END), count(*) FROM work_orders"
        f" WHERE {DUE} >= :ago30 AND {DUE} < :now AND {JUDGED} GROUP BY 1",
        **bound,
    )
    good, of = Counter[str](), Counter[str]()
    for level in LEVELS:
        good.clear()
        of.clear()
        for code, on_time, cases in rows:
            if (area := names.up_to(code, level)) is not None:
                good[area] += on_time
                of[area] += cases
        if of and sum(cases >= 5 for cases in of.values()) >= 0.6 * len(of):
            break
    total = sum(cases for _, _, cases in rows)

    def class_of(area: str | None) -> str:
        if area is None or not of[area]:
            return "-"
        return "h" if of[area] < 5 else str(sum(100 * good[area] / of[area] < step for step in (98, 95, 90, 80)))

    classes = {code: class_of(names.up_to(code, level)) for code in names.households}
    return total, total - sum(of.values()), classes


# -- the same out of a body --------------------------------------------------------------------------------------------


def words(node: Any) -> list[str]:
    """All texts of a component, in order, without thin spaces."""
    if isinstance(node, str):
        return [node.replace("\u2009", "")]
    if isinstance(node, list):
        return [text for part in node for text in words(part)]
    return words(node.get("props", {}).get("children")) if isinstance(node, dict) else []


def parts(node: Any, name: str) -> list[dict[str, Any]]:
    """The properties of all components with this class, in order."""
    if isinstance(node, list):
        return [found for part in node for found in parts(part, name)]
    if not isinstance(node, dict):
        return []
    props = node.get("props", {})
    mine = [props] if name in str(props.get("className", "")).split() else []
    return mine + parts(props.get("children"), name)


def text(node: Any) -> str:
    """All texts of a component as one."""
    return "".join(words(node))


def said(panels: Mapping[str, Any], cells: Sequence[str], now: datetime) -> dict[str, Any]:
    """What the panels of a body say, in the form of ``said_by_hand``; ``cells`` are the map's, in their order."""
    props = {
        name: {part: held.get("children") for part, held in panel["props"].items()} for name, panel in panels.items()
    }
    found: dict[str, Any] = {}
    for panel in ("filed", "closed", "open", "overdue", "ontime", "on-duty"):
        notes = [text(item["children"]) for item in parts(props[panel]["note"], "note-item")]
        notes = [note for note in notes if not note.startswith("长期")]  # counted with the lights
        found[panel] = (text(props[panel]["value"]), text(props[panel]["change"]), notes)
    found["flow"] = [tuple(words(row)) for row in props["flow"]["rows"]] + [text(props["flow"]["sub"])]
    drawn = panels["trend"]["props"]["figure"]["figure"]["data"]
    found["trend"] = (drawn[0]["y"], drawn[1]["y"], text(props["trend"]["sub"][0]))
    rising = [tuple(words(item["children"])) for item in parts(props["types"]["rising"], "foot-item")]
    found["types"] = (
        [tuple(words(row)) for row in props["types"]["rows"]],
        [item for item in rising if len(item) == 2],
        text(props["types"]["sub"]),
    )
    found["sla"] = ([_sla_row(row, now) for row in props["sla"]["rows"]], text(props["sla"]["sub"]))
    found["departments"] = (
        [_department(row) for row in props["departments"]["rows"]],
        [tuple(words(item["children"])) for item in parts(props["departments"]["few"], "foot-item")[1:]],
    )
    duty = [tuple(words(cell.get("children"))) for cell in parts(props["duty"]["rows"], "cell")]
    left = [duty[i] for i in range(0, len(duty), 2)]
    found["duty"] = [cell for cell in (*left, *(duty[i] for i in range(1, len(duty), 2))) if cell]
    found["ticker"] = [tuple(words(event)) for event in props["ticker"]["events"]]
    for layer in ("map-workload", "map-overdue", "map-duty", "map-ontime"):
        data = panels[layer]["props"]["values"]["data"]
        classes = dict(zip(cells, data["classes"], strict=True))
        found[layer] = (data["total"], data["not_located"], classes)
    return found


def _sla_row(row: Any, now: datetime) -> Any:
    first = {name: parts(row, f"sla-{name}")[0] for name in ("type", "due", "place", "department")}
    (count,) = parts(row, "count")
    running, left = count["data-running"] == "1", float(count["data-left"])
    if running:
        left -= (now - now.replace(minute=0, second=0)).total_seconds()
    due = tuple(words(first["due"]["children"]))
    return (*(text(first["type"]["children"]),), due, text(first["place"]["children"]),
            text(first["department"]["children"]), (left, running))  # fmt: skip


def _department(row: Any) -> tuple[str, ...]:
    name, rate, sample = words(row)
    return name, rate, str(parts(row, "track")[0]["title"]), sample


def classes_by_hand(values: Mapping[str, float | None], breaks: Sequence[float]) -> dict[str, str]:
    """The class of each cell: the last lower end that its value reaches."""
    return {code: "-" if value is None else str(bisect_right(breaks, value) - 1) for code, value in values.items()}


def assert_body_says(panels: Mapping[str, Any], cells: Sequence[str], theirs: dict[str, Any], now: datetime) -> None:
    """Every panel of a body says what SQL by hand says. ``theirs`` is ``said_by_hand`` of the same snapshot."""
    assert {panel["state"] for panel in panels.values()} <= {"live", "quiet"}
    ours, theirs = said(panels, cells, now), dict(theirs)
    for layer in ("map-workload", "map-overdue", "map-duty"):
        whole, elsewhere, values = theirs[layer]
        legend = panels[layer]["props"]["values"]["data"]["legend"]
        theirs[layer] = (whole, elsewhere, classes_by_hand(values, legend["breaks"]))
    rows, sub = theirs["sla"]
    unknown = [place for place, row in enumerate(rows) if row[-1] is None]
    assert len(unknown) < len(rows) / 2
    for place in unknown:
        rows[place] = (*rows[place][:-1], ours["sla"][0][place][-1])
    theirs["sla"] = (rows, sub)
    for panel, expected in theirs.items():
        assert (panel, ours[panel]) == (panel, expected)
    assert set(panels) - set(theirs) == {"sources", "map-frame", "alarms"}, "these say how things are, and count none"
