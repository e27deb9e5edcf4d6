"""Attacks on somebody's own model: the budget holds whatever an attack does, and success is ordered as is known."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.attacks.victims import measured, pairs, tau
from threatlab.attacks.own import BLACK_BOX, Caller, NothingError, TargetError, begin, go_on, make_data, read_data
from threatlab.attacks.own.caller import REFUSED, Spent
from threatlab.attacks.own.data import in_order, label_text
from threatlab.errors import ThreatLabError

RNG = np.random.default_rng(0)
RECORDS = RNG.random((120, 4))
LABELS = (RECORDS[:, 0] > 0.5).astype(int)
DATA = make_data(RECORDS, [str(each) for each in LABELS], np.arange(120) < 60, "d.csv", "a" * 64)


class Counting:
    """A target that counts what it is asked about, and answers as a function says."""

    def __init__(self, answer):
        self.answer, self.asked = answer, 0

    def ask(self, records):
        self.asked += len(records)
        return self.answer(records)


def shares(records):
    one = 1 / (1 + np.exp(-8 * (records[:, 0] - 0.5)))
    return np.column_stack([1 - one, one]).tolist()


def labels(records):
    return [int(each) for each in records[:, 0] > 0.5]


def run_of(attack, budget=600, repeats=3, **setting):
    return begin(
        "model:f",
        attack,
        DATA,
        "0",
        budget=budget,
        repeats=repeats,
        example=False,
        **({"seed": 0, "eps": 0.1} | setting),
    )


# --- what is measured is ordered as published work has it -------------------------------------------------------------

QUICK = {
    "extraction": ("linear", "1 neighbor"),
    "membership": ("linear", "linear, regularized", "1 neighbor", "15 neighbors", "tree", "tree, two questions"),
    "evasion": ("linear, regularized", "3 or 8", "3 or 8, adversarially trained"),
}
"""Victims that take a moment; `make bench BENCH_ARGS=own` attacks all twelve."""


@pytest.mark.parametrize("attack", QUICK)
def test_success_is_ordered_as_is_known_of_the_victims(attack):
    rows = {row for pair in pairs(attack) for row in pair if row[0] in QUICK[attack]}
    success = {row: measured(attack, row, repeats=2) for row in sorted(rows)}
    assert len(success) >= 5
    assert tau(attack, success) >= 0.6, success  # of a few pairs; the benchmark asks for 0.8 of all


# --- the budget -------------------------------------------------------------------------------------------------------


@given(st.integers(0, 60), st.lists(st.integers(0, 90), max_size=12), st.booleans())
def test_no_attack_asks_about_more_records_than_it_may(allowed, batches, fails):
    def answer(records):
        if fails and len(records) % 3 == 0:
            raise TargetError("it fails")
        return labels(records)

    target = Counting(answer)
    caller = Caller(target, allowed, 4, DATA.classes)
    for size in batches:  # an attack that goes on whatever it is told
        with suppress(Spent, TargetError):
            caller.ask(np.zeros((size, 4)))
        assert target.asked <= caller.asked <= allowed
    with suppress(Spent, TargetError):
        caller.ask([[0, 0, 0, 0]] * max(1, caller.left))
    assert target.asked <= allowed


def test_what_only_looks_like_few_records_is_counted_as_what_it_is():
    class Short(np.ndarray):
        def __len__(self):
            return 0

    target = Counting(labels)
    caller = Caller(target, 5, 4, DATA.classes)
    with pytest.raises(Spent):
        caller.ask(np.zeros((6, 4)).view(Short))
    for odd in (np.zeros(4), np.zeros((2, 2, 4)), np.zeros((2, 3)), 7):
        with pytest.raises(ValueError):
            caller.ask(odd)
    assert target.asked == caller.asked == 0


@settings(max_examples=8)
@given(st.sampled_from(["membership", "evasion"]), st.sampled_from([shares, labels]), st.data())
def test_an_attack_keeps_to_its_budget_in_all_repeats_together(attack, answer, data):
    repeats = data.draw(st.integers(1, 4))
    budget = data.draw(st.integers(BLACK_BOX[attack].least * repeats, 400 * repeats))
    target = Counting(answer)
    run = run_of(attack, budget, repeats)
    with suppress(ThreatLabError):
        run = go_on(run, target, DATA, lambda said: None)
        assert run.asked == target.asked
    assert target.asked <= budget


@pytest.mark.parametrize("answer", [shares, labels])
def test_extraction_spends_its_budget_and_says_so(answer):
    target = Counting(answer)
    run = go_on(run_of("extraction", 301, 2), target, DATA, lambda said: None)
    assert target.asked == run.asked == 300
    assert run.over("success").mean > 0.8 > run.over("baseline").mean
    assert run.over("utility").mean == 1.0


@pytest.mark.parametrize("stop", range(1, 5))
def test_whenever_a_run_is_stopped_its_record_is_valid_and_resuming_keeps_to_the_budget(stop):
    kept, budget, target = [], 600, Counting(labels)

    def keep(run):
        kept.append(run)
        if len(kept) == stop:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        go_on(run_of("evasion", budget, 3), target, DATA, keep)
    last = kept[-1]
    assert not last.complete
    assert "incomplete" in last.state
    assert target.asked <= last.asked <= budget
    done = go_on(last, target, DATA, lambda run: None)
    assert done.complete
    assert target.asked <= done.asked <= budget
    assert len(done.repeats) == 3 - stop % 2  # one that was begun, and not done, is spent


def test_a_target_that_fails_halfway_leaves_what_was_measured():
    def answer(records):
        if target.asked > 250:
            raise TargetError("the target broke")
        return labels(records)

    target, kept = Counting(answer), []
    with pytest.raises(ThreatLabError, match="the target broke"):
        go_on(run_of("evasion", 600, 3), target, DATA, kept.append)
    assert len(kept[-1].repeats) == 1
    assert kept[-1].began == 2


def test_the_same_seed_measures_the_same_and_another_one_other_draws():
    first, same, other = (
        go_on(run_of("membership", seed=seed), Counting(shares), DATA, lambda run: None).repeats for seed in (1, 1, 2)
    )
    assert first == same != other


def test_a_target_that_refuses_everything_measures_nothing_in_a_sentence():
    for attack, said in (
        ("extraction", "refused all but 0"),
        ("membership", "about 0 members"),
        ("evasion", "none of 0"),
    ):
        with pytest.raises(ThreatLabError, match=said):
            go_on(run_of(attack), Counting(lambda records: [None] * len(records)), DATA, lambda run: None)


def test_a_chance_change_of_a_noisy_answer_is_no_success():
    """A model that errs by itself, now and then: a search that took its word at once would always succeed."""
    coin = np.random.default_rng(0)
    noisy = Counting(lambda records: [row[:: -1 if coin.random() < 0.1 else 1] for row in shares(records)])
    assert go_on(run_of("evasion", 1500, 3, eps=0.0), noisy, DATA, lambda run: None).over("success").mean < 0.4


BAD_SETTINGS = [
    ({"attack": "evasio"}, "did you mean 'evasion'"),
    ({"budget": 59, "repeats": 1}, "leaves 59 queries .* needs 60 or more: give --budget 60"),
    ({"budget": 0}, "--budget is 0"),
    ({"repeats": 0}, "--repeats is 0"),
    ({"seed": -1}, "--seed is -1"),
    ({"eps": 1.5}, "--eps is 1.5; give a share"),
]


@pytest.mark.parametrize(("setting", "said"), BAD_SETTINGS)
def test_a_setting_that_makes_no_sense_is_refused_before_anything_is_asked(setting, said):
    with pytest.raises(ThreatLabError, match=said):
        run_of(**({"attack": "evasion"} | setting))


def test_membership_needs_members_and_others():
    for members in (None, np.ones(120, dtype=bool)):
        with pytest.raises(ThreatLabError, match=r"needs a column 'member'|that the model has not seen"):
            begin(
                "m:f", "membership", replace(DATA, members=members), "0",
                budget=500, repeats=1, seed=0, eps=0.1, example=False,
            )  # fmt: skip


# --- answers ----------------------------------------------------------------------------------------------------------

WRONG = [
    ([1], "1 answers to 3 records"),
    ([0.37, 1, 0], "0.37 where a label"),
    ([float("nan"), 1, 0], "nan where a label"),
    (["", 1, 0], "'' where a label"),
    ([[0.5, float("nan")]] * 3, "nan where a probability"),
    ([[0.5, 1.5]] * 3, "1.5 where a probability"),
    ([[0.5, "a"]] * 3, "'a' where a probability"),
    ([[0.5, True]] * 3, "True where a probability"),
    ([[0.5, 0.5], [0.5], [0.5, 0.5]], r"\[0.5\] where a row of 2"),
    ([[0.5, 0.5], 1, [0.5, 0.5]], "1 where a row of 2"),
    ([1, [0.5, 0.5], None], "1 where a row of 2"),
    ([[]] * 3, "0 probabilities, and the data names 2 classes"),
    ([[0.7]] * 3, "a row of one number for each record: for two classes, too, give a probability for each"),
    ([{"a": 1}] * 3, "where a label"),
]


@pytest.mark.parametrize(("answer", "said"), WRONG, ids=[said for _, said in WRONG])
def test_an_answer_that_can_be_none_is_told_in_a_sentence_that_names_it(answer, said):
    with pytest.raises(TargetError, match=said):
        Caller(Counting(lambda records: answer), 9, 4, DATA.classes).ask(np.zeros((3, 4)))


def test_labels_are_the_same_however_they_are_spelled():
    caller = Caller(Counting(lambda records: ["1", 1.0, 1, None, "cat", "cat"]), 6, 4, DATA.classes)
    said = caller.ask(np.zeros((6, 4)))
    assert said.labels.tolist() == [1, 1, 1, REFUSED, 2, 2]
    assert said.told.tolist() == [True] * 3 + [False] + [True] * 2
    assert [label_text(each) for each in (True, "True", np.int64(3), "3.0", 2.5, None)] == [
        "true",
        "true",
        "3",
        "3",
        "",
        "",
    ]
    assert in_order({"10", "9", "2"}) == ("2", "9", "10")


def test_columns_stand_for_the_classes_in_their_order_every_time():
    places = Caller(Counting(lambda records: [[0.7, 0.2, 0.1]] * len(records)), 9, 4, ["1", "2"])
    for _ in range(2):  # of three columns and the classes 1 and 2, the first is class 0
        said = places.ask(np.zeros((2, 4)))
        assert said.labels.tolist() == [2, 2]
        assert said.shares.tolist() == [[0.2, 0.1, 0.7]] * 2
    texts = Caller(Counting(lambda records: [[0.7, 0.2, 0.1]] * len(records)), 9, 4, ["cat", "dog"])
    with pytest.raises(TargetError, match="3 probabilities, and the data names 2 classes: name them with --classes"):
        texts.ask(np.zeros((2, 4)))


@pytest.mark.parametrize("attack", BLACK_BOX)
@pytest.mark.parametrize("answer", [shares, labels])
def test_a_target_that_refuses_from_some_query_on_is_measured_or_told(attack, answer):
    """At whichever query it begins to refuse, of single records or of all at once."""
    for limit in (0, 7, 30, 90, 130, 180):
        for whole in (False, True):
            target = Counting(None)

            def limited(records, target=target, limit=limit, whole=whole):
                left = limit - target.asked + len(records)
                told = answer(records)[: max(0, left if not whole or left >= len(records) else 0)]
                return told + [None] * (len(records) - len(told))

            target.answer = limited
            with suppress(NothingError):
                go_on(run_of(attack, 400, 2), target, DATA, lambda run: None)
            assert target.asked <= 400


def test_a_target_answers_in_one_way():
    ways = iter([[1] * 256, [[0.5, 0.5]] * 44])
    with pytest.raises(TargetError, match="labels now and with probabilities then"):
        Caller(Counting(lambda records: next(ways)), 300, 4, DATA.classes).ask(np.zeros((300, 4)))


# --- data -------------------------------------------------------------------------------------------------------------

CSV = "a,label,b,member\n1,x,2.5,true\n-3e2,y,0,no\n"


def test_a_table_is_read_with_its_labels_and_members(tmp_path):
    file = tmp_path / "d.csv"
    file.write_text("\ufeff" + CSV, encoding="utf-8")
    held = read_data(str(file))
    assert held.records.tolist() == [[1, 2.5], [-300, 0]]
    assert (held.labels.tolist(), held.classes, held.members.tolist()) == ([0, 1], ("x", "y"), [True, False])
    assert held.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert held.unseen.tolist() == [1]
    assert read_data(str(file), "y,x").labels.tolist() == [1, 0]


SHEETS = {
    "semicolons": CSV.replace(",", ";").encode(),
    "Excel's hint": b"sep=;\r\n" + CSV.replace(",", ";").encode(),
    "Excel's Unicode text": CSV.replace(",", "\t").encode("utf-16"),
    "empty columns": CSV.replace("\n", ",,\n").encode(),
}


@pytest.mark.parametrize("data", SHEETS.values(), ids=SHEETS)
def test_a_table_is_read_as_spreadsheets_write_it(data, tmp_path):
    file = tmp_path / "d.csv"
    file.write_bytes(data)
    assert read_data(str(file)).records.tolist() == [[1, 2.5], [-300, 0]]


def test_arrays_are_read_as_a_table_is(tmp_path):
    file = tmp_path / "d.npz"
    np.savez(file, records=np.arange(8).reshape(2, 2, 2), label=np.array([7, 3]), member=[1, 0])
    held = read_data(str(file))
    assert held.records.tolist() == [[0, 1, 2, 3], [4, 5, 6, 7]]
    assert (held.labels.tolist(), held.classes, held.members.tolist()) == ([1, 0], ("3", "7"), [True, False])


BAD_TABLES = [
    (CSV.replace("label", "lable"), "no column 'label'"),
    (CSV.replace("b,", "label,"), "'label' is there twice"),
    ("label,member\nx,true\n", "no column beside"),
    ("a,label\n", "holds no records"),
    (CSV.replace("2.5", "red"), "line 2, column b: 'red' is no number"),
    (CSV.replace("2.5", '"2,5"'), "line 2, column b: '2,5' is no number; write its decimals behind a point"),
    (CSV.replace("2.5", "nan"), "line 2, column b: 'nan' is no finite number"),
    (CSV.replace("2.5", ""), "line 2, column b: '' is no number"),
    (CSV.replace(",no", ",maybe"), "line 3, member: 'maybe' is neither true nor false"),
    (CSV.replace(",y,", ",,"), "line 3, label: '' is no label"),
    (CSV.replace("-3e2,y", "-3e2,x"), "x label alone"),
    (CSV + "1,x,2\n", "line 4: has 3 cells, and the header 4"),
    (CSV + '"', "is not CSV"),
    (",a,label\n0,1,x\n1,2,y\n", r"column 1 has no name: .* as the row numbers that pandas writes \(index=False"),
]


@pytest.mark.parametrize(("text", "said"), BAD_TABLES, ids=range(len(BAD_TABLES)))
def test_a_table_that_can_not_be_read_is_told_by_its_line(text, said, tmp_path):
    file = tmp_path / "d.csv"
    file.write_text(text)
    with pytest.raises(ThreatLabError, match=said):
        read_data(str(file))


BAD_ARRAYS = [
    ({"label": [0, 1]}, "no array 'records'; it has label"),
    ({"records": [[1.0], [2.0]]}, "no array 'label'"),
    ({"records": [1.0, 2.0], "label": [0, 1]}, "give rows of numbers"),
    ({"records": [["a"], ["b"]], "label": [0, 1]}, "give rows of numbers"),
    ({"records": [[1.0], [np.inf]], "label": [0, 1]}, "record 2: holds a value"),
    ({"records": [[1.0], [2.0]], "label": [0, 1, 2]}, "label: has the shape"),
    ({"records": [[1.0], [2.0]], "label": [0, 0.5]}, "label 2: 0.5 is no label"),
    ({"records": [[1.0], [2.0]], "label": [0, 1], "member": [0, 7]}, "member 2: 7 is neither"),
    ({"records": np.array([object()]), "label": [0]}, "can't be read as .npz"),
]


@pytest.mark.parametrize(("arrays", "said"), BAD_ARRAYS, ids=[said for _, said in BAD_ARRAYS])
def test_arrays_that_can_not_be_read_are_told_by_their_name(arrays, said, tmp_path):
    np.savez(tmp_path / "d.npz", **arrays)
    with pytest.raises(ThreatLabError, match=said):
        read_data(str(tmp_path / "d.npz"))


def test_a_file_that_is_no_data_is_told_in_a_sentence(tmp_path):
    (tmp_path / "d.npz").write_bytes(b"PK\x03\x04 and no more")
    (tmp_path / "d.csv").write_text(CSV)
    for file, said in (("d.npz", "can't be read as .npz"), ("d.txt", "is no data file"), ("e.csv", "there is no file")):
        with pytest.raises(ThreatLabError, match=said):
            read_data(str(tmp_path / file))
    for classes, said in (("x,x", "each class once"), ("x,", "each class once"), ("x", "the label 'y'")):
        with pytest.raises(ThreatLabError, match=said):
            read_data(str(tmp_path / "d.csv"), classes)
