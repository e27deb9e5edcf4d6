"""What a learner does in the browser: clicks are answered, an exercise is done, and tomorrow all of it is there."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser import test_assess, test_attack, test_course_walk, test_scope
from tests.notebooks.tracked import ROOT
from tests.site.lab import SiteLab, saved
from threatlab import load_system
from threatlab.attacks import ATTACKS
from threatlab.dataflow.files import load_drawing

DONE = "from threatlab.exercises.progress import store; print(sorted(store().done()))"
TAKEN_UP = "Taken up where you left it."


def test_the_explorer_follows_clicks(lab: SiteLab) -> None:
    lab.open_in_place("02-assess.ipynb")
    number = lab.number("explorer-panel")
    lab.run_above(number)
    lab.run_cell(number)
    explorer, system = lab.find(".jp-Cell").nth(number).locator(".tl").first, load_system("shadowray")
    for word, value in (("Yes", True), ("Unknown", None)):
        test_assess.answer(explorer, "authentication_enforced", word).click()
        test_assess.shows(explorer, system.with_(authentication_enforced=value))


def test_a_guess_is_taken_up_tomorrow_and_till_then_its_picture_is_shown(lab: SiteLab) -> None:
    lab.open_in_place("00-why.ipynb")
    number = lab.number("predict-five")
    lab.run_above(number)
    lab.run_cell(number)
    panel = lab.find(".jp-Cell").nth(number)
    test_course_walk.guess(panel, last=True)
    guessed = panel.locator("[aria-pressed=true]").count()
    assert guessed > 0
    lab.save()
    front = lab.page.context.new_page()
    front.goto(lab.page.url.partition("lab/")[0])
    expect(front.locator("#kept")).to_contain_text("Kept here")
    expect(front.locator("#newer li")).to_have_count(0)  # what is kept names what it was made from

    lab.reload()
    lab.open_in_place("00-why.ipynb")
    assert "widget-view" not in str(lab.cells())
    lab.run_above(number)
    lab.run_cell(number)
    expect(panel).to_contain_text(TAKEN_UP)
    expect(panel.locator("[aria-pressed=true]")).to_have_count(guessed)


def test_the_scope_editor_and_the_attack_lab_answer(lab: SiteLab) -> None:
    lab.open_in_place("01-scope.ipynb")
    number = lab.number("case-editor")
    lab.run_above(number)
    lab.run_cell(number)
    editor = lab.find(".jp-Cell").nth(number).locator(".tl").first
    test_scope.shows(editor, load_drawing("shadowray"))

    lab.open_in_place("00-why.ipynb")
    number = lab.number("lab")
    lab.run_above(number)
    lab.run_cell(number)
    attack = lab.find(".jp-Cell").nth(number).locator(".tl").first
    test_attack.shows(attack, "extraction", "none")
    attack.get_by_label("Control").select_option(label=ATTACKS["extraction"].controls["top1"].title)
    test_attack.shows(attack, "extraction", "top1")


def test_an_exercise_is_done_and_is_still_done_in_another_notebook_and_tomorrow(lab: SiteLab) -> None:
    name, solution = "02-assess-exercises.ipynb", saved(ROOT / "solutions/02-assess.ipynb")
    lab.open_in_place(name)
    worked = next(cell for cell in solution if "### BEGIN SOLUTION" in "".join(cell["source"]))
    number = lab.number(worked["id"])
    lab.run_above(number)
    lab.write(number, "".join(worked["source"]))
    lab.run_cell(number)
    expect(lab.find(".jp-Cell").nth(number)).to_contain_text("Correct")
    lab.save()
    done = lab.said(DONE)
    assert "assess." in done

    lab.reload()
    lab.open_in_place(name)
    assert "".join(lab.cells()[number]["source"]) == "".join(worked["source"])
    lab.open_in_place("03-attack-exercises.ipynb")
    assert lab.said(DONE) == done


def test_an_answer_that_never_ends_is_stopped_and_told(lab: SiteLab) -> None:
    lab.open_in_place("02-assess-exercises.ipynb")
    said = lab.said(
        "from threatlab.exercises.guard import judged\n"
        "def forever():\n    while True: pass\n"
        "print(judged(lambda answer: answer(), forever, 0.4).message)"
    )
    assert "still running after 2 seconds" in said
