"""A learner's machine: whether the course runs on it, clearing it for the next group, a record of what was checked."""
