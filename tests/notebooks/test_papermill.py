"""Every notebook runs on other systems too, and refuses a bad parameter with a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

from tests.notebooks.kernel import SECONDS, Run, kernel, with_parameters
from tests.notebooks.tracked import ROOT, tracked
from threatlab.dataflow.files import list_drawings

NOTEBOOKS = ROOT / "notebooks"
OTHER_PARAMETERS: dict[str, list[dict[str, Any]]] = {
    "06-monitor-and-operate": [
        {
            "system": "postmark-mcp",
            "seed": 2,
            "story": "postmark-mcp",
            "alert_threshold": 0.2,
            "detector_threshold": 64,
        },
    ],
    "07-capstone": [
        {"system": "postmark-mcp", "budget_days": 60, "fail_at": 0.2, "start_date": "2027-02-06"},
        {"system": "tay", "budget_days": 0, "fail_at": 1.0, "seed": 2},
        {"system": "../threatlab/catalog/systems/id-me.toml", "owner": "Ada", "fail_at": 0.0},
    ],
    "04-plan-and-control": [
        {"system": "ml-pipeline-prod", "budget_days": 0, "min_utility": 0.0, "max_risk": 1.0},
        {"system": "tay", "budget_days": 60, "min_utility": 0.9, "max_risk": 0.1, "start_date": "2027-02-06"},
        {"system": "postmark-mcp", "budget_days": 7.5, "min_utility": 1.0, "max_risk": 0.0},
    ],
    "00-why-ai-needs-threat-modeling": [
        {"system": "shadowray", "attack": "poisoning", "seed": 1},
        {"system": "tay", "attack": "evasion", "seed": 2},
        {"system": "postmark-mcp", "attack": "injection", "seed": 3},
        {"system": "pytorch-nightly", "attack": "membership", "seed": 4},
    ],
    "03-attack": [
        {"system": "shadowray", "seed": 1, "poison_rate": 0.02, "query_budget": 300, "epsilon": 0.05},
        {"system": "tay", "seed": 2, "poison_rate": 0.2, "query_budget": 20, "epsilon": 0.3},
    ],
    "05-defense-in-depth": [
        {"system": "ml-pipeline-prod", "bound": 0.1, "days": 0, "fail_at": 0.2, "seed": 2},
        {"system": "id-me", "bound": 1.0, "days": 1000, "fail_at": 1.0, "seed": 4},
    ],
    "01-scope": [{"system": name} for name in list_drawings() if name != "shadowray"],
    "02-assess": [
        {"system": "ml-pipeline-prod", "alert_threshold": 0.2, "seed": 1},
        {"system": "shadowray", "alert_threshold": 1.0, "seed": 2},
        {"system": "tay", "alert_threshold": 0.0, "seed": 3},
        {"system": "pytorch-nightly", "alert_threshold": 0.95, "seed": 4},
    ],
}

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
        ({"owner": " "}, "owner is"),
        ({"seed": -1}, "seed is -1"),
    ],
    "04-plan-and-control": [
        ({"system": "shadowrya"}, "'shadowray'"),
        ({"budget_days": -1}, "-1"),
        ({"min_utility": 95}, "95"),
        ({"start_date": "soon"}, "'soon'"),
        ({"max_risk": 1.5}, "1.5"),
    ],
    "00-why-ai-needs-threat-modeling": [({"attack": "extration"}, "'extraction'"), ({"seed": -1}, "-1")],
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


def outputs_of(notebook: NotebookNode) -> str:
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    return "\n".join(str(output.get("text") or output.get("data")) for output in outputs)


@pytest.fixture(scope="module")
def run(name: str) -> Iterator[Run]:
    """Return what runs notebooks, in a kernel that all tests of one notebook share."""
    with kernel(NOTEBOOKS) as run:
        yield run


every_notebook = pytest.mark.parametrize("name", OTHER_PARAMETERS, scope="module")


@every_notebook
def test_a_notebook_runs_on_another_system_and_speaks_of_it(name: str, run: Run) -> None:
    for parameters in OTHER_PARAMETERS[name]:
        assert parameters["system"] in outputs_of(run(NOTEBOOKS / f"{name}.ipynb", parameters)), parameters


@every_notebook
def test_a_bad_parameter_is_answered_with_a_sentence_that_names_it(name: str, run: Run) -> None:
    for parameters, named in BAD_PARAMETERS[name]:
        with pytest.raises(CellExecutionError) as failed:
            run(NOTEBOOKS / f"{name}.ipynb", parameters)
        assert failed.value.ename == "ThreatLabError", parameters
        assert named in failed.value.evalue


def test_papermill_itself_runs_a_notebook_and_saves_what_it_says(tmp_path: Path) -> None:
    saved = tmp_path / "saved.ipynb"
    papermill.execute_notebook(
        str(NOTEBOOKS / "02-assess.ipynb"),
        str(saved),
        parameters={"system": "tay"},
        cwd=str(NOTEBOOKS),
        kernel_name="python3",
        execution_timeout=SECONDS,
        start_timeout=SECONDS,
        progress_bar=False,
    )
    assert "tay" in outputs_of(nbformat.read(saved, as_version=4))


def test_a_parameter_that_a_notebook_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="has no parameter sytem"):
        with_parameters(NOTEBOOKS / "02-assess.ipynb", {"sytem": "tay"})


def test_every_notebook_is_run_under_other_parameters_and_bad_ones() -> None:
    assert set(OTHER_PARAMETERS) == set(BAD_PARAMETERS) == {file.stem for file in tracked("notebooks")}
