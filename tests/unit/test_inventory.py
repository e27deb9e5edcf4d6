"""An inventory says of every system what `assess` says of it alone, and names the cell that it can't read."""

import io
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.strategies import thorough
from threatlab import AISystem, Assessment, ThreatLabError, assess, load_system
from threatlab.assessment import inventory_input
from threatlab.assessment.inventory import assess_inventory, findings_frame
from threatlab.catalog import SEVERITIES, catalog

ATTRIBUTES = catalog().attributes
RULESETS = tuple(catalog().rulesets)
MISSING = (None, np.nan, pd.NA, float("nan"))

Cells = np.ndarray[Any, np.dtype[np.object_]]


def as_bool(cells: Cells, _: np.random.Generator) -> pd.Series:
    return pd.Series([cell is True for cell in cells])


def as_nullable(cells: Cells, _: np.random.Generator) -> pd.Series:
    return pd.Series(cells, dtype="boolean")


def as_categorical(cells: Cells, _: np.random.Generator) -> pd.Series:
    return pd.Series(cells).astype("category")


def as_objects(cells: Cells, rng: np.random.Generator) -> pd.Series:
    mixed = [rng.choice(MISSING) if cell is None else rng.choice((cell, np.bool_(cell))) for cell in cells]
    return pd.Series(mixed, dtype=object)


def as_nothing(cells: Cells, rng: np.random.Generator) -> pd.Series:
    dtype = rng.choice(["float64", "Float64", "str", "object", "datetime64[ns]", "boolean"])
    return pd.Series([None] * len(cells), dtype=str(dtype))


@st.composite
def inventories(draw: st.DrawFn) -> pd.DataFrame:
    """Draw an inventory of 1 to 9 systems: any columns in any order, each of any dtype that can hold it."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    size = draw(st.integers(1, 9))
    columns = draw(st.lists(st.sampled_from(ATTRIBUTES), unique=True) | st.permutations(ATTRIBUTES))
    kinds = st.sampled_from([as_bool, as_nullable, as_categorical, as_objects, as_nothing])
    frame = pd.DataFrame({"system_id": [f"sys-{i}" for i in rng.permutation(size)]})
    for column in columns:
        kind: Callable[[Cells, np.random.Generator], pd.Series] = draw(kinds)
        values = np.array([True, False, None], dtype=object)
        frame.insert(int(rng.integers(len(frame.columns) + 1)), column, kind(rng.choice(values, size), rng))
    return frame.set_index(pd.Index(rng.integers(0, 5, size), name=draw(st.sampled_from([None, "row"]))))


def one_by_one(frame: pd.DataFrame, ruleset: str) -> Iterator[Assessment]:
    """Assess the systems of a frame in the plainest way there is."""
    for row in frame.to_dict("records"):
        known = {str(k): None if pd.isna(v) else bool(v) for k, v in row.items() if k != "system_id"}
        yield assess(AISystem(row["system_id"], **known), ruleset)


def score_row(result: Assessment) -> dict[str, Any]:
    severities = [finding.severity for finding in result.findings]
    return {
        "system_id": result.system.name,
        "risk_score": result.risk_score,
        "findings": len(result.findings),
        **{severity.lower(): severities.count(severity) for severity in SEVERITIES},
        "unknown": sum(finding.unknown for finding in result.findings),
        "worst_threat": result.worst_threat,
        "worst_risk": max(result.by_threat.values(), default=None),
    }


def inventory_of(**columns: object) -> pd.DataFrame:
    return pd.DataFrame({"system_id": ["sys-a", "sys-b", "sys-c"], **columns})


def rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows as plain values, None where a value is missing."""
    plain = frame.astype(object)
    return plain.where(plain.notna(), None).to_dict("records")


# Equal to `assess`, system by system


