"""The questions of lesson 02: the lesson's score and class, the layered score, the log, an inventory."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from inspect import signature
from math import isclose, prod
from pathlib import Path
from typing import Any

from threatlab.assessment import assess
from threatlab.audit import AuditLog
from threatlab.chain import RESERVED, sealed, spelled
from threatlab.exercises.blank import has_blank
from threatlab.exercises.judges import a_function, a_number, number, returned, shown
from threatlab.exercises.outcome import NotAttempted, NotYet
from threatlab.exercises.question import Question
from threatlab.layered import combine
from threatlab.rules import catalog
from threatlab.system import AISystem, load_system

# --- q1: what the lesson's code makes of a survey -----------------------------------------------------------------

SURVEY = {"encryption_enabled": "False", "rbac_configured": 0, "monitoring_active": "", "Monitoring_active": True}
"""One row of a survey, as a spreadsheet exported it."""


def _lessons_score() -> float:
    core = catalog().rulesets["core"].controls
    return sum(control.core_weight or 0.0 for control in core if not SURVEY.get(control.id))


def _says(score: float) -> Callable[[float], bool]:
    return lambda value: isclose(value, score, abs_tol=0.005)


q1 = Question(
    id="assess.q1",
    title="What does the lesson's code score this survey?",
    judge=number(
        _lessons_score,
        "0.5: roles and monitoring are found missing. Encryption, which is off, is not.",
        [
            (
                _says(0.8),
                (
                    "0.8 is the score where nothing is in place, and a person would read the survey so. The code does "
                    "not read: it asks Python whether a value is true. Is every one of these four false to Python?"
                ),
            ),
            (
                _says(0.6),
                (
                    "0.6 takes encryption for missing and roles for in place. Look at both cells as Python does: one "
                    "holds a text that is not empty, the other a number. Which of them is true?"
                ),
            ),
            (
                _says(0.2),
                (
                    "0.2 takes monitoring for in place. One cell of it is empty, and the other stands under a key with "
                    "a capital M: will data.get find it?"
                ),
            ),
            (
                _says(0.3),
                (
                    "0.3 is a single finding of weight 0.3. Yet two of the three attributes hold a value that is false "
                    "to Python, although it is not the value False. Which two?"
                ),
            ),
            (
                _says(0.0),
                "0.0 would need three values that are true to Python. An empty text and a zero are not.",
            ),
            (
                lambda value: value > 1,
                "A score above 1 is none that the code can return: its last step is min(risk_score, 1.0).",
            ),
        ],
        otherwise="The three weights are 0.3, 0.2 and 0.3, and no sum of some of them is that. For each attribute: "
        "what does data.get return, and is `not` of it true?",
    ),
    expects="a number from 0 to 1",
    hints=(
        (
            "Each check is `if not data.get(attribute)`. So take the three attributes, and find out what `not` makes "
            "of each."
        ),
        (
            "`bool('False')` is True, `bool(0)` is False and `bool('')` is False. Weights: encryption 0.3, roles 0.2, "
            "monitoring 0.3."
        ),
    ),
    answer="answer = 0.2 + 0.3",
    because="The text 'False' is not empty, so it counts as yes, and the one answer that should alarm somebody raises "
    "no finding. The two others are found by luck: 0 and an empty cell happen to be false. And 'Monitoring_active' is "
    "a key that nobody asks for. The mended class refuses such a row, and names the first key or value that it can't "
    "accept.",
    covers=("code-assess",),
)


# --- q2: the layered score, written from its sentences --------------------------------------------------------------

Threats = Sequence[tuple[float, float, Sequence[tuple[str, float]]]]
"""Per threat: likelihood and impact before any control, and a (layer, share removed) for each control in place."""


def threats_of(system: AISystem) -> list[tuple[float, float, list[tuple[str, float]]]]:
    """Return, for each threat that applies to a system: likelihood, impact, and the controls in place against it.

    Likelihood and impact (0..1) are those before any control. Each control is a pair of its layer and the share (0..1)
    of the threat's risk that it removes.
    """
    result, found = assess(system), []
    in_place = [control for control in catalog().controls.values() if system[control.id]]
    for threat in result.by_threat:
        how = result.explain(threat)
        claims = [(c.layer, c.effectiveness[threat].value) for c in in_place if threat in c.effectiveness]
        if how.inherent > 0:
            found.append((how.inherent_likelihood, how.inherent_impact, claims))
    return found


def _best(shares: Sequence[float]) -> list[float]:
    return [1 - max(shares)]


def _each(shares: Sequence[float]) -> list[float]:
    return [1 - share for share in shares]


def _last(shares: Sequence[float]) -> list[float]:
    return [1 - shares[-1]]


def _kept(shares: Sequence[float]) -> list[float]:
    return [max(shares)]


def _less(passes: Sequence[float]) -> float:
    return max(0.0, 1 - sum(1 - share for share in passes))


def _score(
    threats: Threats,
    layer: Callable[[Sequence[float]], list[float]] = _best,
    layers: Callable[[Sequence[float]], float] = prod,
    together: Callable[[Sequence[float]], float] = combine,
    *,
    impact_counts: bool = True,
) -> float:
    """Return the layered score, or, with another rule in one place, what a misconception makes of it."""
    risks = []
    for likelihood, impact, controls in threats:
        names = dict.fromkeys(name for name, _ in controls)
        passes = [share for name in names for share in layer([removed for at, removed in controls if at == name])]
        risks.append(likelihood * (impact if impact_counts else 1) * layers(passes))
    return together(risks)


_MISTAKES: tuple[tuple[Callable[[Threats], float], str], ...] = (
    (
        lambda threats: _score(threats, layers=_less),
        (
            "You add up what the layers remove. Two layers that remove half each would then leave nothing, and no "
            "finite number of controls makes a threat impossible. The second layer meets only what the first lets "
            "through."
        ),
    ),
    (
        lambda threats: _score(threats, layer=_each),
        (
            "Every control counts in your score, also a second one in the same layer. Controls of one layer fail "
            "together: which of them may count?"
        ),
    ),
    (
        lambda threats: _score(threats, layer=_last),
        (
            "Of two controls in a layer the one that comes last counts in your score, whichever is better. Order must "
            "not matter."
        ),
    ),
    (
        lambda threats: _score(threats, layer=_kept),
        (
            "You multiply by the share that a layer removes. Then a better layer would leave more risk. What is left "
            "after it?"
        ),
    ),
    (
        lambda threats: _score(threats, together=lambda risks: max(risks, default=0.0)),
        (
            "Your score is that of the worst threat alone. A second threat of the same size would change nothing: does "
            "a system with eight ways to fail look like one with a single way?"
        ),
    ),
    (
        lambda threats: _score(threats, together=sum),
        (
            "You add up the risks of the threats. With enough of them the sum passes 1, and a score is at most that: "
            "what is the chance that all goes well?"
        ),
    ),
    (
        lambda threats: 1 - _score(threats),
        "You return the chance that all goes well. The score is what is missing from that to 1.",
    ),
    (
        lambda threats: _score(threats, impact_counts=False),
        "Your score forgets the impact: a threat that costs nothing weighs as much as one that costs everything.",
    ),
    (
        lambda threats: 100 * _score(threats),
        "Your score is a hundred times too large: a share in percent. The package's scores go from 0 to 1.",
    ),
)

_INVENTED: tuple[Threats, ...] = (
    [(0.8, 0.5, [("serving", 0.6), ("model", 0.3), ("serving", 0.2)]), (0.4, 0.9, [("data", 0.3)])],
    [(0.5, 0.6, [])],
    [(0.5, 0.6, [("data", 0.5)]), (0.5, 0.6, [("data", 0.5), ("model", 0.9), ("model", 0.9)])],
    [],
)


def scores_in_layers(answer: Any) -> str:
    """Judge a function from threats to a layered score, on invented threats and against `assess` on real systems."""
    function = a_function(answer, "a list of threats")
    for threats in _INVENTED:
        given, right = _given(function, threats), _score(threats)
        if not isclose(given, right, abs_tol=1e-9):
            raise NotYet(_misread(threats, given))
    names = ("shadowray", "tay", "postmark-mcp", "amazon-q")
    halves = [dict.fromkeys([*catalog().controls][start::2], True) for start in (0, 1)]
    for system in [load_system(name).with_(**more) for name in names for more in ({}, *halves)]:
        given, right = _given(function, threats_of(system)), assess(system).risk_score
        if not isclose(given, right, abs_tol=1e-9):
            raise NotYet(
                f"It is right for small examples, but for {system.title} it gives {given:.3f} where assess gives "
                f"{right:.3f}. Print threats_of(load_system({system.name!r})): what is there that the small ones lack?"
            )
    return "It agrees with threatlab.assess on four incidents, each with three sets of controls: you wrote its model."


def _given(function: Callable[..., Any], threats: Threats) -> float:
    copied = [(likelihood, impact, list(controls)) for likelihood, impact, controls in threats]
    return a_number(returned(function, copied))


def _misread(threats: Threats, given: float) -> str:
    """Return the misconception that gives this score; the first example is made so that each gives another."""
    if threats is not _INVENTED[0]:
        empty = "A system without a single threat can't go wrong."
        told = "Work this one out by hand, and compare." if threats else empty
        return f"It fails for {threats}, where you give {given:.3f}. {told}"
    told = next((says for wrong, says in _MISTAKES if isclose(given, wrong(threats), abs_tol=1e-9)), "")
    return told or (
        f"For {threats} you give {given:.3f}, which is none of the usual slips. Take it apart: first one threat "
        "without controls (likelihood times impact), then one layer, then two controls in it, then two threats."
    )


q2 = Question(
    id="assess.q2",
    title="Write the layered score",
    judge=scores_in_layers,
    expects="a function of one list of threats that returns a number",
    hints=(
        (
            "Three steps, from the inside out: the best control of each layer; the risk of a threat that is left "
            "behind all its layers; all threats together."
        ),
        (
            "A dict from layer to the largest share seen so far gives the best of each layer. Then multiply "
            "likelihood, impact and (1 - share) for each layer."
        ),
        "Begin with hope = 1.0, multiply it by (1 - risk) for each threat, and return 1 - hope.",
    ),
    answer="""def layered_score(threats):
    hope = 1.0
    for likelihood, impact, controls in threats:
        best = {}
        for layer, removed in controls:
            best[layer] = max(removed, best.get(layer, 0.0))
        risk = likelihood * impact
        for removed in best.values():
            risk *= 1 - removed
        hope *= 1 - risk
    score = 1 - hope
    return score""",
    because="Inside a layer the best control counts, because what defeats one is taken to defeat its neighbors. "
    "Between layers the shares that pass are multiplied, because each meets only what the one before let through. And "
    "threats are multiplied as chances that all goes well, so that one more of them always counts.",
    covers=("core-risk",),
)


# --- q3: two AI checks for the lesson's class, and the test that would notice ---------------------------------------

PROMISES = ("checks", "cap", "refuses", "alert", "log")
"""What the class of q3 promises, in the order in which it is tried."""

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
    made, test = answer if isinstance(answer, tuple) and len(answer) == 2 else (answer, None)
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
            "Your class keeps all five promises, but your test says that it doesn't. Which of its asserts fails?"
        )
    for broken, says in _broken(made):
        if _passes(function, broken):
            raise NotYet(f"Your test is content with a class {says} Nobody would notice until it mattered.")
    return "The class keeps its five promises, and the test finds all five ways that we know to break them."


def _takes(called: Callable[..., Any], what: str, *given: Any) -> None:
    """Refuse what can't be called as the lesson's class is: Python's own message would name our line."""
    try:
        signature(called).bind(*given)
    except TypeError as problem:
        wanted = "a config" if len(given) == 1 else "system_id and data"
        raise NotYet(f"{what} {wanted}, as in LessonManager ({problem}).") from None


