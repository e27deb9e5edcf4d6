"""The tabletop exercise's state, and pure functions from that state to HTML."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from threatlab.catalog import Catalog
from threatlab.system import AISystem
from threatlab.tabletop import MEASURES, ROLES, Exercise, Inject, LogEntry, Story, list_stories, load_story
from threatlab.tabletop.clock import Countdown
from threatlab.widgets.base.html import (
    Html,
    button,
    caption,
    choice,
    field,
    fold,
    markup,
    number,
    table,
    tag,
    unheard,
)

AS_IT_IS, PREPARED = "as it is", "prepared"
NO_COUNTDOWN = Countdown(1.0)
"""Where no decision is open."""

_LETTERS = "ABC"
_SIGNS = {True: ("in", "in place"), False: ("out", "not in place"), None: ("unknown", "nobody knows")}


@dataclass(frozen=True)
class TabletopState:
    """What the panel shows: a story, the system that it meets, the role that decides, and the exercise once begun.

    `own` is a system that was given in place of the story's, `chosen` whether it is met "as it is" or "prepared".
    `note` is the reason in the field for the decision on the table, `now` the clock's reading in seconds.
    """

    story: Story
    role: str
    own: AISystem | None = None
    chosen: str = AS_IT_IS
    exercise: Exercise | None = None
    timed_out: bool = False
    note: str = ""
    countdown: Countdown = NO_COUNTDOWN
    now: float = 0.0

    @cached_property
    def system(self) -> AISystem:
        """The system that the attack meets."""
        system = self.own or self.story.incident.system
        if self.chosen == AS_IT_IS:
            return system
        return system.with_(**dict.fromkeys(self.story.prepared_controls, True))

    @property
    def catalog(self) -> Catalog:
        """The catalog of that system."""
        return self.system.catalog

    @property
    def inject(self) -> Inject | None:
        """The message on the table, if one is."""
        return self.exercise.inject if self.exercise is not None else None

    @property
    def may_decide(self) -> bool:
        """Whether the decision on the table is this role's."""
        return self.exercise is not None and self.role in self.exercise.may_decide

    @property
    def last(self) -> LogEntry | None:
        """The last decision, if there is one."""
        return self.exercise.log[-1] if self.exercise is not None and len(self.exercise.log) else None


def page(state: TabletopState, end: Html | None = None) -> Html:
    """Return the whole panel; `end` is what stands in place of the figures once the exercise is finished."""
    side = markup(
        figures(state),
        fold("What does the system have in place?", in_place(state)),
        timeline(state),
    )
    return markup(
        tag("div", headline(state), pickers(state), class_="tl-about"),
        tag(
            "div",
            tag("div", clock_row(state), on_the_table(state), answers(state), end, class_="tl-tt-main"),
            None if end else tag("div", side, class_="tl-tt-side"),
            class_="tl-tabletop tl-tt-over" if end else "tl-tabletop",
        ),
    )


def headline(state: TabletopState) -> Html:
    """Return the story's title, where it stands, and what of it is published and what invented."""
    story, exercise = state.story, state.exercise
    made_from = f"A tabletop exercise made from {story.incident.title}, {story.incident.case} ({story.incident.when})"
    where = f"about {story.minutes:g} minutes"
    if exercise is not None:
        where = f"{exercise.clock} \u00b7 {'finished' if exercise.finished else f'decision {len(exercise.log) + 1}'}"
    return markup(
        tag("h3", story.title, class_="tl-title"),
        tag("p", made_from, " \u00b7 ", tag("b", where), class_="tl-sub"),
        tag(
            "details",
            tag("summary", "What of it is published, and what is invented"),
            tag("p", tag("b", "Published."), " ", story.published),
            tag("p", tag("b", "Invented."), " ", story.invented),
            class_="tl-tt-origin",
        ),
        unheard(announcement(state)),
    )


