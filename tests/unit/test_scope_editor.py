"""The scope editor: its HTML and its actions, without a browser."""

from __future__ import annotations

import json
import re
from pathlib import Path

import nbformat
import pytest

from tests.unit.page import Page, text
from threatlab import AISystem, ThreatLabError, assess, load_system
from threatlab.dataflow import CARRIES, ELEMENT_KINDS, DataFlow
from threatlab.dataflow.facts import system_from
from threatlab.dataflow.files import list_drawings, load_drawing
from threatlab.exchange import read
from threatlab.widgets import ScopeEditor, show, show_case, show_facts
from threatlab.widgets.scope_editor import view
from threatlab.widgets.scope_editor.forms import FORMS
from threatlab.widgets.scope_editor.show import element_rows, flow_rows

REASON = "Why it needs no assessment here"
ELEMENT = {
    "Name of the element": "Request log",
    "Kind of element": f"data store \u2014 {ELEMENT_KINDS['data store']}",
    "Trust zone": "Production (own)",
}
FLOW = {
    "From": "Scoring API",
    "To": "Request log",
    "What flows, in a few words": "all",
    "It carries": f"other \u2014 {CARRIES['other']}",
}
NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "01-scope.ipynb"
CELLS = [cell for cell in nbformat.read(NOTEBOOK, as_version=4).cells if cell.cell_type == "code"]
HOSTILE = "<img src=x onerror=alert(1)>\"'&"


def half():
    whole = load_drawing("ml-pipeline-prod")
    return whole.without("Request log").without("Open-source libraries").finished(False)


