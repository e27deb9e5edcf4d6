"""How much code the panels are, in Python, style sheets and scripts: the first edition's and now."""

import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path

import threatlab
from tests.benchmarks import first_edition
from tests.benchmarks.timing import Target, print_table

SMALLER = 1 / 3
"""By how much we promise the whole to be smaller."""

KINDS = (".py", ".css", ".js")
SHARED, ALL, NOT_NEW = "shared by all", "all", "all but new panels"
BEFORE = {
    "attack_lab": ("attack_",),
    "checklist": ("checklist_",),
    "dashboard": ("dashboard",),
    "explorer": ("explorer",),
    "export": ("export_", "capstone"),
    "incident_replay": ("incident_replay", "replay_"),
    "layers": ("layers_", "shared_view", "depth"),
    "learning": ("prediction", "recall", "progress_", "learning"),
    "planner": ("plan_", "plan.", "planner"),
    "scope_editor": ("scope",),
    "stream_monitor": ("stream_", "monitor"),
    "tabletop": ("tabletop",),
}
"""How the names of a panel's files began in the first edition, which had all panels in one folder.

The style of the explorer and the attack lab stood in one sheet with the style of all; it counts as shared.
"""


def run() -> list[Target]:
    """Print lines and characters of each panel and kind of file, and return whether the whole is small enough."""
    with tempfile.TemporaryDirectory() as folder:
        first = first_edition.unpacked(Path(folder))
        if first is None:
            print(f"\n  {first_edition.MISSING}")
            return []
        before = _sizes(first / "threatlab/widgets", _panel_of_the_first_edition)
    now = _sizes(Path(threatlab.__file__).parent / "widgets", _panel_of_today)
    new = sorted(now.keys() - {*BEFORE, SHARED, *KINDS, ALL})
    before[NOT_NEW], now[NOT_NEW] = before[ALL], now[ALL] - sum((now[panel] for panel in new), Counter())
    print_table(
        "Code of the panels: lines and characters",
        ("", "lines before", "now", "characters before", "now", "change"),
        [_row(name, before[name], now[name]) for name in (*BEFORE, *new, SHARED, *KINDS, NOT_NEW, ALL)],
    )
    reached = {what: 1 - now[ALL][what] / before[ALL][what] for what in ("lines", "characters")}
    return [
        Target(
            f"widgets code smaller by {SMALLER:.0%}",
            ", ".join(f"{what} by {share:.0%}" for what, share in reached.items()),
            min(reached.values()) >= SMALLER,
        )
    ]


def _panel_of_the_first_edition(file: Path) -> str:
    return next((panel for panel, begins in BEFORE.items() if file.name.startswith(begins)), SHARED)


def _panel_of_today(file: Path) -> str:
    return file.parts[0] if len(file.parts) > 1 and file.parts[0] != "base" else SHARED


def _sizes(folder: Path, panel_of: Callable[[Path], str]) -> dict[str, Counter[str]]:
    """Return lines and characters of the code in a folder: by panel, by kind of file, and of all."""
    sizes: dict[str, Counter[str]] = defaultdict(Counter)
    for file in folder.rglob("*"):
        if file.suffix in KINDS:
            text = file.read_text(encoding="utf-8")
            for name in (panel_of(file.relative_to(folder)), file.suffix, ALL):
                sizes[name].update(lines=text.count("\n"), characters=len(text))
    return sizes


def _row(name: str, before: Counter[str], now: Counter[str]) -> tuple[str, ...]:
    figures = [f"{size[what]:,}" for what in ("lines", "characters") for size in (before, now)]
    change = f"{now['characters'] / before['characters'] - 1:+.0%}" if before else ""
    return (name, *figures, change)
