"""The class view: a panel that follows what a class shares, for whoever teaches it."""

from __future__ import annotations

import os
import time
from dataclasses import replace

from threatlab.checks import check_choice, check_flag
from threatlab.classroom import Classroom, room
from threatlab.errors import ThreatLabError
from threatlab.exercises.sharing import VARIABLE
from threatlab.widgets.base.panel import Panel, action
from threatlab.widgets.base.ticker import Ticker
from threatlab.widgets.class_view import view

KIND = "the class view"
STEP_SECONDS = 0.3
"""Between two looks at the folder: what a learner does is on the wall within a second."""


class ClassView(Panel[view.ClassState]):
    """A live panel on what a class shares; it shows no name, nor anything of fewer than five learners.

    Parameters
    ----------
    folder
        Where the class shares; None for the one that the host has named in the environment (THREATLAB_CLASS).
    names
        Whether those who gave a name are named, with where they are stuck: for a screen that the class doesn't see.

    Raises
    ------
    ThreatLabError
        If no folder is named, or it isn't there.
    """

    drawn_by = view

    def __init__(self, folder: str | os.PathLike[str] | None = None, *, names: bool = False) -> None:
        named = folder if folder is not None else os.environ.get(VARIABLE, "")
        if not named:
            raise ThreatLabError(f"no folder is named: give the one that the class shares in, or set {VARIABLE}")
        check_flag("names", names)
        self._classroom = Classroom(named)
        kind = f"{KIND}, with names" if names else KIND  # one for the wall, and one for whoever teaches
        self._ticker = Ticker(kind, STEP_SECONDS, self._step, self._stopped)
        super().__init__(self._read(view.ClassState(names=names, following=self._ticker.possible)))
        if self._ticker.possible:
            self._ticker.start()

    @action
    def refresh(self) -> None:
        """Read what is shared by now, and go on doing so where that is possible."""
        if self._ticker.possible:
            self._ticker.start()
        self.show(self._read(replace(self.state, following=self._ticker.running)))

    @action
    def choose(self, lesson: str) -> None:
        """Show another lesson, by its name; "" for the one where most learners are."""
        if lesson:
            check_choice("lesson", lesson, self.state.begun)
        self.show(replace(self.state, lesson=lesson, looked=""))

    @action
    def look(self, at: str) -> None:
        """Show a question or a prediction of the lesson large, by its id; "" for where most go wrong."""
        if at:
            check_choice("question", at, (*self.state.tallies, *self.state.guesses))
        self.show(replace(self.state, looked=at))

    def __repr__(self) -> str:
        return f"ClassView: {view.announcement(self.state)}"

    def _read(self, state: view.ClassState) -> view.ClassState:
        try:
            now = self._classroom.read()
        except ThreatLabError as problem:
            return replace(state, trouble=f"{problem}. What was read last is still shown.")
        return replace(state, snapshot=now, room=room(now, time.time()), trouble="")

    def _step(self) -> bool:
        with self.turn:
            state = self._read(self.state)
            if state != self.state:
                self.show(state, unasked=True)
        return True

    def _stopped(self) -> None:
        self.show(replace(self.state, following=False), unasked=True)
