"""The words every room shares: events, outcomes, errors, ids, the clock. No I/O, no imports of other rooms."""
