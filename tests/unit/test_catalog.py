"""Claims about the catalog: it agrees with its sources, and a broken entry is named."""

import copy
import csv
import inspect
import keyword
import pickle
import re
import shutil
import tomllib
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import pytest

import threatlab
from tests.lesson_code import ThreatModelingBasicsManager as LessonManager
from threatlab import AISystem, CatalogError, ThreatLabError, assess, list_systems, load_system
from threatlab.catalog import (
    ACCESS,
    ASSETS,
    CLAIM_CAP,
    EFFECTS,
    EVIDENCE,
    KNOWLEDGE,
    ROLES,
    SEVERITIES,
    Attacker,
    Criterion,
    catalog,
    read_catalog,
)
from threatlab.incidents import incidents

CATALOG = Path(inspect.getfile(threatlab)).parent / "catalog"
CONTROLS = catalog().controls
RENAMED = {"System Prompt Leakage": "Hidden Context Exposure"}
"""Entries of OWASP's list for language models whose 2025 name is another one in 2026."""
CORE = ("encryption_enabled", "rbac_configured", "monitoring_active")
every_control = pytest.mark.parametrize("control", CONTROLS.values(), ids=CONTROLS)


# ---- it agrees with its sources


def test_the_three_of_the_lesson_keep_its_severity_texts_and_weights_word_for_word():
    assert [c.id for c in catalog().ruleset("core").controls] == list(CORE)
    for name in CORE:
        lesson = LessonManager({}).assess("s", {other: other != name for other in CORE})
        (finding,) = lesson["findings"]
        control = CONTROLS[name]
        assert finding == {
            "severity": control.severity,
            "finding": control.finding,
            "recommendation": control.recommendation,
        }
        assert control.core_weight == lesson["risk_score"]


def test_the_whole_catalog_is_the_ai_ruleset():
    ruleset = catalog().ruleset("ai")
    assert ruleset.controls == tuple(CONTROLS.values())
    assert ruleset.threats == tuple(catalog().threats.values())
    assert {c.id for c in CONTROLS.values() if c.core_weight is not None} == set(CORE)


# ---- its cross-references and shapes


def test_every_attribute_can_be_written_as_a_keyword():
    names = catalog().attributes
    assert len(set(names)) == len(names)
    taken = set(inspect.signature(AISystem.__init__).parameters) - {"attributes"}
    for name in names:
        assert name.isidentifier()
        assert not keyword.iskeyword(name)
        assert name not in taken


def test_every_atlas_name_is_used_and_every_id_used_has_a_name():
    atlas = tomllib.loads((CATALOG / "atlas.toml").read_text("utf-8"))
    steps = [step for incident in incidents() for step in incident.steps]
    used = {
        "tactics": [step.tactic for step in steps],
        "techniques": [*(t for c in CONTROLS.values() for t in c.atlas_techniques), *(s.technique for s in steps)],
        "mitigations": [mitigation for c in CONTROLS.values() for mitigation in c.atlas_mitigations],
    }
    for kind, entries in used.items():
        assert {entry.id: entry.name for entry in entries} == atlas[kind]
    assert not {entry.id for entries in used.values() for entry in entries} & set(atlas["others"].split())


def test_atlas_ids_are_shaped_as_atlas_shapes_them():
    for control in CONTROLS.values():
        for technique in control.atlas_techniques:
            assert re.fullmatch(r"AML\.T\d{4}(\.\d{3})?", technique.id)
        for mitigation in control.atlas_mitigations:
            assert re.fullmatch(r"AML\.M\d{4}", mitigation.id)
        assert control.atlas_techniques


def test_atlas_is_pinned_to_the_version_of_the_sources():
    release = catalog().atlas
    assert str(release.date) == catalog().sources[f"ATLAS {release.version}"].published


@every_control
def test_every_mapping_of_a_control_says_why(control):
    assert re.fullmatch("S?T?R?I?D?E?", control.stride)
    carried = (*control.atlas_techniques, *control.atlas_mitigations, *control.lists)
    assert set(control.mappings) == {*control.stride, *(entry.id for entry in carried)}
    assert all(why.endswith(".") for why in control.mappings.values())


