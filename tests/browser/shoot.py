"""Take pictures of a notebook as JupyterLab shows it: -m tests.browser.shoot NOTEBOOK FOLDER.

Runs the notebook in a real JupyterLab and writes PNGs: page by page of the whole notebook, or one
of each place that --selector matches: --selector .tl shows the panels alone.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from tests.browser.chromium import NO_CHROMIUM, chromium_path, running_chromium
from tests.browser.lab import Lab
from tests.browser.server import running_server


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return 0 if pictures were written, 1 if not."""
    parser = argparse.ArgumentParser(prog="python -m tests.browser.shoot", description=__doc__)
    parser.add_argument("notebook", type=Path)
    parser.add_argument("folder", type=Path, help="where the PNGs go; made if it isn't there")
    parser.add_argument("--theme", choices=("light", "dark"), default="light")
    parser.add_argument("--width", type=int, default=1200, help="of the window, in px")
    parser.add_argument("--selector", help="CSS: a picture of each match instead of the notebook")
    options = parser.parse_args(arguments)
    if not options.notebook.is_file():
        parser.error(f"there is no notebook {options.notebook}")
    if chromium_path() is None:
        parser.error(NO_CHROMIUM)
    options.folder.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("THREATLAB_PROGRESS", "memory")  # a picture is nobody's work
    with (
        tempfile.TemporaryDirectory() as folder,
        running_server(Path(folder) / "lab") as server,
        running_chromium() as browser,
        Lab(browser, server) as lab,
    ):
        lab.open(options.notebook, theme=options.theme, width=options.width)
        lab.run_all()
        return _shoot(lab, options)


def _shoot(lab: Lab, options: argparse.Namespace) -> int:
    stem = f"{options.notebook.stem}-{options.theme}-{options.width}"
    if options.selector is None:
        files = lab.pages(options.folder, stem)
    else:
        matches = range(lab.notebook.locator(options.selector).count())
        files = [options.folder / f"{stem}-{number + 1:02}.png" for number in matches]
        for number, file in enumerate(files):
            lab.screenshot(file, f"{options.selector} >> nth={number}")
    if not files:
        print(f"nothing in {options.notebook} matches {options.selector!r}", file=sys.stderr)
        return 1
    print(*files, sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
