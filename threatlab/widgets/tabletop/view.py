"""The tabletop exercise's state, and pure functions from that state to HTML."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from threatlab.system import AISystem
from threatlab.tabletop import MEASURES, ROLES, Exercise, Inject, LogEntry, Option, Story, list_stories, load_story
from threatlab.tabletop.clock import Countdown
from threatlab.widgets.base.html import (
    Html,
    button,
    caption,
    choice,
    definitions,
    field,
    fold,
    headed,
    markup,
    number,
    problem,
    table,
    tag,
    track,
    unheard,
)
from threatlab.words import capital, lower_first

AS_IT_IS, PREPARED = "as it is", "prepared"
_SIGNS = {True: ("in", "in place"), False: ("out", "not in place"), None: ("unknown", "nobody knows")}
_LETTERS = "ABC"


@dataclass(frozen=True)
class TabletopState:
    """What the panel shows: a story, the system that it meets, the role that decides, and the exercise once begun.

    `chosen` is AS_IT_IS or PREPARED; `own` is the title of the learner's own system, if it is one. `timed` says that
    the run is one against the clock, `on_table` that the message of the moment is shown: between messages, what has
    followed is. `note` is the reason written so far, `countdown` the time to decide.
    """

    story: Story
    system: AISystem
    role: str
    chosen: str = AS_IT_IS
    own: str = ""
    exercise: Exercise | None = None
    timed: bool = False
    on_table: bool = False
    timed_out: bool = False
    note: str = ""
    countdown: Countdown = Countdown(1.0)  # noqa: RUF009  # frozen

    @property
    def may_decide(self) -> bool:
        """Whether the decision on the table is this role's."""
        return self.exercise is not None and self.role in self.exercise.may_decide

    @cached_property
    def last(self) -> LogEntry | None:
        """The last decision, if there is one."""
        return self.exercise.log[-1] if self.exercise is not None and len(self.exercise.log) else None

    def title(self, control: str) -> str:
        """Return a control's title."""
        return self.system.catalog.controls[control].title


def page(state: TabletopState, end: Html) -> Html:
    """Return the whole panel; `end` is what is shown once the exercise is over."""
    exercise = state.exercise
    over = exercise is not None and exercise.finished
    if exercise is None:
        main = before_the_start(state)
    elif state.on_table and (inject := exercise.inject):
        parts = clock_row(state, exercise), message(state, exercise, inject), answers(state, exercise, inject)
        main = _news(state, "The message", *parts)
    else:
        main = _news(state, "What followed", what_followed(state, exercise), end)
    side = None
    if not over:
        in_place_fold = fold("What does the system have in place?", in_place(state))
        side = tag("div.tl-tt-side", figures(state), in_place_fold, timeline(state))
    return markup(
        tag("div.tl-about", headline(state), pickers(state)),
        tag("div.tl-tabletop", tag("div.tl-tt-main", main), side, class_="tl-tt-over" if over else None),
    )


def headline(state: TabletopState) -> Html:
    """Return the story's title, where it stands, and what of it is published and what invented."""
    story, exercise = state.story, state.exercise
    where = f"about {story.minutes:g} minutes"
    if exercise is not None:
        step = "finished" if exercise.finished else f"decision {len(exercise.log) + state.on_table}"
        where = f"{exercise.clock} \u00b7 {step}"
    origin = (
        f"A tabletop exercise made from {story.incident.title}, {story.incident.case} ({story.incident.when}) \u00b7 "
    )
    return markup(
        tag("h3.tl-title", story.title),
        tag("p.tl-sub", origin, tag("b", where)),
        tag(
            "details.tl-tt-origin",
            tag("summary", "What of it is published, and what is invented"),
            headed("Published.", story.published),
            headed("Invented.", story.invented),
        ),
        unheard(announcement(state)),
    )


