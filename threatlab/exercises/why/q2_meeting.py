"""Question 2 of lesson 00: the notes of a meeting, in the order of the four questions."""

from __future__ import annotations

from threatlab.exercises.judges import order
from threatlab.exercises.question import Question, in_steps

q2 = Question(
    id="why.q2",
    title="Five notes of one meeting, in the order of the four questions",
    judge=order(
        ("flow", "abuse", "rank", "decide", "again"),
        "In order: what are we working on (flow), what can go wrong (abuse, and rank the worst first), what do we do "
        "about it (decide), did we do a good enough job (again).",
        {
            "abuse": "'abuse' speaks of wording and of corrections before anybody has said what patients send and who "
            "corrects what. Who can be named as an attacker depends on that. What has to be known first?",
            "rank": "'rank' compares two threats. Somebody has to find them before they can be compared.",
            "decide": "'decide' comes too early. A control chosen before the threats are found and ranked is a guess, "
            "or the checklist of the last project: why this one, and not another?",
            "again": "'again' measures something against a number. Where does the note come from that says what is "
            "measured, and which change is it a test of?",
        },
    ),
    hints=in_steps(
        "Write the number of a question, 1 to 4, beside each note. One question has two notes.",
        "What are we working on? has one note, what can go wrong? has two: finding threats, then comparing them.",
    ),
    because="Each note uses what the one before it found. Teams that begin with 'decide' get controls without a "
    "reason, and teams that end there never learn whether these work.",
    covers=("intro-insufficient",),
    claims={
        "abuse": "Who might abuse it can be asked before anybody knows what flows where.",
        "rank": "Threats can be ranked before they are found.",
        "decide": "Controls can be chosen before the threats are found and ranked.",
        "again": "What was done can be measured before it is decided what to do.",
    },
)
