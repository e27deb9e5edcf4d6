"""Where the bytes of the site come from, and that they are the right ones: each is checked against a hash we hold."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PYODIDE = "314.0.3"
INTEGRITY = "sK40My6m8tmBUYtYH9au9rXUeh9x0wfahtHdOlGmJxZDsKBGKtP6KznyFB2+u/klbQTdDionR0uaVd176zVQzQ=="
"""SHA-512 of the npm package `pyodide` of that version, in npm's way of writing it; its lock holds all other hashes."""

CORE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")

COMPILED = ("numpy", "pandas", "matplotlib", "scikit-learn", "micropip")
"""What Pyodide's own release is needed for; what these need in turn stands in its lock."""

PURE = ("ipython", "comm", "ipywidgets", "anywidget", "pytest", *COMPILED)
"""What comes from where our other packages come from: in the versions, and with the hashes, of requirements.lock."""

STANDS_IN = {"widgetsnbextension", "jupyterlab-widgets", "ipykernel"}
"""What the page itself does in a browser, or the kernel's own package."""

BROWSER = {
    "implementation_name": "cpython",
    "os_name": "posix",
    "platform_machine": "wasm32",
    "platform_python_implementation": "CPython",
    "platform_system": "Emscripten",
    "python_full_version": "3.14.0",
    "python_version": "3.14",
    "sys_platform": "emscripten",
}

Lock = dict[str, Any]


class SiteError(Exception):
    """Says in a sentence why the site can't be built, and what to do."""


def fetch_core(cache: Path) -> tuple[Path, dict[str, Lock]]:
    """Return the folder of Pyodide's core, out of its npm package, and the packages that its lock names."""
    core = cache / f"pyodide-{PYODIDE}"
    archive = cache / f"pyodide-{PYODIDE}.tgz"
    if not archive.is_file():
        npm = shutil.which("npm")
        if npm is None:
            raise SiteError(
                "npm is not here: it brings Pyodide's core. Install Node.js 20 or newer, then run this again"
            )
        run([npm, "pack", "--silent", f"pyodide@{PYODIDE}", "--pack-destination", str(cache)], "npm brought no Pyodide")
    if base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode() != INTEGRITY:
        raise SiteError(f"{archive} is not the package that we know: delete it, and run this again")
    if not core.is_dir():
        with tarfile.open(archive) as tar:
            tar.extractall(core, filter="data")
    folder = core / "package"
    return folder, json.loads((folder / "pyodide-lock.json").read_text(encoding="utf-8"))["packages"]


def needed(packages: dict[str, Lock], lock: Path) -> list[Lock]:
    """Return the entries of Pyodide's lock for `COMPILED` and what that needs.

    What our lock pins and any Python runs isn't among them: it is taken in the version that everybody else has.
    """
    found: set[str] = set()
    waiting = list(COMPILED)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += packages[name]["depends"]
    ours = dict(_pins(lock))
    return [
        packages[name] for name in sorted(found) if name not in ours or "-none-any" not in packages[name]["file_name"]
    ]


def fetch_compiled(source: str, wanted: Iterable[Lock], cache: Path) -> list[Path]:
    """Return the files that Pyodide's lock names, each with the lock's hash, from a folder, an archive or a URL.

    An archive is any zip (a wheel, too) or tar in which they lie, in whatever folder.
    """
    cache.mkdir(parents=True, exist_ok=True)
    missing = [each for each in wanted if not _is_right(cache / each["file_name"], each)]
    if missing:
        take = _opened(source)
        for each in missing:
            name = each["file_name"]
            content = take(name)
            if content is None:
                raise SiteError(
                    f"{name} is not in {source!r}: SITE_PYODIDE names where Pyodide {PYODIDE}'s packages are"
                )
            if hashlib.sha256(content).hexdigest() != each["sha256"]:
                raise SiteError(
                    f"{name} of {source!r} is not the one that Pyodide {PYODIDE}'s lock names: it isn't used"
                )
            (cache / name).write_bytes(content)
    return [cache / each["file_name"] for each in wanted]


def release_address(core: Path) -> str:
    """Return where Pyodide itself would take its packages from: the address stands in its own program."""
    program = (core / "pyodide.mjs").read_text(encoding="utf-8")
    found = re.search(r"https://[^\"`\s]+/v\$\{\w+\}/full/", program)
    if found is None:
        raise SiteError("name where Pyodide's packages are: SITE_PYODIDE=FOLDER, an archive or a URL")
    return re.sub(r"\$\{\w+\}", PYODIDE, found[0])


