"""The tabletop panel: a documented incident comes in as messages, a team decides against a clock that can be paused."""

from __future__ import annotations

import time
from collections.abc import Callable
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

_KIND, _SECOND = "tabletop", 1.0


class TabletopPanel(Panel):
    """A live tabletop exercise: messages, decisions, a countdown, figures, and at the end lessons and the incident log.

    Display it as the last value of a cell. What a click does can be done in code: `set`, `start`, `decide`,
    `decide_all`, `pause`, `resume`, `reset`; `exercise` is what the panel shows. In code no clock runs, unless `resume`
    or `start(timed=True)` says so: a decision takes the `minutes` that it is given.

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
        self._ticker = Ticker(_KIND, _SECOND, self.tick, self.pause)  # first, since close() needs it in any case
        if system is not None and not isinstance(system, AISystem):
            raise ThreatLabError(f"system is {system!r}; give an AISystem, such as load_system() returns")
        self._own, self._clock = system, clock
        Ticker.release(_KIND)  # a cell that is run again makes a new panel, and the clock of the old one stops
        meets, title = self._system(story, view.AS_IT_IS), system.title if system else ""
        super().__init__(view.TabletopState(load_story(story), meets, _check_role(role), own=title))

    @property
    def exercise(self) -> Exercise | None:
        """The exercise as it stands, or None before the start."""
        return self.state.exercise  # type: ignore[no-any-return]

    @property
    def time_left(self) -> float:
        """Seconds left for the decision on the table."""
        return self.state.countdown.left(self._clock())  # type: ignore[no-any-return]

    @action
    def set(self, *, story: str | None = None, system: str | None = None, role: str | None = None) -> None:
        """Choose a story, the system ("as it is" or "prepared"), or the role that decides, as the lists do.

        Raises
        ------
        ThreatLabError
            If there is no such choice, or story or system are to change while an exercise goes on.
        """
        changed = replace(self.state, role=_check_role(role or self.state.role))
        if story is not None or system is not None:
            if self.exercise is not None:
                raise ThreatLabError("story and system can't change while an exercise goes on: reset() ends it")
            name = load_story(self.state.story.id if story is None else story).id
            chosen = self.state.chosen if system is None else system
            if chosen not in (view.AS_IT_IS, view.PREPARED):
                raise ThreatLabError(unknown_name("system to choose", chosen, (view.AS_IT_IS, view.PREPARED)))
            changed = replace(changed, story=load_story(name), system=self._system(name, chosen), chosen=chosen)
        self.show(changed)

    @action
    def start(self, *, timed: bool = False) -> None:
        """Put the first message on the table; the Start button lets the clock run, too (`timed`)."""
        if self.exercise is not None:
            raise ThreatLabError("the exercise has begun: decide() goes on, reset() ends it")
        self._advance(begin(self.state.story, self.state.system))
        if timed is True:
            self.resume()

    def decide(self, option: str, by: str = "", note: str = "", minutes: float = 0.0) -> None:
        """Decide, as the role whose seat is taken unless `by` names another; see `Exercise.decide`."""
        with self.turn:
            exercise = self._begun()
            role = "" if option == NOBODY else by or self.state.role
            self._advance(exercise.decide(option, role, note, minutes))

    @action
    def pick(self, option: str) -> None:
        """Decide as an option's button does: with the reason written, in the time that has passed."""
        spent = round(self.state.countdown.used(self._clock()) / 60, 2)
        self.decide(option, note=self.state.note, minutes=spent)

    @action
    def write(self, note: str) -> None:
        """Write down the reason for the decision to come."""
        if not isinstance(note, str):
            raise ThreatLabError(f"the reason is {note!r}; give a text")
        self.show(replace(self.state, note=note))

    def decide_all(self, answers: Any) -> None:
        """Play answers from here on, as `run_unattended` does; if one is wrong, nothing changes."""
        with self.turn:
            start = begin(self.state.story, self.state.system) if self.exercise is None else self.exercise
            self._advance(play(start, answers, to_the_end=False))

    @action
    def pause(self) -> None:
        """Let the clock stand."""
        self._ticker.stop()
        self._read(self.state.countdown.paused(self._clock()))

    @action
    def resume(self) -> None:
        """Let the clock run, if a decision is open. Outside a kernel it moves only when it is looked at (`tick`)."""
        if self.exercise is not None and not self.exercise.finished:
            if self._ticker.possible:
                self._ticker.start()
            self._read(self.state.countdown.started(self._clock()))

    @action
    def reset(self) -> None:
        """End the exercise, and go back to before the start."""
        self._ticker.stop()
        self.show(replace(self.state, exercise=None, timed_out=False, note="", countdown=Countdown(1.0)))

    def tick(self) -> bool:
        """Look at the clock, as each second does: when the time is up, nobody has decided, and the clock stands."""
        with self.turn:
            exercise, countdown = self.exercise, self.state.countdown
            if exercise is None or exercise.finished or not countdown.running:
                return False
            if self.time_left > 0:
                self._read(countdown)
                return True
            spent = exercise.inject.minutes if exercise.inject else 0.0
            self._advance(exercise.decide(NOBODY, note=self.state.note, minutes=spent), timed_out=True)
            self.pause()
            return False

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

    def _system(self, name: str, chosen: str) -> AISystem:
        story = load_story(name)
        system = story.incident.system if self._own is None else self._own
        return system.with_(**dict.fromkeys(story.prepared_controls, True)) if chosen == view.PREPARED else system

    def _read(self, countdown: Countdown) -> None:
        self.show(replace(self.state, countdown=countdown, read=self._clock()))

    def _advance(self, exercise: Exercise, *, timed_out: bool = False) -> None:
        ran = self.state.countdown.running
        self._ticker.stop()
        countdown = Countdown(exercise.inject.minutes * 60 if exercise.inject else 1.0)
        self.show(replace(self.state, exercise=exercise, timed_out=timed_out, note="", countdown=countdown))
        if ran:
            self.resume()


def _check_role(role: object) -> str:
    if not isinstance(role, str) or role not in ROLES:
        raise ThreatLabError(unknown_name("role", role, ROLES))
    return role
