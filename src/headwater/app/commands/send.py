"""`headwater send`: a file of events to a source, in batches, each until the door has taken or refused it."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from headwater.app.commands.output import Output, plural
from headwater.app.commands.session import Session, command
from headwater.base.errors import Forbidden, HeadwaterError, InvalidInput, Terminal, Transient

if TYPE_CHECKING:
    import httpx

    from headwater.app.client import Client
    from headwater.app.lines import Line, Refused

AGAIN: Final = frozenset({408, 429, 500, 502, 503, 504})
MAX_WAIT_S: Final = 300.0
MAX_BACKOFF_S: Final = 30.0
SHOWN: Final = 20


def register(app: typer.Typer) -> None:
    command(app, "send")(send)


def send(
    session: Session,
    file: Annotated[str, typer.Argument(metavar="FILE", help="One JSON object a line; `-` reads standard input.")],
    write_key: Annotated[str, typer.Option(metavar="KEY", help="The source's write key.")],
    from_line: Annotated[int, typer.Option(metavar="N", min=1, help="Leave out the lines before this one.")] = 1,
    patience: Annotated[
        int, typer.Option(metavar="SECONDS", min=0, help="How long to try a batch again while the server takes none.")
    ] = 300,
) -> None:
    """Send a file of events: each line is a Tracking API call with its `type`. Ends with 1 if a line was refused.

    A line of a file that has no messageId gets one made of the line, so that sending the file again doubles nothing.
    """
    from headwater.app import lines

    refused: list[Refused] = []
    accepted, unsent, stopped = 0, None, None
    with _opened(file) as opened, session.out.progress("sending", total=_size_bytes(file), bytes=True) as advance:
        sender = Sender(session.api, write_key, patience_s=patience, say=session.out.note)
        good = _sorted_out(lines.read(opened, first=from_line, repeatable=file != "-", passed=advance), refused)
        for batch in lines.batches(good):
            try:
                found = sender.send(batch)
            except (HeadwaterError, KeyboardInterrupt) as error:
                stopped = error.message if isinstance(error, HeadwaterError) else "It was interrupted."
                unsent = batch[0].number
                break
            refused += found
            accepted += len(batch) - len(found)
    refused.sort(key=lambda each: each.line)
    result = {
        "accepted": accepted,
        "rejected": [{"line": each.line, "code": each.code, "message": each.message} for each in refused],
        "stoppedAtLine": unsent,
        "error": stopped,
    }
    session.out.give(result, lambda: _say(session.out, result))
    if refused or stopped:
        raise typer.Exit(1)


class Sender:
    """Sends batches to the door of one server. `say` is told why it waits."""

    def __init__(
        self,
        client: Client,
        write_key: str,
        *,
        patience_s: float,
        say: Callable[[str], None],
        wait: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._write_key = write_key
        self._patience_s = patience_s
        self._say = say
        self._wait = wait
        self._clock = clock

    def send(self, batch: list[Line]) -> list[Refused]:
        """The lines that the door refused; the others are stored. Raises when it takes nothing from us."""
        from headwater.app.lines import Refused

        answer = self._until_answered(batch)
        if answer.status_code == 200:
            rejected = answer.json().get("rejected", [])
            return [Refused(batch[each["index"]].number, each["code"], each["message"]) for each in rejected]
        if len(batch) > 1:  # no line of it is good, or one spoils it: each half tells more
            middle = len(batch) // 2
            return self.send(batch[:middle]) + self.send(batch[middle:])
        told = answer.json()
        return [Refused(batch[0].number, told["code"], told["message"])]

    def _until_answered(self, batch: list[Line]) -> httpx.Response:
        """200 or 400."""
        deadline = self._clock() + self._patience_s
        attempt = 0
        while True:
            answer, trouble = self._once(batch)
            if answer is not None and answer.status_code not in AGAIN:
                return _taken_or_refused(answer)
            wait_s = _wait_s(answer, attempt)
            if self._clock() + wait_s > deadline:
                raise Transient(f"{trouble} It was tried for {self._patience_s:.0f} s.")
            self._say(f"{trouble} Trying again in {wait_s:g} s.")
            self._wait(wait_s)
            attempt += 1

    def _once(self, batch: list[Line]) -> tuple[httpx.Response | None, str]:
        """(the answer, what was wrong with it in a sentence)."""
        from headwater.app.lines import envelope

        try:
            answer = self._client.plain(
                "POST",
                "/v1/batch",
                content=envelope(batch),
                headers={"content-type": "application/json"},
                auth=(self._write_key, ""),
            )
        except Transient as error:
            return None, error.message
        return answer, _message(answer)


def _taken_or_refused(answer: httpx.Response) -> httpx.Response:
    if answer.status_code in (200, 400) and _is_ours(answer):
        return answer
    if answer.status_code == 401:
        raise Forbidden(_message(answer))
    raise Terminal(
        f"the server answered {answer.status_code} with something that is no answer of headwater's door."
        " Is the address that of a headwater server?"
    )


def _is_ours(answer: httpx.Response) -> bool:
    try:
        return isinstance(answer.json()["success"], bool)
    except (ValueError, KeyError, TypeError):
        return False


def _message(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["message"])
    except (ValueError, KeyError, TypeError):
        return f"The server answered {answer.status_code}."


def _wait_s(answer: httpx.Response | None, attempt: int) -> float:
    """What the server asks for, else twice as long each time."""
    asked = answer.headers.get("retry-after", "") if answer is not None else ""
    if asked.isascii() and asked.isdigit():
        return min(float(asked), MAX_WAIT_S)
    return min(0.5 * math.exp2(min(attempt, 10)), MAX_BACKOFF_S)


def _sorted_out(lines: Iterator[Line | Refused], refused: list[Refused]) -> Iterator[Line]:
    from headwater.app.lines import Line

    for each in lines:
        if isinstance(each, Line):
            yield each
        else:
            refused.append(each)


def _opened(file: str) -> Any:
    if file == "-":
        return sys.stdin.buffer
    try:
        return Path(file).open("rb")
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read: {error.strerror}. Nothing was sent.") from error


def _size_bytes(file: str) -> int | None:
    return None if file == "-" else Path(file).stat().st_size


def _say(out: Output, result: dict[str, Any]) -> None:
    out.say(f"{plural(result['accepted'], 'event')} accepted, {plural(len(result['rejected']), 'line')} rejected.")
    for each in result["rejected"][:SHOWN]:
        out.note(f"line {each['line']}: {each['code']}: {each['message']}")
    if len(result["rejected"]) > SHOWN:
        out.note(f"… and {plural(len(result['rejected']) - SHOWN, 'line')} more; --json lists all.")
    if result["error"]:
        out.note(f"Stopped before line {result['stoppedAtLine']}: {result['error']}")
        out.note(f"What comes before it is stored; --from-line {result['stoppedAtLine']} sends the rest.")