@thorough
@given(inventories(), st.sampled_from(RULESETS), st.sampled_from([1, 2, 1 << 15]))
def test_every_row_is_what_assess_says_of_that_system_alone(frame, ruleset, block_rows):
    before = frame.copy(deep=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inventory_input, "BLOCK_ROWS", block_rows)
        scores, findings = assess_inventory(frame, ruleset), findings_frame(frame, ruleset)
    alone = list(one_by_one(frame, ruleset))

    assert rows(scores) == [score_row(result) for result in alone]  # floats too: to the last bit
    expected = [{"system_id": a.system.name, **row} for a in alone for row in rows(a.to_frame())]
    assert rows(findings) == expected
    pd.testing.assert_frame_equal(frame, before)


def test_every_combination_of_the_three_checks_scores_as_the_lesson_does():
    values = [True, False, None]
    table = pd.MultiIndex.from_product([values] * 3, names=[c.id for c in catalog().rulesets["core"].controls])
    frame = table.to_frame(index=False).assign(system_id=[f"sys-{i}" for i in range(27)])
    scores = assess_inventory(frame, "core")
    assert rows(scores) == [score_row(result) for result in one_by_one(frame, "core")]
    assert sorted(scores["risk_score"].round(3).unique()) == [0.0, 0.2, 0.3, 0.5, 0.6, 0.8]


def test_the_shipped_systems_rank_as_they_do_one_by_one():
    systems = [load_system(name) for name in ("shadowray", "tay", "ml-pipeline-prod")]
    frame = pd.DataFrame([{"system_id": system.name, **system.known} for system in systems])
    assert rows(assess_inventory(frame)) == [score_row(assess(system)) for system in systems]


def test_a_system_of_which_nothing_is_known_is_assessed_all_the_same():
    frame = pd.DataFrame({"system_id": ["sys-a"]})
    assert rows(assess_inventory(frame)) == [score_row(assess(AISystem("sys-a")))]
    assert findings_frame(frame)["unknown"].all()


def test_findings_of_a_faultless_inventory_are_an_empty_table_of_the_same_columns():
    frame = pd.DataFrame({"system_id": ["sys-a"], **dict.fromkeys(catalog().controls, True)})
    findings = findings_frame(frame)
    assert len(findings) == 0
    assert list(findings) == list(findings_frame(frame[["system_id"]]))


def test_two_hundred_thousand_systems_are_assessed_over_many_blocks():
    size = 200_000
    known = np.arange(size) % 2 == 0
    frame = pd.DataFrame({"system_id": [f"sys-{i}" for i in range(size)], "rbac_configured": known})
    scores = assess_inventory(frame)
    with_rbac, without = (assess(AISystem("any", rbac_configured=on)).risk_score for on in (True, False))
    assert (scores["risk_score"] == np.where(known, with_rbac, without)).all()
    assert (scores["system_id"] == frame["system_id"]).all()


# The shape of the answer


@pytest.mark.parametrize("index", [["z", "a", "z"], pd.RangeIndex(6, 0, -2), pd.MultiIndex.from_tuples([*"abc"])])
@pytest.mark.parametrize("ruleset", RULESETS)
def test_order_and_index_of_the_rows_are_kept(index, ruleset):
    frame = inventory_of(rbac_configured=[True, False, None])
    frame.index = pd.Index(index) if isinstance(index, list) else index
    scores = assess_inventory(frame, ruleset)
    pd.testing.assert_index_equal(scores.index, frame.index)
    assert list(scores["system_id"]) == ["sys-a", "sys-b", "sys-c"]
    assert list(findings_frame(frame, ruleset)["system_id"].unique()) == ["sys-a", "sys-b", "sys-c"]


def test_columns_and_dtypes_are_the_same_for_both_rulesets():
    core, ai = (assess_inventory(inventory_of(), ruleset) for ruleset in ("core", "ai"))
    pd.testing.assert_series_equal(core.dtypes, ai.dtypes)
    assert core["worst_threat"].isna().all()
    assert core["worst_risk"].isna().all()


