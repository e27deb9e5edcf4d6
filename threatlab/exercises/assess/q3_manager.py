"""Question 3 of lesson 02: two AI checks for the lesson's class, and the test that would notice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from inspect import signature
from typing import Any

from threatlab.exercises.blank import has_blank
from threatlab.exercises.judges import a_function, a_number, a_pair, near, returned, shown
from threatlab.exercises.outcome import NotAttempted, NotYet
from threatlab.exercises.question import Question, in_steps

_WEIGHTS = {
    "encryption_enabled": ("HIGH", 0.3),
    "rbac_configured": ("MEDIUM", 0.2),
    "monitoring_active": ("HIGH", 0.3),
    "training_data_validated": ("HIGH", 0.3),
    "output_detail_limited": ("LOW", 0.1),
}

_ALL = dict.fromkeys(_WEIGHTS, True)


def extends_the_class(answer: Any) -> str:
    """Judge a manager class by its promises, then a test by the broken classes that it lets through."""
    made, test = a_pair(answer)
    assesses = getattr(made, "assess", None)
    if not isinstance(made, type) or not callable(assesses):
        raise NotYet(f"{shown(made)} is not a class with assess; give check((AIManager, keeps_promises)).")
    if has_blank(getattr(made, "CHECKS", ())):
        raise NotAttempted
    _takes(made, "a manager is made from", {})
    _takes(assesses, "assess takes self and", made, "hidden", {})
    for promise in (_checks, _cap, _refuses, _alert, _log):
        promise(made)
    if test is None:
        raise NotYet("The class keeps all five promises. Now for your test: check((AIManager, keeps_promises)).")
    function = a_function(test, "a manager class")
    if not _passes(function, made):
        raise NotYet(
            "Your class keeps all five promises, but your test says that it doesn't. Which of its asserts fails?",
            "test-fails",
        )
    if not _passes(function, type("Heir", (made,), {})):
        raise NotYet(
            "Your test refuses a class that inherits all from yours. Look at what a class does, not which it is.",
            "which-class",
        )
    for broken, says in _broken(made):
        broken.__name__ = made.__name__
        if _passes(function, broken):
            raise NotYet(
                f"Your test is content with a class {says} Nobody would notice until it mattered.", "test-content"
            )
    return "The class keeps its five promises, and the test finds all five ways that we know to break them."


def _takes(called: Callable[..., Any], what: str, *given: Any) -> None:
    """Refuse what can't be called as the lesson's class is: Python's own message would name our line."""
    try:
        signature(called).bind(*given)
    except (TypeError, ValueError) as problem:
        wanted = "a config" if len(given) == 1 else "system_id and data"
        raise NotYet(f"{what} {wanted}, as in LessonManager ({problem}).") from None


def _assessed(made: Callable[..., Any], data: Mapping[str, Any], **config: Any) -> tuple[Any, Mapping[str, Any]]:
    """Return a new manager and what it says about a system, if both are made as in the lesson's class."""
    manager = returned(made, config)
    result = returned(manager.assess, "hidden", data)
    if not isinstance(result, Mapping) or not {"risk_score", "findings", "alert"} <= set(result):
        raise NotYet(f"assess returned {shown(result)}; give a dict with at least risk_score, findings and alert.")
    if not _are_dicts(result["findings"], "severity"):
        raise NotYet(f"findings is {shown(result['findings'])}; give a list of dicts, each with its severity.")
    if not isinstance(getattr(manager, "active_controls", None), dict):
        raise NotYet("A manager has no dict active_controls. Does __init__ do all that LessonManager's does?")
    if not _are_dicts(getattr(manager, "audit_log", None), "risk_score"):
        raise NotYet("A manager's audit_log is no list of dicts, each with its risk_score. What did LessonManager log?")
    return manager, {**result, "risk_score": a_number(result["risk_score"])}


def _are_dicts(value: Any, key: str) -> bool:
    return isinstance(value, list) and all(isinstance(each, Mapping) and key in each for each in value)


