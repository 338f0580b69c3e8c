"""Worker processes: limits that hold, neighbours that live."""

from __future__ import annotations

import asyncio
import ctypes
import os
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from monitor.edge.workers import InlineWorkers, ProcessWorkers
from monitor.errors import FetchError, ParseError, WorkerError


def add(a: int, b: int = 0) -> int:
    return a + b


def own_pid() -> int:
    return os.getpid()


def spin() -> None:
    while True:
        pass


def announce_and_spin(path: str) -> None:
    Path(path).write_text(str(os.getpid()))
    spin()


def segfault() -> None:
    ctypes.string_at(0)


def work_and_segfault() -> None:
    sum(range(5_000_000))
    segfault()


def allocate(mebibytes: int) -> int:
    return len(bytearray(mebibytes * 2**20))


def complain() -> None:
    raise ParseError("no feed")


def complain_in_detail() -> None:
    raise FetchError("busy", status=503, retry_after=7.0)


def leave() -> None:
    raise SystemExit(3)


def unpicklable() -> object:
    return lambda: None


@asynccontextmanager
async def workers(**options: object) -> AsyncIterator[ProcessWorkers]:
    pool = ProcessWorkers(**{"preload": (), "timeout": 5.0, **options})  # type: ignore[arg-type]
    try:
        yield pool
    finally:
        await pool.aclose()


def run(story: Callable[[], Coroutine[None, None, None]]) -> None:
    asyncio.run(asyncio.wait_for(story(), 30))


async def until(condition: Callable[[], object]) -> None:
    """What another process does has no event to wait for."""
    while not condition():  # noqa: ASYNC110
        await asyncio.sleep(0.01)


def content(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def test_results_come_back_and_errors_pass_through() -> None:
    async def story() -> None:
        async with workers(count=1) as pool:
            assert await pool.run(add, 2, b=3) == 5
            assert await pool.run(own_pid) != os.getpid()
            with pytest.raises(ParseError, match="no feed"):
                await pool.run(complain)
            with pytest.raises(FetchError, match="busy") as caught:
                await pool.run(complain_in_detail)
            assert (caught.value.status, caught.value.retry_after) == (503, 7.0)
            with pytest.raises(WorkerError, match="ended itself"):
                await pool.run(leave)
            with pytest.raises(WorkerError, match="ended its worker process"):
                await pool.run(unpicklable)
            assert await pool.run(add, 1) == 1

    run(story)


def test_a_hostile_job_is_stopped_and_its_neighbours_are_unharmed() -> None:
    async def story() -> None:
        async with workers(count=2, timeout=1.0, memory=128 * 2**20) as pool:
            assert await pool.run(allocate, 64) == 64 * 2**20
            hostile = [pool.run(spin), pool.run(work_and_segfault), pool.run(allocate, 512)]
            neighbours = [pool.run(add, number) for number in range(20)]
            results = await asyncio.gather(*hostile, *neighbours, return_exceptions=True)
            assert results[3:] == list(range(20))
            words = [str(error) for error in results[:3] if isinstance(error, WorkerError)]
            assert words[0] == "spin took longer than 1 s"
            assert "SIGSEGV" in words[1]
            if sys.platform == "linux":
                assert words[2] == "allocate needed more memory than 128 MiB"

    run(story)


def test_cancelling_a_call_frees_its_worker(tmp_path: Path) -> None:
    async def story() -> None:
        async with workers(count=1, timeout=20.0) as pool:
            await pool.run(add, 0)
            started = tmp_path / "started"
            task = asyncio.create_task(pool.run(announce_and_spin, str(started)))
            await until(lambda: content(started))
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await pool.run(add, 4) == 4

    run(story)


def test_closing_ends_what_is_running(tmp_path: Path) -> None:
    async def story() -> None:
        started = tmp_path / "started"
        async with workers(count=1, timeout=20.0) as pool:
            task = asyncio.create_task(pool.run(announce_and_spin, str(started)))
            await until(lambda: content(started))
        with pytest.raises(asyncio.CancelledError):
            await task
        with pytest.raises(ProcessLookupError):
            os.kill(int(started.read_text()), 0)

    run(story)


def test_workers_are_replaced_after_their_share_of_jobs() -> None:
    async def story() -> None:
        async with workers(count=1, max_tasks=2) as pool:
            pids = [await pool.run(own_pid) for _ in range(4)]
            assert len(set(pids)) == 2

    run(story)


def test_workers_that_die_at_once_harm_no_neighbour() -> None:
    async def story() -> None:
        async with workers(count=2, timeout=2.0) as pool:
            jobs = [pool.run(segfault if n % 4 == 0 else own_pid) for n in range(8)]
            results = await asyncio.gather(*jobs, return_exceptions=True)
            for number, result in enumerate(results):
                assert isinstance(result, WorkerError if number % 4 == 0 else int)

    run(story)


def test_a_broken_pool_is_told_and_replaced() -> None:
    async def story() -> None:
        async with workers(count=1, preload=("no_such_module",)) as pool:
            for _ in range(2):
                with pytest.raises(WorkerError, match="broke down"):
                    await pool.run(add, 1)

    run(story)


PARENT = textwrap.dedent("""
    import asyncio, sys, time
    from monitor.edge.workers import ProcessWorkers
    from tests.integration.test_workers import announce_and_spin

    async def main(path):
        workers = ProcessWorkers(count=1, timeout=0.5, preload=())
        await workers.run(announce_and_spin, path)

    if __name__ == "__main__":
        asyncio.run(main(sys.argv[1]))
""")


def test_workers_do_not_outlive_a_killed_monitor(tmp_path: Path) -> None:
    script, started = tmp_path / "parent.py", tmp_path / "started"
    script.write_text(PARENT)
    root = Path(__file__).parents[2]
    parent = subprocess.Popen(
        [sys.executable, str(script), str(started)], env={**os.environ, "PYTHONPATH": str(root)}
    )

    async def story() -> None:
        await until(lambda: content(started))
        parent.kill()
        await until(lambda: parent.poll() is not None)
        worker = int(content(started))
        await until(lambda: not _alive(worker))

    try:
        run(story)
    finally:
        parent.kill()
        parent.wait()


def _alive(pid: int) -> bool:
    """Whether a process runs; one that has ended but was not reaped does not."""
    found = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return bool(found.stdout.strip()) and not found.stdout.startswith("Z")


def test_inline_workers_keep_the_same_contract() -> None:
    async def story() -> None:
        inline = InlineWorkers()
        assert await inline.run(add, 2, b=3) == 5
        with pytest.raises(ParseError):
            await inline.run(complain)

    run(story)
