"""The explorer in JupyterLab: ours, the first edition's, and one made with interact and matplotlib, side by side."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from itertools import cycle, islice
from pathlib import Path
from statistics import median, quantiles

import threatlab
from tests.benchmarks import first_edition
from tests.benchmarks.panel_page import Answer, PanelPage
from tests.benchmarks.timing import Target, duration, print_table
from tests.browser.chromium import NO_CHROMIUM, chromium_path, running_chromium
from tests.browser.lab import Lab
from tests.browser.server import running_server
from threatlab import assess, load_system

SYSTEM = "shadowray"
OURS, FIRST, INTERACT = "this explorer", "the first edition's", "interact and matplotlib"

PAGES, AGAIN = 3, 4
"""How often JupyterLab is loaded anew for the first panel of a page, and how often a panel is shown again after it."""
CLICKS = {OURS: 500, FIRST: 100, INTERACT: 50}
CLICKS_BUSY = {OURS: 60, FIRST: 60, INTERACT: 30}
CLICKS_COUNTED = 20
BLOCKS = 10
"""The panels take turns, so that a busy moment of the machine falls on all of them."""
BUSY = 2
"""How many processes keep the machine busy beside."""

TO_SHOW, TO_ANSWER, THAN_INTERACT = 4.0, 1.4, 4.0
"""How many times as fast as the first edition we promise to show the panel and to answer, and as interact to answer."""

IMPORT_EXPLORER = """
import sys
sys.path.insert(0, {folder!r})
import threatlab
assert threatlab.__file__.startswith({folder!r}), threatlab.__file__
from threatlab.widgets import SystemExplorer
"""
SHOW_EXPLORER = f"""
panel = SystemExplorer({SYSTEM!r})
panel
"""
IMPORT_INTERACT = """
%matplotlib inline
import ipywidgets as widgets
import matplotlib.pyplot as plt
from threatlab import assess, load_system
from threatlab.catalog import catalog
"""
SHOW_INTERACT = f"""
start = load_system({SYSTEM!r})
about = {{**catalog().facts, **catalog().controls}}
answers = {{True: "yes", False: "no", None: "?"}}
values = {{word: value for value, word in answers.items()}}

def draw(**given):
    result = assess(start.with_(**{{name: values[word] for name, word in given.items()}}))
    figure, axes = plt.subplots(figsize=(8, 5))
    axes.barh(list(result.by_threat), list(result.by_threat.values()))
    axes.set_title(f"Risk score {{result.risk_score:.4f}}, {{len(result.findings)}} findings")
    plt.show()
    for step in result.best_next(3):
        print(f"{{step.title}}: -{{step.removes:.2f}}")
    for finding in result.findings:
        print(f"{{finding.severity}}: {{finding.finding}}. {{finding.recommendation}}")

widgets.interact(draw, **{{
    name: widgets.ToggleButtons(
        options=["yes", "no", "?"], value=answers[start[name]], description=entry.question,
        tooltips=[f"{{word}}: {{entry.question}}" for word in ("Yes", "No", "Unknown")],
    )
    for name, entry in about.items()
}});
"""
PAINTED = {
    OURS: (".tl-score", ".tl-left"),
    FIRST: (".tl-score", ".tl-left"),
    INTERACT: (".widget-interact img", ".widget-interact img"),
}
"""Where to see that a panel is painted: its score, or the figure that tells it; and that all of its answer is.

