"""Conversation: what one person asks. Each module registers its callbacks on the app that is handed in.

A callback reads its inputs, runs one scoped query, hands the rows to one builder and returns what that built.
"""

from dash import Dash

from callbacks import control, drawer, viewer
from callbacks.ports import Conversation, Desk


def register(app: Dash, services: Conversation, desk: Desk) -> None:
    """Register the callbacks of all pages."""
    control.register(app, services, desk)
    drawer.register(app, services)
    viewer.register(app, services)
