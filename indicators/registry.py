"""Every number of gridwall, defined once: screens, lists, briefings and exports take it from here.

The tooltips and ``docs/indicators.md`` are made from these entries (``python -m indicators.registry`` prints it).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from sqlalchemy import ColumnElement, and_

from data_access.shape import Shape
from indicators.policy import load_policy
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
    will do) without which it is "not recorded".
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
    minimum: int = 0
    suppress: Text = field(
        default_factory=lambda: Text("公开视图中小于 5 的数不显示", "Counts under 5 are withheld from the public view")
    )

    def rows(self, o: Columns, at: At) -> ColumnElement[bool]:
        """The cases this number counts: window and predicate. The list behind the number uses the same expression."""
        if self.predicate is None:
            raise LookupError(f"{self.id} is not counted over work orders")
        return and_(self.window.rows(o, at), self.predicate(o, at))

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
_POLICY: Final = load_policy()

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
        predicate=lambda o, at: orders.counts_as_filed(o),
    ),
    Indicator(
        id="reported_today",
        name=Text("今日上报", "Reported today"),
        formula=Text("今日零时至此刻上报的件数", "Cases reported between midnight and now"),
        unit=_CASES,
        better="none",
        window=ReportedIn(Span()),
        predicate=lambda o, at: o.id.is_not(None),
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
        predicate=lambda o, at: orders.is_open(o),
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
        formula=Text(
            "期内到期的件中，按期结案的占比；到期以来源系统的结案期限为准，无结案期限时以处置期限为准；"
            "作废、撤销、自处置和无期限的不计入；申诉通过的计为按期并另列",
            "Of the cases due in the window, the share closed by then. The source's closing deadline counts, without "
            "one its handling deadline; void, cancelled and on-the-spot cases and those without a deadline are in "
            "neither part; upheld appeals count as on "
            "time and are shown beside it",
        ),
        unit=_PERCENT,
        better="up",
        window=DueIn(Span(_POLICY.windows.ontime_days)),
        predicate=lambda o, at: and_(orders.is_judged(o), orders.on_time(o)),
        denominator=lambda o, at: orders.is_judged(o),
        needs=(_DEADLINE,),
        zero=_NO_CASES,
        minimum=_POLICY.samples.department,
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
            "超期件中，所用工作时超过时限两倍的件数（扣除暂停）",
            "Overdue cases that have used more than twice their limit of working time, pauses taken out",
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
            "在办、尚未超期、且期限在下一个时点（12:00 或 18:00）之前的件数",
            "Open cases, not overdue yet, whose deadline lies before the next cut (12:00 or 18:00)",
        ),
        unit=_CASES,
        better="down",
        window=Now(),
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
        predicate=lambda o, at: orders.is_open(o),
    ),
    Indicator(
        id="stage_entered",
        name=Text("环节今日进入", "Entered stage today"),
        formula=Text("今日零时以来（最近一次）进入该环节的件数", "Cases that (last) entered the stage since midnight"),
        unit=_CASES,
        better="none",
        window=ReportedIn(Span()),
    ),
    Indicator(
        id="type_count",
        name=Text("高发类型", "Top types"),
        formula=Text(
            "近 7 日立案（无立案记录时为上报）的件数，按小类；与前 7 日比较",
            "Cases filed (reported, where filing is not recorded) in the last 7 days by type, compared with the 7 days "
            "before",
        ),
        unit=_CASES,
        better="none",
        window=FiledIn(Span(_POLICY.windows.types_days)),
        predicate=lambda o, at: orders.counts_as_filed(o),
    ),
    Indicator(
        id="on_duty",
        name=Text("在岗网格员", "On duty now"),
        formula=Text(
            "此刻在值勤班次内、未请假、且最近一次定位不早于 10 分钟的人数；分母为此刻应到岗人数",
            "People within a duty shift now, not on leave, whose last position is at most 10 minutes old; out of those "
            "planned for now",
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
        predicate=lambda o, at: orders.is_open(o),
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


def _window_words(window: Window) -> Text:
    if isinstance(window, Now):
        return Text("此刻", "now")
    kind = {
        ReportedIn: Text("按上报时间", "by report"),
        FiledIn: Text("按立案时间", "by filing"),
        ClosedIn: Text("按结案时间", "by closing"),
        DueIn: Text("按到期时间", "by deadline"),
    }[type(window)]
    span = (
        Text("今日", "today")
        if not window.span.days
        else Text(f"近 {window.span.days} 日", f"last {window.span.days} days")
    )
    return Text(f"{span.zh}，{kind.zh}", f"{span.en}, {kind.en}")


def definition(indicator_id: str, lang: str) -> str:
    """The tooltip of a number: name, formula, window. Raises KeyError for an unknown id."""
    entry = REGISTRY[indicator_id]
    window = _window_words(entry.window).get(lang)
    if lang == "en":
        return f"{entry.name.en}: {entry.formula.en}. Window: {window}."
    return f"{entry.name.zh}：{entry.formula.zh}。窗口：{window}。"


def document() -> str:
    """``docs/indicators.md``, made from the entries."""
    better = {"up": "higher", "down": "lower", "none": "neither"}
    lines = ["# Indicators", "", "Made by `python -m indicators.registry`; do not edit.", ""]
    for entry in _ENTRIES:
        lines += [
            f"## `{entry.id}` {entry.name.zh} / {entry.name.en}",
            "",
            f"- {entry.formula.zh}",
            f"- {entry.formula.en}",
            f"- unit: {entry.unit.zh} / {entry.unit.en}; better: {better[entry.better]}; "
            f"window: {_window_words(entry.window).en}",
            f"- needs: {', '.join(f'`{need}`' for need in entry.needed) or 'required columns only'}",
            f"- no cases: {entry.zero.en}"
            + (f"; smallest sample: {entry.minimum}" if entry.minimum else "")
            + f"; {entry.suppress.en[0].lower()}{entry.suppress.en[1:]}",
            "",
        ]
    return "\n".join(lines)


if __name__ == "__main__":
    print(document(), end="")
