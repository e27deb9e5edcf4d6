"""Reads and writes every file of ours: the same fault gets the same sentence, whatever the file holds."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import tomllib
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from errno import EACCES, EBUSY, EPERM, EROFS
from importlib.resources.abc import Traversable
from math import log10
from pathlib import Path
from secrets import token_hex
from stat import S_IMODE
from typing import Any, TypeVar

from threatlab.errors import ThreatLabError, unknown_name
from threatlab.words import listed

T = TypeVar("T")

_DEEPEST = 100
"""Tables and lists within each other: our deepest file has seven, a bill of materials two a part within a part."""

_TOO_DEEP = f"it is nested more than {_DEEPEST} deep"
_LARGEST = 2**63
_MOST = 1_000_000
"""Values of a YAML file, once what its aliases stand for is counted where they stand."""

_PINNED = (EBUSY, EACCES, EPERM, EROFS)
"""Errors of a folder in which no file can be made, or be put in the place of another."""

_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\b(?:True|False|None)\b")
_SPELLED = {"True": "true", "False": "false", "None": "null"}

_SEPARATOR = re.compile(r"\s*\"?sep=(.)\"?[\s,;]*")
"""The first line by which Excel tells itself how a row is parted; other spreadsheets fill it up with empty cells."""

_BEGINS_AS_YAML = re.compile(r"(?:[ \t]*(?:#.*|---.*)?\r?\n)*[\w\"'-]+[ \t]*:(?:\s|$)")
"""A key and a colon, which neither TOML nor JSON begins with."""


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file: what it is called, what it holds at `least`, how its name may end, and whether it holds `many`.

    Where one is asked for, a name may also end in what is read `otherwise`. Those that ship with the package lie in
    `folder`, each in a TOML file, and are loaded by their names.
    """

    name: str
    least: str
    suffixes: tuple[str, ...] = (".toml", ".json")
    many: bool = False
    otherwise: tuple[str, ...] = ()
    folder: Traversable | None = None

    def shipped(self) -> tuple[str, ...]:
        """Return the names of those that ship with the package, in alphabetical order."""
        files = () if self.folder is None else (file.name for file in self.folder.iterdir())
        return tuple(sorted(name.removesuffix(".toml") for name in files if name.endswith(".toml")))

    def load(self, source: object, make: Callable[[Any], T]) -> T:
        """Return what `make` makes of the table in the file `source`, or in the one that ships under that name.

        Raises
        ------
        ThreatLabError
            If there is no such file, it can't be read, it holds no table, or `make` refuses it; the message names it.
        """
        file = self.find(source)
        return self.read(read_text(file), Path(file.name).suffix, repr(str(source)), make)

    def read(self, text: str, suffix: str, shown: str, make: Callable[[Any], T]) -> T:
        """Return what `make` makes of the table in a text that is shown to the user as `shown`; raises as `load`."""
        held = parse(text, self.language(text, suffix), shown, self.least)
        if not isinstance(held, (dict, list) if self.many else dict):
            kind = {list: "a list", str: "a text", type(None): "null"}.get(type(held), repr(held))
            raise ThreatLabError(f"{shown} holds {kind}, not a table with {self.least}")
        try:
            return make(held)
        except ThreatLabError as problem:
            raise ThreatLabError(f"{shown}: {as_files_spell(str(problem))}") from None

    def language(self, text: str, suffix: str) -> str:
        """Return the suffix of the language that a text is in: the file's own, if it says, as a pipe's doesn't."""
        if (own := suffix.lower()) in self.suffixes:
            return own
        if ".yaml" in self.suffixes and _BEGINS_AS_YAML.match(text):
            return ".yaml"
        return ".toml" if ".toml" in self.suffixes and not text.lstrip().startswith(("{", "[{")) else ".json"

    def find(self, source: object) -> Path | Traversable:
        """Return the file of that name, or the one that ships under it; raises as `load` if it can't be one."""
        names, endings = self.shipped(), listed((*self.suffixes, *self.otherwise), "or")
        if not isinstance(source, str | Path) or not str(source).strip():
            what = f"neither the name of a {self.name} nor a file" if names else f"no {self.name} file"
            raise ThreatLabError(f"{source!r} is {what}; give one that ends in {endings}")
        if self.folder and str(source) in names:
            return self.folder / f"{source}.toml"
        file = Path(source)
        if file.suffix.lower() not in self.suffixes and not _is_special(file):
            wrong = unknown_name(self.name, str(source), names) if names else f"{str(source)!r} is no {self.name} file"
            raise ThreatLabError(f"{wrong} (a file must end in {endings})")
        return file


