"""A five-minute briefing for the team, made from the report, to be read aloud."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Any

from threatlab.report.markdown import literal
from threatlab.report.model import ThreatModel, check_model
from threatlab.words import counted, days, listed

WORDS_A_MINUTE = 130
"""A pace at which a room can follow and a speaker can breathe. Judged by this project's authors: time yourself once."""

MINUTES = 5
FEWEST, MOST = 600, 750
"""Words of a briefing: 120 and 150 a minute. No paragraph is longer than what lies between the aim and the most."""

_LONGEST, _WIDEST = 25, 250
"""Words and characters of a learner's text that are read aloud; the report has all of it."""

_HEADINGS = ("What we protect", "What can go wrong", "What we do about it", "How we know", "What you can do")

Part = tuple[int, str]
"""The number of its heading, and a paragraph."""


def briefing(model: ThreatModel) -> str:
    """Return a briefing as Markdown: about 650 words, which are five minutes at `WORDS_A_MINUTE`.

    A part of the threat model that is missing is named, not talked around.

    Raises
    ------
    ThreatLabError
        If `model` is no ThreatModel.
    """
    parts, closing = list(_needed(check_model(model))), (4, _say("closing"))
    spent = sum(count_words(text) for _, text in (*parts, closing))
    for place, text in _wanted(model):
        if spent < MINUTES * WORDS_A_MINUTE:
            parts.append((place, text))
            spent += count_words(text)
    parts.append(closing)
    said = [
        "\n\n".join([f"## {heading}", *(text for place, text in parts if place == number)])
        for number, heading in enumerate(_HEADINGS)
    ]
    pace = f"*{spent} words to read aloud: {MINUTES} minutes at {spent / MINUTES:.0f} words a minute.*"
    return "\n\n".join([f"# Briefing: {literal(model.title)}", pace, *said]) + "\n"


def count_words(text: str) -> int:
    """Return how many words are spoken: signs alone are none."""
    return sum(bool(re.search(r"\w", word)) for word in text.split())


def _needed(model: ThreatModel) -> Iterator[Part]:
    system, result, known = model.system, model.assessment, model.system.catalog
    yield 0, _say("opening", title=_brief(model.title, end="."), description=_brief(system.description, end="."))
    if model.example:
        yield 0, _say("example")
    yield 0, _say("owner", owner=_brief(system.owner, end=".")) if system.owner else _say("nobody")
    yes = [fact.label for name, fact in known.facts.items() if system[name]]
    yield 0, _say("facts", facts=", ".join(yes)) if yes else _say("no_facts")
    open_ = [fact.label for name, fact in known.facts.items() if system[name] is None]
    if yes and open_:
        yield 0, _say("open_facts", unknown=len(open_), asked=len(known.facts), facts=listed(open_, "or"))
    changed = model.before is not None and model.before.known != system.known
    first = _say("first", score=model.first_assessment.risk_score) if changed and model.first_assessment else ""
    low, high = model.score_range
    sure = (
        _say("sure", low=low, high=high, unknown=counted(len(model.open_questions), "question"))
        if model.open_questions
        else ""
    )
    yield 1, " ".join(filter(None, (_say("score", score=result.risk_score), sure, first)))
    if worst := result.worst_threat:
        threat = known.threats[worst]
        yield 1, _say("worst", title=threat.title.lower(), about=threat.about, risk=result.by_threat[worst])
    if unknown := sum(finding.unknown for finding in result.findings):
        yield 1, _say("unknown", findings=counted(len(result.findings), "finding"), unknown=unknown)
    yield 2, _plan(model)
    yield 3, _validation(model)
    yield 3, _alerts(model)
    yield 4, _say("report")


def _plan(model: ThreatModel) -> str:
    plan = model.plan
    if plan is None or not plan.steps:
        steps = model.assessment.best_next(3)
        titles = listed([step.title for step in steps])
        effort = days(sum(step.effort_days for step in steps))
        return _say("no_plan", titles=titles, days=effort) if steps else _say("no_step")
    first = [
        _say(
            "step_due" if step.due else "step",
            title=_brief(step.title),
            owner=_brief(step.owner) or _say("step_owner"),
            due=step.due,
        )
        for step in plan.steps[:3]
    ]
    unowned = sum(not step.owner for step in plan.steps)
    return _say(
        "plan",
        begins=_say("draft" if unowned else "agreed", unowned=unowned),
        steps=counted(len(plan.steps), "step"),
        days=days(plan.days),
        before=plan.risk_before,
        after=plan.risk_after,
        utility=plan.utility,
        first="; ".join(first),
    ) + (f" {_say('assumed', assumed=assumed)}" if (assumed := _assumed(model)) else "")


