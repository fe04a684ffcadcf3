"""Settings, from the environment only. Defaults are safe: a missing secret stops the start."""

from functools import lru_cache
from typing import Annotated
from zoneinfo import ZoneInfo

import orjson
from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

Names = Annotated[tuple[str, ...], NoDecode]


class Settings(BaseSettings):
    """Every setting of API and worker; variable names are `TONGBAN_` + the field's name."""

    model_config = SettingsConfigDict(env_prefix="TONGBAN_", extra="ignore")

    database_url: str
    """API's login: neither superuser nor table owner, row-level security binds it."""
    worker_database_url: str = ""
    owner_database_url: str = ""
    """Migrations' login; API and worker never need it."""
    redis_url: str

    secret_key: SecretStr = Field(min_length=32)
    """Signs access tokens."""
    data_keys: SecretStr
    """`id:32 hex digits[,id:32 hex digits…]`: SM4 keys of sealed columns, the current one first."""
    index_key: SecretStr = Field(min_length=32)
    """Key of the SM3 blind indexes. Changing it means indexing anew."""
    seal_keys: SecretStr = SecretStr("")
    """`64 hex digits[,64 hex digits…]`: Ed25519 keys of the daily seals, the current one first,
    earlier ones to verify by. The worker does not start without one; the API needs none."""
    key_provider: str = "tongban.core.privacy:environment_keys"
    """`module:function` taking these settings and giving the keys, where an HSM holds them."""

    files_url: str = "memory://"
    """Object storage: `file:///folder`, `s3://bucket/prefix` or `memory://`."""
    seal_public_keys: str = ""
    """Their public halves, `64 hex digits[,…]` as `tongban audit keys` prints them: enough to
    verify, so that who audits need not hold what signs."""
    seals_url: str = ""
    """Where daily seals are kept, best a store that lets nothing be overwritten; as `files_url`,
    and the same store if empty."""
    max_file_bytes: int = 20 * 1024 * 1024
    clamd: str = ""
    """`host:port` of a clamd that scans uploads; empty where there is none."""
    static_dir: str = ""
    """Folder holding the built SPAs (`staff/`, `public/`); empty where nginx serves them."""
    public_url: str = "http://127.0.0.1:8000"
    """What the receipts' QR codes point at."""

    time_zone: str = "Asia/Shanghai"
    office_opens: str = "09:00"
    office_closes: str = "17:30"
    access_token_minutes: int = 15
    refresh_token_days: int = 7
    lockout_attempts: int = 5
    lockout_minutes: int = 15
    sign_in_failures: int = 50
    """Failed sign-ins from one address within `sign_in_minutes` after which it has to wait; a hall
    behind one address has many clerks."""
    sign_in_minutes: int = 15
    trusted_proxies: Names = ()
    """Addresses and networks (CIDR) of the proxies whose `X-Forwarded-For` says where a request
    came from; from anybody else the header counts for nothing."""
    totp_roles: Names = ("system_admin", "security_admin", "audit_admin")
    idempotency_hours: int = 72
    reopen_days: int = 30
    """Calendar days after conclusion in which a supervisor may have a case decided anew."""
    acceptance_days: int = 5
    """Working days in which an application must be decided or counts as accepted."""
    archive_after_days: int = 30
    """Calendar days after the last thing happened to an ended case until it is archived."""
    worker_metrics_port: int = 0
    """Where the worker answers Prometheus; 0 for nowhere."""
    device_heartbeat_seconds: float = 15.0
    """How often an open stream of a bridge or a page shows that it lives."""
    device_commands_days: int = Field(default=30, ge=8)
    """Days after a device command's time until it and what was delivered of it are removed. Longer
    than bridges keep what they could not deliver (`limits.days`, 7): what comes again is known."""
    database_pool: int = 10
    secure_cookies: bool = False

    @field_validator("totp_roles", "trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        """Names separated by commas, or a JSON list."""
        if not isinstance(value, str):
            return value
        if value.startswith("["):
            return orjson.loads(value)
        return tuple(name.strip() for name in value.split(",") if name.strip())

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


@lru_cache
def get_settings() -> Settings:
    return Settings()
