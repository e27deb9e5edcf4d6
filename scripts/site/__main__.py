"""Build the course as a web site that needs no installation and asks nobody: python -m scripts.site [FOLDER].

Whoever opens it runs Python in the browser (Pyodide, by JupyterLite). Any static web server serves it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from email.parser import Parser
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from packaging.utils import canonicalize_name, parse_wheel_filename

from scripts.site.packages import (
    CORE,
    SiteError,
    fetch_compiled,
    fetch_core,
    fetch_pure,
    needed,
    needs,
    release_address,
    run,
)
from threatlab.course import start
from threatlab.lessons import LESSONS

ROOT = Path(__file__).parents[2]
CACHE = ROOT / ".cache/site"
HERE = Path(__file__).parent

STDLIB = "python_stdlib.zip"
LABEXTENSIONS = ("anywidget", "@jupyter-widgets/jupyterlab-manager", "@jupyterlite/pyodide-kernel-extension")
UNUSED = ("jupyter-lite.ipynb", "rspack.config*", "package.json", "doc", "jupyterlite.schema*")

AUTOSAVE = 15
"""Seconds from one saving of a notebook to the next: a tab is closed more easily than a program."""

KERNEL = ("pyodide-kernel", "ipykernel", "piplite", "micropip", "comm", "jedi", "ipython")
"""What the kernel asks for as it starts: what is named here is loaded at once, and nothing is looked up elsewhere."""


def main(arguments: list[str]) -> int:
    """Build the site; return 1 if that can't be done, having said why."""
    folder = Path(arguments[0] if arguments else ROOT / "build/site").resolve()
    try:
        build(folder, os.environ.get("SITE_PYODIDE", ""))
    except SiteError as problem:
        print(problem, file=sys.stderr)
        return 1
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    print(f"{folder}: {size / 1e6:.0f} MB. Serve it: {sys.executable} -m http.server --directory {folder} 8000")
    return 0


def build(folder: Path, source: str) -> None:
    """Make the site in `folder`, which is made anew; downloads are kept in `CACHE`."""
    CACHE.mkdir(parents=True, exist_ok=True)
    core, release = fetch_core(CACHE)
    compiled = needed(release, ROOT / "requirements.lock")
    files = fetch_compiled(source or release_address(core), compiled, CACHE / "compiled")
    files += fetch_pure(ROOT / "requirements.lock", compiled, CACHE / "pure")
    files += _kernels_own()
    files.append(_our_wheel())
    slimmer = slimmed([*files, core / STDLIB], core)
    work = CACHE / "work"
    shutil.rmtree(work, ignore_errors=True)
    pyodide = work / "static/pyodide"
    pyodide.mkdir(parents=True)
    for name in CORE:
        shutil.copy2(slimmer.get(core / name, core / name), pyodide / name)
    packages = {}
    for file in files:
        shutil.copy2(slimmer[file], pyodide / file.name)
        entry = _entry(pyodide / file.name, compiled)
        packages[canonicalize_name(entry["name"])] = entry
    lock = json.loads((core / "pyodide-lock.json").read_text(encoding="utf-8")) | {"packages": packages}
    (pyodide / "pyodide-lock.json").write_text(json.dumps(lock), encoding="utf-8")
    write_contents(work / "contents")
    _build_lite(work, folder)


def slimmed(files: list[Path], core: Path) -> dict[Path, Path]:
    """Return for each archive the smaller one, compiled by Pyodide's own Python; done once for each that is new."""
    program = (HERE / "slim.py").read_bytes()
    folder = CACHE / f"slim-{_hash(program)[:16]}"
    folder.mkdir(exist_ok=True)
    made = {file: folder / f"{_hash(file.read_bytes())[:16]}-{file.name}" for file in files}
    jobs = []
    for file, target in made.items():
        if not target.is_file():
            place = "/lib/python314.zip" if file.name == STDLIB else "/lib/python3.14/site-packages"
            inside = [
                f"/cache/{each.relative_to(CACHE).as_posix()}" for each in (_within(file), target.with_suffix(".new"))
            ]
            jobs.append([*inside, place, file.name.startswith("threatlab-")])
    if jobs:
        node = shutil.which("node")
        if node is None:
            raise SiteError("node is not here: it compiles what the page runs. Install Node.js 20 or newer")
        run(
            [node, str(HERE / "slim.mjs"), str(core), str(CACHE), json.dumps(jobs)],
            "Node couldn't compile the packages",
        )
        for target in made.values():
            if (new := target.with_suffix(".new")).is_file():
                new.replace(target)
    return made


