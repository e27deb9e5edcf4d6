"""Claims about the catalog: it agrees with its sources, and a broken entry is named."""

import inspect
import keyword
import re
import shutil
import tomllib
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import pytest

import threatlab.dataflow.files
import threatlab.system
from tests.lesson_code import ThreatModelingBasicsManager as LessonManager
from threatlab import AISystem, CatalogError, ThreatLabError, assess, list_systems, load_system
from threatlab.catalog import EFFECTS, EVIDENCE, LAYER_CAP, ROLES, SEVERITIES, Control, catalog, read_catalog
from threatlab.catalog.read import read_atlas
from threatlab.dataflow.files import load_drawing
from threatlab.incidents import incidents

CATALOG = Path(inspect.getfile(threatlab)).parent / "catalog"
CONTROLS = catalog().controls
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


def test_atlas_ids_are_shaped_as_atlas_shapes_them():
    for control in CONTROLS.values():
        for technique in control.atlas_techniques:
            assert re.fullmatch(r"AML\.T\d{4}(\.\d{3})?", technique.id)
        for mitigation in control.atlas_mitigations:
            assert re.fullmatch(r"AML\.M\d{4}", mitigation.id)
        assert control.atlas_techniques


def test_atlas_is_pinned_to_the_version_of_the_sources():
    assert catalog().atlas_release == "5.6.0 of 2026-04-30"


@every_control
def test_ids_of_other_lists_are_shaped_as_those_lists_shape_them(control):
    assert re.fullmatch("S?T?R?I?D?E?", control.stride)
    assert re.fullmatch(r"(LLM(0[1-9]|10):2025)?", control.owasp_llm_2025)
    assert re.fullmatch(r"(ML(0[1-9]|10):2023)?", control.owasp_ml_2023)
    assert re.fullmatch(r"(NISTAML\.\d{2,3} [A-Z][A-Za-z -]+)?", control.nist_ai_100_2)


@every_control
def test_a_control_is_a_complete_record(control):
    assert control.question.endswith("?")
    assert control.check.endswith(".")
    assert control.false_positive.endswith(".")
    assert control.effect in EFFECTS
    assert control.severity in SEVERITIES
    assert 0 < control.effort_days <= 30
    assert 0 <= control.utility_cost < 0.5


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
        assert 0 < claim.value <= LAYER_CAP < 1


