"""What page rules mean: examples, one for each thing that an author may count on, and what is refused."""

from __future__ import annotations

import re
from typing import Any

import pytest

from headwater.base.errors import InvalidInput
from headwater.surfaces.model import PageRule, Pages
from headwater.surfaces.pages import RuleFault, address_of, is_met, oddity, rule_source, source_of


def rule(kind: Any, value: str) -> PageRule:
    return PageRule(kind=kind, value=value)


@pytest.mark.parametrize(
    ("kind", "value", "url", "expected"),
    [
        ("path", "/settings", "https://app.example.com/settings", True),
        ("path", "/settings", "https://app.example.com/settings/?tab=1#part", True),
        ("path", "settings/", "https://app.example.com/settings", True),
        ("path", "/settings", "https://app.example.com/settings/team", False),
        ("path", "/settings", "https://app.example.com/my/settings", False),
        ("path", "/", "https://app.example.com", True),
        ("path", "/", "https://app.example.com/settings", False),
        ("path", "/users/*", "https://app.example.com/users/7", True),
        ("path", "/users/*", "https://app.example.com/users/", False),
        ("path", "/users/*", "https://app.example.com/users/7/edit", False),
        ("path", "/users/*/edit", "https://app.example.com/users/7/edit", True),
        ("path", "/report-*.pdf", "https://app.example.com/report-7.pdf", True),
        ("path", "/app/**", "https://app.example.com/app", True),
        ("path", "/app/**", "https://app.example.com/app/a/b", True),
        ("path", "/app/**", "https://app.example.com/apple", False),
        ("path", "/app**", "https://app.example.com/apple/pie", True),
        ("path", "/**/edit", "https://app.example.com/edit", True),
        ("path", "/**/edit", "https://app.example.com/users/7/edit", True),
        ("path", "/**/edit", "https://app.example.com/credit", False),
        ("path", "/v?/docs", "https://app.example.com/v2/docs", True),
        ("path", "/v?/docs", "https://app.example.com/v12/docs", False),
        ("path", "/a.b", "https://app.example.com/axb", False),
        ("path", "/café au lait", "https://app.example.com/caf%C3%A9%20au%20lait", True),
        ("path", "/café", "https://app.example.com/caf%c3%a9", True),
        ("path", "/caf%C3%A9", "https://app.example.com/café", True),
        ("path", "#/team/*", "https://app.example.com/any#/team/7", True),
        ("path", "#/team/*", "https://app.example.com/any#/team/7?tab=2", True),
        ("path", "#/team/*", "https://app.example.com/team/7", False),
        ("path", "/app#!/team", "https://app.example.com/app#!/team", True),
        ("path", "/app", "https://app.example.com/app#/team", True),
        ("exact", "https://app.example.com", "https://app.example.com/", True),
        ("exact", "https://APP.example.com:443/a", "https://app.example.com/a", True),
        ("exact", "https://app.example.com/a", "https://app.example.com/a#part", True),
        ("exact", "https://app.example.com/a", "https://app.example.com/a?", True),
        ("exact", "https://app.example.com/a", "https://app.example.com/a?tab=1", False),
        ("exact", "https://app.example.com/a", "http://app.example.com/a", False),
        ("exact", "https://app.example.com/a", "https://app.example.com:8443/a", False),
        ("exact", "https://app.example.com:8443/a", "https://app.example.com:8443/a", True),
        ("exact", "https://app.example.com/a?tab=1&x=2", "https://app.example.com/a?tab=1&x=2", True),
        ("exact", "https://app.example.com/a?tab=1", "https://app.example.com/axtab=1", False),
        ("exact", "https://app.example.com/v?/a?tab=*", "https://app.example.com/v2/a?tab=team", True),
        ("exact", "https://app.example.com/a#part", "https://app.example.com/a#other", True),
        ("exact", "https://app.example.com/a#/x", "https://app.example.com/a#/x", True),
        ("exact", "https://app.example.com/a#/x", "https://app.example.com/a#/y", False),
        ("exact", "https://*.example.com/a", "https://eu.example.com/a", True),
        ("exact", "https://*.example.com/a", "https://x.eu.example.com/a", False),
        ("exact", "https://**.example.com/a", "https://x.eu.example.com/a", True),
        ("exact", "app.example.com/a", "http://app.example.com/a", True),
        ("exact", "/a", "http://anywhere.example/a", True),
        ("exact", "https://bücher.example/a", "https://xn--bcher-kva.example/a", True),
        ("exact", "http://[::1]:8080/a", "http://[::1]:8080/a", True),
        ("subdomain", "app", "https://app.example.com/", True),
        ("subdomain", "app", "https://apple.example.com/", False),
        ("subdomain", "App.Example.com", "https://app.example.com:8080/", True),
        ("subdomain", "*.staging", "https://eu.staging.example.com/", True),
        ("subdomain", "staging", "https://eu.staging.example.com/", False),
        ("subdomain", "localhost", "http://localhost:3000/a", True),
        ("query", "tab=settings", "https://app.example.com/a?x=1&tab=settings", True),
        ("query", "tab=settings", "https://app.example.com/a?tab=settings2", False),
        ("query", "tab=settings", "https://app.example.com/a?mytab=settings", False),
        ("query", "tab=settings", "https://app.example.com/tab=settings", False),
        ("query", "tab", "https://app.example.com/a?tab", True),
        ("query", "?tab", "https://app.example.com/a?tab=&x", True),
        ("query", "tab=", "https://app.example.com/a?tab=1", False),
        ("query", "tab=*", "https://app.example.com/a?tab=1", True),
        ("query", "utm_*", "https://app.example.com/a?utm_source=x", True),
        ("query", "q=two words", "https://app.example.com/a?q=two+words", True),
        ("query", "q=two words", "https://app.example.com/a?q=two%20words", True),
        ("query", "tab=1", "https://app.example.com/a#/b?tab=1", False),
    ],
)
def test_a_rule_means(kind: str, value: str, url: str, expected: bool) -> None:
    assert is_met(rule(kind, value), address_of(url)) is expected, rule_source(rule(kind, value))


