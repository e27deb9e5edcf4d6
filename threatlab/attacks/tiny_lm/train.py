"""Train the language model and write its weights: python -m threatlab.attacks.tiny_lm.train [SEED]."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from threatlab.attacks.hijack import KNOWN
from threatlab.attacks.tiny_lm import grammar, model
from threatlab.attacks.tiny_lm.grammar import Rng, Said
from threatlab.attacks.tiny_lm.model import Array, Batch, Weights

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
KEPT = [grammar.VOCABULARY[word] for word in _KEPT.split()]
"""Words that say what is asked: these it is always shown as they are."""
FILLERS = np.array([grammar.VOCABULARY["<word>"]] * 300 + [grammar.VOCABULARY[w] for w in grammar.SLOTS["WORD"]])

TUNED = ("role", "ask", "offer", "choose", "written.around", *(f"{layer}." for layer in range(model.READER, 9)))
"""What adversarial training changes: how the writer looks at what was read, and what the marks mean."""


def encode(texts: Sequence[Said], rng: Rng, marked: Sequence[bool]) -> Batch:
    """Return texts as numbers, with the marks of who wrote each word where they are `marked`."""
    longest, tools = max(len(text.words) for text in texts), len(grammar.TOOLS)
    words, roles = np.full((len(texts), longest), -1), np.zeros((len(texts), longest), np.int64)
    written = [
        [token for _, tool, at in text.calls for token in (grammar.TOOLS.index(tool), *(tools + each for each in at))]
        for text in texts
    ]
    wrote = np.full((len(texts), 1 + max(map(len, written))), -1)
    for row, text in enumerate(texts):
        ids = np.array(grammar.numbers(text.words))
        blurred = (rng.random(len(ids)) < (0, 0.04, DROPPED)[rng.integers(3)]) & ~np.isin(ids, KEPT)
        ids[blurred] = FILLERS[rng.integers(len(FILLERS), size=int(blurred.sum()))]
        words[row, : len(ids)] = ids
        roles[row, : len(ids)] = text.roles if marked[row] else 0
        wrote[row, : len(written[row]) + 1] = [*written[row], 0]
    return Batch(words, roles, wrote)


def batches(make: Callable[[Rng], Said], rng: Rng, marked: float) -> list[Batch]:
    """Return batches of new texts, each of texts of about the same length, in random order."""
    texts = sorted((make(rng) for _ in range(40 * SIZE)), key=lambda text: len(text.words))
    parts = [texts[at : at + SIZE] for at in range(0, len(texts), SIZE)]
    return [encode(parts[at], rng, (rng.random(SIZE) < marked).tolist()) for at in rng.permutation(len(parts))]


def train(  # noqa: PLR0913
    weights: Weights,
    make: Callable[[Rng], Said],
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
    mean = {name: np.zeros_like(weights[name]) for name in names}
    square = {name: np.zeros_like(weights[name]) for name in names}
    losses: list[float] = []
    waiting: list[Batch] = []
    for step in range(1, steps + 1):
        waiting = waiting or batches(make, rng, marked)
        loss, grads = model.loss_and_grads(waiting.pop(), weights)
        losses.append(loss)
        now = pace * min(1, step / 50) * (1 + np.cos(np.pi * step / steps)) / 2
        clip = np.float32(min(1, 1 / np.sqrt(sum(float((g * g).sum()) for g in grads.values()))))
        for name in names:
            g = clip * grads[name]
            mean[name] += np.float32(0.1) * (g - mean[name])
            if (name[0].isdigit() and g.ndim == 2) or name in ("written.around", "ask", "offer"):
                far = TURN * now * max(1, g.shape[0] / g.shape[1]) ** 0.5
                weights[name] -= np.float32(far) * turned(np.float32(0.9) * mean[name] + np.float32(0.1) * g)
            else:
                square[name] += np.float32(0.02) * (g * g - square[name])
                far = RATE * now * (1 - 0.98**step) ** 0.5 / (1 - 0.9**step)
                weights[name] -= np.float32(far) * mean[name] / (np.sqrt(square[name]) + np.float32(1e-8))
    return losses


def turned(g: Array) -> Array:
    """Return a matrix near `g` in which every direction counts about the same, by five steps of Newton and Schulz."""
    x: Array = g if g.shape[0] < g.shape[1] else g.T
    x = x / np.float32(np.linalg.norm(x) + 1e-7)
    for _ in range(5):
        a = x @ x.T
        x = np.asarray(3.4445 * x + (2.0315 * (a @ a) - 4.775 * a) @ x, np.float32)
    return x if g.shape[0] < g.shape[1] else x.T


def hostile_task(rng: Rng) -> Said:
    """Return a task whose page, half of the time, ends on a request in a known phrase, which nobody wants done."""

    def planted() -> Said:
        opening = " ".join(grammar.split(KNOWN[rng.integers(len(KNOWN))].replace("{}", "")))
        return grammar.say(
            f"{opening} {grammar.pick(grammar.RULES[grammar.pick(grammar.TOOLS[1:5], rng)], rng)} END", rng, role=1
        )

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
