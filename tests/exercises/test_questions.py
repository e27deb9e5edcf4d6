"""Every question: its worked solution passes, each plausible wrong answer is refused with the message meant for it."""

from __future__ import annotations

import ast
import contextlib
import csv
import functools
import inspect
import itertools
import re
from collections import Counter
from datetime import date
from importlib import import_module
from pathlib import Path
from types import CodeType, FunctionType

import nbformat
import numpy as np
import pandas as pd
import pytest

from scripts.workshop import pages
from scripts.workshop.lessons import LESSONS as BOOKS
from tests.exercises.clothes import in_other_clothes
from tests.exercises.solved import right
from tests.exercises.test_machinery import ABSURD
from tests.notebooks.tracked import tracked
from threatlab import load_system
from threatlab.catalog import Criterion
from threatlab.depth import harden
from threatlab.errors import ThreatLabError
from threatlab.exercises import ____, judges, progress
from threatlab.exercises.attack import q6_memory
from threatlab.exercises.capstone import written
from threatlab.exercises.guard import learners_line, verdict_of_code
from threatlab.exercises.judges import a_reason, check_bearable, days_in, is_a_person, until, words_in
from threatlab.exercises.outcome import BROKEN, CORRECT, NOT_ATTEMPTED, NOT_YET, RAISED, NotYet
from threatlab.exercises.scope.q3_exclusion import says_when
from threatlab.lessons import LESSONS

COVERAGE = Path(__file__).parents[1] / "data" / "lesson-coverage.csv"
ROWS = tuple(csv.DictReader(COVERAGE.read_text(encoding="utf-8").splitlines()))
IDEAS = {row["id"] for row in ROWS}
HERE, ROOT = Path(__file__).parent, Path(__file__).parents[2]
INSTRUCTORS = ROOT / "workshop"
MODULES = {lesson.name: import_module(f"threatlab.exercises.{lesson.name}") for lesson in LESSONS}
QUESTIONS = {question.id: question for module in MODULES.values() for question in module.QUESTIONS}

PIECES = {piece.id: piece for module in MODULES.values() for piece in module.PIECES}

LONGEST_CLAIM = 160
"""Characters of a claim that a room reads on a wall."""

every_question = pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)


@pytest.fixture(autouse=True)
def _no_attempts_yet():
    """Each check reads all attempts before it, which are thousands after some tests."""
    progress.store.cache_clear()


def files(folder, lesson):
    return sorted(file.stem for file in (folder / lesson).glob("q*.py"))


def file_of(folder, question):
    """The file of a question in a folder of lessons: its own, or that of its wrong answers."""
    lesson, _, number = question.id.partition(".")
    (file,) = (folder / lesson).glob(f"{number}_*.py")
    return file


def module_of(question):
    """The module with a question's wrong answers."""
    return import_module(".".join(file_of(HERE, question).relative_to(ROOT).with_suffix("").parts))


def named(question):
    """What each wrong answer misses that stands in the instructor's answers."""
    return [*module_of(question).CONSTRAINTS]


def answers_of(question):
    """The instructor's page with the answers to a question's lesson."""
    [stem] = [stem for stem, lesson in BOOKS.items() if lesson.name == question.id.partition(".")[0]]
    return (INSTRUCTORS / "answers" / f"{stem}.md").read_text(encoding="utf-8")


def wrong(question):
    """The wrong answers to a question, each with a part of the message that it must get."""
    kept = module_of(question)
    return [*kept.CONSTRAINTS.values(), *getattr(kept, "wrong", lambda _: ())(right(question.id))]


def test_each_lesson_has_three_to_seven_questions_numbered_in_order():
    for lesson, module in MODULES.items():
        ids = [question.id for question in module.QUESTIONS]
        assert 3 <= len(ids) <= 7, lesson
        assert ids == [f"{lesson}.q{number}" for number in range(1, len(ids) + 1)]
        assert [getattr(module, f"q{number}") for number in range(1, len(ids) + 1)] == list(module.QUESTIONS)


