"""The class view as one page that needs no kernel and no network: what a class has shared, lesson by lesson."""

from __future__ import annotations

from datetime import datetime

from threatlab.classroom import Snapshot, Tally, room
from threatlab.widgets.base.html import Html, markup, tag
from threatlab.widgets.class_view import view
from threatlab.widgets.class_view.panel import ClassView
from threatlab.widgets.class_view.view import ClassState

_HEAD = (
    '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Class view</title>'
    '<meta name="viewport" content="width=device-width">'
)

_OWN = """\
:root { color-scheme: light dark; }
body { margin: 0; padding: 24px 16px; background: light-dark(#fff, #111); color: light-dark(#1f2328, #f0f3f6); }
main { max-width: 1120px; margin: 0 auto; }
h1, h2 { font: 650 30px/1.2 system-ui, sans-serif; }
main > p { font: 16px/1.45 system-ui, sans-serif; }
h2 { margin: 36px 0 12px; }
@media print { .tl-class-focus { break-inside: avoid; } }
"""

_STYLE = f"{ClassView._css}\n{_OWN}"  # noqa: SLF001  # anywidget's name for it
"""The panel's style sheet, by which a page that names no theme is dark where the reader's system is."""


def to_html(snapshot: Snapshot, now: datetime, *, names: bool = False) -> str:
    """Return a class as an HTML page, as of a time with a zone; with `names` it says who is stuck, if they gave one."""
    whole = ClassState(snapshot, room(snapshot, now.timestamp()), names=names)
    says = f"{view.announcement(whole)}, as of {now:%Y-%m-%d %H:%M}."
    lessons = (_lesson(ClassState(snapshot, whole.room, name, names=names)) for name in whole.begun)
    nothing = None if whole.begun else tag("p", "Nothing has been shared yet.")
    body = tag("body", tag("main", tag("h1", "Class view"), tag("p", says), nothing, *lessons))
    return f"{_HEAD}<style>{_STYLE}</style></head>{body}</html>\n"


def _lesson(state: ClassState) -> Html:
    told = sorted((each for each in state.tallies.values() if each.enough), key=_most_wrong)
    guessed = [each for each in state.guesses.values() if each.enough]
    shown = (
        *(markup(view.over(view.kind_of(each)), view.question(each)) for each in told),
        *(markup(view.over(view.kind_of(each)), view.prediction(each)) for each in guessed),
    )
    few = [view.title(each) for each in state.tallies.values() if not each.enough]
    few += [view.title(each) for each in state.guesses.values() if not each.enough]
    says = tag("p.tl-class-foot", f"Not enough answers yet: {'; '.join(few)}.") if few else None
    parts = (tag("section.tl-class-focus", each) for each in shown)
    alone = view.aside(state) if state.names else None
    return markup(
        tag("h2", view.TITLES[state.at]),
        tag("div.tl", view.figures(state), *parts, says, alone),
    )


def _most_wrong(tally: Tally) -> tuple[int, int]:
    return tally.done - tally.answered, -sum(met.ever for met in tally.met)
