"""draw(drawing) -> SVG: zones as lanes, elements by shape, flows as numbered arrows, crossings marked."""

from __future__ import annotations

from functools import lru_cache
from html import escape
from math import hypot

from threatlab.checks import check_choice
from threatlab.dataflow import ELEMENT_KINDS, DataFlow, Element
from threatlab.dataflow.picture.geometry import CHARACTER, FONT, LINE, Arrow, Box, Label, Lane, Layout
from threatlab.dataflow.picture.layout import LEGEND, WIDTH, layout
from threatlab.dataflow.picture.places import NOTHING, Kept
from threatlab.dataflow.picture.routes import SIGN

_ROLES = ("bg", "fg", "muted", "line", "cross", "internet", "device", "third", "own")
THEMES = {
    "css": {role: f"var(--tl-{role if role in ('bg', 'fg', 'muted', 'line') else f'zone-{role}'})" for role in _ROLES},
    "paper": {
        "bg": "#ffffff",
        "fg": "#1f2328",
        "muted": "#57606a",
        "line": "#8c959f",
        "cross": "#b3261e",
        "internet": "#fdeeec",
        "device": "#fdf4e3",
        "third": "#f1eefb",
        "own": "#eef6f0",
    },
}
"""Colors by role: the panel's own, which follow JupyterLab's theme, or fixed ones on white, for paper."""

_LANE = {"internet": "internet", "user device": "device", "third party": "third", "own": "own"}


@lru_cache(maxsize=64)
def draw(drawing: DataFlow, theme: str = "css", kept: Kept = NOTHING) -> str:
    """Return the picture as an SVG element, with a text alternative that lists zones and flows.

    `theme` is "css" (colors of the panel it stands in) or "paper" (fixed light colors); `kept` stays of another.

    Raises
    ------
    ThreatLabError
        If the theme is neither.
    """
    check_choice("theme of a picture:", theme, THEMES)
    made, colors = layout(drawing, kept=kept), THEMES[theme]
    parts = [
        *(_lane(drawing, lane, colors) for lane in made.lanes),
        *(_arrow(drawing, arrow, colors) for arrow in made.arrows),
        *(_box(drawing, box, colors) for box in made.boxes),
        *(_sign(arrow, colors) for arrow in made.arrows if arrow.sign),
        *(_label(drawing, label, colors) for label in made.labels),
        _legend(drawing, made, colors),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {made.height:.0f}" role="img" '
        f'font-family="system-ui,Segoe UI,Roboto,sans-serif" font-size="{FONT}" style="background:{colors["bg"]}">'
        f"<title>{escape(f'Data flows of {drawing.title}')}</title><desc>{escape(in_words(drawing))}</desc>"
        f"{''.join(parts)}</svg>"
    )


def in_words(drawing: DataFlow) -> str:
    """Return the drawing in sentences, for those who can't see the picture."""
    zones = [
        f"zone {zone.name} ({zone.kind}): "
        + (", ".join(f"{e.name} ({e.kind})" for e in drawing.elements if e.zone == zone.name) or "nothing in it yet")
        for zone in drawing.zones
    ]
    flows = [
        f"{number}: {flow} ({flow.carries}){_crosses(drawing, number)}" for number, flow in drawing.numbered.items()
    ]
    left_out = [f"out of scope: {', '.join(e.element for e in drawing.exclusions)}"] if drawing.exclusions else []
    return "; ".join([*zones, *(flows or ["no flow yet"]), *left_out]) + "."


def _crosses(drawing: DataFlow, number: int) -> str:
    found = next((crossing for crossing in drawing.crossings if crossing.number == number), None)
    return f", crosses from {found.leaves.name} into {found.enters.name}" if found else ""


