"""What the pictures plot: bars, lines, labels and their order, and the words that stand in for them."""

import subprocess
import sys
from typing import Any

import pandas as pd
import pytest
from IPython.core.formatters import DisplayFormatter
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from threatlab import ThreatLabError, list_systems, load_system
from threatlab.assessment.inventory import assess_inventory
from threatlab.plots.inventory import TOP, plot_additive_vs_layered, plot_inventory


@pytest.fixture
def scores() -> pd.DataFrame:
    threats = pd.Categorical(["evasion", "supply_chain", "data_poisoning", "evasion"])
    ids, risks = ["sys-a", "sys-b", "sys-c", "sys-d"], [0.2, 0.7, 0.93, 0.699]
    return pd.DataFrame({"system_id": ids, "risk_score": risks, "worst_threat": threats})


@pytest.fixture
def steps() -> pd.DataFrame:
    additive, layered = [0.0, 0.4, 0.8, 1.0, 1.0], [0.1, 0.2, 0.3, 0.4, 0.5]
    return pd.DataFrame({"removed": range(5), "additive": additive, "layered": layered})


def axes_of(figure: Figure) -> Axes:
    figure.draw_without_rendering()
    (axes,) = figure.axes
    return axes


def texts_of(axes: Axes) -> list[str]:
    return [text.get_text().strip() for text in axes.texts]


# An inventory, ranked


def test_bars_are_the_risk_scores_with_the_worst_at_the_top(scores):
    axes = axes_of(plot_inventory(scores))
    assert [bar.get_width() for bar in axes.patches] == [0.93, 0.7, 0.699, 0.2]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["sys-c", "sys-b", "sys-d", "sys-a"]
    heights = [bar.get_window_extent().y0 for bar in axes.patches]
    assert heights == sorted(heights, reverse=True)


def test_each_bar_is_labeled_with_its_score_and_worst_threat(scores):
    texts = texts_of(axes_of(plot_inventory(scores)))
    assert texts[:4] == ["0.93", "Data poisoning", "0.70", "Supply chain"]


def test_the_threshold_is_a_labeled_dashed_line_and_alerts_are_told_by_more_than_color(scores):
    axes = axes_of(plot_inventory(scores, alert_threshold=0.7))
    (line,) = axes.lines
    assert list(line.get_xdata()) == [0.7, 0.7]
    assert line.get_linestyle() == "--"
    assert "alert at 0.7 or above" in texts_of(axes)
    assert [bool(bar.get_hatch()) for bar in axes.patches] == [True, True, True, False]


def test_without_a_threshold_nothing_alerts(scores):
    axes = axes_of(plot_inventory(scores))
    assert not axes.lines
    assert not any(bar.get_hatch() for bar in axes.patches)


def test_only_the_worst_dozen_is_shown_and_the_title_says_so():
    frame = pd.DataFrame({"system_id": [f"sys-{i}" for i in range(30)], "rbac_configured": [True, False] * 15})
    axes = axes_of(plot_inventory(assess_inventory(frame)))
    assert len(axes.patches) == TOP
    assert axes.get_title(loc="left") == "Risk scores of 12 of 30 systems, worst first"
    assert [label.get_text() for label in axes.get_yticklabels()] == [f"sys-{i}" for i in range(1, 24, 2)]


def test_titles_axes_and_size_are_there(scores, steps):
    for figure in (plot_inventory(scores), plot_additive_vs_layered(steps)):
        axes = axes_of(figure)
        assert axes.get_title(loc="left")
        assert axes.get_xlabel()
        assert axes.get_ylabel()
        assert figure.get_size_inches()[0] == 9


def test_the_ranking_of_the_core_ruleset_names_no_threats():
    frame = pd.DataFrame([{"system_id": name, **load_system(name).known} for name in list_systems()])
    axes = axes_of(plot_inventory(assess_inventory(frame, "core"), 0.7))
    assert "Worst threat" not in texts_of(axes)


def test_ids_are_shown_as_they_are_not_read_as_formulas(scores):
    scores["system_id"] = ["$x_1$", r"$\frac$", "a" * 80, "sys-d"]
    labels = [label.get_text() for label in axes_of(plot_inventory(scores)).get_yticklabels()]
    assert labels == ["a" * 31 + "…", r"$\frac$", "sys-d", "$x_1$"]


