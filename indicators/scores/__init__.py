"""Scores of departments, counties and streets: schemes as data, pure computation, intervals; nothing that connects."""