def read_bytes(file: Path | Traversable) -> bytes:
    """Return what a file holds.

    Raises
    ------
    ThreatLabError
        If there is no such file, it is a folder, or the system refuses; the message names it.
    """
    shown = repr(str(file))
    try:
        is_folder = file.is_dir()
        data = b"" if is_folder else file.read_bytes()
    except FileNotFoundError:
        there = Path(str(file))
        raise ThreatLabError(f"there is no file {shown}{looked_in(there)}: {_nearest(there)}") from None
    except (OSError, ValueError) as problem:  # a NUL in a path is a ValueError
        raise ThreatLabError(f"{shown} can't be read: {getattr(problem, 'strerror', None) or problem}") from None
    if is_folder:
        raise ThreatLabError(f"{shown} is a folder; give the name of a file in it")
    return data


def read_text(file: Path | Traversable) -> str:
    """Return the text in a file, without the mark of its encoding that some editors put before it, even twice.

    Raises
    ------
    ThreatLabError
        As `read_bytes`, and if the file is neither UTF-8 nor marked as UTF-16.
    """
    return decoded(read_bytes(file), repr(str(file)))


def decoded(data: bytes, shown: str) -> str:
    """Return what bytes in UTF-8 say, without byte order marks; raises ThreatLabError about what is `shown` if not.

    What is marked as UTF-16 is read, too: that is how PowerShell 5 saves what a program prints, and Excel its text.
    """
    try:
        return data.decode("utf-16" if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8").lstrip("\ufeff")
    except UnicodeDecodeError as problem:
        raise ThreatLabError(f"{shown} is not UTF-8 text (byte {problem.start}): save it as UTF-8") from None


def csv_rows(text: str, shown: str) -> list[tuple[int, list[str]]]:
    """Return the rows of a table in CSV, as spreadsheets write it, each with its line.

    Rows that are blank, and columns at the end that are, go.

    Raises
    ------
    ThreatLabError
        If it is no CSV; the message begins with what the text is `shown` as.
    """
    first = next((line for line in text.splitlines() if line.strip(" ,;\t")), "")
    hint = _SEPARATOR.fullmatch(first)
    comma = hint[1] if hint else max(",;\t", key=first.count)  # spreadsheets of some languages part by semicolons
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=comma, strict=True)
    try:
        rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader if any(map(str.strip, row))]
    except csv.Error as problem:
        raise ThreatLabError(f"{shown}, line {reader.line_num}: is not CSV: {problem}") from None
    rows = rows[1:] if hint else rows
    wide = max((place for _, row in rows for place, cell in enumerate(row, 1) if cell), default=0)
    return [(line, row[:wide]) for line, row in rows]