def _assessed(made: Callable[..., Any], data: Mapping[str, Any], **config: Any) -> tuple[Any, Mapping[str, Any]]:
    """Return a new manager and what it says about a system; `data` is copied, so that nobody changes ours."""
    manager = made(config)
    result = returned(manager.assess, "hidden", dict(data))
    if not isinstance(result, Mapping) or not {"risk_score", "findings", "alert"} <= set(result):
        raise NotYet(f"assess returned {shown(result)}; give a dict with at least risk_score, findings and alert.")
    return manager, result


def _checks(made: Callable[..., Any]) -> None:
    _, sound = _assessed(made, _ALL)
    if a_number(sound["risk_score"]) != 0 or sound["findings"]:
        raise NotYet("A system with all five controls in place still has a score or findings.")
    for missing, (severity, weight) in _WEIGHTS.items():
        for value in (False, None):
            _, result = _assessed(made, {**_ALL, missing: value})
            severities = [found["severity"] for found in result["findings"]]
            if severities != [severity] or not isclose(a_number(result["risk_score"]), weight):
                raise NotYet(
                    f"With {missing} {'unknown' if value is None else 'missing'} and all else in place, the findings "
                    f"are {severities} and the score {result['risk_score']:g}. Is it checked at all, once, with the "
                    "severity and the weight of the table, and does an unknown answer count as missing?"
                )


