"""The state of the panel on what changed, and pure functions from that state to HTML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate, pairwise

from threatlab.assessment import Finding, assess
from threatlab.changes import AnswerChange, Change, InventoryChange
from threatlab.changes.writing import fields_said, title, unmoved
from threatlab.changes.writing import signed as signed_in_ascii
from threatlab.ranking import moved
from threatlab.widgets.base.html import (
    Html,
    bar,
    bars,
    caption,
    check,
    choice,
    fold,
    gauge,
    markup,
    minus,
    number,
    saved,
    saved_bar,
    saved_table,
    score,
    severity,
    table,
    tag,
    unheard,
)
from threatlab.words import ANSWER, capital, counted

SHOWN = 8
"""Answers with a bar of their own; the others share one."""

_LEAST = 0.0005
"""A share below this reads 0.000."""


@dataclass(frozen=True)
class ChangesState:
    """What the panel shows: all changes, the name of the system looked at ("": the first), and what is taken back."""

    inventory: InventoryChange
    chosen: str = ""
    without: frozenset[str] = frozenset()

    @cached_property
    def change(self) -> Change | None:
        """What changed in the system that is looked at."""
        every = self.inventory.changed
        return next((each for each in every if each.name == self.chosen), every[0] if every else None)

    @property
    def answers(self) -> tuple[AnswerChange, ...]:
        """The answers of that system that changed."""
        return self.change.answers if self.change else ()

    @cached_property
    def counted(self) -> Change | None:
        """What changed in that system without the answers that are taken back."""
        if self.change is None or not self.without:
            return self.change
        new = self.change.new
        back = {answer.attribute: answer.before for answer in self.answers if answer.attribute in self.without}
        return replace(self.change, new=new.with_(system=new.system.with_(**back)))


@dataclass(frozen=True, slots=True)
class Step:
    """One bar of the way from the old score to the new: where it begins and ends (0..1), and whose it is, if one's."""

    label: str
    begin: float
    end: float
    answer: AnswerChange | None = None


def steps(change: Change) -> tuple[Step, ...]:
    """Return the way from the old score to the new, a step for each answer that moved it, the largest first."""
    moving = [answer for answer in change.answers if abs(answer.share) >= _LEAST]
    own, more = moving[:SHOWN], len(moving[SHOWN:])
    points = [*accumulate((answer.share for answer in own), initial=change.before)]
    made = [Step(_label(change, each), *ends, each) for each, ends in zip(own, pairwise(points), strict=True)]
    return (*made, *([Step(counted(more, "other answer"), points[-1], change.after)] if more else []))


def page(state: ChangesState) -> Html:
    """Return the whole panel."""
    change, counted_ = state.change, state.counted
    if change is None or counted_ is None:
        return markup(tag("div.tl-about", tag("p", summary(state))), unheard(announcement(state)))
    options = [(f"{_by(each)} {each.new.system.title}", each.name) for each in state.inventory.changed]
    several = choice("System", "system", options, change.name, act="choose")
    picker = several if len(options) > 1 else tag("strong", change.new.system.title)
    return markup(
        tag("div.tl-top", tag("div.tl-pick", picker), headline(state, change, counted_.after)),
        tag(
            "div.tl-body.tl-changed",
            tag("div.tl-risk", threats(counted_)),
            tag("div.tl-left", causes(state, change)),
            tag("div.tl-found", findings(counted_), others(change)),
        ),
        unheard(announcement(state)),
    )


def summary(state: ChangesState) -> str:
    """Return in a sentence how many systems changed."""
    inventory = state.inventory
    if not inventory:
        return f"Nothing changed, in {counted(inventory.same, 'system')}."
    if inventory.same + len(inventory.changed) == 1 and not (inventory.added or inventory.removed):
        return "One system, before and after."
    return f"{title(inventory)}."


def headline(state: ChangesState, change: Change, now: float) -> Html:
    """Return the score with what is counted, and where it was."""
    by = moved(now, change.before)
    word, kind = ("down", None if change.forgotten else "tl-better") if by < 0 else ("up", "tl-worse")
    delta = tag("span", f"{word} {abs(by):.2f} from {change.before:.2f}", class_=kind)
    without = len(state.without)
    left = f"without {counted(without, 'change')} that you took back; with all of them it is {change.after:.2f}"
    return tag(
        "div.tl-head",
        score("Risk score", f"{now:.2f}", delta if by else unmoved(now, change.before)),
        gauge(now, was=change.before, words="the mark is the score before"),
        tag("div.tl-lead", tag("span", left if without else summary(state))),
    )


