"""Install the course from this stick, asking no network for anything: python install.py [FOLDER]."""

from __future__ import annotations  # an old Python is to read this file, too, and to say that it is too old

import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
LOCK = "requirements.lock"


def main(arguments: list[str]) -> int:
    """Make an environment and a copy of the course in a folder, and look whether it runs; return the exit code."""
    folder = Path(arguments[0] if arguments else "~/threatlab").expanduser().absolute()
    problem = unfit()
    if problem:
        print(f"The course can't be installed here: {problem}", file=sys.stderr)
        return 1
    environment, course = folder / ".venv", folder / "my-course"
    python = environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    print(f"Installing the course into {folder}: it takes a few minutes, and asks no network ...", flush=True)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(str(HERE / LOCK), str(folder))
        run(sys.executable, "-m", "venv", "--clear", environment)
        # --isolated: what the environment or a settings file says of an index or a proxy is not heard.
        wheels = ("--isolated", "--no-index", "--find-links", HERE / "wheels", "--no-compile", "--require-hashes")
        run(python, HERE / "pip_install.py", folder / "install.log", *wheels, "--requirement", folder / LOCK)
        print("Compiling ...", flush=True)
        # pip would do it one file after the other; and else the first figure waits for the list of fonts.
        run(python, "-m", "compileall", "-q", "-j", "0", "-x", r"[/\\]tests?[/\\]", environment, must=False)
        run(python, "-c", "import matplotlib.font_manager", must=False)
        run(python, "-m", "threatlab", "start", course)
    except (OSError, subprocess.CalledProcessError) as failed:
        why = failed if isinstance(failed, OSError) else " ".join(failed.cmd[1:3])
        print(f"That failed: {why}. What pip said is in {folder / 'install.log'}.", file=sys.stderr)
        print("Once it is mended, run this again: what you did in the course stays.", file=sys.stderr)
        return 1
    code = run(python, "-m", "threatlab", "doctor", course, must=False)
    print(f'\nTo open the course, today and later:\n\n  "{python}" -m jupyterlab "{course / "00-why.ipynb"}"')
    return code


def unfit() -> str:
    """Return why the stick has nothing for this Python and system, in words; "" if it has."""
    held = json.loads((HERE / "stick.json").read_text(encoding="utf-8"))
    here = f"{platform.system()}-{platform.machine()}".lower()
    if here not in held:
        return f"the stick is for {', '.join(held)}, and this is {here}. README.txt says what else there is."
    version = "{}.{}".format(*sys.version_info[:2])
    if version not in held[here]:
        return f"this is Python {version}, and the stick is for {', '.join(held[here])}: install one of these."
    return ""


def run(*command: object, must: bool = True) -> int:
    """Run a command and return its exit code; one that must succeed raises CalledProcessError if it doesn't."""
    return subprocess.run([str(each) for each in command], check=must).returncode  # noqa: S603


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
