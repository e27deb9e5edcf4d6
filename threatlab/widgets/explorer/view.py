"""The system explorer's state, and pure functions from that state to HTML."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cached_property, lru_cache

from threatlab.assessment import Assessment, Finding, NextStep, assess
from threatlab.catalog import Catalog, Control
from threatlab.ranking import moved, reaches
from threatlab.system import AISystem
from threatlab.widgets.base.explanation import explainable, explanation
from threatlab.widgets.base.html import (
    Html,
    bar,
    button,
    caption,
    change,
    choice,
    fold,
    gauge,
    markup,
    minus,
    saved,
    saved_bar,
    saved_table,
    score,
    severity,
    table,
    tag,
    toggle,
    unheard,
    unsure,
)
from threatlab.widgets.base.systems import Systems
from threatlab.words import days

STEPS_SHOWN = 3
QUESTIONS_SHOWN = 3
FINDINGS_SHOWN = 5
_LONGEST_BAR = 0.45
"""Inherent risk that fills the width: above what any one threat of the catalog reaches for most systems."""
_ANSWERS = (("yes", True, "Yes"), ("no", False, "No"), ("?", None, "Unknown"))


@dataclass(frozen=True)
class ExplorerState:
    """What the explorer shows: the system as it is now and as it was, and the score at which an alert is raised.

    `explained` is the number whose origin is shown, `attacked` the control whose measuring attack is open; "" for none.
    `answered` is the fact or control that was answered last, with the risk score (0..1) before: it is told beside it.
    """

    system: AISystem
    start: AISystem
    alert_threshold: float
    explained: str = ""
    attacked: str = ""
    all_findings: bool = False
    answered: tuple[str, float] = ("", 0.0)

    @property
    def catalog(self) -> Catalog:
        """The catalog in whose terms the system is told."""
        return self.system.catalog

    @cached_property
    def now(self) -> Assessment:
        """Assessment of the system as it is."""
        return assess(self.system)

    @cached_property
    def before(self) -> Assessment:
        """Assessment of the system as it was when the learner began."""
        return _begun(self.start)

    @cached_property
    def steps(self) -> tuple[NextStep, ...]:
        """The best next controls, best first."""
        return self.now.best_next(STEPS_SHOWN)


@lru_cache(maxsize=16)  # it stays the same from click to click
def _begun(start: AISystem) -> Assessment:
    return assess(start)


def page(state: ExplorerState, systems: Systems, lab: str = "") -> Html:
    """Return the whole panel; `lab` is the HTML of the attack that is open."""
    picker = systems.picker(state.start, "choose", "name")
    reset = button("Reset", "reset", hint="Go back to the system as you found it", disabled=state.system == state.start)
    explain, attack = _lists(state.catalog, state.explained, state.attacked)
    risk = markup(
        next_steps(state), next_questions(state), threat_bars(state), explain, explanation(state.now, state.explained)
    )
    found = markup(findings(state), attack)
    return markup(
        tag("div.tl-top", tag("div.tl-pick", picker, reset), headline(state)),
        tag("div.tl-body", tag("div.tl-risk", risk), tag("div.tl-left", questions(state)), tag("div.tl-found", found)),
        tag("div.tl-attack", Html(lab), data_part="lab") if lab else None,
    )


@lru_cache(maxsize=16)  # a hundred entries, the same ones from click to click
def _lists(catalog: Catalog, explained: str, attacked: str) -> tuple[Html, Html]:
    """Return the lists of what can be explained, and of the controls whose attack can be seen."""
    return (
        choice("Explain", "what", explainable(catalog), explained, act="explain", class_="tl-inline"),
        choice("See the attack behind a finding", "control", attackable(catalog), attacked, act="attack"),
    )


def headline(state: ExplorerState) -> Html:
    """Return score, change, gauge, worst threat and next step: what the eye must find first."""
    now, before, threshold = state.now.risk_score, state.before.risk_score, state.alert_threshold
    alerting = reaches(now, threshold)
    was = before if state.system != state.start else None
    moved_by = tag("span.tl-sub", "as you found it") if was is None else change(now, before, " since you began")
    words = markup(f"alert at {threshold:.2f}: now ", tag("b", "at or above it" if alerting else "below it"))
    return tag(
        "div.tl-head",
        score("Risk score", f"{now:.2f}", moved_by),
        gauge(now, was=was, limit=threshold, words=words),
        _worst(state),
        _announcement(state),
        class_="tl-alerting" if alerting else None,
    )


def next_steps(state: ExplorerState) -> Html:
    """Return the advice: a row with its button for each of the best next controls."""
    if not state.steps:
        nothing = "Every control that applies and would lower the score is in place."
        return markup(caption("Do next"), tag("p", nothing))
    rows = (
        tag(
            "div.tl-step",
            tag("span", step.title, tag("div.tl-sub", f"missing in {step.missing}") if step.missing else None),
            tag("span.tl-num", minus(f"{-step.removes:.2f}")),
            tag("span.tl-sub.tl-num", days(step.effort_days)),
            button(
                "Apply",
                "apply",
                {"control": step.attribute},
                hint=f"Apply: {step.title}",
                once=f"apply-{step.attribute}",
            ),
        )
        for step in state.steps
    )
    return markup(
        caption("Do next", "risk each alone would remove, and its effort; first what is likely to be missing"),
        tag("div.tl-steps", *rows),
    )


def next_questions(state: ExplorerState) -> Html:
    """Return what to ask next: the questions whose answers are expected to move the score most."""
    asked = state.now.best_questions(QUESTIONS_SHOWN)
    rows = (
        tag("div.tl-step", tag("span", each.question), tag("span.tl-num", minus(f"{each.moves:+.2f}")))
        for each in asked
    )
    legend = "how far the score moves if the answer is yes; first what is likely to move it"
    return markup(caption("Ask next", legend), tag("div.tl-steps.tl-askings", *rows)) if asked else markup()


def threat_bars(state: ExplorerState) -> Html:
    """Return residual risk by threat, worst first; what does not apply comes last and says why."""
    rows: list[Html] = []
    for threat, risk in state.now.worst_first:
        title = state.catalog.threats[threat].title
        if not risk:
            rows += [tag("p.tl-sub", title), tag("p.tl-naq", _why_not(state, threat))]
            continue
        inherent = state.now.explain(threat).inherent
        rows += [
            tag("p", title),
            bar(risk / inherent, of=min(inherent / _LONGEST_BAR, 1)),
            tag("p.tl-num", _was(state, threat), f"{risk:.2f}"),
        ]
    legend = "solid: what remains; hatched: what controls removed"
    return markup(caption("Where the risk is", legend), tag("div.tl-bars", *rows))


def findings(state: ExplorerState) -> Html:
    """Return the findings, worst first: the worst few, and all of them once they are asked for."""
    every = state.now.findings
    listed = every if state.all_findings else every[:FINDINGS_SHOWN]
    counts = Counter(f.severity for f in every)
    unknown = sum(f.unknown for f in every)
    parts = [f"{n} {level.lower()}" for level, n in counts.items()]
    parts += [f"{unknown} because nobody knows"] if unknown else []
    more = button(
        "Only the worst" if state.all_findings else f"All {len(every)} findings",
        "show_findings",
        {"all_findings": not state.all_findings},
    )
    return markup(
        caption(f"Findings: {len(every)}", ", ".join(parts)),
        table(("Severity", "Finding and what to do"), (_finding(state, f) for f in listed)) if every else None,
        more if len(every) > FINDINGS_SHOWN else None,
        None if every else tag("p", "No control that applies is missing."),
    )


def questions(state: ExplorerState) -> Html:
    """Return every fact and control as a question to answer, in folds by group and by layer."""
    facts, layers = defaultdict(list), defaultdict(list)
    for fact in state.catalog.facts.values():
        facts[fact.group].append(fact.id)
    for control in state.catalog.controls.values():
        layers[state.catalog.layers[control.layer].title].append(control.id)
    first = next(iter(state.before.best_next(1)), None)
    return markup(
        caption("What it is", "facts: a yes can raise the risk"),
        *(_section(state, title, members) for title, members in facts.items()),
        caption("What protects it", "controls: a yes can lower it", class_="tl-second"),
        *(
            _section(state, title, members, opened=first is not None and first.attribute in members)
            for title, members in layers.items()
        ),
    )


def fold_title(state: ExplorerState, section: str, attributes: list[str]) -> str:
    """Return a section's one-line summary: facts by what is true, controls by how many of those needed are in place."""
    facts, controls, system = state.catalog.facts, state.catalog.controls, state.system
    if attributes[0] in facts:
        true = [facts[a].label for a in attributes if system[a]]
        unknown = sum(system[a] is None for a in attributes)
        summary = ", ".join(true) or ("nothing said" if unknown == len(attributes) else "none of these")
    else:
        needed = [a for a in attributes if controls[a].applies(system.true)]
        if not needed:
            return f"{section} \u00b7 does not apply"
        unknown = sum(system[a] is None for a in needed)
        summary = f"{sum(system[a] is True for a in needed)} of {len(needed)} in place"
    return f"{section} \u00b7 {summary}" + (f" \u00b7 {unknown} unknown" if unknown else "")


