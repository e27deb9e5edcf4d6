"""What changed from one state of systems to another."""
