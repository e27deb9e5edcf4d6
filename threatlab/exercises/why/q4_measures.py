"""Question 4 of lesson 00: what is insufficient about good old measures."""

from __future__ import annotations

from threatlab.exercises.judges import statements
from threatlab.exercises.question import Question, in_steps

q4 = Question(
    id="why.q4",
    title="Five sentences from a meeting: true or false?",
    judge=statements(
        {
            "copy": "Encryption keeps the file from who should not read it. Model extraction never reads the file: it "
            "asks questions, as every customer may. Who decrypts the model before it answers?",
            "roles": "Roles decide who may write to the database. Think of a system that learns from what its users "
            "send: which role does a user need in order to send something?",
            "login": "A failed login is what somebody does who may not come in. The attacks of the lesson are "
            "made by somebody who may. What would there be to see?",
            "keys": "Read the summaries again: count those in which somebody held a key, a credential or a token. "
            "That the old measures are not enough does not make them useless.",
            "zero": "The score adds up what three questions found, and nothing else. It can only be as good as its "
            "questions: what does 0.0 say about them, and what about the rest?",
        },
        true=("keys", "zero"),
        confirms="All five. The old measures protect keys, files and rights, which are still stolen. They do not "
        "protect what a model learns, answers and obeys.",
    ),
    hints=in_steps(
        "For each sentence, take one attacker from the lesson and walk their way. Does the measure stand on it?",
        "Two sentences are true. One says what the old measures are still good for, the other what a score is.",
    ),
    because="A measure fails where the attacker has no need to do what it forbids. Customers may ask, contributors may "
    "send, pages may be read. Stolen keys are another matter: there encryption, vaults and roles stand in the way.",
    covers=("intro-insufficient",),
    claims={
        "copy=True": "Encrypting the model keeps it from being copied.",
        "roles=True": "Roles keep strangers from poisoning what a model learns.",
        "login=True": "Watching failed logins shows the attacks on a model.",
        "keys=False": "Keys and credentials played no part in the incidents.",
        "zero=False": "A score of 0.0 says more than what three questions found.",
    },
)
