"""What is left of a live panel when its notebook is saved: its picture, and no view that only a kernel could draw."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from typing import Any

from threatlab.exercises.kept import latest_picture

VIEW = "application/vnd.jupyter.widget-view+json"
PICTURE = "text/html"


def keep_pictures(model: dict[str, Any], **_: Any) -> None:
    """Drop the live views of a notebook that Jupyter is about to write; other files stay as they are.

    If that fails, Jupyter writes down why in its log, and saves the notebook all the same.
    """
    if model["type"] == "notebook":
        drop_live_views(model["content"])


def drop_live_views(notebook: MutableMapping[str, Any]) -> None:
    """Take the live view out of each output that has a picture beside it, and the widgets' state if no view is left.

    A panel that keeps what is done in it is shown as it was left, not as it was when its cell ran.

    JupyterLab prefers a view to a picture, and shows *model not found* where the kernel that had the model is gone.
    """
    outputs = list(_outputs(notebook))
    for output in outputs:
        if PICTURE in output["data"]:
            output["data"][PICTURE] = latest_picture("".join(output["data"][PICTURE]))
            output["data"].pop(VIEW, None)
            output.get("metadata", {}).pop(VIEW, None)
    if not any(VIEW in output["data"] for output in outputs):
        notebook["metadata"].pop("widgets", None)


def _outputs(notebook: MutableMapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the outputs that hold something to show, in one or several formats."""
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            if "data" in output:
                yield output
