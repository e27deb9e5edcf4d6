"""The page in front of the site: readable by everybody, and what a browser keeps is told, taken along and brought back.

It is made here from the course as it is; what lies behind its links, only `make site-test` builds.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from scripts.site.__main__ import write_contents, write_front
from tests.browser import access
from tests.browser.server import Server
from tests.site.served import serving
from threatlab.lessons import LESSONS

LOOKS = [("light", 390), ("dark", 1200)]

PUT = """async files => {
    const request = indexedDB.open('threatlab');
    const database = await new Promise(ready => { request.onsuccess = () => ready(request.result); });
    const change = database.transaction('files', 'readwrite');
    for (const [path, content] of Object.entries(files)) {
        const name = path.split('/').at(-1), last_modified = new Date().toISOString();
        const kind = typeof content === 'string'
            ? {type: 'file', format: 'base64', content: btoa(content)}
            : {type: 'notebook', format: 'json', content};
        change.objectStore('files').put({name, path, last_modified, ...kind}, path);
    }
    await new Promise(ready => { change.oncomplete = ready; });
    database.close();
}"""

ALL = """async () => {
    const request = indexedDB.open('threatlab');
    const database = await new Promise(ready => { request.onsuccess = () => ready(request.result); });
    const store = database.transaction('files').objectStore('files'), all = store.getAll();
    await new Promise(ready => { all.onsuccess = ready; });
    database.close();
    return Object.fromEntries(all.result.map(
        model => [model.path, model.type === 'file' ? atob(model.content) : model.content]));
}"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve the page, and the notebooks beside it."""
    folder = tmp_path_factory.mktemp("site")
    write_contents(folder / "files")
    write_front(folder / "files", folder)
    with serving(folder) as server:
        yield server


@pytest.fixture
def page(browser: Browser, site: Server) -> Iterator[Page]:
    """Open the front page in a browser that was never there; it asks for nothing outside."""
    context = browser.new_context(accept_downloads=True)
    page, faults, outside = context.new_page(), [], []
    page.on("request", lambda asked: None if asked.url.startswith((site.url, "blob:")) else outside.append(asked.url))
    page.on("pageerror", lambda fault: faults.append(fault))  # noqa: PLW0108  # Playwright takes no built-in
    page.goto(site.url)
    expect(page.locator("#kept")).to_contain_text("Nothing is kept here yet")
    yield page
    context.close()
    assert faults == []
    assert outside == []


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_it_is_readable_by_everybody_at_every_width(page: Page, theme: str, width: int) -> None:
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": 900})
    assert access.axe(page, "main") == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_each_lesson_and_its_exercises_are_there(page: Page, site: Server) -> None:
    links = [link.get_attribute("href") for link in page.locator(".lessons a").all()]
    names = [str(link).partition("path=")[2] for link in links]
    assert [name[:2] for name in names] == [each.number for each in LESSONS for _ in range(2)]
    assert all((site.root / "files" / name).is_file() for name in names)


def notebook(site: Server, name: str) -> dict[str, Any]:
    """A notebook as the site has it, and as a browser keeps it."""
    return dict(json.loads((site.root / "files" / name).read_text(encoding="utf-8")))


def test_a_correction_that_changed_work_hides_is_told_and_can_be_had_and_nothing_is_lost(
    page: Page, site: Server
) -> None:
    older, newest = notebook(site, "02-assess.ipynb"), notebook(site, "03-attack.ipynb")
    older["metadata"]["threatlab"]["made"] = "0"
    unmarked = {"metadata": {}}
    kept = {"02-assess.ipynb": older, "03-attack.ipynb": newest, "00-why.ipynb": unmarked, "my-own.ipynb": unmarked}
    page.evaluate(PUT, kept)
    page.reload()
    expect(page.locator("#newer li")).to_have_count(2)
    expect(page.locator("#newer")).to_contain_text("02-assess.ipynb has been corrected since you changed it")
    page.get_by_role("button", name="Take the newer 02-assess.ipynb").click()
    expect(page.get_by_role("status")).to_contain_text("yours is kept as “02-assess (before ")
    expect(page.locator("#newer li")).to_have_count(1)
    now = page.evaluate(ALL)
    del kept["02-assess.ipynb"]
    assert {name: now.pop(name) for name in kept} == kept
    assert [*now.values()] == [older]


def test_work_leaves_one_browser_as_a_file_and_comes_back_in_another(
    browser: Browser, page: Page, site: Server
) -> None:
    page.evaluate(PUT, {"my-work/progress.jsonl": "a\nb\n", "02-assess.ipynb": "mine", "new.txt": "new"})
    with page.expect_download() as download:
        page.get_by_role("button", name="Save my work to a file").click()
    file = download.value.path()
    expect(page.get_by_role("status")).to_contain_text("Saved 3 files to threatlab-work-")

    other = browser.new_page()
    other.goto(site.url)
    expect(other.locator("#kept")).to_contain_text("Nothing is kept here yet")
    other.evaluate(PUT, {"my-work/progress.jsonl": "c\nb\n", "02-assess.ipynb": "theirs"})
    other.locator("#import").set_input_files(
        {"name": "w.json", "mimeType": "application/json", "buffer": file.read_bytes()}
    )
    expect(other.get_by_role("status")).to_contain_text("Taken up: 3 files. 1 file of the same name is kept")
    kept = other.evaluate(ALL)
    assert kept.pop("my-work/progress.jsonl") == "c\nb\na\n"
    assert kept.pop("02-assess.ipynb") == "mine"
    assert kept.pop("new.txt") == "new"
    [(name, content)] = kept.items()
    assert content == "theirs"
    assert name.startswith("02-assess (before ")
    assert name.endswith(").ipynb")
    other.close()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("no JSON", "that file is not JSON"),
        (json.dumps({"schema": "another"}), "not saved by this page's button"),
        (json.dumps({"schema": "threatlab/work/1", "files": {"a": {"path": "b"}}}), 'its entry "a" is damaged'),
    ],
)
def test_a_file_that_holds_no_work_is_refused_and_nothing_is_changed(page: Page, text: str, why: str) -> None:
    page.evaluate(PUT, {"a": "mine"})
    page.locator("#import").set_input_files({"name": "w.json", "mimeType": "application/json", "buffer": text.encode()})
    expect(page.get_by_role("status")).to_contain_text(why)
    assert page.evaluate(ALL) == {"a": "mine"}
