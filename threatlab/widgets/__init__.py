"""Live panels: each is a plain state, pure functions from state to HTML, and a thin binding to ipywidgets."""

from typing import TYPE_CHECKING, Any

from threatlab.widgets.explorer import SystemExplorer
from threatlab.widgets.prediction import Comparison, Prediction

if TYPE_CHECKING:
    from threatlab.widgets.attack_lab import AttackLab

__all__ = ["AttackLab", "Comparison", "Prediction", "SystemExplorer"]


def __getattr__(name: str) -> Any:
    if name == "AttackLab":  # it brings scikit-learn, which takes a second to load and which the others don't need
        from threatlab.widgets.attack_lab import AttackLab

        return AttackLab
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
