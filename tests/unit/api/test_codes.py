"""Every code that is raised anywhere stands in the reference page, with its status and what it means."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from headwater.api import codes
from headwater.api.generate import generated
from headwater.base.query import MAX_QUERY_CHARS

PAGE = generated()["api.md"].decode().partition("## Codes")[2]
LITERAL = re.compile(
    r"""(?:InvalidInput|NotFound|Conflict|Unprocessable|Forbidden|Transient|Terminal|Unauthorized)\(
    (?:[^()]|\([^()]*\))*?\bcode="(\w+)\"""",
    re.VERBOSE,
)
ERRORS = """
class HeadwaterError(Exception):
    code = "error"

class Transient(HeadwaterError):
    code = "unavailable"

class Worn(Transient):
    code = "worn"

"""


def test_each_code_that_the_source_writes_is_on_the_page() -> None:
    """Found by another way than the page's own."""
    written = {code for path in codes.SOURCE.rglob("*.py") for code in LITERAL.findall(path.read_text())}
    assert written >= {"bad_query", "busy", "address_refused", "schema_taken", "link_invalid", "query_timeout"}
    assert [code for code in sorted(written) if f"| `{code}` | " not in PAGE] == []


@pytest.mark.parametrize(
    "row",
    [
        "400 | `bad_query`",
        "400 | `query_memory`",
        "403 | `address_refused`",
        "404 | `not_found`",
        "422 | `gone`",
        "401 | `unauthorized`",
        "503 | `busy`",
        "503 | `unavailable`",
        "500 | `internal_error`",
        "413 | `payload_too_large`",
    ],
)
def test_a_code_stands_with_its_status(row: str) -> None:
    assert f"| {row} | " in PAGE


def source(folder: Path, text: str) -> Path:
    (folder / "room").mkdir()
    (folder / "room" / "errors.py").write_text(ERRORS)
    (folder / "room" / "work.py").write_text(text)
    return folder / "room"


@pytest.mark.parametrize(
    ("text", "status", "code"),
    [
        ('raise Transient("no", code="tired")', 503, "tired"),
        ('def refusal():\n    return errors.Transient("no", details=1, code="tired")', 503, "tired"),
        ('raise Worn("no")', 503, "worn"),
        ('class Torn(Worn):\n    code = "torn"\nerror = Torn("no")', 503, "torn"),
    ],
)
def test_a_new_code_must_be_said(tmp_path: Path, text: str, status: int, code: str) -> None:
    root = source(tmp_path, text)
    assert (status, code) in {(each.status, each.code) for each in codes.raised(root)}
    with pytest.raises(ValueError, match=rf"Missing: {code} \(room/work\.py:\d+\)"):
        list(codes.table(root))


def test_what_is_said_must_be_raised(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Not raised anywhere: address_refused, "):
        list(codes.table(source(tmp_path, "")))


def test_a_code_must_be_written_where_it_is_raised(tmp_path: Path) -> None:
    passed_on = source(tmp_path, 'Transient("no", code=error.code)')
    assert "room" not in {each.place.partition("/")[0] for each in codes.raised(passed_on)}
    (passed_on / "work.py").write_text('Transient("no", code=f"{kind}_tired")')
    with pytest.raises(ValueError, match=r"room/work\.py:1: an error's code must be written"):
        list(codes.raised(passed_on))


def test_a_query_may_be_as_long_as_the_document_says() -> None:
    schema = json.loads(generated()["openapi.json"])["components"]["schemas"]["SqlQuery"]
    assert schema["properties"]["query"]["maxLength"] == MAX_QUERY_CHARS
