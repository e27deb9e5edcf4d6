"""What every panel is: a state that never changes, HTML drawn from it, and actions that lead to the next state."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from functools import wraps
from importlib import resources
from inspect import signature
from typing import Any, ClassVar, Concatenate, Generic, ParamSpec, TypeVar, cast

import anywidget
import ipywidgets
import traitlets

from threatlab.errors import ThreatLabError
from threatlab.exercises.kept import kept
from threatlab.widgets.base import html
from threatlab.words import as_sentence

P = ParamSpec("P")
R = TypeVar("R")
State = TypeVar("State")
Self = TypeVar("Self", bound="Panel[Any]")

_BASE = resources.files("threatlab.widgets.base")
_STYLE = (_BASE / "style.css").read_text(encoding="utf-8")

_KIT = 8
"""The first number of the ipywidgets that panels are made for; some hosted services have 7."""


def action(method: Callable[Concatenate[Self, P], R]) -> Callable[Concatenate[Self, P], R]:
    """Mark a method as one that the page may call, as a button or a field of the panel; code calls it, too.

    One is done at a time: where a page hands clicks to a thread of the kernel's, a cell can be running in another.
    """

    @wraps(method)
    def one_at_a_time(self: Self, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with self.turn:
            return method(self, *args, **kwargs)

    one_at_a_time.is_action = True  # type: ignore[attr-defined]
    return cast("Callable[Concatenate[Self, P], R]", one_at_a_time)


class Panel(anywidget.AnyWidget, Generic[State]):
    """A live panel. Display it as the last value of a cell; what a click does can be done in code.

    A panel of its own kind says which module draws its state (`drawn_by`), and which of its methods are actions
    (`@action`). An action checks its values, works out the next state and calls `show`; what can't be done it refuses
    with a ThreatLabError, and nothing changes. Its style sheet stands beside it, as own.css. One that is to be there
    again tomorrow says what it was `made_from`, what of a state is kept (`memory`) and how that is taken up (`recall`).

    Attributes
    ----------
    state
        What the panel shows.
    begun
        The state that it was made with, to which `begin_anew` goes back.
    parts
        Panels within this one: `draw` puts the HTML of each into an element with `data-part` set to its name.
    turn
        The lock in which a state is read and replaced: one for all panels, since one can stand within another.
    """

    _esm = (_BASE / "panel.js").read_text(encoding="utf-8")
    _css = _STYLE
    drawn_by: Any = None
    """The module that draws it: `page(state)` in a live notebook, `static_picture(state)` in a saved one."""
    sheets: ClassVar[tuple[str, ...]] = ()
    """Folders whose own.css this panel needs besides its own."""
    _actions: ClassVar[Mapping[str, Callable[..., Any]]] = {}
    _refused: tuple[object, str] = ("", "")
    turn = threading.RLock()

    page = traitlets.Unicode().tag(sync=True)
    live = traitlets.Unicode().tag(sync=True)
    """HTML of what changes by itself each second: it stands in the page's element with `data-live`."""
    answered = traitlets.Unicode().tag(sync=True)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        if {"draw", "drawn_by"} & cls.__dict__.keys():  # not one that anywidget makes to add a trait
            widgets = resources.files("threatlab.widgets")
            sheets = (widgets / folder / "own.css" for folder in (*cls.sheets, *cls.__module__.split(".")[-2:-1]))
            cls._css = "\n".join((_STYLE, *(sheet.read_text(encoding="utf-8") for sheet in sheets if sheet.is_file())))
            own = {name: getattr(cls, name) for kind in cls.__mro__ if issubclass(kind, Panel) for name in vars(kind)}
            cls._actions = {name: each for name, each in own.items() if getattr(each, "is_action", False)}
        super().__init_subclass__(**kwargs)

    def __init__(self, state: State, *, made_from: object = None) -> None:
        self.parts: dict[str, Panel[Any]] = {}
        self._heard: set[str] = set()  # the ids of the messages that were done
        self.state: State = state
        self.begun = self._before_anew = state
        self._place, self._last = None, None
        self._offer: tuple[str, str, str] | None = None
        if made_from is not None:
            self._place, self._last = kept(type(self).__name__, made_from), self._remembered(state)
        self.state = self._taken_up()
        super().__init__(page=self._drawn(self.state))
        self.on_msg(lambda _, message, __: self.hear(message))
        if int(ipywidgets.__version__.partition(".")[0]) < _KIT:
            self._ipython_display_ = self._shown_by_an_older_one

    def draw(self, state: State) -> str:
        """Return the panel's HTML: a pure function of the state."""
        page: str = self.drawn_by.page(state)
        return page

    def picture(self) -> str:
        """Return the panel as it stands for a saved notebook: no controls, and inline styles, which survive there."""
        picture: str = self.drawn_by.static_picture(self.state)
        return picture

    def memory(self, state: State) -> Any:
        """Return what of a state is kept in the learner's folder: what JSON can hold."""
        raise NotImplementedError

    def recall(self, memory: Any) -> State:
        """Return the state that a memory is of; `self.state` is still the one that the panel is made with.

        Any exception says that the memory can't be taken up, since the panel is another one today.
        """
        raise NotImplementedError

    @action
    def begin_anew(self) -> None:
        """Go back to the state that the panel was made with; what was done can be taken up again."""
        self._show_anew(self.begun)

    @action
    def take_up_again(self) -> None:
        """Take back `begin_anew`."""
        self.show(self._before_anew)

    def _show_anew(self, state: State) -> None:
        before = self.state
        self.show(state)
        self._before_anew, self._offer = before, ("Begun anew.", "Take it up again", "take_up_again")
        self.page = self._drawn(self.state)

    def show(self, state: State, *, unasked: bool = False) -> None:
        """Go on to another state; if it can't be drawn, nothing changes.

        What is said of the last problem goes, unless it is `unasked`, as a step of time is, or work that is done.
        """
        with self.turn:
            if not unasked:
                self._refused, self._offer = ("", ""), None
            page = self._drawn(state)
            self.state, self.page = state, page
            if self._place and (memory := self._remembered(state)) != self._last:
                self._last = memory
                self._place.write(memory, self.picture())

    def embed(self, name: str, part: Panel[Any] | None) -> None:
        """Put another panel into this one under a name, or take it out (None); it can't be shown by itself any more."""
        self.parts.pop(name, None)
        if part is not None:
            self.parts[name] = part
            part.close()  # its line to the page: this panel's carries all that is said
            part.observe(lambda _: self.show(self.state, unasked=True), "page")

    def hear(self, message: Any) -> None:
        """Do what the page asks for: `{"act": name, "args": {...}}`. What can't be done is said in the panel.

        Only methods marked as actions can be named, and they check their values as they do for code. A `once` that no
        button on the page has any more is the second click of two, or one that came too late: it is left out. So is
        what a view of the panel sends again, by its "id". Messages can come in another order than they were sent in,
        where JupyterLab is not told to send all to the thread that runs cells (threatlab/jupyter/overrides.json).
        """
        message = message if isinstance(message, dict) else {}
        sent_as = message.get("id")
        with self.turn, self.hold_sync():
            self.answered = str(sent_as)
            if self.answered in self._heard:
                self.send_state(["page", "live", "answered"])  # the answer may be what was lost
                return
            if sent_as is not None:
                self._heard.add(self.answered)
            name, target = message.get("act"), self
            try:
                for part in message.get("part") or ():
                    target = target.parts[part]
            except (KeyError, TypeError):
                target, name = self, None
            target._do(name, message.get("args"), message.get("once"))  # another of its kind

    def _do(self, name: object, args: object, once: object) -> None:
        before = self.state
        try:
            if not isinstance(name, str) or name not in self._actions:
                raise ThreatLabError(f"this panel can't do {name!r}; reload the page if it is an old one")  # noqa: TRY301
            if once is not None and f'data-once="{html.markup(once)}"' not in self.page:
                return
            self._actions[name](self, **_fitting(name, self._actions[name], args))
            if self.state is before:
                self.show(before)  # takes away what was said of the last problem
        except ThreatLabError as problem:
            self._refused = name, str(problem)
            self.page = self._drawn(self.state)
        except Exception as fault:
            self.state, self._refused = before, (name, f"the panel has a fault, and nothing was changed: {fault!r}")
            self.page = self._drawn(before)
            raise

    def _remembered(self, state: State) -> Any:
        return json.loads(json.dumps(self.memory(state)))  # as it will be read: with lists for tuples

    def _taken_up(self) -> State:
        """Return the state that was kept in this notebook, or the one that the panel is made with."""
        if not self._place or (memory := self._place.read()) is None or memory == self._last:
            return self.state
        try:
            taken = self.recall(memory)
        except Exception as problem:  # noqa: BLE001  # whatever an older edition has kept, the notebook goes on
            self._place.set_aside(problem)
            return self.state
        self._last = memory
        self._offer = "Taken up where you left it.", "Begin anew", "begin_anew"
        return taken

    def _drawn(self, state: State) -> str:
        page, (name, problem) = self.draw(state), self._refused
        if self._offer:
            sentence, label, act = self._offer
            page = html.tag("p.tl-kept", sentence, " ", html.button(label, act), role="status") + page
        if not problem:
            return page
        said = html.tag("p.tl-problem", as_sentence(problem), role="alert")
        place = html.problem(str(name))
        return page.replace(place, said, 1) if place in page else said + page

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        live, about = super()._repr_mimebundle_(**kwargs) or ({}, {})
        picture = self._place.marked(self.picture()) if self._place else self.picture()
        return {**live, "text/plain": repr(self), "text/html": picture}, about

    def _shown_by_an_older_one(self, **_: Any) -> None:
        """Show the panel as ipywidgets 7 would, beneath what to do if that shows nothing, or no click is answered."""
        from IPython import display

        show: Any = display.display
        there = ipywidgets.__version__
        way_out = f"%pip install 'ipywidgets>={_KIT},<{_KIT + 1}'"
        said = (
            f"ipywidgets {there} is installed here, and panels are made for {_KIT}. If the one below stays empty, or "
            f"doesn't answer: run {way_out} in a cell, restart the kernel, and reload the page."
        )
        show({"text/plain": said, "text/html": html.tag("p", said)}, raw=True)
        bundle, about = self._repr_mimebundle_()
        show(bundle, metadata=about, raw=True)


def _fitting(name: str, method: Callable[..., Any], args: object) -> dict[str, Any]:
    """Return the arguments if the action takes them by these names."""
    try:
        wanted = _gathered(dict(args))  # type: ignore[call-overload]
        signature(method).bind(None, **wanted)
    except (TypeError, ValueError):
        raise ThreatLabError(f"{name} can't be done with {args!r}; reload the page if it is an old one") from None
    return wanted


def _gathered(args: dict[str, Any]) -> dict[str, Any]:
    """Return arguments with the boxes of a question ("assets.model": True) as one list of those that are ticked."""
    gathered: dict[str, Any] = {}
    for key, value in args.items():
        name, is_one_of_several, word = str(key).partition(".")
        if is_one_of_several:
            gathered.setdefault(name, []).extend([word] * (value is True))
        else:
            gathered[key] = value
    return gathered
