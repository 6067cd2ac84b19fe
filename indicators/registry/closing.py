"""Closing by its deadline (应结案): the cases whose effective deadline falls in a period, final once that is past."""

from typing import Final

from indicators.registry.entry import CASES, DEADLINE, MONTH, NO_CASES_DUE, PERCENT, Indicator, Text
from indicators.rules import ends, measures, orders
from indicators.windows import DueIn

_GRANTED: Final = ("work_order_measures.kind", "work_order_measures.result")
EXTENDED_FROM: Final = ("work_order_measures.old_due_at", "work_order_measures.new_due_at")
"""What numbers need that judge by the deadline before extensions."""

ENTRIES: Final = (
    Indicator(
        id="should_close",
        name=Text("应结案数", "Due to be closed"),
        formula=Text(
            "有效期限落在期内的件数；作废、撤销、自处置、无期限的不计，挂账而无止期的在挂账期间不计",
            "Cases whose effective deadline falls in the period; void, cancelled and on-the-spot cases, those without "
            "a deadline and those suspended without end (while they are) are left out",
        ),
        unit=CASES,
        better="none",
        window=DueIn(MONTH),
        predicate=lambda o, at: orders.is_judged(o),
        needs=(DEADLINE,),
        zero=NO_CASES_DUE,
    ),
    Indicator(
        id="close_rate",
        name=Text("结案率", "Closing rate"),
        formula=Text("应结案的件中：至今已结案的 ÷ 应结案", "Of the cases due to be closed: closed by now / due"),
        unit=PERCENT,
        better="up",
        window=DueIn(MONTH),
        predicate=lambda o, at: orders.is_closed(o),
        denominator=lambda o, at: orders.is_judged(o),
        needs=(DEADLINE,),
        zero=NO_CASES_DUE,
    ),
    Indicator(
        id="closed_on_time",
        name=Text("按期结案数", "Closed on time"),
        formula=Text(
            "应结案的件中，结案时间不晚于期限的件数；申诉通过的计为按期",
            "Of the cases due to be closed, those closed by their deadline; upheld appeals count as on time",
        ),
        unit=CASES,
        better="up",
        window=DueIn(MONTH),
        predicate=lambda o, at: orders.is_judged(o) & orders.on_time(o, at.moved),
        needs=(DEADLINE,),
        zero=NO_CASES_DUE,
    ),
    Indicator(
        id="closed_late",
        name=Text("超期结案数", "Closed late"),
        formula=Text(
            "应结案的件中，结案时间晚于期限、且未经申诉豁免的件数",
            "Of the cases due to be closed, those closed after their deadline and not exempted",
        ),
        unit=CASES,
        better="down",
        window=DueIn(MONTH),
        predicate=lambda o, at: orders.is_judged(o) & ends.closed_late(o, at.moved),
        needs=(DEADLINE,),
        zero=NO_CASES_DUE,
    ),
    Indicator(
        id="late_rate",
        name=Text("超期结案率", "Late closing rate"),
        formula=Text("应结案的件中：超期结案 ÷ 应结案", "Of the cases due to be closed: closed late / due"),
        unit=PERCENT,
        better="down",
        window=DueIn(MONTH),
        predicate=lambda o, at: ends.closed_late(o, at.moved),
        denominator=lambda o, at: orders.is_judged(o),
        needs=(DEADLINE,),
        zero=NO_CASES_DUE,
    ),
    Indicator(
        id="not_closed",
        name=Text("应结未结数", "Due and not closed"),
        formula=Text("应结案的件中，此刻仍未结案的件数", "Of the cases due to be closed, those still open now"),
        unit=CASES,
        better="down",
        window=DueIn(MONTH),
        predicate=lambda o, at: orders.is_judged(o) & orders.is_open(o),
        needs=(DEADLINE,),
        zero=NO_CASES_DUE,
    ),
    Indicator(
        id="ontime_original",
        name=Text("原期限按期结案率", "On time by the original deadline"),
        formula=Text(
            "应结案的件中：按延期之前的期限也算按期的 ÷ 应结案；延长的是处置期限时，原结案期限按同样的时钟时长前移；"
            "申诉通过的计为按期",
            "Of the cases due to be closed: those that were on time by their deadlines before any extension too / due; "
            "where the deadline of the handling was extended, the original one of the closing lies as far behind the "
            "original one of the handling as now, by the case's clock; upheld appeals count as on time",
        ),
        unit=PERCENT,
        better="up",
        window=DueIn(MONTH),
        predicate=lambda o, at: measures.kept_original(o, at.moved, at.by_extension),
        denominator=lambda o, at: orders.is_judged(o),
        needs=(DEADLINE, *_GRANTED, *EXTENDED_FROM),
        zero=NO_CASES_DUE,
    ),
    Indicator(
        id="extended",
        name=Text("延期数", "Extended"),
        formula=Text(
            "应结案的件中，获准延期的件数；驳回的不计",
            "Of the cases due to be closed, those with an approved extension",
        ),
        unit=CASES,
        better="down",
        window=DueIn(MONTH),
        predicate=lambda o, at: orders.is_judged(o) & (o.extensions >= 1),
        needs=(DEADLINE, "work_orders.extensions"),
        zero=NO_CASES_DUE,
    ),
    Indicator(
        id="suspended",
        name=Text("挂账数", "Suspended"),
        formula=Text(
            "应结案的件中，获准挂账（缓办）的件数", "Of the cases due to be closed, those with an approved suspension"
        ),
        unit=CASES,
        better="down",
        window=DueIn(MONTH),
        predicate=lambda o, at: orders.is_judged(o) & measures.granted(o, "suspension"),
        needs=(DEADLINE, *_GRANTED),
        zero=NO_CASES_DUE,
    ),
    Indicator(
        id="susp_rate",
        name=Text("挂账（缓办）率", "Suspension rate"),
        formula=Text("应结案的件中：挂账 ÷ 应结案", "Of the cases due to be closed: suspended / due"),
        unit=PERCENT,
        better="down",
        window=DueIn(MONTH),
        predicate=lambda o, at: measures.granted(o, "suspension"),
        denominator=lambda o, at: orders.is_judged(o),
        needs=(DEADLINE, *_GRANTED),
        zero=NO_CASES_DUE,
    ),
    Indicator(
        id="exempted",
        name=Text("豁免数", "Exempted"),
        formula=Text(
            "应结案的件中，曾超期、申诉通过而豁免的件数：在按期中，并在此可见",
            "Of the cases due to be closed, those exempted after an appeal: they count as on time and are seen here",
        ),
        unit=CASES,
        better="none",
        window=DueIn(MONTH),
        predicate=lambda o, at: orders.is_judged(o) & orders.is_closed(o) & (o.exempt == 1),
        needs=(DEADLINE, "work_orders.exempt"),
        zero=NO_CASES_DUE,
    ),
    Indicator(
        id="appeals_approved",
        name=Text("申诉通过数", "Appeals upheld"),
        formula=Text("应结案的件中，申诉通过的件数", "Of the cases due to be closed, those whose appeal was upheld"),
        unit=CASES,
        better="none",
        window=DueIn(MONTH),
        predicate=lambda o, at: orders.is_judged(o) & measures.granted(o, "appeal"),
        needs=(DEADLINE, *_GRANTED),
        zero=NO_CASES_DUE,
    ),
    Indicator(
        id="appeals_rejected",
        name=Text("申诉驳回数", "Appeals rejected"),
        formula=Text(
            "应结案的件中，申诉被驳回的件数", "Of the cases due to be closed, those whose appeal was rejected"
        ),
        unit=CASES,
        better="none",
        window=DueIn(MONTH),
        predicate=lambda o, at: orders.is_judged(o) & measures.refused(o, "appeal"),
        needs=(DEADLINE, *_GRANTED),
        zero=NO_CASES_DUE,
    ),
)
