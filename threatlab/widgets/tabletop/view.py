"""The tabletop exercise's state, and pure functions from that state to HTML."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from html import escape

from threatlab.catalog import catalog
from threatlab.system import AISystem
from threatlab.tabletop import MEASURES, Exercise, LogEntry, Story
from threatlab.tabletop.clock import Countdown

_SIGNS = {True: ("in", "in place"), False: ("out", "not in place"), None: ("unknown", "nobody knows")}


@dataclass(frozen=True)
class TabletopState:
    """What the panel shows: a story, the system that it meets, the role that decides, and the exercise once begun."""

    story: Story
    system: AISystem
    role: str
    exercise: Exercise | None = None
    timed_out: bool = False

    @property
    def may_decide(self) -> bool:
        """Whether the decision on the table is this role's."""
        return self.exercise is not None and self.role in self.exercise.may_decide

    @cached_property
    def last(self) -> LogEntry | None:
        """The last decision, if there is one."""
        return self.exercise.log[-1] if self.exercise is not None and len(self.exercise.log) else None


def paragraphs(text: str) -> str:
    """Return a text as HTML paragraphs."""
    return "".join(f"<p>{escape(part.strip())}</p>" for part in text.split("\n\n"))


def headline(state: TabletopState) -> str:
    """Return the story's title, where it stands, and what of it is published and what invented."""
    story, now = state.story, state.exercise
    where = f"about {story.minutes:g} minutes"
    if now is not None:
        where = f"{now.clock} \u00b7 {'finished' if now.finished else f'decision {len(now.log) + 1}'}"
    return (
        f'<h3 class="tl-title">{escape(story.title)}</h3>'
        f'<p class="tl-sub">A tabletop exercise made from {escape(story.incident.title)}, {escape(story.incident.case)}'
        f" ({escape(story.incident.when)}) \u00b7 <b>{escape(where)}</b></p>"
        f'<details class="tl-tt-origin"><summary>What of it is published, and what is invented</summary>'
        f"<p><b>Published.</b> {escape(story.published)}</p><p><b>Invented.</b> {escape(story.invented)}</p></details>"
        f'<div class="tl-hidden" role="alert" aria-live="polite">{escape(announcement(state))}</div>'
    )


def announcement(state: TabletopState) -> str:
    """Return what has just happened in one sentence or two, for a screen reader."""
    now = state.exercise
    if now is None:
        return ""
    late = "Time is up: nobody decided. " if state.timed_out else ""
    if now.inject is None:
        return f"{late}The exercise is over: {len(now.log)} decisions, {len(now.lessons)} lessons."
    return f"{late}{now.clock}: {now.inject.title}. {now.inject.question}"


def table(state: TabletopState) -> str:
    """Return what lies on the table: the situation before the start, then what followed last and the new message."""
    now = state.exercise
    if now is None:
        roles = "".join(
            f"<dt>{escape(_begun(role))}</dt><dd>{escape(may)}</dd>" for role, may in state.story.roles.items()
        )
        return (
            f'<h3 class="tl-cap">The situation</h3>{paragraphs(state.story.situation)}'
            f'<h3 class="tl-cap">Who may do what</h3><dl class="tl-tt-roles">{roles}</dl>'
        )
    before = f"<p>{escape(now.opening)}</p>" if state.last is None else _followed(state.last)
    followed = f'<div class="tl-tt-followed">{before}</div>'
    if now.inject is None:
        return followed
    inject = now.inject
    allowed = " or ".join(inject.decides)
    return (
        f"{followed}"
        f'<article class="tl-tt-card"><header><h3>{escape(inject.title)}</h3><span class="tl-num">{now.clock}</span>'
        f'<p class="tl-sub">From: {escape(inject.sender)} \u00b7 To: {escape(inject.to)}</p></header>'
        f"{paragraphs(now.text)}</article>"
        f'<p class="tl-tt-question"><b>{escape(inject.question)}</b> '
        f'<span class="tl-sub">May decide: {escape(allowed)}.</span></p>'
    )


def not_yours(state: TabletopState) -> str:
    """Return why the role that plays can't decide, or nothing if it can."""
    if state.exercise is None or state.exercise.finished or state.may_decide:
        return ""
    seat = f"You have the seat of the <b>{escape(state.role)}</b>: this decision isn't yours."
    return f'<p class="tl-tt-handover">{seat}</p>'


