"""Reading and writing, once: each kind of file answers the same fault with the same sentence."""

from __future__ import annotations

import errno
import io
import json
import os
from importlib import resources
from pathlib import Path
from threading import Thread

import pytest

from threatlab import AISystem, ThreatLabError, files, load_system
from threatlab.catalog.entry import read_tables
from threatlab.cli.inputs import read_inputs
from threatlab.dataflow.files import load_drawing
from threatlab.exchange import load_any
from threatlab.files import write_new, write_text
from threatlab.policy import load_policy
from threatlab.report import ThreatModel, load_model, to_json
from threatlab.tabletop.files import read_story

CATALOG = resources.files("threatlab") / "catalog"

KINDS = {  # how it is read, and what its name ends in
    "system": (load_system, ".toml"),
    "system in JSON": (load_system, ".json"),
    "drawing": (load_drawing, ".toml"),
    "drawing in JSON": (load_drawing, ".json"),
    "policy": (load_policy, ".toml"),
    "policy in JSON": (load_policy, ".json"),
    "threat model": (load_model, ".json"),
    "inventory": (lambda file: read_inputs([str(file)]), ".csv"),
    "catalog": (read_tables, ".toml"),
    "story": (read_story, ".toml"),
}
TABLES = {name: kind for name, kind in KINDS.items() if kind[1] != ".csv"}
IN_JSON = {name: kind for name, kind in KINDS.items() if kind[1] == ".json"}
BY_SUFFIX = {name: kind for name, kind in TABLES.items() if name not in ("catalog", "story")}
TWICE = {".toml": "name = 'a'\nname = 'b'", ".json": '{"name": "a", "name": "b"}', ".csv": "system_id,system_id\na,b\n"}

FAULTS = {  # what is in the file, for which kinds, and what is said
    "empty": (KINDS, lambda _: b"", "is empty: it needs at least "),
    "blank": (KINDS, lambda _: b" \r\n\n", "is empty: it needs at least "),
    "a mark and no more": (KINDS, lambda _: b"\xef\xbb\xbf", "is empty: it needs at least "),
    "a comment and no more": (TABLES, lambda end: b"# soon" if end == ".toml" else b"{}", "is empty: it needs at"),
    "not UTF-8": (KINDS, lambda _: b"name = 'caf\xe9'", r"is not UTF-8 text \(byte 11\): save it as UTF-8"),
    "UTF-16 without its mark": (KINDS, lambda _: "name = 'é'".encode("utf-16-le"), "is not UTF-8 text"),
    "half of UTF-16": (KINDS, lambda _: "name = 's'".encode("utf-16")[:-1], "is not UTF-8 text"),
    "cut short": (TABLES, lambda end: b"name = " if end == ".toml" else b'{"name": ', "is not valid (TOML|JSON): "),
    "a key twice": (KINDS, lambda end: TWICE[end].encode(), "twice|more than once|overwrite"),
    "a deep nest": (
        TABLES,
        lambda end: b"a = " * (end == ".toml") + b"[" * 900 + b"]" * 900,
        "is not valid (TOML|JSON): it is nested more than 100 deep",
    ),
    "a nest without end": (IN_JSON, lambda _: b"[" * 200_000, "is not valid JSON: it is nested more than 100 deep"),
    "a text": (IN_JSON, lambda _: b'"shadowray"', "holds a text, not a table with "),
    "nothing": (IN_JSON, lambda _: b"null", "holds null, not a table with "),
    "no number": (IN_JSON, lambda _: b'{"name": NaN}', "is not valid JSON: NaN is no number in JSON"),
}


@pytest.mark.parametrize(
    ("kind", "fault"), [(kind, fault) for fault, (kinds, _, _) in FAULTS.items() for kind in kinds], ids=str
)
def test_a_faulty_file_is_refused_by_its_name_and_with_what_is_wrong(kind, fault, tmp_path):
    (read, suffix), (_, content, sentence) = KINDS[kind], FAULTS[fault]
    file = tmp_path / f"shadowray{suffix}"
    file.write_bytes(content(suffix))
    with pytest.raises(ThreatLabError, match=sentence) as said:
        read(file)
    assert file.name in str(said.value)
    assert "\n" not in str(said.value)
    assert file.read_bytes() == content(suffix)


