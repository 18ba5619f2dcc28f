"""Names of sessions, and of the links that open them: who changed what is told by it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLES = ("sessions", "sign_in_links")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("name", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    for table in TABLES:
        with op.batch_alter_table(table) as batch:
            batch.drop_column("name")
