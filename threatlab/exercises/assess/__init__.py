"""The questions of lesson 02: the lesson's score and class, the layered score, the log, an inventory."""

from __future__ import annotations

from threatlab.exercises.assess.inventory import ranks_the_inventory
from threatlab.exercises.assess.layers import scores_in_layers, threats_of
from threatlab.exercises.assess.log import EDITS, predicts_the_chain
from threatlab.exercises.assess.manager import extends_the_class
from threatlab.exercises.assess.survey import SURVEY, lessons_score, says
from threatlab.exercises.judges import number
from threatlab.exercises.question import Question

q1 = Question(
    id="assess.q1",
    title="What does the lesson's code score this survey?",
    judge=number(
        lessons_score,
        "0.5: roles and monitoring are found missing. Encryption, which is off, is not.",
        [
            (
                says(0.8),
                (
                    "0.8 is the score where nothing is in place, and a person would read the survey so. The code does "
                    "not read: it asks Python whether a value is true. Is every one of these four false to Python?"
                ),
            ),
            (
                says(0.6),
                (
                    "0.6 takes encryption for missing and roles for in place. Look at both cells as Python does: one "
                    "holds a text that is not empty, the other a number. Which of them is true?"
                ),
            ),
            (
                says(0.2),
                (
                    "0.2 takes monitoring for in place. One cell of it is empty, and the other stands under a key with "
                    "a capital M: will data.get find it?"
                ),
            ),
            (
                says(0.3),
                (
                    "0.3 is a single finding of weight 0.3. Yet two of the three attributes hold a value that is false "
                    "to Python, although it is not the value False. Which two?"
                ),
            ),
            (
                says(0.0),
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

__all__ = ["EDITS", "QUESTIONS", "SURVEY", "q1", "q2", "q3", "q4", "q5", "threats_of"]