@every_control
def test_a_preventive_control_stands_under_the_letter_of_the_threat_that_it_is_best_against(control):
    if control.effect == "preventive":
        assert catalog().threats[control.threats[0]].stride in control.stride


@every_control
def test_a_control_has_ids_of_both_years_of_a_list_or_of_neither(control):
    entries = {name: [e.name for e in control.lists if e.id.endswith(f":{name}")] for name in ("2025", "2026")}
    before = [RENAMED.get(name, name) for name in entries["2025"]]
    assert before == [name for name in entries["2026"] if name in before]
    assert bool(before) == any(entry.id.startswith("LLM") and ":2026" in entry.id for entry in control.lists)


@every_control
def test_a_control_of_agents_carries_an_id_of_the_agentic_list(control):
    if {"uses_tools", "keeps_memory"} & set(control.applies_when):
        assert any(entry.id.startswith("ASI") for entry in control.lists)


def test_every_entry_of_the_agentic_list_has_a_control():
    covered = {entry.id for control in CONTROLS.values() for entry in control.lists}
    listed = tomllib.loads((CATALOG / "lists.toml").read_text("utf-8"))["OWASP Agentic 2026"]
    assert set(listed) <= covered


def test_what_the_catalog_asks_of_agents_is_told_by_several_published_cases():
    told = [case.true for case in catalog().cases] + [incident.system.true for incident in incidents()]
    for fact in ("uses_third_party_tools", "works_with_agents", "holds_credentials", "keeps_memory"):
        assert sum(fact in true for true in told) >= 2, fact


def test_a_published_case_is_one_of_atlas_or_a_source_of_its_name():
    for case in catalog().cases:
        assert re.fullmatch(r"AML\.CS\d{4}", case.id) or case.id in catalog().sources, case.id


@every_control
def test_atlas_gives_each_mitigation_of_a_control_a_technique_of_it_or_one_that_it_is_part_of(control):
    """Of MITRE ATLAS 5.6.0: which mitigation is for which technique (see NOTICE)."""
    with (Path(__file__).parents[1] / "data" / "atlas_mitigates.csv").open(encoding="utf-8") as file:
        pairs = [(row["mitigation"], row["technique"]) for row in csv.DictReader(file)]
    mine = {technique.id for technique in control.atlas_techniques}
    mine |= {name.rpartition(".")[0] for name in mine if name.count(".") == 2}  # ATLAS speaks of the whole technique
    for mitigation in control.atlas_mitigations:
        assert mine & {technique for of, technique in pairs if of == mitigation.id}, mitigation


@every_control
def test_a_control_is_a_complete_record(control):
    assert control.question.endswith("?")
    assert control.check.endswith(".")
    assert control.false_positive.endswith(".")
    assert control.effect in EFFECTS
    assert control.severity in SEVERITIES
    assert 0 < control.effort_days <= 30
    assert 0 <= control.utility_cost < 0.5


def _texts(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)


@pytest.mark.parametrize("file", sorted(CATALOG.rglob("*.toml")), ids=lambda file: file.stem)
def test_no_text_holds_markup_for_panels_show_it_as_it_stands(file):
    marked = [text for text in _texts(tomllib.loads(file.read_text("utf-8"))) if re.search(r"`|\*\*|\]\(", text)]
    assert not marked


def test_facts_ask_and_threats_explain():
    assert all(fact.question.endswith("?") for fact in catalog().facts.values())
    for threat in catalog().threats.values():
        assert all(t.endswith(".") for t in (threat.about, threat.likelihood_why, threat.impact_why))
        assert threat.likelihood > 0
        assert threat.impact > 0


def test_every_threat_is_countered_in_at_least_two_layers():
    layers = defaultdict(set)
    for control in CONTROLS.values():
        for threat in control.effectiveness:
            layers[threat].add(control.layer)
    assert set(layers) == set(catalog().threats)
    assert min(map(len, layers.values())) >= 2


