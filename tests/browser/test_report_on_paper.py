"""The report of the capstone's example on paper: few pages, numbered, with no heading alone, on A4 and on Letter."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from threatlab.dataflow.facts import system_from
from threatlab.operate.reviews import review_calendar
from threatlab.plan import make_plan
from threatlab.policy import Policy
from threatlab.report import (
    AlertChoice,
    Evidence,
    ThreatModel,
    Training,
    from_exercise,
    to_html,
)
from threatlab.tabletop import run_unattended

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "07-capstone.ipynb"
MOST_PAGES = 10
DAY = "2026-12-01"


def example() -> ThreatModel:
    """Return the threat model of the capstone's example with every part filled in."""
    cells = {cell["id"]: "".join(cell["source"]) for cell in json.loads(NOTEBOOK.read_text("utf-8"))["cells"]}
    names: dict[str, Any] = {}
    exec(f"import threatlab\n{cells['drawing']}\n{cells['answers']}", names)  # the notebook's own cells
    drawing = names["claims"].excluding("Payment run", "Finance audits every run of it", "Finance", "December 2027")
    system = system_from(drawing, names["INSURER"])
    plan = make_plan(system, 25, min_utility=0.9, start=DAY, owners=dict.fromkeys(system.catalog.controls, "Kim"))
    run = Evidence("injection", "none", 0, 1, 0, 1, "Share of hostile pages obeyed.", {"pages": 80}, 0.5)
    policy = Policy(0.5, 0.25, min_utility=0.9)
    return ThreatModel(
        system,
        before=system.with_(rate_limiting_enabled=False),
        drawing=drawing,
        policy=policy.accept("staff_trained", "The training is booked", "Head of claims", "2027-03-31"),
        plan=plan,  # type: ignore[arg-type]  # its record is made of it
        evidence=(run, run, run, run),
        monitoring=AlertChoice("confidence", 16, "The shift has these hours", 23, ("Ghost",), 11.5),
        tabletop=from_exercise(run_unattended("postmark-mcp"), DAY),
        reviews=review_calendar([system], DAY),
        training=(Training("Night shift", DAY, "The briefing", "Kim"),),  # type: ignore[arg-type]  # a text becomes a date
        author="A. Lovelace",
        reviewers=("N. Okafor", "M. Lind"),
        version="1.2",
        made_on=DAY,  # type: ignore[arg-type]
        notes="Three sentences about what is left. " * 5,
        course=True,
        example=True,
    )


@pytest.fixture(scope="module")
def paper(browser: Browser) -> Page:
    page = browser.new_page()
    page.set_content(to_html(example()))
    return page


@pytest.mark.parametrize("size", ["A4", "Letter"])
def test_the_example_takes_at_most_ten_pages(paper: Page, size: str) -> None:
    pages = len(re.findall(rb"/Type\s*/Page\b", paper.pdf(format=size)))
    assert 5 <= pages <= MOST_PAGES


def test_no_table_becomes_cards_and_no_heading_parts_from_what_it_is_about_on_paper(paper: Page) -> None:
    paper.emulate_media(media="print")
    paper.set_viewport_size({"width": 700, "height": 900})
    shown = paper.evaluate("[...document.querySelectorAll('table')].map(t => getComputedStyle(t).display)")
    assert set(shown) == {"table"}
    after = paper.evaluate("[...document.querySelectorAll('h1,h2,h3')].map(h => getComputedStyle(h).breakAfter)")
    assert set(after) == {"avoid"}
    paper.emulate_media(media="screen")
    shown = paper.evaluate("[...document.querySelectorAll('table.wide')].map(t => getComputedStyle(t).display)")
    assert set(shown) == {"block"}


def test_each_sheet_has_its_number(paper: Page) -> None:
    rules = paper.evaluate("[...document.styleSheets].flatMap(s => [...s.cssRules]).map(r => r.cssText).join(' ')")
    assert "counter(page)" in rules
    assert "counter(pages)" in rules
    assert "@bottom-left" in rules


@pytest.mark.parametrize("width", [1280, 700, 390])
def test_the_page_is_no_wider_than_the_screen(paper: Page, width: int) -> None:
    paper.emulate_media(media="screen")
    paper.set_viewport_size({"width": width, "height": 900})
    assert paper.evaluate("document.documentElement.scrollWidth") <= width
