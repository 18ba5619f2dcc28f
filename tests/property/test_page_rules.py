"""Over page rules and addresses of all shapes: the expression means what the words of the rule say, in Python as in
JavaScript, and no address makes it slow."""

from __future__ import annotations

import json
import random
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from headwater.surfaces.model import PageRule, Pages
from headwater.surfaces.pages import MAX_ADDRESS_CHARS, RuleFault, rule_source, source_of

ORIGIN = "https://app.example.com"


@dataclass(frozen=True)
class Address:
    host: str
    path: str
    query: str
    route: str

    @classmethod
    def of(cls, text: str) -> Address:
        rest, _, route = text.partition("#")
        rest, _, query = rest.partition("?")
        host, slash, path = rest.partition("://")[2].partition("/")
        return cls(host, slash + path, query, route)


# The plain matcher: tries every length for every wildcard, and every way to read `/**/`


def like(text: str, pattern: str, separators: str) -> bool:
    @cache
    def fits(at: int, place: int) -> bool:
        if place == len(pattern):
            return at == len(text)
        if pattern.startswith("**", place):
            after = place + 2
            while after < len(pattern) and pattern[after] == "*":
                after += 1
            return any(fits(end, after) for end in range(at, len(text) + 1))
        if pattern[place] == "*":
            end = at
            while end < len(text) and text[end] not in separators:
                end += 1
                if fits(end, place + 1):
                    return True
            return False
        if at == len(text):
            return False
        same = text[at] not in separators if pattern[place] == "?" else text[at] == pattern[place]
        return same and fits(at + 1, place + 1)

    return fits(0, 0)


def readings(pattern: str, separator: str) -> Iterator[str]:
    """`/**/` may be `/`, and `/**` at the end nothing."""
    yield pattern
    for found in re.finditer(rf"(?={re.escape(separator)}(\*\*+){re.escape(separator)})", pattern):
        yield from readings(pattern[: found.start()] + pattern[found.end(1) :], separator)
    if found := re.search(rf"{re.escape(separator)}\*\*+$", pattern):
        yield from readings(pattern[: found.start()], separator)


def path_like(path: str, pattern: str) -> bool:
    pattern = "/" + (pattern.lstrip("/") if pattern.endswith("**") else pattern.strip("/"))
    paths = {path, path.removesuffix("/")} if path != "/" else {path, ""}
    return any(like(each, way, "/") for each in paths for way in readings(pattern, "/"))


def route_like(route: str, pattern: str) -> bool:
    """An address without a route meets none."""
    if not route:
        return False
    routes = {route.partition("?")[0], route.partition("?")[0].removesuffix("/")}
    return any(like(each, way, "/") for each in routes for way in readings(pattern, "/"))


def query_like(query: str, pattern: str) -> bool:
    return any(like(query, way, "&") for way in readings(pattern, "&"))


def parameter_like(query: str, value: str) -> bool:
    name, mark, wanted = value.partition("=")
    for pair in query.split("&"):
        given_name, given_mark, given_value = pair.partition("=")
        if like(given_name, name, "") and (not mark or (given_mark and like(given_value, wanted, ""))):
            return True
    return False


def subdomain_like(host: str, value: str) -> bool:
    labels = host.split(".")
    beginnings = [".".join(labels[:count]) for count in range(1, len(labels) + 1)]
    return any(like(each, way, ".") for each in beginnings for way in readings(value, "."))


def meets(rule: PageRule, address: str) -> bool:
    of, value = Address.of(address), rule.value
    if rule.kind == "path":
        path, _, route = value.partition("#")
        return (not path or path_like(of.path, path)) and (not route or route_like(of.route, route))
    if rule.kind == "query":
        return "?" in address.partition("#")[0] and parameter_like(of.query, value)
    if rule.kind == "subdomain":
        return subdomain_like(of.host, value)
    value, _, route = value.partition("#")
    mark = value.rfind("?", 0, value.index("=")) if "=" in value else -1
    before, query = (value, "") if mark < 0 else (value[:mark], value[mark + 1 :])
    host, slash, path = before.removeprefix("https://").partition("/")
    return (
        (before.startswith("/") or any(like(of.host, way, ".") for way in readings(host, ".")))
        and path_like(of.path, slash + path)
        and (query_like(of.query, query) if query else not of.query)
        and (not route or route_like(of.route, route))
    )