def _assumed(model: ThreatModel) -> int:
    """Return how many steps of the plan put in place what may be there already: nobody has said."""
    return sum(model.system[step.control] is None for step in model.plan.steps) if model.plan else 0


def _validation(model: ThreatModel) -> str:
    if not model.tests:
        return _say("untested")
    failed = sum(run.passed is False for run in model.tests)
    bound = sum(run.passed is not None for run in model.tests)
    if failed:
        verdict = _say("broken", failed=failed)
    elif bound:
        verdict = _say("kept" if bound == len(model.tests) else "partly", bound=bound)
    else:
        verdict = _say("unbound")
    run = max(model.tests, key=lambda each: each.success)
    toys = sum(run.ran_on == "toy" for run in model.tests)
    return _say(
        "tested",
        where=_say("on_toys" if toys == len(model.tests) else "on_both" if toys else "on_ours", toys=toys),
        runs=counted(len(model.tests), "test attack"),
        attack=_brief(run.attack),
        control=_brief(run.called),
        success=run.success,
        baseline=run.baseline,
        verdict=verdict,
    )


def _alerts(model: ThreatModel) -> str:
    choice = model.monitoring
    if choice is None:
        return _say("no_alert")
    missed = f"{len(choice.missed)} of the attackers" if choice.missed else "nobody"
    return _say(
        "alert",
        threshold=choice.threshold,
        alerts=counted(choice.alerts, "alert"),
        hours=counted(choice.analyst_hours, "hour"),
        missed=missed,
        reason=_brief(choice.reason, end="."),
    )


def _wanted(model: ThreatModel) -> Iterator[Part]:
    """Yield what is added while there is time, the most useful first."""
    result, known = model.assessment, model.system.catalog
    if (held := model.tabletop) and held.decisions and not held.unattended:
        changes = " ".join([_brief(each.text, end=".") for each in held.lessons if each.kind == "change"][:2])
        after = _say("changes", changes=changes) if changes else _say("no_changes")
        whose = _say("retold", case=_brief(held.case)) if held.case else ""
        taken = counted(len(held.decisions), "decision")
        yield 3, _say("tabletop", title=_brief(held.title), whose=whose, decisions=taken, changes=after)
    if risk := next(iter(model.holding), None):
        texts = {"title": risk.title, "owner": _brief(risk.owner), "reason": _brief(risk.reason, end=".")}
        yield 2, _say("accepted", expires=risk.expires, **texts)
    if missing := [each.what for each in model.missing if each.part != "example"]:
        yield 3, _say("missing", missing=listed(missing[:4]))
    for name, left in result.worst_first[1:3]:
        if left > 0:
            yield 1, _say("next", title=known.threats[name].title.lower(), about=known.threats[name].about, risk=left)
    for finding in result.findings[:3]:
        why = known.controls[finding.attribute].severity_rationale
        name = "doubt" if finding.unknown else "finding"
        yield 2, _say(name, finding=finding.finding, recommendation=finding.recommendation, why=why)
    yield from ((more["place"], " ".join(more["text"].split())) for more in _texts()["more"])
    for threat in known.threats.values():
        yield 1, _say("remember", title=threat.title.lower(), about=threat.about)


def _say(name: str, **values: Any) -> str:
    said: str = _texts()[name].format(**values)
    return " ".join(said.split())


def _brief(text: str, end: str = "") -> str:
    """Return the beginning of a text, as Markdown shows it, and closed by `end` unless it is closed already."""
    words = text.split()
    cut = " ".join(words[:_LONGEST])[:_WIDEST]
    cut += " ..." if cut != " ".join(words) else "" if cut.endswith((".", "!", "?")) or not cut else end
    return literal(cut)


@cache
def _texts() -> dict[str, Any]:
    return tomllib.loads((resources.files("threatlab") / "report" / "briefing.toml").read_text(encoding="utf-8"))