@pytest.mark.parametrize("lesson", MODULES)
def test_a_question_is_one_file_and_its_wrong_answers_are_one_of_the_same_name(lesson):
    names = files(ROOT / "threatlab" / "exercises", lesson)
    assert [name.partition("_")[0] for name in names] == [q.id.partition(".")[2] for q in MODULES[lesson].QUESTIONS]
    assert files(HERE, lesson) == names


@every_question
def test_the_solution_that_is_shown_passes(question):
    outcome = question.check(right(question.id))
    assert outcome.kind == CORRECT, outcome.message
    assert outcome.message


@every_question
def test_the_solution_that_is_shown_holds_no_blank_and_no_mark_and_says_why_it_is_one(question):
    shown = question.solution()
    compile(shown.code, question.id, "exec")
    assert shown.code.strip()
    assert "____" not in shown.code
    assert "SOLUTION" not in shown.code
    assert shown.paragraphs == (question.because,)
    assert question.because


def lines(node):
    return range(node.lineno + isinstance(node, ast.FunctionDef), node.end_lineno + 1)


def unsaid(file, run):
    """The lines of each refusal and return in a question's file that didn't run, in functions of which a part did."""
    for function in ast.parse(file.read_text("utf-8")).body:
        if isinstance(function, ast.FunctionDef) and not run.isdisjoint(lines(function)):
            for node in ast.walk(function):
                says = ast.unparse(node) if isinstance(node, ast.Raise | ast.Return) else "no answer, ThreatLabError"
                if not re.search("ThreatLabError|NotAttempted", says) and run.isdisjoint(lines(node)):
                    yield says


def noting(file):
    """Each function of a file by its name, as code that notes in `_RUN` the lines where it begins, refuses, returns."""
    tree = ast.parse(file.read_text("utf-8"))
    for node in ast.walk(tree):
        for block in ("body", "orelse", "finalbody"):
            if isinstance(statements := getattr(node, block, None), list):
                for place, each in reversed([*enumerate(statements)]):
                    if isinstance(each, ast.Raise | ast.Return) or (place == 0 and isinstance(node, ast.FunctionDef)):
                        note = ast.parse(f"_RUN.add({each.lineno})").body[0]
                        statements.insert(place, ast.copy_location(note, each))
    code = compile(ast.fix_missing_locations(tree), file, "exec")
    return {part.co_name: part for part in code.co_consts if isinstance(part, CodeType)}


@contextlib.contextmanager
def lines_run(file):
    """Return the lines where functions of a question's file begin, refuse and return meanwhile.

    Nothing is traced: that would take half the time of everything the judges call, too.
    """
    run, noted = set(), noting(file)
    module = import_module(f"threatlab.exercises.{file.parent.name}.{file.stem}")
    functions = [inspect.unwrap(part) for name, part in vars(module).items() if name in noted and callable(part)]
    before = [(function, function.__code__) for function in functions if isinstance(function, FunctionType)]
    vars(module)["_RUN"] = run
    for function, _ in before:
        function.__code__ = noted[function.__name__]
    try:
        yield run
    finally:
        for function, code in before:
            function.__code__ = code


def usual(question):
    """What a judge that questions share has to say of usual mistakes."""
    parts = inspect.getclosurevars(question.judge).nonlocals
    wrong = (parts.get(kept, {}).values() for kept in ("misconceptions", "misplaced"))
    return [*(slip.says for slip in parts.get("slips", ())), *itertools.chain(*wrong)]


