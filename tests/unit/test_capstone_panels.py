"""The capstone's panels: a checklist that only artifacts tick, and an export that never writes over a file unasked."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.page import Page, text
from tests.unit.threat_models import BARE, HOSTILE, full, models, quick, with_text
from threatlab import AISystem, ThreatLabError, load_system
from threatlab.lessons import made_in
from threatlab.policy import Policy
from threatlab.report import briefing, checklist, load_model
from threatlab.report.briefing import count_words
from threatlab.widgets import ChecklistPanel, ExportPanel
from threatlab.widgets.export.view import FORMATS, briefing_page, parts

EXPORT = "Export: write the report into the folder"
REPLACE = "Replace it: write over the file that is there"
NAME = "File name, without its ending"
ARTIFACTS = {
    "policy": {"policy": None},
    "monitoring": {"monitoring": None},
    "tabletop": {"tabletop": None},
    "reviews": {"reviews": ()},
    "training": {"training": ()},
}
"""By item: what takes its artifact out of a threat model."""


def rows(panel):
    """Return each item's row as text."""
    return [text(row) for row in re.findall(r"<tr>.*?</tr>", panel.page)][1:]


# ---- the checklist


@pytest.mark.slow
@quick
@given(models())
def test_the_panel_says_of_each_item_what_the_checklist_says(model):
    panel = ChecklistPanel(model)
    for row, item in zip(rows(panel), checklist(model), strict=True):
        assert item.title in row
        assert (" done" in row.split(item.title, 1)[1][:8]) is item.done
        assert (f"Notebook {made_in(item.notebook)} shows how" in row) is not item.done
    assert repr(panel).endswith(f"{sum(item.done for item in checklist(model))} of 6 items done")


@pytest.mark.parametrize("item", ARTIFACTS)
def test_an_item_opens_again_when_its_artifact_goes_and_ticks_when_it_is_back(item):
    panel = ChecklistPanel(full())
    place = [each.id for each in panel.items].index(item)
    panel.update(full().with_(**ARTIFACTS[item]))
    assert not panel.items[place].done
    assert "open again" in rows(panel)[place]
    assert sum("open again" in row for row in rows(panel)) == 1
    panel.update(full())
    assert panel.items[place].done
    assert "new" in rows(panel)[place].split(panel.items[place].artifact)[0]
    assert repr(panel).endswith(f"new: {panel.items[place].title}")


def test_there_is_nothing_in_the_checklist_to_tick_by_hand():
    panel = ChecklistPanel(BARE)
    assert not re.search("<(input|button|select|details|a)\\b", panel.page)


def test_a_model_that_is_none_leaves_the_checklist_as_it_was():
    panel = ChecklistPanel(full())
    shown = panel.page
    with pytest.raises(ThreatLabError, match="'done'"):
        panel.update("done")
    assert panel.page == shown
    assert panel.model is full()


# ---- the export


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("model", [BARE, full()], ids=["bare", "full"])
def test_each_format_is_written_whole_and_told_by_name_and_size(kind, model, tmp_path):
    page = Page(ExportPanel(model, tmp_path))
    page.choose("Format", FORMATS[kind].title)
    page.click(EXPORT)
    (file,) = tmp_path.iterdir()
    assert file.read_text(encoding="utf-8") == FORMATS[kind].write(model, file)
    assert f"{file.name} written" in page.text
    assert FORMATS[kind].opens in page.text
    assert re.search(r"\d+ (KB|bytes)", page.text)


def test_the_json_file_loads_back_to_an_equal_model(tmp_path):
    panel = ExportPanel(full(), tmp_path)
    panel.set(kind="json", name="shadow ray")
    assert load_model(panel.export()) == full()
    assert [file.name for file in tmp_path.iterdir()] == ["shadow ray.json"]


def test_the_system_file_is_assessed_as_the_model_is(tmp_path):
    panel = ExportPanel(full(), tmp_path)
    panel.set(kind="system")
    assert load_system(panel.export()) == full().system


