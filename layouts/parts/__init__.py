"""Pieces that several panels are built from."""
