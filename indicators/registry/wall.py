"""The numbers of the overview: what is open and late now, what happened today, the rates of the last days."""

from datetime import datetime, time, timedelta
from typing import Final

from sqlalchemy import ColumnElement

from indicators.registry.entry import CASES, DEADLINE, NO_CASES_DUE, PERCENT, Indicator, Text
from indicators.rules import orders
from indicators.rules.orders import Columns
from indicators.values import At
from indicators.windows import ClosedIn, DueIn, FiledIn, Now, ReportedIn, Span

_PEOPLE: Final = Text("人", "people")
_ONTIME: Final = Text(
    "期内到期的件中，按期结案的占比；期限以来源系统的结案期限为准，无结案期限时以处置期限为准，都没有而有时限的按时限推算；"
    "来源系统未顺延的挂账按挂账的工作时顺延，过期后才批准的延期不算；"
    "作废、撤销、自处置、无期限和无限期挂账的不计入；申诉通过的计为按期并另列",
    "Of the cases due in the window, the share closed by then. The source's closing deadline counts, without one its "
    "handling deadline, without either one computed from the limit; it moves by the working time of suspensions that "
    "the source left in place, and not by extensions approved after it had passed; void, cancelled and on-the-spot "
    "cases, those without a deadline and those suspended without an end are in neither part; upheld appeals count as "
    "on time and are shown beside it",
)


def _judged(o: Columns, at: At) -> ColumnElement[bool]:
    return orders.is_judged(o)


def _on_time(o: Columns, at: At) -> ColumnElement[bool]:
    return orders.on_time(o, at.moved)


def _open(o: Columns, at: At) -> ColumnElement[bool]:
    return orders.is_open(o)


def _filed(o: Columns, at: At) -> ColumnElement[bool]:
    return orders.counts_as_filed(o)


def _every(o: Columns, at: At) -> ColumnElement[bool]:
    return o.reported_at.is_not(None)  # type: ignore[no-any-return]


