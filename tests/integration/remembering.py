"""Workers that do no job twice."""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import Callable
from hashlib import sha256
from typing import Any, ParamSpec, TypeVar

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
