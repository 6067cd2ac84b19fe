"""The registry: every entry complete in both languages, its document current, its rows one expression."""

import re
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy.dialects import sqlite

from data_access import contract
from data_access.shape import Shape
from indicators import registry
from indicators.policy import BUILT_IN, load_policy
from indicators.registry import REGISTRY, Indicator, Text, definition, definition_of, document, next_cut, next_cuts
from indicators.rules.seen import Seen
from indicators.values import At
from indicators.windows import Between, ClosedIn, DueIn, FiledIn, Now, ReportedIn, Span
from indicators.workcalendar import WorkCalendar

POLICY = load_policy()
AT = At(datetime(2026, 3, 11, 10, 30), WorkCalendar.named("cn", "Asia/Shanghai"), POLICY)
ALL = Shape({table.name: frozenset(table.columns.keys()) for table in contract.metadata.sorted_tables})
O = Seen(contract.work_orders.c, contract.work_order_measures.c, contract.work_order_events.c)  # noqa: E741


def without(*needs: str) -> Shape:
    """Everything but these tables and ``table.column``s."""
    columns = dict(ALL.columns)
    for need in needs:
        table, _, column = need.partition(".")
        if column:
            columns[table] = columns[table] - {column}
        else:
            del columns[table]
    return Shape(columns)


@pytest.mark.parametrize("entry", REGISTRY.values(), ids=REGISTRY)
def test_every_entry_is_said_in_both_languages(entry: Indicator) -> None:
    for text in (entry.name, entry.formula, entry.unit, entry.zero, entry.suppress):
        assert text.zh.strip()
        assert text.en.strip()
        assert re.search(r"[\u4e00-\u9fff%]", text.zh), "Chinese says something in Chinese"
        assert not re.search(r"[\u4e00-\u9fff]", text.en), "English is English"
        assert (
            sorted(re.findall(r"{\w+}", text.zh)) == sorted(re.findall(r"{\w+}", text.en)) or entry.id == "type_count"
        )
        assert set(re.findall(r"{\w+}", text.zh)) == set(re.findall(r"{\w+}", text.en))
    assert re.fullmatch(r"[a-z][a-z_]*", entry.id)


@pytest.mark.parametrize("entry", REGISTRY.values(), ids=REGISTRY)
def test_every_need_is_in_the_contract(entry: Indicator) -> None:
    assert entry.missing(ALL) == ()
    for need in entry.needed:
        table, _, columns = need.partition(".")
        assert table in contract.metadata.tables
        for column in filter(None, columns.split("|")):
            assert column in contract.metadata.tables[table].columns


@pytest.mark.parametrize("entry", REGISTRY.values(), ids=REGISTRY)
def test_needs_cover_the_columns_its_rows_name(entry: Indicator) -> None:
    """What the predicate names is required by the contract, needed, or said to be harmless when it is null."""
    if entry.predicate is None:
        with pytest.raises(LookupError):
            entry.rows(O, AT)
        return
    named = set(re.findall(r"work_orders\.(\w+)", str(entry.rows(O, AT).compile(dialect=sqlite.dialect()))))
    required = {column.name for column in contract.work_orders.columns if column.info["required"]}
    needed = {column for need in entry.needed for column in need.partition(".")[2].split("|")}
    harmless = {"handled_on_spot", "exempt", "extensions", "outcome", "location_quality", "ended_at"}
    assert named <= required | needed | harmless


def test_either_deadline_will_do() -> None:
    entry = REGISTRY["overdue"]
    assert entry.missing(without("work_orders.close_due_at")) == ()
    assert entry.missing(without("work_orders.handle_due_at")) == ()
    lost = without("work_orders.close_due_at", "work_orders.handle_due_at")
    assert entry.missing(lost) == ("work_orders.close_due_at|handle_due_at",)
    assert REGISTRY["filed_today"].missing(without("work_orders.filed_at")) == ("work_orders.filed_at",)
    assert REGISTRY["on_duty"].missing(without("shifts", "worker_positions")) == ("shifts", "worker_positions")


