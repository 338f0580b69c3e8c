"""A page on a port of its own, in a thread."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def served(make: Callable[[str], Any]) -> Iterator[str]:
    """``http://127.0.0.1:PORT`` of the application that ``make`` gives for 127.0.0.1:PORT."""
    import uvicorn

    with socket.socket(proto=socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()  # who asks before the thread has begun waits
        listen = f"127.0.0.1:{listener.getsockname()[1]}"
        server = uvicorn.Server(uvicorn.Config(make(listen), log_level="warning", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://{listen}"
        finally:
            server.should_exit = True
            thread.join(timeout=10)
