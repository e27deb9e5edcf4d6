"""HTML for the panels: each part a function, every text escaped unless it is markup already."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from html import escape
from types import MappingProxyType
from typing import Any

from threatlab.ranking import moved

LEFT = "text-align:left;vertical-align:top"
_NUMBER = '<td class="tl-num tl-figure">'
_DATE, _ON_ONE_LINE = re.compile(r"\b\d{4}-\d\d-\d\d\b", re.ASCII), r'<span style="white-space:nowrap">\g<0></span>'
_FRAME = "max-width:760px;padding:12px 16px;border:1px solid gray;border-radius:8px"


Option = tuple[object, object] | str
"""An entry of a list to choose from: its label and its value (text, number, boolean or None), or one text for both."""


class Html(str):
    """Markup: what goes into a page as it is. Every other text is escaped on its way there."""

    __slots__ = ()


def markup(*parts: object) -> Html:
    """Return the parts one after the other: markup as it is, anything else escaped, None and False left out.

    A date such as 2026-12-01 stays on one line; a browser would break it at its hyphens.
    """
    said = [part for part in parts if part is not None and part is not False]
    return Html("".join([part if isinstance(part, Html) else _text(str(part)) for part in said]))


def _text(said: str) -> str:
    text = escape(said)
    return _DATE.sub(_ON_ONE_LINE, text) if "-" in text else text  # looking for one costs a seventh of a page


def tag(name: str, /, *inside: object, class_: object = None, **attributes: object) -> Html:
    """Return an element, its classes after its name as in a style sheet: `tag("td.tl-num", text, colspan=2)`.

    `class_` is one more class, or several, for what hangs on a state. Underscores in an attribute's name become
    hyphens, and one at its end is dropped; None and False leave an attribute out, True sets it without a value.
    """
    name, _, classes = name.partition(".")
    if classes or class_:
        attributes = {"class": f"{classes.replace('.', ' ')} {class_ or ''}".strip(), **attributes}
    set_ = ""
    for key, value in attributes.items():
        if value is not None and value is not False:
            set_ += f" {key.rstrip('_').replace('_', '-')}" + ("" if value is True else f'="{escape(str(value))}"')
    if name in ("input", "img", "br"):
        return Html(f"<{name}{set_}>")
    return Html(f"<{name}{set_}>{markup(*inside)}</{name}>")


# ---- what a learner reads


def caption(text: object, aside: object = None, *, level: int = 3, class_: str = "") -> Html:
    """Return a heading, and after a dash what stands beside it in plain letters."""
    beside = markup(" ", tag("i", "\u2014 ", aside)) if aside else None
    return tag(f"h{level}.tl-cap", text, beside, class_=class_)


def table(
    heads: Iterable[object], rows: Iterable[Iterable[object]], *, row_heads: bool = False, class_: str = ""
) -> Html:
    """Return a table. A cell that begins with `<td` or `<th` is taken as it is, so that it can have a class.

    The head of a column whose first cell is a `number` stands above the figures, to the right.
    """
    lines = [[_cell(cell, head=row_heads and not i) for i, cell in enumerate(row)] for row in rows]
    figures = [cell.startswith(_NUMBER) for cell in lines[0]] if lines else []
    head = markup(*(_head(name, *figures[i : i + 1]) for i, name in enumerate(heads)))
    body = markup(*(tag("tr", *line) for line in lines))
    return tag("table", tag("thead", tag("tr", head)) if head else None, tag("tbody", body), class_=class_)


def number(text: object) -> Html:
    """Return a table's cell for a number: figures below figures."""
    return markup(Html(_NUMBER), text, Html("</td>"))


def bar(share: float, kind: str = "", *marks: object, of: float | None = None) -> Html:
    """Return a bar filled to `share` (0..1), with marks on it; `of` is the share that is hatched, else it is gray."""
    filled = tag("i", style=f"width:{share:.1%}", class_=kind)
    if of is None:
        return tag("div.tl-bar.tl-plain", filled, *marks)
    return tag("div.tl-bar", filled, *marks, style=f"width:{of:.1%}")


