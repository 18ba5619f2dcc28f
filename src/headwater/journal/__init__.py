"""The durable log: what is appended here and acknowledged survives; every reader has its own cursor."""
