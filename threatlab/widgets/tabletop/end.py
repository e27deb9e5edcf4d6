"""How a tabletop exercise ended, as HTML: figures beside other runs, lessons, incident log, and the saved picture."""

from __future__ import annotations

from html import escape

from threatlab.catalog import catalog
from threatlab.tabletop import MEASURES, Exercise, Lesson, compare
from threatlab.widgets.tabletop.view import TabletopState, lower_first

_KINDS = {"change": "Change", "keep": "Keep"}
_HAVE = {True: "in place", False: "not in place", None: "nobody knows whether it is in place"}


def finish(state: TabletopState) -> str:
    """Return the end of a finished exercise, or nothing before."""
    now = state.exercise
    if now is None or not now.finished:
        return ""
    return f"{_figures(now)}{_lessons(now.lessons)}{_log(now)}"


def _figures(now: Exercise) -> str:
    runs = compare(now)
    heads = "".join(f'<th scope="col">{escape(name.capitalize())}</th>' for name in ("counted", *runs))
    rows = "".join(
        f'<tr><th scope="row">{escape(measure.title)}<div class="tl-sub">{escape(measure.meaning)}</div></th>'
        + "".join(f'<td class="tl-num">{measure.amount(run.figures[name])}</td>' for run in runs.values())
        + "</tr>"
        for name, measure in MEASURES.items()
    )
    ready = ", ".join(lower_first(catalog().controls[control].title) for control in now.story.prepared_controls)
    return (
        '<h3 class="tl-cap">How it ended <i>\u2014 of each, less is better; they are not added up, and nobody is graded'
        f'</i></h3><table class="tl-tt-ended"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'
        f'<p class="tl-sub">All three are played by the same rules. The prepared team has in place: {escape(ready)}. '
        f"Its price is in the figures, too. <b>As published:</b> {escape(now.story.published)}</p>"
    )


def _lessons(found: tuple[Lesson, ...]) -> str:
    rows = "".join(
        f'<li class="tl-tt-lesson tl-tt-lesson-{each.kind}"><p><b>{_KINDS[each.kind]}.</b> {escape(each.text)}</p>'
        f'<p class="tl-sub">Seen at: {escape("; ".join(each.because))}. '
        f"Control: {escape(catalog().controls[each.control].title)} ({_HAVE[each.in_place]}); usually done by the "
        f"{escape(each.owner)}.<br>For the response plan: {escape(each.policy)}</p></li>"
        for each in found
    )
    return f'<h3 class="tl-cap">Lessons</h3><ul class="tl-tt-lessons">{rows}</ul>'


def _log(now: Exercise) -> str:
    heads = "".join(f'<th scope="col">{name}</th>' for name in ("Time", "Message", "Decision, and what followed"))
    rows = "".join(
        f'<tr><td class="tl-num">{entry.clock}</td><td>{escape(entry.title)}</td><td><b>{escape(entry.by or "nobody")}:'
        f"</b> {escape(entry.text)}<p>{escape(entry.consequence)}</p>{_note(entry.note)}</td></tr>"
        for entry in now.log
    )
    return (
        f'<h3 class="tl-cap">Incident log</h3><table class="tl-tt-log"><thead><tr>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def _note(note: str) -> str:
    return f'<p class="tl-sub">Note: \u201c{escape(note)}\u201d</p>' if note else ""


def static_picture(state: TabletopState) -> str:
    """Return the exercise as it stands for a saved notebook: no controls, and inline styles, which survive there."""
    now, left = state.exercise, ' style="text-align:left;vertical-align:top"'
    body = f"<p>{escape(state.story.situation)}</p>"
    if now is not None:
        rows = "".join(
            f"<tr><td{left}>{entry.clock}</td><td{left}><b>{escape(entry.title)}</b></td><td{left}>"
            f"<b>{escape(entry.by or 'nobody')}:</b> {escape(entry.text)}<br>{escape(entry.consequence)}</td></tr>"
            for entry in now.log
        )
        heads = "".join(f"<th{left}>{name}</th>" for name in ("Time", "Message", "Decision, and what followed"))
        told = f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>" if rows else ""
        figures = "; ".join(
            f"{measure.title.lower()} {measure.amount(now.figures[name])}" for name, measure in MEASURES.items()
        )
        waits = f"<p><b>{now.clock}, {escape(now.inject.title)}.</b> {escape(now.text)}</p>" if now.inject else ""
        taught = "".join(f"<li><b>{_KINDS[each.kind]}.</b> {escape(each.text)}</li>" for each in now.lessons)
        lessons = f"<p><b>Lessons</b></p><ul>{taught}</ul>" if now.finished else ""
        body = f"{told}{waits}<p>{figures.capitalize()}.</p>{lessons}"
    return (
        f'<div style="max-width:760px;padding:12px 16px;border:1px solid gray;border-radius:8px">'
        f"<b>{escape(state.story.title)}</b> \u00b7 a tabletop exercise made from "
        f"{escape(state.story.incident.title)}, {escape(state.story.incident.case)}{body}"
        f"<i>A picture of the panel as it was saved. Run the cell to use it.</i></div>"
    )
