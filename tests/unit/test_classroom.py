"""What a class has shared: nothing is lost, what is damaged costs a sentence, and a few learners stay unknown."""

from __future__ import annotations

import json
import os
import random
import threading
import time

import pytest

from tests.unit.classes import LESSON, a_class, answers, learner
from threatlab import ThreatLabError
from threatlab.classroom import FEWEST, Classroom, guesses, lessons_begun, room, stuck_at, tallies
from threatlab.classroom.count import lesson_of
from threatlab.classroom.read import LARGEST, MOST, Learner, Snapshot
from threatlab.exercises.asked import asked
from threatlab.exercises.outcome import CORRECT, NOT_YET
from threatlab.exercises.sharing import SCHEMA, Consent, handed_in
from threatlab.files import write_text

A = "a" * 16


def told(*entries, learner=A, **other):
    """What one learner shares, as text."""
    return json.dumps({"schema": SCHEMA, "learner": learner, "name": "", "entries": entries} | other)


def did(*whats, question="assess.q4"):
    """The entries of a learner: what came of a question, a misconception standing for a wrong answer."""
    for what in whats:
        known = what in (CORRECT, NOT_YET, "solution", "hint 1")
        yield {"question": question, "what": what} if known else {"question": question, "what": NOT_YET, "met": what}


def of(*learners, seen=0.0):
    """A class of learners, each by their entries."""
    return Snapshot(tuple(Learner(f"{at:016x}", "", tuple(each), seen) for at, each in enumerate(learners)))


# ---- nothing is lost


@pytest.mark.slow
def test_sixty_learners_who_write_at_once_while_it_is_read_lose_nothing(tmp_path):
    """Twenty minutes of a class in seconds; `make bench BENCH_ARGS=class` takes a minute, and looks at the clock."""
    plans = [[*answers(seed)] for seed in range(60)]
    classroom, done = Classroom(tmp_path), threading.Event()
    seen = []

    def write(seeds):
        rng = random.Random(seeds[0])
        events = [(seed, count) for seed in seeds for count in range(1, len(plans[seed]) + 1, 8)]
        events += [(seed, len(plans[seed])) for seed in seeds]
        for seed, count in sorted(events, key=lambda event: (event[1] + rng.random() / 2, event[0])):
            text = handed_in(plans[seed][:count], learner(seed))
            write_text(tmp_path / f"{learner(seed).learner}.json", text)

    def read():
        while not done.is_set():
            seen.append(classroom.read())

    writers = [threading.Thread(target=write, args=(range(at, 60, 4),)) for at in range(4)]
    reader = threading.Thread(target=read)
    reader.start()
    for each in writers:
        each.start()
    for each in writers:
        each.join()
    done.set()
    reader.join()
    assert {refused for snapshot in seen for refused in snapshot.refused} == set()
    at_the_end = {each.id: len(each.entries) for each in classroom.read().learners}
    assert at_the_end == {learner(seed).learner: len(plan) for seed, plan in enumerate(plans)}


def test_what_is_read_again_is_what_was_read_until_it_changes(tmp_path):
    classroom = Classroom(a_class(tmp_path, 3))
    first = classroom.read()
    assert classroom.read() == first
    file = tmp_path / f"{learner(1).learner}.json"
    write_text(file, handed_in([*answers(1)][:2], learner(1)))
    assert [len(each.entries) for each in classroom.read().learners if each.id == learner(1).learner] == [2]
    file.unlink()
    assert len(classroom.read().learners) == 2


# ---- damaged, doubled, hostile


