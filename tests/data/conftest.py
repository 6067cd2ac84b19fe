"""What the tests of the city and of the importers share."""

from tests.data.boston import boston_as_of, boston_loaded

__all__ = ["boston_as_of", "boston_loaded"]
