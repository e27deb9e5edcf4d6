"""What changed since the last review."""
