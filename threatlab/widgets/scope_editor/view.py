"""The scope editor's state, and pure functions from that state to HTML."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from threatlab.catalog import Catalog
from threatlab.dataflow import DataFlow
from threatlab.dataflow.facts import Hidden, Reading, facts_from, hidden_by_exclusions, why_it_matters
from threatlab.dataflow.picture import draw
from threatlab.system import AISystem
from threatlab.widgets.base.html import (
    Html,
    button,
    caption,
    check,
    choice,
    fold,
    markup,
    saved,
    table,
    tag,
    unheard,
)
from threatlab.widgets.scope_editor.forms import FORMS, forms
from threatlab.widgets.scope_editor.show import (
    ELEMENT_HEADS,
    FLOW_HEADS,
    SAYS_WHO,
    element_rows,
    flow_rows,
    static_drawing,
)
from threatlab.words import counted

_WORDS = {True: "yes", False: "no", None: "unknown"}
_ASK = "What do you want to change?"


@dataclass(frozen=True)
class ScopeState:
    """What the editor shows: the drawing as it is and as it was, and the system that brings the controls.

    `past` are the drawings that Undo goes back to, the newest last; `last_change` says what the last change did;
    `form` is the form that is open, and `accepted` are the actions that were done so far, by form or in code.
    """

    drawing: DataFlow
    start: DataFlow
    base: AISystem | None = None
    past: tuple[DataFlow, ...] = ()
    last_change: str = ""
    form: str = "flow"
    accepted: tuple[str, ...] = ()

    @cached_property
    def readings(self) -> dict[str, Reading]:
        """What the drawing says of each fact, without what was left out."""
        return facts_from(self.drawing)

    @cached_property
    def hidden(self) -> Hidden:
        """What the exclusions take out of sight, with the assessments of both sides."""
        return hidden_by_exclusions(self.drawing, self.base)

    @property
    def catalog(self) -> Catalog:
        """The catalog of the system that follows from the drawing."""
        return self.hidden.in_scope.system.catalog

    @cached_property
    def true(self) -> tuple[str, ...]:
        """Labels of the facts that follow from the drawing."""
        return self.labels(fact for fact, reading in self.readings.items() if reading.value)

    @cached_property
    def questions(self) -> dict[str, tuple[str, ...]]:
        """What the drawing leaves open, as questions, each with the labels of the facts that hang on it."""
        asked = dict.fromkeys(reading.asks for reading in self.readings.values() if reading.asks)
        return {q: self.labels(fact for fact, reading in self.readings.items() if reading.asks == q) for q in asked}

    def labels(self, facts: Iterable[str]) -> tuple[str, ...]:
        """Return facts as they are read by people."""
        return tuple(self.catalog.facts[fact].label for fact in facts)


def page(state: ScopeState, drawings: Mapping[str, DataFlow]) -> Html:
    """Return the whole panel."""
    pick = tag(
        "div",
        choice("Drawing", "name", [(d.title, name) for name, d in drawings.items()], state.start.name, act="choose"),
        tag(
            "div",
            button("Undo", "undo", hint="Take back the last change", disabled=not state.past),
            button(
                "Reset", "reset", hint="Go back to the drawing as you found it", disabled=state.drawing == state.start
            ),
            class_="tl-buttons",
        ),
        check("This is the whole system", "whole", value=state.drawing.complete, act="finish"),
        class_="tl-pick",
    )
    ask = (
        button(label, "ask", {"form": name}, hint=hint, pressed=name == state.form)
        for name, (label, hint) in FORMS.items()
    )
    change = tag(
        "div",
        tag("div", tag("p", _ASK), *ask, class_="tl-buttons", role="group", aria_label=_ASK),
        tag("p", state.last_change, class_="tl-last") if state.last_change else None,
        forms(state.drawing, state.form, state.accepted),
        class_="tl-change",
        data_key="change",  # so that what is half typed in it stays when something is left out above it
    )
    return markup(
        tag("div", pick, headline(state), class_="tl-top"),
        tag(
            "div",
            tag("div", Html(draw(state.drawing)), class_="tl-drawing"),
            exclusions(state),
            questions(state),
            change,
            fold(facts_title(state), facts_table(state)),
            fold(tables_title(state), tables(state.drawing)),
            class_="tl-scope",
        ),
    )


def headline(state: ScopeState) -> Html:
    """Return the risk in scope, the risk with what was left out, and what is drawn: what the eye must find first."""
    now, gap = state.hidden.in_scope.risk_score, state.hidden.risk
    beyond = tag("div", class_="tl-beyond", style=f"left:{now:.1%};width:{gap:.1%}") if gap else None
    track = tag("div", tag("div", class_="tl-fill", style=f"width:{now:.1%}"), beyond, class_="tl-track")
    scale = tag("div", tag("span", 0), tag("span", _whole(state)), tag("span", 1), class_="tl-scale")
    return tag(
        "div",
        tag("div", tag("div", "Risk in scope", class_="tl-cap"), tag("div", f"{now:.2f}", class_="tl-score")),
        tag("div", track, scale),
        tag("div", tag("span", _counted(state.drawing)), class_="tl-lead"),
        unheard(_announcement(state)),
        class_="tl-head",
    )


def changed_facts(before: ScopeState, after: ScopeState) -> list[str]:
    """Return in sentences which facts follow from the drawing now and did not before, and the other way round."""
    came = [label for label in after.true if label not in before.true]
    went = [label for label in before.true if label not in after.true]
    words = [f"Now it follows: {', '.join(came)}."] if came else []
    words += [f"It no longer follows: {', '.join(went)}."] if went else []
    return words + [f"Open now: {question}" for question in after.questions if question not in before.questions]


def exclusions(state: ScopeState) -> Html | None:
    """Return what is left out, why, who answers for it, when it is looked at again, and what that hides; or None."""
    rows = [
        tag(
            "li",
            tag("b", f"{e.element}."),
            f" {e.reason} ",
            tag("span", f"({e.owner}; {f'review: {e.review}' if e.review else 'no review is set'})"),
            f" {speaks_against(state.drawing, e.element, state.base)}",
        )
        for e in state.drawing.exclusions
    ]
    return tag("div", caption("Left out of scope"), tag("ul", *rows), class_="tl-left-out") if rows else None


def speaks_against(drawing: DataFlow, element: str, base: AISystem | None) -> str:
    """Return in a sentence what speaks against leaving one element out, whether or not the score tells."""
    reasons = why_it_matters(drawing, element, base)
    if not reasons:
        return "Nothing drawn speaks against it: no score, no personal data, no tool, no boundary, no only way."
    return f"All the same, it {'; it '.join(reasons)}."


def questions(state: ScopeState) -> Html | None:
    """Return what the editor asks, because the drawing contradicts itself or leaves a fact open; None if nothing."""
    rows = [
        tag("li", f"{question} ", tag("span", f"(unknown until then: {', '.join(labels)})"))
        for question, labels in state.questions.items()
    ]
    return tag("div", caption("The drawing leaves this open"), tag("ul", *rows), class_="tl-asks") if rows else None


def facts_title(state: ScopeState) -> str:
    """Return in one line what follows from the drawing."""
    hidden = ", ".join(state.labels(state.hidden.facts))
    unknown = sum(reading.value is None for reading in state.readings.values())
    parts = ["What follows from the drawing", ", ".join(state.true) or "nothing yet"]
    parts += [f"hidden by what is left out: {hidden}"] if hidden else []
    parts += [f"{unknown} unknown"] if unknown else []
    return " \u00b7 ".join(parts)


def facts_table(state: ScopeState) -> Html:
    """Return each fact with its answer and the flows that show it."""
    order = {True: 0, None: 1, False: 2}
    rows = (
        (state.catalog.facts[fact].label, _answer(state, fact, reading), reading.because)
        for fact, reading in sorted(state.readings.items(), key=lambda item: order[item[1].value])
    )
    return _scrolled("Facts", ("Fact", "Answer", "Because"), rows)


def tables_title(state: ScopeState) -> str:
    """Return in one line what the tables hold."""
    drawing = state.drawing
    return (
        f"Every flow and element in a table \u00b7 {counted(len(drawing.flows), 'flow')}, "
        f"{len(drawing.crossings)} across a boundary"
    )


def tables(drawing: DataFlow) -> Html:
    """Return every flow and every element, each with what the picture tells of it, and who says so."""
    flows, elements = flow_rows(drawing), element_rows(drawing)
    return markup(
        _scrolled("Flows", FLOW_HEADS, map(_row, flows)) if flows else tag("p", "No flow so far."),
        _scrolled("Elements", ELEMENT_HEADS, map(_row, elements)) if elements else None,
    )


def static_picture(state: ScopeState) -> Html:
    """Return the editor as it stands for a saved notebook: no controls, and inline styles, which survive there."""
    hidden = ", ".join(state.labels(state.hidden.facts))
    return saved(
        state.drawing.title,
        " \u00b7 risk in scope ",
        tag("b", f"{state.hidden.in_scope.risk_score:.2f}", style="font-size:24px"),
        " \u00b7 ",
        _whole(state),
        tag("br"),
        static_drawing(state.drawing),
        tag(
            "p",
            f"Follows from the drawing: {', '.join(state.true) or 'nothing yet'}.",
            f" Hidden by what is left out: {hidden}." if hidden else None,
            f" Open: {' '.join(state.questions)}" if state.questions else None,
        ),
    )


def _whole(state: ScopeState) -> Html:
    if not state.drawing.exclusions:
        return markup("nothing is left out")
    score = tag("b", f"{state.hidden.everything.risk_score:.2f}")
    return markup("with what you left out ", score, None if state.hidden.risk else ": it moves no score")


def _counted(drawing: DataFlow) -> str:
    word = "the whole system" if drawing.complete else "not said to be whole"
    return (
        f"{counted(len(drawing.elements), 'element')} in {counted(len(drawing.zones), 'zone')}, "
        f"{counted(len(drawing.flows), 'flow')}, {len(drawing.crossings)} across a boundary \u00b7 {word}"
    )


def _announcement(state: ScopeState) -> str:
    now, whole = state.hidden.in_scope.risk_score, state.hidden.everything.risk_score
    return f"{state.last_change} Risk in scope {now:.2f}, with what is left out {whole:.2f}."


def _answer(state: ScopeState, fact: str, reading: Reading) -> object:
    if fact in state.hidden.facts:
        counted_too = tag("span", "yes, if you count what is left out", class_="tl-unk")
        return markup(_WORDS[reading.value], " ", counted_too)
    return tag("span", _WORDS[None], class_="tl-unk") if reading.value is None else _WORDS[reading.value]


def _scrolled(called: str, heads: tuple[str, ...], rows: Iterable[Iterable[object]]) -> Html:
    """Return a table; where it is wider than the page, it alone scrolls, by keyboard too."""
    drawn = table([name for name in heads if name != SAYS_WHO], rows, row_heads=True)
    return tag("div", drawn, class_="tl-scroll", role="region", aria_label=called, tabindex=0)


def _row(cells: tuple[str, ...]) -> list[object]:
    """Return a row whose last cell, who says so, stands small in the middle: the page is narrow."""
    *row, who = cells
    middle = (len(row) - 1) // 2
    return [
        markup(cell, tag("div", who, class_="tl-sub")) if who and i == middle else cell for i, cell in enumerate(row)
    ]
