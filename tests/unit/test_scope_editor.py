"""The scope editor: state, HTML and binding, each without a browser."""

from __future__ import annotations

import re

import ipywidgets as widgets
import pytest

from threatlab import AISystem, ThreatLabError, assess, load_system
from threatlab.dataflow import CARRIES, DataFlow
from threatlab.dataflow.facts import system_from
from threatlab.dataflow.files import list_drawings, load_drawing
from threatlab.widgets import ScopeEditor, show, show_case, show_facts
from threatlab.widgets.scope_editor import view
from threatlab.widgets.scope_editor.forms import FORMS
from threatlab.widgets.scope_editor.show import element_rows, flow_rows

HOSTILE = "<img src=x onerror=alert(1)>\"'&"


def text(html):
    return re.sub(r"\s+", " ", re.sub("<[^>]*>", " ", html))


def everything(widget):
    yield widget
    for child in getattr(widget, "children", ()):
        yield from everything(child)


def half():
    whole = load_drawing("ml-pipeline-prod")
    return whole.without("Request log").without("Open-source libraries").finished(False)


@pytest.fixture
def panel():
    return ScopeEditor(half())


@pytest.fixture
def shadowray():
    return ScopeEditor("shadowray")


def fill(form, **values):
    for name, value in values.items():
        form.fields[name].value = value


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
    assert view.exclusions(panel.drawing) == ""


def test_an_exclusion_that_moves_no_score_says_so():
    shown = ScopeEditor("clearview").state
    assert "it moves no score" in text(view.headline(shown))
    assert "tl-beyond" not in view.headline(shown)


def test_each_fact_stands_in_a_table_with_its_reason(shadowray):
    table = text(view.facts_table(shadowray.state))
    for reading in shadowray.state.readings.values():
        assert text(reading.because.replace("'", "&#x27;")).strip() in table
    assert "internet-facing no yes, if you count what is left out" in table


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
        "stated: the interface could be reached and asked for no login",
    )
    assert rows[4][5:8] == ("no", "yes", "yes")
    others = element_rows(shadowray.drawing)
    assert others[3][:5] == ("Job interface", "process", "Cluster", "no", "no")
    table = view.tables(shadowray.drawing)
    assert all(row[-1] in text(table) for row in (rows[0], others[0]))
    assert table.count('<th scope="row">') == len(rows) + len(others)
    assert table.count('<th scope="col">') == len(rows[0]) + len(others[0]) - 2, "who says so stands small in a row"


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
    panel.remove(1)
    panel.add(HOSTILE + "2", "tool", HOSTILE)
    fill(panel.forms["element"], name=HOSTILE, zone=HOSTILE)
    panel.forms["element"].submit()
    shown = (
        view.static_picture(panel.state)
        + show_case(panel.drawing)._repr_html_()
        + "".join(w.value for w in everything(panel.widget) if isinstance(w, widgets.HTML) and "<style>" not in w.value)
    )
    assert "<img src=x" not in shown
    assert "&lt;img src=x" in panel._told.value
    assert "&lt;img src=x" in panel.forms["element"].problem.value
    assert all(not getattr(w, "description_allow_html", False) for w in everything(panel.widget))


def test_the_saved_picture_needs_no_style_sheet_and_no_kernel(shadowray):
    picture = view.static_picture(shadowray.state)
    for dropped in ("<style", "<svg", "class=", "var("):
        assert dropped not in picture
    assert "data:image/svg+xml;base64," in picture
    assert 'alt="zone Internet (internet): Anyone (person);' in picture
    assert "Hidden by what is left out: internet-facing" in picture


def test_a_shown_drawing_is_a_picture_and_a_table():
    shown = show(load_drawing("tay"))
    assert repr(shown) == repr(load_drawing("tay"))
    assert shown._repr_html_().count("<tr>") == 2 + len(load_drawing("tay").flows) + len(load_drawing("tay").elements)
    assert 'alt="zone Internet' in shown._repr_html_()


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


# ---- the binding