def _is_right(file: Path, entry: Lock) -> bool:
    return file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest() == entry["sha256"]


def _opened(source: str) -> Callable[[str], bytes | None]:
    """Return what gives the content of a file by its name, or None."""
    if source.startswith(("http://", "https://")):
        return lambda name: _download(f"{source.rstrip('/')}/{name}")
    place = Path(source).expanduser()
    if place.is_dir():
        return lambda name: (place / name).read_bytes() if (place / name).is_file() else None
    if zipfile.is_zipfile(place):
        archive = zipfile.ZipFile(place)
        inside = {name.rpartition("/")[2]: name for name in archive.namelist()}
        return lambda name: archive.read(inside[name]) if name in inside else None
    if place.is_file() and tarfile.is_tarfile(place):
        tar = tarfile.open(place)  # noqa: SIM115  # for as long as files are taken out of it
        members = {member.name.rpartition("/")[2]: member for member in tar}
        return lambda name: tar.extractfile(members[name]).read() if name in members else None  # type: ignore[union-attr]
    raise SiteError(f"there is neither a folder nor an archive {source!r}, which SITE_PYODIDE names")


def _download(address: str) -> bytes:
    try:
        with urlopen(address, timeout=120) as answer:  # noqa: S310  # checked above: http or https
            return bytes(answer.read())
    except (URLError, OSError) as problem:
        raise SiteError(
            f"{address} can't be read ({problem}): without it, name a folder, an archive or another URL that has "
            f"Pyodide {PYODIDE}'s packages: make site SITE_PYODIDE=..."
        ) from None


def fetch_pure(lock: Path, compiled: Iterable[Lock], cache: Path) -> list[Path]:
    """Return the wheels of `PURE` and what they need, as our lock pins them, but of what is compiled for Pyodide."""
    names = sorted(closure(PURE, {canonicalize_name(each["name"]): each["depends"] for each in compiled}))
    pins = dict(_pins(lock))
    cache.mkdir(parents=True, exist_ok=True)
    wanted = cache / "wanted.txt"
    text = "".join(pins[name] for name in names)
    if not wanted.is_file() or wanted.read_text(encoding="utf-8") != text:
        for old in cache.glob("*.whl"):
            old.unlink()
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--disable-pip-version-check"]
        command += ["--no-deps", "--require-hashes", "--only-binary=:all:", "--dest", str(cache)]
        command += ["--platform=any", "--implementation=py", "--python-version=3.14", "--abi=none"]
        asked = cache / "asked.txt"
        asked.write_text(text, encoding="utf-8")
        run([*command, "--requirement", str(asked)], "pip couldn't bring the packages that the page needs")
        asked.replace(wanted)
    return sorted(cache.glob("*.whl"))


def closure(roots: Iterable[str], known: dict[str, list[str]]) -> set[str]:
    """Return packages, and all that they need in a browser, but those of which it is known what they need."""
    found: set[str] = set()
    waiting = list(roots)
    while waiting:
        name = canonicalize_name(waiting.pop())
        if name not in found | STANDS_IN:
            found.add(name)
            waiting += known[name] if name in known else needs(name)
    return found - set(known)


def needs(name: str) -> list[str]:
    """Return what an installed package needs in a browser, by what it says of itself."""
    try:
        texts = requires(name) or []
    except PackageNotFoundError:
        raise SiteError(f"{name} isn't installed here, so nobody knows what it needs: run 'make site' again") from None
    wanted = map(Requirement, texts)
    return [
        canonicalize_name(each.name)
        for each in wanted
        if each.marker is None or each.marker.evaluate(BROWSER | {"extra": ""})
    ]


def _pins(lock: Path) -> Iterator[tuple[str, str]]:
    """Yield each package of a lock file with its lines there: version and hashes."""
    for block in re.split(r"\n(?=\S)", lock.read_text(encoding="utf-8")):
        if pin := re.match(r"([\w.-]+)==", block):
            head, *hashes = (line.strip(" \\") for line in block.splitlines() if not line.lstrip().startswith("#"))
            yield canonicalize_name(pin[1]), " \\\n    ".join([head.partition(";")[0].strip(), *hashes]) + "\n"


def run(command: list[str], fault: str) -> None:
    """Run a command; if it fails, say so with its last words."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip() or "nothing").splitlines()[-1]
        raise SiteError(f"{fault}; it said: {said}")