@every_question
def test_each_thing_asked_is_missed_alone_by_a_plausible_answer_and_whatever_can_be_said_is_said_to_one(question):
    truth, answers, messages, met, raised = right(question.id), wrong(question), [], set(), []
    file = file_of(ROOT / "threatlab" / "exercises", question)
    with lines_run(file) as run:
        question.judge(truth)
        for answer, part in answers:
            with pytest.raises(Exception) as refused:  # one of the learner's own, too
                question.judge(answer)
            ours = isinstance(refused.value, NotYet)
            assert ours or learners_line(refused.value), (question.id, answer)
            met.add(getattr(refused.value, "met", ""))
            messages.append(f"{'' if ours else type(refused.value).__name__}{refused.value}")
            assert part in messages[-1], f"{question.id}: {messages[-1]!r} does not say {part!r}"
            raised.append(refused.value)
    if INSTRUCTORS.exists():  # it doesn't in a copy that tries what nobody else knows
        refusals = itertools.zip_longest(named(question), raised, fillvalue="")
        book = "\n".join(pages.mistakes(question, refusals))
        assert f"what each is told**\n\n{book}\n\n" in answers_of(question), "run `make workshop`"
    commonest = Counter(messages).most_common(1)[0]
    assert commonest[1] == 1, f"{question.id} says the same to different mistakes: {commonest[0]}"
    assert not list(unsaid(file, run)), f"{file.name}: no answer gets there"
    assert met <= {"", *question.claims}, f"{question.id}: what a judge has met is none of its claims"
    unmet = {name.partition("=")[0] for name in question.claims} - {name.partition("=")[0] for name in met}
    assert not unmet, f"{question.id}: no wrong answer meets that"
    silent = [says for says in usual(question) if not any(says in message for message in messages)]
    assert not silent, f"{question.id}: no answer is told so"
    if isinstance(truth, dict):
        given = [answer for answer, _ in answers if isinstance(answer, dict) and answer.keys() == truth.keys()]
        wrong_in = [[name for name in truth if answer[name] != truth[name]] for answer in given]
        assert {name for names in wrong_in if len(names) == 1 for name in names} == truth.keys()


@every_question
def test_a_question_says_what_those_who_go_wrong_take_to_be_true(question):
    assert question.claims
    assert_readable(question)


def assert_readable(question):
    assert len({*question.claims.values()}) == len(question.claims), "a class view would say it twice"
    for claim in question.claims.values():
        assert claim[0].isupper(), claim
        assert claim.endswith((".", "?")), claim
        assert len(claim) <= LONGEST_CLAIM, claim


@every_question
def test_a_right_answer_in_other_clothes_is_accepted_or_told_what_to_change(question):
    for name, answer, says in in_other_clothes(right(question.id)):
        outcome = question.check(answer)
        told = says and outcome.kind == NOT_YET and re.search(says, outcome.message)
        assert outcome or told, f"{question.id} in {name}: {outcome.kind}, {outcome.message}"


def test_an_alarm_that_comes_too_late_is_told_so_in_any_form():
    *others, last = [name for name in right("depth.q1") if name != "alarm"]
    for late in (np.array([*others, "alarm", last]), iter([*others, " ALARM ", last])):
        with pytest.raises(NotYet, match="'alarm' rings earlier"):
            QUESTIONS["depth.q1"].judge(late)


@pytest.mark.parametrize("make", [pd.Series, iter, tuple, lambda rows: dict.fromkeys(rows).keys()])
def test_a_list_within_what_a_function_returns_may_be_of_any_make(make):
    def dressed(*given):
        page = right("operate.q5")(*given)
        return {key: make(value) if isinstance(value, list) else value for key, value in page.items()}

    assert QUESTIONS["operate.q5"].judge(dressed)


WHO = {
    **dict.fromkeys(("Ada", "Head of the support team", "CEO of a US company", "the group's security officer"), True),
    **dict.fromkeys(("", " ", "We", "all of us", "the security team", "Our red-team", "Somebody", "IT Staff"), False),
    **dict.fromkeys(("IT", "Security", "the business", "the security office", "Platform engineers"), False),
    **dict.fromkeys(("Head of the back office", "Kim from the help desk", "Jos\u00e9 \u00d1and\u00fa", "J. R."), True),
}  # fmt: skip
WHEN = {
    **dict.fromkeys(("31 March", "as soon as agents' calls are used for training", "whenever a tool is added"), True),
    **dict.fromkeys(("the day the agents get a new tool", "no later than June", "regularly, each quarter"), True),
    **dict.fromkeys(("soon", "regularly", "at some point in 2027", "later", "periodically, as needed"), False),
}


OFF = ("Ada disables the tools", "we suspend the agent", "it is taken offline", "then it stops", "Kim pulls the plug")


@pytest.mark.parametrize("words", OFF)
def test_an_end_may_be_said_in_other_words(words):
    assert written._OFF.search(words)


