"""The language model: a small transformer that reads words and writes tool calls, one token at a time, in NumPy.

Its reader lets the words that it was given look at each other; its writer looks at them and at what it wrote itself.
A token is one of a few names of tools, or a copy of a word that was given, by a pointer (See et al. 2017,
arXiv:1704.04368): so it can name files and people that it never met. Weights are arrays by name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Ints = NDArray[np.int64]
Back = Callable[[Array], Array]
Weights = dict[str, Array]

WIDTH, HEADS, HIDDEN = 48, 4, 144
READER, WRITER = 2, 2
"""Layers of each."""
LONGEST, MOST = 112, 24
"""How many words it can be given, and how many tokens it can write."""
REACH = 3
"""Before it looks further, each word sees as many neighbors on each side, and each token as many before it."""
NAMING = 0.2
"""How much it counts to name the parts of a text, beside writing a token."""
PARTS = 3
"""Of what a call says: where it is asked for, and up to two values."""
ROLES = 2
"""Who wrote a word: the user (or nobody knows), or the page."""
FAR = np.float32(-1e9)


@dataclass(frozen=True, slots=True)
class Batch:
    """Texts, filled up with -1: `words`, `roles` and `parts` (texts, given), and `wrote` (texts, written).

    What was written is the number of a tool, or `tools + place` of the word that was copied. The part of a word is
    `PARTS * tool` where a call is asked for, 1 or 2 more if it is the call's first or second value, and else 0.
    """

    words: Ints
    roles: Ints
    wrote: Ints
    parts: Ints | None = None


def new_weights(words: int, tools: int, rng: np.random.Generator) -> Weights:
    """Return weights as they are before training."""

    def normal(*shape: int, scale: float | None = None) -> Array:
        return (rng.standard_normal(shape) * (scale or shape[0] ** -0.5)).astype(np.float32)

    d = WIDTH
    made = {
        "word": normal(words, d, scale=0.5),
        "role": normal(ROLES, d, scale=0.3),
        "place": normal(LONGEST, d, scale=0.3),
        "tool": normal(tools + 1, d, scale=0.5),  # the last one stands for "begin"
        "step": normal(MOST + 1, d, scale=0.3),
        "written.around": normal(REACH * d, d),
        "part": normal(d, PARTS * tools),
        "choose": normal(d, tools),
        "ask": normal(d, d),
        "offer": normal(d, d),
    }
    for layer in range(READER):
        made[f"{layer}.around"] = normal(2 * REACH * d, d)
    for layer in range(READER + WRITER):
        made |= {
            f"{layer}.query": normal(d, d),
            f"{layer}.seen": normal(d, 2 * d),
            f"{layer}.mixed": normal(d, d, scale=0.5 * d**-0.5),
            f"{layer}.up": normal(d, HIDDEN),
            f"{layer}.bias": np.zeros(HIDDEN, np.float32),
            f"{layer}.down": normal(HIDDEN, d, scale=0.5 * HIDDEN**-0.5),
        }
    return made


# --- Pieces: each returns its value and how a change of it goes back ------------------------------------------------


def times(x: Array, name: str, weights: Weights, grads: Weights) -> tuple[Array, Back]:
    """Multiply by a matrix of the weights."""
    w = weights[name]
    rows = x.reshape(-1, len(w))

    def back(dy: Array) -> Array:
        drows = dy.reshape(len(rows), -1)
        grads[name] += rows.T @ drows
        return (drows @ w.T).reshape(x.shape)

    return (rows @ w).reshape(*x.shape[:-1], -1), back


def normed(x: Array) -> tuple[Array, Back]:
    """Scale each vector to a mean square of 1 (Zhang and Sennrich 2019, arXiv:1910.07467)."""
    share = np.float32(1 / x.shape[-1])
    scale = 1 / np.sqrt(dots(x, x) * share + np.float32(1e-5))
    y = x * scale
    return y, lambda dy: scale * (dy - y * (dots(dy, y) * share))


def dots(x: Array, y: Array) -> Array:
    """Return the product of each vector of x with that of y, (..., 1)."""
    products: Array = np.einsum("...i,...i->...", x, y)[..., None]
    return products


def softmax(scores: Array) -> Array:
    """Turn scores, in place, into shares that add up to 1 along the last axis."""
    scores -= scores.max(-1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= np.einsum("...i->...", scores)[..., None]
    return scores


def attention(  # noqa: PLR0913, PLR0917
    x: Array, others: Array, hidden: Array, layer: int, weights: Weights, grads: Weights
) -> tuple[Array, Callable[[Array], tuple[Array, Array]]]:
    """Let each of x look at the others that are not hidden from it (0, or FAR where they are)."""
    (texts, places, d), seen, size = x.shape, others.shape[1], WIDTH // HEADS
    flat, back_query = times(x, f"{layer}.query", weights, grads)
    both, back_seen = times(others, f"{layer}.seen", weights, grads)
    q = (flat * np.float32(size**-0.5)).reshape(texts, places, HEADS, size).transpose(0, 2, 1, 3)
    k, v = both.reshape(texts, seen, 2, HEADS, size).transpose(2, 0, 3, 1, 4)
    scores = q @ k.swapaxes(-1, -2)
    scores += hidden
    share = softmax(scores)
    y, back_mixed = times((share @ v).transpose(0, 2, 1, 3).reshape(x.shape), f"{layer}.mixed", weights, grads)

    def back(dy: Array) -> tuple[Array, Array]:
        dmixed = back_mixed(dy).reshape(texts, places, HEADS, size).transpose(0, 2, 1, 3)
        dscores = dmixed @ v.swapaxes(-1, -2)
        dscores -= dots(dscores, share)
        dscores *= share
        dq = (dscores @ k).transpose(0, 2, 1, 3).reshape(x.shape) * np.float32(size**-0.5)
        dboth = np.empty((texts, seen, 2, HEADS, size), x.dtype)
        dk, dv = dboth.transpose(2, 0, 3, 1, 4)
        dk[:], dv[:] = dscores.swapaxes(-1, -2) @ q, share.swapaxes(-1, -2) @ dmixed
        return back_query(dq), back_seen(dboth.reshape(texts, seen, 2 * d))

    return y, back


def feed_forward(x: Array, layer: int, weights: Weights, grads: Weights) -> tuple[Array, Back]:
    """Two matrices, with a threshold between them."""
    up, back_up = times(x, f"{layer}.up", weights, grads)
    up += weights[f"{layer}.bias"]
    np.maximum(up, 0, out=up)
    y, back_down = times(up, f"{layer}.down", weights, grads)

    def back(dy: Array) -> Array:
        dup = back_down(dy)
        dup *= up > 0
        grads[f"{layer}.bias"] += dup.reshape(-1, HIDDEN).sum(0)
        return back_up(dup)

    return y, back


def neighbors(x: Array, name: str, weights: Weights, grads: Weights) -> tuple[Array, Back]:
    """Mix into each place what stands before it and, if the weights have room for it, after it."""
    places, d = x.shape[1:]
    w = weights[name]
    starts = [start for start in range(2 * REACH + 1) if start != REACH][: len(w) // d]
    padded = np.pad(x, ((0, 0), (REACH, REACH), (0, 0)))
    mixed, back_mixed = times(
        np.concatenate([padded[:, start : start + places] for start in starts], axis=-1), name, weights, grads
    )

    def back(dy: Array) -> Array:
        dnear = back_mixed(dy)
        dpadded = np.zeros_like(padded)
        for number, start in enumerate(starts):
            dpadded[:, start : start + places] += dnear[..., number * d : (number + 1) * d]
        return dpadded[:, REACH:-REACH]

    return mixed, back


# --- The whole ------------------------------------------------------------------------------------------------------


def read(words: Ints, roles: Ints, weights: Weights, grads: Weights) -> tuple[Array, Back]:
    """Return what the reader makes of the words: vectors (texts, given, WIDTH), and the way back."""
    there = (words >= 0)[..., None]
    ids = np.maximum(words, 0)
    x = (weights["word"][ids] + weights["role"][roles] + weights["place"][: words.shape[1]]) * there
    hidden = np.where(there, np.float32(0), FAR)[:, None, None, :, 0]
    backs = []
    for layer in range(READER):
        z, back_near = neighbors(x, f"{layer}.around", weights, grads)
        x = x + z * there
        z, back_norm = normed(x)
        z, back_look = attention(z, z, hidden, layer, weights, grads)
        x = x + z
        z, back_norm_2 = normed(x)
        z, back_think = feed_forward(z, layer, weights, grads)
        x = x + z
        backs.append((back_near, back_norm, back_look, back_norm_2, back_think))
    x, back_last = normed(x)

    def back(dx: Array) -> Array:
        dx = back_last(dx)
        for back_near, back_norm, back_look, back_norm_2, back_think in reversed(backs):
            dx = dx + back_norm_2(back_think(dx))
            dx = dx + back_norm(np.add(*back_look(dx)))
            dx = dx + back_near(dx * there)
        dx = dx * there
        add_rows(grads["word"], ids, dx)
        add_rows(grads["role"], roles, dx)
        grads["place"][: words.shape[1]] += dx.sum(0)
        return dx

    return x, back


def write(x: Array, batch: Batch, weights: Weights, grads: Weights) -> tuple[Array, Back]:
    """Return the scores of each next token, (texts, written + 1, tools + given), and the way back to the reader."""
    tools, (texts, given) = weights["choose"].shape[1], batch.words.shape
    wrote = np.concatenate([np.full((texts, 1), -1), batch.wrote], axis=1)
    steps, copied = wrote.shape[1], (wrote >= tools)[..., None]
    place = np.where(wrote >= tools, wrote - tools, 0)
    word = np.maximum(np.take_along_axis(batch.words, place, axis=1), 0)
    tool = np.where(wrote >= tools, 0, np.where(wrote < 0, tools, wrote))
    y = (
        np.where(copied, weights["word"][word] + weights["place"][place], weights["tool"][tool])
        + weights["step"][:steps]
    )
    near, back_near = neighbors(y, "written.around", weights, grads)
    y = y + near

    absent = np.where(batch.words >= 0, np.float32(0), FAR)[:, None, :]
    later = np.triu(np.full((steps, steps), FAR), 1)
    hidden = np.concatenate([np.repeat(absent, steps, 1), np.repeat(later[None], texts, 0)], axis=-1)[:, None]
    backs = []
    for layer in range(READER, READER + WRITER):
        z, back_norm = normed(y)
        z, back_look = attention(z, np.concatenate([x, z], axis=1), hidden, layer, weights, grads)
        y = y + z
        z, back_norm_2 = normed(y)
        z, back_think = feed_forward(z, layer, weights, grads)
        y = y + z
        backs.append((back_norm, back_look, back_norm_2, back_think))
    z, back_last = normed(y)
    chosen, back_choose = times(z, "choose", weights, grads)
    q, back_ask = times(z, "ask", weights, grads)
    k, back_offer = times(x, "offer", weights, grads)
    scale: np.float32 = np.float32(WIDTH**-0.5)
    scores: Array = np.concatenate([chosen, q @ k.swapaxes(-1, -2) * scale + absent], axis=-1)

    def back(dscores: Array) -> Array:
        dchosen: Array = dscores[..., :tools]
        dpointed: Array = dscores[..., tools:] * scale
        dx = back_offer(dpointed.swapaxes(-1, -2) @ q)
        dy: Array = back_last(back_ask(dpointed @ k) + back_choose(dchosen))
        for back_norm, back_look, back_norm_2, back_think in reversed(backs):
            dy = dy + back_norm_2(back_think(dy))
            dz, dothers = back_look(dy)
            dx += dothers[:, :given]
            dy = dy + back_norm(dz + dothers[:, given:])
        dy = dy + back_near(dy)
        grads["step"][:steps] += dy.sum(0)
        add_rows(grads["word"], word, dy * copied)
        add_rows(grads["place"], place, dy * copied)
        add_rows(grads["tool"], tool, dy * ~copied)
        return dx

    return scores, back


def add_rows(table: Array, rows: Ints, values: Array) -> None:
    """Add each of the values to the row of the table that it belongs to."""
    order = rows.argsort(axis=None, kind="stable")
    found, starts = np.unique(rows.ravel()[order], return_index=True)
    table[found] += np.add.reduceat(values.reshape(-1, values.shape[-1])[order], starts)


def loss_and_grads(batch: Batch, weights: Weights) -> tuple[float, Weights]:
    """Return the mean cross-entropy of what should be written (`batch.wrote`), and the gradient.

    If `batch.parts` says which words calls are made of, the reader has to name them, too: that tells it more of a text
    than the few tokens that are written (multitask learning: Caruana 1997, Machine Learning 28, 41-75).
    """
    grads = {name: np.zeros_like(value) for name, value in weights.items()}
    x, back_reader = read(batch.words, batch.roles, weights, grads)
    scores, back_writer = write(x, Batch(batch.words, batch.roles, batch.wrote[:, :-1]), weights, grads)
    loss, dscores = cross_entropy(scores, batch.wrote, int((batch.wrote >= 0).sum()))
    dx = back_writer(dscores)
    if batch.parts is not None:
        named, back_named = times(x, "part", weights, grads)
        more, dnamed = cross_entropy(named, batch.parts, len(x) / NAMING)
        loss += more
        dx += back_named(dnamed)
    back_reader(dx)
    return loss, grads


def cross_entropy(scores: Array, target: Ints, by: float) -> tuple[float, Array]:
    """Return the sum over all targets that are there (0 or more), divided by a number, and its gradient."""
    share, there = softmax(scores), target >= 0
    at = np.maximum(target, 0)[..., None]
    right = np.take_along_axis(share, at, axis=-1)
    np.put_along_axis(share, at, right - 1, axis=-1)
    share *= there[..., None] / scores.dtype.type(by)
    return float(-np.log(right[there] + 1e-9).sum()) / by, share


def greedy(words: Ints, roles: Ints, weights: Weights) -> Ints:
    """Return what the model writes, (texts, written): each time the token with the highest score, until "end" (0)."""
    x, _ = read(words, roles, weights, {})
    wrote = np.zeros((len(words), 0), np.int64)
    for _ in range(MOST):
        scores, _ = write(x, Batch(words, roles, wrote), weights, {})
        wrote = np.concatenate([wrote, scores[:, -1:].argmax(-1)], axis=1)
        if (wrote == 0).any(1).all():
            break
    return wrote
