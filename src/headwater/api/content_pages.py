"""Trying page rules out while they are written: whether a content with them would show at an address, and why."""

from __future__ import annotations

from typing import Final, Literal

from litestar import post
from litestar.handlers import HTTPRouteHandler
from litestar.params import JSONBody

from headwater.api.ports import Shape
from headwater.surfaces import pages
from headwater.surfaces.model import PageRule, Pages

TAG: Final = "Content"


class PagesTest(Shape, frozen=True):
    """`url` as somebody copies it from a browser."""

    pages: Pages
    url: str


class TestedRule(Shape, frozen=True):
    """`matches`: the address fits the rule. One of `hide` that fits keeps the content away."""

    list: Literal["show", "hide"]
    rule: PageRule
    matches: bool


class PagesTested(Shape, frozen=True):
    shows: bool
    rules: list[TestedRule]


@post("/content/test-pages", operation_id="testPages", tags=[TAG], status_code=200)
async def test_pages(data: JSONBody[PagesTest]) -> PagesTested:
    """Whether content with these page rules shows at an address, and which rules it fits; nothing is stored. Any scope.

    400 for a rule that cannot be read, with the reason, and for what is no address.
    """
    address = pages.address_of(data.url)
    source = pages.source_of(data.pages)
    lists: tuple[tuple[Literal["show", "hide"], tuple[PageRule, ...]], ...] = (
        ("show", data.pages.show),
        ("hide", data.pages.hide),
    )
    rules = [
        TestedRule(list=name, rule=rule, matches=pages.is_met(rule, address)) for name, given in lists for rule in given
    ]
    return PagesTested(shows=source is None or pages.compiled(source).search(address) is not None, rules=rules)


ROUTES: Final[list[HTTPRouteHandler]] = [test_pages]