def bars(rows: Iterable[tuple[object, Html, object]], *, class_: str = "") -> Html:
    """Return bars below one another: to each its label before it and its figure behind it."""
    lines = (markup(tag("p", label), drawn, tag("p.tl-num", figure)) for label, drawn, figure in rows)
    return tag("div.tl-bars", *lines, class_=class_)


def score(label: str, value: object, change: object) -> Html:
    """Return a score in large figures below its label, and below it how it changed."""
    return tag("div", tag("div.tl-cap", label), tag("div.tl-score", value), tag("div.tl-delta", change))


def change(now: float, before: float, since: str = "") -> Html:
    """Return how a score has changed, as it is shown: where it was, how far it moved, and whether that is better."""
    was, by = tag("s.tl-num", f"{before:.2f}"), moved(now, before)
    if not by:
        return markup(was, " no change", since)
    word = "better" if by < 0 else "worse"
    return markup(was, " ", tag(f"span.tl-num.tl-{word}", f"{minus(f'{by:+.2f}')}, {word}"), since)


def minus(figure: str) -> str:
    """Return a figure with a minus as long as the plus is."""
    return figure.replace("-", "\u2212")


def severity(level: str, words: str = "") -> Html:
    """Return a severity with its sign and color: by its own word, or by others."""
    return tag(f"span.tl-sev.tl-{level}", words or level)


def unsure(unknown: bool) -> Html | None:
    """Return the mark of what nobody knows, if that is so."""
    return markup(" ", tag("span.tl-unk", "unknown")) if unknown else None


def gauge(share: float, *, was: float | None = None, limit: float | None = None, words: object = None) -> Html:
    """Return a track from 0 to 1 filled to `share`, a mark where it was and one at its limit, and words about it."""
    marks = (("tl-was", was), ("tl-tick", limit))
    marked = (tag("div", class_=kind, style=f"left:{at:.1%}") for kind, at in marks if at is not None)
    return tag("div", track(share, *marked), scale(words))


def track(share: float, *marks: object) -> Html:
    """Return a track filled to `share` (0..1), with marks on it."""
    return tag("div.tl-track", tag("div.tl-fill", style=f"width:{share:.1%}"), *marks)


def scale(words: object) -> Html:
    """Return what stands below a track from 0 to 1: its ends, and words between them."""
    return tag("div.tl-scale", tag("span", 0), tag("span", words), tag("span", 1))


def headed(head: object, *text: object) -> Html:
    """Return a paragraph that begins with its head in bold letters."""
    return tag("p", tag("b", head), " ", *text)


def unheard(words: object) -> Html:
    """Return what a screen reader says after a change, in place of what it said before; nobody sees it."""
    return tag("div.tl-hidden", words, role="status", aria_live="polite")


def definitions(pairs: Iterable[tuple[str, object]], class_: str | None = None) -> Html:
    """Return a list of terms, each with what it means, or holds."""
    return tag("dl", *(markup(tag("dt", term), tag("dd", meaning)) for term, meaning in pairs), class_=class_)


def problem(action: str) -> Html:
    """Return the place where the panel says why `action` could not be done; without one it is said at the top."""
    return Html(f"<!--problem:{action}-->")


# ---- what a learner does


def button(  # noqa: PLR0913  # each is one thing that a button can be
    label: object,
    act: str,
    args: Mapping[str, object] | None = None,
    *,
    hint: str = "",
    pressed: bool | None = None,
    disabled: bool = False,
    once: str = "",
    class_: str = "tl-btn",
) -> Html:
    """Return a button that calls the action `act` with `args`.

    Parameters
    ----------
    hint
        Its tooltip; if it begins with the label, a screen reader says it, too: "Apply: Rate limits".
    pressed
        Whether it is on, for one of several to choose from; None where it only acts.
    once
        What is decided by it, such as the id of a message: a second click of a double click is ignored, and so is one
        that comes when no button on the page has this any more.
    """
    said = hint if hint.lower().startswith(str(label).lower()) else None
    return tag(
        "button",
        label,
        type="button",
        data_act=act,
        data_args=_args(args),
        data_once=once or None,
        title=hint or None,
        aria_label=said or None,
        aria_pressed=None if pressed is None else str(pressed).lower(),
        disabled=disabled,
        class_=class_,
    )


