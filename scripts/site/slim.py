"""Runs in Pyodide itself: makes an archive smaller and quicker to import, by leaving out tests and compiling the rest.

A browser would compile each module anew whenever a kernel starts: that is half of the time that the imports take.
"""

import importlib.util
import re
import zipfile
from importlib._bootstrap_external import _code_to_hash_pyc

LEFT_OUT = re.compile(
    r"(^|/)(tests?|_tests|testing/tests|conformance)/"
    r"|/third_party/django-stubs/|/mpl-data/(sample_data|images)/|\.pyi$|\.pyx$|\.pxd$|\.h$|\.c$|\.map$"
    r"|^threatlab-[^/]*\.data/data/(etc|share/jupyter|share/threatlab/(notebooks|exercises))/"
)
"""Tests, types, sources of compiled code, and what only JupyterLab's own buttons show."""

NEEDED = re.compile(r"^(numpy|pandas|scipy|matplotlib)/(testing|_testing)/|^numpy/_core/tests/_natype\.py$|^unittest/")
"""What looks as if it could be left out, and is imported by what can't."""

AT_ONCE = "        for path in dynlib_paths_iter\n        if should_load_dynlib(path)"
"""How Pyodide finds the compiled libraries of a package, all of which it then loads: most are never used, and what is
imported is loaded then, which only a page's main thread can't do."""


def slim(source: str, target: str, place: str, keep_sources: bool) -> None:
    """Write the archive `source` anew; its files are to lie in the folder `place`."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as new:
        for name in old.namelist():
            if name.endswith("/") or (LEFT_OUT.search(name) and not NEEDED.search(name)):
                continue
            content = old.read(name)
            if name == "pyodide/_package_loader.py":
                if AT_ONCE not in (text := content.decode()):
                    raise SystemExit("this Pyodide loads libraries in another way: see scripts/site/slim.py")
                content = text.replace(AT_ONCE, AT_ONCE + " and target_dir != SITE_PACKAGES").encode()
            compiled = _compiled(content, f"{place}/{name}") if name.endswith(".py") else None
            if compiled is None or keep_sources:
                new.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
            if compiled:
                cached = importlib.util.cache_from_source(name) if keep_sources else name + "c"
                new.writestr(zipfile.ZipInfo(cached), compiled, zipfile.ZIP_DEFLATED)


def _compiled(source: bytes, name: str) -> bytes | None:
    """Return a module as Python keeps it, or None if it is none: a template, say."""
    try:
        code = compile(source, name, "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return None
    return bytes(_code_to_hash_pyc(code, importlib.util.source_hash(source), False))
