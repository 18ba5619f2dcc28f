"""Every code that an error of the management API may have, with its status and what it means: one total table.

The codes and their statuses are read from the places in the source that raise them; what they mean is said here. A code
that is raised and not said, or said and not raised, is an error of `make check`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

import msgspec

from headwater.api import problem
from headwater.base.errors import HeadwaterError

SOURCE: Final = Path(__file__).parents[1]

MEANINGS: Final[Mapping[str, str]] = {
    "address_refused": "the Postgres server's address is private or reserved, and the operator has not allowed it",
    "author_session_ended": "the half hour of an author session is over, or the server was started again since",
    "bad_dsn": "the address of a Postgres server cannot be read; the sentence says how one is written",
    "bad_file": "a file or table that was to be copied in cannot be read as one",
    "bad_query": "the warehouse's engine says what is wrong with the query",
    "bad_secret": "a signing secret is not written as one",
    "builtin_segment": "the segment `Everyone` is built in, and stays as it is",
    "builtin_source": "a built-in source cannot be deleted, and `segments` is given no write key",
    "busy": "too much is being asked already, or for too long; come back after `Retry-After` seconds",
    "catalog_invalid": "a file of the catalogue is wrong (at the start and of the command line alone)",
    "changed_meanwhile": "somebody else was first; `details` holds who and when, and the revision to overwrite it with",
    "confirm_needed": "what cannot be undone needs the name in `confirm`",
    "conflict": "it clashes with something that exists",
    "content_archived": "an archived content is not shown; restore it first",
    "content_live": "pages show it; unpublish it first",
    "contrast_too_low": "two colours of the style guide are too like each other; `details` holds one that would do",
    "cross_origin": "a session cookie came from another site's page",
    "empty_file": "the file of a content holds no document",
    "forbidden": "the token's scope does not reach so far, or it is another workspace's",
    "gone": "retention has removed what was asked for; `details` holds the earliest time there is",
    "identity_secret_needed": "signed identities are required only where there is a secret to sign with",
    "internal_error": "a fault of the server; its log says more",
    "is_a_test": "a test is not sent again",
    "journal_broken": "the journal could not be written; its process starts again",
    "journal_damaged": "a part of the journal cannot be read; the server's log says which",
    "journal_unavailable": "the disk is full, or cannot be written",
    "last_document": "a content has one document at least",
    "last_key": "the last key cannot be removed; add another one first",
    "last_workspace": "the only workspace of an installation cannot be deleted",
    "link_invalid": "the sign-in link is used up, has expired or was never given",
    "mapping_invalid": "a path of a mapping cannot be read; `details` holds the position",
    "method_not_allowed": "this path has no such method",
    "name_taken": "another one has this label",
    "not_found": "there is no such thing in this workspace, or no such path",
    "not_publishable": "something would break for who sees it; `details.problems` holds all that is wrong, and where",
    "not_releasable": "a parked event cannot be released now; `details` holds each such one with its reason",
    "nowhere_to_send": "an integration needs a write key, a source or a host before it can be enabled",
    "offset_gone": "retention has removed that part of the journal",
    "payload_too_large": "the body or the file is larger than is taken",
    "postgres_refused": "the Postgres server refuses the connection or the copy, in its own words",
    "query_memory": "the query needed more memory than `query_memory_mib`, and was stopped",
    "query_not_allowed": "not one SELECT, or a function or form that a query may not use; nothing was run",
    "query_timeout": "the query took longer than `query_timeout_s`, and was stopped",
    "region_unsupported": "the tool does not serve the workspace's region",
    "rule_invalid": "the rule of a segment cannot be read; `details.path` is a JSON pointer to what is wrong",
    "schema_in_use": "the schema belongs to a source that exists",
    "schema_taken": "the label gives a schema name that is taken or reserved",
    "segment_cycle": "by this rule the segment would hold itself; `details` holds the way",
    "segment_in_use": "other segments' rules or contents name it; `details` holds which",
    "segment_taken": "the content has a document for that segment already",
    "slug_taken": "another content has that slug, or had it when it was published",
    "too_many_contents": "the workspace has as many contents as it may",
    "too_many_documents": "the content has as many documents as it may",
    "too_many_requests": "a rate limit; come back later",
    "too_many_secrets": "no more signing secrets can be valid at once",
    "too_many_segments": "the workspace has as many segments as it may",
    "too_many_subjects": "a regulation names at most 5,000 ids; send the rest in a further call",
    "tree_too_large": "a document has more blocks, levels or bytes than it may; `details` holds how many, and the most",
    "unauthorized": "no token, no session, or one that does not hold",
    "unavailable": "a process is being started again, or a server that was asked does not answer; come back after "
    "`Retry-After` seconds",
    "unknown_segment": "no segment of this workspace has that id; `details` holds where it is named",
    "unknown_source": "no source of this workspace has that id; `details` holds those that there are",
    "unknown_table": "the query names a table that it cannot read; `details` holds those that come nearest",
    "unknown_write_key": "no source of this workspace has that write key",
    "unprocessable": "well formed, but this workspace cannot do it",
    "unsupported_media_type": "a body of this type is not taken here",
    "validation_error": "something about the request is wrong; nothing was changed",
}


class Raised(msgspec.Struct, frozen=True, order=True):
    """A code as it is raised somewhere: `status` is the answer's, `place` is file and line."""

    status: int
    code: str
    place: str = ""