def test_every_layer_has_its_file_and_no_file_is_left_out():
    files = {file.stem for file in (CATALOG / "controls").iterdir()}
    assert files == set(catalog().layers) == {c.layer for c in CONTROLS.values()}


# ---- what controls are worth


@every_control
def test_every_claim_of_effectiveness_says_how_we_know(control):
    for claim in control.effectiveness.values():
        assert claim.source in EVIDENCE
        assert claim.why.endswith(".")
        assert 0 < claim.value <= CLAIM_CAP < 1


@every_control
def test_a_control_is_made_for_something(control):
    values = [claim.value for claim in control.effectiveness.values()]
    if len(values) >= 3:
        assert max(values) / min(values) > 1.49


@every_control
def test_a_measured_claim_says_on_what_in_five_words_and_weighs_the_routes_it_speaks_of(control):
    for claim in control.effectiveness.values():
        if claim.source == "measured":
            assert 0 < len(claim.on.split()) <= 5
            assert claim.value == pytest.approx(claim.measured * claim.routes)
            assert claim.routes_why.endswith(".")
            assert claim.on in claim.evidence


@every_control
def test_every_control_has_a_role_and_a_criterion_with_a_number_a_unit_and_a_direction(control):
    success = control.success
    assert control.role in ROLES
    assert success.measure
    assert success.unit
    assert [success.at_least, success.at_most].count(None) == 1
    worst, best = (0.0, 1.0) if success.at_most is None else (10_000.0, 0.0)
    assert success.met(best)
    assert not success.met(worst)
    assert not success.met(float("nan"))


@every_control
def test_every_cost_in_utility_says_how_we_know(control):
    assert control.utility_source in EVIDENCE
    assert control.utility_why.endswith(".")


def test_every_role_has_something_to_do():
    assert {control.role for control in CONTROLS.values()} == set(ROLES)


def test_a_criterion_reads_as_a_sentence_with_its_bound():
    assert str(CONTROLS["rate_limiting_enabled"].success).endswith("refused and reported: at least 100%")
    assert str(CONTROLS["incident_response_tested"].success).endswith("in a drill: at most 60 minutes")


def test_effectiveness_is_not_derived_from_severity():
    strongest = defaultdict(set)
    for control in CONTROLS.values():
        best = max(claim.value for claim in control.effectiveness.values())
        strongest[control.severity].add(best)
    assert all(len(values) > 1 for values in strongest.values())
    assert max(strongest["MEDIUM"]) > min(strongest["HIGH"])


def test_only_settings_are_safe_to_automate_never_people():
    safe = {c.id for c in CONTROLS.values() if c.safe_to_automate}
    assert {"encryption_enabled", "monitoring_active"} <= safe
    people = {"staff_trained", "human_approval_required", "incident_response_tested"}
    assert not safe & people


# ---- built-in systems


@pytest.mark.parametrize("name", list_systems())
def test_a_built_in_system_says_of_each_attribute_how_we_know(name):
    system = load_system(name)
    assert system.known
    assert set(system.notes) == set(system.known)
    for note in system.notes.values():
        assert re.match("(stated|our reading): .", note)
    for text in (system.title, system.description, system.source, system.owner):
        assert text
    assert 0 < assess(system).risk_score < 1


def test_the_lesson_its_own_system_scores_what_the_lesson_prints():
    assert assess(load_system("ml-pipeline-prod"), "core").risk_score == 0.2


# ---- adversaries


@pytest.mark.parametrize("threat", catalog().threats)
def test_each_threat_serves_somebody(threat):
    assert catalog().adversaries_of(threat)


def test_the_kinds_of_assets_access_and_knowledge_are_each_somebodys():
    everybody = catalog().adversaries.values()
    assert {asset for each in everybody for asset in each.wants} == set(ASSETS)
    assert {access for each in everybody for access in each.access} == set(ACCESS)
    assert {each.knowledge for each in everybody} == set(KNOWLEDGE)


