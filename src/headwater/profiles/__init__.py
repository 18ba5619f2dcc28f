"""Who it was: people and groups, made of clean events."""