HOSTILE = {
    "cut short": (told(*did(CORRECT))[:-20], "not valid JSON"),
    "not of ours": ('{"hello": "world"}', "neither shared by"),
    "a list": ("[1, 2]", "neither shared by"),
    "empty": ("", "is empty"),
    "bytes": (b"\xff\xfe\x00", "not UTF-8"),
    "a key twice": ('{"schema": 1, "schema": 2}', "more than once"),
    "nested without end": ("[" * 100_000, "nested more than"),
    "a number without end": (told(learner=10**30), "it holds a whole number of"),
    "no learner": (told(learner="../../etc"), "16 hex digits"),
    "a learner of another kind": (told(learner=["a"]), "16 hex digits"),
    "no entries": (told() .replace("[]", "{}"), "no list of entries"),
    "too large": (told(filling="x" * LARGEST), "more than 500,000 bytes"),
}  # fmt: skip


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_file_that_can_not_be_read_costs_a_sentence_and_the_rest_is_there(kind, tmp_path):
    data, says = HOSTILE[kind]
    a_class(tmp_path, 6)
    whole = Classroom(tmp_path).read()
    (tmp_path / "bad.json").write_bytes(data if isinstance(data, bytes) else data.encode())
    snapshot = Classroom(tmp_path).read()
    assert snapshot.learners == whole.learners
    (sentence,) = snapshot.refused
    assert sentence.startswith("bad.json: ")
    assert says in sentence
    assert "\n" not in sentence


ODD = [None, 7, "text", [], {"question": ["assess.q4"], "what": CORRECT}, {"question": "assess.q4"}, {"what": CORRECT}]
ODD += [{"question": "assess.q99", "what": CORRECT}, {"question": "<script>", "what": "correct"}, {}]
ODD += [
    {"question": "guess.02.audit-predict", "what": "guessed", "met": met} for met in ("9=0", "0=9", "-1=0", "", "x")
]


def test_entries_that_are_none_are_left_out_with_a_sentence_and_the_others_count(tmp_path):
    (tmp_path / "a.json").write_text(told(*ODD, *did(CORRECT)), encoding="utf-8")
    snapshot = Classroom(tmp_path).read()
    assert [each.entries for each in snapshot.learners] == [tuple(did(CORRECT))]
    assert snapshot.refused == (f"a.json: {len(ODD)} entries of another course or edition left out; all else counts.",)


@pytest.mark.parametrize(("name", "kept"), [("\u202eevil\x00", "[U+202E]evil\ufffd"), ("x" * 41, ""), (["Ada"], "")])
def test_a_name_is_shown_as_it_can_be_or_left_out(name, kept, tmp_path):
    (tmp_path / "a.json").write_text(told(*did(CORRECT), name=name), encoding="utf-8")
    (each,) = Classroom(tmp_path).read().learners
    assert each.name == kept
    assert len(each.entries) == 1


def test_a_learner_in_two_files_counts_once_by_the_fuller_one(tmp_path):
    (tmp_path / "new.json").write_text(told(*did("last=True", CORRECT)), encoding="utf-8")
    (tmp_path / "old.json").write_text(told(*did("last=True")), encoding="utf-8")
    snapshot = Classroom(tmp_path).read()
    assert [len(each.entries) for each in snapshot.learners] == [2]
    assert snapshot.refused == ("old.json: it is of the same learner as new.json, who counts once.",)


def test_links_pipes_and_folders_are_neither_followed_nor_waited_for(tmp_path):
    a_class(tmp_path, 2)
    (tmp_path / "folder.json").mkdir()
    said = ["it is no file"]
    if hasattr(os, "mkfifo"):
        (tmp_path / "secret").write_text(told(*did(CORRECT)), encoding="utf-8")
        (tmp_path / "link.json").symlink_to(tmp_path / "secret")
        os.mkfifo(tmp_path / "pipe.json")
        said += ["it is a link, and none is followed", "it is no file"]
    (tmp_path / ".half.json.part").write_text("{", encoding="utf-8")
    snapshot = Classroom(tmp_path).read()
    assert [each.partition(": ")[2].rstrip(".") for each in snapshot.refused] == said
    assert len(snapshot.learners) == 2


@pytest.mark.slow
def test_more_files_than_any_room_has_are_not_read(tmp_path):
    for number in range(MOST + 5):
        (tmp_path / f"{number:04}.json").write_text(told(learner=f"{number:016x}"), encoding="utf-8")
    snapshot = Classroom(tmp_path).read()
    assert len(snapshot.learners) == MOST
    assert snapshot.refused == ("There are 1,005 files: only the first 1,000 are read.",)


