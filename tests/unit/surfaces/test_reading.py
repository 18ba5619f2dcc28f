"""What texts, addresses and selectors are read as: the same as the page reads them."""

from __future__ import annotations

import pytest

from headwater.surfaces import links, selectors
from headwater.surfaces.labels import words
from headwater.surfaces.markup import links_in, plain
from headwater.surfaces.variables import variables_in, with_fallbacks


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("**Bold** and _italic_", "Bold and italic"),
        ("**bold _both_**", "bold both"),
        ("snake_case_stays", "snake_case_stays"),
        ("2 ** 3 ** 4", "2 ** 3 ** 4"),
        (r"\*\*plain\*\* \[x](y)", "**plain** [x](y)"),
        ("[label **b**](https://example.com)", "label b"),
        ("[no link", "[no link"),
        ("one\ntwo", "one two"),
        ("Hi {{user.name|_you_}}!", "Hi _you_!"),
        ("Hi {{user.name}}!", "Hi !"),
        ("{{ user.name | there }}", " there "),
        ("", ""),
    ],
)
def test_the_words_of_a_text(text: str, said: str) -> None:
    assert plain(text) == said


def test_links_of_a_text() -> None:
    found = list(links_in(r"[a](/x) **[b](https://e.com/{{user.id|1}})** \[c](/y) [d](/a b)"))
    assert [(each.label, each.href) for each in found] == [("a", "/x"), ("b", "https://e.com/{{user.id|1}}")]


def test_a_long_text_is_read_in_time() -> None:
    for part in ("**a ", "_a ", "[a ", "[a](/b", "{{a", "\\"):
        assert isinstance(plain(part * 5_000), str)


def test_variables() -> None:
    found = list(variables_in("{{user.name|there}} {{ account.plan }} {{url.pathname[1]}} {{x}} {{a{{user.id}}"))
    assert [(each.path, each.fallback, each.is_known) for each in found] == [
        ("user.name", "there", True),
        ("account.plan", "", True),
        ("url.pathname[1]", "", True),
        ("x", "", False),
        ("user.id", "", True),
    ]
    assert with_fallbacks("a{{user.x|b|c}}d{{user.y}}") == "ab|cd"


@pytest.mark.parametrize("path", ["user.", "url.href", "url.pathname[x]", "user.a b", "traits.a", "url.hash", "user"])
def test_variables_that_there_are_not(path: str) -> None:
    assert [each.is_known for each in variables_in("{{" + path + "}}")] == [False]


def test_words_are_one_line() -> None:
    assert words("  Hi\n\n**there**  {{user.name| you }} ") == "Hi there you"
    assert words(None) == words(7) == ""


@pytest.mark.parametrize(
    "href",
    ["https://a.b", "HTTP://a.b/c?d#e", "mailto:a@b.c", "tel:+431", "/x", "//cdn.example.com/x", "?a=b", "#top",
     "{{user.site}}", "{{url.protocol}}//{{url.hostname}}/x", "https://{{account.host}}/", " https://a.b "],
)  # fmt: skip
def test_where_links_may_lead(href: str) -> None:
    assert links.may_lead_to(href)


@pytest.mark.parametrize(
    "href",
    ["", "javascript:alert(1)", "JAVASCRIPT:x", "java\nscript:x", "\x01javascript:x", "vbscript:x", "data:text/html,x",
     "blob:x", "file:///etc/passwd", "x.html", "https:", "https://", "mailto:", r"/\evil.com", r"\\evil.com",
     "{{user.x|javascript:x}}", "a{{user.x}}", "java{{user.x}}script:x"],
)  # fmt: skip
def test_where_links_may_not_lead(href: str) -> None:
    assert not links.may_lead_to(href)


def test_files_come_by_http_alone() -> None:
    assert links.may_come_from("https://a.b/c.png")
    assert links.may_come_from("/c.png")
    assert not links.may_come_from("mailto:a@b.c")
    assert not links.may_come_from("#c")


@pytest.mark.parametrize(
    "selector",
    ["#a", ".b > c", '[data-x="a > b"]', "a:not(.b, .c)", "div::part(x)", r".a\:b", "ul li:nth-child(2n+1)", "*",
     "a, b", "h1.ü", ":is(h1, h2) ~ a", "main>a+b", "a[href^='/x,']", r"#\31 23", "[data-headwater]", "svg|a"],
)  # fmt: skip
def test_selectors(selector: str) -> None:
    assert selectors.fault(selector) is None


@pytest.mark.parametrize(
    "selector",
    ["", "  ", "a >", "> a", "a,,b", ",a", "a,", "a[", "a(", "a)", "a]", "a(]", "a{}", "..a", "#", ".", "a:", "a > > b",
     "<div>", ".1a", "a['x]", "a;b", "a\n{", "x" * 1_001],
)  # fmt: skip
def test_what_is_no_selector(selector: str) -> None:
    assert selectors.fault(selector)