That is the summary above the question: the last of the first edition's messages.
"""


def run() -> list[Target]:
    """Print what each panel takes, alone and on a busy machine, and return whether ours keeps its promises."""
    if chromium_path() is None:
        return [Target("panels in Chromium", f"not measured: {NO_CHROMIUM}", met=False)]
    with (
        tempfile.TemporaryDirectory() as name,
        running_server(Path(name) / "lab") as server,
        running_chromium() as browser,
        ExitStack() as labs,
    ):
        folder = Path(name).resolve()
        panels = {
            panel: PanelPage(labs.enter_context(Lab(browser, server)), folder / f"{place}.ipynb", cells, PAINTED[panel])
            for place, (panel, cells) in enumerate(_cells(folder).items())
        }
        for _ in range(PAGES):
            for panel in panels.values():
                panel.lab.close()  # and with it every kernel of the server
            for panel in panels.values():
                panel.open()
            for panel in panels.values():
                panel.show("first")
        _take_turns(panels, "", CLICKS)
        with _busy_machine():
            _take_turns(panels, ", busy", CLICKS_BUSY)
        flooded = panels[OURS].lost_in_a_flood(_answers(CLICKS[OURS]))
        frames = {panel: page.frames(_answers(CLICKS_COUNTED)) for panel, page in panels.items()}
    _print_seconds(panels)
    _print_frames(frames)
    return _targets(panels, flooded)


def _cells(folder: Path) -> dict[str, tuple[str, str]]:
    """Return the two cells of each panel."""
    here = str(Path(threatlab.__file__).parent.parent)
    cells = {OURS: (IMPORT_EXPLORER.format(folder=here), SHOW_EXPLORER)}
    if first := first_edition.unpacked(folder / "first-edition"):
        cells[FIRST] = (IMPORT_EXPLORER.format(folder=str(first)), SHOW_EXPLORER)
    else:
        print(f"\n  {first_edition.MISSING}")
    return cells | {INTERACT: (IMPORT_INTERACT, SHOW_INTERACT)}


def _answers(count: int) -> list[Answer]:
    """Return so many answers, each of which changes something: to each control that applies a yes and then a no."""
    system = load_system(SYSTEM)
    questions = [system.catalog.controls[finding.attribute].question for finding in assess(system).findings]
    return list(islice(cycle([(question, word) for question in questions for word in ("Yes", "No")]), count))


def _take_turns(panels: Mapping[str, PanelPage], condition: str, clicks: Mapping[str, int]) -> None:
    for _ in range(AGAIN):
        for panel in panels.values():
            panel.show(f"again{condition}")
    for block in range(BLOCKS):
        for name, panel in panels.items():
            size = clicks[name] // BLOCKS
            panel.click(f"click{condition}", _answers(clicks[name])[block * size : (block + 1) * size])


@contextmanager
def _busy_machine() -> Iterator[None]:
    processes = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(BUSY)]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


def _print_seconds(panels: Mapping[str, PanelPage]) -> None:
    kinds = {
        "first panel of a page": "first",
        "further panel": "again",
        "further panel, busy": "again, busy",
        "click": "click",
        "click, busy": "click, busy",
    }
    rows = []
    for what, kind in kinds.items():
        ours = median(panels[OURS].seconds[kind])
        for name, panel in panels.items():
            taken = panel.seconds[kind]
            slow = quantiles(taken, n=20, method="inclusive")[-1]
            times = f"{median(taken) / ours:.1f}"
            turns, lost = f"{len(taken)}", f"{panel.lost[kind] or ''}"
            rows.append((f"{what}: {name}", turns, duration(median(taken)), duration(slow), times, lost))
    print_table(
        "The explorer in JupyterLab: from Run to the painted score, and from a click to the painted answer\n"
        f"  (busy: with {BUSY} busy processes beside)",
        ("", "turns", "median", "95%", "times ours", "lost"),
        rows,
    )


def _print_frames(frames: Mapping[str, tuple[list[int], list[int]]]) -> None:
    clicks = CLICKS_COUNTED
    rows = [
        (name, f"{sum(show):,}", f"{len(show)}", f"{sum(answer) / clicks:,.0f}", f"{len(answer) / clicks:.1f}")
        for name, (show, answer) in frames.items()
    ]
    print_table(
        f"Over the wire, both ways; an answer is the mean of {clicks}",
        ("", "bytes to show it", "messages", "bytes to answer", "messages"),
        rows,
    )


def _targets(panels: Mapping[str, PanelPage], flooded: int) -> list[Target]:
    promises = [
        (FIRST, "first", TO_SHOW, "to the first paint"),
        (FIRST, "again", TO_SHOW, "to the paint of a further panel"),
        (FIRST, "again, busy", TO_SHOW, "to the paint of a further panel, busy"),
        (FIRST, "click", TO_ANSWER, "from a click to the painted frame"),
        (FIRST, "click, busy", TO_ANSWER, "from a click to the painted frame, busy"),
        (INTERACT, "click", THAN_INTERACT, "from a click to the painted frame"),
    ]
    targets = []
    for name, kind, times, what in promises:
        if name in panels:
            reached = median(panels[name].seconds[kind]) / median(panels[OURS].seconds[kind])
            targets.append(
                Target(f"at least {times:g} times as fast as {name} {what}", f"{reached:.2f} times", reached >= times)
            )
    clicks, lost = CLICKS[OURS], panels[OURS].lost["click"]
    return [
        *targets,
        Target(f"no click of {clicks} lost, one after the other", f"{lost} lost", lost == 0),
        Target(f"no click of {clicks} lost, 10 ms apart", f"{flooded} lost", flooded == 0),
    ]
