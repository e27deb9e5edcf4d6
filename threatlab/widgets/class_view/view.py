"""The class view's state, and pure functions from that state to HTML: to be read from the last row of a room."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from threatlab.classroom import (
    ALIKE,
    FEWEST,
    QUIET_MINUTES,
    Guesses,
    Learner,
    Met,
    Room,
    Snapshot,
    Tally,
    guesses,
    lessons_begun,
    stuck_at,
    tallies,
)
from threatlab.exercises.predictions import GUESS
from threatlab.exercises.statements import STATEMENTS
from threatlab.lessons import LESSONS
from threatlab.widgets.base.html import (
    Html,
    button,
    caption,
    choice,
    fold,
    markup,
    saved,
    saved_table,
    table,
    tag,
)
from threatlab.words import counted

TITLES = {lesson.name: str(lesson) for lesson in LESSONS}

WAYS = 4
"""Ways to go wrong that are shown at once: so many can be read on a wall, and talked about."""

_SHORT = 14
"""Characters of an answer that still fit below a column; longer ones stand before a bar."""

_NOT_YET = f"Not enough answers yet: with fewer than {FEWEST} it could be seen whose they are."


@dataclass(frozen=True)
class ClassState:
    """What the class view shows: the class, the lesson and question that are looked at, and whether it goes on reading.

    `lesson` and `looked` are "" for where most learners are, and for where most go wrong. With `names`, learners who
    gave a name are named.
    """

    snapshot: Snapshot = field(default_factory=Snapshot)
    room: Room = field(default_factory=Room)
    lesson: str = ""
    looked: str = ""
    names: bool = False
    following: bool = False
    trouble: str = ""

    @cached_property
    def begun(self) -> dict[str, int]:
        """The lessons that anybody has begun, and how many learners are at each."""
        return lessons_begun(self.snapshot)

    @property
    def at(self) -> str:
        """The lesson that is shown; "" if there is none yet."""
        return self.lesson or max(self.begun, key=lambda name: self.begun[name], default="")

    @cached_property
    def tallies(self) -> dict[str, Tally]:
        """The questions of the lesson, by id."""
        return {each.id: each for each in tallies(self.snapshot, self.at)}

    @cached_property
    def guesses(self) -> dict[str, Guesses]:
        """The predictions of the lesson, by id."""
        return {each.id: each for each in guesses(self.snapshot, self.at)}

    @cached_property
    def stuck(self) -> int:
        """How many learners are stuck at a question of the lesson, or at several."""
        return sum(bool(stuck_at(learner, self.at)) for learner in self.snapshot.learners)

    @cached_property
    def focus(self) -> Tally | Guesses | None:
        """What is shown large: what was asked for, or the question wrong most often now, or the last prediction."""
        if found := self.tallies.get(self.looked) or self.guesses.get(self.looked):
            return found
        wrong = [each for each in self.tallies.values() if each.enough and (each.stuck or each.met)]
        if wrong:
            return max(wrong, key=lambda each: (each.answered - each.done, each.stuck, each.answered))
        return next((each for each in reversed([*self.guesses.values()]) if each.enough), None)


def page(state: ClassState) -> Html:
    """Return the whole panel."""
    options = [("where most are", ""), *((TITLES[name], name) for name in state.begun)]
    again = None if state.following else button("Read again", "refresh", hint="Read what the class has shared by now")
    return markup(
        tag(
            "div.tl-about.tl-class-top",
            choice("Lesson", "lesson", options, state.lesson, act="choose", class_="tl-inline"),
            again,
        ),
        tag("p.tl-problem", state.trouble, role="alert") if state.trouble else None,
        figures(state),
        tag(
            "section.tl-class-focus",
            _why(state),
            focus(state),
            data_news=state.looked,  # who presses an entry of the list finds it in sight
            tabindex=-1,
            aria_label=title(state.focus) if state.focus else "What is looked at",
        ),
        _list(state),
        aside(state),
    )


def focus(state: ClassState) -> Html:
    """Return what is shown large, or why there is nothing yet."""
    match state.focus:
        case Tally() as tally:
            return question(tally)
        case Guesses() as guessed:
            return prediction(guessed)
    if not state.snapshot.learners:
        return markup(
            caption("Nobody shares yet", class_="tl-class-title"),
            tag("p.tl-class-say", "Learners tick it in the panel on their progress, in notebook 00."),
        )
    return tag("p.tl-class-say", _NOT_YET)


def question(tally: Tally) -> Html:
    """Return one question: who has it done, who is stuck, and what those who go wrong take to be true."""
    head = caption(tally.title, class_="tl-class-title")
    if not tally.enough:
        return markup(head, tag("p.tl-class-say", _NOT_YET))
    return markup(head, _stacked(tally, large=True), _ways(tally))


def prediction(guessed: Guesses) -> Html:
    """Return one prediction as a histogram to each of its questions; what comes out is not in it."""
    head = caption(guessed.asked.asks, class_="tl-class-title")
    if not guessed.enough:
        return markup(head, tag("p.tl-class-say", _NOT_YET))
    says = f"{counted(guessed.answered, 'learner')} guessed. Whose reasons differ? Talk first, then show the answers."
    short = max(map(len, guessed.asked.choices)) <= _SHORT
    parts = (
        markup(
            tag("p.tl-class-asks", asks) if asks != guessed.asked.asks else None,
            _histogram(guessed.asked.choices, counts, short=short),
        )
        for asks, counts in zip(guessed.asked.questions, guessed.chosen, strict=True)
    )
    many = "tl-class-many" if len(guessed.chosen) > 1 and short else ""
    each = (tag("div.tl-class-guess", part) for part in parts)
    return markup(head, tag("p.tl-class-say", says), tag("div", *each, class_=many or None))


def kind_of(shown: Tally | Guesses) -> str:
    """Return what a question is to a learner: "exercise 4", "in the lesson, 2", "from memory, 1" or "a prediction"."""
    if isinstance(shown, Guesses):
        return "check yourself" if _is_check(shown) else "a prediction"
    return _where(shown.id)


def _where(name: str) -> str:
    number = name.rpartition(".")[2]
    if name.startswith("recall."):
        return f"from memory, {number[1:]}"
    return f"exercise {number[1:]}" if number.startswith("q") else f"in the lesson, {number[1:]}"


def over(text: str) -> Html:
    """Return what stands in small above a title: it is no heading of its own."""
    return tag("p.tl-cap.tl-class-over", text)


def announcement(state: ClassState) -> str:
    """Return the class in one sentence."""
    room = state.room
    there = f", {room.present} there" if room.present else ""
    there += f", {room.silent} silent for {QUIET_MINUTES} minutes" if room.present >= FEWEST else ""
    return f"{counted(room.learners, 'learner')}{there}"


def static_picture(state: ClassState) -> Html:
    """Return the class for a saved notebook: counts, and no name."""
    rows = ((each.title, f"{each.done} of {each.answered}") for each in state.tallies.values() if each.enough)
    return saved(f"Class view: {announcement(state)}", saved_table(("Question", "Done"), rows))


# ---- parts


def _why(state: ClassState) -> Html | None:
    """Return what kind of question is shown large and why, or the way back from one that was chosen."""
    if state.focus is None:
        return None
    kind = kind_of(state.focus)
    if state.focus.id == state.looked:
        back = button("Back to what is wrong most often now", "look", {"at": ""})
        return tag("div.tl-class-why", over(kind), back)
    why = "wrong most often now" if isinstance(state.focus, Tally) else "what was predicted last"
    return over(f"{kind} \u2014 {why}")


def figures(state: ClassState) -> Html:
    """Return how many there are, and how many of them are stuck or silent, in figures for the last row."""
    room, lesson = state.room, TITLES.get(state.at, "")[:2]
    shown = [(room.present or room.learners, "in the room" if room.present else "have shared", "")]
    if room.learners >= FEWEST:
        shown += [
            (state.begun.get(state.at, 0), f"were last in {lesson}" if lesson else "have begun", ""),
            (state.stuck, "stuck here", "tl-worse" if state.stuck else ""),
        ]
    if room.present >= FEWEST:
        shown.append((room.silent, f"silent for {QUIET_MINUTES} min", ""))
    cells = (tag("div", tag("b", number, class_=kind or None), tag("span", says)) for number, says, kind in shown)
    return tag("div.tl-class-figures", *cells)


def _stacked(tally: Tally, *, large: bool = False) -> Html:
    """Return a bar of those who have it done, those who still try, and those who are stuck; each told in words, too."""
    stuck = tally.stuck if tally.stuck >= ALIKE else 0  # one alone is somebody
    parts = (("done", tally.done), ("trying", tally.answered - tally.done - stuck), ("stuck", stuck))
    pieces = (tag(f"i.tl-class-{name}", style=f"flex-grow:{count}") for name, count in parts if count)
    bar = tag("div.tl-class-bar", *pieces)
    if not large:
        return bar
    words = (tag("span", tag(f"i.tl-class-{name}"), tag("b", count), f" {name}") for name, count in parts if count)
    return tag("div.tl-class-large", bar, tag("p.tl-class-key", *words))


def _ways(tally: Tally) -> Html:
    """Return what those who go wrong take to be true, the most frequent first."""
    if not tally.met and not tally.apart:
        return tag("p.tl-class-say", "Nobody has gone wrong here.")
    first, further = tally.met[:WAYS], tally.met[WAYS:]
    apart = f"{tally.apart} more went wrong otherwise." if tally.met else f"{tally.apart} went wrong on the way."
    return markup(
        tag("ul.tl-class-ways", *(_way(met, tally.answered) for met in first)) if first else None,
        fold(
            f"{counted(len(further), 'further way')} to go wrong",
            tag("ul.tl-class-ways", *(_way(met, tally.answered) for met in further)),
            key=tally.id,
        )
        if further
        else None,
        tag("p.tl-class-sub", apart) if tally.apart else None,
    )


def _way(met: Met, of: int) -> Html:
    still = f"{met.still} still do" if met.still >= ALIKE else ""
    return tag(
        "li",
        tag("div.tl-num", tag("b", met.ever), f" of {of} ", tag("span.tl-class-sub", "thought:")),
        tag("div", tag("q", met.claim), " ", tag("b.tl-class-still", still) if still else None),
    )


def _histogram(choices: Iterable[str], counts: tuple[int, ...], *, short: bool) -> Html:
    """Return a column over each answer if they are short, and else a bar behind each."""
    most = max(counts) or 1
    lines = []
    for answer, count in zip(choices, counts, strict=True):
        words, number, bar = tag("span", answer), tag("b", count), f"{count / most:.0%}"
        if short:
            lines.append(tag("li", number, tag("i", style=f"height:{bar}"), words))
        else:
            lines.append(tag("li", words, tag("div", tag("i", style=f"width:{bar}")), number))
    return tag("ul.tl-class-columns" if short else "ul.tl-class-rows", *lines)


def _list(state: ClassState) -> Html | None:
    if not state.tallies and not state.guesses:
        return None
    shown = state.focus.id if state.focus else ""
    predicted = (
        (_look(each.id, title(each), shown), kind_of(each), "", _enough(each, f"{each.answered} guessed"))
        for each in state.guesses.values()
    )
    answered = (
        (
            _look(each.id, each.title, shown),
            kind_of(each),
            _stacked(each) if each.enough else "",
            _enough(
                each, f"{each.done} of {each.answered} done{f', {each.stuck} stuck' if each.stuck >= ALIKE else ''}"
            ),
        )
        for each in state.tallies.values()
    )
    rows = table((), (*predicted, *answered))
    return tag("section.tl-class-list", caption(f"All of {TITLES[state.at]}"), rows, aria_label="All questions")


def _look(name: str, title: str, shown: str) -> Html:
    return button(title, "look", {"at": name}, pressed=name == shown, class_="tl-class-look")


def _enough(each: Tally | Guesses, says: str) -> str:
    return says if each.enough else "not enough answers yet"


def aside(state: ClassState) -> Html | None:
    """Return what is left out, and with names who is stuck: for who teaches, and not for a wall."""
    refused = state.snapshot.refused
    if not state.names:
        left = f"{counted(len(refused), 'note')} on files that were left out, whole or in part"
        says = f"{left}: ClassView(folder, names=True) on your own screen shows them."
        return tag("p.tl-class-foot", says) if refused else None
    rows = sorted(row for learner in state.snapshot.learners if (row := _alone(learner, state))[1:] != ("", ""))
    return tag(
        "div.tl-class-foot",
        caption("For you alone", "who is stuck or silent, by the names that they gave"),
        table(("Learner", "Stuck at", f"For {QUIET_MINUTES} min"), rows) if rows else tag("p", "Nobody is."),
        fold(f"Left out of files ({len(refused)})", *(tag("p", each) for each in refused)) if refused else None,
    )


def _alone(learner: Learner, state: ClassState) -> tuple[str, str, str]:
    """Return a learner's name, where they are stuck, and whether they are silent."""
    silent = "silent" if learner.id in state.room.quiet else ""
    return learner.name or "somebody unnamed", "; ".join(map(_where, stuck_at(learner, state.at))), silent


def title(shown: Tally | Guesses) -> str:
    """Return what an entry of the list is called: checks ask alike, so they say their first statement, too."""
    if isinstance(shown, Tally):
        return shown.title
    return f"{shown.asked.asks} {shown.asked.questions[0]} \u2026" if _is_check(shown) else shown.asked.asks


def _is_check(shown: Guesses) -> bool:
    return shown.id.removeprefix(GUESS) in STATEMENTS
