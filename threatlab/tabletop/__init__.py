"""A tabletop exercise: a documented incident comes to the table as messages, and a team decides, against the clock.

`run_unattended("shadowray")` plays one from a list of answers; `begin("shadowray")` starts one to decide step by step.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from threatlab.checks import check_choice, check_list, check_text
from threatlab.errors import ThreatLabError, short, unknown_name
from threatlab.system import AISystem, check_system
from threatlab.tabletop.exercise import Answer, Exercise, follow
from threatlab.tabletop.files import list_stories, load_story
from threatlab.tabletop.log import IncidentLog, Lesson, LogEntry
from threatlab.tabletop.records import MEASURES, NOBODY, ROLES, Inject, Measure, Option, Story

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "MEASURES",
    "NOBODY",
    "ROLES",
    "Answer",
    "Exercise",
    "IncidentLog",
    "Inject",
    "Lesson",
    "LogEntry",
    "Measure",
    "Option",
    "Story",
    "begin",
    "compare",
    "figures_frame",
    "list_stories",
    "load_story",
    "play",
    "run_unattended",
]


Answers = Mapping[str, Any] | Iterable[Any]
"""An answer for each inject, by its id; or answers in the order of the decisions."""


def begin(story: Story | str, system: AISystem | None = None, roles: Collection[str] | None = None) -> Exercise:
    """Return an exercise at its first message.

    Parameters
    ----------
    story
        A name from `list_stories()`, or a Story.
    system
        The system that the attack meets; without one, the system that the documented incident happened to. A control
        that nobody knows of counts as missing.
    roles
        Who is at the table, of `ROLES`; without any, everybody. What only an absent role may decide, nobody decides.

    Raises
    ------
    ThreatLabError
        If there is no such story or role, nobody is at the table, or `system` is no AISystem.
    """
    told = story if isinstance(story, Story) else load_story(story)
    against = told.incident.system if system is None else check_system(system)
    opening = next(each for each in told.opening if each.when.holds(frozenset(), against.true))
    first = Exercise(
        story=told,
        system=against,
        roles=_check_roles(roles),
        opening=opening.text,
        at="",
        hours=0.0,
        figures=dict.fromkeys(MEASURES, 0.0),
    )
    return follow(first, opening)


def run_unattended(
    story: Story | str,
    answers: Answers | None = None,
    system: AISystem | None = None,
    roles: Collection[str] | None = None,
) -> Exercise:
    """Return a finished exercise, played from answers; nothing waits.

    Parameters
    ----------
    story, system, roles
        As in `begin`.
    answers
        An answer for each inject, by its id (those off the path taken are left alone); or answers in the order of the
        decisions. An answer is an option's id, "nobody", an Answer, or a table with its fields. Without any: the
        story's own, and the run is marked as `unattended`, since no person decided.

    Raises
    ------
    ThreatLabError
        If an answer is wrong, too few are given, or too many; the message names the inject.
    """
    first = begin(story, system, roles)
    return play(first, first.story.answers if answers is None else answers)


def play(exercise: Exercise, answers: Answers, *, to_the_end: bool = True) -> Exercise:
    """Return an exercise after answers to it, as in `run_unattended`; it need not come `to_the_end`.

    If they are the story's own, or its prepared team's, it is marked as `unattended`.

    Raises
    ------
    ThreatLabError
        If an answer is wrong, too few are given to come to the end, or too many.
    """
    if isinstance(answers, str | bytes) or not isinstance(answers, Iterable):
        raise ThreatLabError(
            f"answers are {short(answers)}; give a list of option ids, or a table with one for each inject"
        )
    by_inject = answers if isinstance(answers, Mapping) else None
    for name in by_inject or ():
        check_choice("inject in answers:", name, exercise.story.injects)
    in_order = [] if by_inject is not None else list(answers)
    own = by_inject in (exercise.story.answers, exercise.story.prepared)
    now, place = replace(exercise, unattended=exercise.unattended or own), 0
    while now.inject is not None:
        answer = by_inject.get(now.at) if by_inject is not None else next(iter(in_order[place:]), None)
        if answer is None:
            if not to_the_end and place >= len(in_order):
                return now
            choices = ", ".join((*now.inject.choices, NOBODY))
            raise ThreatLabError(f"decision {len(now.log) + 1}, {now.at!r}, has no answer: give one of {choices}")
        told = check_answer(answer)
        now = replace(now, taken_back=told.taken_back or now.taken_back)
        now, place = now.decide(told.option, told.by, told.note, told.minutes), place + 1
    if in_order[place:]:
        raise ThreatLabError(
            f"{len(in_order)} answers are given, and the story ends after {place}: {in_order[place]!r} is left over"
        )
    return now


def compare(exercise: Exercise) -> dict[str, Exercise]:
    """Return an exercise beside two others of its story: a prepared team's, and one in which nobody decides anything.

    The prepared team has the story's `prepared_controls` in place and gives its `prepared` answers; nobody's has the
    same system as `exercise`. Both are played, like yours: their figures follow from the same rules.
    """
    story = exercise.story
    ready = exercise.system.with_(**dict.fromkeys(story.prepared_controls, True))
    return {
        "this run": exercise,
        "a prepared team": run_unattended(story, story.prepared, ready),
        "nobody decides": run_unattended(story, dict.fromkeys(story.injects, NOBODY), exercise.system),
    }


def figures_frame(exercises: Mapping[str, Exercise]) -> pd.DataFrame:
    """Return exercises' figures as a pandas DataFrame: a row per measure, in its unit; of each, less is better."""
    import pandas as pd

    index = pd.Index([f"{measure.title} ({measure.unit})" for measure in MEASURES.values()], name="less is better")
    return pd.DataFrame({name: [each.figures[m] for m in MEASURES] for name, each in exercises.items()}, index=index)


def check_answer(answer: object) -> Answer:
    """Return an answer given as an option's id, a table or an Answer.

    Raises
    ------
    ThreatLabError
        If it is none of these.
    """
    if isinstance(answer, Answer):
        return answer
    if isinstance(answer, str):
        return Answer(answer)
    if not isinstance(answer, Mapping) or "option" not in answer:
        raise ThreatLabError(
            f"an answer is {short(answer)}; give an option's id, or a table with option, by, note, minutes"
        )
    for key in answer:
        check_choice("key of an answer", key, Answer.__dataclass_fields__)
    taken_back = answer.get("taken_back", ())
    if not isinstance(taken_back, list | tuple):
        raise ThreatLabError(f"taken_back of an answer is {short(taken_back)}; give a list of what was decided first")
    return Answer(**{**answer, "taken_back": tuple(check_text("taken_back", each) for each in taken_back)})


def _check_roles(roles: Collection[str] | None) -> tuple[str, ...]:
    if roles is None:
        return ROLES
    at_the_table = f"those at the table, of: {', '.join(ROLES)}"
    given = [check_choice("role", role, ROLES) for role in check_list("roles", roles, at_the_table)]
    if not given:
        raise ThreatLabError(f"nobody is at the table; give {at_the_table}")
    return tuple(role for role in ROLES if role in given)
