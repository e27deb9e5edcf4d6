"""The pages, as Markdown: run sheets, an instructor's view of each lesson, the answers, glossary and key points."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from nbformat import NotebookNode

from scripts.workshop.lessons import EXERCISES, LESSONS, RECALL, ROOT, STATEMENTS, Lesson, ideas, thought, told_by
from scripts.workshop.plans import Block, Plan
from threatlab.catalog.entry import read_entries
from threatlab.exercises import question as questions
from threatlab.exercises.recall import RECALL as RECALLED
from threatlab.exercises.solution import CHECK, worked
from threatlab.exercises.statements import STATEMENTS as STATED
from threatlab.words import counted

MADE = "*Made by `make workshop`: change the notebooks, the exercises or `workshop/plans.toml`, not this page.*"
THOUGHT = "A wrong answer's sentence in italics is what it takes to be true, in the words of the class view."
MOST_MISTAKEN = 2
"""Wrong answers to a line of one's own that a run sheet has room for; the instructor's view has all."""

FIRST_WORDS = 5
"""Words by which a text is found in a notebook."""

MOST_ALIKE = 12
"""Characters that two messages may have in common at their beginning and still be two."""

_LINK = re.compile(r"\]\((?:\.\./notebooks/)?(0\d-[\w-]+\.ipynb)\)")
_NAMED_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_MARKS = re.compile(r"[#*`|]|---|</?\w+>")
_SPECIAL = re.compile(r"(`[^`]*`)|([\\*_<>|\[\]])")

Refused = Iterable[tuple[str, Exception]]


def plain(text: object) -> str:
    """Return a text that Markdown shows as it is; what stands between backticks stays code."""
    said = " ".join(str(text).split())
    return _SPECIAL.sub(lambda found: found[1] or f"\\{found[2]}", said)


def at(lesson: Lesson, cell: str) -> str:
    """Return how a cell is found: its number on the screen once all was run from the top, or its first words."""
    each = lesson.by_id[cell]
    if each.cell_type == "markdown":
        line, _, _ = _MARKS.sub("", _NAMED_LINK.sub(r"\1", each.source)).strip().partition("\n")
        words = line.split()
        more = " \u2026" if len(words) > FIRST_WORDS else ""
        return f"`{cell}` (*{plain(' '.join(words[:FIRST_WORDS]))}{more}*)"
    return f"[{each.execution_count}] `{cell}`"


def clock(minutes: int) -> str:
    """Return minutes since the beginning as hours and minutes: 75 is "1:15"."""
    return f"{minutes // 60}:{minutes % 60:02}"


# ---- run sheets


def run_sheet(plan: Plan) -> str:
    """Return the page of a format: when to be at which cell, what to ask, what comes back, and the way out."""
    lines = [f"# Run sheet: {plan.title}", "", MADE, "", plan.who, "", *_timetable(plan), ""]
    for number, day in enumerate(plan.by_day, 1):
        if plan.guided and len(plan.days) > 1:
            lines += [f"## Day {number}", ""]
        opened: dict[str, set[str]] = {}
        for begins, block in day if plan.guided else ():
            lines += _block(begins, block, opened)
    lines += [*(() if plan.guided else _sections(plan)), *_left_out(plan)]
    return "\n".join(lines) + "\n"


def _timetable(plan: Plan) -> Iterator[str]:
    yield "| clock | minutes | what | notebook |"
    yield "|---|---|---|---|"
    for number, day in enumerate(plan.by_day, 1):
        if len(plan.days) > 1:
            yield f"| **{'day' if plan.guided else 'sitting'} {number}** | **{plan.days[number - 1]}** | | |"
        for begins, block in day:
            yield f"| {clock(begins)} | {block.minutes} | {block.title} | {_notebook(block)} |"


def _notebook(block: Block) -> str:
    if not block.notebook:
        return ""
    folder = "exercises" if block.notebook in EXERCISES else "notebooks"
    return f"[{block.notebook[:2]}](../../{folder}/{block.notebook}.ipynb)"


def _block(begins: int, block: Block, opened: dict[str, set[str]]) -> Iterator[str]:
    yield f"### {clock(begins)}\u2013{clock(begins + block.minutes)} \u00b7 {block.title} ({block.minutes} min)"
    yield ""
    if block.lesson:
        lesson = block.lesson
        yield f"- **Be at** {_notebook(block)}, *{lesson.section_of((*block.run, *block.show)[0])}*"
        ran = opened.setdefault(block.notebook, set())
        if before := [c for c in lesson.needed(block.cells()) if c not in {*block.cells(), *ran}]:
            numbers = ", ".join(f"[{lesson.by_id[cell].execution_count}]" for cell in before)
            yield f"- **Run first**, without a word: *Run All Above Selected Cell*, or at least {numbers}"
        ran |= {*before, *block.cells()}
        if block.show:
            yield f"- **Show:** {_named(lesson, block.show)}"
        if block.run:
            yield f"- **All run:** {_named(lesson, block.run)}"
    if block.ask:
        yield f"- **Ask:** {block.ask}"
    if block.lesson:
        yield from _expected(block.lesson, block)
        if block.late:
            yield f"- **Late?** Leave out {_named(block.lesson, block.late)}: saves {_saved(block.lesson, block)}."
    if block.fallback:
        yield f"- **If it doesn't work:** {block.fallback}"
    yield ""


def _named(lesson: Lesson, cells: Iterable[str]) -> str:
    return ", ".join(at(lesson, cell) for cell in cells)


def _saved(lesson: Lesson, block: Block) -> str:
    alone = lesson.effort(list(block.late)).minutes
    return f"about {counted(max(1, round(alone)), 'minute')}"


def _expected(lesson: Lesson, block: Block) -> Iterator[str]:
    lines = [f"  - {said}" for said in block.expect]
    for cell in block.run:
        if piece := lesson.piece(cell):
            said = sorted(
                (told_by(raised) for _, raised in lesson.mistaken(piece)), key=len
            )  # the shortest are about its form
            differ = {says[:MOST_ALIKE]: says for says in said}
            told = " / ".join(map(plain, list(differ.values())[: -MOST_MISTAKEN - 1 : -1]))
            lines.append(f"  - at `{cell}` ({plain(piece.title)}) the cell says: {told}")
    if lines:
        yield "- **Expect:**"
        yield from lines
    for cell in block.run:
        if revealed := lesson.revealed(cell):
            said = "; ".join(f"{plain(asks)}: *{plain(answer)}*" for asks, answer in revealed)
            yield f"- **`{cell}` says:** {said}"


def _sections(plan: Plan) -> Iterator[str]:
    """Yield, for a format without somebody who talks, which cells of each notebook it takes."""
    yield "## Which cells"
    yield ""
    yield "Where a section begins, *Run All Above Selected Cell* (in the menu *Run*) runs what was left out."
    yield ""
    for block in plan.blocks:
        if block.lesson and (cells := block.cells()) and len(cells) < len(block.lesson.cells):
            whole = [name for name, of in block.lesson.sections.items() if {c.id for c in of} <= {*cells}]
            parts = [
                f"*{name}* in part (`{inside[0]}` to `{inside[-1]}`)"
                for name, of in block.lesson.sections.items()
                if name not in whole and (inside := [c.id for c in of if c.id in cells])
            ]
            yield f"- {_notebook(block)} **{block.title}**: {'; '.join([*(f'*{name}*' for name in whole), *parts])}"
        elif block.lesson:
            yield f"- {_notebook(block)} **{block.title}**: all of it"
    yield ""


def _left_out(plan: Plan) -> Iterator[str]:
    """Yield what the format does not do: minutes, exercises, and ideas of the lesson."""
    done = plan.practiced()
    left: dict[str, list[str]] = {}
    for name, row in ideas().items():
        if name not in done:
            left.setdefault(row["notebook"], []).append(f"{plain(row['what_the_lesson_says'])} (`{name}`)")
    whole = sum(lesson.minutes for lesson in (*LESSONS.values(), *EXERCISES.values()))
    yield "## What it leaves out"
    yield ""
    yield f"It takes {sum(plan.days)} of the {whole} minutes that the lessons and exercises take."
    skipped = [each for each in EXERCISES if each not in [block.notebook for block in plan.blocks]]
    if skipped:
        yield f"No exercises of {', '.join(name[:2] for name in skipped)}: give them to take home."
    if not left:
        yield "Every idea of the lesson is practiced."
        return
    yield f"{len(done)} of the lesson's {len(ideas())} ideas are practiced. Not practiced:"
    yield ""
    for number in sorted(left):
        yield f"- of {number}: {'; '.join(left[number])}"


def overview(plans: Iterable[Plan]) -> str:
    """Return the page that says what the course takes, and what each format takes of it."""
    plans = tuple(plans)
    lines = ["# Formats and timetable", "", MADE, ""]
    lines += ["What the notebooks' own titles say, for a careful reader who does everything:", ""]
    lines += ["| notebook | lesson | exercises |", "|---|---|---|"]
    for stem, lesson in LESSONS.items():
        exercise = EXERCISES[f"{stem}-exercises"]
        lines.append(f"| [{lesson.title}](../lessons/{stem}.md) | {lesson.minutes} | {exercise.minutes} |")
    lessons, rest = (sum(each.minutes for each in which.values()) for which in (LESSONS, EXERCISES))
    lines += [f"| **together** | **{lessons}** | **{rest}** |", ""]
    lines += [
        f"That is {counted(lessons + rest, 'minute')}, or {(lessons + rest) / 60:.0f} hours. So a format is a choice:",
        "",
    ]
    numbers = [stem[:2] for stem in LESSONS]
    lines += [f"| format | minutes | {' | '.join(numbers)} | exercises | ideas practiced |"]
    lines += ["|" + "---|" * (len(numbers) + 4)]
    for plan in plans:
        shares = [_share(plan, stem) for stem in LESSONS]
        exercised = sum(block.notebook in EXERCISES for block in plan.blocks)
        lines.append(
            f"| [{plan.title}]({plan.id}.md) | {' + '.join(map(str, plan.days))} | {' | '.join(shares)} "
            f"| {exercised} of {len(EXERCISES)} | {len(plan.practiced())} of {len(ideas())} |"
        )
    lines += [
        "",
        "A percentage is the share of a lesson's cells that are shown or run. Each page lists what it leaves out.",
    ]
    return "\n".join(lines) + "\n"


def _share(plan: Plan, stem: str) -> str:
    taken, whole = len(plan.taken(stem)), len(LESSONS[stem].cells)
    return f"{taken / whole:.0%}" if taken else "\u2013"


# ---- the instructor's view of a lesson


def lesson_page(lesson: Lesson) -> str:
    """Return what stands behind each cell of a lesson: minutes, right answers, wrong ones, and what goes wrong."""
    lines = [f"# The instructor's view: {lesson.title}", "", MADE, ""]
    lines += [
        f"[The notebook](../../notebooks/{lesson.stem}.ipynb) \u00b7 [answers](../answers/{lesson.stem}.md)",
        "",
    ]
    numbered = "[n] is a cell's number once all was run from the top."
    lines += [f"{lesson.minutes} minutes for a careful reader alone. {numbered} {THOUGHT}", ""]
    lines += ["## What goes wrong", "", *(f"- {said}" for said in _goes_wrong()[lesson.stem]), *_hang_on(lesson), ""]
    for name, cells in lesson.sections.items():
        shown = [line for cell in cells if cell.cell_type == "code" for line in _cell(lesson, cell.id)]
        if shown:
            minutes = round(lesson.effort([cell.id for cell in cells]).minutes)
            lines += [f"## {name} ({minutes} min)", "", *shown, ""]
    lines += ["## Key points", "", *_remember(lesson)]
    return "\n".join(lines) + "\n"


def _goes_wrong() -> dict[str, list[str]]:
    read = read_entries(ROOT / "workshop" / "goes-wrong.toml")
    return {entry.id: entry.value("says", list, "a list of texts") for entry in read}


def _hang_on(lesson: Lesson) -> Iterator[str]:
    """Yield the cells without which the most others stop with a NameError."""
    code = [cell.id for cell in lesson.cells if cell.cell_type == "code"]
    hang = dict.fromkeys(code, 0)
    for cell in code:
        for name in lesson.needed([cell]):
            hang[name] += name != cell
    most = [name for name in sorted(code, key=lambda name: -hang[name]) if hang[name]][:4]
    said = ", ".join(f"{at(lesson, name)} ({hang[name]})" for name in most)
    yield f"- `NameError`: a cell was skipped. Most others hang on {said}. *Run All Above Selected Cell* mends it."


def _cell(lesson: Lesson, cell: str) -> Iterator[str]:
    source, where = lesson.by_id[cell].source, at(lesson, cell)
    if piece := lesson.piece(cell):
        yield f"- {where}, **{plain(piece.title)}**. One right answer: {_code(piece.fills)}. {plain(piece.because)}"
        for given, raised in lesson.mistaken(piece):
            claim = f"*{plain(thought(piece, raised))}* " if thought(piece, raised) else ""
            yield f"  - {claim}{f'{_code(given)} is told' if given else 'told'}: {plain(told_by(raised))}"
    elif RECALL.search(source) or STATEMENTS.search(source):
        yield from _asked(source, where)
    elif (revealed := lesson.revealed(cell)) and not source.endswith(".compare()"):  # those stand where they are asked
        yield f"- {where}, what was to be guessed:"
        yield from (f"  - {plain(asks)}: **{plain(answer)}**" for asks, answer in revealed)
    elif (minutes := sum(lesson.effort([cell]).doing.values())) and "Prediction(" not in source:
        yield f"- {where}: {minutes:g} minutes in a panel"


def _asked(source: str, where: str) -> Iterator[str]:
    """Yield the questions of a cell that have fixed answers, the right one first, and what wrong ones are told."""
    if found := RECALL.search(source):
        yield f"- {where}, from memory:"
        for each in RECALLED[found[1]]:
            outcomes = {text: each.question.check(letter) for letter, text in each.options.items()}
            right = next(text for text, outcome in outcomes.items() if outcome)
            yield f"  - {plain(each.asks)} **{plain(right)}**. {plain(each.question.because)}"
            wrong = ((text, outcome.message) for text, outcome in outcomes.items() if not outcome)
            yield from (f"    - *{plain(text)}* is told: {plain(message)}" for text, message in wrong)
    elif found := STATEMENTS.search(source):
        yield f"- {where}, {plain(STATED[found[1]].asks)}"
        for statement in STATED[found[1]].statements:
            yield f"  - {plain(statement.text)} **{plain(statement.answer)}**: {plain(statement.because)}"


def _code(text: str) -> str:
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def _remember(lesson: Lesson) -> Iterator[str]:
    for cell in lesson.cells:
        if cell.id == "remember":
            yield from re.findall(r"^- .*(?:\n  .*)*", cell.source, re.MULTILINE)


# ---- answers, glossary, key points


def answers_page(name: str, refused: Callable[[questions.Question], Refused]) -> str:
    """Return a lesson's exercises: each question, its wrong answers with what each is told, and the worked solution."""
    exercises = EXERCISES[name]
    stem = name.removesuffix("-exercises")
    lines = [f"# Answers: {exercises.title}", "", MADE, ""]
    lines += [
        f"[The exercises](../../exercises/{name}.ipynb) \u00b7 [with solutions](../../solutions/{stem}.ipynb)",
        "",
        f"{exercises.minutes} minutes. {THOUGHT}",
        "",
    ]
    asked: list[NotebookNode] = []
    module = __import__(f"threatlab.exercises.{exercises.name}", fromlist=["QUESTIONS"])
    by_name = {question.id.partition(".")[2]: question for question in module.QUESTIONS}
    for cell in exercises.cells:
        asked.append(cell)
        for number in CHECK.findall(cell.source) if cell.cell_type == "code" else ():
            lines += _answer(by_name[number], [each for each in asked if each.cell_type == "markdown"], refused)
            asked = []
    return "\n".join(lines) + "\n"


