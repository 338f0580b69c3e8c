"""When two events turn out to be one."""

from __future__ import annotations

from typing import Literal

MERGED_FROM = 1.0
"""Log-odds from which on two events are taken for one: of 8 such pairs on four streams all were."""
SUGGESTED_FROM = 0.0
"""From which on they may be: of 28 such pairs 15 were."""

Kin = Literal["one", "perhaps", "apart"]


def kin(log_odds: float) -> Kin:
    """What is to be made of the log-odds that two events are one."""
    if log_odds >= MERGED_FROM:
        return "one"
    return "perhaps" if log_odds >= SUGGESTED_FROM else "apart"
