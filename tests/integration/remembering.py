"""Workers that do no job twice, and models that are read once."""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from hashlib import sha256
from typing import Any, ParamSpec, TypeVar
from unittest.mock import patch

from monitor.domain.model import TopicModel

P = ParamSpec("P")
T = TypeVar("T")

_answers: dict[bytes, bytes] = {}
"""By the hash of a job with all that it is given; pickled, so that no test gets another's."""


class RememberingWorkers:
    """Runs jobs in threads of this process, each only once in all of the tests.

    What is sent to worker processes depends on nothing but what is sent along, and most tests send
    the same few pages and fits.  As between processes, what is given and what is found is pickled.
    Errors are not remembered.
    """

    async def run(self, job: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a job; what it raises passes through."""
        return await asyncio.to_thread(_answer, job, args, kwargs)

    async def aclose(self) -> None:
        """Nothing is held open."""


def _answer(job: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    asked = sha256(pickle.dumps((job, args, kwargs))).digest()
    if asked not in _answers:
        _answers[asked] = pickle.dumps(job(*args, **kwargs))
    return pickle.loads(_answers[asked])


_read_model = TopicModel.from_bytes


@lru_cache(8)  # of some 5 MB each
def _model(data: bytes) -> TopicModel:
    return _read_model(data)


@contextmanager
def remembered_models() -> Iterator[None]:
    """A model says the same wherever it is read from the same bytes, and nobody changes one: most
    tests have the same, of 30,000 words, and what is a process of its own there reads it again."""
    with patch.object(TopicModel, "from_bytes", _model):
        yield
