"""Jobs in processes that may be killed: hostile input costs a worker, never the monitor."""

from __future__ import annotations

import asyncio
import importlib
import multiprocessing
import os
import resource
import signal
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from monitor.errors import WorkerError

if TYPE_CHECKING:
    from pebble import ProcessPool

P = ParamSpec("P")
T = TypeVar("T")

_PARSERS = ("feedparser", "trafilatura", "lxml.html", "py3langid", "resiliparse.extract.html2text")
_GRACE = 1.0
"""Seconds past its deadline at which a worker that is still busy ends itself."""
_OUT_OF_MEMORY = 86
"""Exit status of a worker whose job ran out of memory."""
_FROM_OUTSIDE = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT})
"""Signals with which people and service managers end processes; no job brings them on."""


class ProcessWorkers:
    """Runs jobs in ``count`` worker processes; implements ``ports.Workers``.

    ``timeout``: seconds for one job, the wait for a free worker not included.  ``memory``: bytes a
    worker may take beyond the modules in ``preload`` (on Linux; elsewhere the system's own limits
    hold).  ``max_tasks``: jobs after which a worker is replaced.  The processes start with the
    first jobs.

    Each worker is a pool of its own: those of one pool share locks and pipes, where a worker that
    is being killed holds up the others, and one that dies before its job is known ends them all.
    """

    def __init__(
        self,
        count: int = 2,
        timeout: float = 10.0,
        memory: int = 512 * 2**20,
        max_tasks: int = 5_000,
        preload: tuple[str, ...] = _PARSERS,
    ) -> None:
        self._timeout = timeout
        self._memory = memory
        self._max_tasks = max_tasks
        self._preload = preload
        self._free = asyncio.Semaphore(count)
        self._pools: set[ProcessPool] = set()
        self._proven: set[ProcessPool] = set()
        self._idle: list[ProcessPool] = []
        """Those without a job; the last one is taken first."""
        self._futures: set[Future[Any]] = set()

    async def run(self, job: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a picklable job; cancelling the call ends the job.

        Raises WorkerError, whose ``killed`` tells whether the job is to blame, when the job died,
        ran out of time or memory or had a result that cannot be pickled, and when no worker could
        be started; what the job raises passes through.  A job may be run twice: it must be pure.
        """
        async with self._free:
            try:
                async with self._worker() as pool:
                    return await self._attempt(pool, job, *args, **kwargs)
            except BrokenProcessPool:
                pass  # a worker that died before it had the job, as likely as one that died of it
            try:
                async with self._worker() as pool:
                    return await self._attempt(pool, job, *args, **kwargs)
            except BrokenProcessPool as error:
                raise WorkerError(
                    f"{_name(job)} ended its worker process at once", killed=True
                ) from error

    async def aclose(self) -> None:
        """End all workers at once; callers that still wait are cancelled."""
        pools = tuple(self._pools)
        self._pools.clear()
        self._proven.clear()
        self._idle.clear()
        for future in tuple(self._futures):
            future.cancel()
        await asyncio.gather(*(asyncio.to_thread(_stop, pool) for pool in pools))

    async def _attempt(
        self, pool: ProcessPool, job: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        from pebble import ProcessExpired

        began = time.monotonic()
        deadline = self._timeout
        future = self._schedule(pool, deadline, _timed, deadline + _GRACE, job, *args, **kwargs)
        try:
            return await asyncio.wrap_future(future)
        except TimeoutError as error:
            # The pool goes by the wall clock, which may have been set forward.
            in_earnest = time.monotonic() - began >= self._timeout
            raise WorkerError(
                f"{_name(job)} took longer than {self._timeout:g} s", killed=in_earnest
            ) from error
        except ProcessExpired as error:
            raise WorkerError(
                f"{_name(job)} {self._death(error.exitcode)}",
                killed=-error.exitcode not in _FROM_OUTSIDE,
            ) from error

    @asynccontextmanager
    async def _worker(self) -> AsyncIterator[ProcessPool]:
        """A worker without a job.  Raises WorkerError when none can be started."""
        pool = self._idle.pop() if self._idle else self._new_pool()
        turn = 0  # after an error others come first: the worker may have to start anew
        try:
            if pool not in self._proven:
                await self._prove(pool)
            yield pool
            turn = len(self._idle)
        finally:
            if pool in self._pools:  # not closed meanwhile
                if pool.active:
                    self._idle.insert(turn, pool)
                else:
                    self._pools.discard(pool)
                    self._proven.discard(pool)
                    await asyncio.to_thread(_stop, pool)

    async def _prove(self, pool: ProcessPool) -> None:
        """Have a new worker do nothing: one that fails later has its job to blame."""
        try:
            await asyncio.wrap_future(self._schedule(pool, None, _do_nothing))
        except BrokenProcessPool as error:
            raise WorkerError(f"the worker processes cannot be started: {error}") from error
        self._proven.add(pool)

    def _schedule(
        self,
        pool: ProcessPool,
        timeout: float | None,
        job: Callable[..., T],
        *args: Any,
        **kwargs: Any,
    ) -> Future[T]:
        try:
            future: Future[T] = pool.schedule(job, args, kwargs, timeout=timeout)
        except RuntimeError as error:
            raise BrokenProcessPool(str(error)) from error
        self._futures.add(future)
        future.add_done_callback(self._futures.discard)
        return future

    def _new_pool(self) -> ProcessPool:
        from pebble import ProcessPool

        pool = ProcessPool(
            max_workers=1,
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
            if not pool.active:  # asking starts it
                raise WorkerError("the worker processes cannot be started")
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        self._pools.add(pool)
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


def _name(job: Callable[..., object]) -> str:
    return getattr(job, "__name__", "job")


def _do_nothing() -> None:
    """The first job of every worker."""


def _stop(pool: ProcessPool) -> None:
    pool.stop()  # type: ignore[no-untyped-call]
    pool.join()


def _prepare(memory: int, preload: tuple[str, ...]) -> None:
    """In a new worker: load the libraries, then limit what may come on top of them."""
    # The pool's own handler waits for the interpreter, which code in C may not return to.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
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
