"""Pages do not know the manifest: a custom element's tag goes with the block, and comes off where authors see it."""

from __future__ import annotations

from headwater.surfaces.components import tags
from headwater.surfaces.labels import Labels
from headwater.surfaces.model import Block, ComponentEntry, Tree

LISTED = (
    ComponentEntry(name="counter", kind="element", tag="x-counter", title="Counter", props=()),
    ComponentEntry(name="Chart", kind="react", title="Chart", props=()),
)
LABELS = Labels("Welcome", {"counter": "Counter", "Chart": "Chart"}, tags(LISTED))


def tree(name: str) -> Tree:
    block = Block(id="c", type="component", props={"name": name, "props": {}})
    return Tree(kind="inline", blocks=(Block(id="s", type="section", props={}, blocks=(block,)),))


def test_a_tag_is_filled_in_and_cleared() -> None:
    filled = LABELS.filled(tree("counter"))
    label = "Welcome - Counter clicked"
    assert filled.blocks[0].blocks[0].props == {"name": "counter", "props": {}, "label": label, "tag": "x-counter"}
    assert LABELS.cleared(filled) == tree("counter")


def test_what_is_no_custom_element_has_none() -> None:
    assert "tag" not in LABELS.filled(tree("Chart")).blocks[0].blocks[0].props