def test_where_a_notebook_is_open_files_go_beside_it_and_are_listed_as_links(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JPY_SESSION_NAME", "07-capstone.ipynb")
    panel = ExportPanel(full())
    panel.set(name="my model")
    assert "no file yet" in repr(panel.files())
    panel.export()
    assert (tmp_path / "my-threat-model" / "my model.html").is_file()
    assert '<a href="my-threat-model/my%20model.html">my-threat-model/my model.html</a>' in panel.files()._repr_html_()
    assert "my-threat-model/my model.html written" in text(panel.page)


def test_where_no_notebook_is_open_nothing_is_left_beside_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    panel = ExportPanel(full())
    file = panel.export()
    assert list(tmp_path.iterdir()) == []
    assert str(file.parent) not in repr(panel.files()) + panel.files()._repr_html_()


def test_a_file_that_says_something_else_is_kept_until_it_is_to_be_replaced(tmp_path):
    file = tmp_path / "threat-model.html"
    file.write_text("mine", encoding="utf-8")
    panel = ExportPanel(full(), tmp_path)
    page = Page(panel)
    page.click(EXPORT)
    assert file.read_text(encoding="utf-8") == "mine"
    assert "is there already" in page.problem
    with pytest.raises(ThreatLabError, match="overwrite=True"):
        panel.export()
    page.click(REPLACE)
    assert file.read_text(encoding="utf-8") == FORMATS["html"].write(full(), file)
    assert "Replace it" not in page.text


@pytest.mark.parametrize("overwrite", ["yes", 1, [True]])
def test_nothing_but_true_replaces_a_file(overwrite, tmp_path):
    file = tmp_path / "threat-model.html"
    file.write_text("mine", encoding="utf-8")
    with pytest.raises(ThreatLabError, match="there already"):
        ExportPanel(full(), tmp_path).export(overwrite=overwrite)
    assert file.read_text(encoding="utf-8") == "mine"


def test_a_file_that_says_the_same_is_left_alone_and_said_to(tmp_path):
    panel = ExportPanel(full(), tmp_path)
    file = panel.export()
    before = file.stat().st_ino, file.stat().st_mtime_ns
    page = Page(panel)
    page.click(EXPORT)
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == before
    assert "says the same" in page.text


def test_a_folder_of_the_files_name_is_no_file_to_replace(tmp_path):
    (tmp_path / "threat-model.html").mkdir()
    panel = ExportPanel(BARE, tmp_path)
    with pytest.raises(ThreatLabError, match="there already"):
        panel.export()
    page = Page(panel)
    page.click(REPLACE)
    assert "is a folder" in page.problem


def test_a_folder_that_has_gone_is_said_and_nothing_is_lost(tmp_path):
    folder = tmp_path / "reports"
    folder.mkdir()
    panel = ExportPanel(full(), folder)
    panel.set(kind="sarif", name="mine")
    folder.rmdir()
    page = Page(panel)
    page.click(EXPORT)
    assert "no folder" in page.problem
    assert (panel.state.kind, panel.state.stem) == ("sarif", "mine")
    folder.mkdir()
    page.click(EXPORT)
    assert (folder / "mine.sarif").is_file()


def test_a_name_that_is_none_is_said_and_changes_nothing(tmp_path):
    panel = ExportPanel(BARE, tmp_path)
    page = Page(panel)
    page.enter(NAME, "../elsewhere")
    assert "../elsewhere" in page.problem
    assert panel.state.stem == "threat-model"
    page.enter(NAME, "here")
    assert page.problem == ""
    assert panel.export() == tmp_path / "here.html"


@pytest.mark.parametrize("missing", ["drawing", "policy", "plan", "monitoring", "tabletop"])
def test_what_is_missing_is_named_with_its_notebook_and_not_among_the_parts(missing, tmp_path):
    model = full().with_(**{missing: None})
    panel = ExportPanel(model, tmp_path)
    (gap,) = model.missing
    assert gap.what in text(panel.page)
    assert made_in(gap.notebook) in text(panel.page)
    assert len(parts(model)) == len(parts(full())) - 1
    panel.update(full())
    assert "Every part is there" in text(panel.page)
    assert "Elevation of privilege" not in text(panel.page), "lesson 07 asks for it after the export"


@pytest.mark.parametrize("model", [BARE, full()], ids=["bare", "full"])
def test_the_briefing_is_shown_word_for_word(model):
    shown = text(briefing_page(model))
    assert count_words(shown) == count_words(briefing(model))
    assert "&#" not in shown
    assert "\\" not in shown
    assert model.system.title in shown


def test_the_briefing_shows_markdown_signs_as_they_were_typed():
    words = "A *bold* [x] & 3 < 4 | ~~$y$~~ \\ _z_"
    assert words in text(briefing_page(with_text(words)))


def test_choosing_and_typing_do_what_set_does(tmp_path):
    clicked, driven = ExportPanel(full(), tmp_path), ExportPanel(full(), tmp_path)
    page = Page(clicked)
    page.choose("Format", FORMATS["markdown"].title)
    page.enter(NAME, "mine")
    driven.set(kind="markdown", name="mine")
    assert clicked.state == driven.state
    assert clicked.page == driven.page
    assert page.field(NAME)["value"] == "mine"


def test_what_was_written_last_stays_said_while_the_next_file_is_chosen(tmp_path):
    panel = ExportPanel(BARE, tmp_path)
    panel.export()
    panel.set(kind="json")
    assert "threat-model.html written" in text(panel.page)
    assert "Export writes threat-model.json." in text(panel.page)
    panel.export()
    assert "threat-model.html" not in text(panel.page)


# ---- both


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_a_learner_typed_is_text_wherever_it_is_shown(hostile, tmp_path):
    def panels(words):
        model = with_text(words)
        return ChecklistPanel(model), ExportPanel(model, tmp_path)

    for panel, calm in zip(panels(hostile), panels("Plain words"), strict=True):
        tags = [
            re.findall("<(?!/|p\\b|!)[a-z][^>]*>", each.page.replace(each.model.system.title, ""))
            for each in (panel, calm)
        ]
        assert [re.match("<[a-z0-9]+", tag)[0] for tag in tags[0]] == [
            re.match("<[a-z0-9]+", tag)[0] for tag in tags[1]
        ]
        assert not re.search("<(script|img|a)\\b", panel.page + panel.picture())


def test_the_saved_pictures_need_no_style_sheet_and_name_no_folder(tmp_path):
    for panel in (ChecklistPanel(full()), ExportPanel(full(), tmp_path)):
        bundle, _ = panel._repr_mimebundle_()
        assert "class=" not in bundle["text/html"]
        assert "var(" not in bundle["text/html"]
        assert "<svg" not in bundle["text/html"]
        assert str(tmp_path) not in bundle["text/html"] + bundle["text/plain"]
        assert bundle["text/html"] == panel.picture()


BAD = [
    (lambda _: ChecklistPanel(None), "None is no ThreatModel"),
    (lambda folder: ExportPanel(AISystem("x"), folder), "is no ThreatModel; ThreatModel(system) begins one"),
    (lambda _: ExportPanel(BARE, "no/such/folder"), "no/such/folder"),
    (lambda _: ExportPanel(BARE, ""), "'' is no folder"),
    (lambda _: ExportPanel(BARE, 7), "7 is no folder"),
    (lambda _: ExportPanel(BARE, "a\0b"), "there is no folder"),
    (lambda folder: ExportPanel(BARE, folder).update({}), "{} is no ThreatModel"),
    (lambda folder: ExportPanel(BARE, folder).set(kind="htm"), "did you mean 'html'"),
    (lambda folder: ExportPanel(BARE, folder).set(kind=["html"]), "unknown format"),
    (lambda folder: ExportPanel(BARE, folder).set(name=" "), "file's name is empty"),
    (lambda folder: ExportPanel(BARE, folder).set(name=3.5), "3.5"),
    (lambda folder: ExportPanel(BARE, folder).set(name=".hidden"), "'.hidden'"),
    (lambda folder: ExportPanel(BARE, folder).set(name="a/b"), "'a/b'"),
    (lambda folder: ExportPanel(BARE, folder).set(name="a\nb"), "name is"),
    (lambda folder: ExportPanel(BARE, folder).set(name="ж" * 150), "300 bytes"),
]


@pytest.mark.parametrize(("call", "said"), BAD, ids=[said for _, said in BAD])
def test_bad_input_is_answered_with_a_sentence(call, said, tmp_path):
    with pytest.raises(ThreatLabError, match=re.escape(said)):
        call(tmp_path)


@pytest.mark.slow
@quick
@given(st.text(max_size=30))
def test_any_name_is_taken_as_a_file_in_the_folder_or_refused(name):
    panel = ExportPanel(BARE, ".")
    try:
        panel.set(name=name)
    except ThreatLabError:
        assert panel.state.stem == "threat-model"
    else:
        assert (panel.state.folder / panel.state.file).parent == panel.state.folder


def test_a_policy_that_accepts_any_risk_ticks_nothing():
    panel = ChecklistPanel(full().with_(policy=Policy()))
    assert "accepts any risk" in next(row for row in rows(panel) if "open" in row)