def test_an_attacker_is_told_in_words_and_one_with_another_box_is_refused():
    assert catalog().who(Attacker("thief", ("query access",), "gray box", "x")) == (
        "thief of an account (query access, gray box)"
    )
    with pytest.raises(ThreatLabError, match="unknown knowledge 'grey box': did you mean 'gray box'"):
        Attacker("thief", (), "grey box", "x")


def test_an_adversary_who_wants_nothing_is_none(copied):
    file = copied / "adversaries.toml"
    kept, _ = file.read_text("utf-8").split("[thief]")
    file.write_text(kept + "[thief]\ntitle='x'\nabout='x'\naccess=[]\nknowledge='black box'\nknows='x'\ngoals={}\n")
    with pytest.raises(CatalogError, match="goals: is empty; whoever wants nothing is no adversary"):
        read_catalog(copied)


# ---- a broken entry is named by file, id and field


@pytest.fixture
def copied(tmp_path):
    return Path(shutil.copytree(CATALOG, tmp_path / "catalog"))


def change(file, section, field, line):
    """Replace the line that sets a field of a section (or add one; an empty one removes it)."""
    text = file.read_text("utf-8")
    head, found, rest = text.partition(f"[{section}]\n") if section else ("", "", text)
    assert found or not section
    body, *more = re.split(r"(?m)^(?=\[)", rest, maxsplit=1)
    changed, times = re.subn(rf"(?m)^\"?{re.escape(field)}\"? = .*\n", lambda _: line, body)
    body = changed if times else line + body
    assert times <= 1
    file.write_text(head + found + body + "".join(more), "utf-8")


