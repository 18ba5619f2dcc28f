"""From clean event to row: tables, columns, types, loading and querying."""
