"""What the audit log promises: nothing acknowledged is lost, nothing changed goes unseen."""

from __future__ import annotations

import errno
import hashlib
import json
import math
import os
import signal
import stat
import subprocess
import sys
import threading
import time
import warnings
from pathlib import Path
from random import Random
from types import MappingProxyType, SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import threatlab
from threatlab.audit import GENESIS, AuditLog, Verification
from threatlab.audit import file as journal
from threatlab.audit.chain import hash_of, spelled
from threatlab.errors import AuditError, AuditWarning

ROOT = Path(threatlab.__file__).parents[1]
EVENTS = [
    {"action": "assessment", "system_id": "ml-pipeline-prod", "risk_score": 0.2},
    {"action": "alert", "who": "Zoë", "text": 'a "quoted"\nline, \u2028 and \\', "seen": False},
    {"action": "remediate", "controls": {"rbac": None, "tags": ["a", "b"]}, "days": -3},
    {"action": "assessment", "system_id": "chatbot", "risk_score": 1e-07},
    {},
]


def filled(path, count=5):
    log = AuditLog(path)
    for event in EVENTS[:count]:
        log.append(event)
    return log


@pytest.fixture
def file(tmp_path):
    return tmp_path / "audit.jsonl"


@pytest.fixture
def log(file):
    return filled(file)


def lines_of(file):
    return file.read_bytes().splitlines(keepends=True)


@pytest.fixture
def lines(log, file):
    assert log.verify()
    return lines_of(file)


