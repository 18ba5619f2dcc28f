"""The world as data: sources and destinations, one file each, found by looking."""
