"""The checklist panel's state, and pure functions from that state to HTML: what is done, by which artifact."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from html import escape

from threatlab.lessons import made_in
from threatlab.report import CheckItem, ThreatModel, checklist
from threatlab.words import capital

_STATES = {True: "\u2713 done", False: "\u25cb open"}


@dataclass(frozen=True)
class ChecklistState:
    """The threat model that is judged, and the ids of the items that were done before the last change."""

    model: ThreatModel
    before: frozenset[str]

    @cached_property
    def items(self) -> tuple[CheckItem, ...]:
        """The six items, in the lesson's order."""
        return checklist(self.model)

    @property
    def done(self) -> frozenset[str]:
        """Ids of the items that are done."""
        return frozenset(item.id for item in self.items if item.done)


def page(state: ChecklistState) -> str:
    """Return the head, the six items, and the sentence for a screen reader."""
    heads = "".join(f'<th scope="col">{name}</th>' for name in ("Item", "State", "Ticked by, or what it takes"))
    rows = "".join(_row(state, item) for item in state.items)
    share = len(state.done) / len(state.items)
    return (
        f'<div class="tl-cl-head"><h3 class="tl-cap">The lesson\u2019s checklist <i>\u2014 '
        f"{escape(state.model.system.title)}</i></h3>"
        f'<p class="tl-cl-count"><b>{len(state.done)}</b> of {len(state.items)}</p>'
        f'<div class="tl-bar tl-plain"><i style="width:{share:.1%}"></i></div></div>'
        f'<table class="tl-cl-items"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'
        '<p class="tl-sub tl-cl-note">Nothing here can be ticked by hand: an item is done while the threat model holds '
        "its artifact, and open again once it doesn\u2019t. That an artifact is there says nothing about how good it "
        "is.</p>"
        f'<div class="tl-hidden" role="status" aria-live="polite">{escape(announcement(state))}</div>'
    )


def announcement(state: ChecklistState) -> str:
    """Return what stands and what has changed in one sentence, for a screen reader and as the panel's `repr`."""
    titles = {item.id: item.title for item in state.items}
    said = f"{len(state.done)} of {len(state.items)} items done"
    came = [titles[name] for name in titles if name in state.done - state.before]
    went = [titles[name] for name in titles if name in state.before - state.done]
    said += f"; new: {', '.join(came)}" if came else ""
    return said + (f"; open again: {', '.join(went)}" if went else "")


def static_picture(state: ChecklistState) -> str:
    """Return the checklist for a saved notebook: inline styles alone, which survive there."""
    left = ' style="text-align:left;vertical-align:top"'
    rows = "".join(
        f"<tr><td{left}><b>{escape(item.title)}</b></td><td{left}>{_STATES[item.done]}</td>"
        f"<td{left}>{escape(_told(item))}</td></tr>"
        for item in state.items
    )
    return (
        '<div style="max-width:760px;padding:12px 16px;border:1px solid gray;border-radius:8px">'
        f"<b>{escape(state.model.system.title)}: {len(state.done)} of {len(state.items)} items of the checklist</b>"
        f"<table{left}>{rows}</table><i>A picture of the panel as it was saved.</i></div>"
    )


def _row(state: ChecklistState, item: CheckItem) -> str:
    change = ""
    if item.done and item.id not in state.before:
        change = '<span class="tl-better">new</span>'
    if not item.done and item.id in state.before:
        change = '<span class="tl-worse">open again</span>'
    mark = '<span class="tl-cl-done">done</span>' if item.done else '<span class="tl-cl-open">open</span>'
    where = "" if item.done else f'<span class="tl-sub">Made in notebook {escape(made_in(item.notebook))}.</span>'
    artifact = escape(capital(item.artifact))
    return f'<tr><th scope="row">{escape(item.title)}</th><td>{mark} {change}</td><td>{artifact}. {where}</td></tr>'


def _told(item: CheckItem) -> str:
    return item.artifact if item.done else f"{item.artifact} (notebook {made_in(item.notebook)})"
