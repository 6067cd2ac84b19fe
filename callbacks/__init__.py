"""Conversation: what one person asks. Each module registers its callbacks on the app that is handed in.

A callback reads its inputs, runs one scoped query, hands the rows to one builder and returns what that built.
"""

from dash import Dash

from callbacks import drawer, viewer
from callbacks.ports import Conversation


def register(app: Dash, services: Conversation) -> None:
    """Register the callbacks of all pages."""
    drawer.register(app, services)
    viewer.register(app, services)
