"""What is left of 0.8.2's engine in Python; the native library does its work."""

from dbwarden import _gone

_gone.explain_modules()