def _within(file: Path) -> Path:
    """Return a file of the cache with the same content."""
    if file.is_relative_to(CACHE):
        return file
    return Path(shutil.copy2(file, CACHE))


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _kernels_own() -> list[Path]:
    """Return the wheels that come with JupyterLite's kernel."""
    place = Path(sys.prefix, "share/jupyter/labextensions/@jupyterlite/pyodide-kernel-extension/static/pypi")
    wanted = ("pyodide_kernel-", "ipykernel-", "piplite-", "widgetsnbextension-4")
    return [file for file in sorted(place.glob("*.whl")) if file.name.startswith(wanted)]


def _our_wheel() -> Path:
    """Return the wheel of this checkout."""
    folder = CACHE / "threatlab"
    shutil.rmtree(folder, ignore_errors=True)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-input", "--disable-pip-version-check"]
    command += ["--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise SiteError(f"threatlab's own wheel couldn't be built; pip said: {done.stderr.strip()}")
    return next(folder.glob("threatlab-*.whl"))


def _entry(file: Path, compiled: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what Pyodide's lock says of a wheel: its own entry if it is Pyodide's, with what the file is now."""
    wheel, version, *_ = parse_wheel_filename(file.name)
    name = str(wheel)
    ours = {each["file_name"]: each for each in compiled}.get(file.name)
    if ours is None:
        ours = {
            "depends": _depends(file, name),
            "file_name": file.name,
            "imports": _imports(file),
            "install_dir": "site",
            "name": name,
            "package_type": "package",
            "unvendored_tests": False,
            "version": str(version),
        }
    return ours | {"sha256": _hash(file.read_bytes())}


def _depends(file: Path, name: str) -> list[str]:
    if name == "threatlab":
        return ["numpy", "pandas", "matplotlib", "scikit-learn", "threadpoolctl", "anywidget", "pytest"]
    with zipfile.ZipFile(file) as wheel:
        about = next(each for each in wheel.namelist() if each.endswith(".dist-info/METADATA"))
        if name in {"pyodide-kernel", "ipykernel", "piplite", "widgetsnbextension"}:
            texts = Parser().parsestr(wheel.read(about).decode()).get_all("Requires-Dist", [])
            return [canonicalize_name(text) for text in texts]
    return [each for each in needs(name) if each != "jupyterlab-widgets"]


def _imports(file: Path) -> list[str]:
    """Return the names that a wheel can be imported by."""
    with zipfile.ZipFile(file) as wheel:
        tops = {name.partition("/")[0] for name in wheel.namelist() if name.endswith(".py")}
    return sorted(top.removesuffix(".py") for top in tops if "." not in top.removesuffix(".py"))


def write_contents(folder: Path) -> None:
    """Write the course as a learner's copy has it, for the browser's kernel.

    A copy that a browser keeps names the notebook that it was made from: by that the page in front sees a newer one.
    """
    start(str(folder))
    shutil.rmtree(folder / ".threatlab")
    for file in folder.glob("*.ipynb"):
        text = file.read_text(encoding="utf-8")
        notebook = json.loads(text)
        notebook["metadata"]["threatlab"] = {"made": _hash(text.encode())[:16]}
        notebook["metadata"]["kernelspec"] = {
            "name": "python",
            "display_name": "Python (Pyodide)",
            "language": "python",
        }
        file.write_text(json.dumps(notebook, ensure_ascii=False), encoding="utf-8")


def write_front(contents: Path, site: Path) -> None:
    """Write the page in front; what it says of times was measured by `make bench`."""
    measured = json.loads((HERE / "measured.json").read_text(encoding="utf-8"))
    lessons = "\n".join(_lesson(contents, f"{lesson.number}-", lesson.title) for lesson in LESSONS)
    page = Template((HERE / "front/index.html").read_text(encoding="utf-8"))
    text = page.substitute(measured, lessons=lessons, autosave=AUTOSAVE)
    (site / "index.html").write_text(text, encoding="utf-8")
    for name in ("front.css", "front.js"):
        shutil.copy2(HERE / "front" / name, site)


def _lesson(contents: Path, number: str, title: str) -> str:
    """Return one line of the list of lessons."""
    exercises = next(contents.glob(f"{number}*-exercises.ipynb"))
    lesson = next(file for file in contents.glob(f"{number}*.ipynb") if file != exercises)
    links = (_link(what, file) for what, file in (("Lesson", lesson), ("Exercises", exercises)))
    return f'<li><span class="title">{number[:2]} {escape(title)}</span> {" ".join(links)}</li>'


def _link(what: str, file: Path) -> str:
    """Return a link to a notebook, with the minutes that its first cell names, and what it was made from."""
    notebook = json.loads(file.read_text(encoding="utf-8"))
    found = re.search(r"\*(\d+) minutes", "".join(notebook["cells"][0]["source"]))
    if found is None:
        raise SiteError(f"{file.name} doesn't say in its first cell how many minutes it takes")
    made = notebook["metadata"]["threatlab"]["made"]
    return f'<a href="lab/index.html?path={file.name}" data-made="{made}">{what}, {found[1]} min</a>'


def _build_lite(work: Path, folder: Path) -> None:
    """Have JupyterLite put its pages around what lies in `work`."""
    extensions = Path(sys.prefix, "share/jupyter/labextensions")
    settings = {
        "LiteBuildConfig": {
            "apps": ["lab"],
            "contents": ["contents"],
            "federated_extensions": [*(str(extensions / name) for name in LABEXTENSIONS), str(HERE / "extension")],
            "ignore_sys_prefix": ["federated_extensions"],
            "no_sourcemaps": True,
            "no_unused_shared_packages": True,
            "output_dir": str(work / "site"),
            "cache_dir": str(CACHE / "lite"),
        }
    }
    (work / "jupyter_lite_config.json").write_text(json.dumps(settings), encoding="utf-8")
    page = {
        "jupyter-lite-schema-version": 0,
        "jupyter-config-data": {
            "appName": "threatlab",
            "contentsStorageName": "threatlab",
            "settingsStorageName": "threatlab-settings",
            "workspacesStorageName": "threatlab-workspaces",
            "exposeAppInBrowser": True,
            "litePluginSettings": {
                "@jupyterlite/pyodide-kernel-extension:kernel": {
                    "disablePyPIFallback": True,
                    "loadPyodideOptions": {
                        "packages": [*KERNEL, "threatlab"],
                        "convertNullToNone": True,  # what a panel sends may be null: an answer that is unknown
                        "env": {"THREATLAB_PROGRESS": "/drive/my-work/progress.jsonl"},
                    },
                }
            },
        },
    }
    (work / "jupyter-lite.json").write_text(json.dumps(page), encoding="utf-8")
    overrides = json.loads((ROOT / "threatlab/jupyter/overrides.json").read_text(encoding="utf-8"))
    overrides["@jupyterlab/docmanager-extension:plugin"] = {"autosaveInterval": AUTOSAVE}
    (work / "overrides.json").write_text(json.dumps(overrides), encoding="utf-8")
    shutil.rmtree(work / "site", ignore_errors=True)
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "jupyterlite_core", "build", "--lite-dir", str(work)],
        cwd=work,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SiteError(f"JupyterLite couldn't build the site; it said:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    for pattern in UNUSED:
        for file in (work / "site").glob(pattern):
            shutil.rmtree(file) if file.is_dir() else file.unlink()
    write_front(work / "contents", work / "site")
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    (work / "site").replace(folder)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