BREAKAGE = {  # where: what becomes of which field, and what is said about it
    ("facts.toml", "uses_tools"): [
        ("label", "", "label: is missing; it must be a text"),
        ("label", "label = 7\n", "label: is 7, which is not a text"),
        ("label", "label = ' '\n", "label: is empty; it must say something"),
        ("lable", "lable = 'x'\n", "lable: unknown field 'lable': did you mean 'label'"),
    ],
    ("controls/data.toml", "training_data_validated.effectiveness.data_poisoning"): [
        ("routes", "routes = 1.2\n", "routes: is 1.2; it must be a number above 0 and up to 1"),
        ("routes", "routes = 0\n", "routes: is 0; it must be a number above 0 and up to 1"),
        ("routes", "", "routes: is missing; it must be a number"),
        ("routes_why", "", "routes_why: is missing; it must be a text"),
        ("on", "on = ''\n", "on: is empty; it must say something"),
        ("measured", "measured = 1.0\n", "measured: is 1.0; it must be a number from 0"),
    ],
    ("cases.toml", '"AML.CS0000"'): [
        ("kind", "kind = 'story'\n", "kind: unknown value 'story'"),
        ("true", "true = ['is_big']\n", "true: unknown fact 'is_big'"),
        ("missing", "missing = ['a_wall']\n", "missing: unknown control 'a_wall'"),
        ("in_place", "in_place = ['adversarial_robustness_tested']\n", "which missing names, too"),
    ],
    ("adversaries.toml", "customer"): [
        ("title", "", "title: is missing; it must be a text"),
        (
            "access",
            "access = ['querry access']\n",
            "access: unknown access 'querry access'",
        ),
        ("knowledge", "knowledge = 'grey box'\n", "knowledge: unknown value 'grey box': did you mean 'gray box'"),
        ("wants", "wants = 'money'\n", "wants: unknown field 'wants'"),
    ],
    ("adversaries.toml", "customer.goals"): [
        ("evasion", "evasion = { asset = 'gold', goal = 'x' }\n", "asset: unknown value 'gold'"),
        ("evasion", "evasion = { asset = 'money' }\n", "goal: is missing"),
        ("evasions", "evasions = { asset = 'money', goal = 'x' }\n", "goals: unknown threat 'evasions'"),
    ],
    ("shared_failure.toml", ""): [("beta", "beta = 1.5\n", "beta: is 1.5; it must be a number from 0")],
    ("layers.toml", "data"): [("about", "about = []\n", "about: is [], which is not a text")],
    ("threats.toml", "evasion"): [
        ("stride", "stride = 'X'\n", "stride: unknown value 'X'"),
        ("stride", "stride = 'ST'\n", "stride: unknown value 'ST'"),
        ("impact", "impact = 1\n", "impact: is 1; it must be a number from 0"),
        ("impact", "impact = -0.1\n", "impact: is -0.1; it must be a number from 0"),
        ("impact", "impact = nan\n", "impact: is nan; it must be a number from 0"),
        ("impact", "impact = true\n", "impact: is True, which is not a number"),
        ("raised_by", "raised_by = ['x']\n", "raised_by: is ['x'], which is not a table"),
        ("raised_by", "raised_by = { internet = 0.1 }\n", "raised_by: unknown fact 'internet'"),
        ("raised_by", "raised_by = { uses_tools = 2 }\n", "raised_by.uses_tools: is 2; it must be"),
        ("applies_when_any", "applies_when_any = ['x']\n", "applies_when_any: unknown fact 'x'"),
    ],
    ("controls/data.toml", "training_data_validated"): [
        ("effect", "effect = 'magic'\n", "effect: unknown value 'magic': choose one of"),
        ("severity", "severity = 'HIHG'\n", "severity: unknown value 'HIHG': did you mean 'HIGH'"),
        ("applies_when", "applies_when = [[]]\n", "applies_when: unknown fact []"),
        ("rulesets", "rulesets = ['AI']\n", "rulesets: unknown ruleset 'AI'"),
        ("rulesets", "rulesets = ['ai', 'ai']\n", "rulesets: names 'ai' more than once"),
        ("rulesets", "rulesets = ['core']\n", "core_weight: is missing; it must be a number"),
        ("core_weight", "core_weight = 0.1\n", "core_weight: unknown field 'core_weight'"),
        ("effort_days", "effort_days = 0\n", "effort_days: is 0; it must be a finite number"),
        ("effort_days", "effort_days = nan\n", "effort_days: is nan; it must be a finite number"),
        ("effort_days", "effort_days = inf\n", "effort_days: is inf; it must be a finite number"),
        ("utility_cost", "utility_cost = 'low'\n", "utility_cost: is 'low', which is not a number"),
        ("utility_source", "utility_source = 'guessed'\n", "utility_source: unknown value 'guessed'"),
        ("utility_why", "utility_why = ''\n", "utility_why: is empty"),
        ("role", "role = 'somebody'\n", "role: unknown value 'somebody'"),
        ("success", "", "success: is missing; it must be a table"),
        ("success", "success = 'it is secure'\n", "success: is 'it is secure', which is not a table"),
        ("success", "success = { measure = 'x', unit = 'share' }\n", "success: 'x' can't be measured: say what"),
        ("success", "success = { measure = 'x', unit = 'h', at_most = 1, at_least = 1 }\n", "success: 'x' can't be"),
        ("success", "success = { measure = 'x', unit = 'share', at_most = 1.0 }\n", "success: 'x' has the bound 1.0"),
        ("success", "success = { measure = 'x', unit = 'share', at_least = 2 }\n", "success: 'x' has the bound 2.0"),
        ("success", "success = { measure = 'x', unit = 'h', at_least = 0 }\n", "success: 'x' has the bound 0.0"),
        ("success", "success = { measure = 'x', unit = 'h', at_most = nan }\n", "success: 'x' has the bound nan"),
        ("success", "success = { measure = 'x', unit = 'h', at_most = true }\n", "at_most: is True, which is not"),
        ("success", "success = { unit = 'h', at_most = 1 }\n", "success], measure: is missing"),
        ("success", "success = { measure = 'x', unit = 'h', at_most = 1, by = 2 }\n", "by: unknown field 'by'"),
        ("safe_to_automate", "safe_to_automate = 1\n", "safe_to_automate: is 1, which is not true"),
    ],
    ("controls/data.toml", "training_data_validated.mappings"): [
        ("T", "T = ''\n", "mappings], T: is empty; it must say something"),
        ("X", "X = 'why'\n", "mappings], X: unknown id 'X'"),
        ('"AML.M0007"', '"AML.M0007" = 7\n', "mappings], AML.M0007: is 7, which is not a text"),
        ('"AML.M0007"', '"AML.M0007, AML.X9999" = "why"\n', "AML.X9999: unknown id 'AML.X9999'"),
        ('"AML.M0007"', '"AML.M0007, T" = "why"\n', "names 'T' once more"),
        ('"AML.TA0000"', '"AML.TA0000" = "a tactic"\n', "AML.TA0000: unknown id 'AML.TA0000'"),
    ],
    ("sources.toml", '"AML.CS0009"'): [
        ("date", "", "date: is missing; it must be a date"),
        ("date", "date = 2016\n", "date: is 2016, which is not a date"),
        ("date", "date = 'spring'\n", "date: is 'spring'; give a date such as 2016-03-25"),
        ("looked_at", "looked_at = 'today'\n", "looked_at: is 'today', which is not a date"),
        ("publisher", "", "publisher: is missing"),
        ("used_for", "used_for = ''\n", "used_for: is empty"),
    ],
    ("lists.toml", '"OWASP LLM 2025"'): [
        ('"LLM01:2025"', '"LLM01:2025" = 1\n', "LLM01:2025: is 1, which is not a text"),
    ],
    ("systems/tay.toml", "notes"): [
        ("uses_tools", "uses_tools = 'stated: it used tools'\n", "uses_tools: 'stated: it used tools' names no source"),
        ("uses_tools", "uses_tools = 'stated: so (AML.CS9999)'\n", "uses_tools: 'stated: so (AML.CS9999)' names no"),
        ("uses_tools", "uses_tools = 'our reading: no; stated'\n", "uses_tools: 'stated' names no source"),
    ],
    ("controls/data.toml", "personal_data_minimized.effectiveness"): [
        ("privacy_breach", "", "effectiveness: is empty; a control counters at least one threat"),
        ("privacy_breach", "privacy_breach = 0.5\n", "effectiveness.privacy_breach: is 0.5, which"),
        ("poisoning", "poisoning = {}\n", "effectiveness: unknown threat 'poisoning'"),
        (
            "privacy_breach",
            "privacy_breach = { value = 0.5, source = 'guessed', why = 'x' }\n",
            "effectiveness.privacy_breach], source: unknown value 'guessed'",
        ),
        (
            "privacy_breach",
            "privacy_breach = { value = 0.5, source = 'judged' }\n",
            "effectiveness.privacy_breach], why: is missing",
        ),
        (
            "privacy_breach",
            "privacy_breach = { value = 0.5, source = 'judged', why = 'x', by = 'us' }\n",
            "effectiveness.privacy_breach], by: unknown field 'by'",
        ),
    ],
    ("atlas.toml", ""): [
        ("version", "version = 5.6\n", "version: is 5.6, which is not a text"),
        ("version", "", "version: is missing; it must be a text"),
        ("date", "date = '2026-04-30'\n", "date: is '2026-04-30', which is not a date"),
        ("released", "released = 'today'\n", "released: unknown field 'released'"),
    ],
    ("atlas.toml", "later"): [
        ('"AML.X9999"', '"AML.X9999" = "gone"\n', "AML.X9999: is an id that nothing here uses"),
    ],
    ("atlas.toml", "techniques"): [
        ("AML.T0020", '"AML.T0020" = 20\n', "AML.T0020: is 20, which is not a text"),
    ],
}


