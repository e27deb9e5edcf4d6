"""What the model learns from: office tasks, the texts that come with them, and the calls that they need, by a grammar.

`phrases.txt` holds its rules: under the name of each, a phrase a line, after a number if it is said that many times as
often. A phrase is a text with choices, "{send|mail} F to WHO". A word in capitals is a rule of its own, or a slot to be
filled with a name, a file, a day, a number or any word at all. Nothing there attacks anybody, and no text stands there
to be obeyed, or disobeyed, against the user's wish: users ask before or after the text that they paste, take back what
they asked, or want the steps on a page followed.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

import numpy as np

Rng = np.random.Generator | random.Random

TOOLS = ("end", "send", "read", "delete", "meet", "summarize")
ARGUMENTS = {
    "send": ("FILE", "WHO"),
    "read": ("FILE",),
    "delete": ("FILE",),
    "meet": ("WHO", "DAY"),
    "summarize": (),
    "follow": (),
    "contact": ("FILE",),
    "named": ("WHO",),  # no tools: what becomes of them depends on the page
}


def rules() -> dict[str, tuple[str, ...]]:
    """Return the phrases of each rule, each as often as it is to be said."""
    found: dict[str, tuple[str, ...]] = {}
    text = (resources.files("threatlab.attacks.tiny_lm") / "phrases.txt").read_text(encoding="utf-8")
    for part in text.split("\n\n"):
        name, *lines = part.splitlines()
        counted = [re.fullmatch(r"(\d*) ?(.*)", line) for line in lines]
        found[name.strip("[]")] = tuple(each[2] for each in counted if each for _ in range(int(each[1] or 1)))
    return found


RULES = rules()
SLOTS = {name: " ".join(RULES.pop(name)).split() for name in ("FILE", "WHO", "DAY", "WORD")} | {"NUMBER": []}

# --- Words -----------------------------------------------------------------------------------------------------------

UNHEARD = {"WORD": 0.4, "FILE": 0.65, "WHO": 0.65, "DAY": 0}
KINDS = {
    "WORD": ("<word>",),
    "FILE": ("<word>", "<file>"),
    "WHO": ("<word>", "<address>"),
    "NUMBER": ("<number>",),
}
"""How often a slot is filled with a word that was never heard of, and as what kind of word that is then read."""
MORE = 0.3
"""How often any word at all stands somewhere in a phrase, as in phrases that are not ours."""
UNKNOWN = ("<word>", "<address>", "<file>", "<number>")
TOKEN = re.compile(r"<!--|-->|-{2,}|[\w@](?:[\w@.'/-]*[\w@])?|[^\w\s]")
ENDINGS = (("ing", ""), ("ing", "e"), ("es", ""), ("s", ""), ("ed", ""), ("d", ""), ("ly", ""))


def split(text: str) -> list[str]:
    """Return the words and marks of a text, in small letters."""
    return TOKEN.findall(text.lower())


def kind(word: str) -> str:
    """Return what stands for a word that the model never met: the word without its ending, or what it looks like."""
    if "@" in word:
        return "<address>"
    if word.isdigit():
        return "<number>"
    for ending, instead in ENDINGS:
        stem = word.removesuffix(ending) + instead
        if word.endswith(ending) and len(stem) > 2 and stem in VOCABULARY:
            return stem
    return "<file>" if re.search(r"\w[._]\w", word) else "<word>"


def all_words() -> list[str]:
    """Return every word that the grammar can say, and the kinds of unknown ones, in a fixed order."""
    said = {word for phrases in RULES.values() for each in phrases for word in re.split(r"[\s{}|]+", each)}
    marks = {*".,;:!?()\"'-*<>#=", "<!--", "-->", "---"}
    known = {word for word in said if word and not word.isupper()} | marks
    return [*UNKNOWN, *sorted(known | {word for words in SLOTS.values() for word in words})]


VOCABULARY = {word: number for number, word in enumerate(all_words())}


def numbers(words: Sequence[str]) -> list[int]:
    """Return the number of each word, or that of its kind."""
    return [VOCABULARY[word if word in VOCABULARY else kind(word)] for word in words]


# --- Saying things ---------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Said:
    """Words with who wrote each (0: the user, 1: the page), and the calls asked for.

    A call is the place where it is asked for, a tool, and the places of its values.
    """

    words: list[str] = field(default_factory=list)
    roles: list[int] = field(default_factory=list)
    calls: list[tuple[int, str, tuple[int, ...]]] = field(default_factory=list)

    def add(self, other: Said) -> None:
        """Put other words after these, with their calls."""
        n = len(self.words)
        self.words += other.words
        self.roles += other.roles
        self.calls += [(n + at, tool, tuple(n + place for place in places)) for at, tool, places in other.calls]


Tree = list[list["str | Tree"]]
"""Options, each of them a row of words and further options."""
PIECE = re.compile(r"[{|}]|[^{|}\s]+")


@cache
def tree(phrases: tuple[str, ...]) -> Tree:
    """Return phrases as options, with the phrases of a rule in place of its name."""
    stack: list[Tree] = [[[]]]
    for piece in PIECE.findall("|".join(phrases)):
        if piece == "{":
            stack.append([[]])
        elif piece == "|":
            stack[-1].append([])
        elif piece == "}":
            done = stack.pop()
            stack[-1][-1].append(done)
        else:
            stack[-1][-1].append(tree(RULES[piece]) if piece.isupper() and piece in RULES else piece)
    return stack[0]


def expand(options: Tree, rng: Rng) -> list[str]:
    """Return the words of one of the options, with one of each {choice|of|these} in it."""
    words: list[str] = []
    for part in options[int(rng.random() * len(options))]:
        if isinstance(part, str):
            words.append(part)
        else:
            words += expand(part, rng)
    return words


def pick(options: Sequence[str], rng: Rng) -> str:
    """Return one of the options at random."""
    return options[int(rng.random() * len(options))]


def value(slot: str, rng: Rng) -> str:
    """Return something that stands for a slot: known, or the kind of a word that was never heard of."""
    if slot == "NUMBER" or rng.random() < UNHEARD[slot]:
        return pick(KINDS[slot], rng)
    return pick(SLOTS[slot], rng)


def say(words: Sequence[str], rng: Rng, tool: str = "", role: int = 0) -> Said:
    """Return words with their slots filled, at times with a word more; if they ask for a tool, with that call."""
    words = list(words)
    if rng.random() < MORE:
        words.insert(int(rng.random() * (len(words) + 1)), "WORD")
    said, places = list(words), dict[str, int]()
    for number, word in enumerate(words):
        if word in SLOTS:
            known = places.setdefault(word, number) if word != "WORD" else number
            said[number] = said[known] if tool and known < number else value(word, rng)
    calls = [(0, tool, tuple(places[slot] for slot in ARGUMENTS[tool]))] if tool else []
    return Said(said, [role] * len(said), calls)


def rule(name: str, rng: Rng, tool: str = "", role: int = 0, opening: Sequence[str] = ()) -> Said:
    """Return a phrase of a rule, and a mark to end it."""
    return say([*opening, *expand(tree(RULES[name]), rng), *expand(tree(RULES["END"]), rng)], rng, tool, role)


def request(tool: str, rng: Rng, role: int = 0) -> Said:
    """Return a request for a tool, as a sentence."""
    if rng.random() < 0.25:
        return rule(tool + "!", rng, tool, role)
    frame = expand(tree(RULES["FRAME"]), rng)
    at = frame.index("*")
    words = [*frame[:at], *expand(tree(RULES[tool]), rng), *frame[at + 1 :], *expand(tree(RULES["END"]), rng)]
    return say(words, rng, tool, role)


def page_for(tool: str, rng: Rng) -> Said:
    """Return a page that fits a request: news, perhaps a contact, and steps if they are to be followed."""
    lines = [
        rule("NEWS", rng, role=1)
        for _ in range(int(rng.random() * 4) if tool == "follow" else 1 + int(rng.random() * 3))
    ]
    if tool == "contact" or rng.random() < 0.3:
        lines.append(rule("CONTACT", rng, "named", 1))
    if tool == "follow":
        lines += [request(pick(TOOLS[1:5], rng), rng, 1) for _ in range(1 + (rng.random() < 0.4))]
    page = Said()
    for _ in range(len(lines)):
        page.add(lines.pop(int(rng.random() * len(lines))))
    return page


def task(rng: Rng, planted: Callable[[], Said] | None = None) -> Said:
    """Return what a user wants, most often with a page beside it, and the calls that it takes, in order of the text.

    Where the steps on a page are not to be followed, the page ends on what is `planted` there, which calls for nothing.
    """
    tool = pick(
        ("send", "send", "read", "delete", "meet", "summarize", "summarize", "follow", "follow", "contact"), rng
    )
    page = page_for(tool, rng) if tool in ("summarize", "follow", "contact") or rng.random() < 0.7 else Said()
    if planted and page.words and tool != "follow":
        page.add(planted())
    first, second = Said(), Said()
    if rng.random() < 0.15:
        first.add(rule("NEWS", rng))
    asked = request(tool, rng)
    if tool not in ("follow", "contact") and rng.random() < 0.1:
        second = say(expand(tree(RULES["BACK"]), rng), rng)
        asked.calls.clear()
    first.add(asked)
    if second.words or rng.random() < 0.2:
        second.add(request(pick(TOOLS[1:5], rng), rng))
    if rng.random() < 0.15:
        second.add(rule("NEWS", rng))
    parts = [first, second]
    if page.words:
        where = rng.random()
        opened, closed = (say(expand(tree(RULES[name]), rng), rng) for name in ("BETWEEN", "AFTER"))
        if where < 0.5:
            parts = [first, second, opened, page, closed]
        elif where < 0.7:
            parts = [opened, page, closed, first, second]
        else:
            parts = [first, opened, page, closed, second]
    said = Said()
    for part in parts:
        said.add(part)
    named = next((places[0] for _, what, places in said.calls if what == "named"), 0)
    said.calls = sorted(
        (at, "send", (*places, named)) if what == "contact" else (at, what, places)
        for at, what, places in said.calls
        if what not in ("named", "follow")
    )
    return said
