"""Jobs in processes that may be killed: hostile input costs a worker, never the monitor."""

from __future__ import annotations

import asyncio
import importlib
import multiprocessing
import os
import resource
import signal
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from monitor.errors import WorkerError

if TYPE_CHECKING:
    from pebble import ProcessPool

P = ParamSpec("P")
T = TypeVar("T")

_PARSERS = ("feedparser", "trafilatura", "lxml.html", "py3langid")
_GRACE = 1.0
"""Seconds past its deadline at which a worker that is still busy ends itself."""
_OUT_OF_MEMORY = 86
"""Exit status of a worker whose job ran out of memory."""


class ProcessWorkers:
    """Runs jobs in ``count`` worker processes; implements ``ports.Workers``.

    ``timeout``: seconds for one job, the wait for a free worker not included.  ``memory``: bytes a
    worker may take beyond the modules in ``preload`` (on Linux; elsewhere the system's own limits
    hold).  ``max_tasks``: jobs after which a worker is replaced.  The processes start with the
    first job.
    """

    def __init__(
        self,
        count: int = 2,
        timeout: float = 10.0,
        memory: int = 512 * 2**20,
        max_tasks: int = 500,
        preload: tuple[str, ...] = _PARSERS,
    ) -> None:
        self._count = count
        self._timeout = timeout
        self._memory = memory
        self._max_tasks = max_tasks
        self._preload = preload
        self._pool: ProcessPool | None = None
        self._starting = asyncio.Lock()
        self._free = asyncio.Semaphore(count)
        """Jobs wait here, where a broken pool cannot lose them."""
        self._futures: set[Future[Any]] = set()

    async def run(self, job: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a picklable job; cancelling the call ends the job.

        Raises WorkerError when the job died, ran out of time or memory or had a result that cannot
        be pickled; what the job raises passes through.  A job may be run twice: it must be pure.
        """
        async with self._free:
            try:
                return await self._attempt(job, *args, **kwargs)
            except BrokenProcessPool:
                # A worker that dies before its job is known takes the whole pool down, and with it
                # the jobs of the others, who are not to suffer for it.
                pass
            try:
                return await self._attempt(job, *args, **kwargs)
            except BrokenProcessPool as error:
                name = getattr(job, "__name__", "job")
                raise WorkerError(
                    f"the worker processes broke down during {name}: {error}"
                ) from error

    async def _attempt(self, job: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        from pebble import ProcessExpired

        name = getattr(job, "__name__", "job")
        pool = await self._running_pool()
        try:
            future: Future[T] = pool.schedule(
                _timed, (self._timeout + _GRACE, job, *args), kwargs, timeout=self._timeout
            )
        except RuntimeError as error:
            raise BrokenProcessPool(str(error)) from error
        self._futures.add(future)
        future.add_done_callback(self._futures.discard)
        try:
            return await asyncio.wrap_future(future)
        except TimeoutError as error:
            raise WorkerError(f"{name} took longer than {self._timeout:g} s") from error
        except ProcessExpired as error:
            raise WorkerError(f"{name} {self._death(error.exitcode)}") from error

    async def aclose(self) -> None:
        """End all workers at once; callers that still wait are cancelled."""
        pool, self._pool = self._pool, None
        for future in tuple(self._futures):
            future.cancel()
        if pool is not None:
            await asyncio.to_thread(_stop, pool)

    async def _running_pool(self) -> ProcessPool:
        async with self._starting:
            if self._pool is not None and not self._pool.active:
                broken, self._pool = self._pool, None
                for future in tuple(self._futures):
                    with suppress(InvalidStateError):
                        future.set_exception(BrokenProcessPool("a worker died"))
                await asyncio.to_thread(_stop, broken)
            if self._pool is None:
                self._pool = await asyncio.to_thread(self._start)
            return self._pool

    def _start(self) -> ProcessPool:
        from pebble import ProcessPool

        pool = ProcessPool(
            max_workers=self._count,
            max_tasks=self._max_tasks,
            initializer=_prepare,
            initargs=(self._memory, self._preload),
            # Not fork: the monitor has threads, and a fork copies the locks they hold.
            context=multiprocessing.get_context("spawn"),
        )
        # Ctrl-C reaches the whole process group.  A blocked signal stays blocked in the pool's
        # threads and the processes they start, so it cannot hit one before it ignores SIGINT.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            if not pool.active:
                raise WorkerError("the worker processes could not be started")
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        return pool

    def _death(self, exit_code: int) -> str:
        if exit_code == _OUT_OF_MEMORY:
            return f"needed more memory than {self._memory / 2**20:g} MiB"
        if exit_code == -signal.SIGALRM:
            return f"took longer than {self._timeout:g} s"
        if exit_code < 0:
            return f"killed its worker process ({signal.Signals(-exit_code).name})"
        return f"ended its worker process (exit status {exit_code})"


class InlineWorkers:
    """Runs jobs in threads of this process, without limits: for trusted input, replay and tests."""

    async def run(self, job: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a job; what it raises passes through."""
        return await asyncio.to_thread(job, *args, **kwargs)

    async def aclose(self) -> None:
        """Nothing is held open."""


def _stop(pool: ProcessPool) -> None:
    pool.stop()  # type: ignore[no-untyped-call]
    pool.join()


def _prepare(memory: int, preload: tuple[str, ...]) -> None:
    """In a new worker: load the libraries, then limit what may come on top of them."""
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        os.environ.setdefault(name, "1")  # the workers are the parallelism
    for module in preload:
        importlib.import_module(module)
    _limit(resource.RLIMIT_CORE, 0)
    status = Path("/proc/self/status")
    if status.exists():
        in_use = next(line for line in status.read_text().splitlines() if line[:7] == "VmData:")
        _limit(resource.RLIMIT_DATA, int(in_use.split()[1]) * 1024 + memory)


def _limit(kind: int, value: int) -> None:
    hard = resource.getrlimit(kind)[1]
    resource.setrlimit(kind, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


def _timed(seconds: float, job: Callable[..., T], /, *args: object, **kwargs: object) -> T:
    """In a worker: run the job under an alarm of ``seconds`` that kills the process.

    The pool's own deadline comes first; it follows the wall clock, though, which can be set back,
    and needs the monitor alive.  The alarm ends the worker of a monitor that was killed.
    """
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        return job(*args, **kwargs)
    except MemoryError:
        os._exit(_OUT_OF_MEMORY)  # what the next job would find is not worth saving
    except (StopIteration, SystemExit, KeyboardInterrupt) as error:
        # Each would mean something else where the result is awaited.
        raise WorkerError(f"the job ended itself: {error!r}") from None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
