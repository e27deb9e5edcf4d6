"""Classes for the tests: learners who answer as a seed has them, each with a file of their own in a folder."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from threatlab.classroom.count import questions_in
from threatlab.exercises.outcome import CORRECT, NOT_YET
from threatlab.exercises.predictions import GUESSED, predictions
from threatlab.exercises.progress import Entry
from threatlab.exercises.sharing import Consent, handed_in
from threatlab.files import write_text

LESSON, NUMBER = "assess", "02"
NAMES = ("Ada", "Grace", "Alan", "", "", "Edsger")


def answers(seed: int) -> Iterator[Entry]:
    """Yield what one learner does in a lesson: some stop on the way, some go wrong once or often, some never."""
    rng = random.Random(seed)
    able = rng.uniform(0.25, 0.9)
    for name, asked in predictions().items():
        if name.startswith(f"guess.{NUMBER}"):
            for at, _ in enumerate(asked.questions):
                choice = min(int(rng.triangular(0, len(asked.choices), 0)), len(asked.choices) - 1)
                yield {"question": name, "what": GUESSED, "met": f"{at}={choice}"}
    for question in questions_in(LESSON):
        claims = [*question.claims]
        ease = random.Random(question.id).uniform(0.3, 1.3)
        for _ in range(5):
            if rng.random() < able * ease:
                yield {"question": question.id, "what": CORRECT}
                break
            met = {"met": claims[int(len(claims) * rng.random() ** 2)]} if claims and rng.random() < 0.9 else {}
            yield {"question": question.id, "what": NOT_YET, **met}
            if rng.random() < 0.3:
                yield {"question": question.id, "what": "hint 1"}
        if rng.random() < 0.04:
            return


def learner(seed: int) -> Consent:
    """Return a learner: every other one has given a name."""
    return Consent(random.Random(seed).randbytes(8).hex(), name=NAMES[seed % len(NAMES)])


def a_class(folder: Path, learners: int = 31, share: float = 1.0) -> Path:
    """Write what so many learners have shared after a `share` (0..1) of what they do, and return the folder."""
    for seed in range(learners):
        entries = [*answers(seed)]
        some = entries[: round(share * len(entries))]
        write_text(folder / f"{learner(seed).learner}.json", handed_in(some, learner(seed)))
    return folder