@pytest.mark.parametrize(("read", "suffix"), KINDS.values(), ids=KINDS)
def test_a_file_that_is_not_there_is_answered_with_the_nearest(read, suffix, tmp_path):
    with pytest.raises(ThreatLabError, match=f"there is no file '.*shadowray{suffix}': check the path"):
        read(tmp_path / "nowhere" / f"shadowray{suffix}")
    (tmp_path / f"shadowry{suffix}").touch()
    with pytest.raises(ThreatLabError, match=rf"there is no file '.*': did you mean '.*shadowry{suffix}'\?"):
        read(tmp_path / f"shadowray{suffix}")


@pytest.mark.parametrize(("read", "suffix"), KINDS.values(), ids=KINDS)
def test_a_file_that_is_not_where_it_was_looked_for_is_told_with_that_folder(read, suffix, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # as papermill goes into a notebook's folder
    with pytest.raises(ThreatLabError) as said:
        read(Path(f"mybot{suffix}"))
    assert f"there is no file 'mybot{suffix}' in {str(tmp_path)!r}: check the path" in str(said.value)


@pytest.mark.parametrize(("read", "suffix"), KINDS.values(), ids=KINDS)
def test_a_folder_is_no_file(read, suffix, tmp_path):
    folder = tmp_path / f"shadowray{suffix}"
    folder.mkdir()
    with pytest.raises(ThreatLabError, match=r"shadowray\.\w+' is a folder; give the name of a file in it"):
        read(folder)


@pytest.mark.parametrize("name", IN_JSON)
def test_a_list_is_no_table(name, tmp_path):
    file = tmp_path / "list.json"
    file.write_text("[1, 2]")
    with pytest.raises(ThreatLabError, match=r"list\.json'.* table"):
        KINDS[name][0](file)


@pytest.mark.parametrize(("read", "suffix"), BY_SUFFIX.values(), ids=BY_SUFFIX)
@pytest.mark.parametrize("name", ["mine.yaml", "mine", "mine.toml.txt"])
def test_the_ending_says_what_a_file_is_written_in(read, suffix, name, tmp_path):
    (tmp_path / name).write_text("name = 's'")
    with pytest.raises(ThreatLabError, match=rf"{name}'.*\(a file must end in .*{suffix}"):
        read(tmp_path / name)


@pytest.mark.parametrize(("read", "suffix"), BY_SUFFIX.values(), ids=BY_SUFFIX)
@pytest.mark.parametrize("source", [None, 7, "", " ", [], b"x"], ids=repr)
def test_what_can_be_no_file_is_refused(read, suffix, source):
    with pytest.raises(ThreatLabError, match=rf"file; give one that ends in .*{suffix}"):
        read(source)


@pytest.mark.parametrize(("read", "suffix"), (KINDS | {"any": (load_any, ".toml")}).values(), ids=[*KINDS, "any"])
def test_a_name_that_no_system_takes_is_refused(read, suffix):
    for name, said in (("\0", "null"), ("x" * 300, "too long")):
        with pytest.raises(ThreatLabError, match=said):
            read(Path(f"{name}{suffix}"))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
@pytest.mark.parametrize("text", ['{"name": "piped"}', "name = 'piped'"])
def test_a_pipe_needs_no_ending(text, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = Thread(target=pipe.write_text, args=(text,))
    writer.start()
    assert load_system(pipe).name == "piped"
    writer.join()


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf", b"\xef\xbb\xbf" * 2], ids=["none", "one", "two"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=repr)
def test_what_an_editor_puts_before_a_text_and_after_a_line_does_no_harm(mark, end, tmp_path):
    shipped = tmp_path / "shadowray.toml"
    for kind, read in (("systems", load_system), ("scopes", load_drawing), ("tabletops", read_story)):
        text = (CATALOG / kind / "shadowray.toml").read_text(encoding="utf-8")
        shipped.write_bytes(mark + text.replace("\n", end).encode())
        assert read(shipped) == read(CATALOG / kind / "shadowray.toml" if kind == "tabletops" else "shadowray")


def test_a_policy_means_the_same_in_toml_and_in_json(tmp_path):
    toml, in_json = tmp_path / "policy.toml", tmp_path / "policy.json"
    toml.write_text("max_risk = 0.5\nopen_days = { HIGH = 'any' }\n")
    in_json.write_text('{"max_risk": 0.5, "open_days": {"HIGH": "any"}}')
    assert load_policy(toml) == load_policy(in_json)
    in_json.write_text(json.dumps(load_policy(toml).to_dict()))
    assert load_policy(toml) == load_policy(in_json)


# ---- writing


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path, monkeypatch):
    file = write_text(tmp_path / "model.json", "before")

    class Full(io.BytesIO):
        def write(self, data):
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.open", lambda self, mode: [self.touch(), Full()][1])
    with pytest.raises(ThreatLabError, match="No space left"):
        write_text(file, to_json(ThreatModel(AISystem("after"))))
    monkeypatch.undo()
    assert file.read_text() == "before"
    assert list(tmp_path.iterdir()) == [file]


def test_of_two_who_write_a_new_file_at_once_one_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("os.path.lexists", lambda _: False)  # as both see it who look before they write
    file = write_new(tmp_path / "mine.json", "the other's")
    with pytest.raises(ThreatLabError, match="already: choose another name"):
        write_new(file, "mine")
    assert file.read_text() == "the other's"


def test_a_new_file_that_can_not_be_written_leaves_its_name_free(tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "_replace", full)
    with pytest.raises(ThreatLabError, match="No space left"):
        write_new(tmp_path / "mine.json", "mine")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("call", "error"), [("replace", errno.EBUSY), ("replace", errno.EPERM), ("open", errno.EACCES)]
)
def test_a_file_that_nothing_can_take_the_place_of_is_written_over(call, error, tmp_path, monkeypatch):
    file, new = tmp_path / "model.json", tmp_path / "new.json"
    file.write_text("what was there before")
    was = getattr(Path, call)

    def refused(self, *given, **named):
        if self.suffix == ".part":  # as where a container mounts the file by itself, or the folder is somebody else's
            raise OSError(error, os.strerror(error))
        return was(self, *given, **named)

    monkeypatch.setattr(Path, call, refused)
    assert write_text(file, "new").read_text() == "new"
    with pytest.raises(ThreatLabError, match=os.strerror(error)):
        write_text(new, "new")
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_what_is_replaced_keeps_its_permissions_and_what_is_new_gets_the_usual_ones(tmp_path):
    kept, new, usual = (tmp_path / name for name in ("kept.json", "new.json", "usual.json"))
    usual.touch()
    for mode in (0o600, 0o644, 0o640):
        kept.touch()
        kept.chmod(mode)
        assert write_text(kept, "x").stat().st_mode & 0o777 == mode
    assert write_text(new, "x").stat().st_mode == usual.stat().st_mode


