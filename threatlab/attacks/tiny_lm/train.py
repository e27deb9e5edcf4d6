"""Train the language model and write its weights: python -m threatlab.attacks.tiny_lm.train [SEED]."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from threatlab.attacks.hijack import KNOWN
from threatlab.attacks.tiny_lm import grammar, model
from threatlab.attacks.tiny_lm.grammar import Said
from threatlab.attacks.tiny_lm.model import Array, Batch, Ints, Weights

Rng = np.random.Generator

SEED = 0
"""That of the weights which ship."""
STEPS, HARDENING, SIZE = 2100, 100, 32
"""Steps of training, further steps of adversarial training, and texts in each."""
RATE, TURN = 6e-3, 2.2e-2
"""How far a step of Adam goes, and one that turns a whole matrix."""
DROPPED = 0.2
"""Share of words that the model isn't shown as they are, so that it learns to do without."""
_KEPT = """
    send mail email forward give pass hand share attach read open load check view study show look compare explain
    delete remove erase drop destroy throw get rid clear clean schedule book plan arrange set meet call visit
    invite meeting lunch talk summarize sum shorten summary overview follow do complete carry handle contact
    person address not never did was will has asked page text message document article list it them what
"""
KEPT = np.isin(np.arange(len(grammar.VOCABULARY)), grammar.numbers(_KEPT.split()))
"""Whether a word says what is asked: these it is always shown as they are."""
FILLERS = np.array(grammar.numbers(["<word>"] * 300 + grammar.SLOTS["WORD"]))

TURNED = ("written.around", "ask", "offer")
"""What is turned beside the matrices of each layer."""
TUNED = (
    "role",
    "ask",
    "offer",
    "choose",
    "written.around",
    *(f"{layer}." for layer in range(model.READER, model.READER + model.WRITER)),
)
"""What adversarial training changes: how the writer looks at what was read, and what the marks mean."""


def encode(texts: Sequence[Said]) -> Batch:
    """Return texts as numbers, with the marks of who wrote each word."""
    tools = len(grammar.TOOLS)
    parts = [[0] * len(text.words) for text in texts]
    wrote: list[list[int]] = []
    for text, names in zip(texts, parts, strict=True):
        wrote.append([])
        for at, tool, values in text.calls:
            number = grammar.TOOLS.index(tool)
            wrote[-1] += [number, *(tools + place for place in values)]
            for part, place in enumerate((at, *values)):
                names[place] = model.PARTS * number + part
        wrote[-1].append(0)
    words, roles = [grammar.numbers(text.words) for text in texts], [text.roles for text in texts]
    return Batch(filled(words), np.maximum(filled(roles), 0), filled(wrote), filled(parts))


def filled(rows: Sequence[Sequence[int]]) -> Ints:
    """Return rows of numbers as one array, with -1 where a row has ended."""
    longest = max(map(len, rows))
    return np.array([[*row, *[-1] * (longest - len(row))] for row in rows])


def blurred(batch: Batch, rng: Rng, marked: float) -> Batch:
    """Return a batch with some words replaced, and with marks in a share of its texts."""
    size = (len(batch.words), 1)
    share = np.array((0, 0.04, DROPPED))[rng.integers(3, size=size)]
    lost = (rng.random(batch.words.shape) < share) & (batch.words >= 0) & ~KEPT[batch.words]
    words = np.where(lost, FILLERS[rng.integers(len(FILLERS), size=lost.shape)], batch.words)
    return Batch(words, batch.roles * (rng.random(size) < marked), batch.wrote, batch.parts)


def batches(make: Callable[[random.Random], Said], rng: Rng, size: int) -> list[Batch]:
    """Return batches of new texts, each of texts of about the same length, in random order."""
    dice = random.Random(int(rng.integers(2**32)))  # noqa: S311 (much faster, one number at a time)
    texts = sorted((make(dice) for _ in range(40 * size)), key=lambda text: len(text.words))
    return [encode(texts[at * size : (at + 1) * size]) for at in rng.permutation(40)]


