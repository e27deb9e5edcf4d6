"""The tabletop panel: a documented incident comes in as messages, a team decides against a clock that can be paused."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from threatlab.errors import ThreatLabError, unknown_name
from threatlab.system import AISystem
from threatlab.tabletop import NOBODY, ROLES, Exercise, begin, load_story, play
from threatlab.tabletop.clock import Countdown
from threatlab.widgets.base.html import Html
from threatlab.widgets.base.panel import Panel, action
from threatlab.widgets.base.ticker import Ticker
from threatlab.widgets.tabletop import view
from threatlab.widgets.tabletop.end import finish, static_picture

_KIND = "tabletop"


class TabletopPanel(Panel):
    """A live tabletop exercise: messages, decisions, a countdown, figures, and at the end lessons and the incident log.

    Display it as the last value of a cell. What a click does can be done in code: `set`, `start`, `note`, `decide`,
    `decide_all`, `pause`, `resume`, `reset`; `exercise` is what the panel shows. In code no clock runs, unless `resume`
    or `start(timed=True)` says so.

    Parameters
    ----------
    story
        A name from `threatlab.tabletop.list_stories()`.
    system
        The system that the attack meets; without one, the system that the documented incident happened to.
    role
        Whose seat is taken at first, of `threatlab.tabletop.ROLES`.
    clock
        Returns a time in seconds that only goes forward.

    Raises
    ------
    ThreatLabError
        If there is no such story or role, or `system` is no AISystem.
    """

    def __init__(
        self,
        story: str = "shadowray",
        system: AISystem | None = None,
        role: str = "incident lead",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock, self._ticker = clock, Ticker(_KIND, 1.0, self.tick, self.pause)
        if system is not None and not isinstance(system, AISystem):
            raise ThreatLabError(f"system is {system!r}; give an AISystem, such as load_system() returns")
        super().__init__(view.TabletopState(load_story(story), _check_role(role), system))
        Ticker.release(_KIND)  # a cell that is run again makes a new panel, and the clock of the old one stops

    @property
    def exercise(self) -> Exercise | None:
        """The exercise as it stands, or None before the start."""
        return self.state.exercise  # type: ignore[no-any-return]

    @property
    def countdown(self) -> Countdown:
        """The time for the decision on the table."""
        return self.state.countdown  # type: ignore[no-any-return]

    @property
    def time_left(self) -> float:
        """Seconds left for the decision on the table."""
        return self.countdown.left(self._clock())

    @action
    def set(self, *, story: str | None = None, system: str | None = None, role: str | None = None) -> None:
        """Choose a story, the system ("as it is" or "prepared"), or the role that decides, as the lists do.

        Raises
        ------
        ThreatLabError
            If there is no such choice, or story or system are to change while an exercise goes on.
        """
        state = self.state if role is None else replace(self.state, role=_check_role(role))
        if story is not None or system is not None:
            if self.exercise is not None:
                raise ThreatLabError("story and system can't change while an exercise goes on: reset() ends it")
            chosen = state.chosen if system is None else system
            if chosen not in (view.AS_IT_IS, view.PREPARED):
                raise ThreatLabError(unknown_name("system to choose", chosen, (view.AS_IT_IS, view.PREPARED)))
            state = replace(state, story=load_story(state.story.id if story is None else story), chosen=chosen)
        self.show(state)

    @action
    def start(self, *, timed: bool = False) -> None:
        """Put the first message on the table; the Start button lets the clock run, too (`timed`)."""
        if self.exercise is not None:
            raise ThreatLabError("the exercise has begun: decide() goes on, reset() ends it")
        self._advance(begin(self.state.story, self.state.system))
        if timed:
            self.resume()

    @action
    def note(self, text: str) -> None:
        """Keep a reason for the decision on the table: it goes into the log with it."""
        if not isinstance(text, str):
            raise ThreatLabError(f"the note is {text!r}; give a text")
        self.show(replace(self.state, note=text))

    @action
    def decide(self, option: str, by: str = "", note: str | None = None, minutes: float | None = None) -> None:
        """Decide, as the role whose seat is taken unless `by` names another; see `Exercise.decide`.

        Without a `note` it is the one that was kept, without `minutes` those that the clock has run for this decision.
        """
        exercise = self._begun()
        why = self.state.note if note is None else note
        spent = round(self.countdown.used(self._clock()) / 60, 2) if minutes is None else minutes
        self._advance(exercise.decide(option, "" if option == NOBODY else by or self.state.role, why, spent))

    def decide_all(self, answers: Any) -> None:
        """Play answers from here on, as `run_unattended` does; if one is wrong, nothing changes."""
        with self.turn:
            start = begin(self.state.story, self.state.system) if self.exercise is None else self.exercise
            self._advance(play(start, answers, to_the_end=False))

    @action
    def pause(self) -> None:
        """Let the clock stand."""
        self._ticker.stop()
        now = self._clock()
        self.show(replace(self.state, countdown=self.countdown.paused(now), now=now))

    @action
    def resume(self) -> None:
        """Let the clock run, if a decision is open."""
        if self.state.inject is None:
            return
        with suppress(ThreatLabError):  # in a plain script nothing ticks: there, `tick` is called by hand
            self._ticker.start()
        now = self._clock()
        self.show(replace(self.state, countdown=self.countdown.started(now), now=now))

    def tick(self) -> bool:
        """Look at the clock, as each second does, and return whether it runs on.

        When the time is up, nobody has decided, and the clock stands.
        """
        with self.turn:
            exercise, inject = self.exercise, self.state.inject
            if exercise is None or inject is None or not self.countdown.running:
                return False
            if self.time_left > 0:
                self.show(replace(self.state, now=self._clock()))
            else:
                late = exercise.decide(NOBODY, note=self.state.note, minutes=inject.minutes)
                self._advance(late, timed_out=True)
            return self.countdown.running

    @action
    def reset(self) -> None:
        """End the exercise, and go back to before the start."""
        self._ticker.stop()
        self.show(replace(self.state, exercise=None, timed_out=False, note="", countdown=view.NO_COUNTDOWN))

    def close(self) -> None:
        """Stop the clock and take the panel off the page."""
        self._ticker.stop()
        super().close()

    def draw(self, state: view.TabletopState) -> Html:
        """Return the panel's HTML."""
        return view.page(state, finish(state))

    def picture(self) -> Html:
        """Return what stays of it in a saved notebook."""
        return static_picture(self.state)

    def __repr__(self) -> str:
        where = "not begun" if self.exercise is None else repr(self.exercise)
        return f"TabletopPanel({self.state.story.id!r}, role={self.state.role!r}, {where})"

    def _begun(self) -> Exercise:
        if self.exercise is None:
            raise ThreatLabError("the exercise has not begun: start() puts the first message on the table")
        return self.exercise

    def _advance(self, exercise: Exercise, *, timed_out: bool = False) -> None:
        now = self._clock()
        countdown = Countdown(exercise.inject.minutes * 60) if exercise.inject else view.NO_COUNTDOWN
        if self.countdown.running and exercise.inject and not timed_out:
            countdown = countdown.started(now)
        else:
            self._ticker.stop()
        self.show(replace(self.state, exercise=exercise, timed_out=timed_out, note="", countdown=countdown, now=now))


def _check_role(role: object) -> str:
    if not isinstance(role, str) or role not in ROLES:
        raise ThreatLabError(unknown_name("role", role, ROLES))
    return role
