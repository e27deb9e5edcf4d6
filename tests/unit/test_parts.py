"""What the learner changes, told from what the panel brings in line, on two threads at once."""

from __future__ import annotations

import threading

import ipywidgets as widgets

from threatlab.widgets.base.parts import Changes


def test_what_the_panel_brings_in_line_is_not_the_learners():
    changes, field, seen = Changes(), widgets.IntText(value=0), []
    changes.by_learner(field, seen.append)
    field.value = 1
    with changes.ours():
        field.value = 2
        with changes.ours():
            field.value = 3
        field.value = 4
    field.value = 5
    assert seen == [1, 5]


def test_what_a_learner_does_on_another_thread_meanwhile_is_not_lost():
    changes, ours, theirs, seen = Changes(), widgets.IntText(), widgets.IntText(), []
    changes.by_learner(ours, seen.append)
    changes.by_learner(theirs, seen.append)
    other = threading.Thread(target=setattr, args=(theirs, "value", 7))
    with changes.ours():
        other.start()
        other.join(0.2)
        ours.value = 1
        assert seen == []
    other.join()
    assert seen == [7]