def pickers(state: TabletopState) -> Html:
    """Return the lists, and the buttons that begin and end an exercise."""
    begun = state.exercise is not None
    fixed = "Story and system stay as they are once an exercise has begun. To choose again, press Reset."
    timed, free = "Start: the clock runs from the first message on", "Start without a clock: decisions can be undone"
    stories = [(load_story(name).title, name) for name in list_stories()]
    systems = [(state.own or "as it happened", AS_IT_IS), ("well prepared", PREPARED)]
    return tag(
        "div.tl-tt-pickers",
        choice("Story", "story", stories, state.story.id, act="set", disabled=begun),
        choice("The system", "system", systems, state.chosen, act="set", disabled=begun),
        choice("You decide as the", "role", ROLES, state.role, act="set"),
        tag(
            "div.tl-buttons",
            None if begun else button("Start", "start", {"timed": True}, hint=timed, once="start"),
            None if begun else button("Start without a clock", "start", hint=free, once="start"),
            button("Reset", "reset", hint="Reset: go back to before the start") if begun else None,
            tag("span.tl-sub", fixed) if begun else None,
        ),
    )


def announcement(state: TabletopState) -> str:
    """Return what has just happened in one sentence or two, for a screen reader."""
    exercise = state.exercise
    if exercise is None:
        return ""
    late = "Time is up: nobody decided. " if state.timed_out else ""
    if exercise.inject is None:
        return f"{late}The exercise is over: {len(exercise.log)} decisions, {len(exercise.lessons)} lessons."
    if not state.on_table:
        return f"{late}{state.last.consequence if state.last else exercise.opening}"
    return f"{exercise.clock}: {exercise.inject.title}. {exercise.inject.question}"


def clock_row(state: TabletopState, exercise: Exercise) -> Html:
    """Return the time left for the decision on the table, with the button that lets it stand or run, and Undo."""
    face = tag("div.tl-tt-clock", data_live=True, role="timer", aria_label="Time to decide")
    running = state.countdown.running
    toggle = button("Pause", "pause") if running else button("Run the clock", "resume")
    buttons = tag("div.tl-buttons", _undo(state, exercise), toggle)
    return tag("div.tl-tt-clockrow", face, buttons)


def clock_face(countdown: Countdown, now: float) -> Html:
    """Return the time left as a bar and in words."""
    left = countdown.left(now)
    word = "left to decide" if countdown.running else "to decide; the clock stands"
    return markup(
        tag("span.tl-num", minutes(left)),
        " ",
        tag("span.tl-sub", word),
        track(left / countdown.limit),
    )