DAYS = (
    *("until December 31, 2026", "by Dec. 31st 2026", "31.12.2026", "12/31/2026", "2026/12/31", "31-Dec-2026"),
    *("Thu, 31 Dec. 2026", "the 31st of December, 2026", "from December 31, 2026 on"),
)
CALENDAR = ("by the end of Q1 2027", "until the last working day of March 2027", "in KW 2", "within ten working days")


@pytest.mark.parametrize("words", DAYS)
def test_a_day_may_be_written_in_other_ways(words):
    assert days_in(words) == [date(2026, 12, 31)]


@pytest.mark.parametrize("words", CALENDAR)
def test_of_a_day_that_only_a_calendar_tells_the_reader_is_asked_to_look(words):
    assert "would two readers mark the same one?" in until(words, None)


SENTENCES = {
    **dict.fromkeys(("for a while", "until 2027", "until further notice"), ({"until"}, "no day")),
    **dict.fromkeys(("by the end of Q1 2027", "within ten working days"), ({"until"}, "")),
    **dict.fromkeys(("until March 31st, 2020", "until 2020-03-31", "until 31.3.2020"), ({"until"}, "is not after")),
    **dict.fromkeys(("until 3/31/2027", "until the 31st of March 2027", "until Mar 31, 2027"), ({"until"}, "")),
    **dict.fromkeys(
        ("nobody answers for it", "... answers for it", "the team answers for it", "the security office owns it"),
        ({"who"}, "Nobody answers"),
    ),
    **dict.fromkeys(("Ada, head of data, answers for it", "it is Ada who answers for it"), ({"who"}, "")),
    **dict.fromkeys(("Zo\u00eb O'Neil-Li signs for it", "J. R. is accountable", "Ada vouches for it"), ({"who"}, "")),
    **dict.fromkeys(("the CISO is in charge", "Ada takes responsibility", "owner: Dr. Li,"), ({"who"}, "")),
    "at .16 of 1": ({"risk"}, ""),
    "at 93.5%": ({"risk"}, "93.5% is no risk that stays"),
    "at 16.4%": ({"risk"}, ""),
    "model_artifacts_verified": ({"control"}, ""),
}
"""What is said in the sentence of lesson 04 in place of one part, and what it must be told, if anything."""


@pytest.mark.parametrize("words", SENTENCES)
def test_the_sentence_of_04_names_a_day_to_come_and_somebody_who_can_be_asked(words):
    ([part], refused) = SENTENCES[words]
    plan, half, _ = bank("plan")["w7"][0]
    sentence = import_module("tests.exercises.plan.pieces").said(**{part: words})
    with pytest.raises(NotYet, match=refused) if refused else contextlib.nullcontext():
        PIECES["plan.w7"].judge((plan, half, sentence))


HARD = harden(load_system("shadowray"), 40)
CONFIRMED = [
    ("plan.w5", Criterion("logins that are refused", unit="share", at_least=0.9), "A measurement below 0.9 fails it"),
    ("depth.w1", (HARD, (0.1, "Above that, data poisoning is seen too late")), "at 0.12 even with every layer on"),
    ("depth.w3", 0.0132, "0.0199 gets through"),
    ("depth.w5", "threatlab assess threat-model.json --fail-at 0.5 --allow-open", "with leave for open questions"),
]


@pytest.mark.parametrize(("piece", "answer", "says"), CONFIRMED, ids=[piece for piece, *_ in CONFIRMED])
def test_what_confirms_an_answer_is_true_of_this_one(piece, answer, says):
    assert says in PIECES[piece].judge(answer)


MEANS = {
    **dict.fromkeys(("A wrong answer costs a minute", "They would need an expensive laboratory"), False),
    **dict.fromkeys(("At most 200 euros of money go out", "A copy costs more than the data are worth"), False),
    **dict.fromkeys(("It costs too much", "There is no money for it", "We can't afford it", "too expensive"), True),
}


@pytest.mark.parametrize("reason", MEANS)
def test_a_reason_speaks_of_the_risk_and_may_say_what_it_costs(reason):
    with pytest.raises(NotYet, match="Money and days") if MEANS[reason] else contextlib.nullcontext():
        check_bearable(reason)


