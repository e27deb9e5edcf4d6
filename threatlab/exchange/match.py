"""Which of our threats and controls another tool's text speaks of: by rare words that its title shares with ours."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import log, sqrt

from threatlab.catalog import Catalog
from threatlab.words import listed

_COMMON = set(
    re.findall(
        r"\w+",
        """
        a ai an and any application apply are as at based be been before but by can configure data do each enable ensure
        every example for from has have how if implement in including into is it its like may ml model models more must
        no not of off on one only or other our out over own provide same service so some someone something specific such
        system than that the their them then these they this to under up use used uses using via was what when where
        which while who will with would you your
        """,
    )
)
"""Words that say nothing of what a text is about."""

_SAME = {
    "denial cost": r"denial.of.\w+|dos|ddos|unbounded consumption|exhaust\w*|overwhelm\w*|expensive",
    "poison": r"poison\w*|backdoor\w*|back.door\w*|(?:manipulat|tamper|corrupt)\w* (?:\w+ )?(?:training|data|model)\w*",
    "extract": r"(?:steal|theft|extract|replicat|copy)\w* (?:of )?(?:\w+ )?models?|(?:ip|model) theft|distillation",
    "evasion": r"adversarial|perturb\w*|misclassif\w*|(?:incorrect|wrong) classif\w*|evad\w*",
    "privac breach": r"sensitive|confidential|personal|pii|private|exfiltrat\w*|leak\w*|\w+ disclosure|inversion",
    "prompt injection": r"jailbreak\w*|prompt.injection|(?:malicious|crafted|hidden) (?:prompt|instruction)s?",
    "suppl chain": r"third.party|upstream|open.source|deprecated|supply.chain|supplier\w*|libraries",
    "excessiv agenc": r"over.?privileged|(?:excessive|unsafe|overly \w+) \w+|plug.?ins?|agents?",
    "limit request rate": r"throttl\w*|rate.limit\w*|quotas?|captcha",
    "role based access": r"access.controls?|authoriz\w*|authoris\w*|rbac|least.privileged?|permissions?",
    "authenticate": r"authentic\w*|mfa|multi.factor|log.?in|sso",
    "encrypt": r"encrypt\w*|tls|https|ssl",
    "secret vault": r"secrets? manage\w*|key.?vault|credential\w*|api.keys?|rotat\w* (?:keys?|passwords?)",
    "scan dependenc": r"dependenc\w*|patch\w*|software composition|sca|vulnerability scan\w*|advisories",
    "sandbox code tools": r"sandbox\w*|seccomp|container isolation",
    "ask person": r"human (?:\w+ )?(?:approv|confirm|review|oversight|in the loop)\w*|manual (?:approv|review)\w*",
    "watch inputs outputs": r"monitor\w*|logg\w*|logs?|observab\w*|alert\w*|audit\w*",
    "validate output": r"(?:saniti|validat|encod|filter)\w* (?:\w+ ){0,2}outputs?|output (?:saniti|valid|enc)\w*",
    "screen prompt repl": r"guardrails?|(?:prompt|content) (?:filter|moderat|shield)\w*|prompt injection detection",
    "separate content instruct": r"segregat\w*",
    "check input anomal": r"input (?:validat|filter|saniti[sz])\w*|anomal\w*|validat\w* (?:\w+ ){0,2}inputs?",
    "minimize personal": r"anonymi[sz]\w*|pseudonymi[sz]\w*|scrubb\w*|data minimi[sz]\w*|redact\w*",
    "verify model file": r"code.sign\w*|signed? (?:model|artifact)s?|checksums?|model (?:integrity|provenance)|hash\w*",
    "restrict tools": r"(?:restrict|limit|scop)\w* (?:\w+ ){0,3}(?:capabilities|permissions|plugins?|tools?|agents?)",
    "train staff": r"awareness|training for \w+|security guidelines|staff training",
    "interface internet": r"firewalls?|private (?:endpoint|network|link)s?|vpn|network acls?",
}
"""Words of the field, by words that our titles have for the same."""

_SYNONYMS = {title: re.compile(rf"\b(?:{pattern})\b") for title, pattern in _SAME.items()}
_LEAST = 0.3
"""Cosine of the two texts from which on they are said to speak of one thing; tried on published models."""

_LONGEST = 600
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
    """By id, a title, its words, and the weights of all words of a text, whose squares sum to 1; how rare words are."""

    titles: Mapping[str, str]
    heads: Mapping[str, frozenset[str]]
    weights: Mapping[str, Mapping[str, float]]
    rare: Mapping[str, float]


def _nearest(title: str, text: str, index: _Index) -> Match | None:
    head, body = _said(title[:_LONGEST]), _said(text[:_LONGEST])
    times = Counter([*head, *head, *head, *body])
    given = {word: (1 + log(n)) * index.rare[word] for word, n in times.items() if word in index.rare}
    length = sqrt(sum(weight**2 for weight in given.values()))
    best, most = "", 0.0
    for each, weights in index.weights.items():
        if not index.heads[each] & head.keys():
            continue
        likeness = sum(given[word] * weights[word] for word in given.keys() & weights) / length
        if likeness > most:
            best, most = each, likeness
    if most < _LEAST:
        return None
    weights = index.weights[best]
    both = sorted(given.keys() & weights, key=lambda word: (-given[word] * weights[word], word))
    quoted = dict.fromkeys((head.get(word) or body[word]) for word in both)
    return Match(best, index.titles[best], f"it says {listed([repr(each) for each in quoted][:3])}", most)


def _said(text: str) -> dict[str, str]:
    """Return the words of a text without their endings, each with what stands for it there."""
    plain = text.casefold()
    found = {_stem(word): word for word in re.findall(r"[a-z]{2,}", plain) if word not in _COMMON}
    for words, pattern in _SYNONYMS.items():
        if said := pattern.search(plain):
            found |= {_stem(word): said[0] for word in words.split() if _stem(word) not in found}
    return found


def _index(titles: Mapping[str, str], texts: Mapping[str, Iterable[str]]) -> _Index:
    """Return the words of titles and texts, with their weights; a title counts three times."""
    counts = {
        each: Counter([*_words(title) * 3, *(word for text in texts[each] for word in _words(text))])
        for each, title in titles.items()
    }
    spread = Counter(word for count in counts.values() for word in count)
    rare = {word: log(1 + len(counts) / times) for word, times in spread.items()}
    weights = {}
    for each, count in counts.items():
        raw = {word: (1 + log(times)) * rare[word] for word, times in count.items()}
        length = sqrt(sum(weight**2 for weight in raw.values()))
        weights[each] = {word: weight / length for word, weight in raw.items()}
    return _Index(titles, {each: frozenset(_words(title)) for each, title in titles.items()}, weights, rare)


@lru_cache(maxsize=2)
def _threats(catalog: Catalog) -> _Index:
    threats = catalog.threats.values()
    return _index({each.id: each.title for each in threats}, {each.id: [each.about] for each in threats})


@lru_cache(maxsize=2)
def _controls(catalog: Catalog) -> _Index:
    controls = catalog.controls.values()
    texts = {each.id: [each.recommendation, each.question, each.finding] for each in controls}
    return _index({each.id: each.title for each in controls}, texts)


def _words(text: str) -> list[str]:
    """Return the words of a text without their endings, but for those that say nothing."""
    return [_stem(word) for word in re.findall(r"[a-z]{2,}", text.casefold()) if word not in _COMMON]


def _stem(word: str) -> str:
    for ending in ("ations", "ation", "ings", "ing", "ies", "ions", "ion", "ed", "es", "s", "e", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word.removesuffix(ending)
    return word