def _cap(made: Callable[..., Any]) -> None:
    _, result = _assessed(made, {})
    score = a_number(result["risk_score"])
    if score > 1:
        raise NotYet(
            f"With nothing in place the score is {score:.1f}. In the lesson's class min(..., 1.0) was never needed; "
            "with five checks it is, and a score added after it escapes it."
        )
    if not isclose(score, 1.0) or len(result["findings"]) != len(_WEIGHTS):
        raise NotYet(
            f"With nothing in place the score is {score:g}, of {len(result['findings'])} findings: not all five."
        )


def _refuses(made: Callable[..., Any]) -> None:
    says = {
        "no": "a text that is not empty counts as yes, unless you look at its type",
        1: "in Python 1 == True, so `in (True, False, None)` finds it there",
    }
    for value, why in says.items():
        for attribute in ("encryption_enabled", "output_detail_limited"):
            manager = made({})
            try:
                returned(manager.assess, "hidden", {**_ALL, attribute: value})
            except ValueError:
                if manager.audit_log:
                    raise NotYet("A refused assessment stands in the audit log. Look at the data first.") from None
                continue
            raise NotYet(f"{attribute} = {value!r} is accepted: {why}. Raise a ValueError for it.")


def _alert(made: Callable[..., Any]) -> None:
    half = {**_ALL, "training_data_validated": False}  # 0.3
    cases = ((0.2, True), (0.3, True), (0.31, False))
    for threshold, right in cases:
        _, result = _assessed(made, half, alert_threshold=threshold)
        if result["alert"] is not right:
            raise NotYet(
                f"With the threshold {threshold} and a score of 0.3, which only the new check has found, alert is "
                f"{result['alert']!r}. It is True at or above the threshold, of the score with all five checks."
            )
    manager, result = _assessed(made, {})
    if result["alert"] is not True:
        raise NotYet("Without a threshold in the config, 0.8 holds. A system with nothing in place does not alert.")
    manager.active_controls["alert_threshold"] = 0.3
    if returned(manager.assess, "hidden", half)["alert"] is not True:
        raise NotYet(
            "Somebody lowers active_controls['alert_threshold'] while the manager runs, and it goes on with the old "
            "one. Which setting is in force: the config's, or active_controls'?"
        )


