"""What the flow of cases is made of: where they come from, at which level they are settled, where there are many."""

from typing import Final

from sqlalchemy import and_, func, not_

from indicators.registry.entry import CASES, Indicator, Text
from indicators.rules import holding, orders
from indicators.windows import ClosedIn, Now, ReportedIn, Span

_LOG: Final = ("work_order_events.to_stage", "work_order_events.to_department")

ENTRIES: Final = (
    Indicator(
        id="by_origin",
        name=Text("案件来源", "Sources of cases"),
        formula=Text("期内上报的件数，按来源", "Cases reported in the window, by source"),
        unit=CASES,
        better="none",
        window=ReportedIn(Span("origins_days")),
        predicate=lambda o, at: o.reported_at.is_not(None),
        needs=("work_orders.source",),
    ),
    Indicator(
        id="settled",
        name=Text("分级办结", "Settled by level"),
        formula=Text(
            "期内结案（不含强制结案）的件数，按解决层级",
            "Cases closed in the window, not by force, by the level that settled them",
        ),
        unit=CASES,
        better="none",
        window=ClosedIn(Span("ladder_days")),
        predicate=lambda o, at: and_(orders.is_closed(o), not_(orders.is_forced(o))),
        needs=("work_orders.resolved_level",),
    ),
    Indicator(
        id="ladder_closed",
        name=Text("期内结案", "Closed in the window"),
        formula=Text("期内结案的件数，含强制结案", "Cases closed in the window, forced closings included"),
        unit=CASES,
        better="up",
        window=ClosedIn(Span("ladder_days")),
        predicate=lambda o, at: orders.is_closed(o),
    ),
    Indicator(
        id="ladder_forced",
        name=Text("期内强制结案", "Closed by force in the window"),
        formula=Text(
            "期内结案的件中，强制结案的件数：没有哪一级解决了它",
            "Of the cases closed in the window, those closed by force: no level settled them",
        ),
        unit=CASES,
        better="down",
        window=ClosedIn(Span("ladder_days")),
        predicate=lambda o, at: and_(orders.is_closed(o), orders.is_forced(o)),
        needs=("work_orders.outcome",),
    ),
    Indicator(
        id="ladder_on_spot",
        name=Text("期内现场自处置", "Settled on the spot in the window"),
        formula=Text(
            "期内结案（不含强制结案）的件中，现场自处置的件数",
            "Of the cases closed in the window, not by force, those solved on the spot",
        ),
        unit=CASES,
        better="up",
        window=ClosedIn(Span("ladder_days")),
        predicate=lambda o, at: and_(
            orders.is_closed(o), not_(orders.is_forced(o)), func.coalesce(o.handled_on_spot, 0) == 1
        ),
        needs=("work_orders.handled_on_spot",),
    ),
    Indicator(
        id="in_hot_area",
        name=Text("高发区域", "Hot areas"),
        formula=Text(
            "期内上报、位置不是默认坐标的件数，按区域",
            "Cases reported in the window whose location is not a default one, by area",
        ),
        unit=CASES,
        better="down",
        window=ReportedIn(Span("hot_days")),
        predicate=lambda o, at: func.coalesce(o.location_quality, "") != "default",
    ),
    Indicator(
        id="default_located",
        name=Text("默认坐标件", "At default locations"),
        formula=Text(
            "期内上报、位置是默认坐标的件数：不知道在哪里，不参与高发检验",
            "Cases reported in the window at a default location: nobody knows where, they are left out of hot areas",
        ),
        unit=CASES,
        better="down",
        window=ReportedIn(Span("hot_days")),
        predicate=lambda o, at: func.coalesce(o.location_quality, "") == "default",
        needs=("work_orders.location_quality",),
    ),
    Indicator(
        id="held",
        name=Text("经手件", "Held by departments"),
        formula=Text(
            "此刻在办和期内办结的件中，按流转日志曾由部门持有（派遣到部门或部门处置）的件数；一件经手多个部门，各部门均计",
            "Of the cases open now or ended in the window, those that the event log shows with a department "
            "(dispatched to it or handled by it); a case that several have held counts for each of them",
        ),
        unit=CASES,
        better="none",
        window=Now(ended=Span("holding_days")),
        predicate=lambda o, at: holding.was_held(o, at.now),
        needs=_LOG,
    ),
    Indicator(
        id="passed_around",
        name=Text("来回转办", "Passed around"),
        formula=Text(
            "此刻在办、按流转日志先后经 {hands} 手及以上的件数（隔手又回到同一部门，再计一手）",
            "Open cases that the event log shows in {hands} hands or more, one after the other; a department that got "
            "a case again after another counts again",
        ),
        unit=CASES,
        better="down",
        window=Now(),
        predicate=lambda o, at: at.moved.among(o.id, at.passed),
        needs=_LOG,
    ),
)
