"""What happened in a period, counted: reported, filed, dispatched, handled, closed, void (工作量)."""

from typing import Final

from indicators.registry.entry import CASES, DEADLINE, MONTH, NO_CASES, PERCENT, Indicator, Text
from indicators.rules import ends, handling, orders
from indicators.windows import ClosedIn, DispatchedIn, FiledIn, HandledIn, ReportedIn

PUBLIC_SOURCES: Final = ("hotline", "scan", "opinion")
"""Sources that are citizens (公众举报)."""

ENTRIES: Final = (
    Indicator(
        id="reported",
        name=Text("上报数", "Reported"),
        formula=Text("期内上报的件数", "Cases reported in the period"),
        unit=CASES,
        better="none",
        window=ReportedIn(MONTH),
        predicate=lambda o, at: o.reported_at.is_not(None),
    ),
    Indicator(
        id="on_spot",
        name=Text("现场自处置数", "Solved on the spot"),
        formula=Text(
            "期内上报、由网格员现场自行处置的件数；不进入立案和考核，但计入工作量",
            "Cases reported in the period and solved on the spot; left out of filings and rates, counted as work",
        ),
        unit=CASES,
        better="up",
        window=ReportedIn(MONTH),
        predicate=lambda o, at: ends.is_on_spot(o),
        needs=("work_orders.handled_on_spot",),
    ),
    Indicator(
        id="self_rate",
        name=Text("现场自处置率", "Solved on the spot, share"),
        formula=Text(
            "期内上报的件中：自处置 ÷（自处置＋立案）",
            "Of the cases reported in the period: on the spot / (on the spot + filed)",
        ),
        unit=PERCENT,
        better="up",
        window=ReportedIn(MONTH),
        predicate=lambda o, at: ends.is_on_spot(o),
        denominator=lambda o, at: ends.is_on_spot_or_filed(o),
        needs=("work_orders.handled_on_spot", "work_orders.filed_at"),
        zero=NO_CASES,
    ),
    Indicator(
        id="void",
        name=Text("作废数", "Void"),
        formula=Text("期内上报、后作废的件数", "Cases reported in the period and found void"),
        unit=CASES,
        better="down",
        window=ReportedIn(MONTH),
        predicate=lambda o, at: ends.is_void(o),
    ),
    Indicator(
        id="void_rate",
        name=Text("作废率", "Void, share"),
        formula=Text("期内上报的件中：作废 ÷ 上报", "Of the cases reported in the period: void / reported"),
        unit=PERCENT,
        better="down",
        window=ReportedIn(MONTH),
        predicate=lambda o, at: ends.is_void(o),
        denominator=lambda o, at: o.reported_at.is_not(None),
        zero=NO_CASES,
    ),
    Indicator(
        id="cancelled",
        name=Text("撤销数", "Cancelled"),
        formula=Text("期内上报、后撤销的件数", "Cases reported in the period and cancelled"),
        unit=CASES,
        better="none",
        window=ReportedIn(MONTH),
        predicate=lambda o, at: ends.is_cancelled(o),
    ),
    Indicator(
        id="no_deadline",
        name=Text("无期限数", "Without a deadline"),
        formula=Text(
            "期内上报、已派遣或已结案、来源系统既无结案期限也无处置期限、也不能推算的件数；不进入任何按期率",
            "Cases reported in the period, dispatched or closed, for which the source has no deadline and none can be "
            "computed; in neither part of any on-time rate",
        ),
        unit=CASES,
        better="down",
        window=ReportedIn(MONTH),
        predicate=lambda o, at: orders.lacks_deadline(o, at.moved),
        needs=(DEADLINE,),
    ),
    Indicator(
        id="reg_n",
        name=Text("立案数", "Filed"),
        formula=Text(
            "期内立案的件数；不含作废和现场自处置",
            "Cases filed in the period; void cases and those solved on the spot are left out",
        ),
        unit=CASES,
        better="none",
        window=FiledIn(MONTH),
        predicate=lambda o, at: orders.counts_as_filed(o),
    ),
    Indicator(
        id="public_share",
        name=Text("公众举报率", "Reported by the public, share"),
        formula=Text(
            "期内上报的有效件（已立案且未作废，或现场自处置）中：来源为热线、扫码、民意的 ÷ 有效上报；"
            "越低说明网格员发现越早",
            "Of the valid cases reported in the period (filed and not void, or solved on the spot): those from the "
            "hotline, by scan or by opinion / valid cases; the lower, the more was found by grid workers first",
        ),
        unit=PERCENT,
        better="down",
        window=ReportedIn(MONTH),
        predicate=lambda o, at: o.source.in_(PUBLIC_SOURCES),
        denominator=lambda o, at: ends.is_on_spot_or_filed(o),
        needs=("work_orders.source", "work_orders.handled_on_spot", "work_orders.filed_at"),
        zero=NO_CASES,
    ),
    Indicator(
        id="dispatched",
        name=Text("派遣数", "Dispatched"),
        formula=Text(
            "期内（最近一次）派遣给部门的件数；不含作废、撤销和自处置",
            "Cases (last) dispatched to a department in the period; void, cancelled and on-the-spot cases are left out",
        ),
        unit=CASES,
        better="none",
        window=DispatchedIn(MONTH),
        predicate=lambda o, at: orders.is_judged(o),
    ),
    Indicator(
        id="redispatch",
        name=Text("多次派遣率", "Dispatched to several, share"),
        formula=Text(
            "期内派遣的件中：先后派遣给两个及以上部门的 ÷ 派遣",
            "Of the cases dispatched in the period: those dispatched to two departments or more / dispatched",
        ),
        unit=PERCENT,
        better="down",
        window=DispatchedIn(MONTH),
        predicate=lambda o, at: o.departments_dispatched >= 2,
        denominator=lambda o, at: orders.is_judged(o),
        needs=("work_orders.departments_dispatched",),
        zero=NO_CASES,
    ),
    Indicator(
        id="returned",
        name=Text("退回率", "Returned, share"),
        formula=Text(
            "期内派遣的件中：曾被部门退回的 ÷ 派遣",
            "Of the cases dispatched in the period: those a department sent back / dispatched",
        ),
        unit=PERCENT,
        better="down",
        window=DispatchedIn(MONTH),
        predicate=lambda o, at: o.returns >= 1,
        denominator=lambda o, at: orders.is_judged(o),
        needs=("work_orders.returns",),
        zero=NO_CASES,
    ),
    Indicator(
        id="handled",
        name=Text("处置数", "Handled"),
        formula=Text(
            "期内部门处置完毕（已进入核查或已结案）的件数",
            "Cases a department finished in the period (now checked or closed)",
        ),
        unit=CASES,
        better="none",
        window=HandledIn(MONTH),
        predicate=lambda o, at: handling.is_done(o),
    ),
    Indicator(
        id="reworked",
        name=Text("返工数", "Reworked"),
        formula=Text(
            "期内处置完毕的件中，核查不通过、返回同一部门重做过的件数",
            "Of the cases finished in the period, those that had failed a check and went back to the same department",
        ),
        unit=CASES,
        better="down",
        window=HandledIn(MONTH),
        predicate=lambda o, at: handling.is_done(o) & (o.reworks >= 1),
        needs=("work_orders.reworks",),
    ),
    Indicator(
        id="rework",
        name=Text("返工率", "Rework rate"),
        formula=Text(
            "期内处置完毕的件中：返工一次及以上的 ÷ 已处置", "Of the cases finished in the period: reworked / finished"
        ),
        unit=PERCENT,
        better="down",
        window=HandledIn(MONTH),
        predicate=lambda o, at: o.reworks >= 1,
        denominator=lambda o, at: handling.is_done(o),
        needs=("work_orders.reworks",),
        zero=NO_CASES,
    ),
    Indicator(
        id="closed",
        name=Text("结案数", "Closed"),
        formula=Text(
            "期内结案的件数，含强制结案和现场自处置",
            "Cases closed in the period, forced and on-the-spot closings included",
        ),
        unit=CASES,
        better="up",
        window=ClosedIn(MONTH),
        predicate=lambda o, at: orders.is_closed(o),
    ),
    Indicator(
        id="forced",
        name=Text("强制结案数", "Forced closings"),
        formula=Text("期内结案的件中，强制结案的件数", "Of the cases closed in the period, those closed by force"),
        unit=CASES,
        better="down",
        window=ClosedIn(MONTH),
        predicate=lambda o, at: orders.is_closed(o) & orders.is_forced(o),
        needs=("work_orders.outcome",),
    ),
    Indicator(
        id="forced_rate",
        name=Text("强制结案率", "Forced closings, share"),
        formula=Text("期内结案的件中：强制结案 ÷ 结案", "Of the cases closed in the period: closed by force / closed"),
        unit=PERCENT,
        better="down",
        window=ClosedIn(MONTH),
        predicate=lambda o, at: orders.is_forced(o),
        denominator=lambda o, at: orders.is_closed(o),
        needs=("work_orders.outcome",),
        zero=NO_CASES,
    ),
)
