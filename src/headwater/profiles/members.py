"""Who is in which segment: a bit for each person and segment, in pages of neighbouring people.

In the file, a row holds one segment's bits of a page; one that is all zeros is not there. In memory, a page holds the
rows of all segments of a workspace one after the other, so that what a person is in is a slice with a step.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

PAGE_BITS: Final = 12
PAGE_PEOPLE: Final = 1 << PAGE_BITS
PAGE_BYTES: Final = PAGE_PEOPLE // 8
MOST_BYTES: Final = 192 * 1024 * 1024
"""Of a workspace's pages in memory (1,500 segments of a million people); beyond that, those that were looked at first
are read again when needed."""

TABLE: Final = "CREATE TABLE IF NOT EXISTS members (id INTEGER PRIMARY KEY, bits BLOB NOT NULL)"
_NUMBER_BITS: Final = 32
_NUMBER_MASK: Final = (1 << _NUMBER_BITS) - 1
_IN: Final = [bytes((value >> bit) & 1 for value in range(256)) for bit in range(8)]


def row_id(page: int, number: int) -> int:
    """Where a segment's bits of a page lie; all of a page's lie together."""
    return page << _NUMBER_BITS | number


class Members:
    """Of the one thread that writes. Segments go by their numbers."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._tables: dict[str, Table] = {}
        self._removed: set[int] = set()

    def table(self, workspace_id: str, numbers: Sequence[int]) -> Table:
        """The one of a workspace, from now on with these segments. Whatever was changed has been saved."""
        found = self._tables[workspace_id] = Table(self._connection, numbers)
        return found

    def remove(self, number: int) -> None:
        """A segment with all its bits."""
        self._removed.add(number)

    def leave_all(self, ref: int) -> list[int]:
        """The numbers of the segments that the person was in."""
        numbers = [number for table in self._tables.values() for number in table.of(ref)]
        for table in self._tables.values():
            for number in table.of(ref):
                table.put(number, ref, False)
        return numbers

    def save(self) -> None:
        if self._removed:
            self._remove()
        for table in self._tables.values():
            table.save()

    def lost(self) -> None:
        """Forgets all that was not saved."""
        self._removed.clear()
        for table in self._tables.values():
            table.lost()

    def _remove(self) -> None:
        last = self._connection.execute("SELECT max(id) FROM members").fetchone()[0]
        pages = range((last >> _NUMBER_BITS) + 1 if last is not None else 0)
        ids = [(row_id(page, number),) for number in self._removed for page in pages]
        self._connection.executemany("DELETE FROM members WHERE id = ?", ids)
        self._removed.clear()


class Table:
    """The segments of one workspace, each with a place."""

    def __init__(self, connection: sqlite3.Connection, numbers: Sequence[int]) -> None:
        self._connection = connection
        self._numbers = tuple(numbers)
        self._places = {number: place for place, number in enumerate(numbers)}
        self._pages: dict[int, bytearray] = {}
        self._dirty: set[tuple[int, int]] = set()

    def inside(self, ref: int) -> bytearray:
        """A byte for each segment, in the order of the places: 1 when the person is in it, else 0."""
        page = ref >> PAGE_BITS
        bits = self._pages.get(page)
        if bits is None:
            bits = self._page(page)
        return bits[(ref & PAGE_PEOPLE - 1) >> 3 :: PAGE_BYTES].translate(_IN[ref & 7])

    def of(self, ref: int) -> list[int]:
        """The numbers of the segments that the person is in."""
        return [number for number, inside in zip(self._numbers, self.inside(ref), strict=True) if inside]

    def has(self, number: int, ref: int) -> bool:
        bits = self._page(ref >> PAGE_BITS)
        return bits[self._place(number, ref)] >> (ref & 7) & 1 == 1

    def put(self, number: int, ref: int, inside: bool) -> bool:
        """True when that changed something."""
        page = ref >> PAGE_BITS
        bits, place, bit = self._page(page), self._place(number, ref), 1 << (ref & 7)
        if (bits[place] & bit != 0) is inside:
            return False
        bits[place] ^= bit
        self._dirty.add((page, number))
        return True

    def save(self) -> None:
        if not self._dirty:
            return
        full: list[tuple[int, bytes]] = []
        empty: list[tuple[int]] = []
        for page, number in sorted(self._dirty):
            start = self._places[number] * PAGE_BYTES
            row = bytes(self._pages[page][start : start + PAGE_BYTES])
            if any(row):
                full.append((row_id(page, number), row))
            else:
                empty.append((row_id(page, number),))
        self._connection.executemany("INSERT OR REPLACE INTO members VALUES (?, ?)", full)
        self._connection.executemany("DELETE FROM members WHERE id = ?", empty)
        self._dirty.clear()
        self._make_room()

    def lost(self) -> None:
        self._pages.clear()
        self._dirty.clear()

    def _place(self, number: int, ref: int) -> int:
        return self._places[number] * PAGE_BYTES + ((ref & PAGE_PEOPLE - 1) >> 3)

    def _page(self, page: int) -> bytearray:
        found = self._pages.get(page)
        if found is None:
            found = self._pages[page] = bytearray(len(self._numbers) * PAGE_BYTES)
            query = "SELECT id, bits FROM members WHERE id BETWEEN ? AND ?"
            for id, bits in self._connection.execute(query, (row_id(page, 0), row_id(page, _NUMBER_MASK))):
                place = self._places.get(id & _NUMBER_MASK)
                if place is not None:
                    found[place * PAGE_BYTES : (place + 1) * PAGE_BYTES] = bits
        return found

    def _make_room(self) -> None:
        if len(self._pages) * len(self._numbers) * PAGE_BYTES > MOST_BYTES:
            for page in list(self._pages)[: (len(self._pages) + 1) // 2]:
                del self._pages[page]


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
