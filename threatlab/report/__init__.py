"""The threat model as a report: one model, and the same content as HTML, Markdown, JSON and SARIF."""

from threatlab.assessment.stride import STRIDE, by_stride
from threatlab.report.briefing import briefing
from threatlab.report.checklist import CheckItem, checklist
from threatlab.report.gather import from_attack, from_evaluation, from_exercise, from_plan
from threatlab.report.html_page import to_html
from threatlab.report.json_file import load_model, load_models, save_model, system_to_json, to_json
from threatlab.report.markdown import to_markdown
from threatlab.report.model import EXAMPLE, Missing, ThreatModel
from threatlab.report.records import (
    AlertChoice,
    Decision,
    Evidence,
    Moral,
    Origin,
    PlannedStep,
    PlanRecord,
    Tabletop,
    Training,
)
from threatlab.report.sarif import Source, to_sarif
from threatlab.report.schema import json_schema

__all__ = [
    "EXAMPLE",
    "STRIDE",
    "AlertChoice",
    "CheckItem",
    "Decision",
    "Evidence",
    "Missing",
    "Moral",
    "Origin",
    "PlanRecord",
    "PlannedStep",
    "Source",
    "Tabletop",
    "ThreatModel",
    "Training",
    "briefing",
    "by_stride",
    "checklist",
    "from_attack",
    "from_evaluation",
    "from_exercise",
    "from_plan",
    "json_schema",
    "load_model",
    "load_models",
    "save_model",
    "system_to_json",
    "to_html",
    "to_json",
    "to_markdown",
    "to_sarif",
]
