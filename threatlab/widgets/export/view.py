"""The export panel's state, and pure functions from that state to HTML: what is in the report, and what is missing."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from urllib.parse import quote

from threatlab.lessons import made_in
from threatlab.report import (
    Source,
    ThreatModel,
    briefing,
    system_to_json,
    to_html,
    to_json,
    to_markdown,
    to_sarif,
)
from threatlab.widgets.base.html import (
    Html,
    Shown,
    button,
    caption,
    choice,
    field,
    fold,
    markup,
    problem,
    saved,
    saved_table,
    tag,
)
from threatlab.widgets.export.folder import is_passing
from threatlab.words import counted

_ESCAPED = re.compile(r"\\([*_~^\[\]$])")
_KILO = 1000


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write the report: its name for people, the end of its file's name, who reads it, and how."""

    title: str
    ending: str
    opens: str
    write: Callable[[ThreatModel, Path], str]
    """Takes the model and the file it goes to."""


FORMATS = {
    "html": Format(
        "HTML: one page to read and print",
        ".html",
        "Double-click it, in JupyterLab's file list or in your file manager. It needs no network; print it, and you "
        "have a PDF.",
        lambda model, _: to_html(model),
    ),
    "markdown": Format(
        "Markdown: for a repository or wiki",
        ".md",
        "Commit it: code hosts and wikis show it as a page.",
        lambda model, _: to_markdown(model),
    ),
    "json": Format(
        "JSON: to load back and go on",
        ".json",
        "load_model(file) reads it back to an equal threat model.",
        lambda model, _: to_json(model),
    ),
    "system": Format(
        "System: what the command line assesses",
        "-system.json",
        "threatlab assess reads it: all its facts and controls, with their notes.",
        lambda model, _: system_to_json(model),
    ),
    "sarif": Format(
        "SARIF 2.1.0: findings for a code host",
        ".sarif",
        "Commit the System file beside it, and upload this one as code-scanning results: each finding becomes an alert "
        "at its line of that file.",
        lambda model, file: to_sarif(model, sources=[_system_file(model, file)]),
    ),
    "briefing": Format(
        "Briefing: five minutes to read aloud",
        "-briefing.md",
        "Read it to your team, and time yourself.",
        lambda model, _: briefing(model),
    ),
}


def _system_file(model: ThreatModel, file: Path) -> Source:
    """Return where the model's system stands, once it is exported beside a file."""
    beside = file.with_name(file.stem + FORMATS["system"].ending)
    return Source.at(beside, 1, system_to_json(model))


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

    @property
    def file(self) -> str:
        """Name of the file that Export writes."""
        return self.stem + FORMATS[self.kind].ending


def parts(model: ThreatModel) -> tuple[tuple[str, str], ...]:
    """Return what the report holds: the name of each part, and a few words on what is in it."""
    drawing, policy, plan, monitoring, played = (
        model.drawing,
        model.policy,
        model.plan,
        model.monitoring,
        model.tabletop,
    )
    findings, known, tests = model.assessment.findings, model.system.known, model.tests
    held = {
        "Scope": drawing and f"{len(drawing.elements)} elements, {len(drawing.crossings)} flows cross a boundary",
        "Answers": f"{len(known)} of {len(model.system.catalog.attributes)} questions answered",
        "Findings": f"{len(findings)}, risk score {model.assessment.risk_score:.2f}",
        "Policy": policy and counted(len(policy.accepted), "accepted risk"),
        "Plan": plan and f"{counted(len(plan.steps), 'step')}, {plan.days:g} days",
        "Validation": tests and counted(len(tests), "attack that ran", "attacks that ran"),
        "Monitoring": monitoring and f"{monitoring.detector} at {monitoring.threshold:g}",
        "Tabletop": played and f"{counted(len(played.decisions), 'decision')} logged",
        "Reviews": model.reviews and counted(len(model.reviews), "date"),
        "Training": model.training and counted(len(model.training), "record"),
        "Audit log": model.audit_head and "its head hash",
    }
    return tuple((name, str(words)) for name, words in held.items() if words)


