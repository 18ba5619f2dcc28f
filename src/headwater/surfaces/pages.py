"""On which pages something shows: an author's rules, made into one regular expression.

JavaScript (`new RegExp(source)`, without flags) and Python's `re` read it with the same meaning, so that the page and
`explain` cannot differ. No address makes it slow: each wildcard goes on to the first place where what follows fits, and
nothing sends it back from there, so the work is at most the square of the address, whose length is bounded.

    *    any characters within one segment (of a path, a host name or a query's value), at least one
    **   any characters over segments, also none; `/a/**` is `/a` as well, and `/**/a` is `/a`
    ?    one character within a segment

The address is the browser's `location.href` without its fragment, unless that is a route (`#/…`, `#!…`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final
from urllib.parse import quote, urlsplit

import msgspec

from headwater.base.errors import InvalidInput
from headwater.surfaces.model import PageRule, Pages

MAX_RULES: Final = 20
MAX_WILDCARDS: Final = 5
MAX_VALUE_CHARS: Final = 500
MAX_ADDRESS_CHARS: Final = 2_048
"""Of a longer address a pattern whose wildcards may have to look far says that it is another page."""

_ANY_ORIGIN: Final = "[^:/?#]+://[^/?#]*"
_END: Final = r"(?![\s\S])"
_PATH_END: Final = "/?(?![^?#])"
"""A slash at the end does not count."""
_QUERY_END: Final = "(?![^#])"
_ROUTE_END: Final = "/?(?![^?])"
_HOST_END: Final = "(?![^:/?#])"
_LABEL_END: Final = "(?![^.:/?#])"
_VALUE_END: Final = "(?![^&#])"
_BOUND: Final = rf"(?![\s\S]{{{MAX_ADDRESS_CHARS + 1}}})"
_TEMPERED: Final = "(?:(?!"

_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*|\*)://")
_ENCODED: Final = re.compile(r"%[0-9A-Fa-f]{2}")
_PORT: Final = re.compile(r":(\d{1,5})$")
_DEFAULT_PORTS: Final = {"http": "80", "https": "443"}
_PLAIN: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_~!&=:@;,/#%")
_MARKED: Final = frozenset(".^$*+?()[]")
"""Characters of addresses that mean something in a regular expression."""
_SAFE: Final = "!#$%&'()*+,/:;=?@[]~|^{}`"
"""Beside letters, digits and `-._`: what a browser may leave as it is."""
_WILDCARDS: Final = re.compile(r"\*+|\?")
_BRACKETED: Final = re.compile(r"(?<![:/])/(:\w+|[^/?#]*[\[\]{}<>][^/?#]*)")
"""A part of a path as routers write one that may be anything: `[id]`, `{id}`, `<id>`, `:id`. Not the host `[::1]`."""


class RuleFault(InvalidInput):
    """A rule that cannot be read; the message says why, and what is allowed."""


class _Part(msgspec.Struct, frozen=True):
    """A part of an address: what `*` and `?` stand for, what `**` does, and what stands between segments."""

    one: str
    deep: str
    between: str


_HOST: Final = _Part("[^.:/?#]", "[^:/?#]", ".")
_PATH: Final = _Part("[^/?#]", "[^?#]", "/")
_QUERY: Final = _Part("[^&#]", "[^#]", "&")
_ROUTE: Final = _Part("[^/?]", "[^?]", "/")
_NAME: Final = _Part("[^=&#]", "[^=&#]", "")
_VALUE: Final = _Part("[^&#]", "[^&#]", "")

_Token = str
"""`*`, `**`, `?`, or the regular expression of one character as it is."""
_STAR, _DEEP, _ONE = "*", "**", "?"


def source_of(pages: Pages) -> str | None:
    """The expression that a page's address must meet; None: all pages do. RuleFault.

    One of `show` must hold, or with `match` all of them; and none of `hide`.
    """
    if len(pages.show) + len(pages.hide) > MAX_RULES:
        count = len(pages.show) + len(pages.hide)
        raise RuleFault(f"There are {count} page rules; allowed are {MAX_RULES}. Join some with wildcards.")
    shown = [_rule(rule) for rule in pages.show]
    hidden = [_rule(rule) for rule in pages.hide]
    if not shown and not hidden:
        return None
    whole = "".join(f"(?!{each})" for each in hidden)
    if pages.match == "all":
        whole += "".join(f"(?={each})" for each in shown)
    elif len(shown) == 1:
        whole += shown[0]
    elif shown:
        whole += f"(?:{'|'.join(shown)})"
    return "^" + (_BOUND if _TEMPERED in whole else "") + whole


def rule_source(rule: PageRule) -> str:
    """The expression of one rule alone. RuleFault."""
    whole = _rule(rule)
    return "^" + (_BOUND if _TEMPERED in whole else "") + whole


def oddity(rule: PageRule) -> str | None:
    """What makes it doubtful that a rule ever fits, with what to write instead; None where nothing does."""
    value = rule.value.strip()
    if rule.kind == "path" and not value.startswith(("/", "#", "*")):
        return (
            f"The path {value!r} does not begin with /. Pages read it as {_rooted(value)!r}: write it so, or mend it."
        )
    marked = _BRACKETED.search(value) if rule.kind in ("path", "exact") else None
    if marked is not None:
        return (
            f"{marked[1]!r} in the page rule {value!r} stands for itself, and hardly an address has it. Where any part "
            "is meant, write *."
        )
    return None


def is_met(rule: PageRule, address: str) -> bool:
    """Whether an address (as `address_of` gives it) meets a rule."""
    return compiled(rule_source(rule)).search(address) is not None


@lru_cache(maxsize=1_000)
def compiled(source: str) -> re.Pattern[str]:
    return re.compile(source)


def address_of(url: str) -> str:
    """An address as somebody writes it, as a browser would give it to the expression. InvalidInput.

    Scheme and host in lower case, no default port, no fragment that is not a route, and percent-encoded.
    """
    try:
        parts = urlsplit(url.strip())
        host = _ascii_host(parts.hostname or "")
        port = parts.port
    except ValueError:
        parts, host, port = None, "", None
    if parts is None or not host:
        raise InvalidInput(f"{url[:200]!r} is no whole address; one begins with https:// or http://. Nothing was read.")
    shown = f"[{host}]" if ":" in host else host
    kept = f":{port}" if port is not None and str(port) != _DEFAULT_PORTS.get(parts.scheme) else ""
    asked = f"?{parts.query}" if parts.query else ""
    route = f"#{parts.fragment}" if parts.fragment.startswith(("/", "!")) else ""
    return quote(f"{parts.scheme}://{shown}{kept}{parts.path or '/'}{asked}{route}", safe=_SAFE)


def _rule(rule: PageRule) -> str:
    value = rule.value.strip()
    _refuse_odd(rule.kind, value)
    if rule.kind == "exact":
        return _exact(value)
    if rule.kind == "path":
        return _path(value)
    return _subdomain(value) if rule.kind == "subdomain" else _query(value)


def _refuse_odd(kind: str, value: str) -> None:
    if not value:
        raise RuleFault(f"A page rule of the kind {kind} is empty. Write what it is compared with, or remove it.")
    if len(value) > MAX_VALUE_CHARS:
        raise RuleFault(f"The page rule {value[:40]!r}… has {len(value)} characters; allowed are {MAX_VALUE_CHARS}.")
    if not value.isprintable():
        raise RuleFault(f"The page rule {value!r} has characters that no address has.")
    count = len(_WILDCARDS.findall(_without_query_mark(value) if kind == "exact" else value.removeprefix("?")))
    if count > MAX_WILDCARDS:
        raise RuleFault(f"The page rule {value!r} has {count} wildcards (*, **, ?); allowed are {MAX_WILDCARDS}.")


def _exact(value: str) -> str:
    """Origin, path and query. Without a scheme any will do, and beginning with / any origin."""
    value, _, fragment = value.partition("#")
    before, query = _split_query(value)
    found = _SCHEME.match(before)
    scheme = found[1].lower() if found else "*"
    rest = before[found.end() :] if found else before
    if found is None and rest.startswith("/"):
        origin, path = _ANY_ORIGIN, rest
    else:
        host, path = _host_and_rest(rest)
        origin = _origin(scheme, host)
    asked = rf"\?{_glob(query, _QUERY, _QUERY_END)}" if query else rf"\??{_QUERY_END}"
    return origin + _glob(_rooted(path), _PATH, _PATH_END) + asked + _route(fragment)


def _origin(scheme: str, host: str) -> str:
    port = _PORT.search(host)
    name = host[: port.start()] if port else host
    if not name or re.search(r"[\s@]", name):
        raise RuleFault(f"{host!r} is no host name. An exact page rule is an address, or what follows a host: /path.")
    kept = f":{port[1]}" if port and port[1] != _DEFAULT_PORTS.get(scheme) else ""
    start = "[^:/?#]+" if scheme == "*" else _literals(scheme)
    return f"{start}://{_glob(_ascii_host(name), _HOST, _HOST_END)}{kept}"


def _path(value: str) -> str:
    if _SCHEME.match(value):
        raise RuleFault(f"{value!r} is a whole address; a path begins with /. Make the rule's kind exact.")
    path, _, fragment = value.partition("#")
    if "=" in path and "?" in path.partition("=")[0]:
        raise RuleFault(f"{value!r} has a query, which a path has not. Make the rule's kind exact, or add one for it.")
    # Where nothing but a route is asked for, any path will do.
    before = _glob(_rooted(path), _PATH, _PATH_END) if path else ""
    return _ANY_ORIGIN + before + _route(fragment)


def _subdomain(value: str) -> str:
    """What the host name begins with, in whole labels."""
    if re.search(r"[\s/:@#]", value):
        raise RuleFault(
            f"{value!r} is no part of a host name. A subdomain is like app, app.example.com or *.example.com."
        )
    return f"[^:/?#]+://{_glob(_ascii_host(value.rstrip('.') or value), _HOST, _LABEL_END)}"


def _query(value: str) -> str:
    """A parameter of this name, wherever it stands; with = of this value."""
    name, mark, wanted = value.removeprefix("?").partition("=")
    if not name or re.search(r"[&#]", value):
        raise RuleFault(f"{value!r} is no parameter of a query. It is a name, or a name with a value: tab=settings.")
    start = rf"[^?#]*\?(?:[^#]*&)?{_glob(name, _NAME, '(?![^=&#])')}"
    if mark:
        return start + "=" + _glob(wanted, _VALUE, _VALUE_END)
    return start


def _route(fragment: str) -> str:
    """What a route must be; a fragment that is none is not in the address."""
    if not fragment.startswith(("/", "!")):
        return ""
    return "[^#]*#" + _glob(fragment, _ROUTE, _ROUTE_END)


def _rooted(path: str) -> str:
    """A path with its first slash and without its last."""
    return "/" + path.strip("/") if not path.endswith("**") else "/" + path.lstrip("/")


def _split_query(value: str) -> tuple[str, str]:
    """What stands before the query, and the query. Its mark is the last ? before the first =; others are wildcards."""
    equals = value.find("=")
    mark = value.rfind("?", 0, equals) if equals >= 0 else -1
    return (value, "") if mark < 0 else (value[:mark], value[mark + 1 :])


def _without_query_mark(value: str) -> str:
    return "".join(_split_query(value))


def _host_and_rest(rest: str) -> tuple[str, str]:
    slash = rest.find("/")
    return (rest, "") if slash < 0 else (rest[:slash], rest[slash:])


def _ascii_host(name: str) -> str:
    """As browsers write it: lower case, each label that is not ASCII in its ASCII form."""
    return ".".join(_ascii_label(label) for label in name.lower().split("."))


def _ascii_label(label: str) -> str:
    if label.isascii():
        return label
    try:
        return label.encode("idna").decode()
    except UnicodeError:
        raise RuleFault(f"{label!r} cannot be a part of a host name.") from None


def _glob(text: str, part: _Part, end: str) -> str:
    """A text with wildcards as an expression that ends where `end` holds."""
    if part.between:  # of several `**` on end one will do, as each may be nothing
        text = re.sub(rf"(?:{re.escape(part.between)}\*\*+){{2,}}", f"{part.between}**", text)
    chunks = _split(_tokens(text), _DEEP)
    if len(chunks) > 1 and not chunks[-1]:
        chunks.pop()
        if part.between and chunks[-1][-1:] == [_literals(part.between)]:
            chunks[-1].pop()
            end = f"(?:{_literals(part.between)}{part.deep}*)?{end}"
        else:
            end = f"{part.deep}*{end}"
    whole = ""
    for place, chunk in enumerate(chunks):
        is_last = place == len(chunks) - 1
        if not is_last and _are_joined(chunk, chunks[place + 1], part):
            chunk = [*chunk[:-1], f"(?={_literals(part.between)})"]
        made = _chunk(chunk, part, end if is_last else "")
        whole += made if place == 0 else f"{_TEMPERED}{made}){part.deep})*{made}"
    return whole


def _are_joined(chunk: list[_Token], following: list[_Token], part: _Part) -> bool:
    """Whether `**` stands between two separators, which may be one."""
    between = [_literals(part.between)] if part.between else None
    return chunk[-1:] == between and following[:1] == between


def _chunk(tokens: list[_Token], part: _Part, end: str) -> str:
    """What stands between two `**`. Each `*` goes on to the first place where what follows it fits."""
    first, *others = _split(tokens, _STAR)
    whole = _piece(first, part) + ("" if others else end)
    for place, tokens_after in enumerate(others):
        piece = _piece(tokens_after, part) + (end if place == len(others) - 1 else "")
        is_bounded = not tokens_after or (part.between != "" and tokens_after[0] == _literals(part.between))
        if is_bounded:
            whole += f"{part.one}+{piece}"
        else:
            whole += f"{part.one}{_TEMPERED}{piece}){part.one})*{piece}"
    return whole


def _piece(tokens: Sequence[_Token], part: _Part) -> str:
    return "".join(part.one if token == _ONE else token for token in tokens)


def _split(tokens: Sequence[_Token], at: _Token) -> list[list[_Token]]:
    found: list[list[_Token]] = [[]]
    for token in tokens:
        if token == at:
            found.append([])
        else:
            found[-1].append(token)
    return found


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    at = 0
    for wildcard in _WILDCARDS.finditer(text):
        found += _characters(text[at : wildcard.start()])
        found.append(_ONE if wildcard[0] == "?" else _STAR if wildcard[0] == "*" else _DEEP)
        at = wildcard.end()
    return found + list(_characters(text[at:]))


def _literals(text: str) -> str:
    return "".join(_characters(text))


def _characters(text: str) -> Iterator[str]:
    """Each character as an expression: as it stands in an address, or as a browser encodes it there."""
    at = 0
    while at < len(text):
        encoded = _ENCODED.match(text, at)
        yield _hex(encoded[0]) if encoded else _character(text[at])
        at = encoded.end() if encoded else at + 1


def _character(char: str) -> str:
    if char in _PLAIN:
        return char
    if char in _MARKED:
        return "\\" + char
    encoded = "".join(_hex(f"%{byte:02X}") for byte in char.encode())
    if not char.isascii():
        return encoded
    plus = r"|\+" if char == " " else ""
    return f"(?:\\{char}|{encoded}{plus})" if char != " " else f"(?: |{encoded}{plus})"


def _hex(encoded: str) -> str:
    """`%e9` in either case."""
    return "%" + "".join(f"[{c.upper()}{c.lower()}]" if c.isalpha() else c for c in encoded[1:])