def _checks(made: Callable[..., Any]) -> None:
    _, sound = _assessed(made, _ALL)
    if sound["risk_score"] != 0 or sound["findings"]:
        raise NotYet("A system with all five controls in place still has a score or findings.", "sound")
    for missing, (severity, weight) in _WEIGHTS.items():
        for value in (False, None):
            _, result = _assessed(made, {**_ALL, missing: value})
            severities = [finding["severity"] for finding in result["findings"]]
            if severities != [severity] or not near(result["risk_score"], weight):
                raise NotYet(
                    f"With {missing} {'unknown' if value is None else 'missing'} and all else in place, the findings "
                    f"are {severities} and the score {result['risk_score']:g}. Is it checked at all, once, with the "
                    "severity and the weight of the table, and does an unknown answer count as missing?",
                    "unknown" if value is None else "unchecked",
                )


def _cap(made: Callable[..., Any]) -> None:
    _, result = _assessed(made, {})
    score = result["risk_score"]
    if score > 1:
        raise NotYet(
            f"With nothing in place the score is {score:.1f}. In the lesson's class min(..., 1.0) was never needed; "
            "with five checks it is, and a score added after it escapes it.",
            "cap",
        )
    if not near(score, 1.0) or len(result["findings"]) != len(_WEIGHTS):
        raise NotYet(
            f"With nothing in place the score is {score:g}, of {len(result['findings'])} findings: not all five."
        )


def _refuses(made: Callable[..., Any]) -> None:
    says = {
        "no": "a text that is not empty counts as yes, unless you look at its type",
        1: "in Python 1 == True, so `in (True, False, None)` finds it there",
        0: "in Python 0 == False, and it is neither False nor None",
        "": "an empty cell is no answer, and counts as missing only where somebody wrote None",
    }
    for value, why in says.items():
        for attribute in ("encryption_enabled", "output_detail_limited"):
            manager = returned(made, {})
            try:
                returned(manager.assess, "hidden", {**_ALL, attribute: value})
            except ValueError:
                if manager.audit_log:
                    raise NotYet(
                        "A refused assessment stands in the audit log. Look at the data first.", "log-refused"
                    ) from None
                continue
            except (TypeError, KeyError, AssertionError) as problem:
                kind = type(problem).__name__
                raise NotYet(f"{attribute} = {value!r} raises a {kind}; raise a ValueError for it.", "kind") from None
            raise NotYet(f"{attribute} = {value!r} is accepted: {why}. Raise a ValueError for it.", "accepts")


def _alert(made: Callable[..., Any]) -> None:
    half = {**_ALL, "training_data_validated": False}  # 0.3
    cases = ((0.2, True), (0.3, True), (0.31, False))
    for threshold, right in cases:
        _, result = _assessed(made, half, alert_threshold=threshold)
        if result["alert"] is not right:
            raise NotYet(
                f"With the threshold {threshold} and a score of 0.3, which only the new check has found, alert is "
                f"{result['alert']!r}. It is True at or above the threshold, of the score with all five checks.",
                "threshold",
            )
    manager, result = _assessed(made, {})
    if result["alert"] is not True:
        raise NotYet(
            "Without a threshold in the config, 0.8 holds. A system with nothing in place does not alert.", "default"
        )
    manager.active_controls["alert_threshold"] = 0.3
    if returned(manager.assess, "hidden", half)["alert"] is not True:
        raise NotYet(
            "Somebody lowers active_controls['alert_threshold'] while the manager runs, and it goes on with the old "
            "one. Which setting is in force: the config's, or active_controls'?",
            "stale",
        )


def _log(made: Callable[..., Any]) -> None:
    manager, result = _assessed(made, {})
    _assessed(made, _ALL)  # another manager's log is another log
    returned(manager.assess, "hidden", _ALL)
    logged = [a_number(entry["risk_score"]) for entry in manager.audit_log]
    if logged != [result["risk_score"], 0]:
        raise NotYet(
            f"Two assessments came to {result['risk_score']:g} and 0, and the audit log says {logged}. One entry for "
            "each, with the score that was returned: what is logged, before or after your two checks?",
            "log",
        )