def train(  # noqa: PLR0913
    weights: Weights,
    make: Callable[[random.Random], Said],
    steps: int,
    rng: Rng,
    *,
    marked: float = 0.5,
    pace: float = 1.0,
    tuned: tuple[str, ...] = ("",),
) -> list[float]:
    """Train the weights whose names begin with one of `tuned`, in place, and return the loss of each step.

    Matrices between layers go by Muon (Jordan et al. 2024), which turns all directions of a matrix alike, the rest by
    Adam (Kingma and Ba 2015, arXiv:1412.6980). The pace stays the same for half of the steps, and then falls to 0 in a
    line (Hägele et al. 2024, arXiv:2405.18392). For a third of them half a batch is enough (after Smith et al. 2018,
    arXiv:1711.00489).
    """
    names = [name for name in weights if name.startswith(tuned)]
    turning = [name for name in names if weights[name].ndim > 1 and (name[0].isdigit() or name in TURNED)]
    mean = {name: np.zeros_like(weights[name]) for name in names}
    square = {name: np.zeros_like(weights[name]) for name in names if name not in turning}
    losses: list[float] = []
    np.empty(2**24, np.uint8)  # freed at once: glibc then keeps what a step frees for the next (mallopt(3)), 1/8 faster
    waiting: list[Batch] = []
    for step in range(1, steps + 1):
        waiting = waiting or batches(make, rng, SIZE // 2 if step < steps / 3 else SIZE)
        loss, grads = model.loss_and_grads(blurred(waiting.pop(), rng, marked), weights)
        losses.append(loss)
        now = pace * min(1, step / 50, 2 * (1 - step / steps))
        clip = np.float32(min(1, 1 / np.sqrt(sum(float(np.vdot(g, g)) for g in grads.values()))))
        for name in names:
            grads[name] *= clip
            mean[name] += np.float32(0.1) * (grads[name] - mean[name])
        ahead = [np.float32(0.9) * mean[name] + np.float32(0.1) * grads[name] for name in turning]
        for name, change in zip(turning, turned(ahead), strict=True):
            weights[name] -= np.float32(TURN * now * max(1, change.shape[0] / change.shape[1]) ** 0.5) * change
        far = np.float32(RATE * now * (1 - 0.98**step) ** 0.5 / (1 - 0.9**step))
        for name, usual in square.items():
            usual[...] += np.float32(0.02) * (grads[name] ** 2 - usual)
            weights[name] -= far * mean[name] / (np.sqrt(usual) + np.float32(1e-8))
    return losses


def turned(matrices: Sequence[Array]) -> list[Array]:
    """Return matrices near these in which every direction counts about the same, by three steps of Newton and Schulz.

    All have WIDTH rows or columns, so the steps are worked out for their squares of that size, all at once.
    """
    wide = [g if g.shape[0] == model.WIDTH else g.T for g in matrices]
    square = np.stack([g @ g.T for g in wide])
    one = np.eye(square.shape[1], dtype=square.dtype)
    scale = 1 / (np.trace(square, axis1=1, axis2=2)[:, None, None] + np.float32(1e-12))
    square *= scale
    product = np.sqrt(scale) * one
    for _ in range(3):
        step = (np.float32(2.0315) * square - np.float32(4.775) * one) @ square + np.float32(3.4445) * one
        product, square = step @ product, step @ square @ step
    made = [p @ g for p, g in zip(product, wide, strict=True)]
    return [x if g.shape[0] == model.WIDTH else x.T for x, g in zip(made, matrices, strict=True)]


def hostile_task(rng: random.Random) -> Said:
    """Return a task whose page, half of the time, ends on a request in a known phrase, which nobody wants done."""

    def planted() -> Said:
        opening = grammar.split(grammar.pick(KNOWN, rng).replace("{}", ""))
        return grammar.rule(grammar.pick(grammar.TOOLS[1:5], rng), rng, role=1, opening=opening)

    return grammar.task(rng, planted if rng.random() < 0.5 else None)


def both(seed: int) -> dict[str, Weights]:
    """Return the weights that a seed gives: "plain", and what adversarial training made "hardened" of them."""
    rng = np.random.default_rng(seed)
    plain = model.new_weights(len(grammar.VOCABULARY), len(grammar.TOOLS), rng)
    train(plain, grammar.task, STEPS, rng)
    hardened = {name: value.copy() for name, value in plain.items()}
    train(hardened, hostile_task, HARDENING, rng, marked=1, pace=0.3, tuned=TUNED)
    return {"plain": plain, "hardened": {name: hardened[name] for name in plain if name.startswith(TUNED)}}


def main(seed: int) -> None:
    """Train both models and write the file."""
    started = time.process_time()
    with threadpool_limits(1):
        made = both(seed)
    kept = {f"{of}/{name}": value.astype(np.float16) for of, each in made.items() for name, value in each.items()}
    file = Path(__file__).with_name("weights.npz")
    np.savez_compressed(file, allow_pickle=False, **kept)
    print(f"{file.name}: {file.stat().st_size / 1e3:.0f} kB, {time.process_time() - started:.0f} s of one core")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else SEED)
