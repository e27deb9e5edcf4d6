"""What each panel brings into the page besides its widgets: the style sheets, and the keyboard kept for itself."""

from importlib import resources

_SHEETS = ("panel.css", "scope.css", "plan.css", "depth.css")
"""The look that all panels share, then what only some of them have."""

_SHEET = "\n".join((resources.files("threatlab.widgets") / sheet).read_text(encoding="utf-8") for sheet in _SHEETS)

# JupyterLab takes single letters and arrows for commands wherever the focus is not in a text field: with a list in a
# panel focused, "r" would turn the cell into raw text, and the panel would be gone. Its own attribute for telling it
# not to can't be set from Python, so the first key pressed in a panel sets it, before JupyterLab looks.
_KEYS = (
    '<img hidden alt="" src="data:," onerror="'
    "window.threatlabKeys ??= [window.addEventListener('keydown', ({target}) => target.closest?.('.tl')"
    " && target.setAttribute('data-lm-suppress-shortcuts', 'true'), true)]; this.remove()"
    '">'
)

STYLE = f"<style>{_SHEET}</style>{_KEYS}"