def rehashed(line, **changes):
    """A forger's work: a line changed, with a hash that fits again."""
    entry = json.loads(line) | changes
    del entry["hash"]
    canonical = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    entry["hash"] = hashlib.sha256(canonical.encode()).hexdigest()
    return json.dumps(entry, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def verified(file, lines, head=None):
    file.write_bytes(b"".join(lines))
    return AuditLog(file).verify(head)


# ---- a list that only grows


@pytest.fixture(params=["memory", "file"])
def any_log(request, tmp_path):
    return filled(None if request.param == "memory" else tmp_path / "audit.jsonl")


def test_a_log_reads_like_the_list_it_replaces(any_log):
    assert len(any_log) == 5
    assert any_log[0]["risk_score"] == 0.2
    assert any_log[-2]["system_id"] == "chatbot"
    assert [entry["entry"] for entry in any_log] == [1, 2, 3, 4, 5]
    assert [entry["entry"] for entry in any_log[1:3]] == [2, 3]
    assert [entry["entry"] for entry in reversed(any_log)] == [5, 4, 3, 2, 1]
    with pytest.raises(IndexError):
        any_log[5]


def test_an_entry_keeps_its_keys_first_and_gains_three(any_log):
    for event, entry in zip(EVENTS, any_log, strict=True):
        assert list(entry) == [*event, "entry", "previous", "hash"]
        assert entry | event == entry


def test_append_returns_the_entry_that_was_written(any_log):
    acknowledged = any_log.append({"action": "login", "roles": ("a", "b")})
    assert acknowledged == any_log[-1]
    assert acknowledged["roles"] == ["a", "b"]
    assert acknowledged["hash"] == any_log.head


def test_each_entry_points_to_the_one_before(any_log):
    hashes = [GENESIS, *(entry["hash"] for entry in any_log)]
    assert [entry["previous"] for entry in any_log] == hashes[:-1]
    assert any_log.head == hashes[-1]


def test_the_hash_is_sha256_over_the_canonical_json_of_the_rest(any_log):
    for entry in any_log:
        claimed = entry.pop("hash")
        text = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert claimed == hashlib.sha256(text.encode()).hexdigest()


def test_changing_an_entry_in_hand_changes_no_log(any_log):
    given_away = {"action": "login", "roles": ["user"]}
    for entry in (any_log.append(given_away), any_log[-1], any_log[-1:][0], list(any_log)[-1]):
        entry["roles"].append("admin")
        entry["hash"] = "0"
    given_away["roles"].append("admin")
    assert any_log[-1]["roles"] == ["user"]
    assert any_log.verify()


def test_a_log_in_memory_and_a_log_in_a_file_are_the_same_chain(file):
    assert list(filled(None)) == list(filled(file))


def test_a_log_goes_on_where_an_earlier_one_stopped(file):
    filled(file, 2)
    assert AuditLog(str(file)).append({"action": "later"})["entry"] == 3
    assert AuditLog(file).verify().entries == 3


def test_an_empty_log_is_sound_and_building_it_writes_nothing(file):
    log = AuditLog(file)
    assert (len(log), list(log), log.head, log.verify().ok) == (0, [], GENESIS, True)
    assert not file.exists()
    assert AuditLog().head == GENESIS


def test_the_repr_is_the_same_every_time():
    assert repr(AuditLog()) == "AuditLog()"
    assert repr(AuditLog("audit.jsonl")) == "AuditLog('audit.jsonl')"


def test_a_change_of_folder_moves_no_log(file, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    log = AuditLog(file.name)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    log.append(EVENTS[0])
    assert file.exists()


def test_the_last_line_is_found_however_long_it_is(file):
    log, empty = AuditLog(file), len(spelled(AuditLog().append({"text": ""}))) + 1
    for size in (4097 - empty, 1, 4000, 4096, 9000, 100_000, 2):  # the file is read in blocks of 4096
        log.append({"text": "x" * size})
    assert log.verify().entries == 7


# ---- what can't be an entry


@pytest.mark.parametrize(
    ("entry", "named"),
    [
        ({"hash": "1"}, "'hash'"),
        ({"ok": 1, "entry": 7}, "'entry'"),
        ({"previous": None}, "'previous'"),
        ({"continues": "audit.jsonl.1"}, "'continues'"),
        ({"risk_score": math.nan}, "'risk_score': nan"),
        ({"risk_score": -math.inf}, "'risk_score': -inf"),
        ({"deep": [{"er": math.inf}]}, "'deep'"),
        ({"when": {1, 2}}, "'when': {1, 2}"),
        ({"text": "\ud800"}, "'text'"),
        ({"digits": 10**5000}, "'digits'"),
        ({1: "a"}, "key 1 is not text: write '1'"),
        ({"a": [{"b": {None: 1}}]}, "key None is not text"),
        ({("a", "b"): 1}, "'a', 'b'"),
        ({"nested": MappingProxyType({})}, "'nested'"),
        (["action", "login"], "['action', 'login']"),
        ("login", "'login'"),
        (None, "None"),
    ],
)
def test_what_json_cannot_hold_is_refused_by_name(log, file, entry, named):
    before = file.read_bytes()
    with pytest.raises(AuditError) as refusal:
        log.append(entry)
    assert named in str(refusal.value)
    assert file.read_bytes() == before


def test_an_entry_that_holds_itself_is_refused(any_log):
    endless = {}
    endless["self"] = endless
    deep = []
    for _ in range(100_000):
        deep = [deep]
    for entry in (endless, {"deep": deep}):
        with pytest.raises(AuditError, match="JSON can't hold"):
            any_log.append(entry)
    assert len(any_log) == 5


# ---- tampering


def test_a_changed_entry_is_found_and_named(file, lines):
    lines[2] = lines[2].replace(b"-3", b"-4")
    assert verified(file, lines) == Verification(
        ok=False,
        entries=2,
        broken=3,
        reason="entry 3 was changed after it was written: its content no longer matches its hash",
    )


@pytest.mark.parametrize("after", [[], [b"rubbish\n"]])
@pytest.mark.parametrize("gone", [1, 2, 4])
def test_a_deleted_entry_is_found_and_named(file, lines, gone, after):
    lines[gone - 1 : gone + 1] = [lines[gone], *after]
    found = verified(file, lines)
    assert (found.broken, found.entries) == (gone, gone - 1)
    assert f"entry {gone} was deleted" in found.reason


def test_reordered_entries_are_found(file, lines):
    one, two, three, four, five = lines
    for changed in ([one, three, two, four, five], [one, five, two, three, four]):
        found = verified(file, changed)
        assert found.broken == 2
        assert "out of order" in found.reason


def test_a_duplicated_entry_is_found(file, lines):
    one, two, three, four, five = lines
    for changed in ([one, two, two, three, four, five], [one, two, five, three, four, five]):
        found = verified(file, changed)
        assert found.broken == 3
        assert "duplicate" in found.reason


def test_an_inserted_entry_is_found_even_with_a_hash_that_fits(file, lines):
    one, two, three, four, five = lines
    forged = rehashed(three, action="nothing to see")
    found = verified(file, [one, two, forged, three, four, five])
    assert found.broken == 3
    assert "inserted" in found.reason
    found = verified(file, [one, two, three, four, five, rehashed(five, action="late")])
    assert found.broken == 6
    assert "inserted" in found.reason


def test_an_entry_of_another_log_is_found(file, lines):
    one, two, _, four, five = lines
    stranger = rehashed(two, entry=3, previous="a" * 64)
    found = verified(file, [one, two, stranger, four, five])
    assert found.broken == 3
    assert "another chain" in found.reason
    assert verified(file, [rehashed(one, previous="a" * 64), two, four, five]).broken == 1
    assert "another chain" in verified(file, [rehashed(one, previous="a" * 64)]).reason


@pytest.mark.parametrize("forged", [1, 3, 4])
def test_a_forged_entry_with_a_hash_that_fits_is_betrayed_by_its_successor(file, lines, forged):
    lines[forged - 1] = rehashed(lines[forged - 1], action="nothing to see")
    found = verified(file, lines)
    assert (found.broken, found.entries) == (forged, forged - 1)
    assert f"entry {forged} was rewritten and hashed anew: entry {forged + 1}" in found.reason


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"\n", "not a line of JSON"),
        (b"not json\n", "not a line of JSON"),
        (b'{"a":NaN}\n', "not a line of JSON"),
        (b'{"a":"\xff"}\n', "not a line of JSON"),
        (b"[" * 100_000 + b"\n", "not a line of JSON"),
        (b"[1,2]\n", "not an object"),
        (b'{"action":"login"}\n', "lacks entry and previous and hash"),
        (b'{"entry":"2","previous":"0","hash":"0"}\n', "has '2' for its number"),
    ],
)
def test_a_line_that_is_no_entry_is_found_and_says_why(file, lines, line, reason):
    lines[1] = line
    found = verified(file, lines)
    assert found.broken == 2
    assert reason in found.reason


