"""Fixtures of all tests; what they do stands in the modules named here."""

pytest_plugins = [
    "tests.fixtures.ci",
    "tests.fixtures.city",
    "tests.fixtures.servers",
    "tests.fixtures.contract",
    "tests.fixtures.ledger",
    "tests.fixtures.edges",
    "tests.fixtures.february",
    "tests.fixtures.conduct",
    "tests.fixtures.scenery",
    "tests.fixtures.reckoned",
    "tests.fixtures.browser",
    "tests.fixtures.program",
]