def _log(made: Callable[..., Any]) -> None:
    manager, result = _assessed(made, {})
    _assessed(made, _ALL)  # another manager's log is another log
    logged = [entry.get("risk_score") for entry in manager.audit_log]
    if logged != [result["risk_score"]]:
        raise NotYet(
            f"One assessment came to {result['risk_score']:g}, and the audit log says {logged}. One entry for each "
            "assessment, with the score that was returned: what is logged, before or after your two checks?"
        )


def _broken(made: Any) -> Iterable[tuple[Any, str]]:
    """Yield classes that each break one promise of a sound one, with what is wrong with them."""

    class WithoutTheLast(made):  # type: ignore[misc]
        def assess(self, system_id: str, data: Mapping[str, Any]) -> Any:
            return super().assess(system_id, {**data, "output_detail_limited": True})

    class Uncapped(made):  # type: ignore[misc]
        def assess(self, system_id: str, data: Mapping[str, Any]) -> Any:
            result = super().assess(system_id, data)
            return result | {"risk_score": 1.2} if len(result["findings"]) == len(_WEIGHTS) else result

    class Trusting(made):  # type: ignore[misc]
        def assess(self, system_id: str, data: Mapping[str, Any]) -> Any:
            return super().assess(system_id, {name: bool(value) for name, value in data.items()})

    class AboveOnly(made):  # type: ignore[misc]
        def assess(self, system_id: str, data: Mapping[str, Any]) -> Any:
            result = super().assess(system_id, data)
            return result | {"alert": result["risk_score"] > self.active_controls["alert_threshold"]}

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
    expects="a pair of the class and the test: check((AIManager, keeps_promises))",
    hints=(
        (
            "CHECKS can be extended without a change to assess: the loop goes over whatever stands in self.CHECKS. So "
            "the cap and the log need nothing from you, if you leave the adding up to super().assess."
        ),
        (
            "Refuse first, then super().assess, then compare. `value is True or value is False or value is None` is "
            "strict where `in` is not."
        ),
        (
            "In the test, make a manager, and try one input for each promise: nothing in place (five findings, 1.0), "
            "one LOW missing, the word 'no', a score that equals the threshold, and the length of the log."
        ),
    ),
    answer="""class AIManager(LessonManager):
    CHECKS = (
        *LessonManager.CHECKS,
        ("training_data_validated", "HIGH", 0.3, "Training data not screened"),
        ("output_detail_limited", "LOW", 0.1, "Full scores returned"),
    )

    def assess(self, system_id, data):
        for attribute, value in data.items():
            if not (value is None or isinstance(value, bool)):
                raise ValueError(f"{attribute} is {value!r}: True, False or None")
        result = super().assess(system_id, data)
        threshold = self.active_controls["alert_threshold"]
        result["alert"] = result["risk_score"] >= threshold
        return result


def keeps_promises(manager_class):
    manager = manager_class({"alert_threshold": 1.0})
    worst = manager.assess("worst", {})
    low = manager.assess("low", {**SOUND, "output_detail_limited": False})
    try:
        manager.assess("word", {**SOUND, "encryption_enabled": "no"})
        refused = False
    except ValueError:
        refused = True
    sound = (
        len(worst["findings"]) == 5
        and worst["risk_score"] == 1.0
        and [f["severity"] for f in low["findings"]] == ["LOW"]
        and refused
        and worst["alert"]
        and not low["alert"]
        and len(manager.audit_log) == 2
    )
    return sound""",
    because="A rule that is data can be added without touching the code around it, so cap, log and threshold stay "
    "right. A test is worth what it fails on: each promise needs an input for which a class that breaks it says "
    "something else, and the most telling inputs stand on an edge (nothing in place, exactly at the threshold).",
    covers=("code-assess", "code-config", "code-controls"),
)