def page(state: ExportState) -> Html:
    """Return the whole panel."""
    kinds = [(each.title, name) for name, each in FORMATS.items()]
    fields = (
        choice("Format", "kind", kinds, state.kind, act="set"),
        field("File name, without its ending", "name", state.stem, act="set"),
    )
    buttons = (
        button("Export", "export", hint="Export: write the report into the folder"),
        button("Replace it", "export", {"overwrite": True}, hint="Replace it: write over the file that is there")
        if state.standing
        else None,
    )
    act = (problem("set"), tag("div.tl-buttons", *buttons), outcome(state))
    return markup(
        tag("div.tl-about.tl-fields", *fields),
        tag(
            "div.tl-export",
            contents(state),
            tag("div.tl-ex-act", *act),
            fold("The briefing, five minutes to read aloud", briefing_page(state.model)),
        ),
    )


def contents(state: ExportState) -> Html:
    """Return what is in the report beside what is missing from it, each with the notebook that makes it."""
    inside = (tag("li", tag("b", name), f": {words}") for name, words in parts(state.model))
    missing = state.model.missing
    count = counted(len(missing), "part") if missing else "nothing"
    gaps = markup(
        tag(
            "ul.tl-ex-missing",
            *(tag("li", f"{each.what} ", tag("span.tl-sub", made_in(each.notebook))) for each in missing),
        ),
        tag("p.tl-sub", "It can be exported all the same: each gap is named in the report, in its place."),
    )
    if not missing:
        gaps = tag("p", "Every part is there. Whether it is good enough is for a reader to say.")
    title = state.model.title
    return tag(
        "div.tl-ex-parts",
        tag("div", caption("In the report", title), tag("ul.tl-ex-in", *inside)),
        tag("div", caption("Missing", count), gaps),
    )


def outcome(state: ExportState) -> Html:
    """Return what came of the last attempt to export: the file and how to open it, or why there is none."""
    coming = f"Export writes {state.file}."
    if state.written is None:
        return markup(problem("export"), tag("p.tl-sub", coming, role="status"))
    done = "is there already, and says the same" if state.same else "written"
    return tag(
        "p.tl-ex-done",
        tag("b", state.folder / state.written.name),
        f" {done}: {size(state.written.size)}. {FORMATS[state.written.kind].opens} ",
        None if state.written.name == state.file else coming,
        role="status",
    )


def links(state: ExportState) -> Shown:
    """Return the files of this name that are there: as links that JupyterLab opens, beside the notebook."""
    names = [name for each in FORMATS.values() if (state.folder / (name := state.stem + each.ending)).is_file()]
    if is_passing(state.folder) or state.folder.is_absolute():
        where = "a folder that goes with this kernel: no notebook is open" if is_passing(state.folder) else "the folder"
        words = f"In {where}: {', '.join(names) or 'no file yet'}"
        return Shown(tag("p", words), words)
    files = [(state.folder / name).as_posix() for name in names]
    rows = (tag("li", tag("a", file, href=quote(file))) for file in files)
    return Shown(tag("ul", *rows), "\n".join(files) or f"no file yet in {state.folder}")


def size(count: int) -> str:
    """Return a number of bytes as people say it."""
    return f"{count} bytes" if count < _KILO else f"{count / _KILO:.0f} KB"


def briefing_page(model: ThreatModel) -> Html:
    """Return the briefing as it is read aloud."""
    return tag("div.tl-ex-briefing", *map(_spoken, briefing(model).strip().split("\n\n")))


def _spoken(block: str) -> Html:
    for sign, name in (("## ", "h4"), ("# ", "h3")):
        if block.startswith(sign):
            return tag(name, _plain(block.removeprefix(sign)))
    if block.startswith("*") and block.endswith("*"):
        return tag("p.tl-sub", _plain(block[1:-1]))
    return tag("p", _plain(block))


def _plain(markdown: str) -> str:
    """Return a literal text of the briefing, whose Markdown signs stand escaped in it, as it reads."""
    return unescape(_ESCAPED.sub(r"\1", markdown))


def static_picture(state: ExportState) -> Html:
    """Return the panel for a saved notebook: inline styles alone, and no folder of a machine."""
    inside = tag("ul", *(tag("li", f"{name}: {words}") for name, words in parts(state.model)))
    missing = tag("ul", *(tag("li", each) for each in state.model.missing or ("nothing",)))
    formats = "; ".join(each.title for each in FORMATS.values())
    return saved(
        f"Report on {state.model.title}",
        saved_table(("In the report", "Missing"), [(inside, missing)]),
        tag("p", f"It exports as {formats}."),
    )
