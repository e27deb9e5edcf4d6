"""The judges that questions share: each returns a function from an answer to the sentence that confirms it.

A judge raises `NotYet` with what is wrong and why, or `NotAttempted`. What an answer is made of is read by the helpers
whose names begin with `a_`: they refuse another kind in a sentence. Any other exception is a fault of the judge.
"""

from __future__ import annotations

import math
import re
import reprlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from functools import cache
from itertools import product
from numbers import Number
from typing import Any, NamedTuple, TypeVar

from threatlab.checks import check_date
from threatlab.course import cells_of
from threatlab.errors import ThreatLabError, nearest
from threatlab.exercises.blank import has_blank
from threatlab.exercises.guard import learners_line, learners_time
from threatlab.exercises.outcome import NotAttempted, NotYet
from threatlab.words import counted, listed

T = TypeVar("T")
Judge = Callable[[Any], str]

ROUGHLY, NEAR = 5e-3, 5e-5
"""How far a number may be from the right one: what is lost by writing down two places, or four."""

LEAVE = "Leave the last line of the cell as it was: it hands in your line beside what cells above made."

ROUNDED = "That is right, but rounded: return what comes out as it is, and round only what you print."


class Slip(NamedTuple):
    """A usual way to go wrong: what a function that does so gives for the arguments of a case, and what is said.

    `met` is its id among the `claims` of its question.
    """

    gives: Callable[..., Any]
    says: str
    met: str = ""


# --- the kinds of judges ----------------------------------------------------------------------------------------------


def choose(right: str, confirms: str, misconceptions: Mapping[str, str]) -> Judge:
    """Judge one letter or word out of a few: `misconceptions` says for each wrong one what is mistaken about it."""
    options = (right, *misconceptions)

    def judge(answer: Any) -> str:
        chosen = an_option(answer, options, f"one of the answers to choose from: {', '.join(sorted(options))}")
        if chosen != right:
            raise NotYet(misconceptions[chosen], chosen)
        return confirms

    return judge


def number(
    right: Callable[[], float], confirms: str, misconceptions: Mapping[float, str], otherwise: Callable[[float], str],
) -> Judge:  # fmt: skip
    """Judge a number, to two places; what is mistaken `misconceptions` says of usual ones, of others `otherwise`."""

    def judge(answer: Any) -> str:
        value = a_number(answer)
        if abs(value - right()) <= ROUGHLY:
            return confirms
        usual = (wrong for wrong in misconceptions if abs(value - wrong) <= ROUGHLY)
        if (met := next(usual, None)) is not None:
            raise NotYet(misconceptions[met], f"{met:g}")
        raise NotYet(otherwise(value))

    return judge


def each(
    right: Callable[[], Mapping[str, Any]], options: Collection[Any], of: str,
    wrong: Callable[[str, Mapping[str, Any]], str], confirms: str | Callable[[], str],
) -> Judge:  # fmt: skip
    """Judge a dict with one of a few `options` for each name of `right()`; `of` says what they are, such as "a letter".

    Of the first wrong one `wrong` says why, called with its name and the whole answer.
    """

    def judge(answer: Any) -> str:
        expected = right()
        given = {
            name: an_option(value, options, of, repr(name)) for name, value in a_dict(answer, expected, of).items()
        }
        for name, truth in expected.items():
            if given[name] != truth:
                raise NotYet(wrong(name, given), f"{name}={given[name]}")
        return confirms if isinstance(confirms, str) else confirms()

    return judge


def statements(misconceptions: Mapping[str, str], *, true: Collection[str], confirms: str) -> Judge:
    """Judge a dict of statements, each True or False: of the first wrong one its misconception is said."""
    right = {name: name in true for name in misconceptions}
    return each(lambda: right, (True, False), "True or False", lambda name, _: misconceptions[name], confirms)