def test_the_same_content_spelled_differently_is_found(file, lines):
    for old, new in ((b":0.2,", b":0.20,"), (b":0.2,", b": 0.2,"), (b"\n", b"\r\n")):
        found = verified(file, [lines[0].replace(old, new), *lines[1:]])
        assert found.broken == 1
        assert "spelled differently" in found.reason


def test_a_cut_tail_is_invisible_without_a_remembered_head_and_found_with_it(log, file, lines):
    head = log.head
    assert verified(file, lines[:3])
    found = verified(file, lines[:3], head)
    assert (found.ok, found.entries, found.broken) == (False, 3, 4)
    assert "cut off" in found.reason
    file.unlink()
    assert not log.verify(head)


def test_a_whole_new_chain_is_found_only_by_a_remembered_head(log, file, tmp_path):
    filled(tmp_path / "forged", 4).append({"action": "nothing to see"})
    (tmp_path / "forged").replace(file)
    assert log.verify()
    log.append({})
    assert not log.verify(filled(None).head)


def test_a_remembered_head_stays_good_while_the_log_grows(any_log):
    head = any_log.head
    assert any_log.verify(head).reason == "the chain is sound (entries: 5)"
    any_log.append({})
    any_log.append({})
    assert "grown by 2 since the remembered head" in any_log.verify(head).reason
    assert "grown by 7" in any_log.verify(GENESIS).reason


@pytest.mark.parametrize("head", ["", "abc", "g" * 64, "0" * 65, "0" * 64 + "\n", 7])
def test_a_head_that_is_no_hash_is_refused(log, head):
    with pytest.raises(AuditError, match="64 hex digits"):
        log.verify(head)


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """A place for damaged copies, and the lines of a sound file."""
    file = tmp_path_factory.mktemp("sound") / "audit.jsonl"
    filled(file)
    return file, lines_of(file)


def line_at(lines, position):
    """The number of the line that the byte at `position` belongs to."""
    return 1 + b"".join(lines)[:position].count(b"\n")


@pytest.mark.slow
def test_a_flipped_bit_in_any_byte_is_found_and_its_entry_named(sound):
    file, lines = sound
    content = b"".join(lines)
    for position in range(len(content)):
        damaged = bytearray(content)
        damaged[position] ^= 1 << position % 8
        assert verified(file, [damaged]).broken == line_at(lines, position)


@given(data=st.data())
def test_any_changed_byte_is_found_and_its_entry_named(sound, data):
    file, lines = sound
    content = b"".join(lines)
    position = data.draw(st.integers(0, len(content) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda byte: byte != content[position]))
    damaged = content[:position] + bytes([byte]) + content[position + 1 :]
    assert verified(file, [damaged]).broken == line_at(lines, position)