# --- q4: what the chain of an audit log shows -------------------------------------------------------------------------

EDITS = {
    "space": "add a space after a colon in entry 2",
    "middle": "change the score in entry 2, and compute its hash anew",
    "last": "change the score in entry 3, the last, and compute its hash anew",
    "all": "change the score in entry 1, and compute all three hashes anew",
    "first": "delete entry 1",
    "invent": "append an assessment that never took place, with a correct hash",
}
"""Six things that somebody could do to the file of an audit log with three entries."""

_WHY = {
    "space": "The hash is computed of what an entry says, and JSON says the same with one space more. But the log "
    "knows a single spelling of each entry: what is compared besides the hash?",
    "middle": "Entry 2 is sound by itself then. Who else in the file has written down what its hash was?",
    "last": "Entry 3 is sound by itself, and points to entry 2 as it did. Who in the file has written down its hash?",
    "all": "Every entry is sound then, and each points to the one before. What in this file could still remember the "
    "old chain?",
    "first": "What does entry 2 name as its number, and which hash does it say came before it?",
    "invent": "That is what the log itself does at each assessment. How would the file tell one from the other?",
}


@cache
def found_by_the_chain() -> Mapping[str, tuple[bool, bool]]:
    """Return for each of `EDITS` whether a real log finds it: by the chain alone, and with the head remembered."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "audit.jsonl"
        log = AuditLog(file)
        for name, score in (("chatbot", 0.8), ("ml-pipeline-prod", 0.2), ("fraud-model", 0.5)):
            log.append({"action": "assessment", "system_id": name, "risk_score": score})
        head, found = log.head, {}
        for edit, lines in _edited(file.read_bytes().splitlines()).items():
            file.write_bytes(b"".join(line + b"\n" for line in lines))
            found[edit] = (not log.verify(), not log.verify(head=head))
    return found


def _edited(lines: list[bytes]) -> dict[str, list[bytes]]:
    one, two, three = map(json.loads, lines)
    better = {"risk_score": 0.0}
    return {
        "space": [lines[0], lines[1].replace(b":", b": ", 1), lines[2]],
        "middle": [lines[0], *_chained([two | better], one), lines[2]],
        "last": [*lines[:2], *_chained([three | better], two)],
        "all": _chained([one | better, two, three], None),
        "first": lines[1:],
        "invent": [*lines, *_chained([three | better], three)],
    }


def _chained(entries: Iterable[dict[str, Any]], last: dict[str, Any] | None) -> list[bytes]:
    """Return lines that a forger would write: these entries, tied to the last one and to each other."""
    lines = []
    for entry in entries:
        last = sealed({key: value for key, value in entry.items() if key not in RESERVED}, last)
        lines.append(spelled(last))
    return lines


def predicts_the_chain(answer: Any) -> str:
    """Judge a dict from each edit to True, if checking the chain alone finds it, or False."""
    if not isinstance(answer, Mapping) or set(answer) != set(EDITS):
        raise NotYet(f"Give a dict with True (found) or False for each of: {', '.join(EDITS)}.")
    for edit, (found, _) in found_by_the_chain().items():
        if not isinstance(answer[edit], bool):
            raise NotYet(f"{edit!r} is {shown(answer[edit])}; it must be True or False.")
        if answer[edit] is not found:
            raise NotYet(f"{edit!r} ({EDITS[edit]}): a real log was edited so, and it is not as you say. {_WHY[edit]}")
    alone, remembered = (sum(each) for each in zip(*found_by_the_chain().values(), strict=True))
    left = [edit for edit, (_, found) in found_by_the_chain().items() if not found]
    return (
        f"A real log was edited in these six ways. The chain alone finds {alone}; with the last hash remembered "
        f"elsewhere it is {remembered}. What remains ({', '.join(left)}) no hash can find: it takes somebody who was "
        "there."
    )


q4 = Question(
    id="assess.q4",
    title="Which edits does the chain find by itself?",
    judge=predicts_the_chain,
    expects="a dict with True or False for each of the six edits",
    hints=(
        (
            "Each entry holds its own hash and the hash of the one before it. For each edit: which hash, still in the "
            "file, contradicts it?"
        ),
        (
            "A forger who can compute hashes is caught by an entry that comes after the forgery and was left alone. "
            "Which edits leave such an entry?"
        ),
    ),
    answer="""found |= {
    "space": True,
    "middle": True,
    "last": False,
    "all": False,
    "first": True,
    "invent": False,
}""",
    because="A hash is no secret: anyone can compute one. What the chain shows is that an entry does not fit one that "
    "came after it. So the end of the log has no witness, unless its hash was remembered where the forger can't write, "
    "and an entry that is honestly chained but untrue is beyond any hash.",
    covers=("code-audit",),
)


# --- q5: an inventory, by what is known -------------------------------------------------------------------------


def ranks_the_inventory(answer: Any) -> str:
    """Judge a function from systems to their ranking by worst and best case."""
    function = a_function(answer, "a list of systems")
    for systems in _inventories():
        _judge_ranking(systems, _rows(returned(function, list(systems)), systems))
    return (
        "Right for the incidents and for three invented inventories: what is certain comes before what is only "
        "unknown, and the order of the rows no longer depends on who typed them."
    )


def _inventories() -> Iterable[list[AISystem]]:
    controls = list(catalog().controls)
    facts = {"generates_content": True, "internet_facing": True}
    none, half = dict.fromkeys(controls, False), dict.fromkeys(controls[::2], False)
    naked, guarded = facts | none, facts | dict.fromkeys(controls, True)
    for invented in (
        {"guarded": guarded, "naked": naked},
        {"half": facts | half, "silent": facts, "naked": naked},
        {"twin-b": naked, "twin-a": naked, "nothing-known": {}},
    ):
        yield [AISystem(name).with_(**known) for name, known in invented.items()]
    yield [load_system(name) for name in ("ml-pipeline-prod", "tay", "shadowray", "clearview", "llm-jacking")]


def _worst_and_best(system: AISystem) -> tuple[float, float]:
    unknown = [control for control in catalog().controls if system[control] is None]
    return assess(system).risk_score, assess(system.with_(**dict.fromkeys(unknown, True))).risk_score


def _rows(value: Any, systems: Sequence[AISystem]) -> list[tuple[str, float, float]]:
    """Return the rows that a function gave, if they are rows of these systems."""
    rows = list(value) if isinstance(value, list | tuple) else []
    if len(rows) != len(systems) or not all(isinstance(row, list | tuple) and len(row) == 3 for row in rows):
        raise NotYet(
            f"For {len(systems)} systems your function returned {shown(value)}; give a list with a (name, worst, best) "
            "for each system."
        )
    if sorted(str(row[0]) for row in rows) != sorted(system.name for system in systems):
        raise NotYet(f"The first of each row is not the name of each system, once: {shown([row[0] for row in rows])}.")
    return [(str(name), a_number(worst), a_number(best)) for name, worst, best in rows]


def _judge_ranking(systems: Sequence[AISystem], rows: list[tuple[str, float, float]]) -> None:
    by_name = {system.name: system for system in systems}
    for name, worst, best in rows:
        system = by_name[name]
        right_worst, right_best = _worst_and_best(system)
        if not isclose(worst, right_worst, abs_tol=1e-9):
            raise NotYet(
                f"{name}: your worst case is {worst:.2f}. assess counts an unknown control as missing, so its score is "
                f"already the worst case: {right_worst:.2f}. Did you exchange the two, or change the system first?"
            )
        if not isclose(best, right_best, abs_tol=1e-9):
            raise NotYet(f"{name}: {_about_best(system, best, right_best)}")
    right = sorted(rows, key=lambda row: (-row[1], -row[2], row[0]))
    if rows == right:
        return
    here = next(place for place in range(len(rows)) if rows[place] != right[place])
    mine, theirs = rows[here], right[here]
    if mine[1] != theirs[1]:
        raise NotYet(f"{mine[0]} (worst case {mine[1]:.2f}) stands before {theirs[0]} ({theirs[1]:.2f}). Worst first.")
    if mine[2] != theirs[2]:
        raise NotYet(
            f"{mine[0]} and {theirs[0]} have the same worst case. For one of them that is known, for the other nobody "
            "has answered: their best cases tell which. The certain one comes first."
        )
    raise NotYet(f"{mine[0]} and {theirs[0]} agree in both scores, and stand as they came. Then the name decides.")


def _about_best(system: AISystem, best: float, right: float) -> str:
    controls = catalog().controls
    everything = assess(system.with_(**dict.fromkeys(controls, True))).risk_score
    if isclose(best, assess(system).risk_score, abs_tol=1e-9):
        return "your best case is the worst case. What if every unanswered control turned out to be in place?"
    if isclose(best, everything, abs_tol=1e-9):
        return (
            "in your best case every control is in place, also those of which it is known that they are not. Hope is "
            "for what nobody has answered."
        )
    if best > right:
        return (
            f"your best case is {best:.2f}, which is too high. Did you answer open facts too? A true fact opens a door."
        )
    return (
        f"your best case is {best:.2f}, which is too low. What did you put in place that is not a control, or is known?"
    )


q5 = Question(
    id="assess.q5",
    title="Rank an inventory by what is known",
    judge=ranks_the_inventory,
    expects="a function of a list of systems that returns a list of (name, worst, best)",
    hints=(
        (
            "system[control] is True, False or None, and catalog().controls names the controls. The best case is "
            "another system: system.with_(...) with each None among the controls replaced by True."
        ),
        "sorted(rows, key=...) sorts by several things if the key is a tuple, and downward if you negate a number.",
        "The key is (-worst, -best, name).",
    ),
    answer="""def rank(systems):
    ranking = []
    for system in systems:
        unknown = [c for c in catalog().controls if system[c] is None]
        hoped = system.with_(**dict.fromkeys(unknown, True))
        worst = threatlab.assess(system).risk_score
        best = threatlab.assess(hoped).risk_score
        ranking.append((system.name, worst, best))
    ranking.sort(key=lambda row: (-row[1], -row[2], row[0]))
    return ranking""",
    because="One score hides two cases that need different work. Where best and worst case are both high, somebody has "
    "to build something; where they are far apart, somebody has to ask. And a ranking whose ties fall as the rows "
    "happened to come in changes from one export to the next.",
    covers=("step-assessment", "checklist-assessment"),
)

QUESTIONS = (q1, q2, q3, q4, q5)
