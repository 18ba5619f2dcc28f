"""What the sources that stand for headwater's own doors are known to carry: their collections, typed from the start.

They are no entries of the catalogue, as nobody adds them; any other event has a table of its own as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from headwater.catalog.model import EventSpec, PropertySpec

_PLACE: Final = (
    PropertySpec(name="contentId", type="string", description="The piece of content, 10 characters."),
    PropertySpec(name="documentId", type="integer", description="Its document for the segment."),
    PropertySpec(name="segmentId", type="string", description="The segment it was chosen for; Everyone is built in."),
    PropertySpec(name="versionId", type="string", description="The version that was shown."),
    PropertySpec(name="placementId", type="string", description="Where on the page it stood.", required=False),
)
_SLUG: Final = PropertySpec(name="slug", type="string", description="The slug of the content.")

EVENTS: Final[Mapping[str, tuple[EventSpec, ...]]] = {
    "customer-events": (
        EventSpec(
            name="candu.sdk.content",
            call="screen",
            description="A piece of content came into the view of a user.",
            properties=(_SLUG, *_PLACE),
        ),
        EventSpec(
            name="candu.sdk.content.interaction",
            call="track",
            description="A user used an element of a piece of content.",
            properties=(
                PropertySpec(name="eventName", type="string", description="The label of the interaction."),
                PropertySpec(name="category", type="string", description="What kind of element it was."),
                PropertySpec(name="trigger", type="string", description="What the user did, such as OnClick."),
                *_PLACE,
            ),
        ),
        EventSpec(
            name="candu.sdk.impression",
            call="screen",
            description="A user saw a variant of an experiment.",
            properties=(
                PropertySpec(name="experimentId", type="string", description="The experiment."),
                PropertySpec(name="variantId", type="string", description="The variant that was shown."),
                _SLUG,
                *_PLACE,
            ),
        ),
    ),
}
"""By the slug of the built-in source."""

STANDARD_TABLES: Final[Mapping[str, tuple[str, ...]]] = {"customer-events": ("screens", "form_submissions")}
"""The standard tables that a built-in source has before its first event, beside those of every source."""