def _lane(drawing: DataFlow, lane: Lane, colors: dict[str, str]) -> str:
    zone, rect = drawing.zone(lane.zone), lane.rect
    said = f"{zone.name}: {zone.kind} zone" + (f", {zone.owner}" if zone.owner else "")
    words = f'<tspan font-weight="700">{escape(lane.title)}</tspan>'
    words += f' <tspan style="fill:{colors["muted"]}">{lane.kind}</tspan>' if lane.kind else ""
    return (
        f"<g><title>{escape(said)}</title>"
        f'<rect x="1" y="{rect.y + 1.5:.1f}" width="{rect.w - 2:.1f}" height="{rect.h - 3:.1f}" rx="7" '
        f'style="fill:{colors[_LANE[zone.kind]]};stroke:{colors["line"]};stroke-dasharray:7 4"/>'
        f'<text x="{lane.head.x:.1f}" y="{lane.head.y + LINE - 3:.1f}" style="fill:{colors["fg"]}">{words}</text></g>'
    )


def _box(drawing: DataFlow, box: Box, colors: dict[str, str]) -> str:
    element = drawing.element(box.element)
    inside = drawing.in_scope(element)
    x = box.rect.x + box.rect.w / 2 + (9 if element.kind == "person" else 0)
    y = box.rect.y + (box.rect.h - (len(box.lines) + 1) * LINE) / 2 + LINE - 3
    ink = colors["fg"] if inside else colors["muted"]
    lines = "".join(
        f'<tspan x="{x:.1f}" y="{y + row * LINE:.1f}" font-weight="600">{escape(line)}</tspan>'
        for row, line in enumerate(box.lines)
    )
    kind = element.kind + (" \u00b7 P" if element.personal else "") if inside else "out of scope"
    said = f"{element.name}: {element.kind}, {ELEMENT_KINDS[element.kind]}" + (
        f" ({element.note})" if element.note else ""
    )
    return (
        f"<g><title>{escape(said)}</title>{_shape(element, box, ink, colors, dashed=not inside)}"
        f'<text text-anchor="middle" style="fill:{ink}">{lines}<tspan x="{x:.1f}" '
        f'y="{y + len(box.lines) * LINE:.1f}" style="fill:{colors["muted"]}">{kind}</tspan></text></g>'
    )


def _shape(element: Element, box: Box, ink: str, colors: dict[str, str], *, dashed: bool) -> str:
    x, y, w, h = box.rect.x, box.rect.y, box.rect.w, box.rect.h
    line = f"stroke:{ink};stroke-width:1.4" + (";stroke-dasharray:4 3" if dashed else "")
    paper, bare = f'style="fill:{colors["bg"]};{line}"', f'style="fill:none;{line}"'

    def rect(by: float, round_: float, style: str) -> str:
        size = f'width="{w - 2 * by:.1f}" height="{h - 2 * by:.1f}"'
        return f'<rect x="{x + by:.1f}" y="{y + by:.1f}" {size} rx="{round_}" {style}/>'

    match element.kind:
        case "person":
            at = f"M{x + 5:.1f} {y + h / 2 + 9:.1f}v-3a6 6 0 0 1 12 0v3z"
            head = f'<circle cx="{x + 11:.1f}" cy="{y + h / 2 - 5:.1f}" r="4.2" {bare}/>'
            return rect(0, 0, paper) + head + f'<path d="{at}" {bare}/>'
        case "process":
            return rect(0, 16, paper)
        case "model":
            return rect(0, 4, paper) + rect(3.5, 2, bare)
        case "data store":
            ends = f"M{x:.1f} {y:.1f}h{w}m{-w} {h:.1f}h{w}M{x + 1:.1f} {y:.1f}v{h:.1f}m5 0v{-h:.1f}"
            return rect(0, 0, f'style="fill:{colors["bg"]}"') + f'<path d="{ends}" {bare}/>'
        case _:
            c, right, bottom = 9, x + w, y + h
            corners = (
                (x + c, y), (right - c, y), (right, y + c), (right, bottom - c),
                (right - c, bottom), (x + c, bottom), (x, bottom - c), (x, y + c),
            )  # fmt: skip
            return f'<polygon points="{" ".join(f"{px:.1f},{py:.1f}" for px, py in corners)}" {paper}/>'


