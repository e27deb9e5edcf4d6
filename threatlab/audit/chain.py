"""The audit log's chain: what a line must be, how it ties to the one before, and what can be wrong."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from threatlab.errors import AuditError, short

GENESIS = "0" * 64
"""What the first entry names as the hash before it."""

RESERVED = ("entry", "previous", "hash")
"""The keys that the log itself adds to each entry."""

CONTINUES = "continues"
"""In the first entry of a rotated log: the name of the part that it goes on from. Nobody else's entry has it."""


def spelled(value: object, *, sort_keys: bool = False) -> bytes:
    """Return the one spelling of a value that the log knows."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=sort_keys)
    return text.encode()


def hash_of(entry: dict[str, Any]) -> str:
    """Return the SHA-256 of all of an entry but its hash."""
    content = {key: value for key, value in entry.items() if key != "hash"}
    return hashlib.sha256(spelled(content, sort_keys=True)).hexdigest()


def _link(last: dict[str, Any] | None) -> dict[str, Any]:
    """Return what ties the next entry to the last one."""
    if last is None:
        return {"entry": 1, "previous": GENESIS}
    return {"entry": last["entry"] + 1, "previous": last["hash"]}


def follows(entry: dict[str, Any], last: dict[str, Any] | None) -> bool:
    """Tell whether an entry ties to the one before it."""
    return entry | _link(last) == entry


def part_before(line: bytes) -> str:
    """Return the name of the part that a log's first line goes on from, "" if the log begins there."""
    entry = _object(line) or {}
    number, name = entry.get("entry"), entry.get(CONTINUES)
    return name if isinstance(name, str) and type(number) is int and number > 1 else ""


def sealed(plain: dict[str, Any], last: dict[str, Any] | None) -> dict[str, Any]:
    """Return the next entry of the chain."""
    linked = plain | _link(last)
    return linked | {"hash": hash_of(linked)}


def plain_entry(entry: object) -> dict[str, Any]:
    """Return a copy made of JSON's own types, or say which part of the entry has none."""
    if not isinstance(entry, Mapping):
        raise AuditError(f"an audit entry is a dict like {{'action': 'login'}}, not {short(entry)}")
    plain: dict[str, Any] = {}
    for key, value in entry.items():
        if key in (*RESERVED, CONTINUES):
            raise AuditError(f"the audit log itself adds {key!r}: give your {key!r} another name")
        try:
            plain |= json.loads(spelled({key: value}))
            strange = [name for name in _keys({key: value}) if not isinstance(name, str)]
        except (TypeError, ValueError, RecursionError) as error:
            raise AuditError(
                f"JSON can't hold the audit entry's {short(key)}: {short(value)} ({error}); use "
                "text, finite numbers, True, False, None, and lists and dicts of these"
            ) from error
        if strange:
            wanted = repr(str(strange[0]))
            raise AuditError(f"the audit entry's key {strange[0]!r} is not text: write {wanted}")
    return plain


def _keys(value: object) -> Iterator[object]:
    """Yield every key of every dict in a value: json turns 1 into "1" without a word."""
    if isinstance(value, dict):
        yield from value
        value = list(value.values())
    if isinstance(value, list | tuple):
        for part in value:
            yield from _keys(part)


def _object(line: bytes) -> dict[str, Any] | None:
    """Return what a line says, be it true or not, if it is a JSON object at all."""
    try:
        entry = json.loads(line.decode())
    except (ValueError, RecursionError):
        return None
    return entry if isinstance(entry, dict) else None


def shown(line: bytes, place: int) -> dict[str, Any]:
    """Return a line as a fresh dict; whether it is true is for `verify` to judge."""
    entry = _object(line)
    if entry is None:
        raise unsound(place, "is not a JSON object in UTF-8")
    return entry


def unsound(place: int, flaw: str) -> AuditError:
    """Return the error for an entry that nothing can be built on."""
    way_out = "run verify(), and move the file aside to begin a new log"
    return AuditError(f"entry {place} of the audit log {flaw}: {way_out}")


def flaw_of(line: bytes) -> str:
    """Return what is wrong with a line by itself: nothing, if it is as `append` wrote it."""
    try:
        entry = json.loads(line.decode())
        respelled = spelled(entry)
    except (ValueError, RecursionError):
        return "is not a line of JSON in UTF-8"
    if not isinstance(entry, dict):
        return "is JSON, but not an object"
    if missing := [field for field in RESERVED if field not in entry]:
        return f"lacks {' and '.join(missing)}"
    if type(entry["entry"]) is not int or entry["entry"] < 1:
        return f"has {short(entry['entry'])} for its number"
    if entry["hash"] != hash_of(entry):
        return "was changed after it was written: its content no longer matches its hash"
    differs = "was changed after it was written: it says the same, but is spelled differently"
    return "" if respelled == line else differs  # spaces and escapes count; key order alone doesn't


def misplaced(lines: list[bytes], before: int, place: int, head: str | None) -> tuple[int, str]:
    """Return which entry is broken, and why, where a flawless one doesn't follow the last.

    It is the one at a `place` of the log, of which the first `before` are not among the lines.
    """
    line, later = lines[place - before - 1], [_object(each) or {} for each in lines[place - before :]]
    here = json.loads(line)
    number = here["entry"]
    # An entry that the one after it points to is where it belongs; the fault lies before it.
    vouched = here["hash"] in (head, later[0].get("previous") if later else None)
    if lines.count(line) > 1:
        return place, f"entry {place} is a duplicate: entry {number} stands in the log twice"
    if number > place and any(entry.get("entry") == place for entry in later):
        return place, f"entry {place} is out of order: entry {number} stands in its place"
    if number > place:
        return place, f"entry {place} was deleted: entry {number} stands in its place"
    if number < place:
        broken = number if vouched else place
        return broken, f"entry {broken} was inserted: the log has two entries {number}"
    if place > 1 and (vouched or not later):
        flaw = f"was rewritten and hashed anew: entry {place} points to another in its place"
        return place - 1, f"entry {place - 1} {flaw}"
    return place, f"entry {place} is of another chain: it doesn't point to the entry before it"


def is_torn(rest: bytes) -> bool:
    """Tell whether a last line without its end was cut short: one that holds an object was not."""
    try:
        whole, _ = json.JSONDecoder().raw_decode(rest.decode(errors="replace").lstrip())
    except (ValueError, RecursionError):
        return rest != b""
    return not isinstance(whole, dict)
