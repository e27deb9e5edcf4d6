"""Which of our threats and controls another tool's text speaks of: by the words that few of ours have, and they share."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import log, sqrt

from threatlab.catalog import Catalog
from threatlab.words import listed

_COMMON = frozenset(
    "a an and any are as at be been before but by can do each every for from has have how if in into is it its like may "
    "more must no not of off on one only or other our out over own same so some someone something such than that the "
    "their them then these they this to under up use used uses using was what when where which while who will with "
    "would you your ensure implement enable apply provide configure via system application data model ai ml service "
    "example based specific including".split()
)
_LEAST = 0.3
"""Cosine of the two texts from which on they are said to speak of one thing; chosen on published models."""

_LONGEST = 2_000
"""Characters of a text that are looked at: what it is about stands at its beginning."""


@dataclass(frozen=True, slots=True)
class Match:
    """A threat's or control's id, its title, why we say so, and how alike the texts are (0..1)."""

    id: str
    title: str
    because: str
    likeness: float


def match_threat(title: str, text: str, catalog: Catalog) -> Match | None:
    """Return the threat of the catalog that a text is about, if any is near."""
    return _nearest(title, text, _threats(catalog))


def match_control(title: str, text: str, catalog: Catalog) -> Match | None:
    """Return the control of the catalog that a text is about, if any is near."""
    return _nearest(title, text, _controls(catalog))


@dataclass(frozen=True, slots=True)
class _Index:
    titles: Mapping[str, str]
    weights: Mapping[str, Mapping[str, float]]
    rare: Mapping[str, float]


def _nearest(title: str, text: str, index: _Index) -> Match | None:
    said = Counter(_words(title) * 3 + _words(text[:_LONGEST]))
    given = {word: (1 + log(times)) * index.rare[word] for word, times in said.items() if word in index.rare}
    length = sqrt(sum(weight**2 for weight in given.values()))
    best, most = "", 0.0
    for each, weights in index.weights.items():
        shared = sum(given[word] * weights[word] for word in given.keys() & weights)
        likeness = shared / length if length else 0.0
        if likeness > most:
            best, most = each, likeness
    if most < _LEAST:
        return None
    both = sorted(given.keys() & index.weights[best], key=lambda word: (-given[word] * index.weights[best][word], word))
    quoted = listed([f"'{word}'" for word in both[:3]])
    return Match(best, index.titles[best], f"both speak of {quoted}", most)


def _index(titles: Mapping[str, str], texts: Mapping[str, list[tuple[str, int]]]) -> _Index:
    """Return the words of each text with their weights, so that the squares of one text's weights sum to 1."""
    counts = {
        each: Counter(word for text, times in parts for word in _words(text) * times) for each, parts in texts.items()
    }
    spread = Counter(word for count in counts.values() for word in count)
    rare = {word: log(1 + len(counts) / times) for word, times in spread.items()}
    weights = {}
    for each, count in counts.items():
        raw = {word: (1 + log(times)) * rare[word] for word, times in count.items()}
        length = sqrt(sum(weight**2 for weight in raw.values()))
        weights[each] = {word: weight / length for word, weight in raw.items()}
    return _Index(titles, weights, rare)


@lru_cache(maxsize=2)
def _threats(catalog: Catalog) -> _Index:
    texts = {}
    for threat in catalog.threats.values():
        entries = [
            (entry.name, 1)
            for control in catalog.controls.values()
            if control.threats and control.threats[0] == threat.id
            for entry in (*control.atlas_techniques, *control.lists)
        ]
        texts[threat.id] = [(threat.title, 3), (threat.about, 1), *entries]
    return _index({threat.id: threat.title for threat in catalog.threats.values()}, texts)


@lru_cache(maxsize=2)
def _controls(catalog: Catalog) -> _Index:
    texts = {
        control.id: [(control.title, 3), (control.recommendation, 2), (control.question, 1), (control.finding, 1)]
        for control in catalog.controls.values()
    }
    return _index({control.id: control.title for control in catalog.controls.values()}, texts)


def _words(text: str) -> list[str]:
    """Return the words of a text without their endings, but for those that say nothing."""
    return [_stem(word) for word in re.findall(r"[a-z]{2,}", text.casefold()) if word not in _COMMON]


def _stem(word: str) -> str:
    for ending in ("ations", "ation", "ings", "ing", "ies", "ions", "ion", "ed", "es", "s", "e", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word.removesuffix(ending)
    return word