@pytest.fixture(autouse=True)
def _beside_a_notebook(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def panel():
    return ScopeEditor(half())


@pytest.fixture
def shadowray():
    return ScopeEditor("shadowray")


# ---- the picture


def test_the_headline_tells_the_risk_in_scope_and_with_what_was_left_out(shadowray):
    shown = text(view.headline(shadowray.state))
    drawing, controls = load_drawing("shadowray"), load_system("shadowray")
    assert f"Risk in scope {assess(system_from(drawing, controls)).risk_score:.2f}" in shown
    everything_drawn = assess(system_from(drawing, controls, with_excluded=True)).risk_score
    assert f"with what you left out {everything_drawn:.2f}" in shown
    assert "8 elements in 3 zones, 8 flows, 3 across a boundary" in shown


def test_a_drawing_that_leaves_nothing_out_says_so(panel):
    assert "nothing is left out" in text(view.headline(panel.state))
    assert view.exclusions(panel.state) is None


def test_an_exclusion_that_moves_no_score_says_so():
    shown = ScopeEditor("clearview").state
    assert "it moves no score" in text(view.headline(shown))
    assert "tl-beyond" not in view.headline(shown)


def test_an_exclusion_that_moves_no_score_says_what_it_hides_all_the_same(panel):
    panel.add("Mail", "tool", "Production", personal=True)
    panel.add("Office", "process", "Training")
    panel.connect("Mail", "Applicant", "a letter", "other", personal=True)
    panel.exclude("Mail", "why", "who")
    assert panel.state.last_change == (
        "Left out Mail. All the same, it holds personal data; it gets or sends personal data (flow 8); it is a tool: "
        "what it does has an effect; it stands at a trust boundary (flow 8)."
    )
    panel.exclude("Office", "why", "who")
    nothing = "Nothing drawn speaks against it: no score, no personal data, no tool, no boundary, no only way."
    assert panel.state.last_change == f"Left out Office. {nothing}"
    shown = text(view.exclusions(panel.state))
    assert "why. Who answers for it: who. Look again: no day is set. All the same, it holds personal data" in shown
    assert nothing in shown


def test_the_editor_asks_what_the_drawing_leaves_open(panel):
    panel.finish()
    panel.add("Mail", "tool", "Production")
    assert view.questions(panel.state) is None
    panel.connect("Scoring API", "Mail", "score", "decisions")
    question = "Does what a model says make Mail do something (flow 8)?"
    assert f"Open now: {question}" in panel.state.last_change
    shown = text(view.questions(panel.state))
    assert shown.count(question) == 1
    assert "unknown until then: uses tools, acts without approval" in shown
    assert question in panel.page
    assert question in text(panel.picture())
    assert "left open by flows 3, 8" in text(view.facts_table(panel.state))
    panel.remove(8)
    panel.connect("Scoring API", "Mail", "letter", "actions")
    assert view.questions(panel.state) is None
    assert panel.system["uses_tools"] is True


def test_each_fact_stands_in_a_table_with_its_reason(shadowray):
    table = text(view.facts_table(shadowray.state))
    for reading in shadowray.state.readings.values():
        assert text(reading.because) in table
    assert "internet-facing no yes, with what is left out" in table


def test_the_table_tells_of_each_flow_what_the_picture_tells(shadowray):
    rows = flow_rows(shadowray.drawing)
    assert rows[1] == (
        "2",
        "Anyone",
        "Job interface",
        "jobs, no login asked",
        "actions",
        "Internet \u2192 Cluster",
        "no",
        "no",
        "intruder",
        (
            "stated: the interface could be reached and asked for no login (AML.CS0023); "
            "our reading: whoever scanned for it had no business there"
        ),
    )
    assert rows[4][5:8] == ("no", "yes", "yes")
    others = element_rows(shadowray.drawing)
    assert others[3][:5] == ("Job interface", "process", "Cluster", "no", "no")
    table = view.tables(shadowray.drawing)
    assert all(row[-1] in text(table) for row in (rows[0], others[0]))
    assert table.count('<th scope="row">') == len(rows) + len(others)
    assert table.count('<th scope="col">') == len(rows[0]) + len(others[0]) - 3, (
        "who says so, and who is there, stand small"
    )
    assert "Can be there: intruder" in text(table)


def test_a_drawing_without_flows_has_tables_too():
    assert "No flow so far" in view.tables(DataFlow("x"))
    assert "API" in view.tables(DataFlow("x").with_zone("Ours", "own").with_element("API", "process", "Ours"))


def test_a_text_from_a_user_is_escaped_wherever_it_is_shown():
    drawing = (
        DataFlow(HOSTILE, title=HOSTILE)
        .with_zone(HOSTILE, "own", HOSTILE)
        .with_element(HOSTILE, "person", HOSTILE)
        .with_element("API", "process", HOSTILE)
        .with_flow(HOSTILE, "API", HOSTILE, "other")
        .excluding(HOSTILE, HOSTILE, HOSTILE, HOSTILE)
    )
    panel = ScopeEditor(drawing)
    page = Page(panel)
    panel.remove(1)
    panel.add(HOSTILE + "2", "tool", HOSTILE)
    page.click(FORMS["element"][0])
    page.submit("Add the element", **{"Name of the element": HOSTILE, "Trust zone": f"{HOSTILE} (own)"})
    assert HOSTILE[:12] in page.problem
    assert HOSTILE in page.soup.select_one(".tl-last").text
    for html in (panel.page, panel.picture(), show_case(panel.drawing)._repr_html_()):
        assert "<img src=x" not in html
        assert "&lt;img src=x" in html


def test_the_saved_picture_needs_no_style_sheet_and_no_kernel(shadowray):
    picture = view.static_picture(shadowray.state)
    for dropped in ("<style", "<svg", "class=", "var("):
        assert dropped not in picture
    assert "data:image/svg+xml;base64," in picture
    assert 'alt="zone Internet (internet): Anyone (person);' in picture
    assert "Hidden by what is left out: internet-facing" in picture


def test_a_shown_drawing_is_dark_in_the_dark_theme():
    html = show(load_drawing("tay"))._repr_html_()
    [chosen] = re.findall(r"img\[alt\^='(.*?)'\]\{filter:invert", html)
    assert re.findall(r'<img alt="([^"]*)"', html)[0].startswith(chosen)


def test_a_shown_drawing_is_a_picture_and_a_table():
    shown = show(load_drawing("tay"))
    assert repr(shown) == repr(load_drawing("tay"))
    assert shown._repr_html_().count("<tr>") == 2 + len(load_drawing("tay").flows) + len(load_drawing("tay").elements)
    assert 'alt="zone Internet' in shown._repr_html_()


def test_who_answers_for_what_is_left_out_is_told_in_words_and_not_in_parentheses_of_a_reason():
    assert "whoever runs it. Who answers for it: whoever runs the network (our reading" in text(
        show(load_drawing("shadowray"))._repr_html_()
    )


def test_the_facts_of_a_drawing_are_shown_with_their_reasons():
    shown = show_facts(load_drawing("tay"))
    assert "internet-facing: flow 1: Users \u2192 Chat service (questions)" in repr(shown).splitlines()
    assert "uses tools" not in repr(shown)
    assert text(shown._repr_html_()).count("flow") == repr(shown).count("flow")


@pytest.mark.parametrize("name", list_drawings())
def test_the_case_of_a_drawing_tells_what_was_left_out_and_what_followed(name):
    drawing = load_drawing(name)
    words = repr(show_case(drawing))
    assert f"System: {name}" in words
    assert (drawing.case.followed if drawing.case else "No incident is on record") in words
    assert all(exclusion.reason in words for exclusion in drawing.exclusions)


@pytest.mark.parametrize("look", [show, show_facts, show_case])
@pytest.mark.parametrize("bad", [None, "tay", 7])
def test_only_a_drawing_can_be_shown(look, bad):
    with pytest.raises(ThreatLabError, match="DataFlow"):
        look(bad)


# ---- the panel


def test_a_form_does_what_the_code_does(panel):
    typed = ScopeEditor(half())
    panel.add("Request log", "data store", "Production", personal=True)
    panel.ask("element")
    panel.ask("flow")
    panel.connect("Scoring API", "Request log", "all", "other", personal=True)
    page = Page(typed)
    page.click(FORMS["element"][0])
    page.submit("Add the element", **ELEMENT | {"It holds personal data": True})
    page.click(FORMS["flow"][0])
    page.submit("Draw the flow", **FLOW | {"It carries personal data": True})
    assert typed.drawing == panel.drawing
    assert typed.page == panel.page


@pytest.mark.slow
def test_what_is_worth_something_and_who_can_be_where_is_ticked_in_a_form_and_done_in_code(panel):
    typed = ScopeEditor(half())
    said = {"assets": ["data", "money"], "worth": "A year of claims"}
    panel.add("Request log", "data store", "Production", **said)
    panel.connect("Scoring API", "Request log", "all", "other", adversaries=["insider"])
    number = len(panel.drawing.flows)
    page = Page(typed)
    worth = "What that is worth to the business"
    page.submit("Add the element", **ELEMENT | {"money": True, "data": True, worth: "A year of claims"})
    page.submit("Draw the flow", **FLOW | {"insider": True})
    assert typed.drawing == panel.drawing
    assert panel.drawing.element("Request log").worth == "A year of claims"
    assert panel.drawing.flow(number).adversaries == ("insider",)
    page.choose("Element, flow or zone", "Request log")
    page.submit("Change it", money=False, **{worth: ""})
    assert typed.drawing.element("Request log").assets == ("data",)
    assert typed.drawing.element("Request log").worth == ""
    page.choose("Element, flow or zone", f"flow {number}: {panel.drawing.flow(number)}")
    page.submit("Change it", nobody=True)
    assert "'nobody' says that there is none: give it alone" in page.text
    page.submit("Change it", insider=False, nobody=True)
    assert typed.drawing.flow(number).adversaries == ("nobody",)
    page.submit("Change it", nobody=False)
    assert typed.drawing.flow(number).adversaries == ()
    panel.change_element("Request log", name="Log", kind="data store", zone="Production")
    assert panel.drawing.element("Log").assets == ("data", "money"), "what isn't given stays"


@pytest.mark.slow
def test_each_form_reaches_the_drawing(shadowray):
    page = Page(shadowray)
    page.click(FORMS["zone"][0])
    page.submit("Add the zone", **{"Name of the zone": "Partner", "Who decides what runs there": "them"})
    assert shadowray.drawing.zone("Partner").owner == "them"
    page.click(FORMS["exclude"][0])
    page.submit("Leave it out", **{"Element": "Data sets", REASON: "why", "Who answers for its risk instead": "who"})
    assert shadowray.drawing.left_out == {"Job interface", "Data sets"}
    page.submit("Take it back in", **{"Left out so far": "Job interface"})
    assert shadowray.drawing.left_out == {"Data sets"}
    for gone in (f"flow 1: {shadowray.drawing.flows[0]}", "zone Partner", "Data sets"):
        page.choose("Element, flow or zone", gone)
        page.click("Take it away")
    assert len(shadowray.drawing.flows) == 6
    assert len(shadowray.drawing.zones) == 3
    assert "Data sets" not in [e.name for e in shadowray.drawing.elements]


def test_a_mistake_is_told_in_its_form_which_begins_anew_only_once_it_is_accepted(panel):
    before, page = panel.drawing, Page(panel)
    first = {"From": "Scoring API", "To": "Scoring API", "What flows, in a few words": "to myself"}
    page.submit("Draw the flow", **first)
    form = page.soup.select_one("form[data-act=connect]")
    assert panel.drawing == before
    assert "to itself" in form.select_one(".tl-problem").text
    keys = [each["data-key"] for each in form.select("[data-key]")]
    page.submit("Draw the flow", **first | {"To": "Loan model"})
    form = page.soup.select_one("form[data-act=connect]")
    assert len(panel.drawing.flows) == len(before.flows) + 1
    assert page.problem == ""
    assert not set(keys) & {each["data-key"] for each in form.select("[data-key]")}
    assert form["data-key"] == "connect-", "its lists stay"


@pytest.mark.parametrize("name", ["element", "flow", "zone", "exclude"])
def test_an_empty_form_is_answered_with_a_sentence(panel, name):
    before, page = panel.drawing, Page(panel)
    page.click(FORMS[name][0])
    page.submit(page.soup.select_one("div:not([hidden]) > form [type=submit]").text)
    assert page.soup.select_one("div:not([hidden]) > form .tl-problem").text
    assert panel.drawing == before


def test_only_the_form_that_is_asked_for_is_open(panel):
    page = Page(panel)
    for name, act in {
        "element": "add",
        "flow": "connect",
        "zone": "add_zone",
        "exclude": "exclude",
        "name": "describe",
    }.items():
        page.click(FORMS[name][0])
        assert [each["data-act"] for each in page.soup.select("div:not([hidden]) > form")] == [act]
        assert page.button(FORMS[name][0])["aria-pressed"] == "true"


def test_what_was_left_out_can_be_taken_back_where_it_is_left_out(shadowray):
    shadowray.ask("exclude")
    page = Page(shadowray)
    assert page.soup.select("div:not([hidden]) > form[data-act=include]")
    shadowray.include("Job interface")
    assert not page.soup.select("form[data-act=include]")


def test_the_lists_offer_what_is_drawn(panel):
    panel.add("Mail", "tool", "Production")
    page = Page(panel)
    assert "Mail" in [each.text for each in page.field("To").select("option")]
    assert "zone Package index" in [each.text for each in page.field("Element, flow or zone").select("option")]


def test_each_word_is_explained_where_it_is_chosen(panel):
    options = [each.text for each in Page(panel).field("It carries").select("option")]
    assert options == [f"{word} \u2014 {meaning}" for word, meaning in CARRIES.items()]


def test_a_change_says_what_it_did_and_which_facts_follow(panel):
    panel.add("Request log", "data store", "Production")
    panel.connect("Scoring API", "Request log", "all", "other")
    panel.connect("Request log", "Feature store", "who paid back", "other")
    page = Page(panel)
    done = "Drew flow 9, which crosses from Production into Training. Now it follows: learns from users."
    assert page.soup.select_one(".tl-last").text == done
    panel.remove("Request log")
    done = "Took away Request log and 2 flows. It no longer follows: learns from users."
    assert page.soup.select_one(".tl-last").text == done
    assert done in page.soup.select_one("[role=status]").text, "a screen reader hears it, too"


def test_undo_takes_back_one_change_and_reset_can_be_undone(panel):
    page = Page(panel)
    panel.add("Mail", "tool", "Production")
    panel.exclude("Mail", "why", "who")
    page.click("Undo")
    assert panel.drawing == half().with_element("Mail", "tool", "Production")
    page.click("Reset")
    assert panel.drawing == half()
    assert page.button("Reset").has_attr("disabled")
    panel.undo()
    assert panel.drawing.element("Mail")
    panel.undo()
    assert page.button("Undo").has_attr("disabled")
    with pytest.raises(ThreatLabError, match="nothing to undo"):
        panel.undo()


def test_what_changes_nothing_leaves_nothing_to_undo(panel):
    panel.finish(False)
    panel.reset()
    assert Page(panel).button("Undo").has_attr("disabled")


def test_another_drawing_comes_with_its_own_controls_and_undo_goes_back_across_it(panel):
    page = Page(panel)
    page.choose("Drawing", load_drawing("tay").title)
    assert panel.drawing == load_drawing("tay")
    assert panel.state.base == load_system("tay")
    panel.add("Mail", "tool", "Chatbot")
    panel.undo()
    page.click("Undo")
    assert panel.drawing == half()
    assert panel.state.base == load_system("ml-pipeline-prod")


@pytest.mark.slow
def test_what_is_not_saved_is_asked_for_before_another_drawing_takes_its_place(panel):
    page = Page(panel)
    panel.add("Mail", "tool", "Production")
    panel.connect("Scoring API", "Mail", "letter", "actions")
    mine = panel.drawing
    page.choose("Drawing", load_drawing("tay").title)
    assert panel.drawing == mine
    assert "is not saved: 2 parts." in page.problem
    page.click("Stay here")
    assert "Don't save" not in page.text
    page.choose("Drawing", load_drawing("tay").title)
    page.click("Don't save, and go on to Tay")
    assert panel.drawing == load_drawing("tay")
    panel.undo()
    assert panel.drawing == mine
    page.choose("Drawing", load_drawing("tay").title)
    page.click("Save first, and go on to Tay")
    assert panel.drawing == load_drawing("tay")
    page.choose("Drawing", "ml-pipeline-prod.toml (saved)")
    assert panel.drawing == mine


def test_reset_goes_back_to_the_drawing_that_the_panel_was_made_with(panel):
    panel.choose("tay")
    panel.reset()
    assert panel.drawing == half()
    assert panel.state.base == load_system("ml-pipeline-prod")
    panel.undo()
    assert panel.drawing == load_drawing("tay")


def test_a_drawing_made_in_code_is_shown_with_the_controls_of_the_panel(panel):
    panel.choose("tay")
    panel.redraw(half().finished())
    assert (panel.drawing, panel.state.base) == (half().finished(), load_system("ml-pipeline-prod"))
    panel.undo()
    assert panel.drawing == load_drawing("tay")
    with pytest.raises(ThreatLabError, match="DataFlow"):
        panel.redraw("tay")


@pytest.mark.slow
def test_a_drawing_is_saved_under_its_name_and_never_over_another(panel):
    page = Page(panel)
    page.click(FORMS["name"][0])
    page.submit("Name it", **{"Short name, and that of its file": "a/b: loans", "Title": "Loans"})
    page.click("Save")
    assert load_drawing("my-drawings/a-b- loans.toml") == panel.drawing
    assert panel.drawing.title == "Loans"
    panel.add("Mail", "tool", "Production")
    panel.save()
    other = ScopeEditor("tay")
    other.describe("a/b: loans")
    page = Page(other)
    page.click(FORMS["name"][0])
    page.click("Save")
    assert "holds another drawing" in page.problem
    assert load_drawing("my-drawings/a-b- loans.toml") == panel.drawing
    page.click("Replace a-b- loans.toml")
    assert load_drawing("my-drawings/a-b- loans.toml") == other.drawing


def test_a_damaged_file_of_mine_is_told_and_not_replaced_unasked(panel):
    panel.save()
    Path("my-drawings/ml-pipeline-prod.toml").write_text("name =", encoding="utf-8")
    page = Page(panel)
    panel.choose("tay")
    page.choose("Drawing", "ml-pipeline-prod.toml (saved)")
    assert "not valid TOML" in page.problem
    assert panel.drawing == load_drawing("tay")
    panel.undo()
    with pytest.raises(ThreatLabError, match="holds another"):
        panel.save()


def test_an_empty_drawing_says_what_to_do_first_and_earns_no_score(panel):
    page = Page(panel)
    page.choose("Drawing", "New drawing")
    assert "nothing is drawn yet" in page.text
    assert "Add a zone for each owner" in page.text
    for empty in (page, Page(ScopeEditor(DataFlow("mine")))):
        assert empty.button(FORMS["zone"][0])["aria-pressed"] == "true"
    assert not page.soup.select(".tl-score")
    assert "no risk score" in repr(panel)
    assert "nothing is drawn yet" in panel.picture()
    panel.add_zone("Ours", "own")
    panel.add("API", "process", "Ours")
    assert "no flow is drawn yet" in page.text
    panel.add("Log", "data store", "Ours")
    panel.connect("API", "Log", "all", "other")
    assert page.soup.select_one(".tl-score").text == f"{panel.assessment.risk_score:.2f}"


@pytest.mark.slow
def test_a_part_is_changed_in_place_and_all_that_hangs_on_it_goes_with_it(panel):
    page = Page(panel)
    panel.exclude("Model registry", "why", "who")
    flows = len(panel.drawing.flows_of("Scoring API"))
    page.click(FORMS["change"][0])
    page.choose("Element, flow or zone", "Model registry")
    page.submit("Change it", **{"Name of the element": "Shelf", "It holds personal data": True})
    assert panel.drawing.element("Shelf").personal
    assert panel.drawing.left_out == {"Shelf"}
    page.choose("Element, flow or zone", "zone Production")
    page.submit("Change it", **{"Name of the zone": "Live"})
    assert panel.drawing.element("Scoring API").zone == "Live"
    number = next(n for n, flow in panel.drawing.numbered.items() if flow.source == "Scoring API")
    page.choose("Element, flow or zone", f"flow {number}: {panel.drawing.numbered[number]}")
    page.submit("Change it", **{"What flows, in a few words": "other words"})
    assert panel.drawing.numbered[number].label == "other words"
    assert len(panel.drawing.flows_of("Scoring API")) == flows
    panel.undo()
    panel.undo()
    panel.undo()
    assert panel.drawing.left_out == {"Model registry"}


def test_what_is_there_already_is_no_mistake_and_a_later_reason_replaces_one(panel):
    for _ in range(2):
        panel.add_zone("Finance", "own", "them")
        panel.add("Report", "process", "Finance")
        panel.connect("Scoring API", "Report", "totals", "other")
        panel.exclude("Report", "why", "who")
    assert panel.state.last_change == "Report is left out already, for this reason."
    panel.exclude("Report", "better", "who")
    assert [e.reason for e in panel.drawing.exclusions] == ["better"]
    with pytest.raises(ThreatLabError, match="second element"):
        panel.add("Report", "tool", "Finance")


def test_a_score_that_changed_is_told_before_and_after_in_the_sentence_that_is_heard(shadowray):
    before = shadowray.state.score
    shadowray.include("Job interface")
    heard = Page(shadowray).soup.select_one("[role=status]").text
    assert f"Risk in scope {before} \u2192 {shadowray.state.score}" in heard
    assert f"{before} \u2192 {shadowray.state.score}" in Page(shadowray).text


def test_a_drawing_is_there_again_tomorrow_with_its_undo(learner):
    first = ScopeEditor(half())
    first.add("Mail", "tool", "Production")
    first.choose("tay", unsaved="leave")
    first.describe("mine")
    again = ScopeEditor(half())
    assert "Taken up where you left it" in again.page
    assert again.drawing == first.drawing
    assert again.state.base == load_system("tay")
    for _ in range(2):
        again.undo()
    assert again.drawing.element("Mail")
    assert again.state.base == load_system("ml-pipeline-prod")
    assert ScopeEditor("shadowray").drawing == load_drawing("shadowray"), "another panel is another drawing"


def test_saying_that_it_is_whole_turns_unknown_into_no(panel):
    page = Page(panel)
    assert panel.system["keeps_memory"] is None
    page.enter("This is the whole system", True)
    assert panel.drawing.complete
    assert panel.system["keeps_memory"] is False
    panel.finish(False)
    assert not page.field("This is the whole system").has_attr("checked")


def test_controls_come_from_the_system_of_that_name_or_from_the_base():
    assert ScopeEditor("shadowray").system["secrets_in_vault"] is False
    mine = AISystem("mine", secrets_in_vault=True)
    panel = ScopeEditor("shadowray", base=mine)
    assert panel.system["secrets_in_vault"] is True
    assert panel.assessment == assess(panel.system)
    assert ScopeEditor(DataFlow("mine")).system.known == {}
    assert ScopeEditor("tay", base="shadowray").system["secrets_in_vault"] is False


@pytest.mark.parametrize(
    ("attempt", "named"),
    [
        (lambda p: p.add("Log", "data store", "Production", assets=["gold"]), "gold"),
        (lambda p: p.connect("Scoring API", "Loan model", "x", "other", adversaries=["ghost"]), "ghost"),
        (lambda p: p.add("Log", "store", "Production"), "'store'"),
        (lambda p: p.connect("Scoring API", "Nowhere", "x", "other"), "'Nowhere'"),
        (lambda p: p.exclude("Loan model", "", "who"), "without a reason"),
        (lambda p: p.include("Loan model"), "in scope already"),
        (lambda p: p.remove("Loan modle"), "'Loan model'"),
        (lambda p: p.remove("Production"), "not empty"),
        (lambda p: p.remove(99), "99"),
        (lambda p: p.remove(None), "None"),
        (lambda p: p.finish("yes"), "'yes'"),
        (lambda p: p.choose("shadowrya"), "'shadowray'"),
        (lambda p: p.choose(None), "None"),
        (lambda p: p.ask("flows"), "'flow'"),
    ],
)
def test_bad_input_is_refused_and_changes_nothing(panel, attempt, named):
    before = panel.state
    with pytest.raises(ThreatLabError, match=named):
        attempt(panel)
    assert panel.state == before


@pytest.mark.parametrize("bad", [None, 7, "shadowrya", "", float("nan")])
def test_what_is_no_drawing_is_refused(bad):
    with pytest.raises(ThreatLabError):
        ScopeEditor(bad)


def test_a_base_that_is_no_system_is_refused():
    with pytest.raises(ThreatLabError, match="'shadowray'"):
        ScopeEditor("tay", base="shadowrya")


def test_a_folder_without_a_name_is_refused():
    with pytest.raises(ThreatLabError, match="folder"):
        ScopeEditor("tay", folder="")


def ruin(panel):
    """Do what leaves least of the drawing that a notebook goes on with."""
    panel.choose("tay", unsaved="leave")
    panel.exclude("Users", "mine", "me")


@pytest.mark.slow
@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("done", [lambda panel: None, ruin, lambda panel: panel.choose("new drawing", unsaved="leave")])
def test_the_cells_around_the_editor_run_twice_and_after_whatever_was_done_in_it(done, times, capsys):
    names = {}
    for cell in CELLS:
        for _ in range(times):
            exec(cell.source, names)  # the workbook's own
        if "panel" in names:
            done(names["panel"])
    assert "hides trains a model, learns from users" in capsys.readouterr().out


def test_the_form_that_is_open_is_open_again(panel):
    panel.ask("element")
    assert panel.recall(panel.memory(panel.state)).form == "element"


def test_the_controls_of_a_system_of_ones_own_are_there_again():
    mine = AISystem("mine", secrets_in_vault=True)
    panel = ScopeEditor("shadowray", base=mine)
    assert panel.recall(panel.memory(panel.state)).base == mine


# ---- a model of another tool


OTM = Path(__file__).parents[1] / "data" / "exchange" / "otm.json"


@pytest.mark.slow
def test_an_import_is_asked_about_one_question_at_a_time():
    panel = ScopeEditor(OTM)
    questions = read(OTM).questions
    page = Page(panel)
    for place, question in enumerate(questions):
        assert panel.state.asks == questions[place:]
        assert question.asks in page.text
        answers = {json.loads(each["data-args"])["choice"]: each for each in page.soup.select("[data-act=answer]")}
        assert tuple(answers) == question.choices
        assert not question.proposal or f"Perhaps {question.proposal}: {question.because}." in page.text
        page.press(answers[question.proposal or question.choices[0]])
    assert panel.state.asks == ()
    assert "The file leaves this open" not in page.text
    assert [flow.carries for flow in panel.drawing.flows] == ["questions", "questions", "questions", "documents"]
    assert panel.system["rate_limiting_enabled"] is True
    panel.undo()
    assert panel.state.asks == questions[-1:]
    assert panel.system["rate_limiting_enabled"] is None


def test_a_question_can_wait_and_goes_with_its_part():
    panel = ScopeEditor(read(OTM))
    first, second = panel.state.asks[:2]
    panel.later()
    assert (panel.state.asks[0], panel.state.asks[-1]) == (second, first)
    panel.change_element("Gateway", name="Front door", kind="process", zone="Our cluster")
    assert "Front door \u2192 Answer LLM: Prompt" in {each.part for each in panel.state.asks}
    panel.remove("Answer LLM")
    assert {"Answer LLM"}.isdisjoint(each.part for each in panel.state.asks)
    with pytest.raises(ThreatLabError, match="unknown answer 'perhaps'"):
        panel.answer("perhaps")


@pytest.mark.slow
def test_what_was_answered_is_there_again_tomorrow():
    panel = ScopeEditor(OTM)
    while panel.state.asks[0].about != "control":
        panel.answer(panel.state.asks[0].choices[0])
    panel.answer("no")
    again = panel.recall(json.loads(json.dumps(panel.memory(panel.state))))
    assert (again.drawing, again.asks, again.base) == (panel.drawing, panel.state.asks, panel.state.base)
    assert again.before.asks == panel.state.before.asks


def test_another_drawing_is_asked_nothing_about_the_import(panel):
    editor = ScopeEditor(OTM)
    editor.choose("tay")
    assert editor.state.asks == ()
    editor.undo()
    assert editor.state.asks == read(OTM).questions
    assert panel.state.asks == ()
    with pytest.raises(ThreatLabError, match="there is nothing to answer"):
        panel.answer("own")
