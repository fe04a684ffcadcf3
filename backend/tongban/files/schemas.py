"""What the API says of a file."""

from datetime import datetime
from uuid import UUID

from tongban.core.schemas import OutputModel
from tongban.files.models import ScanState


class FileOut(OutputModel):
    id: UUID
    name: str
    media_type: str
    size: int
    uploaded_at: datetime
    scan_state: ScanState
