"""The tabletop panel: a documented incident comes in as messages, a team decides against a clock that can be paused."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import ipywidgets as widgets

from threatlab.catalog import catalog
from threatlab.errors import ThreatLabError, unknown_name
from threatlab.system import AISystem
from threatlab.tabletop import NOBODY, ROLES, Exercise, Option, begin, list_stories, load_story, play
from threatlab.tabletop.clock import Countdown
from threatlab.tabletop.graph import OPTIONS
from threatlab.widgets.base.parts import Changes, box, button
from threatlab.widgets.base.second_hand import SecondHand
from threatlab.widgets.base.style import STYLE
from threatlab.widgets.tabletop import view
from threatlab.widgets.tabletop.end import finish, static_picture

AS_IT_IS, PREPARED = "as it is", "prepared"
_LETTERS = "ABC"


class TabletopPanel:
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
        if system is not None and not isinstance(system, AISystem):
            raise ThreatLabError(f"system is {system!r}; give an AISystem, such as load_system() returns")
        self._own, self._chosen, self._clock = system, AS_IT_IS, clock
        told = load_story(story)
        self.state = view.TabletopState(told, self._system(story, AS_IT_IS), _check_role(role))
        self.countdown = Countdown(1.0)
        self._ticking = SecondHand(self.tick, self.pause)
        SecondHand.release()  # a cell that is run again makes a new panel, and the clock of the old one stops
        self._changes = Changes()
        self._build()
        self._show(self.state)

    @property
    def exercise(self) -> Exercise | None:
        """The exercise as it stands, or None before the start."""
        return self.state.exercise

    @property
    def time_left(self) -> float:
        """Seconds left for the decision on the table."""
        return self.countdown.left(self._clock())

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
            chosen = self._chosen if system is None else system
            if chosen not in (AS_IT_IS, PREPARED):
                raise ThreatLabError(unknown_name("system to choose", chosen, (AS_IT_IS, PREPARED)))
            changed = replace(changed, story=load_story(name), system=self._system(name, chosen))
            self._chosen = chosen
        self._show(changed)

    def start(self, *, timed: bool = False) -> None:
        """Put the first message on the table; the Start button lets the clock run, too (`timed`)."""
        if self.exercise is not None:
            raise ThreatLabError("the exercise has begun: decide() goes on, reset() ends it")
        self._advance(begin(self.state.story, self.state.system))
        if timed:
            self.resume()

    def decide(self, option: str, by: str = "", note: str = "", minutes: float = 0.0) -> None:
        """Decide, as the role whose seat is taken unless `by` names another; see `Exercise.decide`."""
        exercise = self._begun()
        role = "" if option == NOBODY else by or self.state.role
        self._advance(exercise.decide(option, role, note, minutes))

    def decide_all(self, answers: Any) -> None:
        """Play answers from here on, as `run_unattended` does; if one is wrong, nothing changes."""
        start = begin(self.state.story, self.state.system) if self.exercise is None else self.exercise
        self._advance(play(start, answers, to_the_end=False))

    def pause(self) -> None:
        """Let the clock stand."""
        self._ticking.stop()
        self.countdown = self.countdown.paused(self._clock())
        self._show_clock()

    def resume(self) -> None:
        """Let the clock run, if a decision is open."""
        if self.exercise is None or self.exercise.finished:
            return
        self._ticking.start()
        self.countdown = self.countdown.started(self._clock())
        self._show_clock()

    def tick(self) -> None:
        """Look at the clock, as each second does: when the time is up, nobody has decided, and the clock stands."""
        exercise = self.exercise
        if exercise is None or exercise.finished or not self.countdown.running:
            self._ticking.stop()
        elif self.time_left > 0:
            self._face.value = view.clock_face(self.countdown, self._clock())
        else:
            spent = exercise.inject.minutes if exercise.inject else 0.0
            self._advance(exercise.decide(NOBODY, note=self._note.value, minutes=spent), timed_out=True)
            self.pause()

    def reset(self) -> None:
        """End the exercise, and go back to before the start."""
        self._ticking.stop()
        self._note.value = ""
        self._show(replace(self.state, exercise=None, timed_out=False))

    def close(self) -> None:
        """Stop the clock and take the panel off the page."""
        self._ticking.stop()
        self.widget.close()

    def __repr__(self) -> str:
        where = "not begun" if self.exercise is None else repr(self.exercise)
        return f"TabletopPanel({self.state.story.id!r}, role={self.state.role!r}, {where})"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        live = self.widget._repr_mimebundle_()
        return {**live, "text/plain": repr(self), "text/html": static_picture(self.state)}

    def _begun(self) -> Exercise:
        if self.exercise is None:
            raise ThreatLabError("the exercise has not begun: start() puts the first message on the table")
        return self.exercise

    def _system(self, story: str, chosen: str) -> AISystem:
        told = load_story(story)
        system = told.incident.system if self._own is None else self._own
        return system.with_(**dict.fromkeys(told.prepared_controls, True)) if chosen == PREPARED else system

    def _advance(self, exercise: Exercise, *, timed_out: bool = False) -> None:
        ran = self.countdown.running
        self._ticking.stop()
        self.countdown = Countdown(exercise.inject.minutes * 60 if exercise.inject else 1.0)
        self._note.value = ""
        self._show(replace(self.state, exercise=exercise, timed_out=timed_out))
        if ran:
            self.resume()

    # The binding: widgets are made once; after each change only what differs is sent.

    def _build(self) -> None:
        stories = [(load_story(name).title, name) for name in list_stories()]
        self._pickers = {
            "story": widgets.Dropdown(options=stories, value=self.state.story.id, description="Story"),
            "system": widgets.Dropdown(
                options=[
                    (self._own.title if self._own else "as it happened", AS_IT_IS),
                    ("well prepared", PREPARED),
                ],
                value=AS_IT_IS,
                description="The system",
            ),
            "role": widgets.Dropdown(options=ROLES, value=self.state.role, description="You decide as the"),
        }
        for name, picker in self._pickers.items():
            self._changes.by_learner(picker, self._picked(name))
        self._start = button("Start", "Put the first message on the table and let the clock run", self._clicked_start)
        self._reset = button("Reset", "End the exercise and go back to before the start", self.reset)
        self._headline, self._face, self._table, self._refused = (widgets.HTML() for _ in range(4))
        self._pause = button("Pause", "Let the clock stand, or run again", self._clicked_pause)
        self._hand = button("Hand it over", "", self._clicked_hand)
        self.options = [self._option(place) for place in range(OPTIONS)]
        # Sent when the field is left, so before the click that leaves it; letter by letter, the last would come after.
        self._note = widgets.Text(description="Your reason, for the log (optional)", continuous_update=False)
        self._note.add_class("tl-field")
        self._figures, self._in_place, self._timeline, self._end = (widgets.HTML() for _ in range(4))
        self._fold = widgets.ToggleButton(description="What does the system have in place?")
        self._fold.add_class("tl-fold")
        self._fold.observe(lambda _: self._show_in_place(), "value")
        self._clock_row = box("tl-tt-clockrow", [self._face, self._pause])
        self._answers = box("tl-tt-answers", [self._refused, self._hand, self._note, *self.options])
        self._main = box("tl-tt-main", [self._clock_row, self._table, self._answers, self._end])
        self._side = box("tl-tt-side", [self._figures, self._fold, self._in_place, self._timeline])
        buttons = box("tl-tt-buttons", [self._start, self._reset])
        top = box("tl-about", [self._headline, box("tl-tt-pickers", [*self._pickers.values(), buttons])])
        self._body = box("tl-tabletop", [self._main, self._side])
        self.widget = box("tl", [widgets.HTML(STYLE), top, self._body])

    def _option(self, place: int) -> widgets.Button:
        made = button("", "", lambda: self._clicked_option(place))
        made.add_class("tl-tt-option")
        return made

    def _picked(self, name: str) -> Callable[[Any], None]:
        return lambda value: self.set(**{name: value})

    def _clicked_start(self) -> None:
        if self.exercise is None:  # a second click that comes late changes nothing
            self.start(timed=True)

    def _clicked_pause(self) -> None:
        (self.pause if self.countdown.running else self.resume)()

    def _clicked_hand(self) -> None:
        if self.exercise is not None and self.exercise.may_decide:
            self.set(role=self.exercise.may_decide[0])

    def _clicked_option(self, place: int) -> None:
        exercise = self.exercise
        if exercise is None or exercise.inject is None or not self.state.may_decide:
            return
        spent = round(self.countdown.used(self._clock()) / 60, 2)
        self.decide(exercise.inject.options[place].id, note=self._note.value, minutes=spent)

    def _show(self, state: view.TabletopState) -> None:
        self.state = state
        exercise = state.exercise
        inject = exercise.inject if exercise is not None else None
        with self._changes.ours():
            self._headline.value = view.headline(state)
            self._table.value = view.table(state)
            self._refused.value = view.not_yours(state)
            self._figures.value = view.figures(state)
            self._timeline.value = view.timeline(state)
            self._end.value = finish(state)
            self._show_in_place()
            self._show_clock()
            for place, shown in enumerate(self.options):
                option = inject.options[place] if inject else None
                shown.description = _label(place, option) if option else ""
                shown.tooltip = f"Decide: {option.text}" if option else ""
                shown.disabled = not state.may_decide
            _display(self._hand, shown=inject is not None and not state.may_decide)
            if exercise is not None and exercise.may_decide:
                self._hand.description = f"Hand it over to the {exercise.may_decide[0]}"
                self._hand.tooltip = f"Take the seat of the {exercise.may_decide[0]}"
            _display(self._answers, shown=inject is not None)
            _display(self._start, shown=exercise is None)
            _display(self._side, shown=exercise is None or inject is not None)
            (self._body.remove_class if self._side.layout.display == "" else self._body.add_class)("tl-tt-over")
            self._reset.disabled = exercise is None
            self._pickers["story"].value, self._pickers["role"].value = state.story.id, state.role
            self._pickers["system"].value = self._chosen
            for name in ("story", "system"):
                self._pickers[name].disabled = exercise is not None

    def _show_clock(self) -> None:
        going = self.exercise is not None and not self.exercise.finished
        _display(self._clock_row, shown=going)
        self._face.value = view.clock_face(self.countdown, self._clock()) if going else ""
        if going:
            self._pause.description = "Pause" if self.countdown.running else "Run the clock"

    def _show_in_place(self) -> None:
        self._in_place.value = view.in_place(self.state) if self._fold.value else ""


def _label(place: int, option: Option) -> str:
    leans = ", ".join(view.lower_first(catalog().controls[control].title) for control in option.controls)
    return f"{_LETTERS[place]} \u00b7 {option.text}" + (f"\nLeans on: {leans}" if leans else "")


def _check_role(role: object) -> str:
    if not isinstance(role, str) or role not in ROLES:
        raise ThreatLabError(unknown_name("role", role, ROLES))
    return role


def _display(widget: widgets.DOMWidget, *, shown: bool) -> None:
    widget.layout.display = "" if shown else "none"
