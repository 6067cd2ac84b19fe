"""What the flow of cases is made of: where they come from, at which level they are settled, where there are many."""

from typing import Final

from sqlalchemy import and_, func

from indicators.registry.entry import CASES, Indicator, Text
from indicators.rules import orders
from indicators.windows import ClosedIn, ReportedIn, Span

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
        predicate=lambda o, at: and_(orders.is_closed(o), func.coalesce(o.outcome, "") != "forced"),
        needs=("work_orders.resolved_level",),
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
)
