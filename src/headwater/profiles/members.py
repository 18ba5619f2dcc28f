"""Who is in which segment: a bit for each person and segment, in pages of the same people.

A page holds the bits of PAGE_PEOPLE neighbouring refs. Pages are read when a person of theirs is looked at, and written
with the transaction that changed them. A page that is all zeros is not there.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter
from typing import Final

PAGE_BITS: Final = 13
PAGE_PEOPLE: Final = 1 << PAGE_BITS
PAGE_BYTES: Final = PAGE_PEOPLE // 8
MOST_ROWS: Final = 48_000
"""Rows of 1 KiB in memory; beyond that, pages that were looked at longest ago are read again when needed."""

TABLE: Final = "CREATE TABLE IF NOT EXISTS members (id INTEGER PRIMARY KEY, bits BLOB NOT NULL)"
_NUMBER_BITS: Final = 32
_NUMBER_MASK: Final = (1 << _NUMBER_BITS) - 1
_IN = [bytes((value >> bit) & 1 for value in range(256)) for bit in range(8)]


def row_id(page: int, number: int) -> int:
    """Where a segment's bits of a page lie; all of a page's lie together."""
    return page << _NUMBER_BITS | number


class Members:
    """Of the one thread that writes. Segments go by their numbers."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._pages: dict[int, dict[int, bytearray]] = {}
        self._dirty: set[tuple[int, int]] = set()
        self._views: list[View] = []
        self._removed: set[int] = set()
        self._rows = 0

    def view(self, numbers: Sequence[int]) -> View:
        found = View(self, numbers)
        self._views.append(found)
        return found

    def close_views(self, views: Iterable[View]) -> None:
        gone = {id(view) for view in views}
        self._views = [view for view in self._views if id(view) not in gone]

    def has(self, number: int, ref: int) -> bool:
        row = self._page(ref >> PAGE_BITS).get(number)
        return row is not None and row[(ref & PAGE_PEOPLE - 1) >> 3] >> (ref & 7) & 1 == 1

    def put(self, number: int, ref: int, inside: bool) -> bool:
        """True when that changed something."""
        page = ref >> PAGE_BITS
        rows = self._page(page)
        row = rows.get(number)
        if row is None:
            if not inside:
                return False
            row = rows[number] = bytearray(PAGE_BYTES)
            self._rows += 1
            for view in self._views:
                view.forget(page)
        place, bit = (ref & PAGE_PEOPLE - 1) >> 3, 1 << (ref & 7)
        if (row[place] & bit != 0) is inside:
            return False
        row[place] ^= bit
        self._dirty.add((page, number))
        return True

    def of(self, ref: int) -> list[int]:
        """The numbers of the segments that the person is in."""
        place, bit = (ref & PAGE_PEOPLE - 1) >> 3, ref & 7
        return [number for number, row in self._page(ref >> PAGE_BITS).items() if row[place] >> bit & 1]

    def remove(self, number: int) -> None:
        """A segment with all its bits; its number is not used again."""
        for page, rows in self._pages.items():
            if rows.pop(number, None) is not None:
                self._rows -= 1
                self._dirty.discard((page, number))
        self._removed.add(number)
        for view in self._views:
            view.forget_all()

    def save(self) -> None:
        if self._removed:
            self._remove()
        full: list[tuple[int, bytes]] = []
        empty: list[tuple[int, bytes]] = []
        for page, number in sorted(self._dirty):
            row = self._pages[page][number]
            (full if any(row) else empty).append((row_id(page, number), bytes(row)))
        self._connection.executemany("INSERT OR REPLACE INTO members VALUES (?, ?)", full)
        self._connection.executemany("DELETE FROM members WHERE id = ?", [(id,) for id, _ in empty])
        self._dirty.clear()
        if self._rows > MOST_ROWS:
            self._make_room()

    def lost(self) -> None:
        """Forgets all that was not saved."""
        self._pages.clear()
        self._dirty.clear()
        self._removed.clear()
        self._rows = 0
        for view in self._views:
            view.forget_all()

    def rows(self, page: int, numbers: Sequence[int]) -> list[bytes | bytearray]:
        found = self._page(page)
        return [found.get(number, _ZEROS) for number in numbers]

    def _page(self, page: int) -> dict[int, bytearray]:
        found = self._pages.get(page)
        if found is None:
            query = "SELECT id, bits FROM members WHERE id BETWEEN ? AND ?"
            read = self._connection.execute(query, (row_id(page, 0), row_id(page, _NUMBER_MASK)))
            found = self._pages[page] = {id & _NUMBER_MASK: bytearray(bits) for id, bits in read}
            self._rows += len(found)
        return found

    def _remove(self) -> None:
        last = self._connection.execute("SELECT max(id) FROM members").fetchone()[0]
        pages = range((last >> _NUMBER_BITS) + 1 if last is not None else 0)
        ids = [(row_id(page, number),) for number in self._removed for page in pages]
        self._connection.executemany("DELETE FROM members WHERE id = ?", ids)
        self._removed.clear()

    def _make_room(self) -> None:
        """Called when nothing is dirty. The half that was read first goes."""
        for page in list(self._pages)[: (len(self._pages) + 1) // 2]:
            self._rows -= len(self._pages.pop(page))
            for view in self._views:
                view.forget(page)


_ZEROS: Final = bytes(PAGE_BYTES)


class View:
    """The bits of several segments at once, in a fixed order."""

    def __init__(self, members: Members, numbers: Sequence[int]) -> None:
        self._members = members
        self._numbers = tuple(numbers)
        self._lists: dict[int, list[bytes | bytearray]] = {}

    def inside(self, ref: int) -> bytes:
        """A byte for each segment: 1 when the person is in it, else 0."""
        page = ref >> PAGE_BITS
        rows = self._lists.get(page)
        if rows is None:
            rows = self._lists[page] = self._members.rows(page, self._numbers)
        return bytes(map(itemgetter((ref & PAGE_PEOPLE - 1) >> 3), rows)).translate(_IN[ref & 7])

    def forget(self, page: int) -> None:
        self._lists.pop(page, None)

    def forget_all(self) -> None:
        self._lists.clear()


def refs_in(page: int, bits: bytes) -> Iterator[int]:
    """The refs whose bits are set, in their order."""
    first = page << PAGE_BITS
    for place, byte in enumerate(bits):
        while byte:
            low = byte & -byte
            yield first + (place << 3) + low.bit_length() - 1
            byte ^= low


def numbers_of(rows: Iterable[tuple[int, bytes]], ref: int) -> list[int]:
    """From rows of (id, the byte with the person's bit): the segments that the person is in."""
    return [id & _NUMBER_MASK for id, byte in rows if byte[0] >> (ref & 7) & 1]


def page_of(ref: int) -> tuple[int, int, int]:
    """The first and the last id of a person's page, and which byte (from 1) of each row has the person's bit."""
    page = ref >> PAGE_BITS
    return row_id(page, 0), row_id(page, _NUMBER_MASK), ((ref & PAGE_PEOPLE - 1) >> 3) + 1
