"""Benchmarks. Each prints figures of headwater beside those of a reference that ran in the same minutes."""
