"""Small drawings for the panels, as inline SVG with words for those who can't see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

_FAINT = 0.03
"""Ink below this share can't be told from paper, and isn't drawn."""


def digit(pixels: Any, said: str) -> str:
    """Return an 8 x 8 picture: ink from 0 to 1 on white paper, the same in both themes."""
    rows = [
        f'<rect x="{x}" y="{y}" width="1.02" height="1.02" fill-opacity="{min(float(ink), 1.0):.2f}"/>'
        for y, row in enumerate(pixels)
        for x, ink in enumerate(row)
        if ink > _FAINT
    ]
    return (
        f'<svg class="tl-digit" viewBox="0 0 8 8" role="img" aria-label="{escape(said)}">'
        f'<rect width="8" height="8" fill="#fff"/>{"".join(rows)}</svg>'
    )


def change(pixels: Any, said: str) -> str:
    """Return an 8 x 8 picture of a difference: ink added (red, solid) and ink taken away (blue, outlined)."""
    rows = [
        f'<rect x="{x + 0.12}" y="{y + 0.12}" width=".76" height=".76" '
        + (
            f'fill="#b3261e" fill-opacity="{min(abs(float(d)) * 4, 1.0):.2f}"/>'
            if d > 0
            else 'fill="none" stroke="#0b5cad" stroke-width=".2"/>'
        )
        for y, row in enumerate(pixels)
        for x, d in enumerate(row)
        if abs(d) > _FAINT
    ]
    return (
        f'<svg class="tl-digit" viewBox="0 0 8 8" role="img" aria-label="{escape(said)}">'
        f'<rect width="8" height="8" fill="#fff"/>{"".join(rows)}</svg>'
    )


def curves(lines: Mapping[str, Sequence[float]], at: Sequence[float], across: str, up: str) -> str:
    """Return a line chart of shares (0..1) over `at`, evenly spaced; the same figures follow as a table."""
    width, height, left, bottom = 420, 190, 34, 30
    step = (width - left - 26) / max(len(at) - 1, 1)

    def point(i: int, share: float) -> str:
        return f"{left + 6 + i * step:.1f},{height - bottom - share * (height - bottom - 12):.1f}"

    def level(share: float) -> str:
        y = point(0, share).split(",")[1]
        return (
            f'<line x1="{left}" x2="{width - 6}" y1="{y}" y2="{y}" class="tl-grid"/>'
            f'<text x="{left - 6}" y="{float(y) + 4}" text-anchor="end">{share:.1f}</text>'
        )

    grid = "".join(map(level, (0.0, 0.5, 1.0)))
    ticks = "".join(
        f'<text x="{point(i, 0).split(",")[0]}" y="{height - 12}" text-anchor="middle">{value:g}</text>'
        for i, value in enumerate(at)
    )
    drawn = "".join(
        f'<polyline points="{" ".join(point(i, s) for i, s in enumerate(shares))}" class="tl-line tl-line-{n}"/>'
        + "".join(
            f'<circle cx="{point(i, s).split(",")[0]}" cy="{point(i, s).split(",")[1]}" r="3" class="tl-line-{n}"/>'
            for i, s in enumerate(shares)
        )
        for n, shares in enumerate(lines.values())
    )
    heads = "".join(f'<th scope="col">{value:g}</th>' for value in at)
    rows = "".join(
        f'<tr><th scope="row"><span class="tl-key tl-key-{n}"></span>{escape(name)}</th>'
        + "".join(f'<td class="tl-num">{share:.2f}</td>' for share in shares)
        + "</tr>"
        for n, (name, shares) in enumerate(lines.items())
    )
    return (
        f'<svg class="tl-chart" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="{escape(up)} over {escape(across)}; figures in the table below">{grid}{ticks}{drawn}</svg>'
        f'<table><thead><tr><th scope="col">{escape(up)} by {escape(across)}</th>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def histograms(groups: Mapping[str, Sequence[float]], edges: Sequence[float], mark: float | None, said: str) -> str:
    """Return histograms one over the other, each scaled to its own highest bar; `mark` is a dashed line across all."""
    width, row, left = 420, 64, 6
    span = edges[-1] - edges[0]
    parts = []
    for n, (name, counts) in enumerate(groups.items()):
        base, highest = (n + 1) * row, max(*counts, 1)
        for i, count in enumerate(counts):
            x0 = left + (edges[i] - edges[0]) / span * (width - 2 * left)
            x1 = left + (edges[i + 1] - edges[0]) / span * (width - 2 * left)
            tall = count / highest * (row - 24)
            parts.append(
                f'<rect x="{x0 + 1:.1f}" y="{base - tall:.1f}" width="{x1 - x0 - 2:.1f}" '
                f'height="{tall:.1f}" class="tl-line-{n}"/>'
            )
        parts.append(f'<text x="{left}" y="{base - row + 14}">{escape(name)}</text>')
        parts.append(f'<line x1="{left}" x2="{width - left}" y1="{base}" y2="{base}" class="tl-grid"/>')
    if mark is not None:
        x = left + (mark - edges[0]) / span * (width - 2 * left)
        parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{row * len(groups)}" class="tl-mark"/>')
    tall = row * len(groups) + 18
    ends = "".join(
        f'<text x="{x}" y="{tall - 4}" text-anchor="{anchor}">{value:g}</text>'
        for x, anchor, value in ((left, "start", edges[0]), (width - left, "end", edges[-1]))
    )
    shown = "".join(parts) + ends
    return f'<svg class="tl-chart" viewBox="0 0 {width} {tall}" role="img" aria-label="{escape(said)}">{shown}</svg>'
