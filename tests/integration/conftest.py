"""What tests of several parts of the monitor borrow."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.edge import workers
from monitor.edge.store import migrations
from monitor.edge.store.engine import sqlite_file as file_of
from monitor.edge.store.store import Store
from tests.integration.remembering import RememberingWorkers, remembered_models


@pytest.fixture(scope="module")
def quick_replays(sqlite_file: Path) -> Iterator[None]:
    """For tests that replay often and prove nothing of migrations: a new SQLite file is a copy of
    a migrated one, of which an upgrade finds nothing to do, and no topic is fitted twice."""
    upgrade = migrations.upgrade

    def from_copy(store: Store) -> tuple[str | None, str]:
        file = file_of(store.url)
        if file is not None and not file.exists():
            shutil.copy(sqlite_file, file)
        return upgrade(store)

    with pytest.MonkeyPatch.context() as patch, remembered_models():
        patch.setattr(migrations, "upgrade", from_copy)
        patch.setattr(workers, "InlineWorkers", RememberingWorkers)
        yield
