"""The worker's process: `arq tongban.worker.WorkerSettings`.

Domains give jobs as functions of sessions and settings; this module alone knows arq. A job that
was cut off, by whatever, is not tried again: its next time by the clock finds what is left.
"""

import time
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from arq import cron
from arq.connections import RedisSettings
from arq.cron import CronJob
from prometheus_client import Counter, Gauge, start_http_server
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from tongban.cases import jobs as cases
from tongban.cases.seals import signing_keys
from tongban.core import logging
from tongban.core.db import make_engine, make_sessions
from tongban.core.settings import Settings, get_settings
from tongban.devices import jobs as devices
from tongban.files import jobs as files
from tongban.identity import jobs as identity

Job = Callable[[async_sessionmaker[AsyncSession], Settings], Awaitable[int]]

log = structlog.get_logger(__name__)

CHANGED = Counter("tongban_job_changed_total", "What jobs changed", ["job"])
FINISHED = Gauge("tongban_job_finished_seconds", "When a job last finished, Unix time", ["job"])

_AT_ONCE = 8
_EVERY_FIVE_MINUTES = set(range(0, 60, 5))
_HOUR = 3600


async def start(context: dict[str, Any]) -> None:
    """Raises `NoSealKey`: without a key no day could be sealed."""
    settings = get_settings()
    signing_keys(settings)
    logging.configure()
    url = settings.worker_database_url or settings.database_url
    context["settings"] = settings
    context["engine"] = make_engine(url, pool=_AT_ONCE)
    context["sessions"] = make_sessions(context["engine"])
    if settings.worker_metrics_port:
        context["metrics"], _ = start_http_server(settings.worker_metrics_port)


async def stop(context: dict[str, Any]) -> None:
    if "metrics" in context:
        context["metrics"].shutdown()
    if "engine" in context:
        await context["engine"].dispose()


def scheduled(
    job: Job, *, at_start: bool = False, everywhere: bool = False, **when: Any
) -> CronJob:
    """A job by the clock of the office; of several workers one does it, or each."""
    name = f"{job.__module__.removeprefix('tongban.')}.{job.__name__}"

    async def run(ctx: dict[Any, Any], *_: Any, **__: Any) -> int:
        began = time.monotonic()
        changed = await job(ctx["sessions"], ctx["settings"])
        CHANGED.labels(name).inc(changed)
        FINISHED.labels(name).set_to_current_time()
        if changed:
            seconds = round(time.monotonic() - began, 3)
            log.info("job done", job=name, changed=changed, seconds=seconds)
        return changed

    return cron(
        run, name=name, unique=not everywhere, run_at_startup=at_start, timeout=_HOUR, **when
    )


class WorkerSettings:
    """What arq reads."""

    redis_settings = RedisSettings.from_dsn(get_settings().redis_url)
    timezone = get_settings().zone
    max_jobs = _AT_ONCE
    on_startup = start
    on_shutdown = stop
    cron_jobs = [
        scheduled(cases.drain_outbox, second={0, 15, 30, 45}, at_start=True),
        # Each worker's own gauge must say how things are.
        scheduled(
            cases.review_alarms,
            minute=_EVERY_FIVE_MINUTES,
            second=20,
            at_start=True,
            everywhere=True,
        ),
        scheduled(cases.accept_overdue, minute=_EVERY_FIVE_MINUTES),
        scheduled(cases.miss_promises, minute=_EVERY_FIVE_MINUTES, second=10),
        scheduled(cases.recalculate, minute=_EVERY_FIVE_MINUTES, second=30),
        scheduled(cases.build_archives, minute=_EVERY_FIVE_MINUTES, second=40),
        scheduled(cases.dispose_approved, minute=_EVERY_FIVE_MINUTES, second=50),
        scheduled(cases.archive_ended, hour=1, minute=45),
        scheduled(cases.seal_days, minute=10, at_start=True),
        scheduled(cases.make_partitions, hour=3, minute=20, at_start=True),
        scheduled(cases.forget_keys, minute=17),
        scheduled(devices.close_overdue, second={5, 20, 35, 50}),
        scheduled(devices.drop_personal, second=25, at_start=True),
        scheduled(devices.forget_codes, minute=27),
        scheduled(devices.forget_commands, hour=2, minute=50),
        scheduled(files.scan_pending, second=0),
        scheduled(files.remove_unused, hour=2, minute=30),
        scheduled(identity.seal_audit, minute=5),
        scheduled(identity.forget_sessions, minute=35),
    ]
