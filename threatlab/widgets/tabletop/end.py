"""How a tabletop exercise ended, as HTML: figures beside other runs, lessons, incident log, and the saved picture."""

from __future__ import annotations

from threatlab.tabletop import MEASURES, Exercise, Lesson, LogEntry, compare
from threatlab.widgets.base.html import Html, caption, markup, number, saved, saved_table, table, tag
from threatlab.widgets.tabletop.view import TabletopState
from threatlab.words import lower_first

_KINDS = {"change": "Change", "keep": "Keep"}
_HAVE = {True: "in place", False: "not in place", None: "nobody knows whether it is in place"}
_LOG = ("Time", "Message", "Decision, and what followed")


def finish(state: TabletopState) -> Html:
    """Return the end of a finished exercise, or nothing before."""
    exercise = state.exercise
    if exercise is None or not exercise.finished:
        return markup()
    log = table(_LOG, map(_logged, exercise.log), class_="tl-tt-log")
    lessons = tag("ul", *(_lesson(state, each) for each in exercise.lessons), class_="tl-tt-lessons")
    return markup(_figures(state, exercise), caption("Lessons"), lessons, caption("Incident log"), log)


def _figures(state: TabletopState, exercise: Exercise) -> Html:
    runs = compare(exercise)
    rows = (
        (
            markup(measure.title, tag("div", measure.meaning, class_="tl-sub")),
            *(number(measure.amount(run.figures[name])) for run in runs.values()),
        )
        for name, measure in MEASURES.items()
    )
    ready = ", ".join(lower_first(state.title(control)) for control in exercise.story.prepared_controls)
    heads = [name.capitalize() for name in ("counted", *runs)]
    return markup(
        caption("How it ended", "of each, less is better; they are not added up, and nobody is graded"),
        table(heads, rows, row_heads=True, class_="tl-tt-ended"),
        tag(
            "p",
            f"All three are played by the same rules. The prepared team has in place: {ready}. Its price is in the "
            "figures, too. ",
            tag("b", "As published:"),
            f" {exercise.story.published}",
            class_="tl-sub",
        ),
    )


def _lesson(state: TabletopState, lesson: Lesson) -> Html:
    return tag(
        "li",
        tag("p", tag("b", f"{_KINDS[lesson.kind]}."), f" {lesson.text}"),
        tag(
            "p",
            f"Seen at: {'; '.join(lesson.because)}. Control: {state.title(lesson.control)} ({_HAVE[lesson.in_place]}); "
            f"usually done by the {lesson.owner}.",
            tag("br"),
            f"For the response plan: {lesson.policy}",
            class_="tl-sub",
        ),
        class_=f"tl-tt-lesson tl-tt-lesson-{lesson.kind}",
    )


def _logged(entry: LogEntry) -> tuple[Html, str, Html]:
    note = tag("p", f"Note: \u201c{entry.note}\u201d", class_="tl-sub") if entry.note else None
    what = markup(tag("b", entry.by or "nobody", ":"), f" {entry.text}", tag("p", entry.consequence), note)
    return (number(entry.clock), entry.title, what)


def static_picture(state: TabletopState) -> Html:
    """Return the exercise as it stands for a saved notebook: no controls, and inline styles, which survive there."""
    exercise, story = state.exercise, state.story
    body = tag("p", story.situation)
    if exercise is not None:
        log = [
            (
                entry.clock,
                tag("b", entry.title),
                markup(tag("b", entry.by or "nobody", ":"), f" {entry.text}", tag("br"), entry.consequence),
            )
            for entry in exercise.log
        ]
        amounts = "; ".join(f"{m.title.lower()} {m.amount(exercise.figures[name])}" for name, m in MEASURES.items())
        lessons = tag(
            "ul", *(tag("li", tag("b", f"{_KINDS[each.kind]}."), f" {each.text}") for each in exercise.lessons)
        )
        inject = exercise.inject
        body = markup(
            saved_table(_LOG, log) if log else None,
            tag("p", tag("b", f"{exercise.clock}, {inject.title}."), f" {exercise.text}") if inject else None,
            tag("p", amounts.capitalize(), "."),
            markup(tag("p", tag("b", "Lessons")), lessons) if exercise.finished else None,
        )
    origin = f" \u00b7 a tabletop exercise made from {story.incident.title}, {story.incident.case}"
    return saved(story.title, origin, body)