def order(right: Sequence[str], confirms: str, misplaced: Mapping[str, str]) -> Judge:
    """Judge a list of names in their order; of the first that comes too early `misplaced` says why.

    The first name can't come too early, and needs no reason.
    """
    each_once = f"Give each of these once, in your order: {', '.join(sorted(right))}."

    def judge(answer: Any) -> str:
        if (given := as_list(answer)) is None:
            raise NotYet(f"{shown(answer)} is not a list. {each_once}")
        names = [an_option(name, right, f"one of {', '.join(sorted(right))}", "One of yours") for name in given]
        if twice := next((name for name, times in Counter(names).items() if times > 1), ""):
            raise NotYet(f"{twice!r} stands there twice. {each_once}")
        if missing := sorted(set(right) - set(names)):
            raise NotYet(f"{missing[0]!r} is missing. {each_once}")
        for mine, theirs in zip(names, right, strict=True):
            if mine != theirs:
                raise NotYet(misplaced[mine], mine)
        return confirms

    return judge


def like(  # noqa: PLR0913
    right: Callable[..., Any],
    cases: Callable[[], Mapping[str, Sequence[Any]]],
    slips: Sequence[Slip] = (),
    *,
    takes: str,
    reads: Callable[..., Any],
    confirms: str | Callable[[], str],
    otherwise: Callable[..., str],
    where: Callable[..., str] = lambda *_: "",
    same: Callable[..., bool] = lambda mine, theirs, *_: mine == theirs,
) -> Judge:
    """Judge a function by what it gives, beside what a function of our own gives that does it right.

    Parameters
    ----------
    right
        The function of our own.
    cases
        What is tried, by a name for the learner: the arguments of one call each.
    slips
        The first that gives all that the answer gives says what is mistaken about it.
    takes
        What the answer is a function of.
    reads
        Called with what the answer returned and the arguments: returns it as `right` would, or refuses it.
    confirms
        What is said if all is right.
    otherwise
        Says what is mistaken if no slip does: called with the name of the first case that fails, what was given, what
        would be right, and the arguments.
    where
        Says what stands before both: called with the name of that case, what was given, and the arguments.
    same
        Whether two values are one answer, with the arguments behind them.
    """

    def judge(answer: Any) -> str:
        function, given, wrong = a_function(answer, takes), [], None
        for name, case in cases().items():
            try:
                mine = reads(returned(function, *case), *case)
            except Exception as problem:
                if wrong and not isinstance(problem, NotYet):
                    break  # what was wrong before comes first
                raise
            given.append((mine, case))
            if not wrong and not same(mine, right(*case), *case):
                wrong = name, mine, case
        if not wrong:
            return confirms if isinstance(confirms, str) else confirms()
        name, mine, case = wrong
        alike = (slip for slip in slips if all(same(mine, slip.gives(*case), *case) for mine, case in given))
        slip = next(alike, None)
        says = slip.says if slip else otherwise(name, mine, right(*case), *case)
        raise NotYet(where(name, mine, *case) + says, slip.met if slip else "")

    return judge


def rounded(right: Callable[..., float]) -> tuple[Slip, ...]:
    """Return the slips of rounding what `right` gives to two places, or to three."""
    return tuple(Slip(lambda *case, places=places: round(right(*case), places), ROUNDED) for places in (3, 2))


def is_rounded(mine: float, theirs: float) -> bool:
    """Tell whether a number is another one, rounded to two places or to three."""
    return any(near(mine, round(theirs, places)) for places in (3, 2))


