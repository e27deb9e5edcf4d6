"""What each panel brings into the page besides its widgets: the style sheets, and what the page has to be told."""

from importlib import resources

_SHEETS = (
    "base/style.css",
    "scope_editor/own.css",
    "planner/own.css",
    "layers/own.css",
    "stream_monitor/own.css",
    "tabletop/own.css",
    "dashboard/own.css",
    "export/own.css",
    "learning/own.css",
)
"""The look that all panels share, then what only some of them have."""

_SHEET = "\n".join((resources.files("threatlab.widgets") / sheet).read_text(encoding="utf-8") for sheet in _SHEETS)

# JupyterLab takes single letters and arrows for commands wherever the focus is not in a text field: with a list in a
# panel focused, "r" would turn the cell into raw text, and the panel would be gone. Its own attribute for telling it
# not to can't be set from Python, so a key pressed in a panel sets it, before JupyterLab looks. Saving passes.
_KEYS = (
    '<img hidden alt="" src="data:," onerror="'
    "window.threatlabKeys ??= [window.addEventListener('keydown', ({target, key, ctrlKey, metaKey}) =>"
    " target.closest?.('.tl') && target.toggleAttribute('data-lm-suppress-shortcuts',"
    " !((ctrlKey || metaKey) && key === 's')), true)]; this.remove()"
    '">'
)

# A slider's label is not tied to the handle, which is what takes the focus, nor to the number beside it, which can be
# typed into: a screen reader would say "slider, 16". So each is told the label's text as soon as it is on the page.
_SLIDERS = (
    '<img hidden alt="" src="data:," onerror="'
    "window.threatlabSliders ??= (name => { name();"
    " return [new MutationObserver(name)].map(each => (each.observe(document.body, {childList: true, subtree: true}),"
    " each)); })(() => document.querySelectorAll("
    "'.tl .widget-slider :is(.noUi-handle, .widget-readout):not([aria-label])').forEach(part => {"
    " const label = part.closest('.widget-slider').querySelector('.widget-label')?.textContent;"
    " if (!label) return;"
    " part.setAttribute('aria-label', label + (part.matches('.widget-readout') ? ', as a number' : ''));"
    " if (part.matches('.widget-readout')) part.setAttribute('role', 'textbox'); })); this.remove()"
    '">'
)

STYLE = f"<style>{_SHEET}</style>{_KEYS}{_SLIDERS}"