def toggle(  # noqa: PLR0913
    question: str,
    name: str,
    options: Iterable[tuple[str, object, str]],
    value: object,
    *,
    act: str,
    args: Mapping[str, object] | None = None,
    disabled: bool = False,
    class_: str = "",
) -> Html:
    """Return a question with its answers as buttons: each option is a label, a value, and a word that says it.

    An answer goes to the action `act` as the argument `name`, beside `args`.
    """
    answers = (
        tag(
            "button",
            label,
            type="button",
            data_value=_json(each),
            title=word,
            aria_label=word if word.lower() != label else None,
            aria_pressed="true" if value == each else "false",
            disabled=disabled,
        )
        for label, each, word in options
    )
    return tag(
        "div.tl-q",
        tag("span", question),
        tag("div", *answers),
        role="group",
        aria_label=question,
        data_act=act,
        data_name=name,
        data_args=_args(args),
        class_=class_,
    )


def choice(  # noqa: PLR0913
    label: object,
    name: str,
    options: Iterable[Option],
    value: object,
    *,
    act: str | None = None,
    disabled: bool = False,
    impossible: Mapping[object, str] = MappingProxyType({}),
    class_: str = "",
    args: Mapping[str, object] | None = None,
) -> Html:
    """Return a list to choose from.

    Its choice goes to the action `act` at once, as the argument `name`; without `act`, with the form that it stands in.
    A value that is `impossible` now stands in the list with the reason, and can't be chosen.
    """
    pairs = ((each, each) if isinstance(each, str) else each for each in options)
    listed = (
        tag(
            "option",
            Html(escape(f"{text}: {impossible[each]}" if each in impossible else str(text))),  # it holds no markup
            value=_json(each),
            selected=each == value,
            disabled=each in impossible,
        )
        for text, each in pairs
    )
    return _labeled(
        label,
        tag("select", *listed, name=name, data_act=act, data_args=_args(args), disabled=disabled),
        class_,
    )


def field(  # noqa: PLR0913
    label: object,
    name: str,
    value: object = "",
    *,
    act: str | None = None,
    low: float | None = None,
    high: float | None = None,
    step: float | str | None = None,
    disabled: bool = False,
    class_: str = "",
    args: Mapping[str, object] | None = None,
) -> Html:
    """Return a field to type into: a number if `value` is one, else a text; sent as `choice` is."""
    numeric = isinstance(value, int | float) and not isinstance(value, bool)
    return _labeled(
        label,
        tag(
            "input",
            type="number" if numeric else "text",
            name=name,
            value=f"{value:.12g}" if numeric else value,
            min=low,
            max=high,
            step=step if step is not None else "any" if numeric else None,
            data_act=act,
            data_args=_args(args),
            disabled=disabled,
            autocomplete="off",
        ),
        class_,
    )


def slider(  # noqa: PLR0913
    label: str,
    name: str,
    value: float,
    *,
    act: str,
    low: float,
    high: float,
    step: float = 1,
    stops: Sequence[float] = (),
    unit: str | None = None,
    disabled: bool = False,
) -> Html:
    """Return a slider that calls the action `act` as it moves, and beside it its number, which can be typed, too.

    With a `unit`, such as "%" or "", its ends stand below it while it can be moved. Where it has `stops`, the slider
    sends the place of one in their list, and `stop=True` beside it; its number sends itself.
    """
    shared = {"name": name, "data_act": act, "disabled": disabled}
    scale: dict[str, object] = {"value": f"{value:g}", "min": f"{low:g}", "max": f"{high:g}", "step": f"{step:g}"}
    if stops:
        place = max((i for i, stop in enumerate(stops) if stop <= value), default=0)
        scale = {"value": place, "min": 0, "max": len(stops) - 1, "aria_valuetext": f"{value:g}"}
        scale["data_args"] = _args({"stop": True})
    handle = tag("input", type="range", aria_label=label, **scale, **shared)
    named = f"{label}, as a number"
    figure = tag(
        "input", type="number", step="any", aria_label=named, value=f"{value:.12g}", autocomplete="off", **shared
    )
    number_ = tag("label", tag("span", label), figure)
    ends = unit is not None and not disabled and tag("div.tl-ends", tag("span", f"{low:g}"), tag("span", f"{high:g}"))
    return tag("div.tl-field.tl-slider", handle, number_, unit and tag("span", unit), ends)