def test_without_rules_all_pages_do() -> None:
    assert source_of(Pages()) is None


def test_what_hides_goes_before_what_shows() -> None:
    source = source_of(Pages(show=(rule("path", "/app/**"),), hide=(rule("path", "/app/pay"), rule("query", "quiet"))))
    assert source is not None
    told = {
        path: bool(re.search(source, f"https://a.example{path}")) for path in ("/app", "/app/pay", "/app?quiet", "/x")
    }
    assert told == {"/app": True, "/app/pay": False, "/app?quiet": False, "/x": False}


def test_all_or_any_of_several() -> None:
    show = (rule("subdomain", "app"), rule("path", "/a"))
    for match, expected in (("any", [True, True, True, False]), ("all", [True, False, False, False])):
        source = source_of(Pages(match=match, show=show)) or ""  # type: ignore[arg-type]
        urls = ("https://app.x/a", "https://app.x/b", "https://www.x/a", "https://www.x/b")
        assert [bool(re.search(source, url)) for url in urls] == expected


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        ("path", "  ", "is empty"),
        ("path", "/" + "a" * 500, "501 characters; allowed are 500"),
        ("path", "/a\x00b", "characters that no address has"),
        ("path", "/*/*/*/*/*/*", "6 wildcards"),
        ("path", "https://app.example.com/a", "a path begins with /"),
        ("path", "/a?tab=1", "has a query"),
        ("exact", "https:///a", "no host name"),
        ("exact", "https://me@app.example.com/a", "no host name"),
        ("subdomain", "app.example.com/a", "no part of a host name"),
        ("subdomain", "ü" * 80, "cannot be a part of a host name"),
        ("query", "=1", "no parameter of a query"),
        ("query", "a=1&b=2", "no parameter of a query"),
    ],
)
def test_what_is_refused(kind: str, value: str, said: str) -> None:
    with pytest.raises(RuleFault, match=re.escape(said)):
        rule_source(rule(kind, value))


def test_too_many_rules_are_refused() -> None:
    with pytest.raises(RuleFault, match="21 page rules; allowed are 20"):
        source_of(Pages(show=(rule("path", "/a"),) * 20, hide=(rule("path", "/b"),)))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTPS://Me:pw@App.Example.com:443/a b?q=é#part", "https://app.example.com/a%20b?q=%C3%A9"),
        ("http://a.example:8080", "http://a.example:8080/"),
        ("http://a.example#!/x", "http://a.example/#!/x"),
    ],
)
def test_an_address_as_a_browser_has_it(url: str, expected: str) -> None:
    assert address_of(url) == expected


@pytest.mark.parametrize("url", ["", "/a", "app.example.com/a", "https://", "https://a:99999999/", "https://[::1/"])
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(InvalidInput, match="is no whole address"):
        address_of(url)


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        ("path", "nope**[/orders**", "does not begin with /. Pages read it as '/nope**[/orders**'"),
        ("path", "app.example.com/orders", "does not begin with /"),
        ("path", "/users/[id]/edit", "'[id]' in the page rule"),
        ("path", "/users/:id", "':id' in the page rule"),
        ("exact", "https://app.example.com/users/{id}", "'{id}' in the page rule"),
    ],
)
def test_what_hardly_ever_fits_is_said(kind: Any, value: str, said: str) -> None:
    assert said in str(oddity(rule(kind, value)))


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("path", "/users/*/edit"),
        ("path", "**/edit"),
        ("path", "#/team"),
        ("path", "/at:7"),
        ("exact", "http://[::1]:8080/a"),
        ("exact", "app.example.com/a?b[]=1"),
        ("query", "ids[]=1"),
        ("subdomain", "app"),
    ],
)
def test_what_may_well_fit_is_not(kind: Any, value: str) -> None:
    assert oddity(rule(kind, value)) is None
