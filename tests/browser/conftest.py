"""What the tests in a browser share; the browser itself is a fixture of all tests."""

from tests.fixtures.browser import ARGS, LOADING, NAMES, OpenPage

__all__ = ["ARGS", "LOADING", "NAMES", "OpenPage"]
