"""Processor time of the picture of a drawing, by its size."""

import time

from tests.benchmarks.timing import Target, duration, print_table
from tests.unit.drawings import large_drawing
from threatlab.dataflow import DataFlow
from threatlab.dataflow.files import list_drawings, load_drawing
from threatlab.dataflow.picture import draw

AT_MOST = {(40, 60): 1.0, (150, 300): 10.0}
"""Elements and flows, and the seconds of processor time that we promise for their picture."""


def run() -> list[Target]:
    """Print the processor time of each built-in drawing and of large ones, and return how the targets fared."""
    shipped = {name: _seconds(load_drawing(name)) for name in list_drawings()}
    large = {size: _seconds(large_drawing(*size)) for size in AT_MOST}
    named = {f"{elements} elements, {flows} flows": seconds for (elements, flows), seconds in large.items()}
    rows = [(name, duration(seconds)) for name, seconds in (shipped | named).items()]
    print_table("Processor time of a picture, drawn once", ("", "time"), rows)
    return [
        Target(
            f"{elements} elements and {flows} flows in under {most:g} s",
            duration(large[elements, flows]),
            large[elements, flows] < most,
        )
        for (elements, flows), most in AT_MOST.items()
    ]


def _seconds(drawing: DataFlow) -> float:
    started = time.process_time()
    draw(drawing)
    return time.process_time() - started