def clock_face(countdown: Countdown, now: float) -> str:
    """Return the time left as a bar and in words."""
    left = countdown.left(now)
    word = "left to decide" if countdown.running else "to decide; the clock stands"
    return (
        f'<div class="tl-tt-clock" role="timer" aria-label="Time to decide">'
        f'<span class="tl-num">{minutes(left)}</span> <span class="tl-sub">{word}</span>'
        f'<div class="tl-track"><div class="tl-fill" style="width:{left / countdown.limit:.1%}"></div></div></div>'
    )


def minutes(seconds: float) -> str:
    """Return seconds as minutes and seconds, such as "1:05"."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02}"


def figures(state: TabletopState) -> str:
    """Return the five figures, each with what the last decision added to it; before the start, what they count."""
    now = state.exercise
    if now is None:
        told = "".join(f"<dt>{escape(m.title)}</dt><dd>{escape(m.meaning)}</dd>" for m in MEASURES.values())
        return (
            f'<h3 class="tl-cap">What is counted <i>\u2014 less is better</i></h3><dl class="tl-tt-counted">{told}</dl>'
        )
    rows = "".join(
        f'<tr><th scope="row" title="{escape(measure.meaning)}">{escape(measure.title)}</th>'
        f'<td class="tl-num">{measure.amount(now.figures[name])}</td>'
        f'<td class="tl-num">{_added(state.last, name)}</td></tr>'
        for name, measure in MEASURES.items()
    )
    out = "cut off, as far as you know" if now.contained else "still in"
    return (
        '<h3 class="tl-cap">So far <i>\u2014 less is better</i></h3>'
        f'<table class="tl-tt-figures"><tbody>{rows}</tbody></table><p class="tl-sub">The attacker is {out}.</p>'
    )


def in_place(state: TabletopState) -> str:
    """Return which of the controls that matter in the story the system has."""
    rows = "".join(
        f'<li class="tl-tt-has-{_SIGNS[state.system[control]][0]}">{escape(catalog().controls[control].title)}'
        f' <span class="tl-sub">{_SIGNS[state.system[control]][1]}</span></li>'
        for control in state.story.controls
    )
    return f'<ul class="tl-tt-has">{rows}</ul>'


def timeline(state: TabletopState) -> str:
    """Return what was decided so far, the newest last."""
    if state.last is None or state.exercise is None or state.exercise.finished:
        return ""
    rows = "".join(
        f'<li><span class="tl-num">{entry.clock}</span> <b>{escape(entry.title)}</b>'
        f"<div>{escape(entry.text)}</div>{_by(entry)}</li>"
        for entry in state.exercise.log
    )
    return f'<h3 class="tl-cap tl-second">What happened</h3><ol class="tl-tt-timeline">{rows}</ol>'


def _followed(entry: LogEntry) -> str:
    late = f"<p><b>Too late:</b> \u201c{escape(entry.late)}\u201d came after the time was up.</p>" if entry.late else ""
    said = escape(f"{_begun(entry.by)}: {entry.text}" if entry.by else entry.text)
    return (
        f'<h3 class="tl-cap">What followed</h3><p class="tl-sub">{said}</p>{late}<p>{escape(entry.consequence)}</p>'
        f'<p class="tl-sub">{_bore(entry)}{_effect(entry)}</p>'
    )


def _bore(entry: LogEntry) -> str:
    titles = catalog().controls
    said = [f"{escape(titles[control].title)}: in place." for control in entry.helped]
    said += [f"{escape(titles[control].title)}: not in place here." for control in entry.missing]
    return "".join(f"<b>{each}</b> " for each in said)


def _effect(entry: LogEntry) -> str:
    added = [f"{MEASURES[name].title.lower()} +{MEASURES[name].amount(value)}" for name, value in entry.effect.items()]
    return escape(_begun("; ".join(added)) + "." if added else "None of the figures changed.")


def _by(entry: LogEntry) -> str:
    note = f" \u2014 \u201c{escape(entry.note)}\u201d" if entry.note else ""
    return f'<div class="tl-sub">{escape(entry.by or "nobody")}{note}</div>'


def _added(entry: LogEntry | None, measure: str) -> str:
    value = entry.effect.get(measure, 0.0) if entry else 0.0
    return f"+{MEASURES[measure].amount(value).split()[0]}" if value else ""


def lower_first(text: str) -> str:
    """Return a title as it stands within a sentence: "Keep an AI bill" becomes "keep an AI bill"."""
    return text[:1].lower() + text[1:]


def _begun(text: str) -> str:
    """Return a text with its first letter in upper case and the others as they are."""
    return text[:1].upper() + text[1:]
