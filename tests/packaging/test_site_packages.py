"""What the site in the browser is made of: only bytes whose hash is known are taken, from wherever they are."""

from __future__ import annotations

import hashlib
import tarfile
import zipfile
from pathlib import Path

import pytest

from scripts.site.packages import PURE, SiteError, closure, fetch_compiled, needed
from tests.notebooks.tracked import ROOT

NAME, CONTENT = "numpy-1-cp314-wasm32.whl", b"compiled"
WANTED = {"file_name": NAME, "sha256": hashlib.sha256(CONTENT).hexdigest()}
LOCK = ROOT / "requirements.lock"


def as_folder(folder: Path, content: bytes) -> Path:
    (folder / NAME).write_bytes(content)
    return folder


def as_zip(folder: Path, content: bytes) -> Path:
    with zipfile.ZipFile(folder / "release.whl", "w") as archive:
        archive.writestr(f"anywhere/{NAME}", content)
    return folder / "release.whl"


def as_tar(folder: Path, content: bytes) -> Path:
    as_folder(folder, content)
    with tarfile.open(folder / "release.tar.bz2", "w:bz2") as archive:
        archive.add(folder / NAME, f"pyodide/{NAME}")
    return folder / "release.tar.bz2"


@pytest.mark.parametrize("made", [as_folder, as_zip, as_tar])
def test_packages_come_from_a_folder_or_an_archive_and_are_fetched_once(tmp_path, made):
    (place := tmp_path / "source").mkdir()
    source, cache = made(place, CONTENT), tmp_path / "cache"
    for given in (str(source), "gone"):
        [file] = fetch_compiled(given, [WANTED], cache)
        assert file.read_bytes() == CONTENT


@pytest.mark.parametrize("made", [as_folder, as_zip, as_tar])
def test_a_package_with_another_hash_is_refused_and_not_kept(tmp_path, made):
    (place := tmp_path / "source").mkdir()
    with pytest.raises(SiteError, match=f"{NAME} of .* is not the one that Pyodide .* lock names"):
        fetch_compiled(str(made(place, b"another")), [WANTED], tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_package_that_was_damaged_since_is_fetched_again(tmp_path):
    (place := tmp_path / "source").mkdir()
    [file] = fetch_compiled(str(as_folder(place, CONTENT)), [WANTED], tmp_path / "cache")
    file.write_bytes(b"damaged")
    with pytest.raises(SiteError, match="neither a folder nor an archive 'gone'"):
        fetch_compiled("gone", [WANTED], tmp_path / "cache")
    assert fetch_compiled(str(place), [WANTED], tmp_path / "cache")[0].read_bytes() == CONTENT


def test_what_is_not_there_is_named_with_the_way_out(tmp_path):
    with pytest.raises(SiteError, match=f"{NAME} is not in .*: SITE_PYODIDE names where"):
        fetch_compiled(str(tmp_path), [WANTED], tmp_path / "cache")


def test_what_any_python_runs_comes_in_the_version_of_our_lock_and_nothing_is_left_out():
    release = {
        "numpy": {"name": "numpy", "depends": [], "file_name": "numpy-cp314-wasm32.whl"},
        "scikit-learn": {"name": "scikit-learn", "depends": ["numpy", "joblib"], "file_name": "sk-cp314-wasm32.whl"},
        "joblib": {"name": "joblib", "depends": [], "file_name": "joblib-1-py3-none-any.whl"},
        "micropip": {"name": "micropip", "depends": [], "file_name": "micropip-1-py3-none-any.whl"},
        **{
            name: {"name": name, "depends": ["numpy"], "file_name": f"{name}-cp314.whl"}
            for name in ("pandas", "matplotlib")
        },
    }
    compiled = {each["name"]: each["depends"] for each in needed(release, LOCK)}
    assert sorted(compiled) == ["matplotlib", "micropip", "numpy", "pandas", "scikit-learn"]
    found = closure(PURE, compiled)
    assert {"joblib", "ipython", "traitlets", "psygnal", "pluggy"} <= found
    assert not found & {*compiled, "psutil", "pexpect", "colorama", "ipykernel", "widgetsnbextension"}
