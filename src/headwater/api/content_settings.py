"""What all contents of a workspace share: how they look, and which components of the host's pages they may use."""

from __future__ import annotations

from typing import Annotated

from litestar import get, put
from litestar.handlers import HTTPRouteHandler
from litestar.params import JSONBody
from msgspec import Meta

from headwater.api.auth import admin
from headwater.api.content import TAG, Revision, author
from headwater.api.given import Body, GivenCaller, GivenContents
from headwater.api.ports import Shape
from headwater.surfaces.model import ComponentEntry
from headwater.surfaces.settings import Manifest, Revised
from headwater.surfaces.styleguide import Font, StyleGuide

Colors = Annotated[
    dict[str, str],
    Meta(
        description="By token: background, surface, primary, secondary, text, muted, border, success, warning, danger.",
        examples=[{"primary": "#1f5fbf", "text": "#1b2430"}],
    ),
]
Radius = Annotated[float, Meta(ge=0, le=48)]


class StyleGuideShape(Shape, frozen=True):
    """Colours as `#rrggbb`. `dark` null: the same in a dark scheme. `revision` 0: the default, never changed."""

    revision: int
    colors: Colors
    dark: Colors | None
    font: Font
    radius_px: Radius


class StyleGuideChange(Body, frozen=True, kw_only=True):
    """A token that is left out has its default colour."""

    revision: Revision
    colors: Colors
    dark: Colors | None = None
    font: Font = Font()
    radius_px: Radius = 8


class Components(Shape, frozen=True):
    """The host's components that authors may use. `revision` 0: there never were any."""

    revision: int
    components: list[ComponentEntry]


class ComponentsChange(Body, frozen=True, kw_only=True):
    """All of them: one that is left out is there no more. `revision`: that of the list it was made of; left out,
    whatever is there is overwritten."""

    components: list[ComponentEntry]
    revision: Revision | None = None


@get("/workspace/styleguide", operation_id="getStyleGuide", tags=[TAG], sync_to_thread=True)
def get_style_guide(caller: GivenCaller, contents: GivenContents) -> StyleGuideShape:
    """The colours and the font of all contents. Any scope."""
    return _style(contents.style(caller.workspace_id))


@put("/workspace/styleguide", operation_id="setStyleGuide", tags=[TAG], guards=[admin], sync_to_thread=True)
def set_style_guide(data: JSONBody[StyleGuideChange], caller: GivenCaller, contents: GivenContents) -> StyleGuideShape:
    """Change how contents look; pages have it with their next look. Scope admin.

    422 `contrast_too_low` names the two colours, their ratio, what is needed (4.5:1 of text, 3:1 of fields' edges)
    and the nearest colour that would do. 409 `changed_meanwhile`.
    """
    guide = StyleGuide(colors=data.colors, dark=data.dark, font=data.font, radius_px=data.radius_px)
    return _style(contents.put_style(caller.workspace_id, guide, revision=data.revision, by=author(caller)))


@get("/workspace/components", operation_id="listComponents", tags=[TAG], sync_to_thread=True)
def list_components(caller: GivenCaller, contents: GivenContents) -> Components:
    """The manifest of the host's components. Any scope."""
    return _components(contents.components(caller.workspace_id))


@put("/workspace/components", operation_id="setComponents", tags=[TAG], guards=[admin], sync_to_thread=True)
def set_components(data: JSONBody[ComponentsChange], caller: GivenCaller, contents: GivenContents) -> Components:
    """Replace the manifest. What is live stays as it is; drafts that name a component of no manifest cannot be
    published. Scope admin. 409 `changed_meanwhile` names who changed it since."""
    return _components(
        contents.put_components(caller.workspace_id, data.components, revision=data.revision, by=author(caller))
    )


def _components(found: Manifest) -> Components:
    return Components(revision=found.revision, components=list(found.entries))


def _style(found: Revised) -> StyleGuideShape:
    guide = found.guide
    return StyleGuideShape(
        revision=found.revision, colors=guide.colors, dark=guide.dark, font=guide.font, radius_px=guide.radius_px
    )


ROUTES: list[HTTPRouteHandler] = [get_style_guide, set_style_guide, list_components, set_components]
