"""PostgreSQL and Valkey from wheels, and the supervisor behind `tongban run`.

The lowest layer: it knows nothing of the platform but the names of its environment variables.
"""

from tongban.runtime.processes import RuntimeFailure
from tongban.runtime.services import Services, start_services

__all__ = ["RuntimeFailure", "Services", "start_services"]
