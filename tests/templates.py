"""Templates of the page, compiled once for all the applications that tests make."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from types import CodeType

import pytest
from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket


class Compiled(BytecodeCache):
    """Kept in memory: no template changes while tests run."""

    def __init__(self) -> None:
        self.kept: dict[str, CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.kept.get(bucket.key)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key] = bucket.code


COMPILED = Compiled()


@contextmanager
def compiled_once() -> Iterator[None]:
    """While it lasts, each new application takes what another has compiled."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "monitor.web.formats.Environment", partial(Environment, bytecode_cache=COMPILED)
        )
        yield
