"""Question 1 of lesson 02: what the lesson's code makes of a survey."""

from __future__ import annotations

from threatlab.catalog import catalog
from threatlab.exercises.judges import number
from threatlab.exercises.question import Question, in_steps

_ROW = {"encryption_enabled": "False", "rbac_configured": 0, "monitoring_active": "", "Monitoring_active": True}

SURVEY = dict(_ROW)
"""One row of a survey, as a spreadsheet exported it. What a notebook tries with it leaves the question as it is."""


def lessons_score() -> float:
    """Return the score (0..1) that the lesson's own class gives to that row."""
    core = catalog().rulesets["core"].controls
    return sum(control.core_weight or 0.0 for control in core if not _ROW.get(control.id))


q1 = Question(
    id="assess.q1",
    title="What does the lesson's code score this survey?",
    judge=number(
        lessons_score,
        "0.5: roles and monitoring are found missing. Encryption, which is off, is not.",
        {
            0.8: "0.8 is the score where nothing is in place, and a person would read the survey so. The code does "
            "not read: it asks Python whether a value is true. Is every one of these four false to Python?",
            0.6: "0.6 takes encryption for missing and roles for in place. Look at both cells as Python does: one "
            "holds a text that is not empty, the other a number. Which of them is true?",
            0.2: "0.2 takes monitoring for in place. One cell of it is empty, and the other stands under a key with "
            "a capital M: will data.get find it?",
            0.3: "0.3 is a single finding of weight 0.3. Yet two of the three attributes hold a value that is false "
            "to Python, although it is not the value False. Which two?",
            0.0: "0.0 would need three values that are true to Python. An empty text and a zero are not.",
        },
        lambda score: (
            "A score above 1 is none that the code can return: its last step is min(risk_score, 1.0)."
            if score > 1
            else "The three weights are 0.3, 0.2 and 0.3, and no sum of some of them is that. For each attribute: what "
            "does data.get return, and is `not` of it true?"
        ),
    ),
    hints=in_steps(
        "Each check is `if not data.get(attribute)`. So take the three attributes, and find out what `not` makes "
        "of each.",
        "`bool('False')` is True, `bool(0)` is False and `bool('')` is False. Weights: encryption 0.3, roles 0.2, "
        "monitoring 0.3.",
    ),
    because="The text 'False' is not empty, so it counts as yes, and the one answer that should alarm somebody raises "
    "no finding. The two others are found by luck: 0 and an empty cell happen to be false. And 'Monitoring_active' is "
    "a key that nobody asks for. The mended class refuses such a row, and names the first key or value that it can't "
    "accept.",
    covers=("code-assess",),
    claims={
        "0.8": "The code reads a survey as a person does: all three are missing.",
        "0.6": 'The text "False" is false to Python, and the number 0 is true.',
        "0.2": "An empty cell counts as in place, or a key is found whatever its capitals.",
        "0.3": "Only one of the three values is false to Python.",
        "0": "An empty text and a zero are true to Python.",
    },
)
