"""Figures as plain dictionaries: pure functions from readings, colours as tokens, sizes in pixels at 1080p."""
