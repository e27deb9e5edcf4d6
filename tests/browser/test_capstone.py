"""Notebook 07's checklist and export as a learner uses them, and the exported page: opened, read, printed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.access import axe
from tests.browser.blank_page import BlankPage
from tests.exercises.solved import quiet
from tests.notebooks.test_capstone_honest import run
from tests.unit.threat_models import BARE, HOSTILE, full, with_text
from threatlab import AISystem
from threatlab.report import ThreatModel, checklist, to_html
from threatlab.widgets import ExportPanel
from threatlab.widgets.export.view import FORMATS


@pytest.fixture(scope="module")
def cells() -> Iterator[dict[str, Any]]:
    """Run notebook 07 with everything in it done; return what it made."""
    with quiet():
        yield run(done=True, parameters='system, owner = "postmark-mcp", "Ada"')


def name(panel: Locator, stem: str) -> None:
    """Type a file's name, leave the field, and wait until the panel has taken it."""
    field = panel.get_by_label("File name")
    field.fill(stem)
    field.press("Tab")
    expect(panel.get_by_role("status")).to_contain_text(f"Export writes {stem}.")


def test_the_checklist_follows_the_model_through_the_notebook(blank: BlankPage, cells: dict[str, Any]) -> None:
    growing = blank.open(cells["ticks"])
    titles = [item.title for item in checklist(BARE)]
    expect(growing.locator("tbody th")).to_have_text(titles)
    expect(growing.locator(".tl-holds")).to_have_count(len(titles))
    expect(growing.locator("input, select, button, a")).to_have_count(0)
    expect(growing.locator("tr").filter(has_text="Team trained")).to_contain_text("new")
    expect(growing.get_by_role("status")).to_have_text(re.compile("6 of 6 items done; new: Team trained"))


def test_the_export_asks_before_it_replaces_and_says_what_is_missing(blank: BlankPage, cells: dict[str, Any]) -> None:
    idea = ThreatModel(AISystem("new-idea", generates_content=True), course=True)
    half = blank.open(ExportPanel(idea, cells["folder"]))
    for what in ("the scope as a drawing", "a training record"):
        expect(half.locator(".tl-ex-missing")).to_contain_text(what)
    expect(half.locator(".tl-ex-missing")).to_contain_text("07 \u00b7 Capstone")

    panel = blank.open(ExportPanel(cells["model"], cells["folder"]))
    page = panel.page
    export, replace = (panel.get_by_role("button", name=re.compile(label)) for label in ("^Export", "^Replace it"))
    name(panel, "mine")
    export.click()
    expect(panel.get_by_role("status")).to_have_text(re.compile(r"mine\.html written: \d+ KB\. Double-click it"))
    export.click()
    expect(panel.get_by_role("status")).to_contain_text("is there already, and says the same")
    panel.get_by_label("Format").select_option(FORMATS["markdown"].title)
    name(panel, "threat-model")
    export.click()
    expect(panel.get_by_role("alert")).to_contain_text("'threat-model.md' is there already and says something else")
    panel.get_by_text("The briefing").click()
    expect(panel.locator(".tl-ex-briefing")).to_contain_text("What you can do")
    replace.click()
    expect(panel.get_by_role("status")).to_contain_text("threat-model.md written")
    expect(replace).to_be_hidden()

    panel.get_by_label("Format").focus()
    for key in ("JSON", "Tab", "ControlOrMeta+A", "by-keyboard", "Tab", "Enter"):
        (page.keyboard.press if key[0].isupper() and key != "JSON" else page.keyboard.type)(key)
    expect(panel.get_by_role("status")).to_contain_text("by-keyboard.json written")


# ---- the page that is exported


@pytest.mark.parametrize("model", [BARE, full(), with_text(HOSTILE[1])], ids=["bare", "full", "hostile"])
def test_the_exported_page_opens_from_a_file_alone_is_accessible_and_prints(
    browser: Browser, model: ThreatModel, tmp_path: Path
) -> None:
    file = tmp_path / "threat-model.html"
    file.write_text(to_html(model), encoding="utf-8")
    context = browser.new_context(viewport={"width": 1000, "height": 900}, offline=True)
    asked: list[str] = []
    said: list[str] = []
    try:
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
        page.goto(file.as_uri())
        expect(page.locator("h1")).to_have_count(1)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert axe(page, "html") == [], scheme
        for width in (1000, 700):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("() => document.documentElement.scrollWidth") <= width
        assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF-")
    finally:
        context.close()
    assert asked == [file.as_uri()]
    assert said == []