def _broken(made: Any) -> Iterable[tuple[Any, str]]:
    """Yield classes that each break one promise of a sound one, with what is wrong with them."""

    class WithoutTheLast(made):  # type: ignore[misc]
        def assess(self, system_id: str, data: Mapping[str, Any]) -> Any:
            return super().assess(system_id, {**data, "output_detail_limited": True})

    class Uncapped(made):  # type: ignore[misc]
        def assess(self, system_id: str, data: Mapping[str, Any]) -> Any:
            result = super().assess(system_id, data)
            return {**result, "risk_score": 1.2} if len(result["findings"]) == len(_WEIGHTS) else result

    class Trusting(made):  # type: ignore[misc]
        def assess(self, system_id: str, data: Mapping[str, Any]) -> Any:
            return super().assess(system_id, {name: bool(value) for name, value in data.items()})

    class AboveOnly(made):  # type: ignore[misc]
        def assess(self, system_id: str, data: Mapping[str, Any]) -> Any:
            result = super().assess(system_id, data)
            return {**result, "alert": result["risk_score"] > self.active_controls["alert_threshold"]}

    class Silent(made):  # type: ignore[misc]
        def assess(self, system_id: str, data: Mapping[str, Any]) -> Any:
            result = super().assess(system_id, data)
            self.audit_log.pop()
            return result

    yield WithoutTheLast, "that never asks about output_detail_limited."
    yield Uncapped, "whose score is 1.2 when nothing is in place."
    yield Trusting, "to which the word 'no' is a yes."
    yield AboveOnly, "that does not alert at the threshold, only above it."
    yield Silent, "that keeps no audit log."


def _passes(test: Callable[..., Any], made: Any) -> bool:
    """Return a test's verdict on a class; an assert that fails is a verdict too."""
    try:
        verdict = returned(test, made)
    except AssertionError:
        return False
    if not isinstance(verdict, bool):
        raise NotYet(
            f"Your test returned {shown(verdict)}; give True if the class keeps its promises, and False if not."
        )
    return verdict


q3 = Question(
    id="assess.q3",
    title="Two AI checks for the lesson's class, and a test for them",
    judge=extends_the_class,
    hints=in_steps(
        "CHECKS can be extended without a change to assess: the loop goes over whatever stands in self.CHECKS. So "
        "the cap and the log need nothing from you, if you leave the adding up to super().assess.",
        "Refuse first, then super().assess, then compare. `value is True or value is False or value is None` is "
        "strict where `in` is not.",
        "In the test, make a manager, and try one input for each promise: nothing in place (five findings, 1.0), "
        "one LOW missing, the word 'no', a score that equals the threshold, and the length of the log.",
    ),
    because="A rule that is data can be added without touching the code around it, so cap, log and threshold stay "
    "right. A test is worth what it fails on: each promise needs an input for which a class that breaks it says "
    "something else, and the most telling inputs stand on an edge (nothing in place, exactly at the threshold).",
    covers=("code-assess", "code-config", "code-controls"),
    claims={
        "sound": "A system with everything in place can still have a score.",
        "unchecked": "A check of the table may be left out, or weigh something else.",
        "unknown": "An unknown answer counts as in place.",
        "cap": "A score can pass 1.",
        "log-refused": "What was refused belongs in the log of assessments.",
        "kind": "Any kind of exception will do to refuse an answer.",
        "accepts": 'The word "no", a 1 or an empty cell can be taken as an answer.',
        "threshold": "An alert need not begin exactly at the threshold.",
        "default": "Without a configured threshold there is no alert.",
        "stale": "The threshold that was set at the start holds to the end.",
        "log": "What is logged need not be what was returned.",
        "test-fails": "A test may fail on a class that keeps its promises.",
        "which-class": "A test may ask which class it is, and not what it does.",
        "test-content": "A test that passes on the right class is enough.",
    },
)