def test_a_reason_that_a_lesson_shows_as_an_example_is_nobody_s_own_in_whatever_clothes():
    texts = {
        file.stem: "".join(cell.source for cell in nbformat.read(file, 4).cells if cell.cell_type == "markdown")
        for file in tracked("notebooks")
    }
    shown = {
        stem: [
            said
            for said in re.findall(r'"([^"]+)"', "".join(re.findall(r"`\(.*?\)`", text)))
            if len(words_in(said)) > 3
        ]
        for stem, text in texts.items()
    }
    assert {stem[:2] for stem, said in shown.items() if said} >= {"03", "04", "05", "07"}
    for example in itertools.chain(*shown.values()):
        for clothes in (example, example.upper(), f" {example.replace(',', '')}.", example.replace(" ", "\n")):
            with pytest.raises(NotYet, match="is the text's example"):
                a_reason(clothes, "")


def test_a_reason_is_taken_where_no_lessons_are_installed(monkeypatch):
    def missing(_):
        raise ThreatLabError("the notebooks are not in this installation of threatlab")

    monkeypatch.setattr(judges, "cells_of", missing)
    monkeypatch.setattr(judges, "_examples", judges._examples.__wrapped__)
    assert a_reason("Thieves have many accounts", "")


@pytest.mark.parametrize("words", ["so so so so so", ". . . . .", "very, very, very bad"])
def test_a_word_that_is_repeated_is_no_reason(words):
    with pytest.raises(NotYet, match="is no reason"):
        a_reason(words, "")


def test_what_a_lesson_s_code_accepts_has_a_reason_that_its_own_judge_would_take():
    reasons = [
        reason
        for file in tracked("notebooks")
        for reason in re.findall(r'\breason = \\"([^"\\]+)\\"', file.read_text("utf-8"))
    ]
    assert reasons
    for reason in reasons:
        check_bearable(reason)


def test_owners_are_people_and_reviews_have_a_day():
    assert {who: is_a_person(who) for who in WHO} == WHO
    assert {when: says_when(when) for when in WHEN} == WHEN


def a_control_that_refuses(told):
    return lambda call, task: not call.to or not {call.to, call.file} & told


def a_rule_that_refuses(told):
    return lambda note, use: note["from"] == "user" or use == "answer" or note["words"] not in told


@pytest.mark.parametrize(
    ("question", "knows", "names"),
    [
        ("attack.q3", a_control_that_refuses, r"'(?!prices')(\w+)' was mailed|mailed to (.+?)\. "),
        ("attack.q6", a_rule_that_refuses, r"'words': '(.+?)', "),
    ],
)
def test_who_lists_what_was_told_is_told_another(question, knows, names):
    told = {note["words"] for note, _ in q6_memory._CASES.values()}
    for _ in range(20):
        with pytest.raises(NotYet) as refused:
            QUESTIONS[question].judge(knows(told))
        told.add(next(filter(None, re.search(names, str(refused.value)).groups())))


def test_what_a_notebook_does_with_what_it_is_shown_changes_no_question(monkeypatch):
    monkeypatch.setitem(MODULES["assess"].SURVEY, "encryption_enabled", False)
    monkeypatch.setitem(MODULES["attack"].TOOL, "code", "pass")
    for question in ("assess.q1", "attack.q7"):
        assert QUESTIONS[question].judge(right(question))


@every_question
def test_a_blank_is_not_attempted(question):
    assert question.check(____).kind == NOT_ATTEMPTED


def given_away(truth):
    """What no example in a refusal may be: a right number, and a row of a right table."""
    rows = truth.values() if isinstance(truth, dict) else [truth]
    return [repr(row) for row in rows if type(row) in (float, tuple)]


@every_question
def test_an_absurd_answer_gets_a_sentence_and_no_traceback(question):
    for answer in ABSURD:
        outcome = question.check(answer)
        assert outcome.kind not in (CORRECT, RAISED, BROKEN) or callable(answer), outcome
        assert outcome.kind not in (CORRECT, BROKEN), outcome
        assert outcome.message
        assert "Traceback" not in repr(outcome)
        told = outcome.message.replace('"', "'")
        assert not [part for part in given_away(right(question.id)) if part in told], outcome


