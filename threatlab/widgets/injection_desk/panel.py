"""The injection desk: write a line for a page that a language model reads, and see what the model makes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from threatlab.attacks.base import check_control
from threatlab.attacks.hijack import CONTROLS, PLACES, Phrasing, office, work
from threatlab.checks import check_choice, check_line, check_seed, check_whole
from threatlab.errors import ThreatLabError
from threatlab.widgets.base.panel import Panel, action
from threatlab.widgets.injection_desk import view

LONGEST = 300
"""Characters of a line; the longest that the notebook's own attacker writes has some 60."""


class InjectionDesk(Panel[view.DeskState]):
    """A live panel on which you are the attacker of a small language model: your line, its calls, your wins.

    `try_line("...", control="filter")` does what its button does, with any setting that is to change. The line is tried
    on the task and the page chosen, and what comes of it is kept.

    Parameters
    ----------
    control
        The defense to begin with, a name from `threatlab.attacks.hijack.CONTROLS`.
    seed
        Which tasks users have, and which pages there are.

    Raises
    ------
    ThreatLabError
        If there is no such defense, or the seed is no whole number from 0 on.
    """

    drawn_by = view
    sheets = ("attack_lab",)

    def __init__(self, control: str = "none", seed: int = 0) -> None:
        control, seed = check_control(control, CONTROLS), check_seed("seed", seed)
        pages = tuple(office(seed, page) for page in range(1, 1 + view.PAGES))
        first = view.Setting(next(iter(pages[0])), 1, PLACES[-1], control)
        super().__init__(view.DeskState(seed, pages, first), made_from=[control, seed])

    @property
    def tries(self) -> tuple[view.Try, ...]:
        """Your tries, oldest first."""
        return self.state.tries

    @action
    def set(self, /, **setting: Any) -> None:
        """Choose the `task` by its kind, the `page` by its number, the `place` of your line on it, or the `control`."""
        self.show(replace(self.state, setting=_chosen(self.state, setting)))

    @action
    def draft(self, line: str) -> None:
        """Keep a line that is not sent yet."""
        self.show(replace(self.state, line=_line(line, empty=True)))

    @action
    def try_line(self, /, line: str, **setting: Any) -> view.Try:
        """Put a line on the page, let the model work, and return what came of it; `setting` as for `set`."""
        state = replace(self.state, line=_line(line), setting=_chosen(self.state, setting))
        task = state.setting.of(state.pages)
        jobs = (task, None), (task, Phrasing(state.line, state.setting.place))
        alone, hostile = work(jobs, state.setting.control)
        done = view.Try(state.setting, state.line, hostile.made, hostile.refused, alone.made)
        if state.tries[-1:] != (done,):  # not the second click of two: the model throws no dice
            state = replace(state, tries=(*state.tries, done))
        self.show(state)
        return done

    @action
    def again(self, number: int) -> None:
        """Take up the line and the setting of an earlier try, by its number."""
        earlier = self.state.tries[check_whole("the number of the try", number, 1, len(self.state.tries)) - 1]
        self.show(replace(self.state, setting=earlier.setting, line=earlier.line, taken_up=self.state.taken_up + 1))

    @action
    def hint(self) -> None:
        """Show the next hint on the defense chosen, if tries have earned it."""
        control, given = self.state.setting.control, self.state.hints
        if not view.earned(self.state):
            raise ThreatLabError(f"a hint on {CONTROLS[control].title} takes {view.FOR_A_HINT} tries that fail")
        self.show(replace(self.state, hints={**given, control: given.get(control, 0) + 1}))

    def memory(self, state: view.DeskState) -> dict[str, Any]:
        """Return the setting, the line, the tries and the hints."""
        tries = [(each.setting, each.line, each.made, each.refused, each.alone) for each in state.tries]
        return {"setting": state.setting, "line": state.line, "tries": tries, "hints": dict(state.hints)}

    def recall(self, memory: Any) -> view.DeskState:
        """Return the state with what was kept."""
        tries = tuple(
            view.Try(_kept(setting, self.state), line, *(tuple(map(tuple, calls)) for calls in made))
            for setting, line, *made in memory["tries"]
        )
        setting, line, hints = _kept(memory["setting"], self.state), memory["line"], memory["hints"]
        return replace(self.state, setting=setting, line=line, tries=tries, hints=hints)

    def __repr__(self) -> str:
        return f"InjectionDesk(seed={self.state.seed}): {view.progress(self.state)}"


def _line(line: object, *, empty: bool = False) -> str:
    return check_line("your line", line, longest=LONGEST, empty=empty)


def _chosen(state: view.DeskState, setting: Mapping[str, Any]) -> view.Setting:
    for name in setting:
        check_choice("setting", name, view.Setting._fields)
    task, page, place, control = state.setting._replace(**setting)
    return view.Setting(
        check_choice("task", task, state.pages[0]),
        check_whole("the page", page, 1, view.PAGES),
        check_choice("place", place, PLACES),
        check_control(control, CONTROLS),
    )


def _kept(setting: Sequence[Any], state: view.DeskState) -> view.Setting:
    return _chosen(state, dict(zip(view.Setting._fields, setting, strict=True)))
