"""A streaming news monitor: seeds and feeds in; matches, events and alerts out."""

__version__ = "0.1.0"
