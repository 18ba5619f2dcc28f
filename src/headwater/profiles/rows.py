"""How people and groups lie in the file, and which names lead to them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from headwater.profiles.model import Group, Person, Trait

MAX_EMAIL_CHARS: Final = 320
SEPARATOR: Final = "\x1f"


class Body(msgspec.Struct, array_like=True, gc=False):
    """Of a person, what does not change with every event. New fields go to the end."""

    user_ids: dict[str, int]
    anonymous_ids: dict[str, int]
    external_ids: dict[str, int]
    traits: dict[str, Trait]
    groups: dict[str, int]
    identified: bool
    turned_ms: int
    refused: dict[str, int]


_BODY: Final = msgspec.msgpack.Decoder(Body).decode
_METERS: Final = msgspec.msgpack.Decoder(dict[int, list[int]]).decode
_TRAITS: Final = msgspec.msgpack.Decoder(dict[str, Trait]).decode
_ENCODE: Final = msgspec.msgpack.Encoder().encode

PERSON_COLUMNS: Final = (
    "p.ref, p.id, p.body, s.first, s.last, m.body, p.workspace"
    " FROM people p JOIN seen s ON s.ref = p.ref LEFT JOIN meters m ON m.ref = p.ref"
)
GROUP_COLUMNS: Final = "ref, id, body, first, last, workspace FROM groups"


def person_of(row: tuple[int, str, bytes, int, int, bytes | None, int], workspace_id: str) -> Person:
    body = _BODY(row[2])
    return Person(
        ref=row[0],
        id=row[1],
        workspace_id=workspace_id,
        user_ids=body.user_ids,
        anonymous_ids=body.anonymous_ids,
        external_ids=body.external_ids,
        traits=body.traits,
        groups=body.groups,
        identified=body.identified,
        first_seen_ms=row[3],
        last_seen_ms=row[4],
        turned_ms=body.turned_ms,
        refused=body.refused,
        meters=_METERS(row[5]) if row[5] is not None else {},
    )


def body_of(person: Person) -> bytes:
    return _ENCODE(
        Body(
            person.user_ids,
            person.anonymous_ids,
            person.external_ids,
            person.traits,
            person.groups,
            person.identified,
            person.turned_ms,
            person.refused,
        )
    )


def meters_of(person: Person) -> bytes:
    return _ENCODE(person.meters)


def meters_in(body: bytes) -> dict[int, list[int]]:
    return _METERS(body)


def group_of(row: tuple[int, str, bytes, int, int, int], workspace_id: str) -> Group:
    return Group(
        ref=row[0],
        id=row[1],
        workspace_id=workspace_id,
        traits=_TRAITS(row[2]),
        first_seen_ms=row[3],
        last_seen_ms=row[4],
    )


def group_body(group: Group) -> bytes:
    return _ENCODE(group.traits)


def trait_pattern(name: str, value: bytes) -> bytes:
    """Bytes that a person's body holds when the person's trait has this JSON value (and else, as good as never)."""
    return _ENCODE(name) + b"\x93" + _ENCODE(value)


def nested_pattern(first: str) -> bytes:
    """Bytes that a person's body holds when the person has a trait of this name, whatever its value."""
    return _ENCODE(first) + b"\x93"


# Names: a letter for the kind, the workspace's number, a colon, the id.
LETTERS: Final = "uaxpgme"


def user_name(no: int, id: str) -> str:
    return f"u{no}:{id}"


def anonymous_name(no: int, id: str) -> str:
    return f"a{no}:{id}"


def external_name(no: int, id: str) -> str:
    return f"x{no}:{id}"


def public_name(no: int, id: str) -> str:
    return f"p{no}:{id}"


def group_name(no: int, id: str) -> str:
    return f"g{no}:{id}"


def member_name(no: int, group_id: str, ref: int) -> str:
    return f"m{no}:{group_id}{SEPARATOR}{ref}"


def email_name(no: int, email: str, ref: int) -> str:
    return f"e{no}:{email}{SEPARATOR}{ref}"


def range_of(prefix: str) -> tuple[str, str]:
    """Names from the first up to the second begin with the prefix."""
    return prefix, prefix + "\U0010ffff"


def email_of(person: Person) -> str | None:
    """The address to find a person by: lower case; None when there is none that can be one."""
    trait = person.traits.get("email")
    if trait is None or not trait.value.startswith(b'"') or len(trait.value) > 4 * MAX_EMAIL_CHARS:
        return None
    email = msgspec.json.decode(trait.value, type=str).strip().lower()
    return email if 0 < len(email) <= MAX_EMAIL_CHARS else None


def names_of(no: int, person: Person) -> Iterator[str]:
    """All that lead to a person."""
    yield public_name(no, person.id)
    yield from (user_name(no, id) for id in person.user_ids)
    yield from (anonymous_name(no, id) for id in person.anonymous_ids)
    yield from (external_name(no, id) for id in person.external_ids)
    yield from (member_name(no, id, person.ref) for id in person.groups)
    if (email := email_of(person)) is not None:
        yield email_name(no, email, person.ref)