def parse(text: str, suffix: str, shown: str, least: str) -> Any:
    """Return what a text holds that is TOML, JSON or YAML, as its `suffix` says; of YAML, what JSON can say.

    Raises
    ------
    ThreatLabError
        If it is neither, gives a key twice, is nested without end, or empty: it needs `least`. The sentence begins with
        what the text is `shown` as.
    """
    language = suffix.removeprefix(".").upper().replace("YML", "YAML")
    try:
        held = _PARSERS[suffix](text) if text.strip() else {}
        _check_inside(held, _DEEPEST)
    except RecursionError:
        raise ThreatLabError(f"{shown} is not valid {language}: {_TOO_DEEP}") from None
    except ValueError as problem:
        raise ThreatLabError(f"{shown} is not valid {language}: {problem}") from None
    except ImportError:
        raise ThreatLabError(
            f"{shown} is YAML, and PyYAML is not installed: python -m pip install pyyaml, or give the same as JSON"
        ) from None
    if held in ({}, []):
        raise ThreatLabError(f"{shown} is empty: it needs at least {least}")
    return held


def write_text(path: str | Path, text: str, *, durable: bool = False) -> Path:
    """Write `text` in UTF-8 and return the path. What was there before stays, whole, until all is written.

    Only a file that nothing can take the place of, such as one that a container mounts by itself, is written over.
    What is `durable` is on the disk when this returns, and survives a loss of power.

    Raises
    ------
    ThreatLabError
        If the path is a folder, its folder is missing, or the system refuses; the message says which.
    """
    target, data = check_target(path), text.encode("utf-8", "replace")
    try:
        if _is_special(target):  # a device or a pipe, such as /dev/stdout, can't be replaced
            target.write_bytes(data)
            return target
        real = target.resolve()  # a link keeps pointing where it did
        try:
            _replace(real, data, durable=durable)
        except OSError as problem:  # it is mounted by itself, or lies in a folder of somebody else's
            if problem.errno not in _PINNED or not real.is_file():
                raise
            _write(real, "r+b", data, durable=durable)
    except (OSError, ValueError, RuntimeError) as problem:  # a NUL in a path; on 3.11, a link to itself
        raise ThreatLabError(
            f"{str(path)!r} can't be written: {getattr(problem, 'strerror', None) or problem}"
        ) from None
    return target


def check_target(path: str | Path) -> Path:
    """Return the path of a file to write, if it is a name, and none of a folder, in a folder that is there."""
    if not isinstance(path, str | Path) or not str(path).strip():
        raise ThreatLabError(f"{path!r} is no name for a file to write")
    target = Path(path)
    if os.path.isdir(target):  # noqa: PTH112  # pathlib's raises where the system refuses to look
        raise ThreatLabError(f"{str(path)!r} is a folder; give the name of a file in it")
    if not os.path.isdir(target.parent):  # noqa: PTH112
        missing = f"there is no folder {str(target.parent)!r}{looked_in(target)}"
        raise ThreatLabError(f"{str(path)!r} can't be written: {missing}")
    return target


def _replace(real: Path, data: bytes, *, durable: bool) -> None:
    """Put a file that holds `data` in the place of another, in one step."""
    part = real.with_name(f".{real.name[:50]}.{token_hex(8)}.part")
    try:
        _write(part, "xb", data, durable=durable)
        if real.exists():
            part.chmod(S_IMODE(real.stat().st_mode))
        part.replace(real)
        if durable and os.name == "posix":  # the new name, too
            _to_disk(real.parent)
    finally:
        part.unlink(missing_ok=True)


def _write(file: Path, mode: str, data: bytes, *, durable: bool) -> None:
    with file.open(mode) as opened:
        opened.write(data)
        opened.truncate()
        if durable:
            opened.flush()
            os.fsync(opened.fileno())


