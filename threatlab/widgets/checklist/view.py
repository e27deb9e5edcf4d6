"""The checklist panel's state, and pure functions from that state to HTML: what is done, by which artifact."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from threatlab.lessons import made_in
from threatlab.report import CheckItem, ThreatModel, checklist
from threatlab.widgets.base.html import Html, bar, caption, markup, saved, saved_table, table, tag, unheard
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


def page(state: ChecklistState) -> Html:
    """Return the head, the six items, and the sentence for a screen reader."""
    done, items = len(state.done), state.items
    head = tag(
        "div.tl-cl-head",
        caption("Checklist", state.model.title),
        tag("p.tl-cl-count", tag("b", done), f" of {len(items)}"),
        bar(done / len(items)),
    )
    note = (
        "Nothing here can be ticked by hand: an item is done while the threat model holds its artifact, and open again "
        "once it doesn\u2019t. That an artifact is there says nothing about how good it is."
    )
    heads = ("Item", "State", "Ticked by, or what it takes")
    rows = (_row(state, item) for item in items)
    return tag(
        "div.tl-checklist",
        head,
        table(heads, rows, row_heads=True, class_="tl-cl-items"),
        tag("p.tl-sub.tl-gap", note),
        unheard(announcement(state)),
    )


def announcement(state: ChecklistState) -> str:
    """Return what stands and what has changed in one sentence, for a screen reader and as the panel's `repr`."""
    titles = {item.id: item.title for item in state.items}
    words = f"{len(state.done)} of {len(state.items)} items done"
    came = [titles[name] for name in titles if name in state.done - state.before]
    went = [titles[name] for name in titles if name in state.before - state.done]
    words += f"; new: {', '.join(came)}" if came else ""
    return words + (f"; open again: {', '.join(went)}" if went else "")


def static_picture(state: ChecklistState) -> Html:
    """Return the checklist for a saved notebook."""
    rows = ((tag("b", item.title), _STATES[item.done], _artifact(item)) for item in state.items)
    title = f"{state.model.title}: {len(state.done)} of {len(state.items)} items of the checklist"
    return saved(title, saved_table((), rows))


def _row(state: ChecklistState, item: CheckItem) -> tuple[object, ...]:
    change = None
    if item.done and item.id not in state.before:
        change = tag("span.tl-better", "new")
    if not item.done and item.id in state.before:
        change = tag("span.tl-worse", "open again")
    mark = tag("span.tl-holds", "done") if item.done else tag("span.tl-cl-open", "open")
    place = None if item.done else tag("span.tl-sub", f"Notebook {made_in(item.notebook)} shows how.")
    return (item.title, markup(mark, " ", change), markup(capital(item.artifact), ". ", place))


def _artifact(item: CheckItem) -> str:
    return item.artifact if item.done else f"{item.artifact} (notebook {made_in(item.notebook)})"
