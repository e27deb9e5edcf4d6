"""Every notebook runs on other systems too, and refuses a bad parameter with a sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import papermill
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode
from papermill.iorw import load_notebook_node
from papermill.parameterize import parameterize_notebook

from threatlab.dataflow.files import list_drawings

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
SECONDS = 300
"""A kernel that hasn't started by then, or a cell that hasn't ended, is stuck: a busy machine takes a tenth."""

OTHER_PARAMETERS: dict[str, list[dict[str, Any]]] = {
    "06-monitor-and-operate": [
        {"system": "postmark-mcp", "seed": 2, "alert_threshold": 0.2, "detector_threshold": 64},
    ],
    "07-capstone": [
        {"system": "postmark-mcp", "budget_days": 60, "fail_at": 0.2, "start_date": "2027-02-06"},
        {"system": "tay", "fail_at": 1.0, "seed": 2},
        {"system": "../threatlab/catalog/systems/id-me.toml", "owner": "Ada", "fail_at": 0.0},
    ],
    "04-plan-and-control": [
        {"system": "ml-pipeline-prod", "budget_days": 0, "min_utility": 0.9},
        {"system": "tay", "budget_days": 60, "min_utility": 0.9, "max_risk": 0.1, "start_date": "2027-02-06"},
        {"system": "postmark-mcp", "budget_days": 3, "min_utility": 1.0, "max_risk": 0.0},
        {"system": "pytorch-nightly", "budget_days": 7.5, "min_utility": 0.0, "max_risk": 1.0},
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
        {"system": "postmark-mcp", "bound": 0.1, "days": 0, "fail_at": 0.2, "seed": 2},
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
        ({"owner": " "}, "owner is ' '"),
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


def run_with(notebook: Path, folder: Path, **parameters: Any) -> NotebookNode:
    """Return `notebook` after a run with `parameters`; papermill alone would let a typo pass."""
    unknown = parameters.keys() - papermill.inspect_notebook(str(notebook)).keys()
    if unknown:
        raise ValueError(f"{notebook.name} has no parameter {', '.join(sorted(unknown))}")
    return papermill.execute_notebook(
        str(notebook),
        str(folder / "output.ipynb"),
        parameters=parameters,
        cwd=str(notebook.parent),
        kernel_name="python3",
        execution_timeout=SECONDS,
        start_timeout=SECONDS,
        progress_bar=False,
    )


def outputs_of(notebook: NotebookNode) -> str:
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    return "\n".join(str(output.get("text") or output.get("data")) for output in outputs)


@pytest.mark.parametrize(
    ("name", "parameters"),
    [(name, each) for name, runs in OTHER_PARAMETERS.items() for each in runs],
)
def test_a_notebook_runs_on_another_system_and_speaks_of_it(
    name: str, parameters: dict[str, Any], tmp_path: Path
) -> None:
    ran = run_with(NOTEBOOKS / f"{name}.ipynb", tmp_path, **parameters)
    assert parameters["system"] in outputs_of(ran)


@pytest.mark.parametrize("name", BAD_PARAMETERS)
def test_a_bad_parameter_is_answered_with_a_sentence_that_names_it(name: str) -> None:
    """One kernel answers for all of a notebook's: to start it takes longer than the cells before the error."""
    notebook = load_notebook_node(str(NOTEBOOKS / f"{name}.ipynb"))
    client = NotebookClient(
        notebook,
        timeout=SECONDS,
        startup_timeout=SECONDS,
        kernel_name="python3",
        resources={"metadata": {"path": NOTEBOOKS}},
    )
    with client.setup_kernel():
        for parameters, named in BAD_PARAMETERS[name]:
            error = first_error(client, parameterize_notebook(notebook, parameters))
            assert error.ename == "ThreatLabError", parameters
            assert named in error.evalue


def first_error(client: NotebookClient, notebook: NotebookNode) -> CellExecutionError:
    """Run a notebook's code cells from the first until one fails, and return how it failed."""
    client.nb = notebook
    for number, cell in enumerate(notebook.cells):
        try:
            client.execute_cell(cell, number)
        except CellExecutionError as error:
            return error
    raise AssertionError("the notebook ran to its end with these parameters")


def test_a_parameter_that_a_notebook_does_not_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="has no parameter sytem"):
        run_with(NOTEBOOKS / "02-assess.ipynb", tmp_path, sytem="tay")


def test_every_notebook_is_run_under_other_parameters() -> None:
    assert set(OTHER_PARAMETERS) == {file.stem for file in NOTEBOOKS.glob("*.ipynb")}