def table(root: Path = SOURCE) -> Iterator[tuple[int, str, str]]:
    """(status, code, meaning) in order. Raises ValueError with what is raised and not said, or said and not raised."""
    found = list(raised(root))
    unsaid = sorted({f"{each.code} ({each.place})" for each in found if each.code not in MEANINGS})
    unraised = sorted(MEANINGS.keys() - {each.code for each in found})
    if unsaid or unraised:
        raise ValueError(
            f"headwater/api/codes.py must say what each code means. Missing: {', '.join(unsaid) or 'none'}."
            f" Not raised anywhere: {', '.join(unraised) or 'none'}."
        )
    for status, code in sorted({(each.status, each.code) for each in found}):
        yield status, code, MEANINGS[code]


def raised(root: Path) -> Iterator[Raised]:
    """Each error that the Python files below `root` make, and those that the framework answers with."""
    for status, code in problem.CODES.items():
        yield Raised(status, code, "headwater/api/problem.py")
    trees = {path: ast.parse(path.read_bytes()) for path in sorted(root.rglob("*.py"))}
    kinds = _kinds(trees.values())
    for path, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and (kind := kinds.get(_name(node.func))) is not None:
                place = f"{path.relative_to(root.parent)}:{node.lineno}"
                code = _code_of(node, kind.code, place)
                if code is not None:
                    yield Raised(kind.status, code, place)


class _Kind(msgspec.Struct, frozen=True):
    """A class of errors: the status of its answers, and the code of those that name none ('': each names one)."""

    status: int
    code: str


def _kinds(trees: Iterable[ast.Module]) -> dict[str, _Kind]:
    """The classes of errors by name, wherever they are defined."""
    classes = {node.name: node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
    statuses = {kind.__name__: status for kind, status in problem.STATUS}
    found: dict[str, _Kind] = {}
    for name in classes:
        line = list(_ancestry(name, classes))
        if HeadwaterError.__name__ in line and name != HeadwaterError.__name__:
            status = next((statuses[each] for each in line if each in statuses), 500)
            codes = (own for each in line[:-1] if (own := _own_code(classes[each])))
            found[name] = _Kind(status, next(codes, ""))
    return found


def _ancestry(name: str, classes: Mapping[str, ast.ClassDef]) -> Iterator[str]:
    """The class and its first bases, as far as they are ours."""
    while name in classes:
        yield name
        bases = classes[name].bases
        name = _name(bases[0]) if bases else ""


def _own_code(node: ast.ClassDef) -> str:
    for statement in node.body:
        if isinstance(statement, ast.Assign) and any(_name(target) == "code" for target in statement.targets):
            return ast.literal_eval(statement.value)
    return ""


def _code_of(call: ast.Call, own: str, place: str) -> str | None:
    """None: the code of another error is passed on."""
    given = next((keyword.value for keyword in call.keywords if keyword.arg == "code"), None)
    if given is None:
        return own or None
    if isinstance(given, ast.Constant) and isinstance(given.value, str):
        return given.value
    if isinstance(given, ast.Attribute) and given.attr == "code":
        return None
    raise ValueError(f"{place}: an error's code must be written where the error is made, so that it can be found.")


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
