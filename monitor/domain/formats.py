"""Versions of what is stored; light enough to be asked for everywhere."""

MODEL_FORMAT = 2
"""Of a topic's model: one of another format cannot be read, and its topic is fitted again."""
