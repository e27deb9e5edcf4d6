"""Notebook 07 as a learner uses it, and the page that it exports: opened from a file, read, printed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Locator, expect

from tests.browser import ask
from tests.browser.lab import LOOKS, Lab
from tests.unit.threat_models import BARE, HOSTILE, full, with_text
from threatlab.report import STRIDE, ThreatModel, checklist, to_html
from threatlab.widgets.export.view import FORMATS

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "07-capstone.ipynb"
EXPORT, CHECKLIST = ".tl:has(> .tl-export)", ".tl:has(> .tl-checklist)"


def opened(lab: Lab) -> Locator:
    """Return the first export panel, on the whole threat model, after all cells have run."""
    lab.open(NOTEBOOK)
    lab.run_all()
    return lab.find(EXPORT).first


def name(panel: Locator, stem: str) -> None:
    """Type a file's name, leave the field, and wait until the panel has taken it."""
    field = panel.get_by_label("File name")
    field.fill(stem)
    field.press("Tab")
    expect(panel.get_by_role("status")).to_contain_text(f"Export writes {stem}.")


def checklist_follows_the_model(lab: Lab) -> None:
    """Check that the checklist has followed the model through the notebook."""
    growing, last = lab.find(CHECKLIST).nth(0), lab.find(CHECKLIST).nth(1)
    titles = [item.title for item in checklist(BARE)]
    for panel in (growing, last):
        expect(panel.locator("tbody th")).to_have_text(titles)
        expect(panel.locator(".tl-cl-done")).to_have_count(len(titles))
        expect(panel.locator("input, select, button, a")).to_have_count(0)
    expect(growing.locator("tr").filter(has_text="Team trained")).to_contain_text("new")
    expect(growing.get_by_role("status")).to_have_text(re.compile("6 of 6 items done; new: Team trained"))


def test_the_checklist_follows_and_the_export_asks_before_it_replaces(lab: Lab) -> None:
    panel, page = opened(lab), lab.page
    checklist_follows_the_model(lab)
    export, replace = (panel.get_by_role("button", name=re.compile(label)) for label in ("^Export", "^Replace it"))
    name(panel, "mine")
    export.click()
    expect(panel.get_by_role("status")).to_have_text(re.compile(r"mine\.html written: \d+ KB\. Double-click it"))
    export.click()
    expect(panel.get_by_role("status")).to_contain_text("is there already, and says the same")
    panel.get_by_label("Format").select_option(FORMATS["markdown"].title)
    name(panel, "new-idea")  # which the half-filled model has written
    export.click()
    expect(panel.get_by_role("alert")).to_contain_text("'new-idea.md' is there already and says something else")
    panel.get_by_text("The same findings by STRIDE").click()
    expect(panel.locator(".tl-ex-stride tbody th")).to_have_text([re.compile(each) for each in STRIDE.values()])
    panel.get_by_text("The briefing").click()
    expect(panel.locator(".tl-ex-briefing")).to_contain_text("What you can do")
    for look in LOOKS:
        lab.look(*look)
        for each in (EXPORT, CHECKLIST):
            assert lab.axe(each) == [], look
            for place in range(lab.find(each).count()):
                assert lab.overflowing(lab.find(each).nth(place)) == [], look
    replace.click()
    expect(panel.get_by_role("status")).to_contain_text("new-idea.md written")
    expect(replace).to_be_hidden()

    half = lab.find(EXPORT).nth(1)
    for what in ("the scope as a drawing", "a training record"):
        expect(half.locator(".tl-ex-missing")).to_contain_text(what)
    expect(half.locator(".tl-ex-missing")).to_contain_text("07 \u00b7 Capstone")

    panel.get_by_label("Format").focus()
    for key in ("JSON", "Tab", "ControlOrMeta+A", "by-keyboard", "Tab", "Enter"):
        (page.keyboard.press if key[0].isupper() and key != "JSON" else page.keyboard.type)(key)
    expect(panel.get_by_role("status")).to_contain_text("by-keyboard.json written")
    assert lab.outside == []


# ---- the page that is exported


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("model", [BARE, full(), with_text(HOSTILE[1])], ids=["bare", "full", "hostile"])
def test_the_exported_page_opens_from_a_file_alone_is_accessible_and_prints(
    browser: Browser, model: ThreatModel, scheme: str, tmp_path: Path
) -> None:
    file = tmp_path / "threat-model.html"
    file.write_text(to_html(model), encoding="utf-8")
    context = browser.new_context(color_scheme=scheme, viewport={"width": 1000, "height": 900}, offline=True)
    asked: list[str] = []
    said: list[str] = []
    try:
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
        page.goto(file.as_uri())
        expect(page.locator("h1")).to_have_count(1)
        page.evaluate(AXE_SCRIPT)
        assert page.evaluate(ask.AXE, "html") == []
        for width in (1000, 700):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("() => document.documentElement.scrollWidth") <= width
        assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF-")
    finally:
        context.close()
    assert asked == [file.as_uri()]
    assert said == []