def pickers(state: TabletopState) -> Html:
    """Return the lists of stories, systems and seats, and the buttons to begin and to end."""
    begun = state.exercise is not None
    stories = [(load_story(name).title, name) for name in list_stories()]
    systems = [(state.own.title if state.own else "as it happened", AS_IT_IS), ("well prepared", PREPARED)]
    start = button(
        "Start", "start", {"timed": True}, hint="Put the first message on the table and let the clock run", once="start"
    )
    reset = button("Reset", "reset", hint="End the exercise and go back to before the start", disabled=not begun)
    return tag(
        "div",
        choice("Story", "story", stories, state.story.id, act="set", disabled=begun),
        choice("The system", "system", systems, state.chosen, act="set", disabled=begun),
        choice("You decide as the", "role", [(role, role) for role in ROLES], state.role, act="set"),
        tag("div", None if begun else start, reset, class_="tl-buttons"),
        class_="tl-tt-pickers",
    )


def announcement(state: TabletopState) -> str:
    """Return what has just happened in one sentence or two, for a screen reader."""
    exercise = state.exercise
    if exercise is None:
        return ""
    late = "Time is up: nobody decided. " if state.timed_out else ""
    if exercise.inject is None:
        return f"{late}The exercise is over: {len(exercise.log)} decisions, {len(exercise.lessons)} lessons."
    return f"{late}{exercise.clock}: {exercise.inject.title}. {exercise.inject.question}"


def clock_row(state: TabletopState) -> Html | None:
    """Return the time left as a bar and in words, and the button that stops it or lets it run."""
    if state.inject is None:
        return None
    left, running = state.countdown.left(state.now), state.countdown.running
    face = tag(
        "div",
        tag("span", minutes(left), class_="tl-num"),
        " ",
        tag("span", "left to decide" if running else "to decide; the clock stands", class_="tl-sub"),
        tag("div", tag("div", class_="tl-fill", style=f"width:{left / state.countdown.limit:.1%}"), class_="tl-track"),
        class_="tl-tt-clock",
        role="timer",
        aria_label="Time to decide",
    )
    hand = button("Pause", "pause", hint="Let the clock stand") if running else button("Run the clock", "resume")
    return tag("div", face, hand, class_="tl-tt-clockrow")


