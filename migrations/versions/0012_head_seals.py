"""Seals of the ends of the chains, in the cases' rows.

Cases that are there already are sealed now if the keys are (`TONGBAN_DATA_KEYS`); otherwise
`tongban audit seal` does it afterwards. What is sealed here is what was found: whether it is
whole, `tongban audit verify` says as it did before.
"""

import hmac
import os

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

BATCH = 1000


def upgrade() -> None:
    op.add_column("cases", sa.Column("head_seal", sa.LargeBinary(), nullable=True))
    current = os.environ.get("TONGBAN_DATA_KEYS", "").split(",")[0]
    if current:
        key_id, value = (part.strip() for part in current.split(":", 1))
        _seal(key_id.encode(), bytes.fromhex(value))


def _seal(label: bytes, data_key: bytes) -> None:
    """As `tongban.cases.events.seal_head` did when this was written."""
    key = hmac.digest(data_key, b"tongban-history/1", "sha256")
    connection = op.get_bind()
    unsealed = sa.text(
        "SELECT id, version, head_hash FROM cases WHERE head_seal IS NULL LIMIT :batch"
    )
    sealed = sa.text("UPDATE cases SET head_seal = :seal WHERE id = :id")
    while found := connection.execute(unsealed, {"batch": BATCH}).all():
        connection.execute(
            sealed,
            [
                {
                    "id": row.id,
                    "seal": bytes([len(label)])
                    + label
                    + hmac.digest(
                        key, row.id.bytes + row.version.to_bytes(4, "big") + row.head_hash, "sha256"
                    ),
                }
                for row in found
            ],
        )


def downgrade() -> None:
    op.drop_column("cases", "head_seal")
