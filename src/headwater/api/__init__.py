"""The management door: one file per resource, thin. Who may call what is said at each route."""
