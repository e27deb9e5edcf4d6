"""What was measured on the real system: a record that holds, and a figure that says where it is from."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from scipy.special import stdtrit

from tests.unit.strategies import examples
from tests.unit.threat_models import full
from threatlab import AISystem, ThreatLabError, assess
from threatlab.catalog import CLAIM_CAP, catalog
from threatlab.changes import diff, to_text
from threatlab.measured import (
    Measured,
    Repeat,
    Run,
    load_record,
    measured_catalog,
    removed,
    said_of,
    save_record,
    unused,
)
from threatlab.measured.record import FEW, from_dict, interval, t_quantile, to_dict
from threatlab.report import ThreatModel, briefing, json_schema, load_model, save_model, to_html, to_json, to_markdown
from threatlab.widgets.base.explanation import explanation

CONTROL, THREAT = "output_detail_limited", "model_extraction"
STARTED = "2026-11-26T18:30:00+01:00"
SYSTEM = AISystem("bot", trains_model=True, makes_predictions=True, internet_facing=True, **{CONTROL: True})


def run_of(*successes, ended=STARTED, began=None, baseline=0.2, **changes):
    count = began or len(successes)
    values = {
        "target": "model:f",
        "kind": "callable",
        "attack": "extraction",
        "threat": THREAT,
        "metric": "fidelity",
        "started": STARTED,
        "setting": {"budget": 500, "repeats": max(5, count), "seed": 3},
        "each": 100,
        "began": count,
        "repeats": tuple(Repeat(n, 90, each, baseline, 0.9) for n, each in enumerate(successes)),
        "data": "records.csv",
        "data_sha256": "ab" * 32,
        "version": "1",
        "ended": ended,
    }
    return Run(**(values | changes))


BARE = run_of(0.9, 0.92, 0.95, 0.9, 0.91)
BEHIND = Measured(run_of(0.5, 0.55, 0.6, 0.52, 0.5), CONTROL, BARE)


# --- the record -------------------------------------------------------------------------------------------------------


def test_the_t_quantile_is_students():
    for freedom in (*range(1, 32), 99):
        assert t_quantile(freedom) == pytest.approx(stdtrit(freedom, 0.975), abs=1e-7)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_an_interval_holds_its_mean_and_stays_a_share(shares):
    over = interval(shares)
    assert (over.low is None) == (len(shares) == 1)
    if over.low is not None:
        assert 0 <= over.low <= over.mean + 1e-9
        assert over.mean - 1e-9 <= over.high <= 1


def test_an_interval_is_the_textbooks():
    over = interval([0.5, 0.6, 0.7])
    half = 4.302653 * 0.1 / 3**0.5  # t of two degrees of freedom
    assert (over.mean, over.low, over.high) == pytest.approx((0.6, 0.6 - half, 0.6 + half), abs=1e-6)


def test_a_record_comes_back_equal_and_says_what_others_need(tmp_path):
    for measured in (BEHIND, Measured(BARE), Measured(run_of(0.5, ended=None, began=3, stopped="stopped by hand"))):
        file = save_record(measured, tmp_path / "record.json")
        assert load_record(file) == measured
    held = json.loads(file.read_text())
    assert held["derived"]["complete"] is False
    assert held["derived"]["asked"] == 90 + 2 * 100
    assert held["derived"]["state"] == "incomplete: 1 of 5 repeats, stopped by hand"
    assert held["derived"]["success"] == {"mean": 0.5, "low": None, "high": None}


def test_few_repeats_and_lost_ones_are_said_to_be_so():
    assert "too few repeats" in run_of(*[0.5] * (FEW - 1), setting={"budget": 500, "repeats": FEW - 1, "seed": 3}).state
    assert "too few" not in run_of(*[0.5] * FEW).state
    asks = run_of(0.5, ended=None, began=2, stopped="is Server A running?")
    assert said_of(Measured(asks)).endswith("(Incomplete: 1 of 5 repeats, is Server A running?)")
    assert "4 of 5 repeats came to their end" in run_of(*[0.5] * 4, began=5).state


def changed(**changes):
    table = to_dict(BEHIND)
    table["run"] |= changes
    return table


BAD_RECORDS = [
    ({"schema": "threatlab/threat-model/1"}, "is this another kind of file"),
    ([], "schema is None"),
    (to_dict(BEHIND) | {"more": 1}, "unknown key 'more'"),
    (to_dict(BEHIND) | {"beside": None}, "go together"),
    (to_dict(BEHIND) | {"control": ""}, "go together"),
    (changed(started=""), "started is ''; give a moment"),
    (changed(started="yesterday"), "started is 'yesterday'; give a moment with its zone"),
    (changed(started="2026-11-26T18:30:00"), "give a moment with its zone"),
    (changed(attack=""), "attack is empty"),
    (changed(kind="remote"), "kind 'remote'"),
    (changed(setting={"budget": 500}), "says None of repeats"),
    (changed(setting={"budget": 500, "repeats": 5, "seed": "x"}), "says 'x' of seed; give a whole number"),
    (changed(began=9), "that doesn't fit"),
    (changed(began=2), "that doesn't fit"),
    (changed(setting={"budget": 400, "repeats": 5, "seed": 3}), "450 queries asked: that doesn't fit"),
    (changed(repeats=[]), "holds no repeat"),
    (changed(repeats=[to_dict(BEHIND)["run"]["repeats"][0]] * 5), "two repeats have the seed 0"),
    (changed(repeats=[{"seed": 1}]), "repeats, number 1 lacks"),
    (changed(data_sha256="cd" * 32), "can't be compared: data is 'cdcdcdcdcdcd' here"),
    (changed(setting={"budget": 501, "repeats": 5, "seed": 3}), "can't be compared: budget is 501 here, and 500"),
    (changed(setting={"budget": 500, "repeats": 5, "seed": 3, "eps": 0.1}), "eps is 0.1 here, and None"),
    (changed(attack="evasion"), "can't be compared: attack is 'evasion' here"),
]


@pytest.mark.parametrize(("table", "said"), BAD_RECORDS, ids=[said for _, said in BAD_RECORDS])
def test_a_table_that_is_no_record_is_told_in_a_sentence(table, said):
    with pytest.raises(ThreatLabError, match=said):
        from_dict(table)


def test_a_run_is_compared_with_one_that_came_to_its_end():
    with pytest.raises(ThreatLabError, match="without the control is incomplete"):
        replace(BEHIND, beside=replace(BARE, ended=None))


# --- the figure -------------------------------------------------------------------------------------------------------


def test_a_control_removes_the_share_of_the_gain_that_is_gone():
    share = removed(BEHIND)
    assert share.mean == pytest.approx(1 - (0.534 - 0.2) / (0.916 - 0.2))
    assert share.low < share.mean < share.high
    better = Measured(run_of(*[0.1] * 5), CONTROL, BARE)
    assert removed(better).mean == 1.0, "worse than without an attack is no more than all"
    assert removed(Measured(run_of(*[0.99] * 5), CONTROL, BARE)).mean == 0.0


def test_it_stands_where_the_toys_figure_stood_for_its_routes_and_nowhere_else():
    was, now = catalog(), measured_catalog(catalog(), [BEHIND])
    old, new = (each.controls[CONTROL].effectiveness[THREAT] for each in (was, now))
    assert new.value == pytest.approx(round(removed(BEHIND).mean, 2) * old.routes)
    assert (new.routes, new.routes_why, new.replaced) == (old.routes, old.routes_why, old)
    assert new.evidence == f"measured on the real system (26 November 2026), for {old.routes:g} of the routes"
    assert "0.53 (0.48 to 0.59)" in new.why
    for name, control in was.controls.items():
        for threat, claim in control.effectiveness.items():
            if (name, threat) != (CONTROL, THREAT):
                assert now.controls[name].effectiveness[threat] == claim
    assert now.controls[CONTROL].utility_evidence == was.controls[CONTROL].utility_evidence
    assert measured_catalog(now, []) == was, "it can be put back"
    assert measured_catalog(now, [BEHIND]) == now


def test_no_measurement_says_that_a_control_never_fails():
    whole = Measured(run_of(*[0.2] * 5), CONTROL, BARE)
    claim = measured_catalog(catalog(), [whole]).controls[CONTROL].effectiveness[THREAT]
    assert claim.measured == CLAIM_CAP


UNUSED = [
    (Measured(BARE), "No control was named"),
    (Measured(replace(BEHIND.run, ended=None), CONTROL, BARE), "incomplete"),
    (Measured(BEHIND.run, "human_approval_required", BARE), "knows no effect"),
    (Measured(BEHIND.run, "no_such_control", BARE), "knows no effect"),
    (
        Measured(
            *(replace(each, attack="membership", threat="privacy_breach") if each is not CONTROL else each
              for each in (BEHIND.run, CONTROL, BARE))
        ),
        "judged as a whole",
    ),
    (Measured(BEHIND.run, CONTROL, run_of(*[0.2] * 5)), "gained nothing"),
    (Measured(BEHIND.run, CONTROL, run_of(0.1, 0.2, 0.3, 0.4, 0.5)), "gained nothing"),
]  # fmt: skip


@pytest.mark.parametrize(("measured", "said"), UNUSED, ids=[said for _, said in UNUSED])
def test_what_changes_no_figure_says_why(measured, said):
    assert said in unused(measured, catalog())
    assert measured_catalog(catalog(), [measured]) is catalog()
    assert said_of(measured)


@examples(20)
@given(st.lists(st.floats(0, 1), min_size=2, max_size=5), st.lists(st.floats(0, 1), min_size=2, max_size=5))
def test_whatever_is_measured_every_risk_stays_a_share(with_it, without):
    setting = {"budget": 500, "repeats": 5, "seed": 3}
    runs = [run_of(*each, setting=setting, began=len(each)) for each in (with_it, without)]
    measured = Measured(runs[0], CONTROL, runs[1])
    result = assess(SYSTEM.under(measured_catalog(catalog(), [measured])))
    assert all(0 <= risk <= 1 for risk in result.by_threat.values())


# --- the threat model -------------------------------------------------------------------------------------------------


def test_a_model_is_assessed_with_what_was_measured_and_keeps_it(tmp_path):
    toy, real = ThreatModel(SYSTEM), ThreatModel(SYSTEM, measured=[BEHIND, Measured(BARE)], before=SYSTEM)
    assert [(each.control, each.seed, each.ran_on) for each in real.tests] == [
        (CONTROL, 3, "system"),
        ("none", 3, "system"),
    ]
    assert real.first_assessment.by_threat == real.assessment.by_threat, "both are told by what was measured"
    assert real.assessment.by_threat[THREAT] < toy.assessment.by_threat[THREAT]
    back = load_model(save_model(real, tmp_path / "model.json"))
    assert back == real
    assert back.assessment == real.assessment
    assert back.with_(measured=()).assessment == toy.assessment
    Draft202012Validator(json_schema()).validate(json.loads(to_json(real)))


def test_the_report_tells_it_apart_from_the_toys():
    model = full().with_(measured=[BEHIND, Measured(BARE), Measured(run_of(*[0.7] * 5))])
    for text in (to_markdown(model), to_html(model)):
        assert "Measured on the real system" in text
        assert text.index("Measured on the real system") < text.index("Measured on toys")
        assert "0.53 (0.48 to 0.59)" in text
        assert "18:30 UTC+01:00" in text
        assert "where a toy had" in text
        assert "changes no figure" in text
        assert text.count("0.92 (0.89 to 0.94)") == 1, "a run beside another is told once"
    assert "on small models, and the others on this system" in briefing(model)
    only = ThreatModel(SYSTEM, measured=[BEHIND])
    assert "on this system itself" in briefing(only)
    assert "Nothing has been measured on the system itself" not in to_markdown(only)


def test_the_explorer_says_where_the_number_comes_from():
    result = ThreatModel(SYSTEM, measured=[BEHIND]).assessment
    told = str(explanation(result, CONTROL)), str(explanation(result, THREAT))
    for html in told:
        assert "measured on the real system (26 November 2026)" in html
    assert "500 queries in 5 repeats" in told[0]


def test_the_courses_example_stays_out_of_a_learners_model():
    example = Measured(replace(BARE, kind="example", target="example"))
    with pytest.raises(ThreatLabError, match="of the course's example"):
        ThreatModel(SYSTEM, measured=[example])
    assert ThreatModel(SYSTEM, measured=[example], example=True).measured == (example,)


def test_a_review_compares_both_by_what_is_known_now():
    old, new = ThreatModel(SYSTEM), ThreatModel(SYSTEM.with_(authentication_enforced=True), measured=[BEHIND])
    change = diff(old, new)
    assert change.before == new.with_(system=SYSTEM).assessment.risk_score
    said = f"{old.assessment.risk_score:.2f} as it was saved, is then at {change.before:.2f}"
    assert any("measured on the real system" in each and said in each for each in change.also)
    assert said_of(BEHIND) in " ".join(to_text(change).split())
    assert "MEASURED" not in to_text(diff(new, new.with_(system=SYSTEM))), "it is the same on both sides"
    assert sum(each.share for each in change.answers) == pytest.approx(change.by)
