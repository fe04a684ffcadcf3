"""The worker's process: `arq tongban.worker.WorkerSettings`.

Domains give jobs as functions of sessions and settings; this module alone knows arq.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from arq import cron
from arq.connections import RedisSettings
from arq.cron import CronJob
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from tongban.cases import jobs as cases
from tongban.core.db import make_engine, make_sessions
from tongban.core.settings import Settings, get_settings
from tongban.files import jobs as files
from tongban.identity import jobs as identity

Job = Callable[[async_sessionmaker[AsyncSession], Settings], Awaitable[int]]

_EVERY_FIVE_MINUTES = set(range(0, 60, 5))


async def start(context: dict[str, Any]) -> None:
    settings = get_settings()
    context["settings"] = settings
    context["engine"] = make_engine(settings.worker_database_url or settings.database_url, pool=4)
    context["sessions"] = make_sessions(context["engine"])


async def stop(context: dict[str, Any]) -> None:
    await context["engine"].dispose()


def scheduled(job: Job, **when: Any) -> CronJob:
    """A job by the clock; of several workers one does it."""

    async def run(ctx: dict[Any, Any], *_: Any, **__: Any) -> int:
        return await job(ctx["sessions"], ctx["settings"])

    name = f"{job.__module__}.{job.__name__}"
    return cron(run, name=name, unique=True, run_at_startup=False, **when)


class WorkerSettings:
    """What arq reads."""

    redis_settings = RedisSettings.from_dsn(get_settings().redis_url)
    on_startup = start
    on_shutdown = stop
    cron_jobs = [
        scheduled(cases.accept_overdue, minute=_EVERY_FIVE_MINUTES),
        scheduled(cases.miss_promises, minute=_EVERY_FIVE_MINUTES),
        scheduled(cases.drain_outbox, second={0, 15, 30, 45}),
        scheduled(cases.build_archives, minute=_EVERY_FIVE_MINUTES),
        scheduled(cases.recalculate, minute=25),
        scheduled(cases.seal_days, hour=16, minute=10),  # 00:10 in Beijing
        scheduled(cases.forget_keys, minute=17),
        scheduled(files.scan_pending, second=0),
        scheduled(files.remove_unused, hour=18, minute=30),
        scheduled(identity.seal_audit, minute=5),
        scheduled(identity.forget_sessions, minute=35),
    ]
