"""Every number of gridwall, defined once: screens, lists, briefings and exports take it from here.

The tooltips and ``docs/indicators.md`` are made from these entries (``python -m indicators.registry`` prints it).
Thresholds and lengths of windows are the policy's; the texts name them by placeholders, filled with the policy in use.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Final, Literal

from sqlalchemy import ColumnElement, and_

from data_access.shape import Shape
from indicators.policy import Policy, load_policy
from indicators.rules import orders
from indicators.rules.orders import Columns
from indicators.values import At
from indicators.windows import ClosedIn, DueIn, FiledIn, Now, ReportedIn, Span, Window

Predicate = Callable[[Columns, At], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Text:
    """One text in both languages."""

    zh: str
    en: str

    def get(self, lang: str) -> str:
        """The text in the language asked for."""
        return self.en if lang == "en" else self.zh


@dataclass(frozen=True, slots=True)
class Indicator:
    """One number: what it is, over which cases, in words and as a predicate.

    ``window`` gives the rows, ``predicate`` the cases counted among them; with ``denominator`` the number is the share
    of the predicate among the rows that meet the denominator. ``needs`` are ``table.column`` (``table.a|b``: either
    will do) without which it is "not recorded". ``minimum`` names the smallest sample in the policy, if there is one.
    """

    id: str
    name: Text
    formula: Text
    unit: Text
    better: Literal["up", "down", "none"]
    window: Window
    predicate: Predicate | None = None
    denominator: Predicate | None = None
    needs: tuple[str, ...] = ()
    zero: Text = field(default_factory=lambda: Text("无：显示 0", "None: shown as 0"))
    minimum: Literal["department", "cell", "rising"] | None = None
    suppress: Text = field(
        default_factory=lambda: Text("公开视图中小于 5 的数不显示", "Counts under 5 are withheld from the public view")
    )

    def rows(self, o: Columns, at: At) -> ColumnElement[bool]:
        """The cases this number counts: window and predicate. The list behind the number uses the same expression."""
        return and_(self.window.rows(o, at), self.good(o, at))

    def good(self, o: Columns, at: At) -> ColumnElement[bool]:
        """The predicate alone, for statements that are limited to the window. Raises LookupError without one."""
        if self.predicate is None:
            raise LookupError(f"{self.id} is not counted over work orders")
        return self.predicate(o, at)

    def base(self, o: Columns, at: At) -> ColumnElement[bool]:
        """The denominator alone, for statements that are limited to the window. Raises LookupError without one."""
        if self.denominator is None:
            raise LookupError(f"{self.id} is no share")
        return self.denominator(o, at)

    @property
    def needed(self) -> tuple[str, ...]:
        """All needs, those of the window included."""
        return tuple(dict.fromkeys((*(f"work_orders.{column}" for column in self.window.needs), *self.needs)))

    def missing(self, shape: Shape) -> tuple[str, ...]:
        """Of the needs, those this database does not record."""
        return tuple(need for need in self.needed if not _recorded(need, shape))


def _recorded(need: str, shape: Shape) -> bool:
    table, _, columns = need.partition(".")
    return any(shape.has(table, *([column] if column else [])) for column in columns.split("|"))


_CASES: Final = Text("件", "cases")
_PEOPLE: Final = Text("人", "people")
_PERCENT: Final = Text("%", "%")
_NO_CASES: Final = Text("无到期件：显示“—”", "No cases due: a dash")
_DEADLINE: Final = "work_orders.close_due_at|handle_due_at"
_ONTIME: Final = Text(
    "期内到期的件中，按期结案的占比；到期以来源系统的结案期限为准，无结案期限时以处置期限为准（延期、挂账后以来源系统现有期限计）；"
    "作废、撤销、自处置和无期限的不计入；申诉通过的计为按期并另列",
    "Of the cases due in the window, the share closed by then. The source's closing deadline counts, without one its "
    "handling deadline, as they stand after extensions and suspensions; void, cancelled and on-the-spot cases and "
    "those without a deadline are in neither part; upheld appeals count as on time and are shown beside it",
)


def _judged(o: Columns, at: At) -> ColumnElement[bool]:
    return orders.is_judged(o)


def _on_time(o: Columns, at: At) -> ColumnElement[bool]:
    return and_(orders.is_judged(o), orders.on_time(o))


def _open(o: Columns, at: At) -> ColumnElement[bool]:
    return orders.is_open(o)


def _filed(o: Columns, at: At) -> ColumnElement[bool]:
    return orders.counts_as_filed(o)


def _every(o: Columns, at: At) -> ColumnElement[bool]:
    return o.reported_at.is_not(None)  # type: ignore[no-any-return]


_ENTRIES: Final = (
    Indicator(
        id="filed_today",
        name=Text("今日立案", "Filed today"),
        formula=Text(
            "今日零时至此刻立案的件数；不含作废和现场自处置",
            "Cases filed between midnight and now; void cases and those solved on the spot are left out",
        ),
        unit=_CASES,
        better="none",
        window=FiledIn(Span()),
        predicate=_filed,
    ),
    Indicator(
        id="reported_today",
        name=Text("今日上报", "Reported today"),
        formula=Text("今日零时至此刻上报的件数", "Cases reported between midnight and now"),
        unit=_CASES,
        better="none",
        window=ReportedIn(Span()),
        predicate=_every,
    ),
    Indicator(
        id="open",
        name=Text("在办", "Open"),
        formula=Text(
            "此刻处于上报、立案前核实、立案、派遣、处置、结案前核查任一环节的件数",
            "Cases that are now reported, verified before filing, filed, dispatched, handled or checked before closing",
        ),
        unit=_CASES,
        better="down",
        window=Now(),
        predicate=_open,
    ),
    Indicator(
        id="closed_today",
        name=Text("今日结案", "Closed today"),
        formula=Text(
            "今日零时至此刻结案的件数，含强制结案", "Cases closed between midnight and now, forced closings included"
        ),
        unit=_CASES,
        better="up",
        window=ClosedIn(Span()),
        predicate=lambda o, at: orders.is_closed(o),
    ),
    Indicator(
        id="ontime_close",
        name=Text("按期结案率", "On-time closing rate"),
        formula=_ONTIME,
        unit=_PERCENT,
        better="up",
        window=DueIn(Span("ontime_days")),
        predicate=_on_time,
        denominator=_judged,
        needs=(_DEADLINE,),
        zero=_NO_CASES,
    ),
    Indicator(
        id="ontime_department",
        name=Text("部门按期结案率", "On-time closing rate of departments"),
        formula=Text(
            f"{_ONTIME.zh}；归现承办部门（已结案的归结案时承办部门），少于 {{department}} 件的不排名",
            f"{_ONTIME.en}; charged to the department that holds the case now or held it at closing; fewer than "
            "{department} cases are not ranked",
        ),
        unit=_PERCENT,
        better="up",
        window=DueIn(Span("departments_days")),
        predicate=_on_time,
        denominator=_judged,
        needs=(_DEADLINE, "work_orders.department_code"),
        zero=_NO_CASES,
        minimum="department",
    ),
    Indicator(
        id="ontime_area",
        name=Text("区域按期结案率", "On-time closing rate of areas"),
        formula=Text(
            f"{_ONTIME.zh}；按件所在区域，取件数足够（每区不少于 {{cell}} 件）的最低一级",
            f"{_ONTIME.en}; by the area of the case, at the lowest level with enough cases ({{cell}} an area)",
        ),
        unit=_PERCENT,
        better="up",
        window=DueIn(Span("departments_days")),
        predicate=_on_time,
        denominator=_judged,
        needs=(_DEADLINE,),
        zero=_NO_CASES,
        minimum="cell",
    ),
    Indicator(
        id="overdue",
        name=Text("超期", "Overdue"),
        formula=Text(
            "在办且此刻已过期限的件数；无期限的不计",
            "Open cases past their deadline now; cases without a deadline are not counted",
        ),
        unit=_CASES,
        better="down",
        window=Now(),
        predicate=lambda o, at: orders.is_overdue(o, at.now),
        needs=(_DEADLINE,),
    ),
    Indicator(
        id="long_overdue",
        name=Text("长期超期", "Long overdue"),
        formula=Text(
            "超期件中，所用工作时超过时限 {long} 倍的件数（扣除挂账）",
            "Overdue cases that have used more than {long} times their limit of working time, suspensions taken out",
        ),
        unit=_CASES,
        better="down",
        window=Now(),
        needs=(_DEADLINE,),
    ),
    Indicator(
        id="due_by_cut",
        name=Text("即将超期", "Going overdue"),
        formula=Text(
            "在办、尚未超期、且期限早于下一个时点（{cuts}）的件数",
            "Open cases, not overdue yet, whose deadline lies before the next cut ({cuts})",
        ),
        unit=_CASES,
        better="down",
        window=Now(),
        predicate=lambda o, at: orders.is_due_between(o, at.now, next_cut(at)),
        needs=(_DEADLINE,),
    ),
    Indicator(
        id="stage_waiting",
        name=Text("环节现有", "Waiting in stage"),
        formula=Text(
            "此刻停留在该环节的件数，其中已超期的占比另示",
            "Cases now in the stage, with the share of them that is overdue",
        ),
        unit=_CASES,
        better="none",
        window=Now(),
        predicate=_open,
    ),
    Indicator(
        id="stage_entered",
        name=Text("环节今日进入", "Entered stage today"),
        formula=Text("今日零时以来（最近一次）进入该环节的件数", "Cases that (last) entered the stage since midnight"),
        unit=_CASES,
        better="none",
        window=Now(),
    ),
    Indicator(
        id="type_count",
        name=Text("高发类型", "Top types"),
        formula=Text(
            "近 {types_days} 日立案（无立案记录时为上报）的件数，按小类；与前 {types_days} 日比较；"
            "不少于 {rising} 件且多出偶然波动（两倍标准误）的列为上升",
            "Cases filed (reported, where filing is not recorded) in the last {types_days} days by type, compared with "
            "the {types_days} days before; rising: at least {rising}, and more by over two standard errors of chance",
        ),
        unit=_CASES,
        better="none",
        window=FiledIn(Span("types_days")),
        predicate=_filed,
    ),
    Indicator(
        id="on_duty",
        name=Text("在岗网格员", "On duty now"),
        formula=Text(
            "此刻在值勤班次内、未请假、且最近一次定位不早于 {position_minutes} 分钟的人数；分母为此刻应到岗人数",
            "People within a duty shift now, not on leave, whose last position is at most {position_minutes} minutes "
            "old; out of those planned for now",
        ),
        unit=_PEOPLE,
        better="up",
        window=Now(),
        needs=("shifts", "worker_positions"),
    ),
    Indicator(
        id="workload",
        name=Text("工单压力", "Workload"),
        formula=Text(
            "每千户在办件数；户数未记录时为件数",
            "Open cases per 1,000 households; the count where households are not recorded",
        ),
        unit=Text("件/千户", "per 1,000 households"),
        better="down",
        window=Now(),
        predicate=_open,
    ),
    Indicator(
        id="events",
        name=Text("实时动态", "Live events"),
        formula=Text("工单流转日志中的最新事件", "The newest entries of the work-order event log"),
        unit=_CASES,
        better="none",
        window=Now(),
    ),
)

REGISTRY: Final[Mapping[str, Indicator]] = {entry.id: entry for entry in _ENTRIES}
"""All indicators by id."""


def next_cut(at: At) -> datetime:
    """The next of the policy's moments of the day after now, tomorrow's first after the last."""
    times = sorted(time.fromisoformat(cut) for cut in at.policy.horizon.cuts)
    today = [datetime.combine(at.now.date(), cut) for cut in times]
    return next((cut for cut in today if cut > at.now), today[0] + timedelta(days=1))


def _window_words(window: Window, policy: Policy) -> Text:
    if isinstance(window, Now):
        return Text("此刻", "now")
    kind = {
        ReportedIn: Text("按上报时间", "by report"),
        FiledIn: Text("按立案时间", "by filing"),
        ClosedIn: Text("按结案时间", "by closing"),
        DueIn: Text("按到期时间", "by deadline"),
    }[type(window)]
    days = window.span.length(policy)
    span = Text(f"近 {days} 日", f"last {days} days") if days else Text("今日", "today")
    return Text(f"{span.zh}，{kind.zh}", f"{span.en}, {kind.en}")


def _formula_words(entry: Indicator, policy: Policy) -> Text:
    """The formula with the policy's numbers in it."""
    minutes, times = policy.duty.position_max_age_s / 60, policy.lights.long
    values = {
        "department": policy.samples.department,
        "cell": policy.samples.cell,
        "rising": policy.samples.rising,
        "types_days": policy.windows.types_days,
        "position_minutes": f"{minutes:g}",
        "long": f"{times:g}",
    }
    cuts = sorted(policy.horizon.cuts)
    return Text(
        entry.formula.zh.format(**values, cuts=" 或 ".join(cuts)),
        entry.formula.en.format(**values, cuts=" or ".join(cuts)),
    )


