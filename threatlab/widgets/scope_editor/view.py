"""The scope editor's state, and pure functions from that state to HTML."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from html import escape

from threatlab.catalog import catalog
from threatlab.dataflow import DataFlow
from threatlab.dataflow.facts import Hidden, Reading, facts_from, hidden_by_exclusions
from threatlab.dataflow.picture import draw
from threatlab.system import AISystem
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


@dataclass(frozen=True)
class ScopeState:
    """What the editor shows: the drawing as it is and as it was, and the system that brings the controls.

    `told` is what the last change did, in a sentence; `form` is the form that is open.
    """

    drawing: DataFlow
    start: DataFlow
    base: AISystem | None = None
    told: str = ""
    form: str = "flow"

    @cached_property
    def readings(self) -> dict[str, Reading]:
        """What the drawing says of each fact, without what was left out."""
        return facts_from(self.drawing)

    @cached_property
    def hidden(self) -> Hidden:
        """What the exclusions take out of sight, with the assessments of both sides."""
        return hidden_by_exclusions(self.drawing, self.base)


def headline(state: ScopeState) -> str:
    """Return the risk in scope, the risk with what was left out, and what is drawn: what the eye must find first."""
    now, gap, drawing = state.hidden.in_scope.risk_score, state.hidden.risk, state.drawing
    beyond = f'<div class="tl-beyond" style="left:{now:.1%};width:{gap:.1%}"></div>' if gap else ""
    return (
        f'<div class="tl-head"><div><div class="tl-cap">Risk in scope</div><div class="tl-score">{now:.2f}</div></div>'
        f'<div><div class="tl-track"><div class="tl-fill" style="width:{now:.1%}"></div>{beyond}</div>'
        f'<div class="tl-scale"><span>0</span><span>{_whole(state)}</span><span>1</span></div></div>'
        f'<div class="tl-lead"><span>{_counted(drawing)}</span></div></div>'
        f'<div class="tl-hidden" role="alert" aria-live="polite">{escape(_announcement(state))}</div>'
    )


def changed_facts(before: ScopeState, after: ScopeState) -> list[str]:
    """Return in sentences which facts follow from the drawing now and did not before, and the other way round."""
    label = {fact: catalog().facts[fact].label for fact in after.readings}
    came = [label[f] for f, r in after.readings.items() if r.value and not before.readings[f].value]
    went = [label[f] for f, r in after.readings.items() if not r.value and before.readings[f].value]
    words = [f"Now it follows: {', '.join(came)}."] if came else []
    return words + ([f"It no longer follows: {', '.join(went)}."] if went else [])


def told(state: ScopeState) -> str:
    """Return what the last change did."""
    return f'<p class="tl-told">{escape(state.told)}</p>' if state.told else ""


def picture(state: ScopeState) -> str:
    """Return the drawing, and under it each exclusion with reason and owner."""
    return f'<div class="tl-drawing">{draw(state.drawing)}</div>{exclusions(state.drawing)}'


def exclusions(drawing: DataFlow) -> str:
    """Return what is left out, why, who answers for it and when it is looked at again; "" if nothing is."""
    rows = "".join(
        f"<li><b>{escape(e.element)}.</b> {escape(e.reason)} <span>({escape(e.owner)}; "
        f"{f'review: {escape(e.review)}' if e.review else 'no review is set'})</span></li>"
        for e in drawing.exclusions
    )
    return f'<div class="tl-left-out"><h3 class="tl-cap">Left out of scope</h3><ul>{rows}</ul></div>' if rows else ""


def facts_title(state: ScopeState) -> str:
    """Return in one line what follows from the drawing."""
    facts = catalog().facts
    true = [facts[fact].label for fact, reading in state.readings.items() if reading.value]
    unknown = sum(reading.value is None for reading in state.readings.values())
    parts = [", ".join(true) or "nothing yet"]
    parts += (
        [f"hidden by what is left out: {', '.join(facts[f].label for f in state.hidden.facts)}"]
        if state.hidden.facts
        else []
    )
    parts += [f"{unknown} unknown"] if unknown else []
    return " \u00b7 ".join(("What follows from the drawing", *parts))


def facts_table(state: ScopeState) -> str:
    """Return each fact with its answer and the flows that show it."""
    order = {True: 0, None: 1, False: 2}
    rows = "".join(
        f'<tr><th scope="row">{escape(catalog().facts[fact].label)}</th><td>{_answer(state, fact, reading)}</td>'
        f"<td>{escape(reading.because)}</td></tr>"
        for fact, reading in sorted(state.readings.items(), key=lambda item: order[item[1].value])
    )
    return _table("Facts", ("Fact", "Answer", "Because"), rows)


def tables_title(state: ScopeState) -> str:
    """Return in one line what the tables hold."""
    drawing = state.drawing
    return (
        f"Every flow and element in a table \u00b7 {counted(len(drawing.flows), 'flow')}, "
        f"{len(drawing.crossings)} across a boundary"
    )


def tables(drawing: DataFlow) -> str:
    """Return every flow and every element, each with what the picture tells of it, and who says so."""
    rows = "".join(map(_row, flow_rows(drawing)))
    flows = _table("Flows", FLOW_HEADS, rows) if rows else "<p>No flow so far.</p>"
    elements = "".join(map(_row, element_rows(drawing)))
    return flows + (_table("Elements", ELEMENT_HEADS, elements) if elements else "")


def static_picture(state: ScopeState) -> str:
    """Return the editor as it stands for a saved notebook: no controls, and inline styles, which survive there."""
    facts = catalog().facts
    true = ", ".join(facts[fact].label for fact, reading in state.readings.items() if reading.value) or "nothing yet"
    hidden = ", ".join(facts[fact].label for fact in state.hidden.facts)
    return (
        f'<div style="max-width:720px;padding:12px 16px;border:1px solid gray;border-radius:8px">'
        f"<b>{escape(state.drawing.title)}</b> \u00b7 risk in scope "
        f'<b style="font-size:24px">{state.hidden.in_scope.risk_score:.2f}</b> \u00b7 {_whole(state)}<br>'
        f"{static_drawing(state.drawing)}"
        f"<p>Follows from the drawing: {escape(true)}."
        f"{f' Hidden by what is left out: {escape(hidden)}.' if hidden else ''}</p>"
        f"<i>A picture of the panel as it was saved. Run the cell to use it.</i></div>"
    )


def _whole(state: ScopeState) -> str:
    if not state.drawing.exclusions:
        return "nothing is left out"
    words = f"with what you left out <b>{state.hidden.everything.risk_score:.2f}</b>"
    return words if state.hidden.risk else f"{words}: it moves no score"


def _counted(drawing: DataFlow) -> str:
    word = "the whole system" if drawing.complete else "not said to be whole"
    return (
        f"{counted(len(drawing.elements), 'element')} in {counted(len(drawing.zones), 'zone')}, "
        f"{counted(len(drawing.flows), 'flow')}, {len(drawing.crossings)} across a boundary \u00b7 {word}"
    )


def _announcement(state: ScopeState) -> str:
    now, whole = state.hidden.in_scope.risk_score, state.hidden.everything.risk_score
    return f"{state.told} Risk in scope {now:.2f}, with what is left out {whole:.2f}."


def _answer(state: ScopeState, fact: str, reading: Reading) -> str:
    if fact in state.hidden.facts:
        return f'{_WORDS[reading.value]} <span class="tl-unk">yes, if you count what is left out</span>'
    return f'<span class="tl-unk">{_WORDS[None]}</span>' if reading.value is None else _WORDS[reading.value]


def _table(called: str, heads: tuple[str, ...], rows: str) -> str:
    """Return a table; where it is wider than the page, it alone scrolls, by keyboard too."""
    head = "".join(f'<th scope="col">{name}</th>' for name in heads if name != SAYS_WHO)
    region = f'<div class="tl-wide" role="region" aria-label="{called}" tabindex="0">'
    return f"{region}<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"


def _row(cells: tuple[str, ...]) -> str:
    """Return a row whose last cell, who says so, stands small in the middle: the page is narrow."""
    first, *rest, who = map(escape, cells)
    middle = len(rest) // 2 - 1
    if who:
        rest[middle] += f'<div class="tl-sub">{who}</div>'
    return f'<tr><th scope="row">{first}</th>' + "".join(f"<td>{cell}</td>" for cell in rest) + "</tr>"