@pytest.mark.parametrize(
    ("where", "field", "line", "problem"),
    [(where, *breakage) for where in BREAKAGE for breakage in BREAKAGE[where]],
    ids=lambda value: value if isinstance(value, str) and ":" in value else "",
)
def test_a_broken_entry_is_named_by_file_id_and_field(copied, where, field, line, problem):
    file, section = where
    change(copied / file, section, field, line)
    with pytest.raises(CatalogError) as said:
        read_catalog(copied)
    begins = section.strip('"') if '"' in section else section.split(".")[0] or Path(file).stem
    named = f"{Path(file).name}, [{begins}"
    assert str(said.value).startswith(named)
    assert problem in str(said.value)


def test_a_copy_of_the_catalog_reads_the_same(copied):
    again = read_catalog(copied)
    parts = "layers facts threats controls atlas sources rulesets shared_failure cases adversaries"
    for part in parts.split():
        assert getattr(again, part) == getattr(catalog(), part)


def test_two_controls_of_one_name_are_refused(copied):
    text = (copied / "controls/data.toml").read_text("utf-8")
    section = re.search(r"(?s)\[personal_data_minimized\].*", text)[0]
    with (copied / "controls/model.toml").open("a", encoding="utf-8") as file:
        file.write("\n" + section)
    with pytest.raises(CatalogError, match=r"model\.toml, \[personal_data_minimized\], id: is tak"):
        read_catalog(copied)