def causes(state: ChangesState, change: Change) -> Html:
    """Return the answers that changed: a bar for each that moved the score, on the way from the old one to the new."""
    way = steps(change)
    heading = caption("Which answers moved it", "untick one to see the score without it")
    still = [answer for answer in change.answers if abs(answer.share) < _LEAST]
    quiet = ", ".join(_label(change, answer) for answer in still)
    parts: list[object] = [heading]
    if way:
        parts.append(tag("div.tl-fall", *(_row(state, way, step) for step in way), _scale(way)))
    else:
        parts.append(tag("p", "No answer that changed moved the score."))
    if quiet:
        parts.append(tag("p.tl-sub", tag("b", "Moved nothing: "), quiet, "."))
    if change.forgotten:
        names = ", ".join(change.new.system.catalog.facts[name].label for name in change.forgotten)
        warning = "What nobody says counts as no; what that takes off the score has not become safer."
        parts.append(tag("div.tl-note", tag("p", tag("b", "Nobody says any more: "), names, ". ", warning)))
    if len(way) > 1:
        parts.append(fold("Why these shares?", *why(change)))
    return markup(*parts)


def why(change: Change) -> Iterator[Html]:
    """Yield what each answer moves as the first to change and as the last: its share is the mean over all orders."""
    old, new, rules = change.old.system, change.new.system, change.new.ruleset
    rows = []
    for step in steps(change):
        if step.answer:
            name = step.answer.attribute
            first = assess(old.with_(**{name: new[name]}), rules).risk_score - change.before
            last = change.after - assess(new.with_(**{name: old[name]}), rules).risk_score
            share = signed(step.answer.share, step.answer.error)
            rows.append((step.label, number(signed(first)), number(signed(last)), number(share)))
    yield tag(
        "p",
        "What an answer moves depends on what has changed before it. Its share is the mean over all orders in which "
        "the answers can change, and the shares add up to the whole change.",
    )
    yield table(("Answer", "If first", "If last", "Share"), rows)
    if any(answer.error for answer in change.answers):
        orders = f"{2 * change.pairs} orders"
        yield tag("p.tl-sub", f"So many answers changed that {orders} were drawn; ± is two standard errors.")


def threats(change: Change) -> Html:
    """Return residual risk by threat, as it was and as it is."""
    if not change.threats:
        return markup(caption("Risk by threat"), tag("p", "No threat's residual risk has moved."))
    rows = []
    for threat in change.threats:
        was = tag("b.tl-wasmark", style=f"left:{threat.before:.1%}")
        figures = markup(tag("s", f"{threat.before:.2f}"), f" {threat.after:.2f}")
        rows.append((threat.title, bar(threat.after, "", was), figures))
    legend = "bar: now; mark: before"
    return markup(caption("Risk by threat", legend), bars(rows))


def findings(change: Change) -> Html:
    """Return the findings that are gone, and those that have come."""
    rows = [_finding(change, finding, opened=False) for finding in change.closed]
    rows += [_finding(change, finding, opened=True) for finding in change.opened]
    heading = f"{len(change.closed)} closed, {len(change.opened)} opened"
    body = table(("Finding", "Severity", "Why"), rows) if rows else tag("p", "The findings are the same.")
    return markup(caption("Findings", heading), body)


def others(change: Change) -> Html:
    """Return what changed in the drawing, the plan and the acceptances, and whatever else differs."""
    controls = change.new.system.catalog.controls
    rows = (
        (
            f"{part.kind} {part.change}",
            controls[part.name].title
            if part.kind in ("planned step", "accepted risk") and part.name in controls
            else part.name,
            fields_said(part),
        )
        for part in change.parts
    )
    drawn = markup(caption("Drawing, plan and acceptances"), table(("What", "Name", "Now"), rows))
    also = tag("p.tl-sub.tl-gap", tag("b", "Also changed: "), ", ".join(change.also), ".")
    return tag("div.tl-gap", drawn if change.parts else None, also if change.also else None)


