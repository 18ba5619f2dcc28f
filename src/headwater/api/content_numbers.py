"""The numbers of one content: who saw it, used it, answered, and did afterwards what it was made for; also as CSV.

They are counted when they are asked for, from the rows of the customer events; so they are as fresh as the warehouse.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency, Provide
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, QueryParameter, SkipValidation

from headwater.api.auth import Caller
from headwater.api.auth import data as data_scope
from headwater.api.content_csv import attachment, numbers_csv, viewers_csv
from headwater.api.content_figures import ContentNumbers, Counted, Period, Viewer, ViewersPage
from headwater.api.content_naming import Known
from headwater.api.given import (
    DEFAULT_LIMIT,
    GivenCaller,
    GivenContents,
    GivenWork,
    Limit,
    Offset,
    Page,
    Pagination,
)
from headwater.api.ports import Work
from headwater.api.times import span
from headwater.base.clock import iso, parse_iso
from headwater.base.errors import InvalidInput
from headwater.surfaces.model import Content
from headwater.surfaces.store import ContentStore

TAG: Final = "Content"
DEFAULT_DAYS: Final = 30
MOST_DAYS: Final = 1_096
MOST_VIEWERS: Final = 100_000
"""In a CSV, those who saw it last; there is no paging in one."""

MAX_TEXT_CHARS: Final = 2_000
NOTHING_READ: Final = "Nothing was read."

From = Annotated[str | None, QueryParameter(name="from", description="At or after; left out: 30 days before `to`.")]
To = Annotated[str | None, QueryParameter(name="to", description="Before; left out: now.")]
SegmentId = Annotated[
    str | None, QueryParameter(name="segmentId", description="Only as this segment saw it; Everyone is one, too.")
]
VersionId = Annotated[str | None, QueryParameter(name="versionId", description="Only this version.")]
PagePath = Annotated[str | None, QueryParameter(name="path", description="Only on pages of this path, as /reports.")]
Words = Annotated[str | None, QueryParameter(name="q", description="Part of an id or of the trait email.")]


class Question(msgspec.Struct, frozen=True):
    """The parameters of a request, as they came."""

    start: str | None
    end: str | None
    segment_id: str | None
    version_id: str | None
    path: str | None

    def period(self) -> Period:
        """Raises InvalidInput for what is no time, or too long."""
        start, end = span(self.start, self.end, NOTHING_READ)
        last = parse_iso(end) if end is not None else None
        last = last or datetime.now(UTC)
        first = parse_iso(start) if start is not None else None
        first = first or last - timedelta(days=DEFAULT_DAYS)
        if first >= last:
            raise InvalidInput(f"`from` must lie before `to`, or before now. {NOTHING_READ}", details={"field": "from"})
        if last - first > timedelta(days=MOST_DAYS):
            raise InvalidInput(
                f"From {iso(first)} to {iso(last)} are {(last - first).days:,} days; allowed are {MOST_DAYS:,}. "
                f"{NOTHING_READ}",
                details={"field": "from"},
            )
        return Period(start=iso(first), end=iso(last))

    def asked(self, content: Content, period: Period) -> dict[str, Any]:
        """As the warehouse takes it."""
        for name, text in (("segmentId", self.segment_id), ("versionId", self.version_id), ("path", self.path)):
            _refuse_long(name, text)
        return {
            "content_id": content.content_id,
            "start": period.start,
            "end": period.end,
            "segment_id": self.segment_id,
            "version_id": self.version_id,
            "path": self.path,
        }


def read_question(
    start: From = None,
    end: To = None,
    segment_id: SegmentId = None,
    version_id: VersionId = None,
    path: PagePath = None,
) -> Question:
    """Of which time, segment, version and path a request asks."""
    return Question(start, end, segment_id, version_id, path)


GivenQuestion = NamedDependency[SkipValidation[Question]]
_ASKED: Final = {"question": Provide(read_question, sync_to_thread=False)}


@get(
    "/content/{content_id:str}/numbers",
    operation_id="getContentNumbers",
    tags=[TAG],
    dependencies=_ASKED,
)
async def get_content_numbers(
    content_id: FromPath[str],
    caller: GivenCaller,
    contents: GivenContents,
    work: GivenWork,
    question: GivenQuestion,
) -> ContentNumbers:
    """Views, people, interactions, answers and goals, in all and by segment, version, path and label. Any scope.

    What people answered in their own words needs scope data. Without times: the last 30 days.
    """
    _, numbers = await _numbers(content_id, caller, contents, work, question)
    return numbers


@get(
    "/content/{content_id:str}/numbers.csv",
    operation_id="getContentNumbersCsv",
    tags=[TAG],
    media_type="text/csv",
    dependencies=_ASKED,
)
async def get_content_numbers_csv(
    content_id: FromPath[str],
    caller: GivenCaller,
    contents: GivenContents,
    work: GivenWork,
    question: GivenQuestion,
) -> Response[bytes]:
    """The same as CSV, one figure a line. Any scope; answers in people's own words need scope data.

    A text that a spreadsheet would take for a formula begins with an apostrophe.
    """
    content, numbers = await _numbers(content_id, caller, contents, work, question)
    return attachment(numbers_csv(numbers), f"{content.slug}-numbers")


@get(
    "/content/{content_id:str}/viewers",
    operation_id="listContentViewers",
    tags=[TAG],
    guards=[data_scope],
    dependencies=_ASKED,
)
async def list_content_viewers(
    content_id: FromPath[str],
    caller: GivenCaller,
    contents: GivenContents,
    work: GivenWork,
    question: GivenQuestion,
    q: Words = None,
    limit: Limit = DEFAULT_LIMIT,
    offset: Offset = 0,
) -> Page[Viewer]:
    """Who saw it, those who saw it last first. Scope data. Without times: the last 30 days."""
    _, found = await _viewers(content_id, caller, contents, work, question, q, _Cut(limit, offset))
    return Page(data=found.data, pagination=Pagination(total=found.total, limit=limit, offset=offset))


@get(
    "/content/{content_id:str}/viewers.csv",
    operation_id="getContentViewersCsv",
    tags=[TAG],
    guards=[data_scope],
    media_type="text/csv",
    dependencies=_ASKED,
)
async def get_content_viewers_csv(
    content_id: FromPath[str],
    caller: GivenCaller,
    contents: GivenContents,
    work: GivenWork,
    question: GivenQuestion,
    q: Words = None,
) -> Response[bytes]:
    """The same as CSV, at most the 100,000 who saw it last. Scope data.

    A text that a spreadsheet would take for a formula begins with an apostrophe.
    """
    content, found = await _viewers(content_id, caller, contents, work, question, q, _Cut(MOST_VIEWERS, 0))
    return attachment(viewers_csv(found.data), f"{content.slug}-viewers")


class _Cut(msgspec.Struct, frozen=True):
    limit: int
    offset: int


async def _numbers(
    given: str, caller: Caller, contents: ContentStore, work: Work, question: Question
) -> tuple[Content, ContentNumbers]:
    period = question.period()
    known = await asyncio.to_thread(Known.of, contents, caller.workspace_id, given)
    asked = question.asked(known.content, period) | {"forms": known.asked_forms(), "goals": known.asked_goals()}
    found = msgspec.convert(await work.content_numbers(caller.workspace_id, asked), Counted)
    return known.content, known.named(found, period, own_words_too=caller.may("data"))


async def _viewers(
    given: str, caller: Caller, contents: ContentStore, work: Work, question: Question, q: str | None, page: _Cut
) -> tuple[Content, ViewersPage]:
    _refuse_long("q", q)
    content = await asyncio.to_thread(contents.get, caller.workspace_id, given)
    asked = question.asked(content, question.period())
    found = await work.content_viewers(caller.workspace_id, asked, q or None, page.limit, page.offset)
    return content, msgspec.convert(found, ViewersPage)


def _refuse_long(name: str, text: str | None) -> None:
    if text is not None and (len(text) > MAX_TEXT_CHARS or "\x00" in text):
        raise InvalidInput(
            f"`{name}` has {len(text):,} characters; allowed are {MAX_TEXT_CHARS:,}, without NUL. {NOTHING_READ}",
            details={"field": name},
        )


ROUTES: list[HTTPRouteHandler] = [
    get_content_numbers,
    get_content_numbers_csv,
    list_content_viewers,
    get_content_viewers_csv,
]
