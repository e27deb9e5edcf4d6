"""Evasion: an input is changed by so little that a person sees no difference, and the model reads something else.

The attack is the fast gradient sign method (FGSM: Goodfellow, Shlens and Szegedy 2014, arXiv:1412.6572): change every
pixel by the same small budget `eps`, each in the direction that hurts the model most. On a linear model, such as this
reader of threes and eights, no other change within the budget does more harm.

A control is worth what it does against an attacker who knows it (Athalye, Carlini and Wagner 2018, arXiv:1802.00420;
Tramèr, Carlini, Brendel and Madry 2020, arXiv:2002.08347): `adaptive` attackers take the gradient of the model with its
control. The others take that of a model trained on the same digits without any, and hope that it carries over.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

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
from threatlab.attacks.digits import SIDE, Bools, Floats, Ints, as_picture, split_digits
from threatlab.catalog import Attacker, Technique

STEPS, RATE, DECAY = (
    400,
    0.5,
    1e-3,
)  # of the gradient descent: enough to settle; the decay keeps weights from growing forever
PICTURED = (3, 3, 8, 8)  # the first two test digits of each kind are shown


# --- The model ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Filter:
    """What a control does to an image before the model sees it, and how a gradient finds its way back through it."""

    forward: Callable[[Floats], Floats]
    backward: Callable[[Floats], Floats]


@dataclass(frozen=True, slots=True)
class Reader:
    """A linear model that reads an image as a 3 or an 8, after passing it through a filter."""

    weights: Floats
    bias: float
    filter: Filter

    def read(self, images: Floats) -> Ints:
        """Return 3 or 8 for each image."""
        return np.where(self.filter.forward(images) @ self.weights + self.bias > 0, 3, 8)

    def toward_three(self) -> Floats:
        """Return, for each pixel, how much more ink there speaks for a 3: the model's gradient, through its filter."""
        return self.filter.backward(self.weights)


def train(images: Floats, digits: Ints, filter_: Filter, budget: float = 0.0) -> Reader:
    """Return a reader fitted by gradient descent on the logistic loss of the worst image within `budget` of each.

    With a budget this is adversarial training (Madry et al. 2017, arXiv:1706.06083). For a linear model the worst image
    need not be searched for: it lowers the margin by budget times the sum of the weights' sizes (Goodfellow et al.
    2014, section 5).
    """
    seen, side = filter_.forward(images), np.where(digits == 3, 1.0, -1.0)
    weights, bias = np.zeros(seen.shape[1]), 0.0
    for _ in range(STEPS):
        margin = side * (seen @ weights + bias) - budget * np.abs(weights).sum()
        pull = 1 / (1 + np.exp(margin))  # how much each image still wants the model changed
        weights = weights + RATE * ((pull * side) @ seen / len(side) - DECAY * weights)
        # Every weight gives the attacker something to push on, so each shrinks toward 0; one that would pass 0 stays
        # there (a proximal step: plain descent would swing around 0 forever, and spoil the model at larger budgets).
        weights = np.sign(weights) * np.maximum(0.0, np.abs(weights) - RATE * budget * pull.mean())
        bias += RATE * float((pull * side).mean())
    return Reader(weights, bias, filter_)


# --- The attack ---------------------------------------------------------------------------------------------------


def perturb(images: Floats, digits: Ints, gradient: Floats, eps: float) -> Floats:
    """Return the images, each pixel moved by `eps` away from the digit it shows, as far as ink and paper allow."""
    away = np.where(digits == 3, -1.0, 1.0)[:, None] * np.sign(gradient)
    return np.clip(images + eps * away, 0.0, 1.0)


def scatter(images: Floats, eps: float, rng: np.random.Generator) -> Floats:
    """Return the images, each pixel moved by `eps` up or down by chance: the same budget without the gradient."""
    return np.clip(images + eps * rng.choice([-1.0, 1.0], images.shape), 0.0, 1.0)


# --- The controls: two filters (after Xu, Evans and Qi 2017, arXiv:1704.01155), and training for a budget ----------


def _blur() -> Floats:
    """Return the 64 x 64 matrix that mixes each pixel with its four neighbors, at half its weight each."""
    row, column = np.divmod(np.arange(SIDE * SIDE), SIDE)
    steps = np.abs(row[:, None] - row) + np.abs(column[:, None] - column)
    weights = np.maximum(0.0, 1 - 0.5 * steps)
    mixed: Floats = weights / weights.sum(axis=1, keepdims=True)
    return mixed


