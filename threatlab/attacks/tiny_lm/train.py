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

STEPS, HARDENING, SIZE = 2200, 500, 32
"""Steps of training, further steps of adversarial training, and texts in each."""
RATE, TURN = 4e-3, 1.4e-2
"""How far a step of Adam goes, and one that turns a whole matrix."""
DROPPED = 0.2
"""Share of words that the model isn't shown as they are, so that it learns to do without."""
_KEPT = """
    send mail email forward give pass hand share attach read open load check view study show look compare explain
    delete remove erase drop destroy throw get rid clear clean schedule book plan arrange set meet call visit
    invite meeting lunch talk summarize sum shorten summary overview follow do complete carry handle contact
    person address not never did was will has asked page text message document article list it them what
"""
KEPT = np.isin(np.arange(len(grammar.VOCABULARY)), [grammar.VOCABULARY[word] for word in _KEPT.split()])
"""Words that say what is asked: these it is always shown as they are."""
FILLERS = np.array([grammar.VOCABULARY["<word>"]] * 300 + [grammar.VOCABULARY[w] for w in grammar.SLOTS["WORD"]])

TUNED = ("role", "ask", "offer", "choose", "written.around", *(f"{layer}." for layer in range(model.READER, 9)))
"""What adversarial training changes: how the writer looks at what was read, and what the marks mean."""


def encode(texts: Sequence[Said]) -> Batch:
    """Return texts as numbers, with the marks of who wrote each word."""
    tools = len(grammar.TOOLS)
    written = [
        [token for _, tool, at in text.calls for token in (grammar.TOOLS.index(tool), *(tools + each for each in at))]
        for text in texts
    ]
    return Batch(
        filled([[grammar.VOCABULARY[word] for word in text.words] for text in texts]),
        np.maximum(filled([text.roles for text in texts]), 0),
        filled([[*each, 0] for each in written]),
    )


def filled(rows: Sequence[Sequence[int]]) -> Ints:
    """Return rows of numbers as one array, with -1 where a row has ended."""
    array = np.full((len(rows), max(map(len, rows))), -1)
    for number, row in enumerate(rows):
        array[number, : len(row)] = row
    return array


def blurred(batch: Batch, rng: Rng, marked: float) -> Batch:
    """Return a batch with some words replaced, and without marks in some of its texts."""
    size = (len(batch.words), 1)
    share = np.array([0, 0.04, DROPPED])[rng.integers(3, size=size)]
    lost = (rng.random(batch.words.shape) < share) & ~KEPT[batch.words] & (batch.words >= 0)
    words = np.where(lost, FILLERS[rng.integers(len(FILLERS), size=lost.shape)], batch.words)
    return Batch(words, batch.roles * (rng.random(size) < marked), batch.wrote)


def batches(make: Callable[[random.Random], Said], rng: Rng) -> list[Batch]:
    """Return batches of new texts, each of texts of about the same length."""
    dice = random.Random(int(rng.integers(2**32)))
    texts = sorted((make(dice) for _ in range(40 * SIZE)), key=lambda text: len(text.words))
    return [encode(texts[at : at + SIZE]) for at in range(0, len(texts), SIZE)]


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
    Adam (Kingma and Ba 2015, arXiv:1412.6980).
    """
    names = [name for name in weights if name.startswith(tuned)]
    turning = [name for name in names if name[0].isdigit() and weights[name].ndim > 1] + [
        name for name in names if name in ("written.around", "ask", "offer")
    ]
    mean = {name: np.zeros_like(weights[name]) for name in names}
    square = {name: np.zeros_like(weights[name]) for name in names if name not in turning}
    losses: list[float] = []
    waiting: list[Batch] = []
    for step in range(1, steps + 1):
        if not waiting:
            new = new if step % 80 == 41 else batches(make, rng)
            waiting = [new[number] for number in rng.permutation(len(new))]
        loss, grads = model.loss_and_grads(blurred(waiting.pop(), rng, marked), weights)
        losses.append(loss)
        now = pace * min(1, step / 50) * (1 + np.cos(np.pi * step / steps)) / 2
        clip = np.float32(min(1, 1 / np.sqrt(sum(float(np.vdot(g, g)) for g in grads.values()))))
        for name in names:
            mean[name] += np.float32(0.1) * (clip * grads[name] - mean[name])
        ahead = [np.float32(0.9) * mean[name] + np.float32(0.1) * clip * grads[name] for name in turning]
        for name, change in zip(turning, turned(ahead), strict=True):
            weights[name] -= np.float32(TURN * now * max(1, change.shape[0] / change.shape[1]) ** 0.5) * change
        for name, each in square.items():
            g = clip * grads[name]
            each += np.float32(0.02) * (g * g - each)
            far = RATE * now * (1 - 0.98**step) ** 0.5 / (1 - 0.9**step)
            weights[name] -= np.float32(far) * mean[name] / (np.sqrt(each) + np.float32(1e-8))
    return losses


def turned(matrices: Sequence[Array]) -> list[Array]:
    """Return matrices near these in which every direction counts about the same, by five steps of Newton and Schulz.

    The shorter side of each is WIDTH: the steps are worked out for the square of that side, for all matrices at once.
    """
    wide = [g if g.shape[0] < g.shape[1] else g.T for g in matrices]
    square = np.stack([g @ g.T for g in wide])
    norm = np.sqrt(np.trace(square, axis1=1, axis2=2))[:, None, None] + np.float32(1e-7)
    square /= norm * norm
    product = np.eye(square.shape[1], dtype=square.dtype) / norm
    for _ in range(5):
        step = np.float32(2.0315) * square - np.float32(4.775) * np.eye(square.shape[1], dtype=square.dtype)
        step = step @ square + np.float32(3.4445) * np.eye(square.shape[1], dtype=square.dtype)
        product, square = step @ product, step @ square @ step
    turned = [p @ g for p, g in zip(product, wide, strict=True)]
    return [x if g.shape[0] < g.shape[1] else x.T for x, g in zip(turned, matrices, strict=True)]


def hostile_task(rng: random.Random) -> Said:
    """Return a task whose page, half of the time, ends on a request in a known phrase, which nobody wants done."""

    def planted() -> Said:
        opening = grammar.split(grammar.pick(KNOWN, rng).replace("{}", ""))
        return grammar.rule(grammar.pick(grammar.TOOLS[1:5], rng), rng, role=1, opening=opening)

    return grammar.task(rng, planted if rng.random() < 0.5 else None)


def main(seed: int) -> None:
    """Train both models and write the file."""
    started = time.process_time()
    rng = np.random.default_rng(seed)
    plain = model.new_weights(len(grammar.VOCABULARY), len(grammar.TOOLS), rng)
    losses = train(plain, grammar.task, STEPS, rng)
    print(
        f"plain: loss {losses[0]:.2f}, at the end {np.mean(losses[-100:]):.2f}; {time.process_time() - started:.0f} s"
    )
    hardened = {name: value.copy() for name, value in plain.items()}
    losses = train(hardened, hostile_task, HARDENING, rng, marked=1, pace=0.3, tuned=TUNED)
    print(
        f"hardened: loss {losses[0]:.2f}, at the end {np.mean(losses[-50:]):.2f}; {time.process_time() - started:.0f} s"
    )
    kept = {f"plain/{name}": value.astype(np.float16) for name, value in plain.items()}
    kept |= {f"hardened/{name}": hardened[name].astype(np.float16) for name in plain if name.startswith(TUNED)}
    file = Path(__file__).with_name("weights.npz")
    np.savez_compressed(file, allow_pickle=False, **kept)
    print(f"{file.name}: {file.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    with threadpool_limits(1):
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