def matches(source: str, address: str) -> bool:
    return re.compile(source).search(address) is not None


# What rules and addresses are made of: few characters, so that they meet often


def few(text: str, most: int) -> bool:
    return len(re.findall(r"\*+|\?", text)) <= most


def text(alphabet: str, **size: int) -> st.SearchStrategy[str]:
    return st.text(alphabet, **size)


PATHS = text("aab/", max_size=9).map(lambda each: "/" + each)
HOSTS = st.lists(text("ab", min_size=1, max_size=2), min_size=1, max_size=4).map(".".join)
QUERIES = st.one_of(st.just(""), text("ab=&", min_size=1, max_size=8).map(lambda each: "?" + each))
ROUTES = st.one_of(st.just(""), text("ab/?", max_size=6).map(lambda each: "#/" + each))
ADDRESSES = st.builds(
    lambda host, path, query, route: f"https://{host}{path}{query}{route}", HOSTS, PATHS, QUERIES, ROUTES
)

PATH_PATTERNS = text("aab//**?", max_size=9).map(lambda each: "/" + each)
HOST_PATTERNS = text("aab.*?", min_size=1, max_size=7).filter(lambda each: not each.endswith("."))
QUERY_PATTERNS = text("ab=&*?", max_size=7)
ROUTE_PATTERNS = st.one_of(st.just(""), text("ab/*?", max_size=6).map(lambda each: "#/" + each.rstrip("/")))


def rules(kind: str, values: st.SearchStrategy[str]) -> st.SearchStrategy[PageRule]:
    return values.filter(lambda each: few(each, 5) and bool(each)).map(lambda value: PageRule(kind=kind, value=value))  # type: ignore[arg-type]


PATH_RULES = rules("path", st.builds(lambda path, route: path + route, PATH_PATTERNS, ROUTE_PATTERNS))
SUBDOMAIN_RULES = rules("subdomain", HOST_PATTERNS)
PARAMETER_RULES = rules(
    "query",
    st.one_of(
        text("ab*?", min_size=1, max_size=4),
        st.builds(
            lambda name, value: f"{name}={value}", text("ab*", min_size=1, max_size=3), text("aab=*?", max_size=5)
        ),
    ).filter(lambda each: not each.startswith("?")),
)
EXACT_RULES = rules(
    "exact",
    st.builds(
        lambda host, path, query, route: f"{host}{path}{query}{route}",
        st.one_of(st.just(""), HOST_PATTERNS.filter(lambda each: "?" not in each).map(lambda each: "https://" + each)),
        PATH_PATTERNS,
        st.one_of(st.just(""), text("ab*", min_size=1, max_size=2).map(lambda each: f"?{each}=a")),
        ROUTE_PATTERNS,
    ),
)
RULES = st.one_of(PATH_RULES, SUBDOMAIN_RULES, PARAMETER_RULES, EXACT_RULES)


@settings(max_examples=600)
@given(PATH_RULES, st.lists(ADDRESSES, min_size=1, max_size=8))
@example(PageRule(kind="path", value="/**/a/*/b"), [f"{ORIGIN}/a/b/a/b/a/a/b"])
@example(PageRule(kind="path", value="/**/a/**"), [f"{ORIGIN}/ab/a/b", f"{ORIGIN}/ab/a", f"{ORIGIN}/ab"])
@example(PageRule(kind="path", value="/**ab*b"), [f"{ORIGIN}/aab/abab", f"{ORIGIN}/ab"])
def test_a_path_is_met_as_it_reads(rule: PageRule, addresses: list[str]) -> None:
    for address in addresses:
        assert matches(rule_source(rule), address) == meets(rule, address), (rule, address, rule_source(rule))


@settings(max_examples=400)
@given(st.one_of(SUBDOMAIN_RULES, PARAMETER_RULES, EXACT_RULES), st.lists(ADDRESSES, min_size=1, max_size=8))
@example(PageRule(kind="query", value="a*=b"), ["https://a/?aa=a&ab=b"])
def test_other_rules_are_met_as_they_read(rule: PageRule, addresses: list[str]) -> None:
    for address in addresses:
        assert matches(rule_source(rule), address) == meets(rule, address), (rule, address, rule_source(rule))


