"""The tabletop panel: a documented incident comes in as messages, a team decides against a clock that can be paused."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from threatlab.checks import check_choice, check_text
from threatlab.errors import ThreatLabError
from threatlab.system import AISystem, check_system, system_from_table
from threatlab.tabletop import NOBODY, ROLES, Exercise, begin, load_story, play
from threatlab.tabletop.clock import Countdown
from threatlab.tabletop.log import Task
from threatlab.widgets.base.html import Html
from threatlab.widgets.base.panel import Panel, action
from threatlab.widgets.base.ticker import Ticker
from threatlab.widgets.tabletop import view
from threatlab.widgets.tabletop.end import finish, static_picture

_KIND, _SECOND = "tabletop", 1.0


class TabletopPanel(Panel[view.TabletopState]):
    """A live tabletop exercise: messages, decisions, a countdown, figures, and at the end lessons and the incident log.

    What a click does can be done in code: `set`, `start`, `decide`, `decide_all`, `next_message`, `undo`, `assign`,
    `pause`, `resume`, `reset`; `exercise` is what the panel shows. In code no clock runs, unless `resume` or
    `start(timed=True)` says so: a decision takes the `minutes` that it is given. An exercise is kept with its
    decisions; taken up again, its clock stands.

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
        self._own, self._clock = system if system is None else check_system(system), clock
        Ticker.release(_KIND)  # a cell that is run again makes a new panel, and the clock of the old one stops
        meets, title = self._system(story, view.AS_IT_IS), system.title if system else ""
        state = view.TabletopState(load_story(story), meets, _check_role(role), own=title)
        super().__init__(state, made_from=[story, meets.name])
        self._look()

    @property
    def exercise(self) -> Exercise | None:
        """The exercise as it stands, or None before the start."""
        return self.state.exercise

    @property
    def time_left(self) -> float:
        """Seconds left for the decision on the table."""
        return self.state.countdown.left(self._clock())

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
                raise ThreatLabError("story and system can't change once an exercise has begun: reset() ends it")
            name = load_story(self.state.story.id if story is None else story).id
            chosen = self.state.chosen if system is None else system
            check_choice("system to choose", chosen, (view.AS_IT_IS, view.PREPARED))
            changed = replace(changed, story=load_story(name), system=self._system(name, chosen), chosen=chosen)
        self.show(changed)

    @action
    def start(self, *, timed: bool = False) -> None:
        """Put the first message on the table; the Start button lets the clock run, too (`timed`)."""
        if self.exercise is not None:
            raise ThreatLabError("the exercise has begun: decide() goes on, reset() ends it")
        self._open(begin(self.state.story, self.state.system), timed=timed is True)

    def decide(self, option: str, by: str = "", note: str = "", minutes: float = 0.0) -> None:
        """Decide, as the role whose seat is taken unless `by` names another; see `Exercise.decide`."""
        with self.turn:
            exercise = self._going()
            role = "" if option == NOBODY else by or self.state.role
            self._advance(exercise.decide(option, role, note, minutes))

    @action
    def pick(self, option: str) -> None:
        """Decide as an option's button does: with the reason written, in the time that has passed."""
        spent = round(self.state.countdown.used(self._clock()) / 60, 2)
        self.decide(option, note=self.state.note, minutes=spent)

    @action
    def next_message(self) -> None:
        """Put the next message on the table, and in a timed run let its clock start; code can decide without."""
        self._open(self._going(), timed=self.state.timed)

    @action
    def undo(self) -> None:
        """Take back the last decision; the log will name it beside the one in its place. Not against the clock."""
        exercise = self._going()
        if self.state.timed:
            raise ThreatLabError("a decision against the clock can't be taken back: reset() ends the exercise")
        self._open(exercise.take_back(), timed=False, note=exercise.log[-1].note)

    @action
    def write(self, note: str, inject: str = "") -> None:
        """Write down the reason for the decision to come, or for the last one if that was on this `inject`."""
        note = check_text("the reason", note, empty=True)
        last = self.state.last
        if inject and last is not None and last.inject == inject:
            self.show(replace(self.state, exercise=self._going().add_note(note)))
        else:
            self.show(replace(self.state, note=note))

    @action
    def assign(self, lesson: str, who: str | None = None, due: date | str | None = None) -> None:
        """Write down who sees to a lesson, until which day, or both; what is None stays as it is."""
        exercise = self._going()
        task = exercise.tasks.get(lesson, Task())
        exercise = exercise.assign(lesson, task.who if who is None else who, task.due if due is None else due)
        self.show(replace(self.state, exercise=exercise))

    def decide_all(self, answers: Any) -> None:
        """Play answers from here on, as `run_unattended` does; if one is wrong, nothing changes."""
        with self.turn:
            start = begin(self.state.story, self.state.system) if self.exercise is None else self.exercise
            self._advance(play(start, answers, to_the_end=False))

    @action
    def pause(self) -> None:
        """Let the clock stand."""
        self._ticker.stop()
        self.show(replace(self.state, countdown=self.state.countdown.paused(self._clock())))

    @action
    def resume(self) -> None:
        """Let the clock run, if a decision is open. Outside a kernel it moves only when it is looked at (`tick`)."""
        if self.exercise is not None and not self.exercise.finished and self.state.on_table:
            if self._ticker.possible:
                self._ticker.start()
            self.show(replace(self.state, timed=True, countdown=self.state.countdown.started(self._clock())))

    @action
    def reset(self) -> None:
        """End the exercise, and go back to before the start; the panel offers to take it up again."""
        self.pause()
        state, meets = self.state, self._system(self.state.story.id, self.state.chosen)
        self._show_anew(view.TabletopState(state.story, meets, state.role, state.chosen, state.own))

    def tick(self) -> bool:
        """Look at the clock, as each second does: when the time is up, nobody has decided, and the clock stands."""
        with self.turn:
            exercise, countdown = self.exercise, self.state.countdown
            if exercise is None or exercise.finished or not countdown.running:
                return False
            if self.time_left > 0:
                self._look()
                return True
            spent = exercise.inject.minutes if exercise.inject else 0.0
            self._advance(exercise.decide(NOBODY, note=self.state.note, minutes=spent), timed_out=True)
            return False

    def close(self) -> None:
        """Stop the clock and take the panel off the page."""
        self._ticker.stop()
        super().close()

    def show(self, state: view.TabletopState, *, unasked: bool = False) -> None:
        """Go on to another state, as every panel does; the face of the clock is sent beside the page."""
        super().show(state, unasked=unasked)
        self._look()

    def memory(self, state: view.TabletopState) -> dict[str, Any]:
        """Return what was chosen and decided; none of a panel's clock, which stands when it is taken up."""
        exercise = state.exercise
        chosen = {"story": state.story.id, "chosen": state.chosen, "role": state.role}
        if exercise is None:
            return chosen
        tasks = {name: (task.who, str(task.due or "")) for name, task in exercise.tasks.items()}
        return {
            **chosen,
            "met": exercise.system.to_dict(),  # its answers may change after the exercise, which was held all the same
            "timed": state.timed,
            "answers": exercise.answers(),
            "unattended": exercise.unattended,
            "taken_back": exercise.taken_back,
            "tasks": tasks,
        }

    def recall(self, memory: Any) -> view.TabletopState:
        """Return the state that a memory is of, with what followed last on the table."""
        met = memory.get("met")
        system = system_from_table(met) if met else self._system(memory["story"], memory["chosen"])
        story, role = load_story(memory["story"]), _check_role(memory["role"])
        state = replace(self.state, story=story, system=system, chosen=memory["chosen"], role=role)
        if "answers" not in memory:
            return state
        exercise = play(begin(story, system), memory["answers"], to_the_end=False)
        for lesson, (who, due) in memory["tasks"].items():
            exercise = exercise.assign(lesson, who, due)
        taken_back, unattended = tuple(memory["taken_back"]), memory["unattended"]
        exercise = replace(exercise, taken_back=taken_back, unattended=unattended)
        return replace(
            state, exercise=exercise, timed=memory["timed"], on_table=not len(exercise.log), countdown=_time(exercise)
        )

    def draw(self, state: view.TabletopState) -> Html:
        """Return the panel's HTML."""
        return view.page(state, finish(state))

    def picture(self) -> Html:
        """Return what stays of it in a saved notebook."""
        return static_picture(self.state)

    def __repr__(self) -> str:
        where = "not begun" if self.exercise is None else repr(self.exercise)
        return f"TabletopPanel({self.state.story.id!r}, role={self.state.role!r}, {where})"

    def _going(self) -> Exercise:
        if self.exercise is None:
            raise ThreatLabError("the exercise has not begun: start() puts the first message on the table")
        return self.exercise

    def _system(self, name: str, chosen: str) -> AISystem:
        story = load_story(name)
        system = story.incident.system if self._own is None else self._own
        return system.with_(**dict.fromkeys(story.prepared_controls, True)) if chosen == view.PREPARED else system

    def _look(self) -> None:
        """Send what the clock says now."""
        self.live = view.clock_face(self.state.countdown, self._clock())

    def _open(self, exercise: Exercise, *, timed: bool, note: str = "") -> None:
        """Put the message of the moment on the table, in a timed run with its clock running."""
        self._advance(exercise)
        self.show(replace(self.state, on_table=True, timed=timed, note=note))
        if timed:
            self.resume()

    def _advance(self, exercise: Exercise, *, timed_out: bool = False) -> None:
        """Show what has followed; the next message waits until somebody asks for it."""
        self._ticker.stop()
        state = replace(self.state, exercise=exercise, timed_out=timed_out, on_table=False, note="")
        self.show(replace(state, countdown=_time(exercise)))


def _time(exercise: Exercise) -> Countdown:
    """Return the time for the decision on the table, not yet running."""
    return Countdown(exercise.inject.minutes * 60 if exercise.inject else 1.0)


def _check_role(role: object) -> str:
    return check_choice("role", role, ROLES)