def measuring_attack(control: Control) -> str:
    """Return the name of the live attack that measured what a control removes, or ""."""
    return next((claim.attack for claim in control.effectiveness.values() if claim.attack), "")


def attackable(catalog: Catalog) -> list[tuple[str, str]]:
    """Return the list of controls that an attack has measured: a title and an id for each."""
    controls = [(c.title, c.id) for c in catalog.controls.values() if measuring_attack(c)]
    return [("choose a control that an attack has measured\u2026", ""), *controls]


def static_picture(state: ExplorerState) -> Html:
    """Return what stays of it in a saved notebook."""
    now = state.now
    bars = [
        (state.catalog.threats[t].title, saved_bar(min(r / _LONGEST_BAR, 1)), f"{r:.2f}")
        for t, r in now.worst_first
        if r
    ]
    steps = (tag("li", f"{s.title}: {minus(f'{-s.removes:.2f}')}, {days(s.effort_days)}") for s in state.steps)
    worst = (
        tag("li", tag("b", f.severity), f" {f.finding}{' (unknown)' if f.unknown else ''}")
        for f in now.findings[:FINDINGS_SHOWN]
    )
    was = f" (was {state.before.risk_score:.2f})" if state.system != state.start else ""
    return saved(
        state.system.title,
        " \u00b7 risk score ",
        tag("b", f"{now.risk_score:.2f}", style="font-size:24px"),
        f"{was} \u00b7 alert at {state.alert_threshold:.2f}",
        saved_table(("Threat", "", "Residual risk"), bars),
        tag("b", "Do next"),
        tag("ul", *steps),
        tag("b", f"Findings: {len(now.findings)}"),
        tag("ul", *worst),
    )