def rubric(points: Sequence[str], needed: int, words: int) -> Judge:
    """Judge a text by the learner's own eyes: an answer is a pair of the text and the numbers of the points it meets.

    Nobody pretends to grade it: the points are shown, and the learner marks which are met. Only what can be told for
    certain is told: that there is a text, of at least so many `words`, and that the marks are numbers of points.
    """
    the_points = " ".join(f"({place}) {point}" for place, point in enumerate(points, 1))

    def judge(answer: Any) -> str:
        text, marks = a_pair(answer)
        if not isinstance(text, str):
            raise NotYet(f"{shown(text)} is not a text; write a few sentences between quotes.")
        if len(text.split()) < words:
            written = counted(len(text.split()), "word")
            raise NotYet(f"That is {written}. Write at least {words}, then compare them with the points.")
        if marks is None:
            raise NotYet(
                f"Compare your text with these points: {the_points} Then check((your_text, [1, 3])) with the "
                "numbers of those that it meets. Nobody else reads it: be as strict as a colleague would be."
            )
        given = list(marks) if isinstance(marks, set | frozenset) else as_list(marks)
        if given is None:
            raise NotYet(f"Your marks are {shown(marks)}; give a list of numbers of points, such as [1, 3].")
        places = range(1, len(points) + 1)
        met = {an_option(mark, places, f"a point's number, 1 to {len(points)}", "One of your marks") for mark in given}
        if len(met) < needed:
            missing = [place for place in places if place not in met]
            said = " ".join(points[place - 1] for place in missing)
            raise NotYet(f"By your own mark it misses: {said} Add what is missing, and mark it again.", f"{missing[0]}")
        return f"By your own mark it meets {len(met)} of {len(points)} points. Have a colleague mark it too."

    return judge


# --- what an answer is made of ----------------------------------------------------------------------------------------


def shown(answer: object) -> str:
    """Return an answer in a few characters, whatever it is: its title, if it has one, or its type if its repr fails."""
    try:
        title = getattr(answer, "title", None)
        return title if isinstance(title, str) else reprlib.repr(answer)
    except Exception:  # noqa: BLE001  # a learner's own class may raise anything
        return f"a {type(answer).__name__}"


_PLAIN = frozenset({int, float, str, bool, type(None)})


def plain(answer: Any, depth: int = 4) -> Any:
    """Return numbers, arrays and tables of NumPy or pandas as Python's own, also in lists and dicts; all else as is."""
    if type(answer).__module__.partition(".")[0] in ("numpy", "pandas"):
        for turned in ("to_dict", "tolist"):
            if hasattr(answer, turned):
                return getattr(answer, turned)()
    if depth and type(answer) in (list, tuple):
        return type(answer)(part if type(part) in _PLAIN else plain(part, depth - 1) for part in answer)
    if depth and type(answer) is dict:
        return {name: plain(part, depth - 1) for name, part in answer.items()}
    return answer


def as_list(value: Any) -> list[Any] | None:
    """Return what has an order as a list: an array, a series, what a generator yields; None if it has none."""
    given = plain(value)
    if isinstance(given, Mapping) and all(isinstance(place, int) for place in given):
        return list(given.values())  # a series, or what is like one; {} is an empty one of anything
    ordered = isinstance(given, Iterable) and not isinstance(given, str | bytes | Mapping | set | frozenset)
    return list(given) if ordered else None


def named(value: Any, known: Collection[Any]) -> str | None:
    """Return the one of `known` that a text names, whatever its case and blanks; of a dict, by its text too."""
    if not isinstance(value, str):
        return None
    labels = known.items() if isinstance(known, Mapping) else ()
    names = {_folded(label): name for name, label in labels if isinstance(label, str)}
    names |= {_folded(name): name for name in known if isinstance(name, str)}
    return names.get(_folded(value))


def _folded(text: str) -> str:
    return re.sub(r"[\s_-]+", "_", str.casefold(text).strip())  # not text.casefold: a text's own class may lie


def an_option(value: Any, options: Collection[Any], of: str, what: str = "Your answer") -> Any:
    """Return which of a few options a value is, by `named` if it is a text; `of` says what they are: "a letter".

    What is true or false is no number, and no number is true or false.
    """
    value = plain(value)
    for option in options:
        if isinstance(option, str):
            if named(value, options) == option:
                return option
        elif isinstance(value, Number) and isinstance(value, bool) == isinstance(option, bool) and value == option:
            return option
    near = isinstance(value, str) and nearest(value, (option for option in options if isinstance(option, str)))
    raise NotYet(f"{what} is {shown(value)}; it must be {of}.{f' Did you mean {near!r}?' if near else ''}")


def near(mine: float, theirs: float, *_: Any) -> bool:
    """Tell whether two numbers are one answer."""
    return abs(mine - theirs) <= NEAR