def test_a_form_does_what_the_code_does(panel):
    typed = ScopeEditor(half())
    panel.add("Request log", "data store", "Production", personal=True)
    panel.connect("Scoring API", "Request log", "all", "other", personal=True)
    fill(typed.forms["element"], name="Request log", kind="data store", zone="Production", personal=True)
    typed.forms["element"].button.click()
    fill(typed.forms["flow"], source="Scoring API", target="Request log", label="all", carries="other", personal=True)
    typed.forms["flow"].button.click()
    assert typed.drawing == panel.drawing
    assert typed._picture.value == panel._picture.value


def test_each_form_reaches_the_drawing(shadowray):
    fill(shadowray.forms["zone"], name="Partner", kind="third party", owner="them")
    shadowray.forms["zone"].button.click()
    assert shadowray.drawing.zone("Partner").owner == "them"
    fill(shadowray.forms["exclude"], element="Data sets", reason="why", owner="who", review="in spring")
    shadowray.forms["exclude"].button.click()
    assert shadowray.drawing.left_out == {"Job interface", "Data sets"}
    fill(shadowray.forms["include"], element="Job interface")
    shadowray.forms["include"].button.click()
    assert shadowray.drawing.left_out == {"Data sets"}
    for name in (1, "Partner", "Data sets"):
        fill(shadowray.forms["remove"], name=name)
        shadowray.forms["remove"].button.click()
    assert len(shadowray.drawing.flows) == 6
    assert len(shadowray.drawing.zones) == 3
    assert "Data sets" not in [e.name for e in shadowray.drawing.elements]


def test_a_mistake_is_told_beside_the_form_and_keeps_what_was_entered(panel):
    before = panel.drawing
    form = panel.forms["flow"]
    fill(form, source="Scoring API", target="Scoring API", label="to myself", carries="memory", personal=True)
    form.button.click()
    assert panel.drawing == before
    assert "to itself" in text(form.problem.value)
    assert {name: field.value for name, field in form.fields.items()} == {
        "source": "Scoring API",
        "target": "Scoring API",
        "label": "to myself",
        "carries": "memory",
        "personal": True,
    }
    fill(form, target="Loan model")
    form.button.click()
    assert len(panel.drawing.flows) == len(before.flows) + 1
    assert form.problem.value == ""
    assert form.fields["label"].value == ""


@pytest.mark.parametrize("name", FORMS)
def test_an_empty_form_is_answered_with_a_sentence(panel, name):
    before = panel.drawing
    panel.forms[name].button.click()
    assert text(panel.forms[name].problem.value).strip()
    assert panel.drawing == before


def test_only_the_form_that_is_asked_for_is_open(panel):
    for name in FORMS:
        panel._ask.value = name
        assert [n for n, form in panel.forms.items() if form.widget.layout.display == ""] == [name]


def test_what_was_left_out_can_be_taken_back_where_it_is_left_out(shadowray):
    shadowray.ask("exclude")
    assert shadowray.forms["include"].widget.layout.display == ""
    shadowray.include("Job interface")
    assert shadowray.forms["include"].widget.layout.display == "none"


def test_the_lists_offer_what_is_drawn_and_keep_what_was_chosen(panel):
    fill(panel.forms["flow"], source="Scoring API")
    panel.add("Mail", "tool", "Production")
    assert panel.forms["flow"].fields["source"].value == "Scoring API"
    assert ("Mail", "Mail") in panel.forms["flow"].fields["target"].options
    assert ("zone Package index", "Package index") in panel.forms["remove"].fields["name"].options
    panel.remove("Scoring API")
    assert panel.forms["flow"].fields["source"].value == ""


def test_the_word_that_is_chosen_is_explained(panel):
    fill(panel.forms["flow"], carries="memory")
    assert CARRIES["memory"] in "".join(
        w.value for w in everything(panel.forms["flow"].widget) if isinstance(w, widgets.HTML)
    )