ENTRIES: Final = (
    Indicator(
        id="filed_today",
        name=Text("今日立案", "Filed today"),
        formula=Text(
            "今日零时至此刻立案的件数；不含作废和现场自处置",
            "Cases filed between midnight and now; void cases and those solved on the spot are left out",
        ),
        unit=CASES,
        better="none",
        window=FiledIn(Span()),
        predicate=_filed,
    ),
    Indicator(
        id="reported_today",
        name=Text("今日上报", "Reported today"),
        formula=Text("今日零时至此刻上报的件数", "Cases reported between midnight and now"),
        unit=CASES,
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
        unit=CASES,
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
        unit=CASES,
        better="up",
        window=ClosedIn(Span()),
        predicate=lambda o, at: orders.is_closed(o),
    ),
    Indicator(
        id="ontime_close",
        name=Text("按期结案率", "On-time closing rate"),
        formula=_ONTIME,
        unit=PERCENT,
        better="up",
        window=DueIn(Span("ontime_days")),
        predicate=_on_time,
        denominator=_judged,
        needs=(DEADLINE,),
        zero=NO_CASES_DUE,
    ),
    Indicator(
        id="ontime_department",
        name=Text("部门按期结案率", "On-time rate of departments"),
        formula=Text(
            f"{_ONTIME.zh}；归现承办部门（已结案的归结案时承办部门），少于 {{department}} 件的不排名",
            f"{_ONTIME.en}; charged to the department that holds the case now or held it at closing; fewer than "
            "{department} cases are not ranked",
        ),
        unit=PERCENT,
        better="up",
        window=DueIn(Span("departments_days")),
        predicate=_on_time,
        denominator=_judged,
        needs=(DEADLINE, "work_orders.department_code"),
        zero=NO_CASES_DUE,
        minimum="department",
    ),
    Indicator(
        id="ontime_area",
        name=Text("区域按期结案率", "On-time closing rate of areas"),
        formula=Text(
            f"{_ONTIME.zh}；按件所在区域，取件数足够（每区不少于 {{cell}} 件）的最低一级",
            f"{_ONTIME.en}; by the area of the case, at the lowest level with enough cases ({{cell}} an area)",
        ),
        unit=PERCENT,
        better="up",
        window=DueIn(Span("departments_days")),
        predicate=_on_time,
        denominator=_judged,
        needs=(DEADLINE,),
        zero=NO_CASES_DUE,
        minimum="cell",
    ),
    Indicator(
        id="overdue",
        name=Text("超期", "Overdue"),
        formula=Text(
            "在办且此刻已过期限的件数；期限随挂账顺延，过期后才批准的延期不算；无期限和挂账中的不计",
            "Open cases past their deadline now. Suspensions move it, extensions approved after it had passed do not; "
            "cases without a deadline and those suspended before it are not counted",
        ),
        unit=CASES,
        better="down",
        window=Now(),
        predicate=lambda o, at: orders.is_overdue(o, at.now, at.moved),
        needs=(DEADLINE,),
    ),
    Indicator(
        id="long_overdue",
        name=Text("长期超期", "Long overdue"),
        formula=Text(
            "超期件中，所用工作时超过时限 {long} 倍的件数（扣除挂账）",
            "Overdue cases that have used more than {long} times their limit of working time, suspensions taken out",
        ),
        unit=CASES,
        better="down",
        window=Now(),
        predicate=lambda o, at: at.moved.among(o.id, at.long),
        needs=(DEADLINE,),
    ),
    Indicator(
        id="due_by_cut",
        name=Text("即将超期", "Going overdue"),
        formula=Text(
            "在办、尚未超期、且期限早于下一个时点（{cuts}）的件数",
            "Open cases, not overdue yet, whose deadline lies before the next cut ({cuts})",
        ),
        unit=CASES,
        better="down",
        window=Now(),
        predicate=lambda o, at: orders.is_due_between(o, at.now, next_cut(at), at.moved),
        needs=(DEADLINE,),
    ),
    Indicator(
        id="due_by_second_cut",
        name=Text("即将超期（第二时点）", "Going overdue by the second cut"),
        formula=Text(
            "在办、尚未超期、且期限早于再下一个时点（{cuts}）的件数，含下一个时点之前的",
            "Open cases, not overdue yet, whose deadline lies before the cut after the next ({cuts})",
        ),
        unit=CASES,
        better="down",
        window=Now(),
        predicate=lambda o, at: orders.is_due_between(o, at.now, next_cuts(at)[1], at.moved),
        needs=(DEADLINE,),
    ),
    Indicator(
        id="due_by_third_cut",
        name=Text("即将超期（第三时点）", "Going overdue by the third cut"),
        formula=Text(
            "在办、尚未超期、且期限早于第三个时点（{cuts}）的件数，含前两个时点之前的",
            "Open cases, not overdue yet, whose deadline lies before the third cut from now ({cuts})",
        ),
        unit=CASES,
        better="down",
        window=Now(),
        predicate=lambda o, at: orders.is_due_between(o, at.now, next_cuts(at)[2], at.moved),
        needs=(DEADLINE,),
    ),
    Indicator(
        id="stage_waiting",
        name=Text("环节现有", "Waiting in stage"),
        formula=Text(
            "此刻停留在该环节的件数，其中已超期的占比另示",
            "Cases now in the stage, with the share of them that is overdue",
        ),
        unit=CASES,
        better="none",
        window=Now(),
        predicate=_open,
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
        unit=CASES,
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
        derived=True,
    ),
    Indicator(
        id="events",
        name=Text("实时动态", "Live events"),
        formula=Text("工单流转日志中的最新事件", "The newest entries of the work-order event log"),
        unit=CASES,
        better="none",
        window=Now(),
    ),
)


def next_cut(at: At) -> datetime:
    """The next of the policy's moments of the day after now, tomorrow's first after the last."""
    return next_cuts(at)[0]


def next_cuts(at: At) -> tuple[datetime, datetime, datetime]:
    """The next three of the policy's moments of the day after now: at 09:00 noon, six o'clock and tomorrow noon."""
    times = sorted(time.fromisoformat(cut) for cut in at.policy.horizon.cuts)
    days = [at.now.date() + timedelta(days=day) for day in range(4)]
    coming = [moment for day in days for cut in times if (moment := datetime.combine(day, cut)) > at.now]
    return coming[0], coming[1], coming[2]