@given(data=st.data())
def test_any_added_or_removed_byte_is_found(sound, data):
    file, lines = sound
    content = b"".join(lines)
    position = data.draw(st.integers(0, len(content) - 2))  # the last is the final line end
    added = data.draw(st.binary(max_size=1))
    damaged = content[:position] + added + content[position + (not added) :]
    place = line_at(lines, position)
    assert verified(file, [damaged]).broken in ((place, place + 1) if added else (place,))


@given(data=st.data())
def test_any_lost_swapped_or_added_line_is_found_at_its_place(sound, data):
    file, lines = sound
    head, places = json.loads(lines[-1])["hash"], st.integers(0, len(lines) - 1)
    first, second = sorted(data.draw(st.lists(places, min_size=2, max_size=2, unique=True)))
    match data.draw(st.sampled_from(["lost", "swapped", "copied", "added"])):
        case "lost":
            changed, broken = lines[:first] + lines[first + 1 :], first + 1
        case "swapped":
            changed, broken = lines.copy(), first + 1
            changed[first], changed[second] = changed[second], changed[first]
        case "copied":
            changed, broken = lines[: second + 1] + lines[first:], second + 2
        case _:
            added = data.draw(st.binary().map(lambda text: text.replace(b"\n", b"") + b"\n"))
            changed, broken = [*lines[:first], added, *lines[first:]], first + 1
    assert verified(file, changed, head).broken == broken


# ---- crashes


def test_an_entry_is_acknowledged_only_when_it_is_on_the_disk(file, monkeypatch):
    events = []

    def record(name, original):
        def recorded(descriptor, *rest):
            what = "folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file"
            events.append(f"{name} {what}")
            return original(descriptor, *rest)

        return recorded

    monkeypatch.setattr(os, "write", record("write", os.write))
    monkeypatch.setattr(os, "fsync", record("fsync", os.fsync))
    log = AuditLog(file)
    log.append({})
    log.append({})
    new_file = [] if os.name == "nt" else ["fsync folder"]
    assert events == [*new_file, *["write file", "fsync file"] * 2]


def test_a_line_is_written_whole_even_byte_by_byte(file, monkeypatch):
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:7]))
    assert filled(file).verify().entries == 5


