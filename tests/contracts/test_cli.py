"""The command line: mistakes are sentences, commands print what they promise."""

import json
import os
from pathlib import Path

import pytest

from dashboard import cli
from data_access.contract import metadata
from tests.fixtures import small
from tests.fixtures.contract import ContractDatabase


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An empty folder, and nothing of ours in the environment."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("GRIDWALL_"):
            monkeypatch.delenv(name)
    monkeypatch.setattr("dashboard.logs.set_up", lambda *args: None)
    monkeypatch.setattr("dashboard.serving.serve", _must_not_begin)
    monkeypatch.setattr("dashboard.beat.Beat.run_here", _must_not_begin)


def _must_not_begin(*args: object, **named: object) -> None:
    raise AssertionError("it was not refused")


def sentence(capsys: pytest.CaptureFixture[str]) -> str:
    """What went to standard error: one line."""
    said = capsys.readouterr().err
    assert said.startswith("gridwall: ") and said.count("\n") == 1, said
    return said


@pytest.mark.parametrize("command", ["serve", "web", "publish", "check"])
def test_without_a_database_it_is_said(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([command]) == 2
    assert "GRIDWALL_DATABASE_URL" in sentence(capsys)


@pytest.mark.parametrize(
    ("command", "names", "said"),
    [
        (["serve"], {"WORKERS": "2", "STORE": "redis://h/0"}, "gridwall publish and gridwall web"),
        (["serve"], {"WORKERS": "2"}, "GRIDWALL_STORE"),
        (["web"], {}, "GRIDWALL_STORE=redis"),
        (["publish"], {}, "GRIDWALL_STORE=redis"),
        (["serve"], {"STORE": "memcached://h"}, "GRIDWALL_STORE"),
        (["serve"], {"CALENDAR": "/no/such/file"}, "GRIDWALL_CALENDAR"),
        (["serve", "--clock", "yesterday"], {}, "GRIDWALL_CLOCK"),
        (["serve", "--host", "0.0.0.0"], {}, "no sign-on"),
        (["serve"], {"POLICY": "/no/such/file"}, "/no/such/file"),
        (["serve"], {"DATABASE_URL": "oracle://x"}, "GRIDWALL_DATABASE_URL begins with"),
        (["serve"], {"DATABASE_URL": "nonsense"}, "GRIDWALL_DATABASE_URL"),
        (["serve"], {"DEVICE_TOKENS": "hall:short"}, "24 characters"),
        (["serve"], {"SECRT_KEY": "x"}, "GRIDWALL_SECRET_KEY meant"),
    ],
)
def test_mistakes_are_sentences(
    command: list[str],
    names: dict[str, str],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in {"DATABASE_URL": "sqlite:///none.sqlite", **names}.items():
        monkeypatch.setenv(f"GRIDWALL_{name}", value)
    assert cli.main(command) == 2
    assert said in sentence(capsys)


def test_an_env_file_in_the_folder_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / ".env").write_text("GRIDWALL_PROT=1\n", encoding="utf-8")
    assert cli.main(["serve"]) == 2
    assert "GRIDWALL_PORT" in sentence(capsys)


@pytest.mark.parametrize("command", [["serve"], ["freeze", "2026-01", "--by", "x"], ["check"], ["indicators"]])
def test_an_env_file_may_be_left_unread(tmp_path: Path, capsys: pytest.CaptureFixture[str], command: list[str]) -> None:
    (tmp_path / ".env").write_text("GRIDWALL_PROT=1\n", encoding="utf-8")
    assert cli.main(command) == 2
    assert "GRIDWALL_PORT" in sentence(capsys)
    assert cli.main(["--no-env-file", *command]) == 2
    assert "GRIDWALL_DATABASE_URL" in sentence(capsys)


def test_what_only_the_demo_uses_is_not_offered(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["serve", "--help"])
    said = capsys.readouterr().out
    assert "--port" in said and "--descriptor" not in said and "--started" not in said


@pytest.mark.parametrize("engine", ["", "postgresql", "mariadb", "mysql", "sqlite"])
def test_the_contract_as_sql(engine: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["contract", "--sql", *filter(None, [engine])]) == 0
    script = capsys.readouterr().out
    assert all(table in script for table in metadata.tables)
    assert "CREATE INDEX" in script


def test_check_says_what_it_finds(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], own_sqlite: ContractDatabase
) -> None:
    monkeypatch.setenv("GRIDWALL_DATABASE_URL", own_sqlite.url)
    clock = ["--clock", small.NOW.isoformat()]
    assert cli.main(["check", "--lang", "en", *clock]) == 0
    assert "0 faults" in capsys.readouterr().out
    own_sqlite.write("DROP TABLE shifts", "DROP TABLE categories")
    assert cli.main(["check", "--format", "json", *clock]) == 1
    found = json.loads(capsys.readouterr().out)
    kinds = {one["kind"] for one in found}
    assert any(one["severity"] == "fault" and one["table"] == "categories" for one in found), found
    assert "indicator-lost" in kinds


def test_a_database_that_is_not_there_is_a_sentence_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GRIDWALL_DATABASE_URL", "sqlite:////no/such/folder/city.sqlite")
    assert cli.main(["check"]) == 1
    assert "source-unreachable" in sentence(capsys)


def test_settings_are_printed_as_both_documents(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["settings"]) == 0
    assert "#GRIDWALL_PORT=8050" in capsys.readouterr().out
    assert cli.main(["settings", "--format", "markdown"]) == 0
    assert "| `GRIDWALL_PORT` | `8050` |" in capsys.readouterr().out
