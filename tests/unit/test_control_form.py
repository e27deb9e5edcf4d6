"""The form of questions: what is answered counts, is kept with its proof, and stays whatever is drawn later."""

from __future__ import annotations

import pytest

from tests.unit.page import Page
from threatlab import AISystem, ThreatLabError, load_system
from threatlab.catalog import catalog
from threatlab.report import EXAMPLE
from threatlab.widgets import ControlForm
from threatlab.widgets.control_form.view import FITS

RBAC = catalog().controls["rbac_configured"]


def test_every_control_and_every_fact_is_asked_once_under_its_layer():
    page = ControlForm(AISystem("new")).page
    for attribute in (*catalog().controls.values(), *catalog().facts.values()):
        assert page.count(f">{attribute.question.replace(chr(39), '&#x27;')}</span>") == 1, attribute.id
    for layer in catalog().layers.values():
        assert f"<summary>{layer.title}: " in page


def test_an_answer_counts_and_one_that_is_taken_back_does_not():
    form = ControlForm(AISystem("new"))
    assert f"0 of {len(catalog().controls)} controls answered" in repr(form)
    form.answer("rbac_configured", False, "the role plan of May")
    form.answer("monitoring_active", True)
    assert f"2 of {len(catalog().controls)} controls answered" in repr(form)
    assert form.system["rbac_configured"] is False
    assert form.system.notes["rbac_configured"] == "the role plan of May"
    form.answer("monitoring_active", None)
    assert f"1 of {len(catalog().controls)} controls answered" in repr(form)


def test_clicks_and_fields_do_what_the_methods_do():
    clicked, driven = ControlForm(AISystem("new")), ControlForm(AISystem("new"))
    page = Page(clicked)
    page.answer(RBAC.question, "Yes")
    driven.answer("rbac_configured", True)
    assert clicked.state == driven.state
    assert clicked.page == driven.page


def test_a_proof_can_be_taken_out_again_and_changes_no_answer():
    form = ControlForm(load_system("shadowray"))
    before = form.system
    form.prove("secrets_in_vault", "the build sheet")
    assert form.system.notes["secrets_in_vault"] == "the build sheet"
    assert form.system.known == before.known
    form.prove("secrets_in_vault", " ")
    assert "secrets_in_vault" not in form.system.notes


def test_a_proof_that_is_longer_than_its_field_stands_below_it_whole():
    form = ControlForm(AISystem("new"))
    for proof, shown in (("f" * FITS, False), ("the build sheet of May, " * 9, True)):
        form.prove("secrets_in_vault", proof)
        assert (proof.strip() in Page(form).text) is shown


def test_what_was_answered_stays_when_the_drawing_says_something_new():
    form = ControlForm(AISystem("new"))
    form.answer("rbac_configured", True, "seen by Kim")
    memory = form.memory(form.state)
    later = ControlForm(AISystem("new", internet_facing=True, rbac_configured=False))
    later.show(later.recall(memory))
    assert later.system.known == {"internet_facing": True, "rbac_configured": True}
    assert later.system.notes == {"rbac_configured": "seen by Kim"}


def test_an_example_is_marked_live_and_saved():
    form = ControlForm(AISystem("new"), example=True)
    assert EXAMPLE in form.page
    assert EXAMPLE in form.picture()
    assert EXAMPLE not in ControlForm(AISystem("new")).page


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda form: form.answer("rbac_configure", True), "did you mean 'rbac_configured'"),
        (lambda form: form.answer("rbac_configured", "yes"), "'yes', which is not True or False"),
        (lambda form: form.answer("rbac_configured", 1), "is 1, which is not True or False"),
        (lambda form: form.prove("rbac_configured", 3), "give a text"),
        (lambda form: ControlForm("shadowray"), "give an AISystem"),
    ],
)
def test_bad_input_is_answered_with_a_sentence_and_changes_nothing(call, said):
    form = ControlForm(AISystem("new"))
    with pytest.raises(ThreatLabError, match=said):
        call(form)
    assert form.system.known == {}
