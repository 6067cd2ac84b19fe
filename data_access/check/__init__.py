"""``gridwall check``: a real database compared with the contract, line by line, each difference with its mend."""

from data_access.check.deadlines import Calendar
from data_access.check.findings import Finding, Severity
from data_access.check.report import as_json, as_text
from data_access.check.run import Need, run_check

__all__ = ["Calendar", "Finding", "Need", "Severity", "as_json", "as_text", "run_check"]
