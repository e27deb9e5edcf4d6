"""How a tabletop exercise ended, as HTML: figures beside other runs, lessons, incident log, and the saved picture."""

from __future__ import annotations

from threatlab.tabletop import MEASURES, Exercise, Lesson, LogEntry, compare
from threatlab.widgets.base.html import (
    Html,
    caption,
    field,
    headed,
    markup,
    number,
    problem,
    saved,
    saved_table,
    table,
    tag,
)
from threatlab.widgets.tabletop.view import TabletopState, taken_back
from threatlab.words import lower_first

_KINDS = {"change": "Change", "keep": "Keep"}
_HAVE = {True: "in place", False: "not in place", None: "nobody knows whether it is in place"}
_UNATTENDED = "Nobody played this run: its decisions are answers that come with the story."
_LOG = ("Time", "Message", "Decision, and what followed")


def finish(state: TabletopState) -> Html:
    """Return the end of a finished exercise, or nothing before."""
    exercise = state.exercise
    if exercise is None or not exercise.finished:
        return markup()
    log = table(_LOG, map(_logged, exercise.log), class_="tl-tt-log")
    lessons = tag("ul.tl-tt-lessons", *(_lesson(state, each) for each in exercise.lessons))
    asked = "give each one a name and a day: they go into the report"
    return markup(
        _figures(state, exercise), caption("Lessons", asked), problem("assign"), lessons, caption("Incident log"), log
    )


def _figures(state: TabletopState, exercise: Exercise) -> Html:
    runs = compare(exercise)
    rows = (
        (
            markup(measure.title, tag("div.tl-sub", measure.meaning)),
            *(number(measure.amount(run.figures[name])) for run in runs.values()),
        )
        for name, measure in MEASURES.items()
    )
    ready = ", ".join(lower_first(state.title(control)) for control in exercise.story.prepared_controls)
    heads = [name.capitalize() for name in ("counted", *runs)]
    return markup(
        caption("How it ended", "of each, less is better; they are not added up, and nobody is graded"),
        table(heads, rows, row_heads=True, class_="tl-tt-ended"),
        tag("p", _UNATTENDED) if exercise.unattended else None,
        tag(
            "p.tl-sub",
            f"All three are played by the same rules. The prepared team has in place: {ready}. Its price is in the "
            "figures, too. ",
            tag("b", "As published:"),
            f" {exercise.story.published}",
        ),
    )


def _lesson(state: TabletopState, lesson: Lesson) -> Html:
    return tag(
        f"li.tl-tt-lesson.tl-tt-lesson-{lesson.kind}",
        headed(f"{_KINDS[lesson.kind]}.", lesson.text),
        tag(
            "p.tl-sub",
            f"Seen at: {'; '.join(lesson.because)}. Control: {state.title(lesson.control)} ({_HAVE[lesson.in_place]}); "
            f"usually done by the {lesson.owner}.",
            tag("br"),
            f"For the response plan: {lesson.policy}",
        ),
        _task(lesson),
    )


def _task(lesson: Lesson) -> Html:
    """Return the fields for who sees to a lesson, and until when; a screen reader hears which lesson."""
    which, args = tag("span.tl-hidden", f" ({lesson.text})"), {"lesson": lesson.id}
    due = str(lesson.task.due or "")
    who = field(markup("Who sees to it", which), "who", lesson.task.who, act="assign", args=args)
    until = field(markup("Until, such as 2026-12-01", which), "due", due, act="assign", args=args)
    return tag("div.tl-tt-task", who, until)


def _logged(entry: LogEntry) -> tuple[Html, str, Html]:
    note = tag("p.tl-sub", f"Note: \u201c{entry.note}\u201d") if entry.note else None
    decided = tag("b", entry.by or "nobody", ":"), f" {entry.text}"
    what = markup(*decided, taken_back(entry), tag("p", entry.consequence), note)
    return (number(entry.clock), entry.title, what)


def _tasked(lesson: Lesson) -> str:
    parts = [lesson.task.who, f"until {lesson.task.due}" if lesson.task.due else ""]
    return f" ({', '.join(filter(None, parts))})" if any(parts) else ""


def static_picture(state: TabletopState) -> Html:
    """Return the exercise as it stands for a saved notebook."""
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
            "ul",
            *(
                tag("li", tag("b", f"{_KINDS[each.kind]}."), f" {each.text}", _tasked(each))
                for each in exercise.lessons
            ),
        )
        inject = exercise.inject
        body = markup(
            saved_table(_LOG, log) if log else None,
            headed(f"{exercise.clock}, {inject.title}.", exercise.text) if inject else None,
            tag("p", amounts.capitalize(), "."),
            markup(tag("p", tag("b", "Lessons")), lessons) if exercise.finished else None,
            tag("p", _UNATTENDED) if exercise.unattended else None,
        )
    origin = f" \u00b7 a tabletop exercise made from {story.incident.title}, {story.incident.case}"
    return saved(story.title, origin, body)
