"""One file a destination; none imports another, and a file that is here is a destination."""