def test_windows_as_types() -> None:
    kinds = {entry.id: type(entry.window) for entry in REGISTRY.values()}
    assert kinds["open"] is kinds["overdue"] is kinds["workload"] is Now
    assert (kinds["filed_today"], kinds["reported_today"], kinds["closed_today"]) == (FiledIn, ReportedIn, ClosedIn)
    assert {entry.id for entry in REGISTRY.values() if isinstance(entry.window, DueIn)} == {
        "ontime_close", "ontime_department", "ontime_area", "should_close", "close_rate", "closed_on_time",
        "closed_late", "late_rate", "not_closed", "ontime_original", "extended", "suspended", "susp_rate", "exempted",
        "appeals_approved", "appeals_rejected",
    }  # fmt: skip


def test_spans_tile() -> None:
    today, week = Span(), Span("ontime_days")
    assert today.bounds(AT) == (datetime(2026, 3, 11), AT.now)
    assert week.bounds(AT) == (datetime(2026, 3, 4, 10, 30), AT.now)
    texts = [str(span.holds(O.filed_at, AT).compile(dialect=sqlite.dialect())) for span in (today, week)]
    assert " >= " in texts[0]
    assert " > " in texts[1]
    assert all(" <= " in text for text in texts)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("indicator", REGISTRY)
def test_the_tooltip_has_no_hole(indicator: str, lang: str) -> None:
    said = definition(indicator, lang)
    assert "{" not in said
    assert REGISTRY[indicator].name.get(lang) in said
    assert ("Window: " if lang == "en" else "窗口：") in said


def test_the_tooltip_speaks_of_the_policy_in_use(tmp_path: Path) -> None:
    text = BUILT_IN.read_text(encoding="utf-8").replace("ontime_days = 7", "ontime_days = 10")
    text = text.replace("position_max_age_s = 600", "position_max_age_s = 900").replace('"18:00"', '"17:30"')
    path = tmp_path / "policy.toml"
    path.write_text(text, encoding="utf-8")
    own = load_policy(path)
    assert "last 10 days, by deadline" in definition("ontime_close", "en", own)
    assert "last 30 days, by deadline" in definition("ontime_department", "en", own)
    assert "15 分钟" in definition("on_duty", "zh", own)
    assert "12:00 or 17:30" in definition("due_by_cut", "en", own)
    assert "last 7 days" in definition("ontime_close", "en")


def test_an_unknown_indicator_is_an_error() -> None:
    with pytest.raises(KeyError):
        definition("happiness", "en")


def test_a_count_is_no_share() -> None:
    with pytest.raises(LookupError):
        REGISTRY["open"].base(O, AT)
    assert Text("是", "yes").get("fr") == "是"


@pytest.mark.parametrize(
    ("now", "cut"),
    [("00:00", "11 12:00"), ("11:59", "11 12:00"), ("12:00", "11 18:00"), ("18:00", "12 12:00"), ("23:59", "12 12:00")],
)
def test_the_next_cut(now: str, cut: str) -> None:
    at = At(datetime.fromisoformat(f"2026-03-11 {now}"), AT.calendar, POLICY)
    assert next_cut(at) == next_cuts(at)[0] == datetime.fromisoformat(f"2026-03-{cut}")
    assert list(next_cuts(at)) == sorted(set(next_cuts(at)))


def test_the_document_is_current() -> None:
    path = Path(registry.__file__).parents[2] / "docs" / "indicators.md"
    assert path.read_text(encoding="utf-8") == document(), "run make docs"


def test_nothing_says_that_a_view_exists_which_does_not() -> None:
    """Nobody sees a public view yet, so nothing is withheld from it."""
    assert "are withheld" not in document()
    assert all("将" in entry.suppress.zh and "will be" in entry.suppress.en for entry in REGISTRY.values())


