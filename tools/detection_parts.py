"""The learned parts of the program, rebuilt without the stream that is to be judged."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import count_background
import train_join

from monitor import app
from monitor.domain.background import Background
from monitor.domain.backgrounds import Backgrounds
from monitor.domain.join import JoinModel

LANGUAGE = "en"
"""Of the table that is counted from streams; the other languages' are not."""
RARE = 3


class Blind:
    """Parts in a folder, made once for each stream, read by any process."""

    def __init__(self, streams: Path, folder: Path) -> None:
        """``streams``: the folder of the streams; ``folder``: for what is made."""
        self._streams = streams
        self._folder = folder

    def make(self, name: str) -> None:
        """Count the table; train the join model if it would be trained on the stream."""
        table = count_background.count(self._streams, {name}, RARE)
        self._backgrounds(name).write_bytes(with_table(table))
        if name in train_join.STREAMS:
            self._join(name).write_text(self._train(name).to_json(), encoding="utf-8")

    def backgrounds(self, name: str) -> Callable[[], bytes]:
        return lambda: _read(self._backgrounds(name))

    def join(self, name: str) -> Callable[[], JoinModel]:
        """The shipped model where it is not trained on the stream."""
        path = self._join(name)
        return (lambda: _read_join(path)) if path.exists() else app.join_model

    def _train(self, judged: str) -> JoinModel:
        backgrounds = Backgrounds.from_bytes(_read(self._backgrounds(judged)))
        examples = []
        for name in train_join.STREAMS:
            path = self._streams / f"{name}.jsonl.gz"
            if name != judged and path.exists():
                for group in train_join.groups_of(name, train_join.rows_of(path)):
                    examples.append(train_join.examples_of(group, backgrounds))
        return (
            train_join.train(examples) if examples else JoinModel((), app.join_model().alarm_below)
        )

    def _backgrounds(self, name: str) -> Path:
        return self._folder / f"{name}.backgrounds"

    def _join(self, name: str) -> Path:
        return self._folder / f"{name}.join.json"


def with_table(table: Background) -> bytes:
    """The shipped tables, one language's put in place of its own."""
    shipped = Backgrounds.from_bytes(app.backgrounds())
    packed = {language: shipped.of(language).to_bytes() for language in shipped.languages}
    return Backgrounds({**packed, LANGUAGE: table.to_bytes()}).to_bytes()


@cache
def _read(path: Path) -> bytes:
    return path.read_bytes()


@cache
def _read_join(path: Path) -> JoinModel:
    return JoinModel.from_json(path.read_text(encoding="utf-8"))