def test_nobody_can_lay_a_file_in_the_way_of_what_is_written(tmp_path, monkeypatch):
    names = []
    monkeypatch.setattr("pathlib.Path.replace", lambda self, target: names.append(self.name))
    for _ in range(2):
        write_text(tmp_path / "m.json", "x")
    assert len({*names}) == 2
    monkeypatch.setattr("threatlab.files.token_hex", lambda _: "known")
    (tmp_path / ".m.json.known.part").write_text("laid")
    with pytest.raises(ThreatLabError, match="exists"):
        write_text(tmp_path / "m.json", "x")


def test_a_link_to_itself_is_a_sentence(tmp_path):
    loop = tmp_path / "loop.json"
    loop.symlink_to(loop)
    with pytest.raises(ThreatLabError, match="loop"):
        write_text(loop, "x")


def test_a_link_keeps_pointing_where_it_did(tmp_path):
    real, link = tmp_path / "real.json", tmp_path / "link.json"
    real.write_text("old")
    link.symlink_to(real)
    write_text(link, "new")
    assert link.is_symlink()
    assert real.read_text() == "new"


@pytest.mark.parametrize(
    ("path", "said"),
    [("", "is a folder"), ("no/model.json", "there is no folder"), ("\0", "null"), ("x" * 300, "too long")],
)
def test_what_cannot_be_written_is_said(path, said, tmp_path):
    with pytest.raises(ThreatLabError, match=said):
        write_text(tmp_path / path, "x")


def test_a_folder_to_write_into_that_is_not_there_is_told_with_where_it_was_looked_for(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ThreatLabError) as said:
        write_text("no/model.json", "x")
    assert str(said.value).endswith(f"there is no folder 'no' in {str(tmp_path)!r}")