def test_two_controls_of_one_title_are_refused(copied):
    text = (copied / "controls/data.toml").read_text("utf-8")
    section = re.search(r"(?s)\[personal_data_minimized\].*", text)[0].replace("personal_data_minimized", "another")
    with (copied / "controls/model.toml").open("a", encoding="utf-8") as file:
        file.write("\n" + section)
    with pytest.raises(CatalogError, match=r"model\.toml, \[another\], title: is that of personal_data_minimized too"):
        read_catalog(copied)


def test_a_control_named_like_a_fact_is_refused(copied):
    file = copied / "controls/data.toml"
    text = file.read_text("utf-8").replace("personal_data_minimized", "uses_tools")
    file.write_text(text, "utf-8")
    with pytest.raises(CatalogError, match=r"data\.toml, \[uses_tools\], id: is taken"):
        read_catalog(copied)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"[x]\nlabel = ", "is not valid TOML: Invalid value"),
        (b"[x]\nlabel = '\xe9'", "is not UTF-8 text"),
        (b"uses_tools = 1", r"\[uses_tools\]: is 1, which is not a table"),
        (None, "did you mean|check the path"),
    ],
)
def test_a_file_that_is_no_catalog_file_is_named(copied, content, problem):
    (copied / "facts.toml").unlink()
    if content is not None:
        (copied / "facts.toml").write_bytes(content)
    with pytest.raises(CatalogError, match=rf"facts\.toml.*{problem}"):
        read_catalog(copied)


def test_no_control_is_taken_to_stop_everything(copied):
    change(
        copied / "controls/data.toml",
        "personal_data_minimized.effectiveness",
        "privacy_breach",
        "privacy_breach = { value = 0.999, source = 'judged', why = 'One test, one seed.' }\n",
    )
    control = read_catalog(copied).controls["personal_data_minimized"]
    assert control.effectiveness["privacy_breach"].value == CLAIM_CAP


@pytest.mark.parametrize("of", ["layers", "facts", "threats", "controls", "sources", "adversaries", "rulesets"])
def test_nobody_takes_anything_out_of_the_catalog(of):
    kept = dict(getattr(catalog(), of))
    for change in (lambda all_: all_.pop(next(iter(kept))), lambda all_: all_.clear(), lambda all_: all_.update(x=1)):
        with pytest.raises(AttributeError):
            change(getattr(catalog(), of))
    assert getattr(catalog(), of) == kept


def test_a_catalog_of_ones_own_can_be_sent_and_copied():
    own = replace(catalog(), cases=())
    assert pickle.loads(pickle.dumps(own)) == copy.deepcopy(own) == own
    assert pickle.loads(pickle.dumps(catalog())) is catalog()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"at_most": "0"}, "has the bound '0': give a number of 0 or more"),
        ({"at_least": 0}, "has the bound 0: give a number of 0 or more, that a measurement is able to miss"),
        ({"unit": "share", "at_most": 5}, "has the bound 5: give a share, from 0 to 1"),
        ({"measure": 5, "at_most": 0}, "5 can't be measured: say what is counted"),
    ],
)
def test_a_criterion_that_no_number_can_miss_is_refused_and_says_what_would_do(given, said):
    with pytest.raises(ThreatLabError) as refused:
        Criterion(**{"measure": "open interfaces", "unit": "interfaces", **given})
    assert said in str(refused.value)
