"""What a lesson tells its reader to do in an attack lab can be done there, and shows what the text says."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest

from tests.browser.needed import run_here
from tests.notebooks.tracked import tracked
from tests.unit.page import Page
from threatlab.attacks import ATTACKS
from threatlab.widgets import AttackLab


class Lab:
    """A lab as the reader of a lesson works it: by the names on its page, each run awaited."""

    def __init__(self, lab: AttackLab) -> None:
        self.lab, self.page = lab, Page(lab)
        assert lab.result

    @property
    def gets(self) -> float:
        """How far the attacker gets, of 1."""
        return self.lab.result.success

    @property
    def useful(self) -> float:
        """How useful the system is, of 1."""
        return self.lab.result.utility

    @property
    def bare(self) -> float:
        """How far the attacker gets without a control."""
        assert self.lab.result
        return float(self.lab.state.alone.success)

    def move(self, slider: str, to: int) -> Lab:
        self.page.enter(slider, to)
        assert not self.page.problem
        assert self.lab.result
        return self

    def choose(self, field: str, option: str) -> Lab:
        assert not self.page.field(field).has_attr("disabled")
        (found,) = (each for each in self.page.field(field).select("option") if each.get_text() == option)
        assert not found.has_attr("disabled")
        self.page.choose(field, option)
        assert self.lab.result
        return self

    def controls(self) -> set[str]:
        """Return the controls that can be chosen now."""
        return {each.get_text() for each in self.page.field("Control").select("option:not([disabled])")}

    def names(self) -> set[str]:
        """All that is called something on the page; an option that can't be chosen now says why after its name."""
        named = self.page.soup.select("label span, option, h3")
        return {re.sub(": (needs|not with) .*", "", each.find(string=True).strip()) for each in named}


def in_00(lab: Lab) -> None:
    queries = "Queries the attacker can pay for"
    assert lab.move(queries, 65).gets == 1.0
    assert lab.move(queries, 50).gets < 1.0
    lab.move(queries, 100).choose("Control", "Rate limit: 30 queries")
    assert lab.lab.result.baseline + 0.3 < lab.gets < lab.bare, "it slows the attack, and doesn't stop it"


def poisoning(lab: Lab) -> None:
    assert lab.choose("Control", "Provenance filter").gets < 0.02
    assert lab.move("Poison with a valid signature", 20).gets > 0.5
    before = lab.controls()
    lab.choose("Control", "No control").choose("Attack", "Flipped labels of cancer cases")
    assert len(lab.controls() - before) == 1


def extraction(lab: Lab) -> None:
    queries = "Queries the attacker can pay for"
    at_best = lab.move(queries, 1000).gets
    assert lab.choose("What is asked", "Random pixels").gets < at_best - 0.05


def evasion(lab: Lab) -> None:
    lab.move("Budget: change per pixel", 30)
    assert (lab.gets, round(lab.useful, 1)) == (0.0, 0.5)
    lab.move("Share of the budget trained for", 50)
    assert lab.useful > 0.9
    assert lab.gets > 0.5


def membership(lab: Lab) -> None:
    at_first = lab.choose("Control", "Label only").gets
    assert 0.5 < at_first < lab.choose("The attacker asks about changed copies too", "yes").gets


def injection(lab: Lab) -> None:
    assert lab.gets < 0.6
    assert lab.choose("The attacker learns from failures", "yes").gets > 0.9
    lab.choose("The attacker learns from failures", "no")
    assert lab.choose("Control", "Separation of data and instructions").useful < 0.9
    assert lab.choose("Control", "Egress allow-list").useful == 1.0


def memory_poisoning(lab: Lab) -> None:
    lab.choose("Control", "Marked memory").choose("The attacker learns what works", "yes")
    assert lab.gets > 0.1
    assert lab.move("Readers who press a hostile link", 0).gets == 0.0
    useful, gets = lab.choose("Control", "A person approves each write").useful, lab.gets
    lab.move("Notes that the approver grants", 50)
    assert lab.gets < gets
    assert lab.useful < useful


def tool_poisoning(lab: Lab) -> None:
    at_first = lab.gets
    pinned = lab.choose("The attacker learns what works", "yes").gets
    assert pinned > 1.5 * at_first
    assert lab.choose("Control", "Egress allow-list").gets == pinned
    lab.choose("Control", "Updates are read").move("Updates that somebody reads", 100)
    assert 0.2 < lab.gets < lab.bare, "what reads like a feature gets through"


DONE: dict[str, Callable[[Lab], None]] = {
    "lab": in_00,
    "poisoning-lab": poisoning,
    "extraction-lab": extraction,
    "evasion-lab": evasion,
    "membership-lab": membership,
    "injection-lab": injection,
    "memory-lab": memory_poisoning,
    "tools-lab": tool_poisoning,
}


def test_smoothing_is_worse_than_none_and_worst_against_one_who_knows_it() -> None:
    """So say notebook 00 and section 3 of 03."""
    run = ATTACKS["evasion"].run
    assert run().success < run("smoothing", adaptive=False).success < run("smoothing", adaptive=True).success


def told() -> list[tuple[Path, str, str]]:
    """Return each cell of a lesson that shows an attack lab: its notebook, its id, and the text above it."""
    labs = []
    for file in tracked("notebooks"):
        cells = nbformat.read(file, as_version=4).cells
        for above, cell in pairwise(cells):
            outputs = cell.get("outputs", ())
            if any(out.get("data", {}).get("text/plain", "").startswith("AttackLab(") for out in outputs):
                labs.append((file, cell.id, above.source if above.cell_type == "markdown" else ""))
    return labs


TOLD = told()


@pytest.mark.parametrize(("file", "cell", "text"), TOLD, ids=[cell for _, cell, _ in TOLD])
def test_what_the_text_above_a_lab_asks_for_is_there_by_that_name_and_shows_what_it_says(
    file: Path, cell: str, text: str
) -> None:
    lab = Lab(run_here(file, cell)["_"])
    named = re.findall(r"\*+([^*]+)\*+", text)
    assert named, "it names no control of the panel"
    assert set(named) <= lab.names()
    assert "target" in text
    DONE[cell](lab)