def test_an_exported_progress_is_read_as_well(tmp_path):
    export = {"schema": "threatlab/progress/1", "standings": [], "attempts": [*did("last=True")]}
    (tmp_path / "mine.json").write_text(json.dumps(export), encoding="utf-8")
    assert [each.entries for each in Classroom(tmp_path).read().learners] == [tuple(did("last=True"))]


@pytest.mark.parametrize(("folder", "says"), [("nowhere", "isn't there"), ("file", "is a file"), ("", "no folder")])
def test_a_folder_that_is_none_is_refused_in_a_sentence(folder, says, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ThreatLabError, match=says):
        Classroom(folder and tmp_path / folder)


# ---- counted


def test_a_question_is_counted_by_who_has_it_who_is_stuck_and_in_which_way(tmp_path):
    snapshot = of(
        did("last=True", CORRECT),
        did("last=True", "last=True", "all=True"),
        did("last=True"),
        did("all=True", "last=True"),
        did(NOT_YET, "solution"),
        did(CORRECT, "space=False"),
        [],
    )
    (tally,) = tallies(snapshot, LESSON)
    assert (tally.answered, tally.done, tally.stuck, tally.apart) == (6, 2, 2, 1)
    claims = asked("assess.q4").claims
    assert [(met.claim, met.ever, met.still) for met in tally.met] == [
        (claims["last=True"], 4, 2),
        (claims["all=True"], 2, 1),
    ]
    assert stuck_at(snapshot.learners[1]) == ("assess.q4",)


def test_what_only_one_learner_takes_to_be_true_is_named_by_nobody():
    (tally,) = tallies(of(did("last=True"), *[[*did(CORRECT)]] * 9), LESSON)
    assert tally.met == ()
    assert tally.apart == 1


@pytest.mark.parametrize(("learners", "enough"), [(FEWEST - 1, False), (FEWEST, True)])
def test_fewer_than_five_are_not_enough(learners, enough):
    guess = {"question": "guess.02.audit-predict", "what": "guessed", "met": "4=0"}
    snapshot = of(*[[*did(CORRECT), guess]] * learners)
    assert [each.enough for each in (*tallies(snapshot, LESSON), *guesses(snapshot, LESSON))] == [enough] * 2


def test_of_a_guess_that_was_changed_or_taken_back_the_latest_counts():
    def guessed(*places):
        return [{"question": "guess.02.audit-predict", "what": "guessed", "met": place} for place in places]

    (counted,) = guesses(of(guessed("4=0", "4=1"), guessed("4=1", "0=0"), guessed("4=0", "4=")), LESSON)
    assert counted.answered == 2
    assert counted.chosen[4] == (0, 2)
    assert counted.chosen[0] == (1, 0)


def test_silent_is_who_was_there_and_has_not_answered_for_ten_minutes():
    ages = (0, 599, 600, 3 * 3600, 3 * 3600 + 1)
    snapshot = Snapshot(tuple(Learner(f"{at}", "", (), 1e9 - age) for at, age in enumerate(ages)))
    counted = room(snapshot, 1e9)
    assert (counted.learners, counted.present, counted.silent) == (5, 4, 2)


def test_a_lesson_has_what_is_asked_in_it_and_where_most_are_is_counted():
    names = ("assess.q4", "assess.w1", "recall.02.q1", "guess.02.audit-predict", "guess.02")
    assert {lesson_of(name) for name in names} == {LESSON}
    snapshot = of(did(CORRECT), [*did(CORRECT), *did(CORRECT, question="why.q1")], [])
    assert lessons_begun(snapshot) == {"why": 1, LESSON: 1}


def test_a_file_tells_when_it_was_written_last(tmp_path):
    write_text(tmp_path / f"{A}.json", handed_in(did(CORRECT), Consent(A)))
    os.utime(tmp_path / f"{A}.json", (time.time() - 700,) * 2)
    assert room(Classroom(tmp_path).read(), time.time()).silent == 1