def minutes(seconds: float) -> str:
    """Return seconds as minutes and seconds, such as "1:05"."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02}"


def on_the_table(state: TabletopState) -> Html:
    """Return what lies on the table: the situation before the start, then what followed last and the new message."""
    exercise, inject = state.exercise, state.inject
    if exercise is None:
        roles = (markup(tag("dt", _begun(role)), tag("dd", may)) for role, may in state.story.roles.items())
        return markup(
            caption("The situation"),
            _paragraphs(state.story.situation),
            caption("Who may do what"),
            tag("dl", *roles, class_="tl-tt-roles"),
        )
    before = _followed(state, state.last) if state.last else tag("p", exercise.opening)
    followed = tag("div", before, class_="tl-tt-followed")
    if inject is None:
        return followed
    header = tag(
        "header",
        tag("h3", inject.title),
        tag("span", exercise.clock, class_="tl-num"),
        tag("p", f"From: {inject.sender} \u00b7 To: {inject.to}", class_="tl-sub"),
    )
    allowed = tag("span", f"May decide: {' or '.join(inject.decides)}.", class_="tl-sub")
    return markup(
        followed,
        tag("article", header, _paragraphs(exercise.text), class_="tl-tt-card"),
        tag("p", tag("b", inject.question), " ", allowed, class_="tl-tt-question"),
    )


def answers(state: TabletopState) -> Html | None:
    """Return the field for a reason and the options; where the seat may not decide, why, and the way to hand over."""
    exercise, inject = state.exercise, state.inject
    if exercise is None or inject is None:
        return None
    handover = None
    if not state.may_decide:
        seat = tag("p", "You have the seat of the ", tag("b", state.role), ": this decision isn't yours.")
        to = exercise.may_decide[0]
        hand = button(f"Hand it over to the {to}", "set", {"role": to}, hint=f"Take the seat of the {to}")
        handover = tag("div", seat, hand, class_="tl-tt-handover")
    options = []
    for letter, option in zip(_LETTERS, inject.options, strict=False):
        leans = ", ".join(lower_first(state.catalog.controls[control].title) for control in option.controls)
        options.append(
            button(
                markup(
                    f"{letter} \u00b7 {option.text}",
                    tag("span", f"Leans on: {leans}", class_="tl-sub") if leans else None,
                ),
                "decide",
                {"option": option.id},
                hint=f"Decide: {option.text}",
                disabled=not state.may_decide,
                once=inject.id,
                class_="tl-btn tl-tt-option",
            )
        )
    note = field("Your reason, for the log (optional)", "text", state.note, act="note")
    return tag("div", handover, note, *options, class_="tl-tt-answers")


def figures(state: TabletopState) -> Html:
    """Return the five figures, each with what the last decision added to it; before the start, what they count."""
    exercise = state.exercise
    if exercise is None:
        meanings = (markup(tag("dt", each.title), tag("dd", each.meaning)) for each in MEASURES.values())
        return markup(caption("What is counted", "less is better"), tag("dl", *meanings, class_="tl-tt-counted"))
    rows = (
        (
            tag("th", measure.title, scope="row", title=measure.meaning),
            number(measure.amount(exercise.figures[name])),
            number(_added(state.last, name)),
        )
        for name, measure in MEASURES.items()
    )
    out = "cut off, as far as you know" if exercise.contained else "still in"
    return markup(
        caption("So far", "less is better"),
        table((), rows, class_="tl-tt-figures"),
        tag("p", f"The attacker is {out}.", class_="tl-sub"),
    )


def in_place(state: TabletopState) -> Html:
    """Return which of the controls that matter in the story the system has."""
    rows = (
        tag(
            "li",
            state.catalog.controls[control].title,
            " ",
            tag("span", _SIGNS[state.system[control]][1], class_="tl-sub"),
            class_=f"tl-tt-has-{_SIGNS[state.system[control]][0]}",
        )
        for control in state.story.controls
    )
    return tag("ul", *rows, class_="tl-tt-has")


def timeline(state: TabletopState) -> Html | None:
    """Return what was decided so far, the newest last."""
    if state.last is None or state.exercise is None:
        return None
    rows = (
        tag(
            "li",
            tag("span", entry.clock, class_="tl-num"),
            " ",
            tag("b", entry.title),
            tag("div", entry.text),
            tag(
                "div",
                entry.by or "nobody",
                f" \u2014 \u201c{entry.note}\u201d" if entry.note else None,
                class_="tl-sub",
            ),
        )
        for entry in state.exercise.log
    )
    return markup(caption("What happened", class_="tl-second"), tag("ol", *rows, class_="tl-tt-timeline"))


def lower_first(text: str) -> str:
    """Return a title as it stands within a sentence: "Keep an AI bill" becomes "keep an AI bill"."""
    return text[:1].lower() + text[1:]


def _followed(state: TabletopState, entry: LogEntry) -> Html:
    late = markup(tag("b", "Too late:"), f" \u201c{entry.late}\u201d came after the time was up.")
    titles = state.catalog.controls
    bore = [f"{titles[control].title}: in place." for control in entry.helped]
    bore += [f"{titles[control].title}: not in place here." for control in entry.missing]
    return markup(
        caption("What followed"),
        tag("p", f"{_begun(entry.by)}: {entry.text}" if entry.by else entry.text, class_="tl-sub"),
        tag("p", late) if entry.late else None,
        tag("p", entry.consequence),
        tag("p", *(markup(tag("b", each), " ") for each in bore), _effect(entry), class_="tl-sub"),
    )


def _effect(entry: LogEntry) -> str:
    added = [f"{MEASURES[name].title.lower()} +{MEASURES[name].amount(value)}" for name, value in entry.effect.items()]
    return _begun("; ".join(added)) + "." if added else "None of the figures changed."


def _added(entry: LogEntry | None, measure: str) -> str:
    value = entry.effect.get(measure, 0.0) if entry else 0.0
    return f"+{MEASURES[measure].amount(value).split()[0]}" if value else ""


def _paragraphs(text: str) -> Html:
    return markup(*(tag("p", part.strip()) for part in text.split("\n\n")))


def _begun(text: str) -> str:
    """Return a text with its first letter in upper case and the others as they are."""
    return text[:1].upper() + text[1:]
