"""Detectors of conduct that a deadline alone does not show: stated rules, thresholds in the policy, cases listed.

A detector is ``(db, at) -> DetectedRule``: one module a rule, each with the statement that bounds what is read and the
judgement of the rows that are left.
"""
