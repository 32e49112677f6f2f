"""Steps at which 0.8.2 was wrong, and why: case, step, reason.  One line each."""

DIFFERENT = {}