def test_changing_the_answer_leaves_the_inventory_alone():
    frame = inventory_of(rbac_configured=[True, False, None])
    before = frame.copy(deep=True)
    scores = assess_inventory(frame)
    scores.loc[0, "system_id"] = "changed"
    scores.loc[0, "risk_score"] = 0.0
    pd.testing.assert_frame_equal(frame, before)


def test_severities_of_findings_compare_by_how_bad_they_are():
    findings = findings_frame(inventory_of())
    high = findings[findings["severity"] >= "HIGH"]
    assert set(high["severity"]) == {"HIGH", "CRITICAL"}


# Bad input, each with its sentence


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ([True, None, "yes"], "row 2 ('sys-c'), column rbac_configured: 'yes' is not True, False or missing"),
        ([True, "", None], "row 1 ('sys-b'), column rbac_configured: '' is not"),
        (["True", "False", None], "row 0 ('sys-a'), column rbac_configured: 'True' is not"),
        ([1, 0, 1], "row 0 ('sys-a'), column rbac_configured: 1 is not"),
        ([None, 0.0, 1.0], "row 1 ('sys-b'), column rbac_configured: 0.0 is not"),
        ([True, 1, False], "row 1 ('sys-b'), column rbac_configured: 1 is not"),
        ([np.nan, True, np.int64(0)], "row 2 ('sys-c'), column rbac_configured: 0 is not"),
        ([True, ["yes"], None], "row 1 ('sys-b'), column rbac_configured: ['yes'] is not"),
        (pd.Categorical(["no", None, "no"]), "row 0 ('sys-a'), column rbac_configured: 'no' is not"),
        (pd.array([None, 1, 0], dtype="Int64"), "row 1 ('sys-b'), column rbac_configured: 1 is not"),
    ],
)
def test_a_cell_that_is_no_boolean_is_named_by_row_system_and_column(cells, sentence):
    with pytest.raises(ThreatLabError) as problem:
        assess_inventory(inventory_of(monitoring_active=[True, None, False], rbac_configured=cells))
    assert str(problem.value).startswith(sentence)


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ([1, 0, 1], "{1: True, 0: False}"),
        (["yes", "no", "yes"], "{'yes': True, 'no': False}"),
        (["True", "False", "True"], "{'True': True, 'False': False}"),
        ([True, "", 1.0], "{True: True, '': None, 1.0: True}"),
    ],
)
def test_the_way_out_is_in_the_sentence_and_works(cells, said):
    frame = inventory_of(rbac_configured=cells)
    with pytest.raises(ThreatLabError) as refused:
        assess_inventory(frame)
    assert str(refused.value).endswith(f" with .map({said})")
    frame["rbac_configured"] = frame["rbac_configured"].map(eval(said))
    assert assess_inventory(frame, "core")["medium"].tolist() == [0, 1, 0]


def test_what_a_word_means_that_we_do_not_know_is_asked_and_never_unknown_in_silence():
    frame = inventory_of(rbac_configured=["WAHR", "FALSCH", None])
    with pytest.raises(ThreatLabError, match=r"with \.map\(\{'WAHR': \.\.\., 'FALSCH': \.\.\.\}\)$"):
        assess_inventory(frame)
    frame["rbac_configured"] = frame["rbac_configured"].map({"WAHR": ..., "FALSCH": ...})
    with pytest.raises(ThreatLabError, match="Ellipsis is not True"):
        assess_inventory(frame)


def test_a_row_is_named_by_its_own_label():
    frame = inventory_of(rbac_configured=[True, "no", None]).set_axis(["x", "y", "z"])
    with pytest.raises(ThreatLabError, match=r"^row 'y' \('sys-b'\)"):
        assess_inventory(frame)


def test_a_bad_cell_is_found_even_where_the_ruleset_does_not_look():
    with pytest.raises(ThreatLabError, match="column makes_predictions: 'maybe'"):
        assess_inventory(inventory_of(makes_predictions=["maybe", True, None]), "core")