def _arrow(drawing: DataFlow, arrow: Arrow, colors: dict[str, str]) -> str:
    flow = drawing.flows[arrow.number - 1]
    inside = drawing.in_scope(flow)
    ink = colors["cross"] if arrow.sign else colors["fg"] if inside else colors["muted"]
    *way, back, end = arrow.curve
    length = hypot(end[0] - back[0], end[1] - back[1]) or 1.0
    dx, dy = (end[0] - back[0]) / length, (end[1] - back[1]) / length
    base = (end[0] - 9 * dx, end[1] - 9 * dy)
    head = [end, (base[0] - 4.5 * dy, base[1] + 4.5 * dx), (base[0] + 4.5 * dy, base[1] - 4.5 * dx)]
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in (*way, back, base))
    path = "M{} C{}".format(*points.split(" ", 1))
    dash = "" if inside else ";stroke-dasharray:5 4"
    return (
        f"<g><title>{escape(f'{arrow.number}: {flow} ({flow.carries})')}</title>"
        f'<path d="{path}" style="fill:none;stroke:{ink};stroke-width:{2.4 if arrow.sign else 1.4}{dash}"/>'
        f'<polygon points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in head)}" style="fill:{ink}"/></g>'
    )


def _sign(arrow: Arrow, colors: dict[str, str]) -> str:
    x, y = arrow.sign or (0.0, 0.0)
    return _diamond(x, y, colors)


def _diamond(x: float, y: float, colors: dict[str, str]) -> str:
    points = f"{x:.1f},{y - SIGN:.1f} {x + SIGN:.1f},{y:.1f} {x:.1f},{y + SIGN:.1f} {x - SIGN:.1f},{y:.1f}"
    return f'<polygon points="{points}" style="fill:{colors["cross"]};stroke:{colors["bg"]};stroke-width:1.5"/>'


def _label(drawing: DataFlow, label: Label, colors: dict[str, str]) -> str:
    ink = colors["fg"] if drawing.in_scope(drawing.flows[label.number - 1]) else colors["muted"]
    x = label.rect.x + label.rect.w / 2
    rows = []
    for row, line in enumerate(label.lines):
        at = f'x="{x:.1f}" y="{label.rect.y + (row + 1) * LINE - 3:.1f}"'
        number, _, rest = line.partition(" ") if row == 0 else ("", "", line)
        bold = f'<tspan font-weight="700">{number}</tspan> ' if number else ""
        rows.append(f'<text {at} text-anchor="middle">{bold}{escape(rest)}</text>')
    size = f'width="{label.rect.w:.1f}" height="{label.rect.h:.1f}"'
    paper = f'<rect x="{label.rect.x:.1f}" y="{label.rect.y:.1f}" {size} rx="4" style="fill:{colors["bg"]}"/>'
    return f'<g style="fill:{ink}">{paper}{"".join(rows)}</g>'


def _legend(drawing: DataFlow, made: Layout, colors: dict[str, str]) -> str:
    x, y = 10.0, made.height - LEGEND / 2 + 5
    parts = []
    ink = f'style="fill:{colors["muted"]}"'
    if drawing.crossings:
        words = "crosses a trust boundary"
        parts.append(_diamond(x + SIGN, y - 4, colors) + f'<text x="{x + 20:.1f}" y="{y:.1f}" {ink}>{words}</text>')
        x += 34 + len(words) * CHARACTER
    if any(e.personal for e in drawing.elements) or any(flow.personal for flow in drawing.flows):
        words = "personal data"
        parts.append(f'<text x="{x:.1f}" y="{y:.1f}" {ink}><tspan font-weight="700">P</tspan> {words}</text>')
        x += 28 + len(words) * CHARACTER
    if drawing.exclusions:
        line = f"stroke:{colors['muted']};stroke-width:1.4;stroke-dasharray:4 3"
        parts.append(f'<path d="M{x:.1f} {y - 4:.1f}h24" style="{line}"/>')
        parts.append(f'<text x="{x + 30:.1f}" y="{y:.1f}" {ink}>out of scope</text>')
    return "".join(parts)
