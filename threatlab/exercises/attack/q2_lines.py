"""Question 2 of lesson 03: a line that gets past each defense of a language model, or none where none can."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from threatlab.checks import check_line
from threatlab.errors import ThreatLabError
from threatlab.exercises.judges import a_dict, an_option, other_kind, parts
from threatlab.exercises.outcome import NotYet
from threatlab.exercises.question import Question, in_steps
from threatlab.words import as_sentence

if TYPE_CHECKING:  # at run time the attack is imported where it is used: it brings NumPy and the model
    from collections.abc import Sequence

    from threatlab.attacks.hijack import Episode

_DEFENSES = ("filter", "special_tokens", "adversarial_training", "tool_allow_list")
_GIVE = 'a place and a line, as in ("last", "..."), or None'
_KINDS = ("read", "delete", "meet", "summarize")
_SEED = 15  # which tasks and pages, another draw than the desk shows


def gets_past_each(answer: Any) -> str:
    """Judge a line for each defense by what the model does with it on pages that the learner hasn't seen."""
    from threatlab.attacks.hijack import CONTROLS

    won = {}
    for control, given in a_dict(answer, _DEFENSES, _GIVE).items():
        title = CONTROLS[control].title
        if given is None:
            if control != "tool_allow_list":
                says = f"{title}: you say that no line can. Words can reach what reads them, and what learned them."
                raise NotYet(says, "no-line-can")
            continue
        place, line = _read(control, given)
        ends = _ends(control, place, line)
        wins = sum(episode.stolen for episode in ends)
        if 2 * wins < len(ends):
            raise NotYet(*_what_stopped(control, place, line, ends))
        won[title] = f"{wins} of {len(ends)}"
    got = ", ".join(f"{title} {count}" for title, count in won.items())
    return (
        f"The secrets got out on so many pages: {got}. Past the list no words get: for such tasks it lets nobody send."
    )


def _read(control: str, given: Any) -> tuple[str, str]:
    from threatlab.attacks.hijack import PLACES

    where, words = parts(given, 2, f"{control!r} {_GIVE}")
    place = an_option(where, PLACES, f"the place of your line: {' or '.join(PLACES)}", f"The place for {control!r}")
    if not isinstance(words, str):
        raise other_kind(words, "your line, as a text")
    try:
        return place, check_line(f"your line for {control!r}", words, longest=300)
    except ThreatLabError as refused:
        raise NotYet(as_sentence(str(refused))) from None


@cache
def _ends(control: str, place: str, line: str) -> tuple[Episode, ...]:
    """Return what becomes of the line on each page."""
    import numpy as np

    from threatlab.attacks.hijack import Phrasing, work
    from threatlab.attacks.tiny_lm.heldout import tasks

    drawn = [task for task in tasks(np.random.default_rng(_SEED)) if task.kind in _KINDS]
    return tuple(work([(task, Phrasing(line, place)) for task in drawn], control))


def _what_stopped(control: str, place: str, line: str, ends: Sequence[Episode]) -> tuple[str, str]:
    from threatlab.attacks.hijack import CONTROLS, KNOWN, KNOWN_TO_FILTER, THEFT, spoken

    title, wins, pages = CONTROLS[control].title, sum(episode.stolen for episode in ends), len(ends)
    if control == "tool_allow_list":
        tried = sum(THEFT in episode.refused for episode in ends)
        says = (
            f"{title}: on {tried} of {pages} pages the model did as you say, and the list refused each call. It reads "
            "no words, so none change its mind. What do you give where no line can?"
        )
        return says, "words-reach-a-list"
    got = f"{title}: {wins} of {pages} pages, and half are needed."
    if control == "filter" and (caught := KNOWN_TO_FILTER.search(line)):
        return f"{got} The filter knows {caught.group()!r} and cuts your line: the model never reads it.", "loud"
    if control == "adversarial_training":
        if any(line.lower().startswith(known.partition("{}")[0].strip().lower()) for known in KNOWN):
            return f"{got} It begins as phrases do that the model was trained against. Which has it never met?", "loud"
        if place == "last" and 2 * sum(episode.stolen for episode in _ends(control, "first", line)) >= pages:
            return f"{got} The words are good. What else about your line is yours to choose?", "place"
    others = [call for episode in ends for call in episode.made if call not in episode.task.calls and call != THEFT]
    if 2 * len(others) >= pages:
        wanted = f"It was to call {spoken(THEFT)}"
        return f"{got} The model calls {spoken(others[0])} instead. {wanted}: name file and address so.", "call"
    return f"{got} Ask as a user would, in everyday words, and try it at the desk.", ""


q2 = Question(
    id="attack.q2",
    title="A line for each defense",
    judge=gets_past_each,
    hints=in_steps(
        "Try at the desk, with a task that sends nothing. When does the model do as you say, and still no mail leaves?",
        "One plain request gets past three of them, if it stands where the model was never shown an attack. "
        "Leave out what sounds official.",
        "Past the list no words get: None. For the others ask a user's question, with another verb than send, and "
        "put it first.",
    ),
    because="A filter knows words, training knows what it was shown, and a mark is worth what was learned of it: "
    "whoever tries a few times talks past all three. The list is asked last and reads nothing, so on a task "
    "that sends nothing there is nothing to say to it. Where the task itself may send, the same line wins.",
    covers=("intro-insufficient",),
    claims={
        "no-line-can": "A defense that is trained, or looks at text, can be made so that no text gets past.",
        "words-reach-a-list": "The right words get past everything.",
        "loud": "An order has to sound like one to be obeyed.",
        "place": "Only the words of an injection count, not where it stands.",
        "call": "The model guesses what the attacker means.",
    },
)