def _section(state: ExplorerState, title: str, attributes: list[str], *, opened: bool = False) -> Html:
    asked = (markup(_question(state, attribute), _moved(state, attribute)) for attribute in attributes)
    return fold(fold_title(state, title, attributes), *asked, opened=opened, key=f"{state.start.name}-{title}")


def _question(state: ExplorerState, attribute: str) -> Html:
    control = state.catalog.controls.get(attribute)
    about = control or state.catalog.facts[attribute]
    needed = control is None or control.applies(state.system.true)
    class_ = "tl-fact" if control is None else "" if needed else "tl-na"
    return _toggle(attribute, about.question, state.system[attribute], class_)


def _moved(state: ExplorerState, attribute: str) -> Html | None:
    """Return how the score moved by the last answer, where it was given: the headline may be out of sight."""
    last, before = state.answered
    if attribute != last:
        return None
    return tag("p.tl-sub.tl-moved", "Risk score ", tag("b", f"{before:.2f} \u2192 {state.now.risk_score:.2f}"))


@lru_cache(maxsize=1024)  # a click changes one or two of the questions, which are two thirds of the page
def _toggle(attribute: str, question: str, value: bool | None, class_: str) -> Html:
    return toggle(question, "value", _ANSWERS, value, act="answer", args={"attribute": attribute}, class_=class_)


def _announcement(state: ExplorerState) -> Html:
    """Return what a screen reader says after a change."""
    worst = state.now.worst_threat
    last, before = state.answered
    was = f"from {before:.2f} to " if last else ""
    words = f"Risk score {was}{state.now.risk_score:.2f}, {len(state.now.findings)} findings"
    if worst:
        words += f", worst threat {state.catalog.threats[worst].title} {state.now.by_threat[worst]:.2f}"
    return unheard(f"{words}.")


def _worst(state: ExplorerState) -> Html | None:
    worst = state.now.worst_threat
    if worst is None:
        return None
    title = tag("b", state.catalog.threats[worst].title)
    return tag("div.tl-lead", tag("span", "Worst threat"), " ", title, f" {state.now.by_threat[worst]:.2f}")


def _finding(state: ExplorerState, finding: Finding) -> tuple[Html, Html]:
    claims, threats = state.catalog.controls[finding.attribute].effectiveness, state.catalog.threats
    against: list[object] = []
    for threat in finding.threats:
        title = tag("b", threats[threat].title.lower())
        against += [", " if against else "", title, f" {claims[threat].value:.2f} {claims[threat].evidence}"]
    ids = ", ".join(technique.id for technique in finding.atlas)
    return (
        severity(finding.severity),
        markup(
            finding.finding,
            unsure(finding.unknown),
            tag("div.tl-sub", f"{finding.recommendation}."),
            tag("div.tl-sub", "Against ", *against, f" \u00b7 ATLAS {ids}"),
        ),
    )


def _was(state: ExplorerState, threat: str) -> Html | None:
    before = state.before.by_threat[threat]
    return markup(tag("s.tl-sub", f"{before:.2f}"), " ") if moved(state.now.by_threat[threat], before) else None


def _why_not(state: ExplorerState, threat: str) -> str:
    facts = state.catalog.threats[threat].applies_when_any
    unless = " or ".join(state.catalog.facts[f].label for f in facts)
    if any(state.system[f] is None for f in facts):
        return f"unknown: it applies if the system {unless}"
    return f"does not apply unless the system {unless}"
