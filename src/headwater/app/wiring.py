"""Who is given what: the concrete parts behind the Protocols that rooms declare."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from headwater.app.home import Home
from headwater.base.errors import NotFound, Transient
from headwater.catalog.load import load_catalog
from headwater.control.access import Access
from headwater.control.bootstrap import generation_at, sealer_at, state_url
from headwater.control.contents import ContentNumbers
from headwater.control.database import State
from headwater.control.directory import Directory
from headwater.control.regulations import Regulations


class Contents:
    """The numbers of contents, for the pipeline, which waits while the state database cannot answer."""

    def __init__(self, home: Home) -> None:
        state = State(url=state_url(home.directory), generation=generation_at(home.directory))
        self._numbers = ContentNumbers(state=state)

    def number_of(self, workspace_id: str, content_id: str) -> int:
        try:
            return self._numbers.number_of(workspace_id, content_id)
        except SQLAlchemyError as error:
            raise Transient("the state database cannot give a content its number now") from error


class Erasures:
    """What back ends ask to erase by the REST door, as regulations."""

    def __init__(self, home: Home) -> None:
        state = State(url=state_url(home.directory), generation=generation_at(home.directory))
        self._regulations = Regulations(state=state, sealer=sealer_at(home.directory))

    def request(self, workspace_id: str, user_ids: Sequence[str], id: str) -> None:
        try:
            self._regulations.request(
                workspace_id,
                type="DELETE_ONLY",
                subject_type="USER_ID",
                subject_ids=user_ids,
                by="source:rest",
                id=id,
            )
        except NotFound:
            return  # the workspace was deleted meanwhile, with all that it had
        except SQLAlchemyError as error:
            raise Transient("the state database cannot take an erasure on now") from error


def open_access(home: Home) -> Access:
    """API keys, to note the use of those that the doors look up in memory."""
    return Access(state=State(url=state_url(home.directory), generation=generation_at(home.directory)))


def open_regulations(home: Home) -> Regulations:
    """Whom to erase and to suppress, for who carries it out."""
    state = State(url=state_url(home.directory), generation=generation_at(home.directory))
    return Regulations(state=state, sealer=sealer_at(home.directory))


@cache
def _inbound(extra: tuple[Path, ...]) -> frozenset[str]:
    return frozenset(spec.slug for spec in load_catalog(extra).sources() if spec.inbound)


def webhook_takers(extra: tuple[Path, ...]) -> Callable[[str], bool]:
    """Tells by its slug whether the catalogue, with the `extra` directories, lets a source's events come as webhooks.

    The catalogue is read at the first question.
    """
    return lambda slug: slug in _inbound(extra)


def open_directory(home: Home) -> Directory:
    """Keys and sources in memory, fresh at each look."""
    return Directory(
        store_url=state_url(home.directory),
        generation=generation_at(home.directory),
        sealer=sealer_at(home.directory),
    )
