"""The commands, one file a group. Each asks the management API, or works on files here; none decides anything."""
