"""The ways in: command line, processes, settings, wiring. Decides nothing."""
