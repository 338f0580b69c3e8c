"""A tab of the browser for many tests, one after another: a new one costs as much as five loads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

SIZE = {"width": 1200, "height": 900}


@contextmanager
def listening(tab: Any, **listeners: Callable[[Any], object]) -> Iterator[None]:
    """Each listens to its kind of event; afterwards the tab is as if it were new."""
    for kind, listener in listeners.items():
        tab.on(kind, listener)
    try:
        yield
        tab.goto("about:blank")
    finally:
        for kind, listener in listeners.items():
            tab.remove_listener(kind, listener)
    tab.set_viewport_size(SIZE)
    tab.emulate_media(color_scheme="light")
