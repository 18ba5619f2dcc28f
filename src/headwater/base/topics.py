"""The topics of webhooks: which customer event belongs to which."""

from __future__ import annotations

from typing import Final

from headwater.base.event import CleanEvent

VIEW: Final = "content.view"
INTERACTION: Final = "content.interaction"
FORM: Final = "form.submission"
IMPRESSION: Final = "experiment.impression"
TOPICS: Final = (VIEW, INTERACTION, FORM, IMPRESSION)

CONTENT: Final = "candu.sdk.content"
CONTENT_INTERACTION: Final = "candu.sdk.content.interaction"
CONTENT_IMPRESSION: Final = "candu.sdk.impression"


def topic_of(event: CleanEvent) -> str | None:
    """None: the event is of no topic. Only events of the customer-event doors have one, which is not looked at."""
    if event.form:
        return FORM
    if event.type == "screen":
        return {CONTENT: VIEW, CONTENT_IMPRESSION: IMPRESSION}.get(event.name or "")
    return INTERACTION if event.type == "track" and event.event == CONTENT_INTERACTION else None
