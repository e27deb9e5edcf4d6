"""The export panel's state, and pure functions from that state to HTML: what is in the report, and what is missing."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape, unescape
from pathlib import Path

from threatlab.assessment.stride import BREAKS
from threatlab.catalog import catalog
from threatlab.lessons import made_in
from threatlab.report import STRIDE, ThreatModel, briefing, by_stride, to_html, to_json, to_markdown, to_sarif

_ESCAPED = re.compile(r"\\([*_~^\[\]$])")
_KILO = 1000


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write the report: its name for people, the end of its file's name, who reads it, and how."""

    title: str
    ending: str
    opens: str
    write: Callable[[ThreatModel], str]


FORMATS = {
    "html": Format(
        "HTML: one page to read and print",
        ".html",
        "Double-click it in your file manager: any browser shows it, offline. (JupyterLab: right-click it in the file "
        "list, Open in New Browser Tab.) Print it, and you have a PDF.",
        to_html,
    ),
    "markdown": Format(
        "Markdown: for a repository or wiki", ".md", "Commit it: code hosts and wikis show it as a page.", to_markdown
    ),
    "json": Format(
        "JSON: to load back and go on", ".json", "load_model(file) reads it back to an equal threat model.", to_json
    ),
    "sarif": Format(
        "SARIF 2.1.0: findings for a code host",
        ".sarif",
        "Upload it as code-scanning results: each finding becomes an alert that can be assigned.",
        to_sarif,
    ),
    "briefing": Format(
        "Briefing: five minutes to read aloud", "-briefing.md", "Read it to your team, and time yourself.", briefing
    ),
}


@dataclass(frozen=True, slots=True)
class Written:
    """A file that was written, or would have been: its name, its size in bytes, and its format."""

    name: str
    size: int
    kind: str


@dataclass(frozen=True)
class ExportState:
    """What the panel shows: the model, where it is written to and how, and what came of the last attempt.

    `standing` is the name of a file that is there already and says something else: it is replaced only if asked for.
    """

    model: ThreatModel
    folder: Path
    kind: str = "html"
    stem: str = "threat-model"
    written: Written | None = None
    same: bool = False
    standing: str = ""
    problem: str = ""

    @property
    def file(self) -> str:
        """Name of the file that Export writes."""
        return self.stem + FORMATS[self.kind].ending


def parts(model: ThreatModel) -> tuple[tuple[str, str], ...]:
    """Return what the report holds: the name of each part, and a few words on what is in it."""
    drawing, policy, plan = model.drawing, model.policy, model.plan
    found, known = model.assessment.findings, model.system.known
    tests = model.evidence
    return tuple(
        (name, said)
        for name, said in (
            ("Scope", f"{len(drawing.elements)} elements, {len(drawing.crossings)} flows cross a boundary")
            if drawing
            else ("Scope", ""),
            ("Answers", f"{len(known)} of {len(catalog().attributes)} attributes answered"),
            ("Findings", f"{len(found)}, risk score {model.assessment.risk_score:.2f}"),
            ("Policy", f"{_count(len(policy.accepted), 'accepted risk')}" if policy else ""),
            ("Plan", f"{_count(len(plan.steps), 'step')}, {plan.days:g} days" if plan else ""),
            ("Validation", _count(len(tests), "attack that ran", "attacks that ran") if tests else ""),
            (
                "Monitoring",
                f"{model.monitoring.detector} at {model.monitoring.threshold:g}" if model.monitoring else "",
            ),
            ("Tabletop", f"{_count(len(model.tabletop.decisions), 'decision')} logged" if model.tabletop else ""),
            ("Reviews", f"{_count(len(model.reviews), 'date')}" if model.reviews else ""),
            ("Training", f"{_count(len(model.training), 'record')}" if model.training else ""),
            ("Audit log", "its head hash" if model.audit_head else ""),
        )
        if said
    )


def contents(state: ExportState) -> str:
    """Return what is in the report beside what is missing from it, each with the notebook that makes it."""
    inside = "".join(f"<li><b>{escape(name)}</b>: {escape(said)}</li>" for name, said in parts(state.model))
    lacking = "".join(
        f'<li>{escape(each.what)} <span class="tl-sub">{escape(made_in(each.notebook))}</span></li>'
        for each in state.model.missing
    )
    count = len(state.model.missing)
    gaps = (
        f'<ul class="tl-ex-missing">{lacking}</ul><p class="tl-sub">It can be exported all the same: each gap is named '
        "in the report, in its place.</p>"
        if lacking
        else "<p>Every part is there. Whether it is good enough is for a reader to say.</p>"
    )
    return (
        f'<div class="tl-ex-parts"><div><h3 class="tl-cap">In the report <i>\u2014 '
        f'{escape(state.model.system.title)}</i></h3><ul class="tl-ex-in">{inside}</ul></div>'
        f'<div><h3 class="tl-cap">Missing <i>\u2014 {_count(count, "part") if count else "nothing"}</i></h3>'
        f"{gaps}</div></div>"
    )


