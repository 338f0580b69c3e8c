"""The settings of a topic that may be changed one by one; light, for the command line's help."""

LISTS = ("must", "exclude")
"""Those that hold several phrases."""
KEYS = (*LISTS, "threshold", "match_budget", "alert_since")
