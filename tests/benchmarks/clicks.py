"""From a click to the painted frame, in Chromium: the explorer against one made with interact and matplotlib."""

import tempfile
from pathlib import Path
from statistics import median, quantiles

from nbformat.v4 import new_code_cell, new_notebook
from nbformat.v4 import writes as notebook_text

from tests.benchmarks.timing import Target, duration, print_table
from tests.browser.chromium import NO_CHROMIUM, chromium_path, running_chromium
from tests.browser.lab import Lab
from tests.browser.server import running_server
from threatlab import assess, load_system
from threatlab.catalog import catalog

CLICKS = 200
BLOCK = 20
"""Clicks before it is the other panel's turn, so that a busy moment of the machine falls on both."""

FASTER = 2.5
LOST_AFTER_MS = 5_000
SYSTEM = "shadowray"
EXPLORER = f"""
from threatlab.widgets import SystemExplorer
panel = SystemExplorer({SYSTEM!r})
heard = []
for answer in panel.answers.values():
    answer.observe(heard.append, "value")
panel
"""
INTERACT = f"""
%matplotlib inline
import ipywidgets as widgets
import matplotlib.pyplot as plt
from threatlab import assess, load_system
from threatlab.catalog import catalog

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
PICTURES = {"explorer": ".tl-found", "interact": ".widget-interact img"}
"""What each panel paints last: its findings, its figure."""

CLICK = """async ([title, picture, patience]) => {
    const shown = () => {
        const node = document.querySelector(picture);
        return node && (node.tagName === 'IMG' ? node.src : node.textContent);
    };
    const button = [...document.querySelectorAll('button')].find(node => node.title === title);
    const before = shown(), started = performance.now();
    button.click();
    while (shown() === before || shown() === null) {
        if (performance.now() - started > patience) return null;
        await new Promise(requestAnimationFrame);
    }
    await document.querySelector(picture).decode?.();
    await new Promise(requestAnimationFrame);
    return performance.now() - started;
}"""
FLOOD = """async titles => {
    const buttons = new Map([...document.querySelectorAll('button')].map(node => [node.title, node]));
    for (const title of titles) {
        buttons.get(title).click();
        await new Promise(resolve => setTimeout(resolve, 10));
    }
}"""
HEARD = """async () => {
    const panel = [...window.jupyterapp.shell.widgets('main')].find(w => w.sessionContext);
    const kernel = panel.sessionContext.session.kernel;
    const ask = kernel.requestExecute({code: '', user_expressions: {heard: 'len(heard)'}});
    const reply = await ask.done;
    return Number(reply.content.user_expressions.heard.data['text/plain']);
}"""


def run() -> list[Target]:
    """Print both panels' times, and return whether ours is fast enough and hears every click."""
    if chromium_path() is None:
        return [Target("clicks in Chromium", f"not measured: {NO_CHROMIUM}", met=False)]
    with (
        tempfile.TemporaryDirectory() as folder,
        running_server(Path(folder) / "lab") as server,
        running_chromium() as browser,
        Lab(browser, server) as explorer,
        Lab(browser, server) as interact,
    ):
        labs = {"explorer": explorer, "interact": interact}
        for name, source in (("explorer", EXPLORER), ("interact", INTERACT)):
            labs[name].open(_notebook(Path(folder) / f"{name}.ipynb", source))
            labs[name].run_all()
        taken = _take_turns(labs)
        heard_before = explorer.page.evaluate(HEARD)
        explorer.page.evaluate(FLOOD, _titles())
        flooded = explorer.page.evaluate(HEARD) - heard_before
    return _report(taken, flooded)


def _titles() -> list[str]:
    """Return the names of the buttons to click: for each control that applies a yes and then a no, over and over."""
    findings = assess(load_system(SYSTEM)).findings
    questions = [catalog().controls[finding.attribute].question for finding in findings]
    pairs = [f"{word}: {question}" for question in questions for word in ("Yes", "No")]
    return [pairs[i % len(pairs)] for i in range(CLICKS)]


def _take_turns(labs: dict[str, Lab]) -> dict[str, list[float | None]]:
    taken: dict[str, list[float | None]] = {name: [] for name in labs}
    for first in range(0, CLICKS, BLOCK):
        for name, lab in labs.items():
            for title in _titles()[first : first + BLOCK]:
                taken[name].append(lab.page.evaluate(CLICK, [title, PICTURES[name], LOST_AFTER_MS]))
    return taken


def _report(taken: dict[str, list[float | None]], flooded: int) -> list[Target]:
    seconds = {name: [ms / 1000 for ms in times if ms is not None] for name, times in taken.items()}
    rows = [
        (name, duration(median(times)), duration(quantiles(times, n=20)[-1]), f"{CLICKS - len(times)} of {CLICKS}")
        for name, times in seconds.items()
    ]
    print_table("From a click to the painted frame, in JupyterLab", ("", "median", "95%", "lost"), rows)
    ratio = median(seconds["interact"]) / median(seconds["explorer"])
    lost = CLICKS - len(seconds["explorer"])
    return [
        Target(f"at least {FASTER:g} times as fast as interact at the median", f"{ratio:.1f} times", ratio >= FASTER),
        Target(f"no click of {CLICKS} lost, one after the other", f"{lost} lost", lost == 0),
        Target(f"no click of {CLICKS} lost, 10 ms apart", f"{CLICKS - flooded} lost", flooded == CLICKS),
    ]


def _notebook(file: Path, source: str) -> Path:
    file.write_text(notebook_text(new_notebook(cells=[new_code_cell(source)])), encoding="utf-8")
    return file
