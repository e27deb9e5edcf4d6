"""How a tabletop exercise ended, as HTML: figures beside other runs, lessons, incident log, and the saved picture."""

from __future__ import annotations

from threatlab.tabletop import MEASURES, Exercise, compare
from threatlab.widgets.base.html import Html, caption, markup, number, saved, saved_table, table, tag
from threatlab.widgets.tabletop.view import TabletopState, lower_first

_KINDS = {"change": "Change", "keep": "Keep"}
_HAVE = {True: "in place", False: "not in place", None: "nobody knows whether it is in place"}
_LOG = ("Time", "Message", "Decision, and what followed")


def finish(state: TabletopState) -> Html | None:
    """Return the end of a finished exercise, or None before."""
    exercise = state.exercise
    if exercise is None or not exercise.finished:
        return None
    return markup(_figures(state, exercise), _lessons(state, exercise), _log(exercise))


def _figures(state: TabletopState, exercise: Exercise) -> Html:
    runs = compare(exercise)
    rows = (
        (
            markup(measure.title, tag("div", measure.meaning, class_="tl-sub")),
            *(number(measure.amount(run.figures[name])) for run in runs.values()),
        )
        for name, measure in MEASURES.items()
    )
    ready = ", ".join(lower_first(state.catalog.controls[c].title) for c in state.story.prepared_controls)
    return markup(
        caption("How it ended", "of each, less is better; they are not added up, and nobody is graded"),
        table([name.capitalize() for name in ("counted", *runs)], rows, row_heads=True, class_="tl-tt-ended"),
        tag(
            "p",
            f"All three are played by the same rules. The prepared team has in place: {ready}. Its price is in the "
            "figures, too. ",
            tag("b", "As published:"),
            f" {state.story.published}",
            class_="tl-sub",
        ),
    )


def _lessons(state: TabletopState, exercise: Exercise) -> Html:
    rows = (
        tag(
            "li",
            tag("p", tag("b", f"{_KINDS[lesson.kind]}."), " ", lesson.text),
            tag(
                "p",
                f"Seen at: {'; '.join(lesson.because)}. Control: {state.catalog.controls[lesson.control].title} "
                f"({_HAVE[lesson.in_place]}); usually done by the {lesson.owner}.",
                tag("br"),
                f"For the response plan: {lesson.policy}",
                class_="tl-sub",
            ),
            class_=f"tl-tt-lesson tl-tt-lesson-{lesson.kind}",
        )
        for lesson in exercise.lessons
    )
    return markup(caption("Lessons"), tag("ul", *rows, class_="tl-tt-lessons"))


def _log(exercise: Exercise) -> Html:
    rows = (
        (
            number(entry.clock),
            entry.title,
            markup(
                tag("b", f"{entry.by or 'nobody'}:"),
                f" {entry.text}",
                tag("p", entry.consequence),
                tag("p", f"Note: \u201c{entry.note}\u201d", class_="tl-sub") if entry.note else None,
            ),
        )
        for entry in exercise.log
    )
    return markup(caption("Incident log"), table(_LOG, rows, class_="tl-tt-log"))


def static_picture(state: TabletopState) -> Html:
    """Return the exercise as it stands for a saved notebook: no controls, and inline styles, which survive there."""
    story, exercise = state.story, state.exercise
    about = f" \u00b7 a tabletop exercise made from {story.incident.title}, {story.incident.case}"
    if exercise is None:
        return saved(story.title, about, tag("p", story.situation))
    rows = [
        (
            entry.clock,
            tag("b", entry.title),
            markup(tag("b", f"{entry.by or 'nobody'}:"), f" {entry.text}", tag("br"), entry.consequence),
        )
        for entry in exercise.log
    ]
    open_ = (
        tag("p", tag("b", f"{exercise.clock}, {exercise.inject.title}."), " ", exercise.text)
        if exercise.inject
        else None
    )
    figures = "; ".join(f"{m.title.lower()} {m.amount(exercise.figures[name])}" for name, m in MEASURES.items())
    lessons = (tag("li", tag("b", f"{_KINDS[lesson.kind]}."), " ", lesson.text) for lesson in exercise.lessons)
    return saved(
        story.title,
        about,
        saved_table(_LOG, rows) if rows else None,
        open_,
        tag("p", f"{figures.capitalize()}."),
        markup(tag("p", tag("b", "Lessons")), tag("ul", *lessons)) if exercise.finished else None,
    )
