"""To the outside: what is routed to connections, waits in their queues, and is delivered or told why not."""