def other_kind(value: Any, give: str) -> NotYet:
    """Return the refusal of what a function returned; `give` says what to return in its place."""
    return NotYet(f"Your function returned {shown(value)}; give {give}.")


def refusal(what: str, problem: Exception) -> NotYet:
    """Return what is said where something of ours refuses what it was given: what can't be done, and its own reason."""
    return NotYet(f"{what}: {problem}{'' if str(problem).endswith('?') else '.'}")


def a_kind(answer: Any, kind: type[T], name: str) -> T:
    """Return an answer if it is of this kind, such as "a drawing; give a DataFlow"."""
    if not isinstance(answer, kind):
        raise NotYet(f"{shown(answer)} is not {name}.")
    return answer


def a_number(answer: Any, *_: Any) -> float:
    """Return an answer if it is a finite number; True and "0.42" are none."""
    given = plain(answer)
    if isinstance(given, list | tuple | set | dict) and len(given) == 1:
        raise NotYet(f"{shown(answer)} holds one part, as a list or a table does; give that part by itself.")
    refused = NotYet(f"{shown(answer)} is not a number; give one such as 0.42.")  # which is no question's answer
    if isinstance(given, bool) or (not isinstance(given, int | float) and not hasattr(given, "__float__")):
        raise refused
    try:
        value = float(given)
    except (TypeError, ValueError, OverflowError):
        raise refused from None
    if not math.isfinite(value):
        raise NotYet(f"{shown(answer)} is not a finite number; give one such as 0.42.")
    return value


def a_dict(answer: Any, names: Iterable[str], of: str) -> dict[str, Any]:
    """Return an answer if it is a dict with these names; `of` says what each stands for."""
    given, expected = plain(answer), list(names)
    give = f"Give a dict with {of} for each of: {', '.join(map(str, expected))}."
    if not isinstance(given, Mapping):
        raise NotYet(f"{shown(answer)} is not a dict. {give}")
    found = {(named(name, expected) or name): plain(value) for name, value in given.items()}
    if strange := [name for name in found if name not in expected]:
        near = nearest(strange[0], map(str, expected))
        raise NotYet(f"{shown(strange[0])} is none of the names. {f'Did you mean {near!r}?' if near else give}")
    if missing := [name for name in expected if name not in found]:
        raise NotYet(f"{missing[0]!r} is missing. {give}")
    return {name: found[name] for name in expected}


def a_set(value: Any, give: str, known: Collection[str] = ()) -> set[str]:
    """Return what a function returned as a set of names, whatever it put them in but a dict; `give` says of what.

    Names that are `known` are read by `named`, and others are left for the judge.
    """
    names = list(value) if isinstance(value, set | frozenset) else as_list(value)
    if names is None or not all(isinstance(name, str) for name in names):
        raise other_kind(value, give)
    return {named(name, known) or name for name in names}


def a_pair(answer: Any) -> tuple[Any, Any]:
    """Return an answer that has two parts; of one that isn't a pair the second part is None."""
    return tuple(answer) if isinstance(answer, tuple | list) and len(answer) == 2 else (answer, None)


def parts(answer: Any, number: int, give: str) -> tuple[Any, ...]:
    """Return the parts of an answer that has so many; `give` says what they are, such as "a bound and its reason"."""
    if not isinstance(answer, tuple | list) or len(answer) != number:
        raise NotYet(f"{shown(answer)} can't be read; give {give}.")
    return tuple(answer)


def made_parts(answer: Any, *kinds: Any) -> tuple[Any, ...]:
    """Return the parts of an answer: what cells made, of these kinds, and what the learner has written."""
    made = answer[:-1] if isinstance(answer, tuple) else ()
    if len(made) != len(kinds) or not all(map(isinstance, made, kinds)):
        raise NotYet(LEAVE)
    return answer  # type: ignore[no-any-return]


def a_day(given: Any, says: str) -> date:
    """Return an answer if it is a day; `says` is what was asked for, such as "Give a day"."""
    try:
        return check_date("the day", given)
    except ThreatLabError as problem:
        raise refusal(says, problem) from None


