"""Static pictures (matplotlib): an inventory ranked, and what an additive score hides."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from threatlab.catalog import Catalog
from threatlab.catalog import catalog as shipped
from threatlab.checks import check_choice, check_score
from threatlab.errors import ThreatLabError
from threatlab.ranking import reaches
from threatlab.words import counted

TOP = 12
"""Systems in a ranking: as many as can be read at a glance."""

CALM, ALERT, INK = "#56B4E9", "#D55E00", "#222222"
"""Sky blue and vermilion of Okabe and Ito's palette for all color visions (jfly.uni-koeln.de/color), and text."""

LINE_STYLES = {"additive": (ALERT, "--", "s"), "layered": ("#0072B2", "-", "o")}
"""Per score model: color, line and marker, so that none of them has to be told by color alone."""

PAPER = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
"""Behind a number that the threshold's line would cross."""

_WIDE, _THREATS_AT = 1.36, 1.04
"""Right end of the ranking's axis, and where its column of threats starts: scores end at 1."""


class Picture(Figure):
    """A matplotlib figure that a notebook shows by itself, once, and that says in words what it shows.

    `matplotlib.pyplot` keeps a global list of figures and draws them when a cell ends; a bare Figure is not drawn at
    all unless pyplot was imported. A Picture needs neither: it brings its PNG, and its repr is its text alternative.
    """

    description = ""

    def __repr__(self) -> str:
        return f"<Picture: {self.description}>"

    def _repr_png_(self) -> tuple[bytes, dict[str, Any]]:
        """Return the PNG at twice the screen's resolution, and its size in CSS pixels and text alternative."""
        png = BytesIO()
        self.savefig(png, format="png", dpi=2 * self.dpi)
        width, height = (round(inches * self.dpi) for inches in self.get_size_inches())
        return png.getvalue(), {"width": width, "height": height, "alt": self.description}


def plot_inventory(
    scores: pd.DataFrame, alert_threshold: float | None = None, catalog: Catalog | None = None
) -> Figure:
    """Return a bar chart of the systems with the highest risk scores, worst at the top, at most `TOP` of them.

    Parameters
    ----------
    scores
        What `assess_inventory` returns. Systems of equal score stay in its order.
    alert_threshold
        0..1: drawn as a dashed line; systems at or above it are hatched, and their scores bold.
    catalog
        By which the systems were assessed; the one that ships if left out.

    Raises
    ------
    ThreatLabError
        If columns or rows are missing, a worst threat is none of the catalog, or the threshold no number from 0 to 1.
    """
    _check_table(scores, ("system_id", "risk_score", "worst_threat"), "scores", "assess_inventory() returns one")
    if alert_threshold is not None:
        alert_threshold = check_score("alert_threshold", alert_threshold)
    top = scores.sort_values("risk_score", ascending=False, kind="stable").head(TOP)
    names = [_short(name) for name in top["system_id"]]
    risks = [float(risk) for risk in top["risk_score"]]
    known = (shipped() if catalog is None else catalog).threats
    threats = [
        "" if pd.isna(it) else known[check_choice("worst threat", it, known)].title for it in top["worst_threat"]
    ]
    alerts = [alert_threshold is not None and reaches(risk, alert_threshold) for risk in risks]

    picture, axes = _picture(height=1.5 + 0.36 * len(top))
    bars = axes.barh(range(len(top)), risks, height=0.7, edgecolor=INK, linewidth=0.6)
    for place, (bar, risk, threat, alert) in enumerate(zip(bars, risks, threats, alerts, strict=True)):
        bar.set(facecolor=ALERT if alert else CALM, hatch="///" if alert else "")
        weight = "bold" if alert else "normal"
        axes.text(risk + 0.012, place, f"{risk:.2f}", va="center", color=INK, weight=weight, bbox=PAPER)
        axes.text(_THREATS_AT, place, threat, va="center", color=INK, weight=weight)
    shown = f"{len(top)} of {len(scores)} systems" if len(top) < len(scores) else counted(len(top), "system")
    axes.set_title(f"Risk scores of {shown}, worst first", loc="left")
    axes.set_xlabel("Risk score (0 to 1, higher is worse)", x=0.5 / _WIDE)
    axes.set_ylabel("System")
    axes.set(xlim=(0, _WIDE), xticks=[0, 0.2, 0.4, 0.6, 0.8, 1], ylim=(len(top) - 0.4, -1.1))
    axes.spines["bottom"].set_bounds(0, 1)
    axes.set_yticks(range(len(top)), labels=names, parse_math=False)
    if any(threats):
        axes.text(_THREATS_AT, -0.78, "Worst threat", va="center", color=INK, style="italic")
    if alert_threshold is not None:
        axes.axvline(alert_threshold, color=INK, linestyle="--", linewidth=1.2)
        side = "right" if alert_threshold > 0.5 else "left"
        said = f" alert at {alert_threshold:g} or above "
        axes.text(alert_threshold, -0.78, said, va="center", ha=side, color=INK, style="italic")

    ranking = (
        f"{name} {risk:.2f}" + (f" ({threat})" if threat else "")
        for name, risk, threat in zip(names, risks, threats, strict=True)
    )
    above = "" if alert_threshold is None else f"; {sum(alerts)} at or above the alert threshold {alert_threshold:g}"
    picture.description = f"bar chart of risk scores, {shown}, worst first: {', '.join(ranking)}{above}"
    return picture


