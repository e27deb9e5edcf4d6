"""Model extraction: whoever may ask a model often enough can write down a copy of it.

The victim is a logistic regression that reads digits and answers whoever asks. Two attacks, from Tramèr, Zhang, Juels,
Reiter and Ristenpart 2016, "Stealing machine learning models via prediction APIs", arXiv:1609.02943:

- **equation solving** (their section 4), where answers hold exact probabilities. The logarithm of a probability is, up
  to a number that all classes share, a weighted sum of the pixels plus an offset. So each answer is one linear equation
  per class in 65 unknowns, and 65 answers are as good as the model file.
- **retraining** (their section 6), where answers are rounded or hold nothing but the winning class. The attacker trains
  a model of the same kind on the queries and the answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import Any, TypeAlias

import numpy as np

from threatlab.attacks.base import (
    Attack,
    AttackResult,
    Defense,
    Knob,
    Measurement,
    Target,
    check_settings,
    clock,
    on_one_core,
)
from threatlab.attacks.digits import Floats, Ints, split_digits
from threatlab.catalog import Attacker, Technique

Copy: TypeAlias = Callable[[Floats], Ints]  # a stolen model: images in, digits out

PIXELS, DIGITS = 64, 10
UNKNOWNS = PIXELS + 1  # one weight per pixel and an offset: as many answers solve the equations
RATE_LIMIT = 30  # answers that one caller gets, under half of what the equations need
ROUNDED_TO = 2
MAX_BUDGET = 1000
CURVE = (10, RATE_LIMIT, UNKNOWNS, 100, 300, MAX_BUDGET)  # budgets of the picture
PIXEL_NOISE = 0.1  # so that a realistic query is nobody's own handwriting
TINY = 1e-12  # stands for a probability of 0 in an exact answer, of which there is no logarithm
TOLERANCE = 1e-5  # of the fit to labels: ten times closer than usual, so that rounding errors don't show
SHARE_STEPS = 200  # of the descent on rounded shares: with more the copy begins to fit the rounding, and gets worse


# --- The service, as each control leaves it -----------------------------------------------------------------------


def answered(control: str, budget: int) -> int:
    """Return how many of `budget` queries the service answers."""
    return min(budget, RATE_LIMIT) if control in {"rate_limit", "top1_rate_limit"} else budget


def ask(victim: Any, queries: Floats, control: str) -> Floats:
    """Return the answers, a row of ten shares per query: probabilities, rounded ones, or a single 1 for the winner."""
    probabilities: Floats = victim.predict_proba(queries)
    if control == "rounded":
        return probabilities.round(ROUNDED_TO)
    if control in {"top1", "top1_rate_limit"}:
        winners: Floats = np.eye(DIGITS)[probabilities.argmax(axis=1)]
        return winners
    return probabilities


# --- The attack ---------------------------------------------------------------------------------------------------


def draw_queries(pool: str, images: Floats, rng: np.random.Generator) -> Floats:
    """Return MAX_BUDGET queries: random pixels, or `images` that the attacker owns with some noise on them.

    An attacker with a smaller budget asks the first of them.
    """
    if pool == "random":
        return rng.random((MAX_BUDGET, PIXELS))
    owned = images[rng.integers(len(images), size=MAX_BUDGET)]
    return np.clip(owned + rng.normal(0.0, PIXEL_NOISE, owned.shape), 0.0, 1.0)


def solve_equations(queries: Floats, answers: Floats) -> Copy:
    """Return the copy whose log-probabilities are those of the answers, or, if there are too few, the smallest such.

    Made for exact answers. Rounded ones contradict each other, and near 65 of them the solution is all error.
    """
    log_odds = np.log(np.maximum(answers, TINY))
    log_odds -= log_odds.mean(axis=1, keepdims=True)  # the number that all classes of one answer share
    weights = np.linalg.lstsq(_with_offset(queries), log_odds, rcond=None)[0]

    def copy(images: Floats) -> Ints:
        guesses: Ints = (_with_offset(images) @ weights).argmax(axis=1)
        return guesses

    return copy


def retrain(queries: Floats, answers: Floats) -> Copy:
    """Return a copy trained, as the victim was, on the queries and the class that each answer names."""
    from sklearn.linear_model import LogisticRegression

    digits = answers.argmax(axis=1)
    if len(np.unique(digits)) == 1:  # there is nothing to tell apart
        return _always(int(digits[0]))
    copy: Copy = LogisticRegression(tol=TOLERANCE, max_iter=2000).fit(queries, digits).predict
    return copy


def fit_shares(queries: Floats, answers: Floats) -> Copy:
    """Return a copy whose probabilities come close to the answers: softmax regression by accelerated descent.

    The descent is that of Nesterov 1983. It takes a fixed number of steps, and small ones, so that rounding errors die
    out: a solver that decides for itself when to stop makes another copy on each processor.
    """
    middle, size = queries.mean(axis=0), answers.sum(axis=1, keepdims=True)
    rows = _with_offset(queries - middle)
    step = 2 / np.linalg.norm(rows, 2) ** 2
    weights = ahead = np.zeros((UNKNOWNS, DIGITS))
    for number in range(SHARE_STEPS):
        scores = rows @ ahead
        odds = np.exp(scores - scores.max(axis=1, keepdims=True))
        slope = rows.T @ (odds * size / odds.sum(axis=1, keepdims=True) - answers)
        before, weights = weights, ahead - step * slope
        ahead = weights + number / (number + 3) * (weights - before)

    def copy(images: Floats) -> Ints:
        guesses: Ints = (_with_offset(images - middle) @ weights).argmax(axis=1)
        return guesses

    return copy


def steal(victim: Any, queries: Floats, control: str) -> Copy:
    """Ask as much as `control` allows, and return the best copy that we know to make of the answers."""
    queries = queries[: answered(control, len(queries))]
    answers = ask(victim, queries, control)
    if control in {"top1", "top1_rate_limit"}:
        return retrain(queries, answers)
    if control == "rounded":
        return fit_shares(queries, answers)
    return solve_equations(queries, answers)


# --- A run --------------------------------------------------------------------------------------------------------


@on_one_core
def run(control: str = "none", seed: int = 0, *, budget: int = 100, pool: str = "random") -> AttackResult:
    """Ask the victim `budget` times, build a copy, and return how often copy and victim agree on fresh digits.

    `pool` says what is asked: "random" pixels, or "realistic" images. `success` is the copy's fidelity; `baseline` that
    of the best copy without any query, which names the victim's most frequent answer every time; `utility` the share of
    fresh digits that an honest caller gets right from the answer as the control leaves it. `evidence` holds fidelity
    by budget, with this control and with none; its points are one attacker's progress, asking on.

    Raises
    ------
    ThreatLabError
        If a knob or the seed is out of range, or the control is unknown.
    """
    seconds = clock()
    knobs = check_settings(control, seed, (budget, pool), CONTROLS, KNOBS)
    budget, pool = knobs.values()
    rng = np.random.default_rng(seed)

    _, others, _, other_labels = split_digits(seed)
    half = len(others) // 2
    fresh, fresh_labels = others[half:], other_labels[half:]  # the first half is what a realistic attacker owns
    victim = _victim(seed)
    queries = draw_queries(pool, others[:half], rng)
    verdicts: Ints = victim.predict(fresh)

    @cache
    def fidelity(control: str, budget: int) -> float:
        return float(np.mean(steal(victim, queries[:budget], control)(fresh) == verdicts))

    success = fidelity(control, budget)
    baseline = float(np.bincount(verdicts).max() / len(verdicts))
    utility = float(np.mean(ask(victim, fresh, control).argmax(axis=1) == fresh_labels))
    by_budget = np.array([fidelity(control, asked) for asked in CURVE])
    unprotected = np.array([fidelity("none", asked) for asked in CURVE])
    return AttackResult(
        attack="extraction",
        control=control,
        success=success,
        baseline=baseline,
        utility=utility,
        metric="Share of fresh digits on which the copy says what the model says.",
        note=f"From {answered(control, budget)} of {budget} {pool} queries answered, the copy agrees with the model on "
        f"{success:.0%} of fresh digits (without a query: {baseline:.0%}); honest callers get {utility:.0%} right.",
        knobs=knobs,
        seconds=seconds(),
        evidence={
            "budgets": np.array(CURVE),
            "fidelity": by_budget,
            "fidelity_without_control": unprotected,
            "answered": answered(control, budget),
            "unknowns": UNKNOWNS,
        },
    )


@lru_cache(maxsize=8)
def _victim(seed: int) -> Any:
    from sklearn.linear_model import LogisticRegression

    images, _, labels, _ = split_digits(seed)
    return LogisticRegression(max_iter=1000).fit(images, labels)


def _with_offset(images: Floats) -> Floats:
    return np.column_stack([images, np.ones(len(images))])


def _always(digit: int) -> Copy:
    return lambda images: np.full(len(images), digit)


# --- What a learner is told ---------------------------------------------------------------------------------------

KNOBS = (
    Knob(
        "budget",
        "Queries the attacker can pay for",
        100,
        low=1,
        high=MAX_BUDGET,
        stops=(1, 10, 20, RATE_LIMIT, 40, 50, UNKNOWNS, 80, 100, 150, 200, 300, 500, MAX_BUDGET),
    ),
    Knob(
        "pool",
        "What is asked",
        "random",
        choices={"random": "Random pixels", "realistic": "Realistic images"},
    ),
)

CONTROLS: Mapping[str, Defense] = {
    "none": Defense(
        "No control",
        "",
        "Answers hold all ten probabilities. Of this linear model, 65 answers are 65 equations in 65 unknowns: "
        "from there on the copy is the model, even if no query ever looked like a digit.",
    ),
    "rounded": Defense(
        "Probabilities rounded to 2 digits",
        "output_detail_limited",
        "Costs honest callers next to nothing, and the attacker little more. Rounded equations contradict each "
        "other, and whoever solves them as they stand gets nonsense near 65 queries: that looks like a defense and "
        "is a clumsy attacker. This one trains on the rounded answers instead.",
    ),
    "top1": Defense(
        "Top-1 label only",
        "output_detail_limited",
        "Stops whoever asks at random. It only buys time against an attacker who has realistic images, and those "
        "are what the model was made for. It costs every caller the confidence behind an answer, which accuracy "
        "does not show.",
    ),
    "rate_limit": Defense(
        f"Rate limit: {RATE_LIMIT} queries",
        "rate_limiting_enabled",
        "Alone it is close to useless while a linear model's probabilities leak: each answer gives away so much "
        "that 30 of them make most of a copy, and two more accounts make the rest. It costs honest callers with "
        "more than 30 questions, whom accuracy does not show.",
    ),
    "top1_rate_limit": Defense(
        "Top-1 label and rate limit",
        "output_detail_limited",
        "The two hold far better together than either alone: little per answer, and few answers. An attacker with "
        "realistic images still copies much of the model, and the costs of both are paid.",
    ),
}

# Both controls are measured with realistic queries: an attacker who wants this model knows what a digit looks like.
# Random pixels would flatter top-1 most of all (six times as much reduction), and the rate limit too. "Top-1" is the
# strictest reading of its control: rounding does less. A rate limit is measured where labels are all that is told, as
# with a text: while probabilities leak, it stops nearly nothing.
_SETTING: Mapping[str, Any] = {"budget": 100, "pool": "realistic"}

COPIED, QUERIES_THAT_COUNT = 0.9, 200
HELD, PAID_FOR = 0.7, 100

TARGETS: Mapping[str, Target] = {
    "labels_suffice": Target(
        role="Attacker",
        task=f"The service returns the top-1 label only. Copy {COPIED:.0%} of the model with as few queries as you "
        f"can: {QUERIES_THAT_COUNT} or fewer count.",
        counts=lambda run, _: (
            run.control == "top1" and run.knobs["budget"] <= QUERIES_THAT_COUNT and run.success >= COPIED
        ),
        rank=lambda run, _: run.knobs["budget"],
        report=lambda run, _: (
            f"after {run.knobs['budget']} queries the copy agrees with the model on {run.success:.0%} of fresh digits"
        ),
        teaches="Labels only buy time: realistic queries tell the thief far more than random ones.",
        way={"control": "top1", "pool": "realistic", "budget": 200},
    ),
    "thief_held": Target(
        role="Defender",
        task=f"The thief asks about realistic images, and can pay for {PAID_FOR} queries or more. Keep the copy "
        f"below {HELD:.0%}.",
        counts=lambda run, _: (
            run.knobs["pool"] == "realistic" and run.knobs["budget"] >= PAID_FOR and run.success < HELD
        ),
        rank=lambda run, _: run.success,
        report=lambda run, alone: (
            f"a thief who can pay for {run.knobs['budget']} queries copies {run.success:.0%} of the model, and "
            f"{alone.success:.0%} without the control"
        ),
        teaches="Neither control does it alone. Little in each answer and few answers do.",
        way={"control": "top1_rate_limit", "pool": "realistic"},
    ),
}

ATTACK = Attack(
    name="extraction",
    title="Model extraction",
    threat="model_extraction",
    technique=Technique("AML.T0024.002", "Exfiltration via AI Inference API: Extract AI Model"),
    attacker=Attacker(
        "competitor",
        ("query access",),
        "gray box",
        "Asks on one account, and knows the kind of model and what its inputs look like, not its parameters.",
    ),
    paper="Tramèr, Zhang, Juels, Reiter and Ristenpart 2016, Stealing machine learning models via prediction APIs, "
    "arXiv:1609.02943",
    metric="Fidelity: the share of fresh digits on which the copy says what the model says.",
    toy="A linear model with 65 unknowns per class, and an attacker who knows its kind: a large network takes "
    "thousands to millions of queries, and its copy stays a likeness. The attacker has one account, where real ones "
    "have many, and with labels only does not search along the decision boundary, as a better one would.",
    controls=CONTROLS,
    knobs=KNOBS,
    measures={
        "rate_limiting_enabled": Measurement(
            "rate_limit", "model_extraction", _SETTING, beside="top1", together="top1_rate_limit"
        ),
        "output_detail_limited": Measurement("top1", "model_extraction", _SETTING),
    },
    targets=TARGETS,
    run=run,
)