def _answer(
    question: questions.Question, asked: list[NotebookNode], refused: Callable[[questions.Question], Refused]
) -> Iterator[str]:
    yield f"## {question.id.partition('.')[2]} \u00b7 {plain(question.title)}"
    yield ""
    for cell in asked:
        if cell.id != "title":
            yield _linked(re.sub(r"^(#+) ", r"#\1 ", cell.source, flags=re.MULTILINE), "../../notebooks/")
            yield ""
    yield "**Worked solution.** " + plain(question.because)
    yield ""
    yield from ("```python", worked(question.id), "```", "", "**Wrong answers, and what each is told**", "")
    yield from mistakes(question, refused(question))
    yield ""


def mistakes(question: questions.Question, refused: Refused) -> Iterator[str]:
    """Yield a line for each wrong answer: what it takes to be true, or else what it misses; and what it is told.

    An answer without a name stands there if nobody has taken the same to be true before it.
    """
    said: set[str] = set()
    for name, raised in refused:
        claim = thought(question, raised)
        if name or claim not in {"", *said}:
            yield f"- *{plain(claim or f'{name}:')}* {plain(told_by(raised))}"
        said.add(claim)


def _linked(text: str, folder: str) -> str:
    """Return a notebook's text with links to notebooks that lead there from another folder."""
    return _LINK.sub(lambda found: f"]({folder}{found[1]})", text)


def glossary() -> str:
    """Return the words of all lessons, in alphabetical order, each with where it is explained."""
    words = []
    for stem, lesson in LESSONS.items():
        for cell in lesson.cells:
            if cell.cell_type == "markdown" and "| word | what it means here |" in cell.source:
                rows = re.findall(r"^\| (.+?) \| (.+) \|$", cell.source, re.MULTILINE)
                words += [(word, meaning, stem) for word, meaning in rows if word != "word"]
    lines = ["# Glossary", "", MADE, "", "| word | what it means here | from |", "|---|---|---|"]
    for word, meaning, stem in sorted(words, key=lambda each: (each[0].casefold(), each[2])):
        lines.append(f"| {word} | {_linked(meaning, '../notebooks/')} | [{stem[:2]}](../notebooks/{stem}.ipynb) |")
    return "\n".join(lines) + "\n"


def key_points() -> str:
    """Return what each lesson asks to remember."""
    lines = ["# Key points", "", MADE, ""]
    for stem, lesson in LESSONS.items():
        lines += [f"## [{lesson.title}](../notebooks/{stem}.ipynb)", "", *_remember(lesson), ""]
    return "\n".join(lines)