def plot_additive_vs_layered(steps: pd.DataFrame) -> Figure:
    """Return a line chart of both scores of one system, as its controls are removed one after the other.

    Parameters
    ----------
    steps
        A row per step, with the columns `removed` (how many controls are gone, rising), `additive` and `layered` (the
        two scores, 0..1). Where the additive score first reaches 1.0, it is marked: what comes after, it hides.

    Raises
    ------
    ThreatLabError
        If columns or rows are missing.
    """
    _check_table(steps, ("removed", *LINE_STYLES), "steps", "each step needs the three of them")
    removed = [int(count) for count in steps["removed"]]
    picture, axes = _picture(height=4.2)
    apart = abs(float(steps["additive"].iloc[-1]) - float(steps["layered"].iloc[-1])) > 0.06
    ends = {"additive": 0, "layered": 0} if apart else {"additive": 7, "layered": -7}
    said = []
    for model, (color, line, marker) in LINE_STYLES.items():
        score = [float(value) for value in steps[model]]
        axes.plot(removed, score, color=color, linestyle=line, marker=marker, markersize=4, label=model)
        end, beside = (removed[-1], score[-1]), (8, ends[model])
        axes.annotate(model, end, beside, textcoords="offset points", va="center", color=color, weight="bold")
        said.append(f"{model} from {score[0]:.2f} to {score[-1]:.2f}")
    if full := [count for count, score in zip(removed, steps["additive"], strict=True) if score >= 1.0 - 1e-9]:
        note = f"full after {counted(full[0], 'control')}: what follows changes nothing"
        side = "left" if full[0] <= removed[-1] / 2 else "right"
        arrow = {"arrowstyle": "->", "color": INK, "relpos": (0.0 if side == "left" else 1.0, 0.0)}
        axes.annotate(note, (full[0], 1.0), (full[0], 1.14), ha=side, color=INK, arrowprops=arrow)
        said.insert(1, f"additive {note}")
    axes.set_title("Two scores of one system, as its controls are removed", loc="left")
    axes.set(
        xlabel="Controls removed (count)",
        ylabel="Risk score (0 to 1, higher is worse)",
        ylim=(-0.03, 1.25),
        yticks=[0, 0.2, 0.4, 0.6, 0.8, 1],
    )
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(axis="y", color="#DDDDDD", linewidth=0.6)
    picture.description = f"line chart of two risk scores as controls are removed: {'; '.join(said)}"
    return picture


def _picture(height: float) -> tuple[Picture, Axes]:
    picture = Picture(figsize=(9, height), facecolor="white", layout="constrained")
    axes = picture.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_axisbelow(True)
    return picture, axes


def _check_table(table: pd.DataFrame, columns: tuple[str, ...], name: str, hint: str) -> None:
    missing = [column for column in columns if column not in getattr(table, "columns", ())]
    if missing:
        raise ThreatLabError(f"{name} must be a DataFrame with the column {missing[0]!r}: {hint}")
    if table.empty:
        raise ThreatLabError(f"{name} has no rows: there is nothing to draw")


def _short(name: object, limit: int = 32) -> str:
    text = str(name)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
