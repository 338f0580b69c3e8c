"""Worker processes: limits that hold, neighbours that live."""

from __future__ import annotations

import asyncio
import ctypes
import os
import re
import signal
import subprocess
import sys
import textwrap
import time
from collections import Counter
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


def backtrack() -> None:
    """Spins in C, where no signal handler of Python's gets its turn."""
    re.fullmatch(r"(a|aa)+b", "a" * 60)


def wait_a_little() -> None:
    """So long that another worker is started for the next job."""
    time.sleep(0.2)


def wait_for(path: str) -> None:
    while not Path(path).exists():
        time.sleep(0.01)


def end_by(number: int) -> None:
    os.kill(os.getpid(), number)
    spin()


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
            with pytest.raises(WorkerError, match="ended itself") as left:
                await pool.run(leave)
            assert not left.value.killed
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
            words = [
                str(error)
                for error in results[:3]
                if isinstance(error, WorkerError) and error.killed
            ]
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
            pids = [await pool.run(own_pid) for _ in range(5)]
            assert set(Counter(pids).values()) <= {1, 2}

    run(story)


def test_workers_that_die_at_once_harm_no_neighbour() -> None:
    async def story() -> None:
        async with workers(count=2, timeout=2.0) as pool:
            jobs = [pool.run(segfault if n % 4 == 0 else own_pid) for n in range(8)]
            results = await asyncio.gather(*jobs, return_exceptions=True)
            for number, result in enumerate(results):
                if number % 4:
                    assert isinstance(result, int)
                else:
                    assert isinstance(result, WorkerError)
                    assert result.killed

    run(story)


def test_workers_that_cannot_start_are_told_and_tried_again() -> None:
    async def story() -> None:
        async with workers(count=1, preload=("no_such_module",)) as pool:
            for _ in range(2):
                with pytest.raises(WorkerError, match="cannot be started") as caught:
                    await pool.run(add, 1)
                assert not caught.value.killed

    run(story)


def test_a_job_that_spins_in_c_ends_at_its_deadline_and_delays_no_neighbour() -> None:
    async def story() -> None:
        async with workers(count=2, timeout=1.0, max_tasks=10**6) as pool:
            await asyncio.gather(pool.run(wait_a_little), pool.run(wait_a_little))
            began = time.monotonic()
            spinning = asyncio.create_task(pool.run(backtrack))
            slowest = 0.0
            while not spinning.done():
                before = time.monotonic()
                assert await pool.run(add, 1) == 1
                slowest = max(slowest, time.monotonic() - before)
            with pytest.raises(WorkerError, match="took longer than 1 s") as caught:
                await spinning
            assert caught.value.killed
            assert time.monotonic() - began < 2
            assert slowest < 0.5

    run(story)


def test_a_crash_leaves_the_job_beside_it_alone(tmp_path: Path) -> None:
    async def story() -> None:
        async with workers(count=2) as pool:
            gate = tmp_path / "gate"
            beside = asyncio.create_task(pool.run(wait_for, str(gate)))
            for _ in range(3):
                with pytest.raises(WorkerError) as caught:
                    await pool.run(segfault)
                assert caught.value.killed
            assert not beside.done()
            gate.touch()
            await beside

    run(story)


@pytest.mark.parametrize(
    ("number", "killed"), [(signal.SIGTERM, False), (signal.SIGHUP, False), (signal.SIGKILL, True)]
)
def test_a_worker_ended_from_outside_does_not_speak_against_its_job(
    number: int, killed: bool
) -> None:
    async def story() -> None:
        async with workers(count=1) as pool:
            with pytest.raises(WorkerError, match=signal.Signals(number).name) as caught:
                await pool.run(end_by, number)
            assert caught.value.killed == killed
            assert await pool.run(add, 1) == 1

    run(story)


def test_a_clock_set_forward_does_not_speak_against_a_job(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        async with workers(count=1, timeout=20.0) as pool:
            await pool.run(add, 1)
            task = asyncio.create_task(pool.run(spin))
            await asyncio.sleep(0.3)  # until the worker has it
            now = time.time
            monkeypatch.setattr(time, "time", lambda: now() + 3_600)
            with pytest.raises(WorkerError, match="took longer") as caught:
                await task
            assert not caught.value.killed

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
