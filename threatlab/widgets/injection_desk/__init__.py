"""The desk of an attacker who writes injections by hand."""
