"""Every notebook refuses a bad parameter with a sentence that names it, in the cell that sets it up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest

from tests.browser.needed import needed, run_cells
from tests.exercises.solved import quiet
from tests.notebooks.kernel import with_parameters
from tests.notebooks.tracked import ROOT, tracked
from threatlab import ThreatLabError

NOTEBOOKS = tracked("notebooks")
BAD_PARAMETERS: dict[str, list[tuple[dict[str, Any], str]]] = {
    "06-monitor-and-operate": [
        ({"system": "shadowrya"}, "'shadowray'"),
        ({"alert_threshold": 2}, "alert_threshold is 2"),
        ({"story": "shadowrya"}, "'shadowray'"),
        ({"seed": -1}, "-1"),
    ],
    "07-capstone": [
        ({"system": "shadowrya"}, "'shadowray'"),
        ({"drawing_file": "shadowrya"}, "'shadowray'"),
        ({"start_date": "soon"}, "'soon'"),
        ({"budget_days": -1}, "-1"),
        ({"fail_at": 2}, "fail_at is 2"),
        ({"owner": 7}, "owner is 7"),
        ({"author": 7}, "author is 7"),
        ({"seed": -1}, "seed is -1"),
    ],
    "04-plan-and-control": [
        ({"system": "shadowrya"}, "'shadowray'"),
        ({"budget_days": -1}, "-1"),
        ({"min_utility": 95}, "95"),
        ({"start_date": "soon"}, "'soon'"),
        ({"max_risk": 1.5}, "1.5"),
    ],
    "00-why": [({"attack": "extration"}, "'extraction'"), ({"seed": -1}, "-1")],
    "03-attack": [({"system": "shadowrya"}, "'shadowray'"), ({"poison_rate": 2}, "rate is 2")],
    "05-defense-in-depth": [
        ({"system": "shadowrya"}, "'shadowray'"),
        ({"bound": 1.5}, "bound is 1.5"),
        ({"days": -1}, "days is -1"),
        ({"fail_at": 2}, "fail_at is 2"),
        ({"seed": -1}, "seed is -1"),
    ],
    "01-scope": [
        ({"system": "shadowrya"}, "'shadowray'"),
        ({"system": "llm-jacking"}, "llm-jacking"),
        ({"system": 7}, "7"),
    ],
    "02-assess": [
        ({"system": "shadowrya"}, "'shadowray'"),
        ({"alert_threshold": 1.5}, "1.5"),
        ({"alert_threshold": float("nan")}, "nan"),
    ],
}


def set_up(file: Path, parameters: dict[str, Any]) -> None:
    """Run the first two cells in this process, and what papermill writes between them: a kernel takes much longer."""
    code = [cell for cell in with_parameters(file, parameters).cells if cell.cell_type == "code"]
    names: dict[str, Any] = {}
    with quiet():
        for cell in code[:3]:
            exec(compile(cell.source, cell.id, "exec"), names)


@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.stem)
def test_a_bad_parameter_is_answered_with_a_sentence_that_names_it(file: Path) -> None:
    for parameters, named in BAD_PARAMETERS[file.stem]:
        with pytest.raises(ThreatLabError) as refused:
            set_up(file, parameters)
        assert named in str(refused.value), parameters


def test_a_parameter_that_a_notebook_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="has no parameter sytem"):
        with_parameters(ROOT / "notebooks/02-assess.ipynb", {"sytem": "tay"})


def test_a_figure_of_one_s_own_in_04_s_policy_is_refused_by_its_name() -> None:
    file = ROOT / "notebooks/04-plan-and-control.ipynb"
    cells = needed(nbformat.read(file, as_version=4).cells, "policy-written")
    assert "days_for_high = 30" in cells[-1].source
    cells[-1].source = cells[-1].source.replace("days_for_high = 30", "days_for_high = 'a week'")
    with pytest.raises(ThreatLabError, match="HIGH is 'a week'; give a whole number"):
        run_cells(file.name, cells)
