"""The two bricks that every panel is built from: a styled box and a button."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import ipywidgets as widgets


def box(name: str, children: Sequence[widgets.Widget]) -> widgets.Box:
    """Return a box of the style class `name`; the style sheet decides how its children are laid out."""
    made = widgets.Box(list(children))
    made.add_class(name)
    return made


def button(label: str, tooltip: str, action: Callable[[], None]) -> widgets.Button:
    """Return a button that calls `action`; the tooltip says to whom the label alone would not be enough."""
    made = widgets.Button(description=label, tooltip=tooltip)
    made.add_class("tl-btn")
    made.on_click(lambda _: action())
    return made
