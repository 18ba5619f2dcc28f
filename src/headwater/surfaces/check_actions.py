"""Whether what a click does can be done."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, cast

import msgspec

from headwater.surfaces.blocks import BLOCKS, MAX_LINE_CHARS
from headwater.surfaces.check_props import check_link, check_variables
from headwater.surfaces.findings import Notes, Surroundings
from headwater.surfaces.model import (
    Action,
    Block,
    CallbackAction,
    ContentAction,
    EmailAction,
    SubmitAction,
    TrackAction,
    Tree,
    UrlAction,
    walk,
)
from headwater.surfaces.variables import with_fallbacks

MAX_ACTIONS: Final = 10

_ADDRESS: Final = re.compile(r"[^\s@<>]+@[^\s@<>]+\.?[^\s@<>]*")


def check_actions(notes: Notes, block: Block, around: Surroundings, *, in_form: bool) -> None:
    prop = BLOCKS[block.type].props.get("actions")
    if prop is None:
        return
    given = block.props.get("actions")
    if not given:
        if prop.required:
            notes.error(prop.fault, "The button does nothing. Choose what a click does.", field="actions")
        return
    try:
        actions = msgspec.convert(given, tuple[Action, ...])
    except msgspec.ValidationError as error:
        notes.error("wrong_action", f"The actions cannot be read: {error}. Choose them again.", field="actions")
        return
    if len(actions) > MAX_ACTIONS:
        notes.error("too_many_actions", f"A click does at most {MAX_ACTIONS} things.", field="actions")
    _check_submit(notes, actions, in_form=in_form)
    for index, action in enumerate(actions):
        _check_action(notes, action, f"actions[{index}]", around)


def shows(tree: Tree, slug: str) -> bool:
    """Whether a click in it shows the content of this slug."""
    return any({"type": "content", "slug": slug} in _listed(block.props.get("actions")) for block in walk(tree.blocks))


def _listed(actions: object) -> Sequence[object]:
    return cast("list[object]", actions) if isinstance(actions, list) else ()


def _check_submit(notes: Notes, actions: Sequence[Action], *, in_form: bool) -> None:
    places = [index for index, action in enumerate(actions) if isinstance(action, SubmitAction)]
    if not places:
        return
    if not in_form:
        notes.error(
            "submit_outside_form", "There is no form around this that could be sent. Move it into one.", field="actions"
        )
    if places != [0]:
        notes.error("submit_not_first", "To send the form stands first, and once.", field="actions")


def _check_action(notes: Notes, action: Action, field: str, around: Surroundings) -> None:
    if isinstance(action, UrlAction):
        if not action.href.strip():
            _incomplete(notes, f"{field}.href", "leads nowhere; give it an address")
        else:
            check_link(notes, action.href, f"{field}.href", "url")
    elif isinstance(action, EmailAction):
        _check_email(notes, action, field)
    elif isinstance(action, CallbackAction):
        _check_name(notes, action.name, f"{field}.name", "calls no function; give its name")
    elif isinstance(action, TrackAction):
        _check_name(notes, action.event, f"{field}.event", "sends no event; give its name")
    elif isinstance(action, ContentAction):
        _check_content(notes, action.slug, f"{field}.slug", around)


def _check_email(notes: Notes, action: EmailAction, field: str) -> None:
    check_variables(notes, action.to, f"{field}.to", "own")
    check_variables(notes, action.subject, f"{field}.subject", "own")
    if "{{" not in action.to and not _ADDRESS.fullmatch(with_fallbacks(action.to).strip()):
        _incomplete(notes, f"{field}.to", f"writes to {action.to[:60]!r}, which is no address")


def _check_name(notes: Notes, name: str, field: str, lack: str) -> None:
    if not name.strip() or len(name) > MAX_LINE_CHARS:
        _incomplete(notes, field, lack)
    check_variables(notes, name, field, "none")


def _check_content(notes: Notes, slug: str, field: str, around: Surroundings) -> None:
    if slug not in around.slugs and slug not in around.live_slugs:
        notes.error(
            "unknown_content", f"There is no content with the slug {slug[:60]!r} to show. Choose another.", field=field
        )
    elif slug not in around.live_slugs:
        notes.warning(
            "content_not_live", f"The content {slug} is not published, so nothing shows until it is.", field=field
        )


def _incomplete(notes: Notes, field: str, lack: str) -> None:
    notes.error("action_incomplete", f"A click {lack}.", field=field)
