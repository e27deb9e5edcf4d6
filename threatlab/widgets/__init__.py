"""Live panels: each is a plain state, pure functions from state to HTML, and a thin binding to ipywidgets."""

from threatlab.widgets.explorer import SystemExplorer
from threatlab.widgets.prediction import Comparison, Prediction

__all__ = ["Comparison", "Prediction", "SystemExplorer"]
