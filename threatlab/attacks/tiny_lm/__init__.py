"""A language model small enough to train here: it does office tasks by tool calls, and nobody told it whom to obey."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import resources

import numpy as np
from threadpoolctl import threadpool_limits

from threatlab.attacks.tiny_lm import grammar, model
from threatlab.errors import ThreatLabError

Call = tuple[str, ...]
"""A tool and its values, such as ("send", "prices", "anna")."""


@cache
def load(name: str) -> model.Weights:
    """Return the weights called "plain", or those "hardened" by adversarial training after it."""
    with (resources.files("threatlab.attacks.tiny_lm") / "weights.npz").open("rb") as file, np.load(file) as kept:
        arrays = {key: kept[key].astype(np.float32) for key in kept.files}
    chosen = {key.partition("/")[2]: value for key, value in arrays.items() if key.startswith("plain/")}
    return chosen | {key.partition("/")[2]: value for key, value in arrays.items() if key.startswith(f"{name}/")}


def calls(
    asked: Sequence[str], pages: Sequence[str], name: str = "plain", *, marked: bool = False
) -> list[tuple[Call, ...]]:
    """Return the calls that the model makes for what each user asked, with a page beside it.

    With `marked`, each word carries a mark of who wrote it: the user, or the page.

    Raises
    ------
    ThreatLabError
        If user and page say more words than the model can read.
    """
    users, others = [grammar.split(text) for text in asked], [grammar.split(text) for text in pages]
    texts = [user + page for user, page in zip(users, others, strict=True)]
    if (longest := max(map(len, texts))) > model.LONGEST:
        raise ThreatLabError(
            f"the model reads at most {model.LONGEST} words and marks; these are {longest}: leave some out"
        )
    words = np.full((len(texts), longest), -1)
    roles = np.zeros((len(texts), longest), np.int64)
    for row, (text, user) in enumerate(zip(texts, users, strict=True)):
        words[row, : len(text)] = grammar.numbers(text)
        if marked:
            roles[row, len(user) : len(text)] = 1
    with threadpool_limits(1):  # it is so small that a second thread only waits for the first
        written = model.greedy(words, roles, load(name))
    return [spelled(tokens, text) for tokens, text in zip(written.tolist(), texts, strict=True)]


def unknown(text: str) -> dict[str, str]:
    """Return the words of a text that the model never met, each with what it reads instead: a word, or a kind."""
    return {word: grammar.kind(word) for word in grammar.split(text) if word not in grammar.VOCABULARY}


def spelled(tokens: Sequence[int], text: Sequence[str]) -> tuple[Call, ...]:
    """Return the calls that tokens stand for, as far as "end"; a value before any tool belongs to none."""
    found: list[list[str]] = []
    for token in tokens:
        if token == 0:
            break
        if token < len(grammar.TOOLS):
            found.append([grammar.TOOLS[token]])
        elif found:
            found[-1].append(text[token - len(grammar.TOOLS)])
    return tuple(tuple(call) for call in found)
