"""The tables of the state database. Migrations build exactly these; a test compares the two."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

metadata: Final = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

workspaces: Final = Table(
    "workspaces",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("allowed_origins", JSON, nullable=False),
    Column("identity_verification", Text, nullable=False),
    Column("segment_anonymous", Boolean, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("deleted_at", Text, nullable=True),
)

client_tokens: Final = Table(
    "client_tokens",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("workspace_id", Text, ForeignKey("workspaces.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("token", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    UniqueConstraint("token"),
)

schema_names: Final = Table(
    "schema_names",
    metadata,
    Column("workspace_id", Text, ForeignKey("workspaces.id", ondelete="CASCADE"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("created_at", Text, nullable=False),
)

sources: Final = Table(
    "sources",
    metadata,
    Column("id", Text, primary_key=True),
    Column("workspace_id", Text, nullable=False),
    Column("catalog", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("schema_name", Text, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("feeds_profiles", Boolean, nullable=False),
    Column("platform", Text, nullable=False),
    Column("inbound_key", Text, nullable=False),
    Column("settings", JSON, nullable=False),
    Column("sealed_settings", Text, nullable=True),
    Column("builtin", Boolean, nullable=False),
    Column("created_at", Text, nullable=False),
    UniqueConstraint("inbound_key"),
    UniqueConstraint("workspace_id", "schema_name"),
    ForeignKeyConstraint(
        ["workspace_id", "schema_name"], ["schema_names.workspace_id", "schema_names.name"], ondelete="CASCADE"
    ),
)

deleted_sources: Final = Table(
    "deleted_sources",
    metadata,
    Column("id", Text, primary_key=True),
    Column("workspace_id", Text, ForeignKey("workspaces.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("catalog", Text, nullable=False),
    Column("schema_name", Text, nullable=True),
    Column("deleted_at", Text, nullable=False),
)
"""Sources that are gone. `schema_name` is null when their rows were dropped."""

write_keys: Final = Table(
    "write_keys",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source_id", Text, ForeignKey("sources.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("key", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    UniqueConstraint("key"),
)

api_keys: Final = Table(
    "api_keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("workspace_id", Text, ForeignKey("workspaces.id", ondelete="CASCADE"), nullable=True, index=True),
    Column("name", Text, nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("prefix", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("last_used_at", Text, nullable=True),
    UniqueConstraint("digest"),
)

sessions: Final = Table(
    "sessions",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("workspace_id", Text, ForeignKey("workspaces.id", ondelete="CASCADE"), nullable=True),
    Column("name", Text, nullable=False, server_default=""),
    Column("scopes", JSON, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
)

sign_in_links: Final = Table(
    "sign_in_links",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("workspace_id", Text, ForeignKey("workspaces.id", ondelete="CASCADE"), nullable=True),
    Column("name", Text, nullable=False, server_default=""),
    Column("created_at", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
)

identity_secrets: Final = Table(
    "identity_secrets",
    metadata,
    Column("id", Text, primary_key=True),
    Column("workspace_id", Text, ForeignKey("workspaces.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("sealed", Text, nullable=False),
    Column("created_at", Text, nullable=False),
)

connections: Final = Table(
    "connections",
    metadata,
    Column("id", Text, primary_key=True),
    Column("workspace_id", Text, ForeignKey("workspaces.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("catalog", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("disabled_reason", Text, nullable=False),
    Column("paused", Boolean, nullable=False),
    Column("settings", JSON, nullable=False),
    Column("sealed_settings", Text, nullable=True),
    Column("source_ids", JSON, nullable=False),
    Column("topics", JSON, nullable=False),
    Column("filters", JSON, nullable=False),
    Column("mapping", JSON, nullable=False),
    Column("schedule_s", JSON(none_as_null=True), nullable=True),
    Column("per_second", Float, nullable=True),
    Column("ordered", Boolean, nullable=False),
    Column("created_at", Text, nullable=False),
)

signing_secrets: Final = Table(
    "signing_secrets",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("connection_id", Text, ForeignKey("connections.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("sealed", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("expires_at", Text, nullable=True),
)

content_numbers: Final = Table(
    "content_numbers",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("workspace_id", Text, ForeignKey("workspaces.id", ondelete="CASCADE"), nullable=False),
    Column("content_id", Text, nullable=False),
    UniqueConstraint("workspace_id", "content_id"),
    sqlite_autoincrement=True,
)

segments: Final = Table(
    "segments",
    metadata,
    Column("id", Text, primary_key=True),
    Column("workspace_id", Text, ForeignKey("workspaces.id", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),
    Column("rule", JSON, nullable=False),
    Column("announce_members", Boolean, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
    UniqueConstraint("workspace_id", "name"),
)

regulations: Final = Table(
    "regulations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("workspace_id", Text, ForeignKey("workspaces.id", ondelete="CASCADE"), nullable=False),
    Column("type", Text, nullable=False),
    Column("subject_type", Text, nullable=False),
    Column("subjects", JSON, nullable=False),
    Column("sealed", Text, nullable=True),
    Column("status", Text, nullable=False),
    Column("stores", JSON, nullable=False),
    Column("error", Text, nullable=True),
    Column("created_by", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("finished_at", Text, nullable=True),
    Index(None, "workspace_id", "created_at"),
)
"""`subjects`: digests of the ids it was asked for. `sealed`: the ids themselves, sealed, until it is finished."""

suppressions: Final = Table(
    "suppressions",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("workspace_id", Text, ForeignKey("workspaces.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("subject", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("regulation_id", Text, nullable=False, index=True),
    Column("lasting", Boolean, nullable=False),
    Column("created_at", Text, nullable=False),
    sqlite_autoincrement=True,
)
"""`digest`: an id that is suppressed. `subject`: the same, or empty for an id that was found to be of the same person.
`lasting`: also when the regulation is finished."""

experiences: Final = Table(
    "experiences",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("workspace_id", Text, ForeignKey("workspaces.id", ondelete="CASCADE"), nullable=False),
    Column("type", Text, nullable=False),
    Column("content_id", Text, nullable=False),
    Column("slug", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("folder", Text, nullable=False),
    Column("placements", JSON, nullable=False),
    Column("goals", JSON, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("live_slug", Text, nullable=True),
    Column("live_name", Text, nullable=True),
    Column("live_placements", JSON(none_as_null=True), nullable=True),
    Column("archived_at", Text, nullable=True),
    Column("created_at", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
    Column("updated_by", Text, nullable=False),
    Column("published_at", Text, nullable=True),
    UniqueConstraint("workspace_id", "content_id"),
    UniqueConstraint("workspace_id", "slug"),
    UniqueConstraint("workspace_id", "live_slug"),
)
"""What is shown on screens, of whatever type. `id` is its number in `content_numbers`. The columns that begin with
`live` are as they were published, and null while nothing is."""

experience_documents: Final = Table(
    "experience_documents",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("workspace_id", Text, ForeignKey("workspaces.id", ondelete="CASCADE"), nullable=False),
    Column("experience_id", Integer, ForeignKey("experiences.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("segment_id", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("tree", JSON, nullable=False),
    Column("draft_version_id", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("live_version_id", Text, nullable=True),
    Column("live_segment_id", Text, nullable=True),
    Column("live_position", Integer, nullable=True),
    Column("created_at", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
    Column("updated_by", Text, nullable=False),
    Column("published_at", Text, nullable=True),
    Column("published_by", Text, nullable=True),
    UniqueConstraint("experience_id", "segment_id"),
    Index(None, "workspace_id", "segment_id"),
    sqlite_autoincrement=True,
)
"""What one segment sees of an experience. `tree` is the draft, `kind` the tree's, `draft_version_id` the version that
it would be; the columns that begin with `live` are null while nothing of it is shown."""

experience_versions: Final = Table(
    "experience_versions",
    metadata,
    Column("document_id", Integer, ForeignKey("experience_documents.id", ondelete="CASCADE"), primary_key=True),
    Column("version_id", Text, primary_key=True),
    Column("workspace_id", Text, ForeignKey("workspaces.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("segment_id", Text, nullable=False),
    Column("tree", JSON, nullable=False),
    Column("note", Text, nullable=False),
    Column("published_at", Text, nullable=False),
    Column("published_by", Text, nullable=False),
    Index(None, "workspace_id", "version_id"),
    UniqueConstraint("document_id", "number"),
)
"""Trees that were published, by their digest. A row is never changed."""

surface_settings: Final = Table(
    "surface_settings",
    metadata,
    Column("workspace_id", Text, ForeignKey("workspaces.id", ondelete="CASCADE"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("value", JSON, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("updated_at", Text, nullable=False),
    Column("updated_by", Text, nullable=False),
)
"""What all experiences of a workspace share: its style guide, the components of its pages."""

audit: Final = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("workspace_id", Text, nullable=True),
    Column("at", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("detail", JSON, nullable=False),
    Index(None, "workspace_id", "id"),
)