@settings(max_examples=300)
@given(
    st.builds(
        Pages,
        match=st.sampled_from(["any", "all"]),
        show=st.lists(RULES, max_size=3).map(tuple),
        hide=st.lists(RULES, max_size=2).map(tuple),
    ),
    st.lists(ADDRESSES, min_size=1, max_size=8),
)
def test_some_or_all_must_hold_and_what_hides_wins(pages: Pages, addresses: list[str]) -> None:
    source = source_of(pages)
    assert (source is None) == (not pages.show and not pages.hide)
    for address in addresses if source is not None else ():
        held = [meets(rule, address) for rule in pages.show]
        expected = (all(held) if pages.match == "all" else any(held) or not held) and not any(
            meets(rule, address) for rule in pages.hide
        )
        assert matches(source or "", address) == expected


NODE = shutil.which("node")
IN_JAVASCRIPT = """
const cases = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const told = cases.map(([source, addresses]) => addresses.map((address) => new RegExp(source).test(address)));
process.stdout.write(JSON.stringify(told));
"""


@pytest.mark.skipif(NODE is None, reason="needs node on the PATH")
def test_javascript_reads_the_expression_as_python_does() -> None:
    chance = random.Random(11)
    cases = [(source, [_address(chance) for _ in range(12)]) for source in (_source(chance) for _ in range(1_500))]
    assert NODE is not None
    done = subprocess.run(
        [NODE, "-e", IN_JAVASCRIPT], input=json.dumps(cases), capture_output=True, text=True, check=True, timeout=120
    )
    ours = [[matches(source, address) for address in addresses] for source, addresses in cases]
    assert json.loads(done.stdout) == ours
    assert 500 < sum(map(sum, ours)) < len(ours) * 12 - 500


def _source(chance: random.Random) -> str:
    while True:
        kind = chance.choice(("path", "exact", "subdomain", "query"))
        alphabet = {"path": "ab/*?.é ", "exact": "ab/*.", "subdomain": "ab.*?", "query": "ab=*?"}[kind]
        value = "".join(chance.choice(alphabet) for _ in range(chance.randint(1, 6))).strip(" .")
        rule = PageRule(kind=kind, value="/" + value if kind in ("path", "exact") else value)  # type: ignore[arg-type]
        try:
            return rule_source(rule)
        except RuleFault:
            continue


def _address(chance: random.Random) -> str:
    def some(alphabet: str, most: int) -> str:
        return "".join(chance.choice(alphabet) for _ in range(chance.randint(0, most)))

    path = some("aabb/.", 5).replace("b", chance.choice(("b", "b", "%C3%A9", "%20")))
    query = chance.choice(("", "?" + some("ab=&", 5)))
    route = chance.choice(("", "", "#/" + some("ab/", 4)))
    return f"https://{chance.choice(('a', 'b', 'ab'))}.{chance.choice(('a', 'example'))}/{path}{query}{route}"


WORST = [
    "/*a*a*a*a*a",
    "/**a**a**a**a**b",
    "/**a*b**a*b",
    "/**/a*b",
    "/*a?a*a?b",
]


@pytest.mark.parametrize("value", WORST)
@pytest.mark.parametrize("unit", ["a", "a/", "ab", "aab/"])
def test_no_address_makes_it_slow(value: str, unit: str) -> None:
    """Where wildcards were tried in all their lengths, these would take longer than the age of the universe."""
    source = rule_source(PageRule(kind="path", value=value))
    address = (f"{ORIGIN}/" + unit * MAX_ADDRESS_CHARS)[: MAX_ADDRESS_CHARS - 1] + "c"
    began = time.monotonic()
    matches(source, address)
    assert time.monotonic() - began < 30


def test_a_longer_address_is_another_page() -> None:
    source = rule_source(PageRule(kind="path", value="/**a**b"))
    assert matches(source, ORIGIN + "/ab".ljust(MAX_ADDRESS_CHARS - len(ORIGIN), "b"))
    assert not matches(source, ORIGIN + "/ab".ljust(MAX_ADDRESS_CHARS + 1 - len(ORIGIN), "b"))
