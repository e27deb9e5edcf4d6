"""The attacks as a regression suite: a pytest file with a bound for each, written, run, and set into a pipeline."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from threatlab.attacks import ATTACKS
from threatlab.attacks.bands import Band, bands, setting_name
from threatlab.attacks.base import check_control, check_knob
from threatlab.checks import Unchangeable, check_choice, check_score, check_seed, check_share
from threatlab.errors import ThreatLabError, short
from threatlab.files import read_text, write_text
from threatlab.regression.files import suite_text, workflow_text
from threatlab.regression.run import SuiteResult, run_suite
from threatlab.system import load_system

__all__ = [
    "MARGIN",
    "SUITE",
    "Bound",
    "SuiteResult",
    "run_suite",
    "suggested_bounds",
    "write_suite",
    "write_workflow",
]

MARGIN = 0.05
"""Room over the highest success, and under the lowest usefulness, that ten seeds measured: another build of the same
libraries moves a few of some hundred test digits."""

SUITE = "test_threat_model.py"
_SEAL = "# threatlab wrote the lines above; they are unchanged as long as their SHA-256 is "


@dataclass(frozen=True, slots=True)
class Bound(Unchangeable):
    """An attack with a control in place and its knobs, and what must hold: shares in 0..1.

    The attacker's success must not be above `at_most`, and the system's usefulness not below `utility_at_least`: a
    control that stops the attack by stopping the service has not passed.
    """

    attack: str
    control: str
    knobs: Mapping[str, Any]
    at_most: float
    utility_at_least: float

    @property
    def name(self) -> str:
        """The setting in one line, such as "extraction: top1, budget=100"."""
        return setting_name(self.attack, self.control, self.knobs)


def suggested_bounds() -> tuple[Bound, ...]:
    """Return a bound for each control that the attacks have measured and that makes a difference.

    It is the highest success of the ten seeds kept (`threatlab/attacks/bands.json`) and `MARGIN`, and the lowest
    usefulness of the ten less `MARGIN`. A bound that the attack without any control would keep too is left out: it is a
    test that can't fail.
    """
    alone = {_setting(band): band.lowest for band in bands() if band.control == "none"}
    found = []
    for band in bands():
        at_most = round(band.highest + MARGIN, 2)
        if band.control != "none" and at_most < alone.get(_setting(band), 0.0):
            useful = round(max(band.least_utility - MARGIN, 0.0), 2)
            found.append(Bound(band.attack, band.control, band.knobs, at_most, useful))
    return tuple(found)


def write_suite(  # noqa: PLR0913  # a file has as many parts
    folder: str | Path,
    bounds: Sequence[Bound],
    *,
    system_file: str | Path | None = None,
    fail_at: float | None = None,
    layer_bound: float | None = None,
    seed: int = 0,
    overwrite: bool = False,
) -> Path:
    """Write the suite into `folder`, and return the path of the pytest file.

    Parameters
    ----------
    folder
        Where `test_threat_model.py` goes; made if it isn't there.
    bounds
        A test for each of them.
    system_file
        A system file in the same folder, on which the gates below are set.
    fail_at
        Risk score (0..1) at or above which the assessment of the system fails.
    layer_bound
        Residual risk (0..1) that no threat may exceed when any single layer is off.
    seed
        Which random draw the attacks use.
    overwrite
        Write even if somebody has changed the file, or if it isn't ours.

    Raises
    ------
    ThreatLabError
        If there is nothing to test, a bound or number makes no sense, the system can't be read, a gate has no system,
        or a file is in the way that is not as this function wrote it.
    """
    checked = [_check_bound(bound) for bound in bounds]
    asked = {"fail_at": fail_at, "layer_bound": layer_bound}
    gates = {name: check_score(name, value) for name, value in asked.items() if value is not None}
    if bool(gates) != (system_file is not None):
        raise ThreatLabError("a gate needs a system and a system needs a gate: give system_file with fail_at")
    if not checked and not gates:
        raise ThreatLabError("there is nothing to test: give at least one bound; suggested_bounds() has some")
    target = Path(folder) / SUITE
    if system_file is not None:
        if Path(system_file).resolve().parent != Path(folder).resolve():
            raise ThreatLabError(f"{Path(system_file).name!r} must be in the suite's folder: both are kept together")
        load_system(Path(system_file))
    rows = [(b.attack, b.control, dict(b.knobs), b.at_most, b.utility_at_least) for b in checked]
    text = suite_text(rows, check_seed("seed", seed), Path(system_file).name if system_file else "", gates)
    return _write(target, text, overwrite=overwrite)


def write_workflow(folder: str | Path, *, overwrite: bool = False) -> Path:
    """Write the pipeline that runs the suite at every push and every week, and return its path.

    It goes to `.github/workflows/threat-model.yml` in `folder`, which is where GitHub looks for it.

    Raises
    ------
    ThreatLabError
        If a file is in the way that is not as this function wrote it.
    """
    return _write(Path(folder, ".github", "workflows", "threat-model.yml"), workflow_text(SUITE), overwrite=overwrite)


def _check_bound(bound: object) -> Bound:
    if not isinstance(bound, Bound):
        raise ThreatLabError(f"{short(bound)} is not a Bound; suggested_bounds() has some")
    attack = ATTACKS[check_choice("attack", bound.attack, ATTACKS)]
    check_control(bound.control, attack.controls)
    known = {knob.name: knob for knob in attack.knobs}
    return replace(
        bound,
        knobs={name: check_knob(known[check_choice("knob", name, known)], bound.knobs[name]) for name in bound.knobs},
        at_most=check_share("at_most", bound.at_most),
        utility_at_least=check_share("utility_at_least", bound.utility_at_least),
    )


def _write(target: Path, text: str, *, overwrite: bool) -> Path:
    """Write `text`, sealed with its hash, unless a file is there that somebody may have put work into."""
    if target.exists() and not overwrite and not _untouched(target):
        raise ThreatLabError(
            f"{target.name!r} is there already, and is not as threatlab wrote it: move it away, or give overwrite=True"
        )
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise ThreatLabError(f"{target.name!r} can't be written: {problem.strerror}") from None
    return write_text(target, f"{text}{_SEAL}{_sha256(text)}\n")


def _untouched(file: Path) -> bool:
    try:
        text, seal, rest = read_text(file).rpartition(_SEAL)
    except ThreatLabError:
        return False
    return bool(seal) and rest == f"{_sha256(text)}\n"


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _setting(band: Band) -> tuple[Any, ...]:
    """Return an attack with all of its knobs, named or not: which runs can be compared."""
    defaults = {knob.name: knob.default for knob in ATTACKS[band.attack].knobs}
    return (band.attack, *{**defaults, **band.knobs}.items())
