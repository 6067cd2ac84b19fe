"""Handling by its deadline (应处置): the department's part alone, over the cases whose handling was due in a period."""

from typing import Final

from indicators.registry.entry import CASES, MONTH, NO_CASES_DUE, PERCENT, Indicator, Text
from indicators.rules import handling, orders
from indicators.windows import HandleDueIn, Now

_DONE: Final = ("work_orders.handled_at",)
_DUE: Final = "work_orders.handle_due_at"

ENTRIES: Final = (
    Indicator(
        id="should_handle",
        name=Text("应处置数", "Due to be handled"),
        formula=Text(
            "处置期限落在期内的件数；作废、撤销、自处置和无处置期限的不计",
            "Cases whose handling deadline falls in the period; void, cancelled and on-the-spot cases and those "
            "without a handling deadline are left out",
        ),
        unit=CASES,
        better="none",
        window=HandleDueIn(MONTH),
        predicate=lambda o, at: orders.is_judged(o),
        zero=NO_CASES_DUE,
    ),
    Indicator(
        id="handle_rate",
        name=Text("处置率", "Handling rate"),
        formula=Text(
            "应处置的件中：至今已处置的 ÷ 应处置",
            "Of the cases due to be handled: finished by the department by now / due",
        ),
        unit=PERCENT,
        better="up",
        window=HandleDueIn(MONTH),
        predicate=lambda o, at: handling.is_done(o),
        denominator=lambda o, at: orders.is_judged(o),
        zero=NO_CASES_DUE,
    ),
    Indicator(
        id="ontime_handle",
        name=Text("按期处置率", "On-time handling rate"),
        formula=Text(
            "应处置的件中：部门在处置期限内处置完毕的 ÷ 应处置；申诉通过的计为按期；只算部门环节",
            "Of the cases due to be handled: finished by the department by its handling deadline / due; upheld appeals "
            "count as on time; the department's part alone",
        ),
        unit=PERCENT,
        better="up",
        window=HandleDueIn(MONTH),
        predicate=lambda o, at: handling.done_on_time(o, at.handling),
        denominator=lambda o, at: orders.is_judged(o),
        needs=_DONE,
        zero=NO_CASES_DUE,
    ),
    Indicator(
        id="handled_on_time",
        name=Text("按期处置数", "Handled on time"),
        formula=Text(
            "应处置的件中，在处置期限内处置完毕（含申诉通过）的件数",
            "Of the cases due to be handled, those finished by their handling deadline, upheld appeals included",
        ),
        unit=CASES,
        better="up",
        window=HandleDueIn(MONTH),
        predicate=lambda o, at: handling.done_on_time(o, at.handling),
        needs=_DONE,
        zero=NO_CASES_DUE,
    ),
    Indicator(
        id="handled_late",
        name=Text("超期处置数", "Handled late"),
        formula=Text(
            "应处置的件中，处置完毕时已过处置期限、且未豁免的件数",
            "Of the cases due to be handled, those finished after their handling deadline and not exempted",
        ),
        unit=CASES,
        better="down",
        window=HandleDueIn(MONTH),
        predicate=lambda o, at: handling.done_late(o, at.handling),
        needs=_DONE,
        zero=NO_CASES_DUE,
    ),
    Indicator(
        id="unhandled_rate",
        name=Text("超期待处置率", "Still unhandled, share"),
        formula=Text(
            "应处置的件中：处置期限已过、此刻仍待处置的 ÷ 应处置",
            "Of the cases due to be handled: still waiting for the department now / due",
        ),
        unit=PERCENT,
        better="down",
        window=HandleDueIn(MONTH),
        predicate=lambda o, at: handling.pending_late(o, at.now, at.handling),
        denominator=lambda o, at: orders.is_judged(o),
        zero=NO_CASES_DUE,
    ),
    Indicator(
        id="ext_rate",
        name=Text("延期率", "Extension rate"),
        formula=Text("应处置的件中：获准延期的 ÷ 应处置", "Of the cases due to be handled: extended / due"),
        unit=PERCENT,
        better="down",
        window=HandleDueIn(MONTH),
        predicate=lambda o, at: o.extensions >= 1,
        denominator=lambda o, at: orders.is_judged(o),
        needs=("work_orders.extensions",),
        zero=NO_CASES_DUE,
    ),
    Indicator(
        id="pending_on_time",
        name=Text("按期待处置数", "Waiting, in time"),
        formula=Text(
            "此刻已派遣、部门未处置完毕、且处置期限未到的件数",
            "Cases dispatched and not finished by the department now, whose handling deadline is not over",
        ),
        unit=CASES,
        better="none",
        window=Now(),
        predicate=lambda o, at: handling.pending_on_time(o, at.now, at.handling),
        needs=(_DUE,),
    ),
    Indicator(
        id="pending_late",
        name=Text("超期待处置数", "Waiting, late"),
        formula=Text(
            "此刻已派遣、部门未处置完毕、且处置期限已过的件数",
            "Cases dispatched and not finished by the department now, whose handling deadline is over",
        ),
        unit=CASES,
        better="down",
        window=Now(),
        predicate=lambda o, at: handling.pending_late(o, at.now, at.handling),
        needs=(_DUE,),
    ),
)