def words_in(text: str) -> dict[str, None]:
    """Return the different words of a text in their order, whatever their case: one that is repeated says no more."""
    return dict.fromkeys(re.findall(r"\w+", str.casefold(text)))


@cache
def _examples() -> frozenset[tuple[str, ...]]:
    """Return what stands between quotes in the lessons' texts, as words; nothing where no lessons are installed."""
    with suppress(ThreatLabError):
        texts = [source for kind, source in cells_of("notebooks") if kind == "markdown"]
        return frozenset(tuple(words_in(said)) for text in texts for said in re.findall(r'"([^"]+)"', text))
    return frozenset()


def check_own(text: str) -> None:
    """Refuse a text by which a lesson shows how one is written, whatever its case and signs: it is nobody's own."""
    if tuple(words_in(text)) in _examples():
        raise NotYet(f"{text.strip()!r} is the text's example. What is your own?")


def a_reason(given: Any, asks: str, words: int = 4) -> str:
    """Return a reason of one's own, if it has so many different words; `asks` goes on after "is no reason"."""
    if not isinstance(given, str) or len(words_in(given)) < words:
        raise NotYet(f"{shown(given)} is no reason{asks}")
    check_own(given)
    return given


def check_names_one(reason: str, missed: Sequence[str]) -> None:
    """Refuse a reason for a threshold that names none of the attackers whom it misses."""
    if missed and not re.search(rf"\b({'|'.join(missed)})\b", reason, re.IGNORECASE):
        raise NotYet(f"You miss {listed(missed)}, and your reason names none of them. Why is that bearable?", "unnamed")


UNREAD = "Of your reason only the words were counted: whether it is a good one, a reader has to tell you."
"""What an answer is told whose reason can't be held against anything."""

_MEANS = re.compile(
    r"\b(budget|afford|(?:too|so|is|are) (?:expensive|costly)|costs? too much|days? left"
    r"|(?:no|little|not enough|too few) (?:days|time|money))\b",
    re.IGNORECASE,
)


def check_bearable(reason: str) -> None:
    """Refuse a reason for accepting a risk that speaks of what there is to spend, and not of the risk."""
    if _MEANS.search(reason):
        raise NotYet("Money and days explain what you do first. Why is the risk bearable until then?", "means")


_NOBODY = re.compile(
    r"\b(?:[Ww]e|us|(?i:everyone|everybody|nobody|someone|somebody|they|them|tbd))\b"  # not US
    r"|^(?!.*\b(?i:head|leader?|manager|director|chief|c\wo|ciso|chair|owner|officer|engineer|analyst)\b)"
    r"(?!\w+ (?:from|in|at) )[\w '-]*\b(?i:team|management|company|department|office|desk|unit|division|staff|board"
    r"|committee|group|airline|people|engineers|analysts|developers)$"
    r"|^(?i:the )?(?:IT|HR|(?i:security|engineering|operations|ops|devops|legal|finance|compliance|support|business))$"
)


def is_a_person(given: str) -> bool:
    """Tell whether a text names a person, or a role that one person has: no team, and none who is whoever it may be."""
    return bool(given.strip()) and not _NOBODY.search(given.strip())


def a_person(given: Any) -> str:
    """Return who is named, if that `is_a_person`."""
    if not isinstance(given, str) or not is_a_person(given):
        raise NotYet(f"{shown(given)} is nobody whom one could ask. Give a name, or a role that one person has.")
    return given.strip()


_DAY = re.compile(
    r"20\d\d[-/]\d\d[-/]\d\d|\d{1,2}[./]\d{1,2}[./]20\d\d|\d{1,2}[ -][A-Za-z]+[ -]20\d\d|[A-Za-z]+ \d{1,2} 20\d\d"
)
_WRITTEN = ("%Y %m %d", "%d %m %Y", "%m %d %Y", "%d %B %Y", "%d %b %Y", "%B %d %Y", "%b %d %Y")
_CALENDAR = re.compile(
    r"\b(?:end|start|beginning|close|(?:last|first)(?: \w+)? day) of\b|\bmid-|\b(?:KW|CW|week) ?\d|\bQ[1-4]\b"
    r"|\b(?:with)?in (?:the next )?\w+ (?:\w+ )?(?:days|weeks|months)\b",
    re.IGNORECASE,
)
"""A day that a calendar tells, and no program reads here: the end of a quarter, a week's number, ten working days."""

