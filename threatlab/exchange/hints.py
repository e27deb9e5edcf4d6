"""What a name in another tool's file hints at in our words: only ever a proposal, with the word that made it."""

from __future__ import annotations

import re
from collections.abc import Mapping

_Words = Mapping[str, str]
_LONGEST = 200
"""Characters of a text that are looked at."""

ZONE: _Words = {
    "third party": r"third.?part\w*|vendors?|partners?|saas|providers?|suppliers?|external services?",
    "own": r"clouds?|aws|azure|gcp|vpc|private|internal|intranet|corporate|cluster|backend|dmz|data ?cent(?:er|re)",
    "user device": r"devices?|browsers?|clients?|mobile|phones?|laptops?|desktops?|users?",
    "internet": r"internet|public|untrusted|world|anonymous|external|outside",
}
"""Kinds of zone, by patterns of the words that hint at them; the first kind that fits is proposed."""

ELEMENT: _Words = {
    "model": r"ai models?|ml models?|\w*llms?|language models?|foundation models?|machine.learning.models?|"
    r"models?|classifiers?|gpt\S*|neural net\w*|inference|bedrock|chatgpt",
    "tool": r"tools?|plug-?ins?|function calls?|code interpreters?|mcp servers?",
    "data store": r"\w*databases?|\w*db|\w*sql|data ?stores?|\w*storages?|\w*buckets?|s3|\w*queues?|caches?|"
    r"data ?lakes?|data ?sets?|dynamodb|index|vectorstores?|repositor(?:y|ies)",
    "person": r"(?:users?|customers?|operators?|administrators?|admins?|developers?|engineers?|employees?|people|"
    r"analysts?|actors?|humans?|attackers?)$",
}
"""Kinds of element in the same way."""

FLOW: _Words = {
    "credentials": r"passwords?|credentials?|tokens?|secrets?|api keys?|log-?ins?|authenticat\w*",
    "training data": r"train\w*|label(?:l?ed|s)? data|data ?sets?|feedback|fine.?tun\w*|examples?",
    "model files": r"weights|model files?|model artifacts?|checkpoints?|packages?|images?",
    "memory": r"memor(?:y|ies)|history|session state",
    "actions": r"calls?|commands?|executes?|actions?|invokes?|runs?|sends? (?:mail|e-?mail)|deploys?|writes?|updates?",
    "decisions": r"scores?|decisions?|predictions?|classif\w*|verdicts?|approv\w*",
    "documents": r"documents?|pages?|retriev\w*|contexts?|records?|files?|chunks?|results?|contents?",
    "questions": r"questions?|prompts?|quer(?:y|ies)|requests?|asks?|search\w*|inputs?|messages?",
    "generated content": r"answers?|repl(?:y|ies)|responses?|completions?|generat\w*|summar\w*|outputs?",
}
"""What a flow may carry, in the same way."""


def hint(text: str, words: _Words) -> tuple[str, str]:
    """Return the first kind at which a text hints, and the words of it that do; ("", "") if none does.

    >>> hint("Public Internet Zone", ZONE)
    ('internet', 'public')
    """
    plain = " ".join(re.split(r"[\W_]+", text[:_LONGEST].casefold())).strip()
    for kind, pattern in words.items():
        if found := re.search(rf"\b(?:{pattern})(?!\w)", plain):
            return kind, found[0]
    return "", ""