def test_a_date_that_is_missing_is_as_unknown_as_any():
    frame = inventory_of(rbac_configured=pd.Series([True, pd.NaT, None], dtype=object))
    assert assess_inventory(frame, "core")["unknown"].tolist() == [2, 3, 3]


@pytest.mark.parametrize(
    ("ids", "sentence"),
    [
        (["a", "", "c"], "row 1: system_id is ''; it must be a text that names the system"),
        (["a", "b", " \t"], "row 2: system_id is ' \\t'; it must be"),
        (["a", None, "c"], "row 1: system_id is nan; it must be"),
        (pd.Series(["a", pd.NA, "c"], dtype=object), "row 1: system_id is <NA>; it must be"),
        ([1, 2, 3], "row 0: system_id is 1; it must be a text that names the system: .astype(str) makes one"),
        (["a", "b", "a"], "rows 0 and 2 share the system_id 'a'; each needs its own"),
        (pd.Categorical(["a", "b", "b"]), "rows 1 and 2 share the system_id 'b'; each needs its own"),
    ],
)
def test_an_id_that_names_no_single_system_is_refused_with_its_rows(ids, sentence):
    with pytest.raises(ThreatLabError) as problem:
        assess_inventory(inventory_of().assign(system_id=ids))
    assert str(problem.value).startswith(sentence)


def test_ids_that_differ_by_a_space_are_two_systems_as_they_are_for_assess():
    frame = inventory_of().assign(system_id=["a", "a ", "b"])
    assert len(assess_inventory(frame)) == 3


@pytest.mark.parametrize(
    ("frame", "sentence"),
    [
        ({"system_id": ["a"]}, "an inventory is a pandas DataFrame with a row per system, not dict"),
        (inventory_of(rbac_configurd=True), "unknown column 'rbac_configurd': did you mean 'rbac_configured'?"),
        (inventory_of().rename(columns={"system_id": "system"}), "unknown column 'system': did you mean 'system_id'?"),
        (inventory_of().assign(**{"7": True}).rename(columns={"7": 7}), "unknown column 7"),
        (
            inventory_of().assign(**{"Unnamed: 0": 0}),
            (
                f"unknown column 'Unnamed: 0': none of the {len(catalog().attributes) + 1} known ones is spelled like "
                "it. If it says something else, .drop(columns='Unnamed: 0') leaves it out"
            ),
        ),
        (pd.read_csv(io.StringIO("system_id;rbac_configured\na;true\n")), "the inventory has one column, "),
        (
            inventory_of(rbac_configured=True).set_index(["system_id", "rbac_configured"]),
            "the inventory has no column 'system_id'; frame.reset_index()",
        ),
        (inventory_of(rbac_configured=True)[["rbac_configured"]], "the inventory has no column 'system_id'"),
        (
            inventory_of(rbac_configured=True).set_index("system_id"),
            "the inventory has no column 'system_id'; frame.reset_index() makes one of the index",
        ),
        (inventory_of(rbac_configured=True).iloc[:, [0, 1, 1]], "column 'rbac_configured' is there twice"),
        (inventory_of().iloc[:, [0, 0]], "column 'system_id' is there twice"),
        (inventory_of().iloc[:0], "the inventory has no rows: it needs one for each system"),
    ],
)
@pytest.mark.parametrize("face", [assess_inventory, findings_frame])
def test_a_frame_that_is_no_inventory_is_refused(face, frame, sentence):
    with pytest.raises(ThreatLabError) as problem:
        face(frame)
    assert str(problem.value).startswith(sentence)


@pytest.mark.parametrize("face", [assess_inventory, findings_frame])
def test_an_unknown_ruleset_is_refused(face):
    with pytest.raises(ThreatLabError, match="unknown ruleset 'cor': did you mean 'core'"):
        face(inventory_of(), "cor")
