"""Connections outside of requests, under 0.8.2's names."""

from dbwarden import _gone

_gone.explain_modules()