def check(label: object, name: str, *, value: bool = False, act: str | None = None) -> Html:
    """Return a box to tick, sent as `choice` is."""
    box = tag("input", type="checkbox", name=name, checked=value, data_act=act)
    return tag("label.tl-check", box, tag("span", label))


def checks(label: object, name: str, options: Mapping[str, str], ticked: Collection[str], note: object = "") -> Html:
    """Return a box for each of several words, sent with the form that they stand in, as a list of those ticked.

    `options` are the words' labels by the words. The `note` says what holds if none is ticked.
    """
    boxes = (check(text, f"{name}.{word}", value=word in ticked) for word, text in options.items())
    said = tag("p.tl-sub", note) if note else None
    return tag("fieldset.tl-checks.tl-wide", tag("legend", label), *boxes, said)


def form(  # noqa: PLR0913
    act: str,
    *inside: object,
    submit: str,
    hint: str = "",
    key: object = "",
    args: Mapping[str, object] | None = None,
    class_: str = "",
) -> Html:
    """Return fields that are sent together, and only by the button `submit`; what can't be done is said beside it.

    With another `key` than before, the form begins anew: its fields lose what was typed.
    """
    send = markup(tag("button.tl-btn", submit, type="submit", title=hint or None), problem(act))
    sent = {"data_act": act, "data_args": _args(args), "data_key": f"{act}-{key}"}
    return tag("form.tl-form", *inside, send, class_=class_, **sent)


def fold(title: object, *inside: object, opened: bool = False, key: object = None) -> Html:
    """Return a heading that the learner opens and closes; with another `key` it is as `opened` says again."""
    return tag("details.tl-fold", tag("summary", title), tag("div", *inside), open=opened, data_key=key)


# ---- what stays in a saved notebook: inline styles alone, since JupyterLab drops style sheets there


class Shown:
    """What a function returns to be looked at: HTML for a notebook, and the same in words."""

    def __init__(self, html: str, words: str) -> None:
        self._html, self._words = html, words

    def __repr__(self) -> str:
        return self._words

    def _repr_html_(self) -> str:
        return self._html


def saved(title: object, *inside: object) -> Html:
    """Return the frame of a picture of a panel for a saved notebook."""
    return tag(
        "div",
        tag("b", title),
        *inside,
        tag("i", "A picture of the panel as it was saved. Run the cell to use it."),
        style=_FRAME,
    )


def saved_table(heads: Iterable[object], rows: Iterable[Iterable[object]]) -> Html:
    """Return a table for a saved notebook, every cell aligned to the left."""
    head = markup(*(tag("th", name, scope="col", style=LEFT) for name in heads))
    body = markup(*(tag("tr", *(tag("td", cell, style=LEFT) for cell in row)) for row in rows))
    return tag("table", tag("thead", tag("tr", head)) if head else None, tag("tbody", body))


def saved_bar(share: float, color: str = "steelblue", *, begin: float | None = None) -> Html:
    """Return a bar for a saved notebook, `share` (0..1) of 260 px wide: a cell would be only as wide as its bar."""
    indent = "" if begin is None else f"margin-left:{260 * begin:.0f}px;"
    return tag("div", style=f"{indent}width:{260 * share:.0f}px;min-width:1px;height:12px;background-color:{color}")


def _head(name: object, of_figures: bool = False) -> Html:
    if isinstance(name, Html) and name.startswith("<th"):
        return name
    return tag("th", name, scope="col", class_="tl-figure" if of_figures else None)


def _cell(cell: object, *, head: bool) -> Html:
    if isinstance(cell, Html) and cell.startswith(("<td", "<th")):
        return cell
    return tag("th", cell, scope="row") if head else tag("td", cell)


def _labeled(label: object, control: Html, class_: str) -> Html:
    return tag("label.tl-field", tag("span", label), control, class_=class_)


def _args(args: Mapping[str, object] | None) -> str | None:
    return _json(args) if args else None


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
