"""The stages as processes of their own: they start beside each other, stop when asked, and say why they do not."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from servers import OwnRedis

from services.domain.errors import ConfigError, Unavailable
from services.line.folder import held
from services.line.house import opened
from services.line.process import run_stage
from services.line.stages import STAGES
from services.settings import Settings, load_settings
from services.storage.database import Database

ROOT = Path(__file__).parent.parent.parent
Configured = Callable[..., Settings]


@pytest.fixture
def configured(tmp_path: Path, database: Database) -> Configured:
    """Settings over the test's database."""
    url = database.engine.url.render_as_string(hide_password=False)
    return lambda **more: load_settings(data=tmp_path, database_url=url, port=0, **more)


async def work_and_stop(settings: Settings, names: list[str], seconds: float) -> None:
    """Each stage as it runs in a process of its own, on a house of its own."""
    stop = asyncio.Event()

    async def live(name: str) -> None:
        with opened(settings, "http://127.0.0.1:8000", alone=False) as house:
            await STAGES[name](house, stop)

    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        for name in names:
            group.create_task(live(name))
        await asyncio.sleep(seconds)
        stop.set()


@pytest.mark.redis
def test_two_of_each_stage_live_beside_each_other_and_stop(configured: Configured, own_redis: OwnRedis) -> None:
    asyncio.run(work_and_stop(configured(bus_url=own_redis.url), [*STAGES, *STAGES], 0.3))


@pytest.mark.redis
def test_stages_stop_while_redis_is_away(configured: Configured, own_redis: OwnRedis) -> None:
    own_redis.kill()
    asyncio.run(work_and_stop(configured(bus_url=own_redis.url), list(STAGES), 0.3))


def test_a_process_that_is_asked_to_stop_ends_well(tmp_path: Path) -> None:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("DAFU_")}
    env = {**kept, "DAFU_DATA": str(tmp_path), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "services.cli", "parser"]
    with subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert any("started" in line for line in process.stderr)
        process.send_signal(signal.SIGTERM)
        rest = process.stderr.read()
    assert (process.returncode, "stopped" in rest) == (0, True)


def test_a_relay_without_streams_is_refused(configured: Configured) -> None:
    with pytest.raises(ConfigError, match="DAFU_BUS_URL is 'database': there is nothing to relay"):
        run_stage(configured(), "relay")


def test_a_bus_nobody_knows_is_refused(configured: Configured) -> None:
    with pytest.raises(ConfigError, match=r"DAFU_BUS_URL: cannot use 'kafka://127\.0\.0\.1'"):
        run_stage(configured(bus_url="kafka://127.0.0.1"), "parser")


def test_a_folder_is_one_processes_or_shared_by_all(tmp_path: Path) -> None:
    alone = pytest.raises(Unavailable, match="another dafu works in this folder; stop it")
    with held(tmp_path, shared=True), held(tmp_path, shared=True), alone, held(tmp_path):
        pass
    shared = pytest.raises(Unavailable, match="as `dafu run`, alone")
    with held(tmp_path), shared, held(tmp_path, shared=True):
        pass
