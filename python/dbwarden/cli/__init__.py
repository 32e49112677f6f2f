"""The command line, for those who call it from Python; on PATH it is the native program."""
