"""What is to be done: an identity each, and nothing more."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Poll:
    feed: int
    host: str

    @property
    def key(self) -> str:
        return f"host:{self.host}"


@dataclass(frozen=True, slots=True)
class Collect:
    host: str

    @property
    def key(self) -> str:
        return f"host:{self.host}"


@dataclass(frozen=True, slots=True)
class Judge:
    topic: int

    @property
    def key(self) -> str:
        return f"judge:{self.topic}"


@dataclass(frozen=True, slots=True)
class Tell:
    topic: int

    @property
    def key(self) -> str:
        return f"judge:{self.topic}"


@dataclass(frozen=True, slots=True)
class Fit:
    topic: int

    @property
    def key(self) -> str:
        return f"fit:{self.topic}"


@dataclass(frozen=True, slots=True)
class Deliver:
    channel: str

    @property
    def key(self) -> str:
        return f"channel:{self.channel}"


@dataclass(frozen=True, slots=True)
class Subscribe:
    feed: int
    host: str
    """The hub's."""

    @property
    def key(self) -> str:
        return f"hub:{self.host}"


Command = Poll | Collect | Judge | Tell | Fit | Deliver | Subscribe
"""Hints; the rows are the truth.  ``key``: commands with the same key run one after another."""
