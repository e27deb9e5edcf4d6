"""A report that one can sign: decisions, the range of the score, findings by place, scenarios, evidence, versions."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tests.unit.strategies import systems
from tests.unit.test_report import page_words
from tests.unit.threat_models import BARE, TODAY, full, models, quick
from threatlab import AISystem, ThreatLabError, assess, load_drawing, load_system
from threatlab.catalog import catalog
from threatlab.changes import next_version
from threatlab.dataflow import DataFlow, Element, Flow, Zone
from threatlab.dataflow.facts import system_from
from threatlab.dataflow.files import list_drawings
from threatlab.dataflow.who import attack_surface
from threatlab.plan import make_plan
from threatlab.policy import Policy
from threatlab.report import Evidence, ThreatModel, Version, json_schema, to_html, to_json, to_markdown
from threatlab.report.json_file import model_from_dict, model_to_dict
from threatlab.report.places import WHOLE, by_place
from threatlab.report.scenarios import scenarios
from threatlab.report.sections_first import ASKED, decisions
from threatlab.words import capital, lower_first

DESK = DataFlow(
    "desk",
    complete=True,
    zones=[Zone("World", "internet"), Zone("Ours", "own"), Zone("Vendor", "third party")],
    elements=[
        Element("Customer", "person", "World"),
        Element("Inbox", "data store", "Ours", personal=True),
        Element("Writer", "model", "Vendor"),
        Element("Mailer", "tool", "Ours"),
    ],
    flows=[
        Flow("Customer", "Inbox", "letter", "documents"),
        Flow("Inbox", "Writer", "letters", "documents"),
        Flow("Writer", "Mailer", "answer", "actions"),
        Flow("Writer", "Inbox", "draft", "generated content"),
    ],
)
AT_THE_DESK = ThreatModel(system_from(DESK), drawing=DESK)

# ---- the score's range


@quick
@given(systems(), st.sampled_from(["ai", "core"]), st.data())
def test_no_answer_to_an_open_question_leads_out_of_the_range(system, ruleset, data):
    model = ThreatModel(system, ruleset=ruleset)
    low, high = model.score_range
    answers = {name: data.draw(st.sampled_from([True, False, None])) for name in model.open_questions}
    assert low - 1e-12 <= assess(system.with_(**answers), ruleset).risk_score <= high + 1e-12


@quick
@given(systems(), st.sampled_from(["ai", "core"]))
def test_both_ends_of_the_range_can_be_reached_and_it_closes_with_the_last_question(system, ruleset):
    model = ThreatModel(system, ruleset=ruleset)
    facts = system.catalog.facts
    for end, worst in zip(model.score_range, (False, True), strict=True):
        closed = ThreatModel(
            system.with_(**{name: (name in facts) is worst for name in model.open_questions}), ruleset=ruleset
        )
        assert closed.assessment.risk_score == end
        assert (closed.open_questions, closed.score_range) == ((), (end, end))


def test_the_range_stands_on_the_first_page_beside_the_score_and_in_json():
    low, high = BARE.score_range
    assert low < BARE.assessment.risk_score < high
    for text in (to_markdown(BARE), to_html(BARE)):
        assert f"between {low:.2f} and {high:.2f}, depending on {len(BARE.open_questions)} open questions" in text
        assert f"{low:.2f} to {high:.2f}" in text
    assert model_to_dict(BARE)["derived"]["risk_score_range"] == [low, high]
    closed = ThreatModel(AISystem("x", **dict.fromkeys(catalog().attributes, True)))
    assert "no open answer can move the score" in to_markdown(closed)


# ---- three decisions


def asked(model):
    return [said for said, _ in decisions(model)]


@pytest.mark.slow
@quick
@given(models())
def test_at_most_three_decisions_are_asked_each_with_a_reason(model):
    found = decisions(model)
    assert len(found) <= ASKED
    assert all(said.strip() and why.strip() for said, why in found)
    assert found or model.system.owner


def test_what_nobody_has_answered_is_named_by_titles_and_no_names_of_code():
    left = [each for each in catalog().controls.values() if AT_THE_DESK.system[each.id] is None]
    page = to_markdown(AT_THE_DESK)
    assert f"Of {len(left)} controls nobody has said whether they are in place: {left[0].title}; " in page


def test_the_three_are_the_plan_the_worst_that_is_left_and_the_question_that_moves_most():
    system = AISystem("mine", owner="Kim", **{**full().system.known, "trains_model": None})
    model = full().with_(system=system, policy=None)
    plan, worst, question = decisions(model)
    assert f"{len(model.plan.steps)} steps, {model.plan.days:g} days of work, by " in plan[0]
    left = model.planned_assessment
    title = catalog().threats[left.worst_threat].title
    assert worst[0].startswith(f"{title}: pay ")
    assert f"accept {left.by_threat[left.worst_threat]:.2f}" in worst[0]
    assert model.assessment.best_questions(1)[0].question in question[0]


def test_the_control_to_pay_for_lowers_the_worst_threat_more_than_any_other():
    model = AT_THE_DESK
    worst = model.assessment.worst_threat
    after = {
        f.attribute: assess(model.system.with_(**{f.attribute: True})).by_threat[worst]
        for f in model.assessment.findings
    }
    control = catalog().controls[min(after, key=after.get)]
    said = next(each for each in asked(model) if each.startswith(catalog().threats[worst].title))
    assert f"pay {control.effort_days:g} day" in said
    assert f"({min(after.values()):.2f})" in said


OTHERS = {
    "Name somebody who answers": {"system": AISystem("nobody's")},
    "there is no plan yet": {"plan": None},
    "Name who does each step": {"plan": make_plan(full().system, 20), "system": AISystem("done", owner="Kim")},
}


@pytest.mark.parametrize("said", OTHERS)
def test_what_is_more_urgent_is_asked_first_and_only_if_it_is_open(said):
    every = dict.fromkeys(catalog().attributes, True)
    model = full().with_(**OTHERS[said])
    if said.startswith("Name who"):  # nothing else is left to ask
        model = model.with_(system=AISystem("done", owner="Kim", **every))
    assert said in " ".join(asked(model))
    assert said in page_words(model)
    done = AISystem("done", owner="Kim", **every)
    assert said not in " ".join(asked(full().with_(system=done)))


def test_where_all_is_answered_but_one_question_and_an_acceptance_that_expired_these_two_are_asked():
    every = dict.fromkeys(catalog().attributes, True)
    open_ = ThreatModel(AISystem("done", owner="Kim", **{**every, "rate_limiting_enabled": None}), made_on=TODAY)
    ((_, why),) = [each for each in decisions(open_) if "Have this answered" in each[0]]
    assert why.endswith("It is the open question that is worth most.")
    done = ThreatModel(AISystem("done", owner="Kim", **every), policy=full().policy, made_on=TODAY)
    (again,) = [each for each in asked(done) if each.endswith(" again, or have it closed.")]
    assert catalog().controls["encryption_enabled"].finding in again, "the other acceptance holds"
    assert not any(each.endswith(" again, or have it closed.") for each in asked(done.with_(made_on=None)))


def test_a_threat_that_somebody_has_accepted_is_not_asked_again_and_one_that_expired_is():
    worst = AT_THE_DESK.assessment.worst_threat
    title = catalog().threats[worst].title
    taken = Policy().accept(worst, "It is a trial", "Kim", TODAY)
    assert not any(each.startswith(f"{title}: ") for each in asked(AT_THE_DESK.with_(policy=taken, made_on=TODAY)))
    later = AT_THE_DESK.with_(policy=taken, made_on=TODAY.replace(year=TODAY.year + 1))
    assert any(each.startswith(f"{title}: pay") for each in asked(later))


def test_what_the_policy_allows_or_somebody_has_accepted_is_no_decision_and_what_the_plan_does_not_reach_is_said():
    worst, left = AT_THE_DESK.assessment.worst_threat, AT_THE_DESK.assessment.by_threat
    title = catalog().threats[worst].title
    within = AT_THE_DESK.with_(policy=Policy(max_per_threat=left[worst]), made_on=TODAY)
    assert not any(" pay " in each or each.startswith("Accept ") for each in asked(within))
    [paid] = [each for each in asked(AT_THE_DESK) if each.startswith(f"{title}: pay")]
    control = next(each for each in catalog().controls.values() if each.title.lower() in paid.lower())
    taken = Policy().accept(control.id, "It is a trial", "Kim", TODAY)
    assert not any(
        control.title.lower() in each.lower() for each in asked(AT_THE_DESK.with_(policy=taken, made_on=TODAY))
    )
    plan = full().plan
    reached, missed = (
        dict(decisions(full().with_(policy=Policy(max_risk=bound))))
        for bound in (plan.risk_after, plan.risk_after - 0.01)
    )
    told = "it stays broken"
    assert [any(told in why for why in each.values()) for each in (reached, missed)] == [False, True]


# ---- findings at the parts of the drawing


@pytest.mark.slow
@quick
@given(models())
def test_every_finding_stands_at_one_place(model):
    found = [finding for place in by_place(model) for finding in place.findings]
    assert sorted(found, key=repr) == sorted(model.assessment.findings, key=repr)
    if model.drawing is None and found:
        assert [place.title for place in by_place(model)] == [WHOLE]


@pytest.mark.parametrize(
    ("control", "place"),
    [
        ("untrusted_content_segregated", "Flow 2: Inbox \u2192 Writer (letters)"),
        ("tool_permissions_restricted", "Flow 3: Writer \u2192 Mailer (answer)"),
        ("personal_data_minimized", "Inbox (personal data)"),
        ("model_artifacts_verified", "Writer (from Vendor)"),
        ("rate_limiting_enabled", "Flow 1: Customer \u2192 Inbox (letter)"),
        ("staff_trained", WHOLE),
    ],
)
def test_a_finding_stands_where_the_drawing_shows_why_it_applies(control, place):
    places = {finding.attribute: each.title for each in by_place(AT_THE_DESK) for finding in each.findings}
    assert places[control] == place
    assert by_place(AT_THE_DESK)[-1].title == WHOLE


def test_a_finding_names_who_closes_it_until_when_or_says_that_nobody_does():
    part = to_markdown(full()).partition("## Findings")[2].partition("\n## ")[0]
    rows = {line.split("`")[1]: line for line in part.splitlines() if line.count("`") == 2}
    step = full().plan.steps[0]
    assert f"Kim<br>{step.due}" in rows[step.control]
    assert "Ops<br>until 2027-02-01" in rows["rbac_configured"]
    undone = next(
        f for f in full().assessment.findings if not full().step(f.attribute) and not full().accepted(f.attribute)
    )
    assert f"not planned<br>({catalog().controls[undone.attribute].role})" in rows[undone.attribute]


# ---- scenarios and adversaries


def test_a_scenario_tells_an_attack_in_the_words_of_the_drawing():
    told = {each.threat: each for each in scenarios(AT_THE_DESK)}
    hidden = told["prompt_injection"]
    assert (hidden.who, hidden.flows) == ("Customer", (1, 2, 3))
    assert "Customer can hide an order in \u201cletter\u201d" in hidden.story
    assert "Customer \u2192 Inbox \u2192 Writer (flows 1 and 2)" in hidden.story
    assert told["supply_chain"].who == "Vendor"
    assert told["privacy_breach"].story.endswith("Personal data lie in Inbox.")
    assert hidden.parts == ("Inbox", "Writer", "Mailer")
    assert "| Mailer | tool in Ours | nothing named | answer | " in to_markdown(AT_THE_DESK)


@pytest.mark.parametrize("name", [None, *list_drawings()])
def test_there_is_a_scenario_for_each_threat_that_applies_and_no_blank_in_it(name):
    drawing = load_drawing(name) if name else None
    system = load_system(name) if name else AISystem("x", **dict.fromkeys(catalog().facts, True))
    model = ThreatModel(system, drawing=drawing)
    told = scenarios(model)
    assert [each.threat for each in told] == [t for t, risk in model.assessment.worst_first if risk > 0]
    text = page_words(model)
    for each in told:
        assert each.story in text
        there = {name for named in (attack_surface(drawing) if drawing else {}).values() for name in named.names}
        for adversary in catalog().adversaries_of(each.threat):
            assert adversary.title in text or capital(adversary.title) in text
            if not there or adversary.id in there:
                assert lower_first(adversary.goals[each.threat].text) in text
        assert "{" not in each.story
        assert "()" not in each.story


def test_the_report_says_where_an_adversary_can_be_what_is_worth_something_and_who_says_so():
    drawing = DESK.changing_element("Mailer", assets=["money"], worth="One day of orders")
    text = to_markdown(ThreatModel(system_from(drawing), drawing=drawing))
    assert "| Mailer | tool in Ours | money<br>One day of orders | answer |" in text
    assert "| Inbox |" in text
    assert "| data, people (our reading) |" in text
    assert "nobody has said yet" not in text
    assert "Assets; what they are worth to the business, nobody has said yet" in to_markdown(AT_THE_DESK)
    assert "| Customer | flow 1 (our reading) | Query access and testing data control; black box: the answers" in text
    assert "(at no flow that is drawn: competitor, contributor, insider, thief of an account and intruder)" in text
    assert "None of your own people is drawn. An insider shows only where one is" in text
    staffed = DESK.with_element("Clerk", "person", "Ours")
    assert "None of your own people" not in to_markdown(ThreatModel(system_from(staffed), drawing=staffed))
    assert (
        "| Prompt injection | Customer: have the model follow their orders instead of yours. Author of a page" in text
    )
    said = drawing.changing_flow(1, adversaries=["author"])
    text = to_markdown(ThreatModel(system_from(said), drawing=said))
    assert "| Author of a page or document | flow 1 | " in text
    assert "at no flow that is drawn: customer, competitor" in text


def test_the_report_says_where_whoever_drew_it_sees_nobody_and_nothing():
    said = DESK.changing_element("Mailer", assets=["nothing"])
    for number in said.numbered:
        said = said.changing_flow(number, adversaries=["nobody"])
    text = to_markdown(ThreatModel(system_from(said), drawing=said))
    assert "| Mailer | tool in Ours | none, by whoever drew it | answer |" in text
    assert "Stated by whoever drew it, and not our reading: nobody can attack at flow 1, " in text
    assert "not our reading: nothing is of worth at Mailer." in text
    assert "| Prompt injection | Nobody who is drawn. |" in text


def test_what_is_left_out_of_scope_is_in_no_scenario_and_no_asset():
    drawing = DESK.excluding("Mailer", "Not ours to change", "Ops")
    model = ThreatModel(system_from(drawing), drawing=drawing)
    assert not any(3 in each.flows for each in scenarios(model))
    assert "| Mailer | tool" not in to_markdown(model)
    assert "| Mailer | tool" in to_markdown(AT_THE_DESK)


def test_a_threat_says_likelihood_and_impact_with_their_reasons_and_what_lowers_them():
    model = AT_THE_DESK.with_(system=AT_THE_DESK.system.with_(prompt_guardrails_enabled=True))
    how, threat = model.assessment.explain("prompt_injection"), catalog().threats["prompt_injection"]
    why = threat.likelihood_why.removesuffix(".")
    part = to_markdown(model).partition("### Prompt injection")[2].partition("###")[0]
    assert f"Likelihood {how.likelihood:.2f}: {why[0].lower()}{why[1:]}. Raised by: " in part
    assert f"Impact {how.impact:.2f}: " in part
    assert all(catalog().facts[fact].label in part for fact in how.raised_by)
    assert (
        f"Lowered from {how.inherent_likelihood:.2f} by {catalog().controls['prompt_guardrails_enabled'].title}" in part
    )


# ---- evidence, versions, sign-off


def test_what_ran_on_a_toy_is_told_from_what_ran_on_the_system():
    toy = Evidence("evasion", "none", 0, 0.5, 0.1, 0.9, limits="Small pictures of digits.", attacker="thief")
    real = replace(toy, attack="red team", ran_on="system", limits="One week.")
    only_toy, both = (page_words(BARE.with_(evidence=runs)) for runs in ([toy], [toy, real]))
    assert "Nothing has been measured on the system itself" in only_toy
    assert "evasion: Small pictures of digits." in only_toy
    assert "Nothing has been measured" not in both
    assert (
        both.index("Attacks that ran on the system") < both.index("red team") < both.index("Attacks that ran on a toy")
    )
    with pytest.raises(ThreatLabError, match="ran_on"):
        replace(toy, ran_on="paper")


SIGNED = full().with_(
    version="1.2",
    reviewers=["N. Okafor", "M. Lind"],
    history=[Version("1.0", "2026-06-01", "A. Turing", 0.91, ["First drawing"]), Version("1.1", "2026-09-01")],
)


def test_version_reviewers_and_the_versions_before_stand_in_the_report_and_come_back_from_a_file():
    words = page_words(SIGNED)
    for said in ("version 1.2 · as of 2026-12-01", "reviewed by N. Okafor and M. Lind", "1.2, now", "First drawing"):
        assert said in words
    assert words.index("1.2, now") < words.rindex("1.1 ") < words.index("1.0 2026-06-01 A. Turing 0.91")
    assert model_from_dict(json.loads(to_json(SIGNED))) == SIGNED


@pytest.mark.slow
def test_the_next_version_keeps_the_one_before_with_what_changed_and_what_moved_the_score():
    first = full().with_(version="1.0")
    changed = first.with_(system=first.system.with_(rate_limiting_enabled=True), drawing=None)
    second = next_version(first, changed, "1.1")
    (was,) = second.history
    assert (was.version, was.made_on, was.risk_score) == ("1.0", TODAY, first.assessment.risk_score)
    assert any(line.startswith("rate_limiting_enabled: ") and "then yes (-" in line for line in was.changed)
    assert any("finding" in line and "closed" in line for line in was.changed)
    assert next_version(second, second, "1.2").history[0] == was
    for line in was.changed:
        assert line in page_words(second)


def test_a_file_of_the_first_edition_lacks_the_new_fields_and_is_read():
    table = json.loads(to_json(full()))
    for name in ("version", "reviewers", "history", "origin"):
        del table[name]
    for run in table["evidence"]:
        del run["ran_on"], run["limits"]
    Draft202012Validator(json_schema()).validate(table)
    assert model_from_dict(table) == full()


def test_answers_that_have_changed_since_the_first_assessment_are_told_with_the_versions():
    row = next(line for line in to_markdown(full()).splitlines() if line.startswith("| first assessed |"))
    assert f"{catalog().controls['authentication_enforced'].title}: no, now yes" in row
    assert "| first assessed |" not in to_markdown(full().with_(before=full().system))


def test_a_report_has_lines_to_sign_one_for_each_reviewer():
    for model, lines in ((BARE, 1), (SIGNED, 2)):
        words = page_words(model)
        assert words.count("Reviewed by") == lines
        for line in ("Made by", "For the owner of the risk", "Signature"):
            assert line in words
    owned = SIGNED.with_(system=AISystem("mine", owner="Kim"))
    assert "| For the owner of the risk | Kim |" in to_markdown(owned)
    assert "Version 1.2 of this threat model" in to_markdown(owned)


def test_the_method_is_told_in_one_paragraph_with_the_formula():
    text = to_markdown(full()).partition("## Method and scale")[2].split("\n\n")[1]
    for said in (
        "likelihood \u00d7 impact",
        "1 \u2212 (1 \u2212 a)(1 \u2212 b)",
        "no probabilities",
        "range of the score",
    ):
        assert said in text


def test_course_apparatus_stands_in_the_appendix_or_nowhere():
    assert "Checklist" not in to_markdown(full())
    course = to_markdown(full().with_(course=True))
    assert course.index("## Sign-off") < course.index("## Appendix: every answer") < course.index("**Checklist**")


# ---- on paper


def test_the_foot_of_a_sheet_names_the_system_its_version_and_day_whatever_they_hold():
    hostile = 'a"; } </style> \\ ü'
    style = to_html(SIGNED.with_(version=hostile)).partition("<style>")[2].partition("</style>")[0]
    foot = style[style.index("@bottom-left") :]
    assert "ShadowRay cluster" in foot
    assert "2026" in foot
    assert foot.count('"') == 2
    assert "\\fc " in foot


def test_raw_markdown_reads_as_it_was_written():
    text = to_markdown(BARE.with_(notes="We know. Tomorrow. See www.example.org, R&D"))
    assert "We know. Tomorrow." in text
    assert "www.example" not in text  # no link