def test_a_change_says_what_it_did_and_which_facts_follow(panel):
    panel.add("Request log", "data store", "Production")
    panel.connect("Scoring API", "Request log", "all", "other")
    panel.connect("Request log", "Feature store", "who paid back", "other")
    said = text(panel._told.value)
    assert "Drew flow 9, which crosses from Production into Training. Now it follows: learns from users." in said
    panel.remove("Request log")
    assert "Took away Request log and 2 flows. It no longer follows: learns from users." in text(panel._told.value)
    assert panel.state.told in text(panel._headline.value), "a screen reader hears it, too"


def test_undo_takes_back_one_change_and_reset_can_be_undone(panel):
    panel.add("Mail", "tool", "Production")
    panel.exclude("Mail", "why", "who")
    panel._undo.click()
    assert panel.drawing == half().with_element("Mail", "tool", "Production")
    panel._reset.click()
    assert panel.drawing == half()
    assert panel._reset.disabled
    panel.undo()
    assert panel.drawing.element("Mail")
    panel.undo()
    assert panel._undo.disabled
    with pytest.raises(ThreatLabError, match="nothing to undo"):
        panel.undo()


def test_what_changes_nothing_leaves_nothing_to_undo(panel):
    panel.finish(False)
    panel.reset()
    assert panel._undo.disabled


def test_choosing_another_drawing_begins_anew_with_its_own_controls(panel):
    panel.add("Mail", "tool", "Production")
    panel._picker.value = "tay"
    assert panel.drawing == panel.state.start == load_drawing("tay")
    assert panel.state.base == load_system("tay")
    assert panel._undo.disabled
    panel.choose("ml-pipeline-prod")
    assert panel.drawing == half()
    assert set(list_drawings()) == {name for _, name in panel._picker.options}


def test_saying_that_it_is_whole_turns_unknown_into_no(panel):
    assert panel.system["keeps_memory"] is None
    panel._whole.value = True
    assert panel.drawing.complete
    assert panel.system["keeps_memory"] is False
    panel.finish(False)
    assert panel._whole.value is False


def test_controls_come_from_the_system_of_that_name_or_from_the_base():
    assert ScopeEditor("shadowray").system["secrets_in_vault"] is False
    mine = AISystem("mine", secrets_in_vault=True)
    panel = ScopeEditor("shadowray", base=mine)
    assert panel.system["secrets_in_vault"] is True
    assert panel.assessment == assess(panel.system)
    assert ScopeEditor(DataFlow("mine")).system.known == {}
    assert ScopeEditor("tay", base="shadowray").system["secrets_in_vault"] is False


def test_a_change_leaves_alone_what_it_does_not_change(panel):
    sent = []
    for widget in everything(panel.widget):
        widget.observe(lambda change: sent.append(change["owner"]), names=["value", "options", "description"])
    panel.exclude("Loan model", "why", "who")
    for same in (panel._picker, panel._whole, panel._ask, panel._flows_fold, panel.forms["flow"].fields["source"]):
        assert same not in sent
    assert panel._picture in sent


def test_every_control_has_its_words(panel):
    for widget in everything(panel.widget):
        if isinstance(widget, widgets.Button):
            assert widget.description
            assert widget.tooltip
        if isinstance(widget, widgets.Dropdown | widgets.Text | widgets.Checkbox | widgets.ToggleButtons):
            assert widget.description
    assert len(panel._ask.tooltips) == len(panel._ask.options)


def test_a_panel_shows_no_output_widget(panel):
    kinds = {type(w).__name__ for w in everything(panel.widget)}
    assert not kinds & {"Output", "Accordion", "Tab", "RadioButtons"}


def test_the_display_carries_live_panel_picture_and_text(shadowray):
    bundle = shadowray._repr_mimebundle_()
    assert set(bundle) == {"application/vnd.jupyter.widget-view+json", "text/html", "text/plain"}
    assert bundle["text/plain"] == repr(ScopeEditor("shadowray"))
    assert bundle["text/html"] == view.static_picture(ScopeEditor("shadowray").state)


@pytest.mark.parametrize(
    ("attempt", "named"),
    [
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