@pytest.mark.parametrize("failure", [OSError(errno.ENOSPC, "No space left"), KeyboardInterrupt()])
@pytest.mark.parametrize("function", ["write", "fsync"])
def test_a_write_that_fails_leaves_no_trace(log, file, monkeypatch, failure, function):
    before, write = file.read_bytes(), os.write

    def fail(descriptor, data=b""):
        write(descriptor, data[: len(data) // 2])
        raise failure

    with monkeypatch.context() as broken:
        broken.setattr(os, function, fail)
        with pytest.raises((AuditError, KeyboardInterrupt)) as raised:
            log.append(EVENTS[0])
    if raised.type is AuditError:
        assert "No space left; free some space, then append again" in str(raised.value)
    assert file.read_bytes() == before
    assert log.append(EVENTS[0])["entry"] == 6
    assert log.verify()


@pytest.mark.slow
def test_an_unfinished_last_line_is_left_out_by_readers_and_set_aside_by_append(log, file, monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda _: None)  # hundreds of times the same
    *kept, last = lines_of(file)
    torn = file.with_name("audit.jsonl.torn")
    for length in range(1, len(last) - 1):
        fragment = last[:length]
        content = b"".join(kept) + fragment
        file.write_bytes(content)
        with pytest.warns(AuditWarning, match=f"audit.jsonl ends in {length} bytes"):
            assert [entry["entry"] for entry in log] == [1, 2, 3, 4]
        with pytest.warns(AuditWarning):
            assert log.verify().entries == 4
        assert file.read_bytes() == content
        with pytest.warns(AuditWarning, match=f"{length} bytes .* now in audit.jsonl.torn"):
            assert log.append(EVENTS[4])["entry"] == 5
        assert file.read_bytes() == b"".join(kept) + last
        assert torn.read_bytes() == fragment
        torn.unlink()


@pytest.mark.parametrize("fragment", [b"\0" * 100, b"\xff", b"7", b"{"])
def test_any_rubbish_after_the_last_line_is_set_aside(log, file, fragment):
    with file.open("ab") as end:
        end.write(fragment)
    with pytest.warns(AuditWarning):
        assert log.append({})["entry"] == 6
    assert log.verify().entries == 6


def test_a_first_entry_cut_short_is_set_aside_too(file):
    file.write_bytes(b'{"action":')
    with pytest.warns(AuditWarning):
        assert AuditLog(file).append({})["entry"] == 1
    assert AuditLog(file).verify().entries == 1


def test_a_last_entry_that_lacks_only_its_line_end_is_kept(file):
    for count in (1, 2, 5):
        file.unlink(missing_ok=True)
        log = filled(file, count)
        file.write_bytes(file.read_bytes()[:-1])
        assert len(log) == log.verify().entries == count
        assert log.append({})["entry"] == count + 1
        assert log.verify().entries == count + 1


def test_a_damaged_last_entry_is_not_taken_for_a_torn_one(log, file):
    content = file.read_bytes()
    doubled = content + lines_of(file)[-1][:-1]
    for damaged in (content[:-1] + b"x", content[:-1].replace(b":5,", b":6,"), doubled):
        file.write_bytes(damaged)
        assert not log.verify()
        with pytest.raises(AuditError, match=r"entry [56] .*verify\(\)"):
            log.append({})
        assert file.read_bytes() == damaged


@pytest.mark.parametrize("last", [b"\n", b"rubbish\n", b'{"entry":5}\n', b'{"entry":5,"previous":"0","hash":"0"}\n'])
def test_nothing_is_chained_to_a_last_entry_that_was_tampered_with(log, file, last):
    tampered = b"".join(lines_of(file)[:-1]) + last
    for content in (tampered, tampered + b'{"torn'):
        file.write_bytes(content)
        with pytest.raises(AuditError, match=r"entry 5 .*run verify\(\), and move the file aside"):
            log.append({})
        assert file.read_bytes() == content


def test_no_head_is_given_for_a_tampered_last_entry(log, file):
    file.write_bytes(file.read_bytes().replace(b":5,", b":6,"))
    with pytest.raises(AuditError, match="entry 5"):
        _ = log.head


def test_reading_shows_what_is_there_and_names_the_line_it_cannot_read(log, file):
    lines = lines_of(file)
    lines[0] = lines[0].replace(b"0.2", b"0.0")
    lines[2] = b'{"text":"\xff"}\n'
    file.write_bytes(b"".join(lines))
    assert log[0]["risk_score"] == 0.0
    assert len(log) == 5
    for read in (list, lambda log: log[2], lambda log: log[2:4]):
        with pytest.raises(AuditError, match=r"entry 3 .*UTF-8.*verify\(\)"):
            read(log)


WRITER = """
import os, sys
from threatlab.audit import AuditLog

path, name, count, size = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
log = AuditLog(path)
sys.stdin.readline()
for number in range(count):
    entry = log.append({"writer": name, "number": number, "text": name * size})
    print(entry["entry"], entry["hash"], flush=True)
"""

DYING_WRITER = """
import os, sys
from threatlab.audit import AuditLog

def write_and_die(descriptor, data, write=os.write):
    write(descriptor, data[:int(sys.argv[2])])
    os._exit(9)

os.write = write_and_die
AuditLog(sys.argv[1]).append({"action": "a last word"})
"""


def start(script, *arguments):
    command = [sys.executable, "-c", script, *map(str, arguments)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True)


def acknowledged(output):
    """Entries by number, as far as a writer could still tell of them."""
    return dict(line.split() for line in output.splitlines(keepends=True) if line.endswith("\n"))


def test_a_process_that_dies_in_the_middle_of_a_line_harms_no_other(log, file):
    with start(DYING_WRITER, file, 40) as writer:
        assert writer.wait() == 9
    with pytest.warns(AuditWarning, match="40 bytes"):
        assert log.append({})["entry"] == 6
    assert log.verify().entries == 6


@pytest.mark.slow
def test_what_was_acknowledged_outlives_a_kill_at_any_moment(file):
    log, told, random = AuditLog(file), {}, Random(0)
    for life in range(5):
        with start(WRITER, file, life, 100_000, random.choice([10, 50_000])) as writer:
            writer.stdin.write("\n")
            writer.stdin.flush()
            told |= acknowledged(writer.stdout.readline())
            time.sleep(random.uniform(0, 0.1))
            writer.kill()
            told |= acknowledged(writer.stdout.read())
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", AuditWarning)
            kept = {str(entry["entry"]): entry["hash"] for entry in log}
            assert told.items() <= kept.items()
            assert log.verify()
            own = log.append({"life": life})
            told[str(own["entry"])] = own["hash"]
        assert log.verify(own["hash"])
    assert len(told) >= 10


# ---- many writers


@pytest.mark.slow
def test_several_processes_write_one_sound_chain_while_others_read(file):
    log = AuditLog(file)
    writers = [start(WRITER, file, name, 50, 200) for name in "abcd"]
    for writer in writers:
        writer.stdin.write("\n")
        writer.stdin.flush()
    told, seen = {}, 0
    while any(writer.poll() is None for writer in writers):
        found = log.verify()
        assert found.ok
        assert found.entries >= seen
        seen = found.entries
    for writer in writers:
        told |= acknowledged(writer.communicate()[0])
    assert told == {str(entry["entry"]): entry["hash"] for entry in log}
    assert log.verify().entries == 200
    for name in "abcd":
        own = [entry["number"] for entry in log if entry["writer"] == name]
        assert own == list(range(50))


def test_a_reader_never_sees_half_an_entry(log, file, monkeypatch):
    write, half_written = os.write, threading.Event()

    def dawdle(descriptor, data):
        if not half_written.is_set():
            data = data[:20]
        else:
            time.sleep(0.05)
        written = write(descriptor, data)
        half_written.set()
        return written

    monkeypatch.setattr(os, "write", dawdle)
    writer = threading.Thread(target=log.append, args=({},))
    writer.start()
    assert half_written.wait(5)
    assert AuditLog(file).verify().entries == 6  # and no warning of a torn line
    writer.join()


@pytest.fixture
def impatient_threads():
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("impatient_threads")
@pytest.mark.parametrize(("kind", "count"), [("one in memory", 1000), ("one in a file", 40), ("four in one file", 40)])
def test_several_threads_write_one_sound_chain(file, kind, count):
    logs = [AuditLog(None if kind == "one in memory" else file)]
    logs += [AuditLog(file) for _ in "bcd"] if kind == "four in one file" else logs * 3

    def write(log, name):
        for number in range(count):
            log.append({"writer": name, "number": number})

    threads = [threading.Thread(target=write, args=pair) for pair in zip(logs, "abcd", strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert logs[0].verify().entries == 4 * count
    for name in "abcd":
        assert [e["number"] for e in logs[0] if e["writer"] == name] == list(range(count))


def test_on_windows_one_byte_beyond_the_file_is_locked_and_released(file, monkeypatch):
    calls = []

    def locking(descriptor, mode, size):
        calls.append((mode, os.lseek(descriptor, 0, os.SEEK_CUR), size))
        if len(calls) == 1:
            raise PermissionError(errno.EACCES, "another process holds it")

    fake = SimpleNamespace(LK_NBLCK="lock", LK_UNLCK="unlock", locking=locking)
    monkeypatch.setitem(sys.modules, "msvcrt", fake)
    monkeypatch.setattr(sys, "platform", "win32")
    log = filled(file, 2)
    assert log.verify().entries == 2
    assert [mode for mode, _, _ in calls] == ["lock", *["lock", "unlock"] * 3]
    assert {(place, size) for _, place, size in calls} == {(journal.LOCKED_BYTE, 1)}
    assert file.stat().st_size < journal.LOCKED_BYTE


def test_in_a_browser_there_is_nothing_to_lock(file, monkeypatch):
    monkeypatch.setitem(sys.modules, "fcntl", None)
    monkeypatch.setattr(sys, "platform", "emscripten")
    assert filled(file).verify().entries == 5


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.parametrize("path", [None, "audit.jsonl"], ids=["in memory", "in a file"])
def test_a_process_forked_while_a_thread_writes_can_write_too(path, tmp_path):
    if not hasattr(os, "fork"):
        pytest.skip("there is no fork here")
    log, stop = AuditLog(path and tmp_path / path), threading.Event()

    def write():
        while not stop.is_set():
            log.append({"writer": "thread"})

    thread = threading.Thread(target=write)
    thread.start()
    for _ in range(10):
        if not (child := os.fork()):
            signal.alarm(20)  # ends a child that hangs
            log.append({"writer": "child"})
            os._exit(0)
        if end := os.waitpid(child, 0)[1]:
            break
    stop.set()
    thread.join()
    assert end == 0
    assert log.verify()
    assert [entry["writer"] for entry in log].count("child") == (10 if path else 0)


@pytest.mark.usefixtures("log")
def test_a_lock_is_waited_for_no_longer_than_asked(file):
    pytest.importorskip("fcntl")
    with file.open("rb") as other, file.open("rb") as ours:
        with journal.locked(other, shared=False):
            for shared in (False, True):
                with pytest.raises(BlockingIOError), journal.locked(ours, shared=shared, patience=0.02):
                    pass
        with journal.locked(ours, shared=False, patience=0.02):
            pass  # it is ours now


# ---- places where no log can be


def test_a_log_that_is_moved_away_while_a_writer_waits_is_begun_anew(log, file, monkeypatch):
    def late(opened, *, shared):
        monkeypatch.undo()
        file.rename(file.with_name("moved"))
        return journal.locked(opened, shared=shared)

    monkeypatch.setattr(journal, "locked", late)
    assert log.append({})["entry"] == 1


def test_a_read_only_log_can_be_read_but_not_written(log, file):
    before = file.read_bytes()
    file.chmod(0o444)
    assert len(log) == log.verify().entries == 5
    for write in (lambda: log.append({}), log.rotate):
        with pytest.raises(AuditError, match=r"audit\.jsonl: it is marked read-only; check who may"):
            write()
    assert file.read_bytes() == before


def test_a_folder_is_no_log(tmp_path):
    with pytest.raises(AuditError, match="not a plain file; name a file"):
        AuditLog(tmp_path)


def test_a_pipe_that_takes_the_place_of_a_log_keeps_nobody_waiting(log, file):
    if not hasattr(os, "mkfifo"):
        pytest.skip("there are no named pipes here")
    file.unlink()
    os.mkfifo(file)
    for action in (len, AuditLog.verify, lambda log: log.append({})):
        with pytest.raises(AuditError, match="not a plain file; name a file"):
            action(log)


def test_a_missing_folder_is_named_at_once(tmp_path):
    with pytest.raises(AuditError, match=r"missing.audit\.jsonl.*create its folder first"):
        AuditLog(tmp_path / "missing" / "audit.jsonl")


def test_a_folder_that_vanishes_is_named(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    log = AuditLog(folder / "audit.jsonl")
    folder.rmdir()
    with pytest.raises(AuditError, match="create its folder first"):
        log.append({})


@pytest.mark.parametrize("action", [len, list, AuditLog.verify, lambda log: log.append({})])
def test_denied_permission_is_told_in_a_sentence(log, monkeypatch, action):
    def deny(*_, **__):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "open", deny)
    with pytest.raises(AuditError, match="Permission denied; check who may read and write it"):
        action(log)


# ---- rotation


def rotated(file, parts):
    """A log of so many entries in each part, and the head after each."""
    log, heads = AuditLog(file), []
    for part, size in enumerate(parts):
        if part:
            assert log.rotate() == file.with_name(f"{file.name}.{part}")
        for number in range(size):
            log.append({"part": part, "number": number})
            heads.append(log.head)
    return log, heads


@pytest.mark.parametrize("links", [True, False])
def test_a_rotated_log_is_still_one_chain_over_all_its_parts(file, monkeypatch, links):
    if not links:  # as on a USB stick
        monkeypatch.setattr(os, "link", lambda *_: (file / "a file has no files").stat())
    log, heads = rotated(file, (3, 2, 1))
    assert len(log) == 3 + 1 + 2 + 1 + 1
    assert [entry["entry"] for entry in log] == list(range(1, 9))
    assert log.verify().reason == "the chain is sound (entries: 8)"
    for head in heads:
        assert log.verify(head)
    assert AuditLog(file.with_name(f"{file.name}.1")).verify().entries == 3


def test_a_part_that_was_moved_away_is_named_and_the_rest_verifies(file):
    log, heads = rotated(file, (3, 2, 1))
    file.with_name(f"{file.name}.1").rename(file.with_name("elsewhere"))
    found = log.verify()
    assert (found.ok, found.entries) == (True, 8)
    assert "sound from entry 4 on, and what is before it is in" in found.reason
    assert log.verify(heads[2])  # the last of the part that is gone: the next one names it
    lost = log.verify(heads[1])
    assert not lost
    assert "it may be in the part that is not here" in lost.reason


def test_the_name_of_a_part_that_was_moved_away_is_given_to_no_other(file, tmp_path):
    log, archive = AuditLog(file), tmp_path / "archive"
    archive.mkdir()
    for night in range(1, 13):
        log.append({"night": night})
        part = log.rotate()
        assert part.name == f"{file.name}.{night}"
        part.rename(archive / part.name)
    for part in archive.iterdir():
        part.rename(file.with_name(part.name))
    assert log.verify().reason == "the chain is sound (entries: 24)"


def test_parts_of_another_chain_beside_a_log_are_named(file):
    log, heads = rotated(file, (3, 2, 1))
    part = file.with_name(f"{file.name}.1")
    whole = part.read_bytes()
    file.write_bytes(b"")  # who wants to begin anew
    first, second = (repr(f"{file.name}.{n}") for n in (1, 2))
    assert (
        log.verify().reason == f"the chain is sound (entries: 0); {first} and {second} beside it are of another chain"
    )
    assert log.verify(heads[-1]).reason.endswith(
        f"the log was rewritten; {first} and {second} beside it are of another chain"
    )
    file.with_name(f"{file.name}.2").rename(file)  # as logrotate moves
    assert log.verify().reason == "the chain is sound (entries: 6)"
    file.write_bytes(whole)
    part.write_bytes(b"")
    assert log.verify().reason == f"the chain is sound (entries: 3); {first} beside it is of another chain"


@pytest.mark.skipif(os.name == "nt", reason="links need a right of their own there")
def test_a_log_behind_a_link_is_rotated_where_it_lies(file, tmp_path):
    link = tmp_path / "elsewhere" / "audit.jsonl"
    link.parent.mkdir()
    link.symlink_to(file)
    log = AuditLog(link)
    log.append({"n": 1})
    assert log.rotate() == file.with_name(f"{file.name}.1")
    log.append({"n": 2})
    AuditLog(file).append({"n": 3})
    assert link.is_symlink()
    assert [entry.get("n") for entry in log] == [1, None, 2, 3]
    assert log.verify().entries == AuditLog(file).verify().entries == 4


def test_a_forged_number_costs_no_memory(file):
    first = {"continues": f"{file.name}.1", "entry": 10**14, "previous": "0" * 64}
    line = spelled(first | {"hash": hash_of(first)}) + b"\n"
    found = verified(file, [line])
    assert (found.ok, found.entries) == (True, 10**14)
    found = verified(file, [line, rehashed(line, entry=10**14 + 2)])
    assert (found.entries, found.broken) == (10**14, 10**14 + 1)
    assert f"entry {10**14 + 1} was deleted" in found.reason


@pytest.mark.parametrize("part", ["", ".1", ".2"])
def test_a_change_in_any_part_is_found_and_its_entry_named(file, part):
    log, _ = rotated(file, (3, 2, 1))
    changed = file.with_name(f"{file.name}{part}")
    data = changed.read_bytes()
    changed.write_bytes(data.replace(b'"number":0', b'"number":9', 1))
    assert log.verify().broken == {".1": 1, ".2": 5, "": 8}[part]
    changed.write_bytes(b"".join(data.splitlines(keepends=True)[1:]))  # its first entry is gone
    assert not log.verify()


def test_what_cannot_be_rotated_is_said_and_stays(file):
    for empty, said in ((AuditLog(), "in memory"), (AuditLog(file), "nothing to rotate")):
        with pytest.raises(AuditError, match=said):
            empty.rotate()
    no_log = file.with_name("notes.txt")
    no_log.write_text("dear diary\n")
    with pytest.raises(AuditError, match="entry 1 of the audit log is not a line of JSON"):
        AuditLog(no_log).rotate()
    with pytest.raises(AuditError, match="entry 1 of the audit log is not a line of JSON"):
        AuditLog(no_log).append({"n": 1})
    assert no_log.read_text() == "dear diary\n"
    assert sorted(file.parent.glob("notes*")) == [no_log]


def test_a_name_of_a_part_leads_nowhere_else(file):
    log, _ = rotated(file, (1, 1))
    secret = file.with_name("secret.jsonl")
    rotated(secret, (2,))
    lines = file.read_bytes().splitlines()
    for name in ("secret.jsonl", "../secret.jsonl", file.name, f"{file.name}.1/../secret.jsonl"):
        anchor = {**json.loads(lines[0]), "continues": name}
        file.write_bytes(spelled(anchor | {"hash": hash_of(anchor)}) + b"\n")
        assert len(log) == 1, name


def test_writers_that_wait_while_a_log_is_rotated_write_into_the_new_file(file):
    log = AuditLog(file)
    log.append({"n": 0})
    threads = [threading.Thread(target=lambda: [AuditLog(file).append({"n": 1}) for _ in range(40)]) for _ in range(3)]
    for thread in threads:
        thread.start()
    parts = [log.rotate() for _ in range(6)]
    for thread in threads:
        thread.join()
    assert log.verify().reason == f"the chain is sound (entries: {1 + 120 + len(parts)})"
    assert sum(entry.get("n", 0) for entry in log) == 120
