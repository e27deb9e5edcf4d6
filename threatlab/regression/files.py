"""The text of what a team keeps: the pytest file with its bounds, and the pipeline that runs it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Row = tuple[str, str, dict[str, Any], float, float]
"""Attack, control in place, knobs, the attacker's success at most, the usefulness at least."""

_HEAD = '''"""What must stay true of {what}. Written by threatlab; yours to keep and to change.

Run it with: python -m pytest {suite}
"""

{imports}

'''

_ATTACKS = """SEED = {seed}

BOUNDS = [
    # attack, control in place, how it is run, attacker's success at most, usefulness at least
{rows}
]


@pytest.mark.parametrize(
    ("attack", "control", "how", "at_most", "useful"),
    BOUNDS,
    ids=[f"{{attack}}-{{control}}-{{number}}" for number, (attack, control, *_) in enumerate(BOUNDS, start=1)],
)
def test_attack_keeps_its_bound(attack, control, how, at_most, useful):
    result = ATTACKS[attack].run(control=control, seed=SEED, **how)
    ran = f"{{attack}} against control {{control!r}} (seed {{SEED}})"
    assert result.success <= at_most, (
        f"{{ran}}: the attacker's success is {{result.success:.2f}}, "
        f"and the bound is {{at_most:.2f}}"
    )
    assert result.utility >= useful, (
        f"{{ran}}: usefulness is down to {{result.utility:.2f}}, "
        f"and must be at least {{useful:.2f}}"
    )
"""

_SYSTEM = """SYSTEM = load_system(Path(__file__).with_name("{system}"))
"""

_FAIL_AT = """FAIL_AT = {fail_at}


def test_risk_score_is_below_the_gate():
    result = assess(SYSTEM)
    advice = "; ".join(step.title for step in result.best_next(1)) or "nothing is left to put in place"
    assert result.risk_score < FAIL_AT, (
        f"{{SYSTEM.name}}: the risk score is {{result.risk_score:.2f}}, and the gate closes at {{FAIL_AT:.2f}}; "
        f"do next: {{advice}}"
    )
"""

_LAYER_BOUND = """LAYER_BOUND = {layer_bound}


def test_no_single_layer_off_breaks_the_bound():
    gaps = above_bound(SYSTEM, LAYER_BOUND)
    found = "".join(
        f"\\n- {{gap.threat}} is at {{gap.risk:.2f}} with "
        f"{{f'layer {{gap.layer}} off' if gap.layer else 'every layer on'}}"
        for gap in gaps
    )
    assert not gaps, f"{{SYSTEM.name}}: above the bound of {{LAYER_BOUND:.2f}}:{{found}}"
"""

_WORKFLOW = """# Runs the threat model's own tests: at every change, and every Monday
# even if nothing changed here, because the libraries beneath may have.
# Written by threatlab; yours to keep and to change.
name: threat model

on:
  push:
  pull_request:
  schedule:
    - cron: "17 5 * * 1"

permissions:
  contents: read # a test needs to read, and nothing else

jobs:
  attacks-and-gate:
    runs-on: ubuntu-latest
    timeout-minutes: 15
    steps:
      # A version tag can be moved to other code: pin both actions to the full hash of a commit that you have read.
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      - name: Install what is pinned, threatlab with it
        run: python -m pip install --require-hashes -r requirements.lock
      - name: Attacks stay below their bounds, and the assessment below its gate
        run: python -m pytest {suite}
"""


def suite_text(rows: Sequence[Row], seed: int, system: str, gates: Mapping[str, float]) -> str:
    """Return the pytest file: a test for each row, and one for each gate ("fail_at", "layer_bound") on a system."""
    parts = [_SYSTEM.format(system=system)] if gates else []
    if "fail_at" in gates:
        parts.append(_FAIL_AT.format(fail_at=gates["fail_at"]))
    if "layer_bound" in gates:
        parts.append(_LAYER_BOUND.format(layer_bound=gates["layer_bound"]))
    if rows:
        listed = "\n".join(f"    {_quoted(row)}," for row in rows)
        parts.insert(0, _ATTACKS.format(seed=seed, rows=listed))
    from_threatlab = [name for gate, name in (("fail_at", "assess"), ("", "load_system")) if gate in {*gates, ""}]
    standard = ["from pathlib import Path"] if gates else []
    others = ["import pytest"] if rows else []
    ours = [f"from threatlab import {', '.join(from_threatlab)}"] if gates else []
    ours += ["from threatlab.attacks import ATTACKS"] if rows else []
    ours += ["from threatlab.depth import above_bound"] if "layer_bound" in gates else []
    imports = "\n\n".join("\n".join(group) for group in (standard, [*others, "", *ours] if others else ours) if group)
    what = "this system and of what stands before it" if gates else "the controls"
    return _HEAD.format(what=what, suite="test_threat_model.py", imports=imports) + "\n\n".join(parts)


def workflow_text(suite: str) -> str:
    """Return the pipeline, in the format of GitHub Actions, that runs the file `suite`."""
    return _WORKFLOW.format(suite=suite)


def _quoted(row: Row) -> str:
    """Return the row as a formatter would write it; no name in it holds a quote."""
    return repr(row).replace("'", '"')
