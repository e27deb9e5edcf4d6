"""Wrong answers to capstone.q3, and what each must be told."""

from __future__ import annotations

from tests.exercises.solved import right
from threatlab.exercises.capstone.q3_briefing import POINTS
from threatlab.report import briefing

TEXT, _ = right("capstone.q3")

CONSTRAINTS = {
    "what you will say": ("The night porter acts_without_approval. " * 40, "Read it aloud"),
    "at least 200 words": ((" ".join(TEXT.split()[:199]), [1, 2, 3, 4, 5, 6]), "That is 199 words"),
    "of your own": ((briefing(right("capstone.q2")), [1, 2, 3, 4, 5, 6]), "That lists keywords, as the draft"),
    "five minutes": ((TEXT * 4, [1, 2, 3, 4, 5, 6]), "the shift has 5"),
    "hand in twice": (TEXT, "Compare your text with these points"),
    "with the numbers": ((TEXT, [1, 2, 3, 4, 5, 7]), " 7"),
    "of those that your text meets": ((TEXT, [1, 2, 3, 5, 6]), "By your own mark it misses"),
}


def wrong(_):
    return [
        ((42, [1, 2]), "42 is not a text"),
        ("Be careful tonight.", "That is 3 words"),
        ((TEXT, []), "what is protected and for whom"),
        *(((TEXT, [at for at in range(1, 7) if at != missed]), POINTS[missed - 1]) for missed in (2, 3, 5, 6)),
    ]