def outcome(state: ExportState) -> str:
    """Return what came of the last attempt to export: the file and how to open it, or why there is none."""
    if state.problem:
        return f'<p class="tl-problem" role="alert">{escape(state.problem)}</p>'
    if state.standing:
        return (
            f'<p class="tl-problem" role="alert"><b>{escape(state.standing)}</b> is there already and says something '
            "else; nothing was written. Replace it, or give another name.</p>"
        )
    coming = f"Export writes {escape(state.file)}."
    if state.written is None:
        return f'<p class="tl-sub" role="status">{coming}</p>'
    done = "is there already, and says the same" if state.same else "written"
    coming = "" if state.written.name == state.file else f"<br>{coming}"
    return (
        f'<p class="tl-ex-done" role="status"><b>{escape(state.written.name)}</b> {done}: '
        f"{size(state.written.size)}. {escape(FORMATS[state.written.kind].opens)}{coming}</p>"
    )


def size(count: int) -> str:
    """Return a number of bytes as people say it."""
    return f"{count} bytes" if count < _KILO else f"{count / _KILO:.0f} KB"


def stride_table(model: ThreatModel) -> str:
    """Return the findings by the letters of STRIDE: what each means, how many there are, and which."""
    heads = "".join(f'<th scope="col">{name}</th>' for name in ("Category", "Findings", "Which, worst first"))
    controls = catalog().controls
    rows = "".join(
        f'<tr><th scope="row"><b>{letter}</b> {escape(STRIDE[letter])}'
        f'<div class="tl-sub">{escape(BREAKS[letter])}</div></th><td class="tl-num">{len(found)}</td>'
        f"<td>{escape('; '.join(controls[each.attribute].finding for each in found)) or 'none'}</td></tr>"
        for letter, found in by_stride(model.assessment).items()
    )
    return (
        f'<table class="tl-ex-stride"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'
        '<p class="tl-sub">A finding whose control stands against several categories is in each of them.</p>'
    )


def briefing_page(model: ThreatModel) -> str:
    """Return the briefing as it is read aloud."""
    blocks = briefing(model).strip().split("\n\n")
    return f'<div class="tl-ex-briefing">{"".join(map(_spoken, blocks))}</div>'


def _spoken(block: str) -> str:
    for sign, tag in (("## ", "h4"), ("# ", "h3")):
        if block.startswith(sign):
            return f"<{tag}>{_plain(block.removeprefix(sign))}</{tag}>"
    if block.startswith("*") and block.endswith("*"):
        return f'<p class="tl-sub">{_plain(block[1:-1])}</p>'
    return f"<p>{_plain(block)}</p>"


def _plain(markdown: str) -> str:
    """Return a literal text of the briefing, whose Markdown signs stand escaped in it, as HTML."""
    return escape(unescape(_ESCAPED.sub(r"\1", markdown)))


def static_picture(state: ExportState) -> str:
    """Return the panel for a saved notebook: inline styles alone, and no folder of a machine."""
    left = ' style="text-align:left;vertical-align:top"'
    inside = "".join(f"<li>{escape(name)}: {escape(said)}</li>" for name, said in parts(state.model))
    lacking = "".join(f"<li>{escape(str(each))}</li>" for each in state.model.missing) or "<li>nothing</li>"
    formats = "; ".join(escape(each.title) for each in FORMATS.values())
    return (
        '<div style="max-width:760px;padding:12px 16px;border:1px solid gray;border-radius:8px">'
        f"<b>Report on {escape(state.model.system.title)}</b>"
        f"<table{left}><tr><th{left}>In the report</th><th{left}>Missing</th></tr>"
        f"<tr><td{left}><ul>{inside}</ul></td><td{left}><ul>{lacking}</ul></td></tr></table>"
        f"<p>It exports as {formats}.</p><i>A picture of the panel as it was saved. Run the cell to use it.</i></div>"
    )


def _count(number: int, what: str, many: str = "") -> str:
    return f"{number} {what}" if number == 1 else f"{number} {many or what + 's'}"
