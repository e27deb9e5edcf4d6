"""The bricks that every panel is built from: a styled box, a button, and what the learner changes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

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


class Changes:
    """Tells what a learner changes in a panel's widgets from what the panel itself brings in line with its state.

    Where JupyterLab 4.6 isn't set up as `make lab` does it, clicks arrive on one thread and fields on another. While
    one brings the widgets in line, what a learner does meanwhile waits, and isn't taken for the panel's own doing.
    """

    def __init__(self) -> None:
        self._ours = False
        self._one_at_a_time = threading.RLock()

    def by_learner(self, widget: widgets.Widget, action: Callable[[Any], Any]) -> None:
        """Call `action` with each new value that a learner, or code in their place, gives to `widget`."""

        def changed(change: dict[str, Any]) -> None:
            with self._one_at_a_time:
                if not self._ours:
                    action(change["new"])

        widget.observe(changed, "value")

    def turn(self) -> threading.RLock:
        """Return the lock of a `with` block in which a click reads the state and changes it, undisturbed by a field."""
        return self._one_at_a_time

    @contextmanager
    def ours(self) -> Iterator[None]:
        """Change widgets within a `with` block without that counting as the learner's doing."""
        with self._one_at_a_time:
            before, self._ours = self._ours, True
            try:
                yield
            finally:
                self._ours = before