@every_control
def test_a_control_is_made_for_something(control):
    values = [claim.value for claim in control.effectiveness.values()]
    if len(values) >= 3:
        assert max(values) / min(values) > 1.49


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
        ("stride", "stride = 'TX'\n", "stride: is 'TX'; it must be made of the letters"),
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
        (
            "atlas_techniques",
            "atlas_techniques = ['AML.T0021', 'AML.X9999']\n",
            "atlas_techniques: unknown ATLAS id 'AML.X9999'",
        ),
    ],
    ("controls/data.toml", "training_data_validated.effectiveness"): [
        ("data_poisoning", "", "effectiveness: is empty; a control counters at least one threat"),
        ("data_poisoning", "data_poisoning = 0.5\n", "effectiveness.data_poisoning: is 0.5, which"),
        ("poisoning", "poisoning = {}\n", "effectiveness: unknown threat 'poisoning'"),
        (
            "data_poisoning",
            "data_poisoning = { value = 0.5, source = 'guessed', why = 'x' }\n",
            "effectiveness.data_poisoning], source: unknown value 'guessed'",
        ),
        (
            "data_poisoning",
            "data_poisoning = { value = 0.5, source = 'judged' }\n",
            "effectiveness.data_poisoning], why: is missing",
        ),
        (
            "data_poisoning",
            "data_poisoning = { value = 0.5, source = 'judged', why = 'x', by = 'us' }\n",
            "effectiveness.data_poisoning], by: unknown field 'by'",
        ),
    ],
    ("atlas.toml", ""): [
        ("version", "version = 5.6\n", "version: is 5.6, which is not a text"),
        ("version", "", "version: is missing; it must be a text"),
        ("released", "released = 'today'\n", "released: unknown field 'released'"),
        ("date", "", "date: is missing; it must be a text"),
    ],
    ("atlas.toml", "later"): [
        ("AML.T0058", '"AML.T0058" = 115\n', "AML.T0058: is 115, which is not a text"),
        ("AML.T0059", '"AML.T9999" = "x"\n', "AML.T9999: unknown field 'AML.T9999'"),
    ],
    ("atlas.toml", "unused"): [("agents", "agents = []\n", "agents: unknown field 'agents'")],
    ("sources.toml", "pcworld_tay"): [
        ("date", "", "date: is missing; it must be a text"),
        ("date", "date = ''\n", "date: is empty; it must say something"),
        ("date", "date = 2016-03-25\n", "date: is datetime.date(2016, 3, 25), which is not a text"),
        ("date", "date = 'in spring'\n", "date: is 'in spring'; it must be such as '2016'"),
        ("date", "date = '2016-13'\n", "date: is '2016-13'; it must be such as '2016'"),
        ("date", "date = '20160325'\n", "date: is '20160325'; it must be such as '2016'"),
        ("title", "", "title: is missing"),
        ("publisher", "", "publisher: is missing"),
        ("used_for", "", "used_for: is missing"),
        ("looked_at", "", "looked_at: is missing; it must be a date"),
        ("looked_at", "looked_at = 'lately'\n", "looked_at: is 'lately', which is not a date"),
        ("address", "address = 'pcworld'\n", "address: is 'pcworld'; it must begin with https://"),
        ("edition", "edition = ' '\n", "edition: is empty"),
        ("author", "author = 'x'\n", "author: unknown field 'author'"),
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
    named = f"{Path(file).name}, [{section.split('.')[0] or 'atlas'}"
    assert str(said.value).startswith(named)
    assert problem in str(said.value)


def test_a_copy_of_the_catalog_reads_the_same(copied):
    again = read_catalog(copied)
    for part in ("layers", "facts", "threats", "controls", "atlas_release", "sources", "rulesets"):
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


def test_no_layer_is_taken_to_stop_everything(copied):
    change(
        copied / "controls/data.toml",
        "training_data_validated.effectiveness",
        "data_poisoning",
        "data_poisoning = { value = 0.999, source = 'judged', why = 'One test, one seed.' }\n",
    )
    control = read_catalog(copied).controls["training_data_validated"]
    assert control.effectiveness["data_poisoning"].value == LAYER_CAP


# ---- sources


def citing():
    """Everything of the catalog that names sources, as (file, table)."""
    for folder in ("systems", "incidents", "scopes", "tabletops"):
        for file in sorted((CATALOG / folder).iterdir()):
            table = tomllib.loads(file.read_text("utf-8"))
            yield file, table
            if "case" in table and folder == "scopes":
                yield file, table["case"]


def test_each_system_incident_drawing_and_story_names_its_sources_by_id():
    for file, table in citing():
        assert table["sources"], file
        assert set(table["sources"]) <= set(catalog().sources), file
        assert "source" not in table, file


def test_each_source_is_named_by_what_rests_on_it():
    lists = {name for name in Control.__dataclass_fields__ if name.startswith(("owasp_", "nist_"))}
    named = {name for _, table in citing() for name in table["sources"]}
    assert set(catalog().sources) == {"mitre_atlas"} | lists | named


def test_what_is_taken_from_atlas_is_of_the_release_that_the_catalog_is_pinned_to():
    of_atlas = [source for source in catalog().sources.values() if "ATLAS" in source.publisher + source.title]
    for source in of_atlas:
        assert source.edition.endswith(f" {catalog().atlas_version}")
        assert source.date == catalog().atlas_date
        assert source.looked_at.isoformat() >= source.date


def test_a_source_is_shown_with_its_publisher_its_edition_and_its_date():
    for system in map(load_system, list_systems()):
        for name in tomllib.loads((CATALOG / "systems" / f"{system.name}.toml").read_text("utf-8"))["sources"]:
            source = catalog().sources[name]
            assert all(part in system.source for part in (source.title, source.publisher, source.edition, source.date))


def test_no_name_of_an_atlas_entry_stands_in_both_lists_of_its_release():
    release = read_atlas(CATALOG / "atlas.toml")
    for kind, ids in release.unused.items():
        assert len(set(ids)) == len(ids)
        assert not set(ids) & set(release.entries[kind])


LOADED = {  # what becomes of which field of a system or drawing, and what is said about it
    ("systems", "tay", "sources"): [
        ("sources = ['atlas_cs9']\n", "sources: unknown source 'atlas_cs9': did you mean 'atlas_cs0009'"),
        ("sources = 'atlas_cs0009'\n", "sources is 'atlas_cs0009', which is not a list"),
        ("sources = [9]\n", "sources: unknown source 9"),
        ("sources = []\n", "notes, generates_content: says 'stated', and no source is named"),
        ("", "notes, generates_content: says 'stated', and no source is named"),
    ],
    ("systems", "tay", "source"): [("source = 'hearsay'\n", "source is 'hearsay': name sources of sources.toml")],
    ("scopes", "tay", "sources"): [
        ("sources = ['pcworld']\n", "sources: unknown source 'pcworld'"),
        ("", "elements, number 1, note: says 'stated', and no source is named"),
    ],
}


@pytest.mark.parametrize(
    ("where", "line", "problem"), [(where, *spoiled) for where in LOADED for spoiled in LOADED[where]]
)
def test_a_statement_without_a_source_is_refused_at_load_by_file_and_field(copied, monkeypatch, where, line, problem):
    folder, name, field = where
    room = {"systems": threatlab.system, "scopes": threatlab.dataflow.files}[folder]
    monkeypatch.setattr(room, "_FILES", replace(room._FILES, folder=copied / folder))
    change(copied / folder / f"{name}.toml", "", field, line)
    with pytest.raises(ThreatLabError) as said:
        {"systems": load_system, "scopes": load_drawing}[folder](name)
    assert str(said.value).startswith(f"{name!r}: {problem}")


def test_what_a_learner_writes_of_their_own_system_needs_no_source_of_ours(tmp_path):
    file = tmp_path / "bot.toml"
    file.write_text("name = 'bot'\nfacts = { uses_tools = true }\nnotes = { uses_tools = 'stated: by us' }\n")
    assert load_system(file).source == ""
