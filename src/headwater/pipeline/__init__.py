"""From raw to clean: pure steps in a named order, each fate counted."""