_SHARE = re.compile(r"\b\d+(?:\.\d+)? ?%|(?<![\d.])[01]?\.\d+")


def _as_written(text: str) -> str:
    """Return a text without what stands in the way of reading its days."""
    return re.sub(r"(?<=\d)(?:st|nd|rd|th)\b|,|\bof (?=[A-Z])|(?<=[a-z])\.(?= \d)", "", text)


def days_in(text: str) -> list[date]:
    """Return the days with their years that a text names, as far as they are any."""
    days = []
    for found, form in product(_DAY.findall(_as_written(text)), _WRITTEN):
        with suppress(ValueError):
            days.append(datetime.strptime(re.sub(r"[-/.]", " ", found), form).date())  # noqa: DTZ007  # a day, no time
    return days


def until(text: str, begins: date | None) -> str:
    """Refuse a text that names no day, or none after `begins`; of a day that can't be read, return what to look at."""
    days = days_in(text)
    if not days and _CALENDAR.search(text):
        return " Which day it ends on, this check can't read: would two readers mark the same one?"
    if not days:
        raise NotYet("It has no day with its year. Until when does it hold? Write it as 31 January 2027.", "no-day")
    if begins and max(days) <= begins:
        raise NotYet(f"{max(days)} is not after {begins}, on which it begins: give a later day.", "over")
    return ""


def shares_in(text: str) -> list[str]:
    """Return the numbers of a text that are shares, such as "0.16" or "16%"; those of a day are none."""
    return [found.strip() for found in _SHARE.findall(_DAY.sub("", _as_written(text)))]


def is_written(share: str, value: float) -> bool:
    """Whether a share, such as "0.16" or "16%", is this value as far as it is written out."""
    digits = share.rstrip(" %")
    places = len(digits.partition(".")[2]) + (2 if "%" in share else 0)
    said = float(digits) / (100 if "%" in share else 1)
    return abs(said - value) <= 0.5 * 10.0**-places + 1e-9


def a_function(answer: Any, takes: str) -> Callable[..., Any]:
    """Return an answer if it can be called; `takes` says with what."""
    if isinstance(answer, type) or not callable(answer):
        raise NotYet(
            f"{shown(answer)} is not a function; give the name of your function of {takes}, without calling it."
        )
    return answer  # type: ignore[no-any-return]


def called(function: Callable[..., Any], *given: Any) -> Any:
    """Return what a learner's function makes of copies of the arguments, or refuse one that can't be called so."""
    try:
        with learners_time():
            return plain(function(*map(_copied, given)))
    except NotYet:
        raise
    except Exception as problem:
        if learners_line(problem):
            raise
        arguments = ", ".join(map(shown, given))
        name = getattr(function, "__name__", "Your function")
        raise NotYet(f"{name} can't be called with {arguments} ({problem}).") from None


def returned(function: Callable[..., Any], *given: Any) -> Any:
    """Return what a learner's function returns, if it does so; a blank in it means that it isn't finished."""
    value = called(function, *given)
    if has_blank(value):
        raise NotAttempted
    if value is None:
        raise NotYet(f"Your function returned nothing for {', '.join(map(shown, given))}: does it end with a return?")
    return value


def _copied(value: Any) -> Any:
    """Return a list, dict, set or table as one that may be changed, and what is in it likewise."""
    match value:
        case list():
            return [_copied(each) for each in value]
        case tuple() if type(value) is tuple:
            return tuple(map(_copied, value))
        case dict():
            return {key: _copied(each) for key, each in value.items()}
        case _ if hasattr(value, "copy"):
            return value.copy()
    return value