# Additive against layered


def test_both_scores_are_drawn_over_the_controls_removed(steps):
    axes = axes_of(plot_additive_vs_layered(steps))
    drawn = {line.get_label(): [list(line.get_xdata()), list(line.get_ydata())] for line in axes.lines}
    assert drawn == {model: [[0, 1, 2, 3, 4], steps[model].tolist()] for model in ("additive", "layered")}


def test_the_lines_differ_by_style_and_marker_and_carry_their_own_names(steps):
    axes = axes_of(plot_additive_vs_layered(steps))
    assert len({(line.get_linestyle(), line.get_marker()) for line in axes.lines}) == 2
    assert axes.get_legend() is None
    assert {"additive", "layered"} <= set(texts_of(axes))


def test_the_step_that_fills_the_additive_score_is_marked(steps):
    axes = axes_of(plot_additive_vs_layered(steps))
    (note,) = [text for text in axes.texts if text.get_text().startswith("full")]
    assert note.get_text() == "full after 3 controls: what follows changes nothing"
    assert note.xy == (3, 1.0)


def test_a_score_that_never_fills_is_not_marked(steps):
    assert len(axes_of(plot_additive_vs_layered(steps.head(3))).texts) == 2


def test_names_at_line_ends_that_nearly_meet_do_not_cover_each_other(steps):
    steps["layered"] = steps["additive"] - 0.01
    figure = plot_additive_vs_layered(steps)
    additive, layered = [text.get_window_extent() for text in axes_of(figure).texts[:2]]
    assert not additive.overlaps(layered)


# Shown in a notebook, and in words


def shown(figure: Figure, formatter: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    data, metadata = formatter.format(figure)
    return data, metadata


def test_a_picture_shows_itself_once_with_its_text_alternative(scores):
    data, metadata = shown(plot_inventory(scores, 0.7), DisplayFormatter())
    assert set(data) == {"text/plain", "image/png"}
    assert data["image/png"].startswith(b"\x89PNG")
    assert metadata["image/png"]["width"] == 900
    assert metadata["image/png"]["alt"] in data["text/plain"]


def test_the_words_say_what_the_bars_show(scores):
    assert repr(plot_inventory(scores, 0.7)) == (
        "<Picture: bar chart of risk scores, 4 systems, worst first: sys-c 0.93 (Data poisoning), sys-b 0.70 "
        "(Supply chain), sys-d 0.70 (Evasion), sys-a 0.20 (Evasion); 3 at or above the alert threshold 0.7>"
    )


def test_the_words_say_what_the_lines_show(steps):
    assert repr(plot_additive_vs_layered(steps)) == (
        "<Picture: line chart of two risk scores as controls are removed: additive from 0.00 to 1.00; "
        "additive full after 3 controls: what follows changes nothing; layered from 0.10 to 0.50>"
    )


def test_pictures_leave_pyplot_alone():
    code = "import sys, threatlab.plots; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# Bad input


@pytest.mark.parametrize("threshold", [-0.1, 1.5, float("nan"), float("inf"), "0.7", True])
def test_a_threshold_that_is_no_share_is_refused(scores, threshold):
    with pytest.raises(ThreatLabError, match=r"alert_threshold is .*; give a risk score from 0 to 1"):
        plot_inventory(scores, threshold)


@pytest.mark.parametrize("bad", [None, [1, 2], pd.DataFrame({"system_id": ["a"]})])
def test_a_table_without_the_columns_is_refused(bad):
    with pytest.raises(ThreatLabError, match="scores must be a DataFrame with the column"):
        plot_inventory(bad)
    with pytest.raises(ThreatLabError, match="steps must be a DataFrame with the column 'removed'"):
        plot_additive_vs_layered(bad)


def test_a_threat_that_is_none_of_the_catalog_is_refused(scores):
    with pytest.raises(ThreatLabError, match="unknown worst threat 'supply_chian': did you mean 'supply_chain'"):
        plot_inventory(scores.assign(worst_threat="supply_chian"))


def test_a_table_without_rows_is_refused(scores, steps):
    for draw, table in ((plot_inventory, scores), (plot_additive_vs_layered, steps)):
        with pytest.raises(ThreatLabError, match="has no rows: there is nothing to draw"):
            draw(table.head(0))