def _to_disk(folder: Path) -> None:
    """Have the names in a folder on the disk, where its file system can."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):
            os.fsync(opened)
    finally:
        os.close(opened)


def write_new(path: str | os.PathLike[str], text: str) -> Path:
    """Write a file as `write_text` does, under a name that nothing has yet.

    Raises
    ------
    ThreatLabError
        As `write_text`, and if there is something of that name.
    """
    target = check_target(Path(path))
    try:
        target.open("xb").close()  # of two who write at once, one has the name
    except FileExistsError:
        raise ThreatLabError(f"there is a file {os.fspath(path)!r} already: choose another name") from None
    except (OSError, ValueError):
        return write_text(target, text)  # which says why not
    try:
        return write_text(target, text)
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def looked_in(path: str | Path) -> str:
    """Return in which folder a path was looked for, as the end of a sentence; "" if it begins at the root itself."""
    return "" if Path(path).is_absolute() else f" in {str(Path.cwd())!r}"


def _is_special(file: Path) -> bool:
    """Tell whether there is a folder, a device or a pipe of that name."""
    return os.path.exists(file) and not os.path.isfile(file)  # noqa: PTH110, PTH113  # pathlib's raise


def _nearest(file: Path) -> str:
    """Return the way out where there is no such file: one beside it of nearly the same name, if there is any."""
    try:
        beside = sorted(each.name for each in file.parent.iterdir() if each.suffix == file.suffix)
    except OSError:
        beside = []
    near = get_close_matches(file.name, beside, n=1)
    return f"did you mean {str(file.with_name(near[0]))!r}?" if near else "check the path"


def _check_inside(value: object, most: int) -> None:
    """Raise ValueError if a value is nested deeper than that, or holds a whole number that no other reader takes."""
    if most < 0:
        raise ValueError(_TOO_DEEP)
    if isinstance(value, int) and not -_LARGEST <= value < _LARGEST:
        digits = int(value.bit_length() * log10(2)) + 1
        raise ValueError(f"it holds a whole number of about {digits} digits, and {len(str(_LARGEST)) - 1} are the most")
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _check_inside(each, most - 1)


def as_files_spell(sentence: str) -> str:
    """Return a sentence with true, false and null, as files spell what Python calls True, False and None."""
    return _QUOTED.sub(lambda word: _SPELLED.get(word[0], word[0]), sentence)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return a JSON object, unless a key stands in it twice: TOML refuses that, json keeps the last."""
    table: dict[str, Any] = {}
    for key, value in pairs:
        if key in table:
            raise ValueError(f"{key!r} is given more than once")
        table[key] = value
    return table


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number in JSON")


def _json(text: str) -> Any:
    return json.loads(text, object_pairs_hook=_once, parse_constant=_refuse)


def _yaml(text: str) -> Any:
    import yaml

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        def construct_mapping(self, node: Any, deep: bool = False) -> Any:
            keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
            if twice := [key for key, times in Counter(keys).items() if times > 1]:
                raise ValueError(f"{twice[0]!r} is given more than once")
            return super().construct_mapping(node, deep)

    try:
        depth = 0
        for event in yaml.parse(text, Loader=Loader):  # the loader itself would crash far down
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > _DEEPEST:
                raise ValueError(_TOO_DEEP)
        held = yaml.load(text, Loader=Loader)  # noqa: S506  # a safe one
    except yaml.YAMLError as problem:
        raise ValueError(" ".join(str(problem).split()).replace(' in "<unicode string>",', " at")) from None
    if _values(held, {}) > _MOST:
        raise ValueError(f"with its aliases written out it holds more than {_MOST} values")
    try:
        return _json(json.dumps(held, default=_day))
    except TypeError as problem:
        what = "a key that is no text" if str(problem).startswith("keys") else str(problem)
        raise ValueError(f"it holds what JSON can't: {what}") from None


def _values(held: Any, known: dict[int, int]) -> int:
    """Return how many values something holds, each counted as often as an alias names it."""
    if id(held) not in known:
        inside = held.values() if isinstance(held, dict) else held if isinstance(held, list | tuple | set) else ()
        known[id(held)] = 1 + sum(_values(each, known) for each in inside)
    return known[id(held)]


def _day(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"a value of the kind {type(value).__name__}")


_PARSERS: dict[str, Callable[[str], Any]] = {
    ".json": _json,
    ".toml": tomllib.loads,
    ".yaml": _yaml,
    ".yml": _yaml,
}