BLUR = _blur()
NO_FILTER = Filter(lambda images: images, lambda gradient: gradient)
FILTERS: Mapping[str, Filter] = {
    "smoothing": Filter(lambda images: images @ BLUR.T, lambda gradient: BLUR.T @ gradient),
    # A step has no gradient; the attacker takes that of the straight line through it (BPDA, Athalye et al. 2018).
    # Here that is still the worst case: a step keeps the order of pixel values, so the farthest pixel is the worst.
    "quantize": Filter(lambda images: (images > 0.5).astype(float), lambda gradient: gradient),
}


# --- A run --------------------------------------------------------------------------------------------------------


@on_one_core
def run(
    control: str = "none", seed: int = 0, *, eps: float = 0.15, adaptive: bool = True, trained_for: float = 1.0
) -> AttackResult:
    """Train a reader of threes and eights with `control`, perturb its test digits, and return how many it misreads.

    `eps` is the attacker's budget per pixel, where paper is 0 and ink 1. `adaptive` attackers know the control.
    `trained_for` is the budget that adversarial training prepared for, as a share of `eps`. `success` counts only
    digits that the model read right, so its `baseline` is 0: left alone, none of them is misread. `utility` is the
    accuracy on unchanged digits.

    Raises
    ------
    ThreatLabError
        If a knob or the seed is out of range, or the control is unknown.
    """
    seconds = clock()
    knobs = check_settings(control, seed, (eps, adaptive, trained_for), CONTROLS, KNOBS)
    eps, adaptive, trained_for = knobs.values()
    images, test_images, digits, test_digits = _threes_and_eights(seed)

    plain = train(images, digits, NO_FILTER)
    budget = eps * trained_for if control == "adversarial_training" else 0.0
    model = train(images, digits, FILTERS.get(control, NO_FILTER), budget)
    known = model if adaptive else plain
    attacked = perturb(test_images, test_digits, known.toward_three(), eps)
    scattered = scatter(test_images, eps, np.random.default_rng(seed))

    before, after = model.read(test_images), model.read(attacked)
    right = before == test_digits
    success = _misread(after, test_digits, right)
    utility = float(right.mean())
    one_answer = len(np.unique(before)) == 1
    return AttackResult(
        attack="evasion",
        control=control,
        success=success,
        baseline=0.0,
        utility=utility,
        metric="Share of the test digits read right, a 3 or an 8, that are misread once perturbed.",
        note=f"Once each pixel may change by {100 * eps:g}%, the model misreads {success:.0%} of the digits it read "
        "right; "
        + (
            f"but it calls every digit {before[0]}, and is right {utility:.0%} of the time, about as often as a coin."
            if one_answer
            else f"left alone, it reads {utility:.0%} of all digits right."
        ),
        knobs=knobs,
        seconds=seconds(),
        evidence={
            **_pictures(test_images, attacked, test_digits, before, after),
            "misread_by_chance": _misread(model.read(scattered), test_digits, right),
            "right_under_attack": float((after == test_digits).mean()),
            "one_answer": one_answer,
        },
    )


def _threes_and_eights(seed: int) -> tuple[Floats, Floats, Ints, Ints]:
    images, test_images, digits, test_digits = split_digits(seed)
    kept, test_kept = np.isin(digits, PICTURED), np.isin(test_digits, PICTURED)
    return images[kept], test_images[test_kept], digits[kept], test_digits[test_kept]


def _misread(said: Ints, digits: Ints, right_before: Bools) -> float:
    """Return the share of the digits read right before that are misread now; 0 if none was read right."""
    return float((said != digits)[right_before].mean()) if right_before.any() else 0.0


def _pictures(before: Floats, after: Floats, digits: Ints, says_before: Ints, says_after: Ints) -> dict[str, Any]:
    """Return four test digits before and after, the change in each pixel, and what the model says of them."""
    shown = np.r_[np.flatnonzero(digits == 3)[:2], np.flatnonzero(digits == 8)[:2]]
    return {
        "before": np.array([as_picture(image) for image in before[shown]]),
        "perturbation": np.array([as_picture(image) for image in (after - before)[shown]]),
        "after": np.array([as_picture(image) for image in after[shown]]),
        "true_digit": digits[shown],
        "says_before": says_before[shown],
        "says_after": says_after[shown],
    }


# --- What a learner is told ---------------------------------------------------------------------------------------

KNOBS = (
    Knob("eps", "Budget: change per pixel", 0.15, low=0.0, high=0.5, step=0.01),
    Knob(
        "adaptive",
        "The attacker knows the control",
        default=True,
        only_with=("smoothing", "quantize"),
        otherwise="Only a filter changes how best to attack.",
    ),
    Knob(
        "trained_for",
        "Share of the budget trained for",
        1.0,
        low=0.0,
        high=1.0,
        step=0.1,
        only_with=("adversarial_training",),
        otherwise="Only adversarial training is trained for a budget.",
    ),
)

