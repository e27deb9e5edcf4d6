"""What the scope editor shows, as pure functions from its state to HTML."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from threatlab.dataflow import CARRIES, ELEMENT_KINDS, ZONE_KINDS, DataFlow
from threatlab.dataflow.facts import Reading, why_it_matters
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
    problem,
    saved,
    scale,
    table,
    tag,
    track,
    unheard,
)
from threatlab.widgets.scope_editor.forms import FORMS, forms
from threatlab.widgets.scope_editor.show import (
    ELEMENT_HEADS,
    FLOW_HEADS,
    element_rows,
    flow_rows,
    static_drawing,
)
from threatlab.widgets.scope_editor.state import ScopeState
from threatlab.words import ANSWER, counted


def page(state: ScopeState, drawings: Mapping[str, str], given: DataFlow, place: str) -> Html:
    """Return the whole panel: `drawings` are the titles to choose from by name, `place` is where it is saved."""
    undone = state.drawing == given
    pick = tag(
        "div.tl-pick",
        choice("Drawing", "name", [(title, name) for name, title in drawings.items()], state.chosen, act="choose"),
        tag(
            "div.tl-buttons",
            button("Undo", "undo", hint="Take back the last change", disabled=state.before is None),
            button("Reset", "reset", hint="Go back to the drawing as this panel was made with it", disabled=undone),
            button("Tidy", "tidy", hint="Place everything anew, so that flows are short and seldom cross"),
        ),
        check("This is the whole system", "whole", value=state.drawing.complete, act="finish"),
    )
    ask = (
        button(label, "ask", {"form": name}, hint=hint, pressed=name == state.form)
        for name, (label, hint) in FORMS.items()
    )
    change = tag(
        "div.tl-change",
        tag("div.tl-buttons", *ask, role="group", aria_label="What do you want to change?"),
        forms(state, place),
        data_key="change",  # so that what is half typed in it stays when something is left out above it
    )
    picture = Html(draw(state.drawing, kept=state.kept)) if state.drawing.zones else _first_steps()
    return markup(
        tag("div.tl-top.tl-drawing-menu", pick, problem("choose"), _asked(state, drawings)),
        headline(state),
        tag(
            "div.tl-scope",
            imported(state),
            change,
            tag("div.tl-drawing", picture),
            exclusions(state),
            questions(state),
            fold(facts_title(state), facts_table(state)),
            fold(tables_title(state), tables(state.drawing)),
        ),
    )


def _asked(state: ScopeState, drawings: Mapping[str, str]) -> Html | None:
    """Return the answers to what becomes of the changes, if another drawing is asked for; None if none is."""
    if not state.asked:
        return None
    title = drawings[state.asked]
    answers = {"save": "Save first", "leave": "Don't save"}
    return tag(
        "div.tl-buttons",
        *(
            button(label, "choose", {"name": state.asked, "unsaved": answer}, hint=f"{label}, and go on to {title}")
            for answer, label in answers.items()
        ),
        button("Stay here", "ask", {"form": state.form}, hint="Go on with this drawing"),
    )


def imported(state: ScopeState) -> Html | None:
    """Return the next question about a file of another tool, with its answers; None if nothing is asked."""
    if not state.asks:
        return None
    question, left = state.asks[0], len(state.asks) - 1
    meanings = {"zone": ZONE_KINDS, "element": ELEMENT_KINDS, "flow": CARRIES}.get(question.about, {})
    answers = (
        button(
            choice_,
            "answer",
            {"choice": choice_},
            hint=f"{choice_}: {meanings.get(choice_, 'answer so')}",
            once=f"{question.about} {question.part}",
        )
        for choice_ in question.choices
    )
    why = f"Perhaps {question.proposal}: {question.because}. " if question.proposal else ""
    until = f"Drawn as {question.drawn} until you answer." if question.drawn else ""
    later = button("Later", "later", hint="Ask the others first", disabled=not left)
    known = None if question.choices else button("It is done", "answer", {"choice": ""}, hint="Don't ask again")
    return tag(
        "div.tl-change",
        caption("The file leaves this open", f"{counted(left, 'more question')} after it"),
        tag("p", tag("b", question.asks)),
        tag("p.tl-sub", why, until) if why or until else None,
        tag("div.tl-buttons", *answers, known, later),
        problem("answer"),
    )


def _first_steps() -> Html:
    steps = (
        "Add a zone for each owner: your servers, the internet, a vendor.",
        "Add the elements in it: who asks, the program, the model, where data lie.",
        "Add a flow for each thing that goes from one element to another.",
    )
    return tag("div.tl-note", caption("Nothing drawn yet"), tag("ol", *(tag("li", step) for step in steps)))


def headline(state: ScopeState) -> Html:
    """Return the risk in scope before and after the last change, with what was left out, and what that change did."""
    now, gap = state.hidden.in_scope.risk_score, state.hidden.risk
    if not state.score:
        shown = tag("div.tl-lead", "No risk score: ", _unearned(state))
    else:
        was = markup(tag("s", state.score_before), " \u2192 ") if state.score_before else None
        beyond = tag("div.tl-beyond", style=f"left:{now:.1%};width:{gap:.1%}") if gap else None
        figures = tag("div.tl-figures", was, tag("span.tl-score", state.score))
        shown = markup(
            tag("div", tag("div.tl-cap", "Risk in scope"), figures),
            tag("div", track(now, beyond), scale(_whole(state))),
        )
    return tag(
        "div.tl-head.tl-standing",
        shown,
        tag("p.tl-last", state.last_change),
        tag("div.tl-sub", _counted(state.drawing)),
        unheard(_announcement(state)),
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
            f" {e.reason.rstrip('.')}. Who answers for it: {e.owner}. Look again: {e.review or 'no day is set'}. ",
            speaks_against(state.drawing, e.element, state.base),
        )
        for e in state.drawing.exclusions
    ]
    return tag("div.tl-left-out", caption("Left out of scope"), tag("ul", *rows)) if rows else None


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
    return tag("div.tl-asks", caption("The drawing leaves this open"), tag("ul", *rows)) if rows else None


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
        _scrolled("Flows", FLOW_HEADS[:-2], map(_flow_row, flows)) if flows else tag("p", "No flow so far."),
        _scrolled("Elements", ELEMENT_HEADS[:-1], map(_row, elements)) if elements else None,
    )


def static_picture(state: ScopeState) -> Html:
    """Return the editor as it stands for a saved notebook."""
    hidden = ", ".join(state.labels(state.hidden.facts))
    return saved(
        state.drawing.title,
        " \u00b7 risk in scope ",
        tag("b", state.score or _unearned(state), style="font-size:24px"),
        " \u00b7 ",
        _whole(state),
        tag("br"),
        static_drawing(state.drawing, state.kept),
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


def _unearned(state: ScopeState) -> str:
    return "no flow is drawn yet." if state.drawing.elements else "nothing is drawn yet."


def _counted(drawing: DataFlow) -> str:
    word = "the whole system" if drawing.complete else "not said to be whole"
    return (
        f"{counted(len(drawing.elements), 'element')} in {counted(len(drawing.zones), 'zone')}, "
        f"{counted(len(drawing.flows), 'flow')}, {len(drawing.crossings)} across a boundary \u00b7 {word}"
    )


def _announcement(state: ScopeState) -> str:
    if not state.score:
        return f"{state.last_change} No risk score: {_unearned(state)}"
    was = f"{state.score_before} \u2192 " if state.score_before else ""
    whole = state.hidden.everything.risk_score
    return f"{state.last_change} Risk in scope {was}{state.score}, with what is left out {whole:.2f}."


def _answer(state: ScopeState, fact: str, reading: Reading) -> object:
    if fact in state.hidden.facts:
        counted_too = tag("span.tl-unk", "yes, with what is left out")
        return markup(ANSWER[reading.value], " ", counted_too)
    return tag("span.tl-unk", ANSWER[None]) if reading.value is None else ANSWER[reading.value]


def _scrolled(called: str, heads: tuple[str, ...], rows: Iterable[Iterable[object]]) -> Html:
    """Return a table; where it is wider than the page, it alone scrolls, by keyboard too."""
    return tag("div.tl-scroll", table(heads, rows, row_heads=True), role="region", aria_label=called, tabindex=0)


def _flow_row(cells: tuple[str, ...]) -> list[object]:
    """Return the row of a flow: who can be there stands small beneath what it crosses."""
    *row, there, who = cells
    crosses = FLOW_HEADS.index("Crosses")
    shown = _row((*row, who))
    return [
        markup(cell, tag("div.tl-sub.tl-there", f"Can be there: {there}")) if there and i == crosses else cell
        for i, cell in enumerate(shown)
    ]


def _row(cells: tuple[str, ...]) -> list[object]:
    """Return a row whose last cell, who says so, stands small in the middle: the page is narrow."""
    *row, who = cells
    middle = (len(row) - 1) // 2
    return [markup(cell, tag("div.tl-sub", who)) if who and i == middle else cell for i, cell in enumerate(row)]
