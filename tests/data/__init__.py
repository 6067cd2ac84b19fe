"""Tests of data: engines, contract, imports."""
