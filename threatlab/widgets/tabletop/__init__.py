"""The tabletop panel."""