def minutes(seconds: float) -> str:
    """Return seconds as minutes and seconds, such as "1:05"."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02}"


def before_the_start(state: TabletopState) -> Html:
    """Return the situation, and who may do what."""
    return markup(
        caption("The situation"),
        _paragraphs(state.story.situation),
        caption("Who may do what"),
        definitions(((capital(role), may) for role, may in state.story.roles.items()), "tl-tt-roles"),
    )


def what_followed(state: TabletopState, exercise: Exercise) -> Html:
    """Return what followed from the last decision, and the buttons that go on and back."""
    clock = ": its clock starts" if state.timed else ""
    go_on = button("Next message", "next_message", hint=f"Next message{clock}", once=f"next-{exercise.at}")
    buttons = tag("div.tl-buttons", None if exercise.finished else go_on, _undo(state, exercise))
    return markup(_followed(state, exercise), buttons)


def message(state: TabletopState, exercise: Exercise, inject: Inject) -> Html:
    """Return the message on the table and its question; what followed from the decision before it can be unfolded."""
    followed = _followed(state, exercise)
    before = fold("What followed from the last decision", followed, key=inject.id) if state.last else followed
    return markup(
        before,
        tag(
            "article.tl-tt-card",
            tag(
                "header",
                tag("h3.tl-title", inject.title),
                tag("span.tl-num", exercise.clock),
                tag("p.tl-sub", f"From: {inject.sender} \u00b7 To: {inject.to}"),
            ),
            _paragraphs(exercise.text),
        ),
        tag(
            "p.tl-tt-question",
            tag("b", inject.question),
            " ",
            tag("span.tl-sub", f"May decide: {' or '.join(inject.decides)}."),
        ),
    )


def answers(state: TabletopState, exercise: Exercise, inject: Inject) -> Html:
    """Return what can be decided, with a field for the reason; or to whom the decision belongs."""
    handover = None
    if not state.may_decide:
        seat = markup("You have the seat of the ", tag("b", state.role), ": this decision isn't yours.")
        owner = exercise.may_decide[0]
        handover = markup(tag("p.tl-tt-handover", seat), button(f"Hand it over to the {owner}", "set", {"role": owner}))
    options = (
        button(
            _label(state, letter, option),
            "pick",
            {"option": option.id},
            hint=f"Decide: {option.text}",
            disabled=not state.may_decide,
            once=inject.id,
            class_="tl-btn tl-tt-option",
        )
        for letter, option in zip(_LETTERS, inject.options, strict=False)
    )
    note = field("Your reason, for the log (optional)", "note", state.note, act="write", args={"inject": inject.id})
    return tag("div.tl-tt-answers", handover, note, *options, problem("pick"))


def figures(state: TabletopState) -> Html:
    """Return the five figures, each with what the last decision added to it; before the start, what they count."""
    exercise = state.exercise
    if exercise is None:
        counted = definitions(((m.title, m.meaning) for m in MEASURES.values()), "tl-tt-counted")
        return markup(caption("What is counted", "less is better"), counted)
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
        tag("p.tl-sub", f"The attacker is {out}."),
    )


def in_place(state: TabletopState) -> Html:
    """Return which of the controls that matter in the story the system has."""
    rows = (
        tag(f"li.tl-tt-has-{sign}", state.title(control), " ", tag("span.tl-sub", words))
        for control in state.story.controls
        for sign, words in [_SIGNS[state.system[control]]]
    )
    return tag("ul.tl-tt-has", *rows)


def timeline(state: TabletopState) -> Html | None:
    """Return what was decided so far, the newest last."""
    if state.last is None or state.exercise is None:
        return None
    rows = (
        tag(
            "li",
            tag("span.tl-num", entry.clock),
            " ",
            tag("b", entry.title),
            tag("div", entry.text),
            tag("div.tl-sub", entry.by or "nobody", f" \u2014 \u201c{entry.note}\u201d" if entry.note else ""),
            taken_back(entry),
        )
        for entry in state.exercise.log
    )
    return markup(caption("What happened", class_="tl-second"), tag("ol.tl-tt-timeline", *rows))


def _label(state: TabletopState, letter: str, option: Option) -> str:
    leans = ", ".join(lower_first(state.title(control)) for control in option.controls)
    return f"{letter} \u00b7 {option.text}" + (f"\nLeans on: {leans}" if leans else "")


def taken_back(entry: LogEntry) -> Html | None:
    """Return what was decided first and taken back, if anything was."""
    if not entry.taken_back:
        return None
    texts = "; ".join(f"\u201c{text}\u201d" for text in entry.taken_back)
    return tag("p.tl-sub", f"Decided first, and taken back: {texts}")


def _news(state: TabletopState, name: str, *parts: object) -> Html:
    """Return what has just come up, marked so that the page brings it into view."""
    step = f"{len(state.exercise.log) if state.exercise else 0}-{name}"
    return tag("div", *parts, data_news=step, tabindex=-1, role="group", aria_label=name)


def _undo(state: TabletopState, exercise: Exercise) -> Html | None:
    if state.timed or not len(exercise.log):
        return None
    hint = "Undo the last decision: it is named in the log beside the one in its place"
    return button("Undo the last decision", "undo", hint=hint, once=f"undo-{len(exercise.log)}")


def _followed(state: TabletopState, exercise: Exercise) -> Html:
    entry = state.last
    if entry is None:
        return tag("div.tl-tt-followed", tag("p", exercise.opening))
    late = None
    if entry.late:
        words = state.story.injects[entry.inject].words(entry.late)
        late = headed("Too late:", f"\u201c{words}\u201d came after the time was up.")
    bore = [f"{state.title(control)}: in place." for control in entry.helped]
    bore += [f"{state.title(control)}: not in place here." for control in entry.missing]
    added = [f"{MEASURES[name].title.lower()} +{MEASURES[name].amount(value)}" for name, value in entry.effect.items()]
    effect = capital("; ".join(added)) + "." if added else "None of the figures changed."
    return tag(
        "div.tl-tt-followed",
        caption("What followed"),
        tag("p.tl-sub", f"{capital(entry.by)}: {entry.text}" if entry.by else entry.text),
        late,
        taken_back(entry),
        tag("p", entry.consequence),
        tag("p.tl-sub", *(markup(tag("b", each), " ") for each in bore), effect),
    )


def _added(entry: LogEntry | None, measure: str) -> str:
    value = entry.effect.get(measure, 0.0) if entry else 0.0
    return f"+{MEASURES[measure].amount(value).split()[0]}" if value else ""


def _paragraphs(text: str) -> Html:
    return markup(*(tag("p", part.strip()) for part in text.split("\n\n")))
