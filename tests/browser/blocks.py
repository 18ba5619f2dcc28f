"""One content with every block type, in every form that one can have."""

from __future__ import annotations

from typing import Any, Final

from tests.browser.showing import block

TOKENS: Final = (
    *("background", "surface", "primary", "secondary", "text", "muted", "border", "success", "warning", "danger"),
)
TONES: Final = ("neutral", "info", "success", "warning", "danger")
NOTED: Final = [{"type": "track", "event": "Tried"}]
PICTURE: Final = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="160" height="90"><rect width="160" height="90" fill="#3a7"/></svg>'
)
COMPONENT: Final = """
customElements.define("x-counter", class extends HTMLElement {
  connectedCallback() {
    const button = document.createElement("button");
    button.textContent = `${this.title_ || "Count"}: 0`;
    button.className = "counter";
    this.append(button);
  }
});
"""
MANIFEST: Final = {
    "components": [
        {
            "name": "counter",
            "kind": "element",
            "tag": "x-counter",
            "title": "Counter",
            "props": [{"name": "title_", "type": "string"}],
        }
    ]
}


def every_block(*, component: bool = True) -> list[dict[str, Any]]:
    """Images and videos are at `/pic.svg` and `/film.mp4` of the page's site, the component is `x-counter`."""
    blocks = [
        texts(),
        *backgrounds(),
        columns(),
        media(),
        buttons(),
        cards(),
        badges(),
        block("divider", "line"),
        form(),
    ]
    return [*blocks, *([block("component", "own", name="counter", props={"title_": "Clicks"})] if component else [])]


def texts() -> dict[str, Any]:
    levels = [block("heading", f"h{level}", text=f"Heading of level {level}", level=level) for level in (2, 3, 4, 5, 6)]
    marked = "Hello **{{user.name|there}}**, read _this_ and [what follows](/more).\nA second line."
    sizes = [block("text", f"t{size}", text=marked, size=size, align="center") for size in ("small", "medium", "large")]
    return block("section", "texts", [*levels, *sizes], padding="large", align="end")


def backgrounds() -> list[dict[str, Any]]:
    return [
        block(
            "section",
            f"bg-{token}",
            [
                block("text", f"bg-{token}-text", text=f"On {token}: **bold** and [a link](/more)."),
                block("button", f"bg-{token}-first", text=f"First on {token}", actions=NOTED),
                block("button", f"bg-{token}-second", text=f"Second on {token}", style="secondary", actions=NOTED),
                block("button", f"bg-{token}-third", text=f"Third on {token}", style="link", actions=NOTED),
            ],
            background=token,
            padding="small",
        )
        for token in TOKENS
    ]


def columns() -> dict[str, Any]:
    def column(at: str) -> dict[str, Any]:
        return block("column", at, [block("text", f"{at}-text", text=f"A column named {at}.")])

    layouts = [
        block(
            "columns",
            f"cols-{layout}",
            [column(f"c{layout}-{at}") for at in range(layout.count("-") + 1)],
            layout=layout,
        )
        for layout in ("1-1", "1-2", "2-1", "1-1-1", "1-1-1-1")
    ]
    return block("section", "columns", layouts, padding="none")


def media() -> dict[str, Any]:
    sized = {"src": "/pic.svg", "width": 160, "height": 90}
    return block(
        "section",
        "media",
        [
            block("image", "image", alt="A green field", **sized),
            block("image", "decorative", decorative=True, **sized),
            block("image", "linked", alt="To the field", href="/field", **sized),
            block("video", "video", src="/film.mp4", title="How a field grows", captions="/film.vtt"),
        ],
    )


def buttons() -> dict[str, Any]:
    styles = [
        block("button", f"button-{style}", text=f"A {style} one", style=style, actions=NOTED)
        for style in ("primary", "secondary", "link")
    ]
    link = block("button", "button-url", text="A link", actions=[{"type": "url", "href": "/more"}])
    long = block(
        "button", "button-long", text="A button with quite a number of words in it, more than fit a line", actions=NOTED
    )
    return block("section", "buttons", [*styles, link, long])


def cards() -> dict[str, Any]:
    inner = [
        block("heading", "card-heading", text="A card to click", level=3),
        block("text", "card-text", text="All of it."),
    ]
    more = block("button", "card-button", text="Or this alone", actions=NOTED)
    plain = block("card", "card-plain", [block("text", "plain-text", text="A card that only frames.")])
    return block("section", "cards", [block("card", "card", [*inner, more], actions=NOTED), plain])


def badges() -> dict[str, Any]:
    return block(
        "section", "badges", [block("badge", f"badge-{tone}", text=f"Very {tone}", tone=tone) for tone in TONES]
    )


def form() -> dict[str, Any]:
    kinds: list[dict[str, Any]] = [
        {"kind": "text", "label": "Name", "required": True, "hint": "As on your badge"},
        {"kind": "area", "label": "What do you think?"},
        {"kind": "email", "label": "E-mail", "required": True},
        {"kind": "number", "label": "How many?", "min": 0, "max": 10},
        {"kind": "choice", "label": "Role", "options": ["Maker", "Manager"], "required": True},
        {"kind": "choice", "label": "Country", "options": ["A", "B", "C", "D", "E", "F"]},
        {"kind": "choice", "label": "Used for", "options": ["Work", "Play"], "multiple": True, "required": True},
        {"kind": "checkbox", "label": "I agree", "required": True},
        {"kind": "scale", "label": "How likely?", "minText": "Not at all", "maxText": "Very", "required": True},
    ]
    fields = [block("field", f"field-{at}", **each) for at, each in enumerate(kinds)]
    return block("form", "form", fields, formId="A" * 21, name="Feedback", once=False)