CONTROLS: Mapping[str, Defense] = {
    "none": Defense(
        "No control",
        "",
        "The direction does it, not the size: at a budget of 15% this change fools the model every second time, "
        "and one just as large but drawn by chance hardly ever.",
    ),
    "adversarial_training": Defense(
        "Adversarial training",
        "adversarial_robustness_tested",
        "Takes most of the attack away within the budget that it was trained for, and costs a little accuracy. An "
        "attacker with twice that budget gets through again. And from a budget of about 30% on it wins with a "
        "useless model, which gives every digit the same answer: never read success without usefulness.",
    ),
    "smoothing": Defense(
        "Smoothing filter",
        "input_anomaly_detection",
        "Makes it worse, and worse still against an attacker who knows of it: blurring wipes out the fine strokes "
        "that tell a 3 from an 8, but not a change that pushes whole patches the same way.",
    ),
    "quantize": Defense(
        "Black-and-white filter",
        "input_anomaly_detection",
        "Undoes every change that does not carry a pixel across the middle, and costs the shades of gray. It holds "
        "about as well against an attacker who knows of it, who wins by larger steps: half the attack is left at a "
        "budget of 15%, two thirds at 30%.",
    ),
}

POINTS = 0.02
STRONG, STOPPED, USEFUL = 0.25, 0.5, 0.93

TARGETS: Mapping[str, Target] = {
    "smoothing_looks_good": Target(
        role="Vendor",
        task=f"Make the smoothing filter look good: find a run in which it takes {100 * POINTS:.0f} points or more "
        "off the attacker's success. Choose the attacker, the budget and the seed as you like.",
        counts=lambda run, alone: run.control == "smoothing" and alone.success - run.success >= POINTS,
        rank=lambda run, alone: run.success - alone.success,
        report=lambda run, alone: (
            f"the attacker gets {run.success:.0%} with the filter, and {alone.success:.0%} without any control"
        ),
        teaches="Before you believe such a figure, ask whether the attacker knew of the filter, and how many seeds "
        "were tried.",
        way={"control": "smoothing", "adaptive": False, "eps": 0.1, "seed": 2},
    ),
    "held_and_useful": Target(
        role="Defender",
        task=f"The attacker knows the control, and may change each pixel by {STRONG:.0%} or more. Keep success "
        f"below {STOPPED:.0%}, and usefulness at {USEFUL:.0%} or above.",
        counts=lambda run, _: (
            (run.knobs["adaptive"] or run.control == "adversarial_training")  # which it is no use to know
            and run.knobs["eps"] >= STRONG
            and run.success < STOPPED
            and run.utility >= USEFUL
        ),
        rank=lambda run, _: run.success,
        report=lambda run, _: (
            f"at {run.knobs['eps']:.0%} per pixel the attacker gets {run.success:.0%}, and usefulness is "
            f"{run.utility:.0%}"
        ),
        teaches="To train for all that the attacker might do costs too much here. Less is enough.",
        way={"control": "adversarial_training", "eps": 0.25, "trained_for": 0.5},
    ),
}

ATTACK = Attack(
    name="evasion",
    title="Evasion",
    threat="evasion",
    technique=Technique("AML.T0015", "Evade AI Model"),
    attacker=Attacker(
        "customer",
        ("testing data control",),
        "white box",
        "Sends in an image of their own making and knows the model's weights: the worst customer there can be, for "
        "instance one with a copy that was extracted. One who is adaptive knows the control, too.",
    ),
    paper="FGSM: Goodfellow, Shlens and Szegedy 2014, arXiv:1412.6572; "
    "adaptive attacks: Athalye, Carlini and Wagner 2018, arXiv:1802.00420",
    metric="Share of the test digits read right, a 3 or an 8, that are misread once perturbed.",
    toy="A linear model that tells 3 from 8 on 64 pixels. With so few pixels the budget has to be large enough to see; "
    "on photographs a hundredth is enough. The attacker knows the model's weights, and for a linear model the attack "
    "and the training against it are exact, where deep networks need many steps and only approach the worst case.",
    controls=CONTROLS,
    knobs=KNOBS,
    # Both at a budget of 0.15, where the bare model loses every second digit, so that either side has room to win, and
    # against an attacker who knows the control: one who doesn't would measure how well it is kept secret.
    measures={
        # Trained for 0.7 of the attacker's budget: nobody knows that budget, and to train for exactly it would
        # flatter the control.
        "adversarial_robustness_tested": Measurement(
            "adversarial_training",
            "evasion",
            {"eps": 0.15, "adaptive": True, "trained_for": 0.7},
        ),
        # The better of the two filters: a team that tested both would not keep smoothing.
        "input_anomaly_detection": Measurement("quantize", "evasion", {"eps": 0.15, "adaptive": True}),
    },
    targets=TARGETS,
    run=run,
)