def test_a_share_has_its_numerator_in_its_denominator() -> None:
    """By construction: the condition of what counts holds that of the denominator."""
    for entry in (entry for entry in REGISTRY.values() if entry.is_share):
        base, good = (str(rule(O, AT).compile(dialect=sqlite.dialect())) for rule in (entry.base, entry.good))
        assert base in good, entry.id


def test_taken_over_another_span() -> None:
    span = Between(datetime(2026, 1, 1), datetime(2026, 2, 1))
    january = REGISTRY["close_rate"].over(span)
    assert january.window.span == span
    assert january.needed == REGISTRY["close_rate"].needed
    assert "2026-01-01 00:00 to 2026-02-01 00:00, by deadline" in definition_of(january, "en")
    with pytest.raises(LookupError):
        REGISTRY["backlog_od"].over(span)


def test_a_span_that_runs_ends_now() -> None:
    running = Between(datetime(2026, 3, 1), datetime(2026, 4, 1))
    assert running.bounds(AT) == (datetime(2026, 3, 1), AT.now)
    assert Between(datetime(2026, 5, 1), datetime(2026, 6, 1)).bounds(AT) == (datetime(2026, 5, 1),) * 2
    assert (running.length(POLICY), Between(datetime(2026, 3, 1), datetime(2026, 3, 1, 1)).length(POLICY)) == (31, 1)


def test_the_indicators_every_city_speaks_of_are_there() -> None:
    names = {
        "reg_n": "立案数", "self_rate": "现场自处置率", "close_rate": "结案率", "ontime_close": "按期结案率",
        "ontime_handle": "按期处置率", "rework": "返工率", "ext_rate": "延期率", "susp_rate": "挂账（缓办）率",
        "void_rate": "作废率", "redispatch": "多次派遣率", "public_share": "公众举报率", "resp": "响应率",
        "solve": "解决率", "sat": "满意率",
    }  # fmt: skip
    assert {name: REGISTRY[name].name.zh for name in names} == names
    assert REGISTRY["backlog_od"].better == "down"


OF_9_1 = (
    "reg_n", "self_rate", "close_rate", "ontime_close", "ontime_handle", "rework", "ext_rate", "susp_rate", "void_rate",
    "backlog_od", "redispatch", "public_share", "resp", "solve", "sat", "online", "cover", "offpost",
)  # fmt: skip
"""The indicators that the registry of the domain names."""
OF_2_4 = {
    "上报数": "reported", "立案数": "reg_n", "派遣数": "dispatched", "应处置数": "should_handle", "处置数": "handled",
    "按期待处置": "pending_on_time", "超期待处置": "pending_late", "按期处置": "handled_on_time",
    "超期处置": "handled_late", "延期数": "extended", "挂账数": "suspended", "返工数": "reworked",
    "应结案数": "should_close", "结案数": "closed", "按期结案": "closed_on_time", "超期结案": "closed_late",
    "申诉通过": "appeals_approved", "申诉驳回": "appeals_rejected",
}  # fmt: skip
"""The counts of the domain, and what they are called here."""


def test_the_registry_has_every_indicator_and_count_of_the_domain() -> None:
    assert [name for name in (*OF_9_1, *OF_2_4.values()) if name not in REGISTRY] == []
    for said, name in OF_2_4.items():
        assert said.removesuffix("数") in REGISTRY[name].name.zh, name
        assert REGISTRY[name].counted
        assert not REGISTRY[name].is_share


def test_duty_time_has_no_orders() -> None:
    for name in ("online", "cover", "offpost"):
        entry = REGISTRY[name]
        assert not entry.counted
        assert entry.missing(without("patrol_pings")) == ("patrol_pings",)
        for asked in (entry.window.rows, entry.window.moment):  # type: ignore[union-attr]
            with pytest.raises(LookupError):
                asked(O, AT)
