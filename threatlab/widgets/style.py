"""The panels' style sheet, as the element that carries it into a notebook."""

from importlib import resources

STYLE = f"<style>{(resources.files('threatlab.widgets') / 'panel.css').read_text(encoding='utf-8')}</style>"