_BUILT_IN: Final = load_policy()


def definition(indicator_id: str, lang: str, policy: Policy = _BUILT_IN) -> str:
    """The tooltip of a number under a policy: name, formula, window. Raises KeyError for an unknown id."""
    entry = REGISTRY[indicator_id]
    formula, window = _formula_words(entry, policy).get(lang), _window_words(entry.window, policy).get(lang)
    if lang == "en":
        return f"{entry.name.en}: {formula}. Window: {window}."
    return f"{entry.name.zh}：{formula}。窗口：{window}。"


def document(policy: Policy = _BUILT_IN) -> str:
    """``docs/indicators.md``, made from the entries; lengths and thresholds are those of the built-in policy."""
    better = {"up": "higher", "down": "lower", "none": "neither"}
    lines = ["# Indicators", "", "Made by `python -m indicators.registry`; do not edit.", ""]
    for entry in _ENTRIES:
        formula, window = _formula_words(entry, policy), _window_words(entry.window, policy)
        sample = f"; smallest sample: {getattr(policy.samples, entry.minimum)}" if entry.minimum else ""
        suppress = f"; {entry.suppress.en[0].lower()}{entry.suppress.en[1:]}"
        lines += [
            f"## `{entry.id}` {entry.name.zh} / {entry.name.en}",
            "",
            f"- {formula.zh}",
            f"- {formula.en}",
            f"- unit: {entry.unit.zh} / {entry.unit.en}; better: {better[entry.better]}; window: {window.en}",
            f"- needs: {', '.join(f'`{need}`' for need in entry.needed) or 'required columns only'}",
            f"- no cases: {entry.zero.en}{sample}{suppress}",
            "",
        ]
    return "\n".join(lines)


if __name__ == "__main__":
    print(document(), end="")