def announcement(state: ChangesState) -> str:
    """Return what is shown in one sentence, for a screen reader."""
    change, now = state.change, state.counted
    if change is None or now is None:
        return summary(state)
    without = f", without {counted(len(state.without), 'change')}" if state.without else ""
    answers = counted(len(change.answers), "answer")
    return f"{change.name}: risk score {change.before:.2f}, now {now.after:.2f}{without}; {answers} changed."


def static_picture(state: ChangesState) -> Html:
    """Return the changes for a saved notebook."""
    change, now = state.change, state.counted
    if change is None or now is None:
        return saved(announcement(state))
    way = steps(change)
    rows = [(step.label, signed(step.end - step.begin), _saved_step(way, step)) for step in way]
    word = {True: "opened", False: "closed"}
    found = [(word[opened], f.finding) for opened in (False, True) for f in (now.closed, now.opened)[opened]]
    risks = [(each.title, f"{each.before:.2f}", f"{each.after:.2f}") for each in now.threats]
    tables = [(("Answer", "Share", f"From {change.before:.2f} to {change.after:.2f}"), rows)] if rows else []
    return saved(
        announcement(state),
        *(saved_table(heads, cells) for heads, cells in tables),
        saved_table(("Now", "Finding"), found) if found else None,
        saved_table(("Risk by threat", "Was", "Is"), risks) if risks else None,
    )


def _row(state: ChangesState, way: Sequence[Step], step: Step) -> Html:
    answer, size = step.answer, step.end - step.begin
    kind = "tl-less" if size < 0 else "tl-more"
    if answer is None:
        label, said = tag("p", step.label), None
    else:
        name = answer.attribute
        label = check(step.label, name, value=name not in state.without, act="count")
        said = tag("span.tl-sub", f"{ANSWER[answer.before]} \u2192 {ANSWER[answer.after]}")
        kind = "tl-unsaid" if size < 0 and answer.after is None else kind
        kind += " tl-back" if name in state.without else ""
    left, width = _span(way, step)
    bar = tag("i", class_=kind, style=f"left:{left:.1%};width:{width:.1%}")
    moved_by = tag("span.tl-num", signed(size, answer.error if answer else 0.0))
    return tag("div.tl-moving", label, said, tag("div.tl-rail", bar), moved_by)


def _scale(way: Sequence[Step]) -> Html:
    low, high = _ends(way)
    digits = 2 if high - low >= 0.01 else 4  # a way so short would have one number at both ends
    return tag("div.tl-scale", tag("span", f"{low:.{digits}f}"), tag("span", f"{high:.{digits}f}"))


def _ends(way: Sequence[Step]) -> tuple[float, float]:
    points = [point for step in way for point in (step.begin, step.end)]
    return min(points), max(points)


def _span(way: Sequence[Step], step: Step) -> tuple[float, float]:
    """Return where a step's bar begins, and how long it is, as shares of the lane."""
    low, high = _ends(way)
    return (min(step.begin, step.end) - low) / (high - low), abs(step.end - step.begin) / (high - low)


def _saved_step(way: Sequence[Step], step: Step) -> Html:
    left, width = _span(way, step)
    return saved_bar(width, "seagreen" if step.end < step.begin else "firebrick", begin=left)


def signed(by: float, error: float = 0.0) -> str:
    """Return how far a score moved as panels write it: with a minus as long as the plus is."""
    return minus(signed_in_ascii(by, error))


def _label(change: Change, answer: AnswerChange) -> str:
    terms, name = change.new.system.catalog, answer.attribute
    return capital(terms.facts[name].label) if name in terms.facts else terms.controls[name].title


def _by(change: Change) -> str:
    by = moved(change.after, change.before)
    return minus(f"{by:+.2f}") if by else "±0.00"


def _finding(change: Change, finding: Finding, *, opened: bool) -> tuple[object, ...]:
    state = tag("div.tl-sub", change.why(finding, opened=opened))
    verdict = "tl-fails" if opened else None if change.unsaid(finding) else "tl-holds"
    mark = tag("span", "opened" if opened else "closed", class_=verdict)
    return (finding.finding, severity(finding.severity, finding.severity.lower()), markup(mark, state))
