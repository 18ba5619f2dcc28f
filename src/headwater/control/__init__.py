"""Who may send, and where it goes: workspaces, regions, sources, keys, sessions, sealed secrets."""
