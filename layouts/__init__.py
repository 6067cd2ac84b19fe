"""What a screen looks like: pure functions from rows to components. Reads nothing, decides nothing."""
