"""Checks that a story's graph is sound: every option leads somewhere, every path ends, and nothing is left over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from threatlab.errors import CatalogError, unknown_name
from threatlab.tabletop.records import NOBODY, Inject, Outcome, Story, When

DECISIONS = 6
"""A path with fewer decisions is a quiz, not an exercise."""

OPTIONS = 3
"""As many as fit on a card, and into a head that is in a hurry."""


def check_graph(story: Story, file: str) -> None:
    """Refuse a story whose parts don't make an exercise.

    Raises
    ------
    CatalogError
        With the file, the inject and the field at fault.
    """
    for inject in story.injects.values():
        _check_inject(inject, f"{file}, [injects.{inject.id}]")
    for where, outcomes in _lists(story, file):
        _check_order(outcomes, where)
    _check_marks(story, file)
    _check_lessons(story, file)
    _check_paths(story, file)


def paths(story: Story) -> Mapping[str, tuple[int, float]]:
    """Return, for each inject from the last to the first, the fewest decisions and the most minutes to the end.

    Raises
    ------
    CatalogError
        If a path comes back to an inject where it has been.
    """
    told: dict[str, tuple[int, float]] = {}
    waiting: list[str] = []

    def visit(name: str) -> tuple[int, float]:
        if not name:
            return (0, 0.0)
        if name in waiting:
            raise CatalogError(f"{story.id}.toml, [injects.{name}]: a path leads back here; every path must end")
        if name not in told:
            waiting.append(name)
            ahead = [visit(following) for following in sorted(_following(story.injects[name]))]
            waiting.pop()
            least = min(decisions for decisions, _ in ahead) + 1
            told[name] = (least, max(minutes for _, minutes in ahead) + story.injects[name].minutes)
        return told[name]

    for outcome in story.opening:
        visit(outcome.next)
    return told


def _following(inject: Inject) -> set[str]:
    outcomes = [*inject.nobody, *(outcome for option in inject.options for outcome in option.outcomes)]
    return {outcome.next for outcome in outcomes}


def _lists(story: Story, file: str) -> Iterator[tuple[str, tuple[Outcome, ...]]]:
    yield f"{file}, opening", story.opening
    for inject in story.injects.values():
        for option in inject.options:
            yield f"{file}, [injects.{inject.id}], options {option.id}, outcomes", option.outcomes
        yield f"{file}, [injects.{inject.id}], nobody", inject.nobody


def _check_inject(inject: Inject, where: str) -> None:
    if not inject.decides:
        raise CatalogError(f"{where}, decides: is empty; somebody must be allowed to decide")
    if len(inject.options) != OPTIONS:
        raise CatalogError(f"{where}, options: there are {len(inject.options)}; give {OPTIONS}")
    for choice, times in Counter(inject.choices).items():
        if times > 1 or choice == NOBODY:
            raise CatalogError(f"{where}, options: the id {choice!r} is taken; choose another")


def _check_order(outcomes: tuple[Outcome, ...], where: str) -> None:
    if not outcomes or not outcomes[-1].when.always:
        raise CatalogError(f"{where}: the last one must have no condition, so that something always follows")
    for number, outcome in enumerate(outcomes[:-1], start=1):
        if outcome.when.always:
            raise CatalogError(f"{where} {number}: has no condition, so that those after it never happen")
    for number, outcome in enumerate(outcomes, start=1):
        if "opening" not in where and not (outcome.keep or outcome.change):
            raise CatalogError(f"{where} {number}: teaches nothing; name a lesson to keep or to change")


def _check_marks(story: Story, file: str) -> None:
    made = {mark for _, outcomes in _lists(story, file) for outcome in outcomes for mark in outcome.marks}
    asked: list[tuple[str, When]] = [
        (where, outcome.when) for where, outcomes in _lists(story, file) for outcome in outcomes
    ]
    for inject in story.injects.values():
        asked.extend((f"{file}, [injects.{inject.id}], also", when) for when, _ in inject.also)
    for where, when in asked:
        for mark in (*when.after, *when.unless):
            if mark not in made:
                raise CatalogError(f"{where}: {unknown_name('mark', mark, made)}")


def _check_lessons(story: Story, file: str) -> None:
    every = [outcome for _, outcomes in _lists(story, file) for outcome in outcomes]
    for kind in ("keep", "change"):
        used = {name for outcome in every for name in getattr(outcome, kind)}
        for name, moral in story.morals.items():
            if getattr(moral, kind) and name not in used:
                raise CatalogError(f"{file}, [lessons.{name}], {kind}: no outcome names it; name it, or take it out")
            if name in used and not getattr(moral, kind):
                raise CatalogError(f"{file}, [lessons.{name}], {kind}: is missing, and an outcome names it")


def _check_paths(story: Story, file: str) -> None:
    told = paths(story)
    for name in story.injects:
        if name not in told:
            raise CatalogError(f"{file}, [injects.{name}]: no path leads here; name it in a next, or take it out")
    for outcome in story.opening:
        decisions, minutes = told.get(outcome.next, (0, 0.0))
        if decisions < DECISIONS:
            raise CatalogError(f"{file}, opening: a path ends after {decisions} decisions; give at least {DECISIONS}")
        if minutes > story.minutes:
            raise CatalogError(f"{file}, minutes: a path takes {minutes:g}, more than the {story.minutes:g} stated")
    if all(len(inject.decides) > 1 for inject in story.injects.values()):
        raise CatalogError(f"{file}, injects: none may be decided by one role only; at least one must be")
