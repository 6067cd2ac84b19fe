"""The entries in words: tooltips and ``docs/indicators.md``."""

from typing import Final

from indicators.policy import Policy, load_policy
from indicators.registry.entries import REGISTRY
from indicators.registry.entry import Indicator, Text
from indicators.windows import (
    AcceptedIn,
    Between,
    ClosedIn,
    DispatchedIn,
    DueIn,
    DutyIn,
    FiledIn,
    FollowedUpIn,
    HandledIn,
    HandleDueIn,
    Now,
    RepliesIn,
    ReportedIn,
    TakenIn,
    Window,
)


def window_words(window: Window, policy: Policy) -> Text:
    """A window in words: its span, and by which time an order belongs to it."""
    if isinstance(window, Now):
        if window.ended is None:
            return Text("此刻", "now")
        days = window.ended.length(policy)
        return Text(f"此刻在办，及近 {days} 日办结", f"open now, or ended in the last {days} days")
    kind = {
        ReportedIn: Text("按上报时间", "by report"),
        AcceptedIn: Text("按受理时间", "by acceptance"),
        FiledIn: Text("按立案时间", "by filing"),
        DispatchedIn: Text("按派遣时间", "by dispatch"),
        TakenIn: Text("按部门接件时间", "by the department taking it on"),
        HandledIn: Text("按处置完成时间", "by handling"),
        HandleDueIn: Text("按处置期限", "by handling deadline"),
        ClosedIn: Text("按结案时间", "by closing"),
        DueIn: Text("按到期时间", "by deadline"),
        FollowedUpIn: Text("按回访时间", "by follow-up"),
        DutyIn: Text("按值勤时间", "by time on duty"),
        RepliesIn: Text("按督办回复时间，未回复的按应回复时间", "by reply to the supervision, or when it was due"),
    }[type(window)]
    if isinstance(window.span, Between):
        start, end = window.span.start, window.span.end
        return Text(
            f"{start:%Y-%m-%d %H:%M} 至 {end:%Y-%m-%d %H:%M}，{kind.zh}",
            f"{start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M}, {kind.en}",
        )
    days = window.span.length(policy)
    if window.span.back:
        return Text(f"再往前 {days} 日，{kind.zh}", f"the {days} days before those, {kind.en}")
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
        "hands": policy.holding.hands,
    }
    cuts = sorted(policy.horizon.cuts)
    return Text(
        entry.formula.zh.format(**values, cuts=" 或 ".join(cuts)),
        entry.formula.en.format(**values, cuts=" or ".join(cuts)),
    )


_BUILT_IN: Final = load_policy()


def definition(indicator_id: str, lang: str, policy: Policy = _BUILT_IN) -> str:
    """The tooltip of a number under a policy: name, formula, window. Raises KeyError for an unknown id."""
    return definition_of(REGISTRY[indicator_id], lang, policy)


def definition_of(entry: Indicator, lang: str, policy: Policy = _BUILT_IN) -> str:
    """The same of an entry, also of one that is taken over another span."""
    formula, window = _formula_words(entry, policy).get(lang), window_words(entry.window, policy).get(lang)
    if lang == "en":
        return f"{entry.name.en}: {formula}. Window: {window}."
    return f"{entry.name.zh}：{formula}。窗口：{window}。"


def document(policy: Policy = _BUILT_IN) -> str:
    """``docs/indicators.md``, made from the entries; lengths and thresholds are those of the built-in policy."""
    better = {"up": "higher", "down": "lower", "none": "neither"}
    lines = ["# Indicators", "", "Made by `make docs`; do not edit.", ""]
    for entry in REGISTRY.values():
        formula, window = _formula_words(entry, policy), window_words(entry.window, policy)
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
