"""headwater: user data and events in, rows and deliveries out, experiences back to the screen."""

__version__ = "0.1.0"
