"""The world as data: which tools can send events, and what each one sends. One source is one TOML file."""