ODD = [*ABSURD, np.array([1.0, 2.0]), np.array([["a"]]), pd.Series({"a": 1}), pd.DataFrame({"a": [1]}), {"a": []}, [[]]]


def with_an_odd_part(answer, odd):
    """Answers of the same make as a right one that are odd somewhere: a value, a part of a pair, what is returned."""
    if callable(answer):
        yield lambda *_: odd
        yield lambda *_: [odd]
    if isinstance(answer, dict):
        yield {**answer, next(iter(answer)): odd}
    if isinstance(answer, list | tuple):
        for place in range(min(len(answer), 2)):
            yield type(answer)([*answer[:place], odd, *answer[place + 1 :]])


@every_question
def test_an_answer_that_is_odd_in_a_part_is_never_the_questions_fault(question):
    for odd in ODD:
        for answer in with_an_odd_part(right(question.id), odd):
            came = verdict_of_code(question.judge, answer, question.seconds)
            assert came.kind != BROKEN, (odd, came.message)


@every_question
def test_a_question_says_what_it_asks_and_hints_in_steps(question):
    assert question.title
    assert len(question.hints) >= 2
    assert len(set(question.hints)) == len(question.hints)


@every_question
def test_a_question_names_the_ideas_it_practices(question):
    assert question.covers
    assert set(question.covers) <= IDEAS


def test_together_the_questions_practice_every_idea_of_the_lesson_a_second_time():
    practiced = {idea for question in QUESTIONS.values() for idea in question.covers}
    assert practiced == IDEAS


# ---- pieces: what a lesson has its reader write


@functools.cache
def bank(lesson):
    return import_module(f"tests.exercises.{lesson}.pieces").bank()


def answers_to(piece):
    """A right answer to a piece, and wrong ones, each with a part of the message that it must get."""
    lesson, _, name = piece.id.partition(".")
    return bank(lesson)[name]


every_piece = pytest.mark.parametrize("piece", PIECES.values(), ids=PIECES)


@pytest.mark.parametrize("lesson", MODULES)
def test_the_pieces_of_a_lesson_are_numbered_in_order(lesson):
    names = [f"w{number}" for number, _ in enumerate(MODULES[lesson].PIECES, 1)]
    assert [getattr(MODULES[lesson], name) for name in names] == list(MODULES[lesson].PIECES)
    assert [piece.id for piece in MODULES[lesson].PIECES] == [f"{lesson}.{name}" for name in names]


@every_piece
def test_a_piece_takes_what_is_right_and_says_of_each_plausible_mistake_what_it_is(piece):
    right, mistakes = answers_to(piece)
    outcome = piece.check(right)
    assert outcome.kind == CORRECT, outcome.message
    assert len(mistakes) >= 2
    messages, met = [], set()
    for answer, part in mistakes:
        outcome = verdict_of_code(piece.judge, answer, piece.seconds)
        met.add(outcome.met)
        assert outcome.kind not in (CORRECT, NOT_ATTEMPTED, BROKEN), (piece.id, answer, outcome)
        assert part in outcome.message, f"{piece.id}: {outcome.message!r} does not say {part!r}"
        messages.append(outcome.message)
    assert len(set(messages)) == len(messages), piece.id
    assert met - {""} == piece.claims.keys(), f"{piece.id}: what is met, and what those take to be true who meet it"


@every_piece
def test_a_piece_takes_no_nonsense_and_is_never_at_fault(piece):
    right = answers_to(piece)[0]
    for answer in [*ABSURD, *(each for odd in ODD for each in with_an_odd_part(right, odd))]:
        came = verdict_of_code(piece.judge, answer, piece.seconds)
        assert came.kind not in (CORRECT, BROKEN), came


@every_piece
def test_a_piece_hints_in_steps_fills_its_blank_and_counts_in_no_progress(piece):
    assert len(piece.hints) >= 2
    assert piece.solution().code == piece.fills
    compile(piece.fills, piece.id, "eval")
    assert set(piece.covers) <= IDEAS
    assert piece.check(____).kind == NOT_ATTEMPTED
    assert piece.check(____).progress == ""
    assert_readable(piece)
