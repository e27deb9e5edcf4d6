"""Question 1 of lesson 03: what a salesperson claims, and what was measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from threatlab.exercises.judges import each
from threatlab.exercises.question import Question, in_steps

if TYPE_CHECKING:  # at run time the attacks are imported where they are used: they need scikit-learn
    from threatlab.attacks.bands import Band

CLAIMS = {
    "checked": "Our neighbor check stops most of a back door. We have measured it.",
    "signed": "Only signed data enters the training run, so nobody can poison it.",
    "rounded": "We round every probability to two digits. That is too coarse to copy a model from.",
    "blur": "Blurring each input costs nothing: at worst, it does not help.",
    "hardened": "Adversarial training more than halves misread digits, and costs under three points of accuracy.",
    "private": "It returns a label and no probability. Nobody can tell whose record it was trained on.",
}

_ROWS = (
    ("poisoning: knn, variant=back_door, rate=0.02", "poisoning: none, variant=back_door, rate=0.02", "2% poison"),
    ("poisoning: knn", "poisoning: none", "5% poison"),
    ("poisoning: provenance, variant=back_door", "poisoning: none", "5%, all unsigned"),
    (
        "poisoning: provenance, variant=back_door, rate=0.05, insider=0.2",
        "poisoning: none, variant=back_door, rate=0.05, insider=0.2",
        "5%, a fifth signed",
    ),
    ("extraction: rounded", "extraction: none", "100 questions of noise"),
    ("evasion: smoothing", "evasion: none", "attacker knows it"),
    ("evasion: adversarial_training", "evasion: none", "attacker knows it"),
    ("membership: label_only", "membership: none", "400 records"),
)
"""Each row of the evidence: the band with a control, the one without, and the setting in words."""

_HOLDS = 0

_CONTRADICTED_BY = {"checked": 2, "signed": 4, "rounded": 5, "blur": 6, "hardened": _HOLDS, "private": 8}

_SPEAKS_OF = {"checked": "knn", "signed": "provenance", "rounded": "rounded", "blur": "smoothing"} | {
    "hardened": "adversarial_training",
    "private": "label_only",
}

_LOOK = {
    "checked": "It says nothing about how much poison there was. Is it as true at the other strength that was "
    "measured?",
    "signed": "A signature says who sent a row, and not that the row is honest. Who has a valid signature?",
    "rounded": "Compare how much of the model is copied with rounding and without.",
    "blur": "'At worst it does not help' is a claim about an attacker who knows of it. Compare success with and "
    "without.",
    "hardened": "Take the two differences: of the misread share, and of usefulness.",
    "private": "A guess is right half of the time by luck alone. Compare success with that, not with zero.",
}


def evidence() -> list[dict[str, Any]]:
    """Return the rows that the claims are held against, as ten seeds measured them: shares in 0..1, rounded to 3."""
    from threatlab.attacks import ATTACKS

    rows = []
    for number, (with_it, alone, setting) in enumerate(_measured(), 1):
        attack = ATTACKS[with_it.attack]
        words = {"attack": attack.title, "control": attack.controls[with_it.control].title, "setting": setting}
        figures = {
            "baseline": with_it.baseline,
            "success alone": alone.success,
            "success with it": with_it.success,
            "useful alone": alone.utility,
            "useful with it": with_it.utility,
        }
        rows.append({"row": number, **words, **{name: round(figure, 3) for name, figure in figures.items()}})
    return rows


def _measured() -> list[tuple[Band, Band, str]]:
    from threatlab.attacks.bands import bands

    kept = {band.name: band for band in bands()}
    return [(kept[with_it], kept[alone], setting) for with_it, alone, setting in _ROWS]


def _mistaken(claim: str, given: Mapping[str, int]) -> str:
    row = given[claim]
    if row == _HOLDS:
        return f"{claim!r}: you let it stand. {_LOOK[claim]}"
    words = evidence()[row - 1]
    measured = f"row {row} measures {words['control']} against {words['attack'].lower()} ({words['setting']})"
    if _measured()[row - 1][0].control != _SPEAKS_OF[claim]:
        return f"{claim!r}: {measured}, and the claim speaks of another control. Find the rows of its own first."
    return f"{claim!r}: {measured}, and its figures are what the claim rests on. {_LOOK[claim]}"


def _all_right() -> str:
    signed = evidence()[_CONTRADICTED_BY["signed"] - 1]
    return (
        "Five of six claims fall, each to one measurement. Signed data is the neatest: without an insider the poison "
        f"got nowhere, and with a fifth of it signed, {signed['success with it']:.0%} of stamped digits obey it."
    )


q1 = Question(
    id="attack.q1",
    title="Six claims, eight measurements",
    judge=each(
        lambda: _CONTRADICTED_BY,
        range(len(_ROWS) + 1),
        f"a row's number (1 to {len(_ROWS)}, or 0 if it holds)",
        _mistaken,
        _all_right,
    ),
    hints=in_steps(
        "For each claim find the rows of the same control. Is there one in which it fails, at another strength or "
        "against another attacker?",
        "One claim holds. It gives both numbers: what the attacker still gets, and what it costs.",
    ),
    because="Most of these claims were true in one setting: at 2% of poison, without an insider, against a copier who "
    "gives up. The claim that holds is the one that says what was measured and what it cost. Ask of the others: at "
    "which strength, against whom, and compared with what?",
    covers=("intro-poisoning", "intro-extraction", "intro-evasion", "intro-privacy"),
    claims={
        f"{claim}={row}": f"{f'Row {row}' if row else 'Nothing measured'} contradicts this: {words}"
        for claim, words in CLAIMS.items()
        for row in range(len(_ROWS) + 1)
        if row != _CONTRADICTED_BY[claim]
    },
)
