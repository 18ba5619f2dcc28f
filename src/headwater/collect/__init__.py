"""From an HTTP request to an accepted event: what is taken, what is refused, and with which words."""
