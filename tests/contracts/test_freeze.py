"""``gridwall freeze``: who freezes what, what it refuses, and how a later change of the data becomes a revision."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard import cli
from data_access.ledger import FrozenPeriod, Ledger
from indicators.scores.document import from_text
from indicators.scores.values import Scores
from indicators.values import Rate
from tests.fixtures.february import February

CLOCK = ["--clock", "2026-03-11T10:30"]


@pytest.fixture
def ledger(
    ledger_address: str, sqlite_february: February, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Ledger]:
    """The ledger of a city whose February is over, with the settings that name both."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("GRIDWALL_"):
            monkeypatch.delenv(name)
    monkeypatch.setattr("dashboard.logs.set_up", lambda *args: None)
    monkeypatch.setenv("GRIDWALL_DATABASE_URL", sqlite_february.made.url)
    monkeypatch.setenv("GRIDWALL_LEDGER_URL", ledger_address)
    opened = Ledger(ledger_address)
    yield opened
    opened.close()


def kept(ledger: Ledger, subject: str = "department") -> FrozenPeriod:
    return ledger.frozen(subject, ["2026-02"])["2026-02"]


def held(ledger: Ledger) -> Scores:
    return from_text(kept(ledger).document)


def ontime(scores: Scores, code: str) -> object:
    unit = scores.unit(code)
    assert unit is not None
    return unit.term("ontime").rate


def run(*arguments: str, month: str = "2026-02", by: str = " 张 三 ") -> int:
    return cli.main(["freeze", month, "--by", by, *arguments, *CLOCK])


def test_a_month_is_frozen_for_every_subject_with_the_name_of_who_did_it(
    ledger: Ledger, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run() == 0
    said = capsys.readouterr().out.splitlines()
    assert said == [
        f"{subject} 2026-02: frozen as revision 1 by 张 三, scheme default 1"
        for subject in ("department", "county", "street")
    ]
    for subject in ("department", "county", "street"):
        row = kept(ledger, subject)
        assert (row.revision, row.by, row.scheme, row.version) == (1, "张 三", "default", "1")
        assert from_text(row.document).subject == subject
    assert ontime(held(ledger), "D5") == Rate(10, 13)


def test_several_months_are_frozen_by_one_command(ledger: Ledger, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["freeze", "2026-01", "2026-02", "--by", "张三", "--subject", "county", *CLOCK]) == 0
    assert set(ledger.frozen("county", ["2026-01", "2026-02"])) == {"2026-01", "2026-02"}
    assert cli.main(["freeze", "2026-02", "2026-03", "--by", "张三", "--subject", "county", *CLOCK]) == 1
    assert "county 2026-02: unchanged" in capsys.readouterr().out, "what comes before a mistake is done"


def test_freezing_again_changes_nothing(ledger: Ledger, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--subject", "street") == 0
    assert run("--subject", "street", "--revise", by="李四") == 0
    assert "street 2026-02: unchanged, revision 1 by 张 三 stands" in capsys.readouterr().out
    assert len(ledger.revisions("street", "2026-02")) == 1
    assert ledger.frozen("department", ["2026-02"]) == {}


def test_a_later_change_is_offered_and_only_taken_over_when_asked(
    ledger: Ledger, sqlite_february: February, capsys: pytest.CaptureFixture[str]
) -> None:
    """An order of 20 days ago is voided and another's deadline moved."""
    assert run("--subject", "department") == 0
    capsys.readouterr()
    sqlite_february.made.write(
        "UPDATE work_orders SET stage = 'void', outcome = 'void' WHERE id = 'fD109'",
        "UPDATE work_orders SET close_due_at = '2026-02-18 08:00:00' WHERE id = 'fD509'",
    )
    assert run("--subject", "department") == 3
    said = capsys.readouterr().out
    assert "2 units changed since revision 1 by 张 三" in said and "offered as revision 2" in said
    assert "D5 西山新桥镇人民政府: " in said and "ontime 10/13 -> 9/13" in said
    assert kept(ledger).revision == 1 and ontime(held(ledger), "D5") == Rate(10, 13), "never silently"

    assert run("--subject", "department", "--revise", "--reason", "复核更正", by="李四") == 0
    assert "frozen as revision 2 by 李四" in capsys.readouterr().out
    first, second = ledger.revisions("department", "2026-02")
    assert (first.revision, first.by, second.revision, second.by, second.reason) == (1, "张 三", 2, "李四", "复核更正")
    assert ontime(from_text(first.document), "D5") == Rate(10, 13)
    assert ontime(from_text(second.document), "D5") == Rate(9, 13)
    assert run("--subject", "department") == 0, "the revision is what the data say"


def test_a_unit_that_is_gone_and_one_that_is_new_are_differences(
    ledger: Ledger, sqlite_february: February, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--subject", "department") == 0
    sqlite_february.made.write(
        "DELETE FROM departments WHERE code = 'D6'",
        "INSERT INTO departments (code, name) VALUES ('D9', '新局')",
    )
    assert run("--subject", "department") == 3
    said = capsys.readouterr().out
    assert "D6 : gone" in said and "D9 新局: new" in said


@pytest.mark.parametrize(
    ("month", "by", "said"),
    [
        ("2026-03", "张三", "2026-03 runs until 2026-04-01 00:00"),
        ("2026-12", "张三", "2026-12 runs until"),
        ("2026-13", "张三", "a month is written 2026-10, not 2026-13"),
        ("february", "张三", "a month is written"),
        ("2026-02", "  ", "--by needs the name of a person"),
    ],
)
def test_what_cannot_be_frozen_is_said_and_leaves_nothing(
    sqlite_february: February, ledger: Ledger, capsys: pytest.CaptureFixture[str], month: str, by: str, said: str
) -> None:
    assert run(month=month, by=by) == 1
    assert said in capsys.readouterr().err
    assert ledger.revisions("department", month) == ()


def test_a_name_is_required(ledger: Ledger, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["freeze", "2026-02"])
    assert "--by" in capsys.readouterr().err


def test_what_the_source_does_not_record_is_not_frozen(
    ledger: Ledger, sqlite_february: February, capsys: pytest.CaptureFixture[str]
) -> None:
    sqlite_february.drop("work_orders", "department_code", "first_department_code")
    assert run("--subject", "department") == 0
    assert "not frozen, the source does not record work_orders.department_code" in capsys.readouterr().out
    assert ledger.revisions("department", "2026-02") == ()


def test_a_month_frozen_over_other_days_is_not_compared(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from indicators.policy import BUILT_IN

    assert run("--subject", "county") == 0
    text = BUILT_IN.read_text(encoding="utf-8").replace("month_start = 1 ", "month_start = 26 ")
    (tmp_path / "policy.toml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("GRIDWALL_POLICY", str(tmp_path / "policy.toml"))
    assert run("--subject", "county", "--revise") == 1
    assert "was frozen from 2026-02-01 00:00 to 2026-03-01 00:00" in capsys.readouterr().err
    assert len(ledger.revisions("county", "2026-02")) == 1


def test_the_ledger_that_is_away_is_said(
    sqlite_february: February, ledger: Ledger, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GRIDWALL_LEDGER_URL", "postgresql://nobody@127.0.0.1:1/none")
    assert run() == 1
    assert "the ledger cannot be used" in capsys.readouterr().err
