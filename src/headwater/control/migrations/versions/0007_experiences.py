"""Experiences: contents with their documents, placements and versions, and what those of a workspace share."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "experiences",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("content_id", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("placements", sa.JSON(), nullable=False),
        sa.Column("goals", sa.JSON(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("live_slug", sa.Text(), nullable=True),
        sa.Column("live_name", sa.Text(), nullable=True),
        sa.Column("live_placements", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("archived_at", sa.Text(), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.Text(), nullable=False),
        sa.Column("updated_by", sa.Text(), nullable=False),
        sa.Column("published_at", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_experiences_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_experiences")),
        sa.UniqueConstraint("workspace_id", "content_id", name=op.f("uq_experiences_workspace_id_content_id")),
        sa.UniqueConstraint("workspace_id", "slug", name=op.f("uq_experiences_workspace_id_slug")),
        sa.UniqueConstraint("workspace_id", "live_slug", name=op.f("uq_experiences_workspace_id_live_slug")),
    )
    op.create_table(
        "experience_documents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("experience_id", sa.Integer(), nullable=False),
        sa.Column("segment_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("tree", sa.JSON(), nullable=False),
        sa.Column("draft_version_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("live_version_id", sa.Text(), nullable=True),
        sa.Column("live_segment_id", sa.Text(), nullable=True),
        sa.Column("live_position", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.Text(), nullable=False),
        sa.Column("updated_by", sa.Text(), nullable=False),
        sa.Column("published_at", sa.Text(), nullable=True),
        sa.Column("published_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["experience_id"],
            ["experiences.id"],
            name=op.f("fk_experience_documents_experience_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_experience_documents_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_experience_documents")),
        sa.UniqueConstraint(
            "experience_id", "segment_id", name=op.f("uq_experience_documents_experience_id_segment_id")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_experience_documents_experience_id"), "experience_documents", ["experience_id"])
    op.create_index(
        op.f("ix_experience_documents_workspace_id_segment_id"),
        "experience_documents",
        ["workspace_id", "segment_id"],
    )
    op.create_table(
        "experience_versions",
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Text(), nullable=False),
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("segment_id", sa.Text(), nullable=False),
        sa.Column("tree", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("published_at", sa.Text(), nullable=False),
        sa.Column("published_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["experience_documents.id"],
            name=op.f("fk_experience_versions_document_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_experience_versions_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("document_id", "version_id", name=op.f("pk_experience_versions")),
        sa.UniqueConstraint("document_id", "number", name=op.f("uq_experience_versions_document_id_number")),
    )
    op.create_index(
        op.f("ix_experience_versions_workspace_id_version_id"), "experience_versions", ["workspace_id", "version_id"]
    )
    op.create_table(
        "surface_settings",
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.Text(), nullable=False),
        sa.Column("updated_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_surface_settings_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "name", name=op.f("pk_surface_settings")),
    )


def downgrade() -> None:
    for table in ("surface_settings", "experience_versions", "experience_documents", "experiences"):
        op.drop_table(table)
